"""Floor 2: an annotation described once, and the one relation between two of them."""

from __future__ import annotations

from typedxcom.schema.build import schema_of
from typedxcom.schema.metadata import Lax
from typedxcom.schema.nodes import UNKNOWN, Schema, Unknown, walk

__all__ = ["UNKNOWN", "Lax", "Schema", "Unknown", "schema_of", "walk"]
