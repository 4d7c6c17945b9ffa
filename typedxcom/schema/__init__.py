"""Floor 2: describes an annotation once, and decides whether one fits another."""

from __future__ import annotations

from typedxcom.schema.build import schema_of
from typedxcom.schema.metadata import Lax
from typedxcom.schema.nodes import UNKNOWN, Schema, Unknown, walk

__all__ = ["UNKNOWN", "Lax", "Schema", "Unknown", "schema_of", "walk"]
