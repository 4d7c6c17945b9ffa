"""What users run, on real executors, driven by REST alone."""

from __future__ import annotations

import re

import pytest

from tests.deployment.sites import ALL_SITES, EXAMPLES, SITES, Site

# A task costs a second of a processor. tests/services has the LocalExecutor.
CHOSEN = SITES if ALL_SITES else ["celery-backend"]
pytestmark = [pytest.mark.services, pytest.mark.airflow, pytest.mark.on_sites(*CHOSEN)]


def test_every_kind_of_task_keeps_its_contract(site: Site) -> None:
    """Decorators, groups, setup and teardown, deferral and classic operators pass typed values."""
    dag = site.dag("kinds")
    run = site.run(dag)
    states = {name: one["state"] for name, one in site.stack.task_instances(dag, run).items()}
    assert {name for name, state in states.items() if state == "skipped"} == {
        "left_out",
        "skipped",
    }
    assert set(states.values()) == {"success", "skipped"}
    assert {"doubled.double[2]", "deferred", "alone", "elsewhere", "classic"} < set(states)
    assert site.stack.xcom(dag, run, "check") == {"mean": 0.5, "n": 3}
    assert site.stack.xcom(dag, run, "close_it") == "closed"


def test_many_mapped_instances_are_reduced(site: Site) -> None:
    """Each instance stores a table of its own, and the reduce reads them all in their order."""
    instances = 200 if ALL_SITES else 40
    dag = site.dag("wide")
    run = site.run(dag, instances=instances)
    assert site.stack.xcom(dag, run, "reduce") == sum(n * n for n in range(instances))
    assert len(site.stored(dag)) == instances
    assert site.stored(dag) == site.named(dag)


def test_runs_at_once_keep_their_values_apart(site: Site) -> None:
    """Of twenty runs that are under way together, each reads what it wrote itself."""
    dag = site.dag("crowd")
    before = site.leftovers(dag)
    runs = [site.stack.trigger(dag, conf={"n": n}) for n in range(20)]
    for n, run in enumerate(runs):
        site.wait(dag, run)
        assert site.stack.xcom(dag, run, "check") == n
    assert len(site.named(dag)) == 40
    assert site.leftovers(dag) == before


def test_the_flights_demo_runs(site: Site) -> None:
    """The example over all flights of 2013 gives its report."""
    source = (EXAMPLES / "flights_2013.py").read_text()
    dag = f"flights_{site.variant}"
    decorated = f'@dag("{dag}", default_args={{"queue": "{site.variant}"}}, '
    assert source.count("@dag(") == 1
    for path in (EXAMPLES / "nyc").glob("*.py"):
        site.stack.write_module(f"nyc/{path.stem}", path.read_text())
    site.stack.write_dag(dag, source.replace("@dag(", decorated))
    run = site.run(dag)
    report = site.stack.xcom(dag, run, "publish")
    assert "336,776 flights out of New York, 2013-01-01 to 2013-12-31" in report
    assert len(re.findall(r"^[A-Z0-9]{2} ", report, re.M)) == 16


@pytest.mark.on_sites("local-stock")
def test_readers_get_what_a_model_answers(site: Site) -> None:
    """Of our task and of Airflow's own, mapped; so are a sensor's XCom and a task's state."""
    body = {"connection_id": "llm", "conn_type": "pydanticai", "extra": '{"model": "test"}'}
    site.stack.api("POST", "/connections", json=body)
    dag = site.dag("answers")
    run = site.run(dag)
    assert site.stack.xcom(dag, run, "check") == 2
    entry = {"name": "a", "people": 0, "founded": "2024-01-01", "area": "0.0"}
    assert site.stack.xcom(dag, run, "arrived") == entry


@pytest.mark.on_sites("local-stock")
def test_readers_get_what_airflow_people_and_other_languages_wrote(site: Site) -> None:
    """Forms of Airflow's serde, an answer given by REST, and what a stub's program pushed."""
    dag = site.dag("neighbours")
    run = site.stack.trigger(dag)
    path = f"/dags/{dag}/dagRuns/{run}/taskInstances/asked/-1/hitlDetails"
    answer = {"chosen_options": ["yes"], "params_input": {"size": 3}}

    # Airflow fails a task that is answered before its scheduler knows that its process has ended.
    ended = re.compile(rf"event with state success .*task_id='asked', run_id='{re.escape(run)}'")
    log = site.stack.processes.file("scheduler")
    site.stack.processes.wait("the question", lambda: ended.search(log.read_text()), every=0.3)
    site.stack.api("PATCH", path, json=answer)
    site.wait(dag, run)
    assert site.stack.xcom(dag, run, "check") == 3.0
    assert site.stack.xcom(dag, run, "order") == {"id": 7, "lines": ["a", "b"]}
    assert site.stack.xcom(dag, run, "price") == {"total": 3.0, "for": 7}
