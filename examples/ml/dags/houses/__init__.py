"""House prices: the contracts, the tasks, and the arithmetic."""
