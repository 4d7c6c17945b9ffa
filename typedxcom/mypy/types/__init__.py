"""What the plugin knows: tasks, outputs, tables, and the relation between two of mypy's types."""
