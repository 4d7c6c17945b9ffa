"""`typedxcom annotate`: what the check infers, written into DAG files as annotations."""
