"""Adds the tabs "Typed XCom" and "Contracts" to Airflow's UI, and the routes that they call."""
