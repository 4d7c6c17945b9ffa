"""Floor 4: contracts over time: described for a file in git, read back, and compared."""
