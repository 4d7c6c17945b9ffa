"""The sweep: stored objects that no XCom entry names any more are found, and removed when asked.

Airflow deletes entries in ways that tell nobody: runs, DAGs and entries that are deleted, ``airflow
db clean``, a process that is killed before its push. docs/explanation/how-it-works.md tells in
which order the sweep looks at objects, runs and entries, and why nothing that is named can go.
"""

from __future__ import annotations

from typedxcom.sweep.doubts import adopt_store
from typedxcom.sweep.entries import Entry, EntrySource
from typedxcom.sweep.report import StoreReport, SweepReport, SweptDag
from typedxcom.sweep.rules import SweepRules, parse_period
from typedxcom.sweep.run import Progress, sweep

__all__ = [
    "Entry",
    "EntrySource",
    "Progress",
    "StoreReport",
    "SweepReport",
    "SweepRules",
    "SweptDag",
    "adopt_store",
    "parse_period",
    "sweep",
]
