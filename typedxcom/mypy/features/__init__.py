"""What the plugin checks: one module for each thing that an author writes."""
