"""Names that have moved between releases of Airflow."""

from __future__ import annotations

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import TriggerRule, timezone

__all__ = ["BashOperator", "EmptyOperator", "PythonOperator", "TriggerRule", "timezone"]
