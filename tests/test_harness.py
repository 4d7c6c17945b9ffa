"""The harness itself: what it reports must be what Airflow did."""

from __future__ import annotations

import json
import logging
import sys

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.harness.dagtest import DagImportError, load_dag, load_dags, run_dag
from tests.harness.processes import ProcessDiedError, Processes
from tests.harness.rows import RowError
from tests.harness.stack import ApiError

pytestmark = pytest.mark.airflow
services = pytest.mark.services


def test_a_dag_of_a_test_function_runs():
    """A DAG that no DAG file holds runs, and its XCom rows are the JSON of the database."""
    from airflow.sdk import dag, task

    @dag(schedule=None)
    def harness_green():
        @task
        def extract() -> list:
            return [{"b": 1, "aa": 2.5}, None]

        @task
        def double(item: object, ti=None) -> str:
            ti.xcom_push("own", ti.map_index)
            return repr(item)

        double.expand(item=extract())

    result = run_dag(harness_green())
    assert result.state == "success", result
    assert result.states == {"extract": "success", "double[0]": "success", "double[1]": "success"}
    assert result.xcom("extract") == [{"b": 1, "aa": 2.5}, None]
    assert result.xcom("double", "own", map_index=1) == 1
    assert set(result.rows()) == {
        ("extract", -1, "return_value"),
        *(("double", index, key) for index in (0, 1) for key in ("own", "return_value")),
    }
    assert "Returned value was" in result.log("double", 0)
    assert not result.errors


def test_a_failure_is_reported_with_its_exception_and_its_log():
    """dag.test() hides a failure; the result carries its state, exception and log."""
    from airflow.sdk import dag, task

    @dag(schedule=None)
    def harness_red():
        @task(retries=1)
        def broken(n: int, ti=None) -> None:
            logging.getLogger("some.library").warning("plain %s", "logging")
            ti.xcom_push(f"try_{ti.try_number}", n)
            msg = f"no luck with {n}"
            raise KeyError(msg)

        @task
        def after() -> None: ...

        broken(3) >> after()

    result = run_dag(harness_red())
    assert (result.state, result.states) == (
        "failed",
        {"broken": "failed", "after": "upstream_failed"},
    ), result
    assert result.tries["broken"] == 2
    assert result.rows() == {("broken", -1, "try_2"): 3}
    assert [attempt.state for attempt in result.attempts] == ["up_for_retry", "failed"]
    assert isinstance(result.error("broken"), KeyError)
    assert "no luck with 3" in str(result)
    log = result.log("broken")
    assert log.count("plain logging") == 2
    assert "KeyError: 'no luck with 3'" in log


def test_run_conf_and_rendered_fields_are_reported():
    """The run's configuration reaches a template, whose rendered text is read back."""
    from airflow.sdk import dag, task

    @dag(schedule=None)
    def harness_conf():
        @task
        def show(path: str) -> str:
            return path

        show("/data/{{ dag_run.conf['day'] }}")

    result = run_dag(harness_conf(), run_conf={"day": "monday"})
    assert result.xcom("show") == "/data/monday"
    assert "/data/monday" in str(result.rendered("show")["op_args"])


def test_a_changed_dag_of_the_same_name_runs_anew():
    """The second definition of a DAG id is the one that runs, and results do not mix."""
    from airflow.sdk import DAG, task

    def same(value: str) -> str:
        return value

    def build(names: list[str]) -> DAG:
        with DAG("harness_twice", schedule=None) as dag:
            for name in names:
                task(task_id=name)(same)(name)
        return dag

    first, second = run_dag(build(["a"])), run_dag(build(["a", "b"]))
    assert (set(first.states), set(second.states)) == ({"a"}, {"a", "b"})
    assert second.xcom("b") == "b"
    assert set(first.rows()) == {("a", -1, "return_value")}


SOURCE = """
from airflow.sdk import dag, task

@dag(schedule=None)
def {name}():
    @task
    def one():
        return 1
    one()
{name}()
"""


def test_a_source_text_is_loaded_as_airflow_loads_a_file():
    """A DAG from source text runs; two DAGs in one source come back by their names."""
    assert run_dag(load_dag(SOURCE.format(name="harness_source"))).xcom("one") == 1
    assert set(load_dags(SOURCE.format(name="first") + SOURCE.format(name="second"))) == {
        "first",
        "second",
    }


def test_an_import_error_is_raised_with_its_traceback():
    """A broken DAG file raises what the UI would show, with the author's line."""
    with pytest.raises(DagImportError, match=r"(?s)line 2.*ValueError: not today"):
        load_dags("\nraise ValueError('not today')\n")


def exactly(value: object) -> str:
    """Tell 3 from 3.0, and one order of keys from another."""
    return json.dumps(value)


PLAIN = [None, True, "é 🙂", 3, 2**53, 0.1, [], {}, [3.0, {"a": [None, "x"]}]]
TEXT = ['{"bb": 3.0, "a": 1e22}', "18446744073709551616", "-0.0"]


@services
@pytest.mark.parametrize("value", [*PLAIN, *TEXT], ids=exactly)
def test_a_row_keeps_plain_json_and_ascii_text(roundtrip, value):
    """Ordinary JSON, and JSON text inside a string, come back exactly from both databases."""
    assert exactly(roundtrip(value)) == exactly(value)


