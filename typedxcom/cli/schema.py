"""`typedxcom schema DAGS…` prints what each task takes and gives, as JSON Schema.

Code generators of other languages make classes of it, for a ``@task.stub`` whose body is there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from typedxcom.annotations import VARIADIC
from typedxcom.cli.dags_argument import add_dags, dags_of
from typedxcom.cli.refusing import refused
from typedxcom.cli.terminal.lines import about_file, words
from typedxcom.codecs.jsonschema import Json, json_schema
from typedxcom.errors import ConfigurationError, UnsupportedTypeError
from typedxcom.schema.nodes import Field, Record, Schema

__all__ = ["add_options", "run"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `typedxcom schema`."""
    add_dags(parser)
    parser.add_argument("--format", choices=["jsonschema"], default="jsonschema")
    parser.add_argument("--dag-id", help="Only this DAG.")
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="Write a file for each schema into DIR."
    )
    parser.add_argument("--dags-folder", type=Path, help="The folder that DAGs import from.")


def run(options: argparse.Namespace) -> int:
    """Prints or writes the schemas. Returns the exit code: 1 if a file could not be imported."""
    failed: list[Path] = []
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found = [_described(dag) for dag in _dags(options, failed)]
    except (FileNotFoundError, ConfigurationError) as error:
        return refused(error)
    if not found and not failed:
        words("no such DAG", sys.stderr)
        return 2
    if options.output is None:
        print(json.dumps({"dags": found}, indent=2))
    else:
        _write(found, options.output)
    return 1 if failed else 0


def _dags(options: argparse.Namespace, failed: list[Path]) -> Iterator[Any]:
    """Yields the DAGs of the files. Those that cannot be imported go into *failed*."""
    from typedxcom.cli.discovery import dag_files, dags_folder_of
    from typedxcom.cli.loading import forget_modules, load_file

    for path in dags_of(options):
        folder, before = (options.dags_folder or dags_folder_of(path)).absolute(), set(sys.modules)
        for file in dag_files(path):
            with load_file(file.absolute(), root=folder) as loaded:
                if loaded.error is not None:
                    failed.append(file)
                    about_file(file, loaded.line, "error", str(loaded.error), sys.stderr)
                yield from (one for one in loaded.dags if options.dag_id in (None, one.dag_id))
        forget_modules(folder, before)


def _described(dag: Any) -> dict[str, Any]:
    """Returns the tasks of *dag* that have a contract, in their order."""
    from typedxcom.airflow.wiring.flows import operator_contract, output_schema

    tasks = []
    for operator in dag.tasks:
        contract = operator_contract(operator)
        if contract is None:
            continue
        at = (dag.dag_id, operator.task_id)
        tasks.append({
            "task_id": operator.task_id,
            "inputs": _inputs(contract, at),
            "output": _whole(output_schema(contract, operator), *at, "output"),
        })  # fmt: skip
    return {"dag_id": dag.dag_id, "tasks": tasks}


def _inputs(contract: Any, at: tuple[str, str]) -> Json:
    """Returns an object with a property for each parameter that Airflow does not fill."""
    fields, comments = {}, []
    for name, parameter in contract.signature.parameters.items():
        if contract.is_injected(name) or parameter.kind in VARIADIC:
            continue
        schema = contract.parameter(name).schema
        fields[name] = Field(schema, required=parameter.default is parameter.empty)
        try:
            json_schema(schema)
        except UnsupportedTypeError as error:
            del fields[name]
            comments.append(f"{name}: {error}")
    written = json_schema(Record(dict, "typeddict", (), fields))
    defs = written.pop("$defs")
    top = defs.pop(written["$ref"].rpartition("/")[2])
    found = {**_named(*at, "inputs"), **top}
    if comments:
        found["$comment"] = " ".join(comments)
    return {**found, "$defs": defs} if defs else found


def _whole(schema: Schema, dag_id: str, task_id: str, what: str) -> Json:
    found = _named(dag_id, task_id, what)
    try:
        return {**found, **json_schema(schema)}
    except UnsupportedTypeError as error:
        return {**found, "$comment": str(error)}


def _named(dag_id: str, task_id: str, what: str) -> Json:
    name = ":".join(quote(one, safe="") for one in (dag_id, task_id, what))
    return {"$schema": _DIALECT, "$id": f"urn:typedxcom:{name}"}


def _write(found: list[dict[str, Any]], folder: Path) -> None:
    """Writes ``DIR/<dag>/<task>.inputs.json`` and ``DIR/<dag>/<task>.output.json``."""
    for dag in found:
        for task in dag["tasks"]:
            for what in ("inputs", "output"):
                home = folder / quote(dag["dag_id"], safe="")
                home.mkdir(parents=True, exist_ok=True)
                file = home / f"{quote(task['task_id'], safe='')}.{what}.json"
                file.write_text(json.dumps(task[what], indent=2) + "\n", encoding="utf-8")
                print(file)
