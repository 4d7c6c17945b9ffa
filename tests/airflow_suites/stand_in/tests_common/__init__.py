"""What Airflow's own tests import of Airflow's test helpers, as far as the TaskFlow tests use it.

Airflow does not publish those helpers with its releases, so this is our own, and small.
"""