@pytest.mark.parametrize(("value", "read"), [(3.0, "3"), (-0.0, "0"), (2**63, str(float(2**63)))])
def test_sqlite_loses_the_type_of_a_top_level_number(roundtrip_sqlite, value, read):
    """SQLite stores a bare number by its own rules, not as JSON."""
    assert exactly(roundtrip_sqlite(value)) == read


def test_sqlite_keeps_the_order_of_keys(roundtrip_sqlite):
    """SQLite stores a document as its text."""
    assert list(roundtrip_sqlite({"bb": 1, "a": 2})) == ["bb", "a"]


@services
def test_postgres_reorders_keys_and_rewrites_numbers(roundtrip_postgres):
    """JSONB sorts keys by length and writes 1e16 as an integer."""
    assert list(roundtrip_postgres({"bb": 1, "a": 2})) == ["a", "bb"]
    assert exactly(roundtrip_postgres([1e16])) == "[10000000000000000]"
    assert exactly(roundtrip_postgres(3.0)) == "3.0"


@services
@pytest.mark.parametrize(
    "value", [float("nan"), 2**64, "\ud800"], ids=["nan", "2**64", "surrogate"]
)
def test_a_value_that_no_row_can_hold_is_refused(roundtrip, value):
    """A hop refuses what fails a real task after its body ran, and the next value passes."""
    with pytest.raises(RowError):
        roundtrip(value)
    assert roundtrip("next") == "next"


@services
def test_postgres_refuses_what_only_sqlite_holds(roundtrip_postgres, roundtrip_sqlite):
    """NUL stops at JSONB on the way in, 1e22 in the supervisor on the way out."""
    for value in ("\0", [1e22]):
        assert roundtrip_sqlite(value) == value
        with pytest.raises(RowError):
            roundtrip_postgres(value)


DEPLOYED = """
import harness_module
from airflow.sdk import dag, task

@dag(schedule=None)
def deployed():
    @task
    def make(dag_run=None):
        if dag_run.conf.get("fail"):
            raise ValueError(harness_module.REASON)
        return {"bb": [1.5], "a": None}

    @task
    def double(item):
        return item * 2

    make() >> double.expand(item=[1, 2])

deployed()
"""


@services
def test_a_deployment_runs_a_dag_red_and_green(stack):
    """One DAG fails or succeeds by its configuration; clearing a task runs it again."""
    stack.write_module("harness_module", "REASON = 'this run is red'\n")
    stack.write_dag("deployed", DEPLOYED)

    red = stack.trigger("deployed", conf={"fail": True})
    assert stack.wait_run("deployed", red) == "failed"
    assert "this run is red" in stack.logs("deployed", red, "make")

    green = stack.trigger("deployed")
    assert stack.wait_run("deployed", green) == "success", stack.logs("deployed", green, "make")
    assert stack.xcom("deployed", green, "make") == {"bb": [1.5], "a": None}
    assert stack.xcom("deployed", green, "double", map_index=1) == 4
    assert set(stack.task_instances("deployed", green)) == {"make", "double[0]", "double[1]"}
    assert stack.sql("SELECT count(*) FROM dag_run WHERE dag_id = %s", "deployed") == [(2,)]

    stack.clear("deployed", green, "make")
    assert stack.wait_run("deployed", green) == "success"
    assert stack.task_instances("deployed", green)["make"]["try_number"] == 2


@services
def test_a_deployment_reports_import_errors(stack):
    """A DAG that cannot be imported raises at once what the UI shows."""
    stack.write_dag("broken", "from airflow.sdk import dag\nraise ValueError('not today')\n")
    with pytest.raises(ApiError, match="not today"):
        stack.trigger("broken")
    assert "not today" in stack.import_errors()["broken.py"]


@services
def test_the_s3_server_is_a_real_one(ceph):
    """It keeps objects, refuses a wrong secret, and does not overwrite what must be new."""
    client, bucket = ceph.client(), ceph.bucket("harness")
    client.put_object(Bucket=bucket, Key="a/b", Body=b"x", IfNoneMatch="*")
    assert ceph.keys(bucket) == {"a/b"}
    with pytest.raises(ClientError, match="PreconditionFailed"):
        client.put_object(Bucket=bucket, Key="a/b", Body=b"y", IfNoneMatch="*")
    thief = ceph.client(secret_key="guessed")
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        thief.list_objects_v2(Bucket=bucket)


CHILD = "import time\nwhile True: time.sleep(60)"
STUBBORN = f"""
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen([sys.executable, "-c", {CHILD!r}]).pid, flush=True)
{CHILD}
"""


def test_a_process_that_dies_is_reported_with_its_log(tmp_path):
    """Waiting for anything ends when a process does, with its exit code and its last words."""
    processes = Processes(tmp_path)
    processes.start("brief", [sys.executable, "-c", "raise SystemExit('last words')"], {})
    with pytest.raises(ProcessDiedError, match=r"(?s)brief exited with 1.*last words"):
        processes.wait("the impossible", lambda: None)
    processes.stop()


def test_a_process_that_ignores_sigterm_is_killed_with_its_children(tmp_path):
    """Nothing of a server outlives it."""
    processes = Processes(tmp_path)
    processes.start("stubborn", [sys.executable, "-c", STUBBORN], {})
    child = psutil.Process(int(processes.wait("its child", lambda: processes.log("stubborn"))))
    processes.stop(grace=0.1)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
