"""The plugin gives the same answers however mypy is run, and beside other plugins."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.mypy.support import CASES, Run, environment, run_mypy

MODELS = """
    from pydantic import BaseModel

    class Base(BaseModel):
        id: int

    class Order(Base):
        total: float
"""
TASKS = """
    from typedxcom import task
    from models import Order

    @task
    def extract() -> Order:
        return Order(id=1, total=2.0)

    @task(multiple_outputs=True)
    def split() -> Order:
        return Order(id=1, total=2.0)
"""
PIPELINE = """
    from airflow.sdk import dag
    from typedxcom import task
    from models import Order
    from tasks import extract, split

    @task
    def load(order: Order) -> None:
        print(order)

    @task
    def note(text: float) -> None:
        print(text)

    @dag(schedule=None)
    def pipeline() -> None:
        load(extract())
        note(split()["total"])
"""
WRONG = """
    from airflow.sdk import dag, task

    @task
    def extract() -> str:
        return ""

    @task
    def load(n: int) -> None:
        print(n)

    @dag(schedule=None)
    def pipeline() -> None:
        load(extract())
"""
LOADS = 'Argument "order" of task "load" takes "Order", but task "extract" returns "{}" [xcom-arg]'
MAPS = ': "load.expand(order=...)" runs it for each item [xcom-arg]'
MESSAGE = 'Argument "n" of task "load" takes "int", but task "extract" returns "str" [xcom-arg]'


def texts(run: Run) -> list[str]:
    return [error.text for error in run.errors]


def test_a_changed_producer_shows_in_another_module(project):
    """Editing one module's return type reports the consumer in another, and back again."""
    assert not project(models=MODELS, tasks=TASKS, pipeline=PIPELINE).errors
    changed = TASKS.replace("extract() -> Order:", "extract() -> list[Order]:").replace(
        "return Order(id=1, total=2.0)", "return [Order(id=1, total=2.0)]", 1
    )
    found = project(tasks=changed)
    assert [(e.file, e.text) for e in found.errors] == [
        (
            "pipeline.py",
            LOADS.format("list[Order]").removesuffix(" [xcom-arg]") + MAPS,
        )
    ]
    assert project(tasks=TASKS).errors == []


def test_a_changed_field_in_a_base_class_of_a_third_module_shows(project):
    """A key's type comes from a model two modules away."""
    assert not project(models=MODELS, tasks=TASKS, pipeline=PIPELINE).errors
    found = project(models=MODELS.replace("total: float", "total: str"))
    assert 'key "total" of task "split" is "str" [xcom-arg]' in "".join(texts(found))


def test_a_warm_run_asks_nothing_and_imports_nothing_for_it(project, monkeypatch):
    """What answers mypy's questions is not even imported where all is in the cache."""
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    cold = project(models=MODELS, tasks=TASKS, pipeline=PIPELINE).output
    warm = project().output
    assert "typedxcom.mypy.answers" in cold
    assert "typedxcom.mypy.plugin" in warm
    assert "typedxcom.mypy.answers" not in warm


def test_warm_runs_repeat_the_message(project):
    """The second run takes everything from the cache and says the same."""
    first = project(pipeline=WRONG)
    assert texts(first) == [MESSAGE]
    assert texts(project()) == [MESSAGE]


def test_workers_give_the_same_messages(tmp_path, cache, cases, has_workers):
    """``mypy -n 2`` agrees with one process, on all cases."""
    shutil.copytree(CASES, tmp_path / "cases", ignore=shutil.ignore_patterns("ruff.toml"))
    found = run_mypy(tmp_path / "cases", "-n", "2", ".", cache=cache)
    assert cases.errors
    assert found.by_line() == cases.by_line()


AIRFLOWS = "airflow_mypy.plugins.outputs"  # makes Any of each output of plain Airflow


@pytest.mark.parametrize(
    "plugins",
    [f"pydantic.mypy, typedxcom.mypy, {AIRFLOWS}", f"{AIRFLOWS}, typedxcom.mypy, pydantic.mypy"],
)
def test_order_of_plugins_does_not_matter(project, plugins):
    """pydantic's plugin and Airflow's own may stand before or after."""
    tasks = TASKS.replace("extract() -> Order:", "extract() -> str:")
    tasks = tasks.replace("return Order(id=1, total=2.0)", 'return "x"', 1)
    found = project(plugin=plugins, models=MODELS, tasks=tasks, pipeline=PIPELINE, plain=WRONG)
    assert sorted(texts(found)) == [MESSAGE, LOADS.format("str")]


def test_errors_can_be_ignored_and_disabled_by_code(project):
    """``# type: ignore[xcom-arg]`` and ``disable_error_code`` work, and nothing less specific."""
    ignored = WRONG.replace("load(extract())", "load(extract())  # type: ignore[xcom-arg]")
    unused, disabled = "warn_unused_ignores = True\n", "disable_error_code = xcom-arg\n"
    assert project(config=f"[mypy-pipeline]\n{unused}", pipeline=ignored).errors == []
    assert project(config=f"[mypy-pipeline]\n{disabled}", pipeline=WRONG).errors == []
    other = WRONG.replace("load(extract())", "load(extract())  # type: ignore[xcom-key]")
    assert MESSAGE in "".join(texts(project(pipeline=other)))


