"""The sweep finds stored objects that no XCom entry points to, and deletes them if you ask.

Airflow deletes entries without telling anybody: when somebody deletes runs, DAGs or entries, and in
``airflow db clean``. A killed process may also leave an object before its push.
docs/explanation/how-it-works.md says in which order the sweep looks at objects, runs and entries,
and why no object goes that an entry points to.
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
