"""What you write in a DAG file: decorators, keys, and what a call of a task returns."""
