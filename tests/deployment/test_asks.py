"""A form on a real executor: answered by REST, wrongly and then rightly."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.deployment.sites import Site
from tests.harness.stack import ApiError

pytestmark = [pytest.mark.services, pytest.mark.airflow, pytest.mark.on_sites("local-stock")]
WAITING = ("awaiting_input", "deferred")  # from Airflow 3.3 on, and before


def asked(site: Site, dag: str, run: str) -> str:
    """The path of the form, once the scheduler knows that the task waits.

    Airflow fails a task that is answered before its executor has reported that the worker is done.
    """

    def probe() -> bool:
        found = site.stack.task_instances(dag, run)["review"]
        key = f"task_id='review', run_id='{run}', try_number={found['try_number']}"
        done = rf"Received executor event with state success .*{re.escape(key)}"
        log = site.stack.processes.file("scheduler").read_text(encoding="utf-8", errors="replace")
        return found["state"] in WAITING and re.search(done, log) is not None

    site.stack.processes.wait(f"{dag} to ask", probe, every=0.3)
    return f"/dags/{dag}/dagRuns/{run}/taskInstances/review/-1/hitlDetails"


def answer(site: Site, path: str, option: str = "OK", **form: Any) -> None:
    """Answer the form."""
    body = {"chosen_options": [option], "params_input": form}
    site.stack.api("PATCH", path, json=body)


def test_an_answer_by_rest_is_read_as_the_model(site: Site) -> None:
    """A wrong one fails the task without retries. Cleared, it asks again, and readers go on."""
    dag = site.dag("asks")
    run = site.stack.trigger(dag)
    path = asked(site, dag, run)
    form = site.stack.api("GET", path)
    assert (form["subject"], form["params"]["score"]["value"]) == ("8 of 9?", 5)
    assert form["params"]["day"]["schema"]["format"] == "date"
    with pytest.raises(ApiError, match=r"400.*Invalid options"):
        answer(site, path, "NO", verdict="ship")
    answer(site, path, verdict="hold")
    assert site.stack.wait_run(dag, run) == "failed"
    failed = site.stack.task_instances(dag, run)["review"]
    assert (failed["state"], failed["try_number"]) == ("failed", 1)
    assert "clear it to ask again: value error, say why you hold it" in site.stack.logs(
        dag, run, "review"
    )
    site.stack.clear(dag, run, "review", "reads")
    answer(site, asked(site, dag, run), verdict="hold", day="2025-05-06", note="late")
    site.wait(dag, run)
    assert site.stack.xcom(dag, run, "reads") == "HOLD 5 06.05.2025"
    assert site.stack.xcom(dag, run, "review") == {
        "verdict": "hold",
        "score": 5,
        "day": "2025-05-06",
        "note": "late",
    }
