"""Previews: small and harmless views of values, which the worker writes next to the entry.

Airflow's server has no credentials for a store and runs no code of a DAG's author. So the worker
that makes a stored value also makes its preview: types, readers, counts and, if somebody asked for
them, a few rows. A preview consists of shortened texts, in at most `MAX_BYTES` bytes of JSON.

What can be known without a value, types and readers, is also in the serialized DAG: `declared`.
"""

from __future__ import annotations

from typedxcom.preview.declared import Declared, Read, declared_text, read_declared
from typedxcom.preview.look import TableLook
from typedxcom.preview.reading import read_preview
from typedxcom.preview.record import MAX_BYTES, make_preview, without_names
from typedxcom.preview.text import visible
from typedxcom.preview.withheld import withheld_names, withholds_all

__all__ = [
    "KEY",
    "MAX_BYTES",
    "Declared",
    "Read",
    "TableLook",
    "declared_text",
    "make_preview",
    "read_declared",
    "read_preview",
    "visible",
    "withheld_names",
    "withholds_all",
    "without_names",
]

KEY = "typedxcom.preview"
"""The XCom key of the preview of a task's result."""
