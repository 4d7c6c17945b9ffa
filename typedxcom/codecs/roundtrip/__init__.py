"""Checks that values come back: by a proof from their type, or by reading and comparing them."""
