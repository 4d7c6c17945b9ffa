"""The tab "Typed XCom" on a task instance in Airflow's UI, and the route that it asks."""
