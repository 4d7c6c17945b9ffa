"""The checks of the plugin: one module for each thing that an author writes."""
