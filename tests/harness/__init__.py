"""Test harnesses that run real Airflow, from one process to a whole deployment."""
