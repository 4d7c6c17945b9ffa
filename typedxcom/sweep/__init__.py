"""The sweep: stored objects that no XCom row names any more are found, and removed when asked.

Airflow deletes rows in ways that tell nobody: runs, DAGs and entries that are deleted, ``airflow
db clean``, a process that is killed before its push. docs/explanation/how-it-works.md tells in
which order the sweep looks at objects, runs and rows, and why nothing that is named can go.
"""

from __future__ import annotations

from typedxcom.sweep.doubts import adopt_store
from typedxcom.sweep.entries import Row, RowSource
from typedxcom.sweep.report import DagReport, Report, StoreReport
from typedxcom.sweep.rules import Rules, parse_period
from typedxcom.sweep.run import Progress, sweep

__all__ = [
    "DagReport",
    "Progress",
    "Report",
    "Row",
    "RowSource",
    "Rules",
    "StoreReport",
    "adopt_store",
    "parse_period",
    "sweep",
]
