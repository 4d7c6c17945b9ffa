"""A table against its row: columns found and cast, then values checked, a column at a time."""
