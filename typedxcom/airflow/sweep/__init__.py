"""The sweep of one deployment: its stores, its entries, and a DAG that runs it."""
