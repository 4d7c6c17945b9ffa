"""What a person sees of a value: written by the worker beside the entry, small and harmless.

Airflow's server has no credentials of a store and runs no code of an author's. So what it shows of
a stored value is made where the value is made: types, readers, counts and, if somebody asked for
them, a few rows. All of it is text that is cut, in at most `MAX_BYTES` bytes of JSON.
"""

from __future__ import annotations

from typedxcom.preview.look import TableLook
from typedxcom.preview.reading import read_preview
from typedxcom.preview.record import MAX_BYTES, make_preview, without_names
from typedxcom.preview.text import visible
from typedxcom.preview.withheld import withheld_names, withholds_all

__all__ = [
    "KEY",
    "MAX_BYTES",
    "TableLook",
    "make_preview",
    "read_preview",
    "visible",
    "withheld_names",
    "withholds_all",
    "without_names",
]

KEY = "typedxcom.preview"
"""The XCom key of the preview of what a task returned."""
