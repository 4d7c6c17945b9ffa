"""``dmypy`` says what mypy says, after each edit. It reads Airflow anew, so there is one daemon."""

from __future__ import annotations

from tests.mypy import test_bare_dags as bare
from tests.mypy.conftest import write
from tests.mypy.support import dmypy
from tests.mypy.test_modes import MODELS, PIPELINE, TASKS

SKIPS = "[mypy-bare]\ncheck_untyped_defs = False\n"


def both(text: str) -> set[tuple[str, str]]:
    """The same message in the DAG function that mypy checks, and in the one that it skips."""
    return {("pipeline.py", text), ("bare.py", text)}


def test_daemon_follows_edits(tmp_path, cache):
    """``dmypy`` reports a mistake, drops it when mended, and sees a base class change."""
    write(tmp_path, models=MODELS, tasks=TASKS, pipeline=PIPELINE, bare=bare.PIPELINE)
    with dmypy(tmp_path, cache, SKIPS) as check:

        def found(**edited: str) -> set[tuple[str, str]]:
            write(tmp_path, **edited)
            return {(error.file, error.text) for error in check().errors}

        assert found() == set()
        assert found(tasks=bare.TEXT) == both(bare.LOADS)
        assert found(tasks=TASKS) == set()
        assert found(models=MODELS.replace("total: float", "total: str")) > both(bare.NOTES)
        assert found(models=MODELS) == set()
        direct = bare.PIPELINE.replace("load(extract())", "load(1)")
        assert found(bare=direct) == {("bare.py", bare.WRONG)}
        assert found(tasks=bare.TEXT, bare=bare.PIPELINE) == both(bare.LOADS)
