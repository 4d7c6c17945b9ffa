"""Writes the types that the check infers into DAG files, for `typedxcom annotate`."""
