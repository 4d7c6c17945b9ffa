"""A row model, read once: the Arrow type of each column and every rule on its values."""
