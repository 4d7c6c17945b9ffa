"""What happens on a worker: arguments are pulled and read, results checked, stored and pushed."""