def test_plain_airflow_code_can_be_left_out(project):
    """``check_plain_airflow = false`` takes effect although the cache is warm."""
    assert texts(project(pipeline=WRONG)) == [MESSAGE]
    option = "[typedxcom-mypy]\ncheck_plain_airflow = false\n"
    assert not any("xcom-" in text for text in texts(project(config=option)))
    assert texts(project()) == [MESSAGE]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("check_plane = true", 'unknown option "check_plane"'),
        ("check_operators = perhaps", 'option "check_operators" must be true or false'),
    ],
)
def test_wrong_options_are_reported(project, option, message):
    """A misspelt option is an error that names the options there are."""
    found = project(config=f"[typedxcom-mypy]\n{option}\n", pipeline=WRONG)
    assert found.code == 2
    assert message in found.output
    assert "xcom-config" in found.output
    assert "Traceback" not in found.output


def test_options_are_read_from_pyproject(tmp_path):
    """``[tool.typedxcom.mypy]`` beside ``[tool.mypy]``."""
    from typedxcom.mypy.config import Config, ConfigError, read_config

    file = tmp_path / "pyproject.toml"
    file.write_text("[tool.typedxcom.mypy]\nwarn_unannotated_dags = true\n")
    assert read_config(str(file)) == Config(warn_unannotated_dags=True)
    file.write_text("[tool.typedxcom.mypy]\nwarn = 1\n")
    with pytest.raises(ConfigError, match="unknown option"):
        read_config(str(file))


def test_unannotated_dag_functions_are_reported_when_asked(project):
    """mypy skips a ``def`` without annotations; an option and a code say so."""
    bare = WRONG.replace("def pipeline() -> None:", "def pipeline():")
    skips = "[mypy-pipeline]\ncheck_untyped_defs = False\n"
    off = "[typedxcom-mypy]\ncheck_bare_dags = false\n"
    assert project(config=skips + off, pipeline=bare).errors == []
    warns = f"enable_error_code = xcom-unchecked\n{off}warn_unannotated_dags = true\n"
    assert texts(project(config=skips + warns)) == [
        'mypy skips "pipeline", because it has no annotations: add "-> None" [xcom-unchecked]'
    ]


def test_a_fault_in_the_plugin_is_reported_once(project):
    """mypy goes on, the place is named, and later faults stay silent."""
    broken = """
        import typedxcom.mypy.features.calls as calls

        def fail(*args):
            raise RuntimeError("broken on purpose")

        calls.Call.check_arguments = fail
    """
    twice = WRONG.replace("load(extract())", "load(extract())\n    load(extract())")
    found = project("pipeline.py", first=broken, pipeline=twice)
    assert found.code == 1
    internal = [text for text in texts(found) if "xcom-internal" in text]
    assert len(internal) == 1
    assert "broken on purpose" in internal[0]


def test_a_change_of_any_module_of_the_plugin_drops_the_cache(tmp_path):
    """mypy sees a change of the module that ``plugins`` names, and not of those in its rooms."""
    from typedxcom.mypy.plugin import digest

    module = tmp_path / "room" / "module.py"
    module.parent.mkdir()
    module.write_text("old")
    before = digest(tmp_path)
    module.write_text("new")
    assert digest(tmp_path) != before


def test_all_that_answers_mypy_counts_for_its_cache():
    """A change of a module outside the plugin's package drops the cache too."""
    from typedxcom.mypy.plugin import SHARED

    code = (
        "import sys, typedxcom.mypy.answers; "
        "print(*(n.split('.')[1] for n in sys.modules if n.startswith('typedxcom.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) - {"mypy"} == {name.removesuffix(".py") for name in SHARED}


def test_the_plugin_imports_mypy_and_the_standard_library_only():
    """It is loaded at each start of mypy and in each worker."""
    code = (
        "import sys, mypy.build; before = set(sys.modules); import typedxcom.mypy; "
        "print(*sorted({n.split('.')[0] for n in set(sys.modules) - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split()) - set(sys.stdlib_module_names)
    assert loaded <= {"typedxcom", "mypy", "tomli"}


def test_frames_of_two_libraries_fit_one_another(project):
    """The reader's annotation picks the library, and what is no frame is told."""
    found = project(
        polars="class DataFrame: ...\nclass LazyFrame: ...\n",
        duckdb="class DuckDBPyRelation: ...\n",
        frames="""
            import duckdb
            import polars
            from airflow.sdk import dag
            from typedxcom import Table, task

            class Trip:
                km: float

            @task
            def extract() -> polars.DataFrame:
                return polars.DataFrame()

            @task
            def lazy(frame: polars.LazyFrame) -> None: ...
            @task
            def relation(frame: duckdb.DuckDBPyRelation) -> None: ...
            @task
            def table(frame: Table[Trip]) -> None: ...
            @task
            def number(frame: int) -> None: ...

            @dag(schedule=None)
            def pipeline() -> None:
                lazy(extract())
                relation(extract())
                table(extract())
                number(extract())
        """,
    )
    assert texts(found) == [
        'Argument "frame" of task "number" takes "int", but task "extract" returns "DataFrame" [xcom-arg]'
    ]
