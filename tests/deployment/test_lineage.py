"""OpenLineage's own provider, with its events in a file: what it says of a run's stored values."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NAMESPACE = "airflow-xcom://prod"
pytestmark = [pytest.mark.services, pytest.mark.airflow]


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Task to the event of its end, after one run of a DAG in a process of its own."""
    folder = tmp_path_factory.mktemp("lineage")
    written = folder / "events.jsonl"
    transport = {"type": "file", "log_file_path": str(written), "append": True}
    settings = {
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport),
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "prod",
        "AIRFLOW__TYPEDXCOM__STORE": str(folder / "xcom"),
        "AIRFLOW__TYPEDXCOM__STORE_THRESHOLD": "1000",
        "PYTHONPATH": str(ROOT),
    }
    made = subprocess.run(
        [sys.executable, "-m", "tests.deployment.lineage", str(folder)],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    found = map(json.loads, written.read_text().splitlines())
    return {one["job"]["name"]: one for one in found if one["eventType"] == "COMPLETE"}


def named(event: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The datasets of an event by their names."""
    return {f"{one['namespace']}/{one['name']}": one for one in event.get(kind, [])}


def test_a_stored_table_is_a_dataset_with_its_schema_and_size(
    events: dict[str, dict[str, Any]],
) -> None:
    """Columns have their descriptions; what the author declared as an outlet stays beside it."""
    outputs = named(events["flow.extract"], "outputs")
    assert set(outputs) == {f"{NAMESPACE}/flow.extract.return_value", "s3://bucket/trips"}
    table = outputs[f"{NAMESPACE}/flow.extract.return_value"]
    fields = {one["name"]: one for one in table["facets"]["schema"]["fields"]}
    assert {name: one["type"] for name, one in fields.items()} == {
        "trip_id": "int64",
        "fare": "double",
        "note": "string",
    }
    assert fields["trip_id"]["description"] == "key of the trip"
    assert "description" not in fields["note"]
    statistics = table["outputFacets"]["outputStatistics"]
    assert statistics["rowCount"] == 3
    assert statistics["size"] > 100
    assert table["facets"]["version"]["datasetVersion"].startswith("xxh3:")


def test_an_input_has_the_columns_and_rules_of_its_reader(
    events: dict[str, dict[str, Any]],
) -> None:
    """Only what the reader names, as what it was checked by; a lazy table is not checked whole."""
    for task, is_checked in (("fares", True), ("lazily", False), ("reduce", True)):
        ((name, table),) = named(events[f"flow.{task}"], "inputs").items()
        writer = "each" if task == "reduce" else "extract"
        assert name == f"{NAMESPACE}/flow.{writer}.return_value"
        (column,) = table["facets"]["schema"]["fields"]
        assert (column["name"], column["description"]) == ("fare", "in euros")
        checked = table["inputFacets"].get("dataQualityAssertions", {"assertions": []})
        told = {(one["assertion"], one["column"], one["success"]) for one in checked["assertions"]}
        rules = {("not_null", "fare", True), ("no value is below 0", "fare", True)}
        assert rules <= told if is_checked else not told


def test_models_and_files_are_datasets_where_they_are_stored(
    events: dict[str, dict[str, Any]],
) -> None:
    """A large model has its fields, a file its size; small values are no datasets."""
    model = named(events["flow.report"], "outputs")[f"{NAMESPACE}/flow.report.return_value"]
    fields = {one["name"]: one for one in model["facets"]["schema"]["fields"]}
    assert (fields["title"]["type"], fields["rows"]["type"]) == ("str", "list[int]")
    assert fields["title"]["description"] == "what it is about"
    file = named(events["flow.draw"], "outputs")[f"{NAMESPACE}/flow.draw.return_value"]
    assert file["outputFacets"]["outputStatistics"]["size"] == 3
    assert set(named(events["flow.publish"], "inputs")) == {
        f"{NAMESPACE}/flow.report.return_value",
        f"{NAMESPACE}/flow.draw.return_value",
    }
    assert named(events["flow.fares"], "outputs") == {}
    assert named(events["flow.report"], "inputs") == {}


def test_small_values_are_datasets_only_if_the_setting_says_so(
    events: dict[str, dict[str, Any]],
) -> None:
    """With types and size, but without the value or a digest, from which it could be guessed."""
    for dag in ("small", "inline_too"):
        assert named(events[f"{dag}.silent"], "outputs") == {}
        assert "s3cret" not in json.dumps([events[f"{dag}.report"], events[f"{dag}.publish"]])
    assert named(events["small.report"], "outputs") == {}
    assert named(events["small.publish"], "inputs") == {}

    name = f"{NAMESPACE}/inline_too.report.return_value"
    ((written, output),) = named(events["inline_too.report"], "outputs").items()
    ((read, given),) = named(events["inline_too.publish"], "inputs").items()
    assert written == read == name
    for dataset in (output, given):
        fields = {one["name"]: one["type"] for one in dataset["facets"]["schema"]["fields"]}
        assert fields == {"title": "str", "rows": "list[int]"}
    assert output["outputFacets"]["outputStatistics"]["size"] == len(
        '{"title":"s3cret","rows":[1]}'
    )
    assert "version" not in output["facets"]
