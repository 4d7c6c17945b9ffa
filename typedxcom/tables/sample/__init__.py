"""Made-up rows that keep a contract, for tests."""
