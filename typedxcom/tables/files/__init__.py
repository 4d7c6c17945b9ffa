"""Tables in files and objects: Arrow IPC and parquet, and what is checked before either is read."""
