"""What the plugin knows: tasks, outputs, tables, and whether one mypy type fits another."""
