"""Everything around the DAGs: a scratch Airflow, the run, and what is printed of it."""
