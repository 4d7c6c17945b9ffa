"""What the shops sell: the contracts, the tasks, and where the data comes from and goes to."""
