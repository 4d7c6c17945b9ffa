# Airflow looks these names up when they are imported, which no checker sees.
from airflow.sdk import dag as dag
from airflow.sdk import setup as setup
from airflow.sdk import task as task
from airflow.sdk import task_group as task_group
from airflow.sdk import teardown as teardown
