"""A DAG as a picture: tasks as boxes, with the types on the edges between them."""
