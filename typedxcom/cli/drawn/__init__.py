"""Draws a DAG as a picture: tasks as boxes, with types on the edges between them."""
