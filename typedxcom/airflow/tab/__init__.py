"""Adds the tab "Typed XCom" to task instances in Airflow's UI, and the route that it calls."""
