"""Airflow's own TaskFlow tests, run with Airflow's `task` and with ours (`make test-airflow`).

The source distributions of Airflow on PyPI hold its tests. They are fetched when this runs, by the
hashes in `requirements/airflow.txt`; none of that code is kept here. What may differ is listed in
`differences.py`, each with its reason.
"""
