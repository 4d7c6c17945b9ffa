"""Helpers by the names under which Airflow's tests import them."""
