"""What the author of a DAG writes: decorators, keys, and what calling a task gives at DAG parse."""
