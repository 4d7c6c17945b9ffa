"""Values that live in a store: a module for each kind, and the way to a pointer and back."""
