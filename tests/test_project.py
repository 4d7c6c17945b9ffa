"""The project's own rules: floors, a cheap import, honest lower bounds, clean files."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "typedxcom"

SIDE = 6  # beside the house: nothing on a floor imports from there
FLOORS = {
    "caches": 1,
    "errors": 1,
    "jsontypes": 1,
    "key_faults": 1,
    "nearness": 1,
    "needs": 1,
    "operator_outputs": 1,
    "sizes": 1,
    "annotations": 2,
    "loops": 2,
    "scopes": 2,
    "pointer": 2,
    "registry": 2,
    "schema": 2,
    "inference": 2,
    "settings": 2,
    "upcasters": 2,
    "cache": 3,
    "codecs": 3,
    "stores": 3,
    "tables": 3,
    "contracts": 4,
    "evolution": 4,
    "exchange": 4,
    "forms": 4,
    "stored": 4,
    "preview": 4,
    "params": 4,
    "promises": 4,
    "sweep": 4,
    "airflow": 5,
    "backend": 5,
    "__main__": SIDE,
    "cli": SIDE,
    "mypy": SIDE,
    "testing": SIDE,
}
AIRFLOW_FLOORS = {  # of the rooms in typedxcom/airflow; its files have the ground
    "wiring": 1,
    "running": 2,
    "authoring": 3,
    "sweep": 3,
    "policy": SIDE,  # Airflow loads it
    "tab": SIDE,  # likewise
}
DATA = {
    "key_faults",
    "nearness",
    "needs",
    "operator_outputs",
}  # the plugin reads them too: the stdlib and each other only
HEAVY = {"duckdb", "pandas", "polars", "pyarrow"}


@dataclass(frozen=True)
class Import:
    """One imported module: ``typedxcom.schema`` for ``from typedxcom.schema import Schema``."""

    module: str
    line: int
    at_start: bool = True  # runs when the importing module is imported
    names: tuple[str, ...] = ()  # what is taken from it
    for_checkers: bool = False  # stands under TYPE_CHECKING

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    @property
    def part(self) -> str:
        """The part of typedxcom that it names, as in FLOORS; "" for the package itself."""
        return self.module.partition(".")[2].partition(".")[0]


def module_name(path: Path) -> str:
    """The dotted name of the module in the file *path*."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source: str, module: str, *, is_package: bool = False) -> list[Import]:
    """All imports of a module, also those in functions and under TYPE_CHECKING."""
    package = module.split(".") if is_package else module.split(".")[:-1]

    def named(node: ast.Import | ast.ImportFrom) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
            return
        base = package[: len(package) - node.level + 1] if node.level else []
        origin = ".".join([*base, *([node.module] if node.module else [])])
        taken = tuple(alias.name for alias in node.names)
        if origin == "typedxcom":
            # The package itself lends out only its version; all else is named by its own module.
            for name in taken:
                if name != "__version__":
                    yield Import(f"typedxcom.{name}", node.lineno)
        else:
            yield Import(origin, node.lineno, names=taken)

    def walk(node: ast.AST, at_start: bool, for_checkers: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for found in named(node):
                yield replace(found, at_start=at_start, for_checkers=for_checkers)
        body_runs = at_start and not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
        )
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for child in node.body:
                yield from walk(child, False, True)
            for child in node.orelse:
                yield from walk(child, at_start, for_checkers)
            return
        for child in ast.iter_child_nodes(node):
            yield from walk(child, body_runs, for_checkers)

    return list(walk(ast.parse(source), True, False))


def breaches(part: str, found: list[Import]) -> list[str]:
    """What a module of *part* may not import, one sentence each."""
    floor = FLOORS[part]
    wrong = []
    for item in found:
        if item.top == "typedxcom":
            allowed = item.part == part or (
                FLOORS.get(item.part, SIDE + 1) <= floor
                and (part not in {"mypy", *DATA} or item.part in DATA)
            )
        elif part in DATA:
            allowed = item.top in sys.stdlib_module_names
        elif part == "mypy":
            # tomli is mypy's own requirement on Python 3.10.
            allowed = item.top in sys.stdlib_module_names or item.top in {"mypy", "tomli"}
        else:
            late = item.top not in HEAVY or not item.at_start
            allowed = late and (floor > 4 or item.top != "airflow")
        if not allowed:
            wrong.append(f"line {item.line}: {part} may not import {item.module} there")
    return wrong


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=module_name)
def test_a_module_imports_only_from_its_floor_or_below(path):
    """Imports go one way; floors 1 to 4 do not know Airflow; Arrow is imported on use."""
    name = module_name(path)
    if name == "typedxcom":
        return  # the lazy front door names every floor; the next tests watch it
    part = name.split(".")[1]
    assert part in FLOORS, f"{name} is a new top-level module: give it a floor in {__file__}"
    found = imports(path.read_text(), name, is_package=path.name == "__init__.py")
    assert not (wrong := breaches(part, found)), f"{name}: " + "; ".join(wrong)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("typedxcom.errors", "from typedxcom.schema import Schema"),
        ("typedxcom.schema.nodes", "from ..codecs import base"),
        ("typedxcom.schema.nodes", "from .. import exchange"),
        ("typedxcom.schema.nodes", "from typedxcom import Table"),
        ("typedxcom.codecs.base", "def f():\n    import airflow.sdk"),
        ("typedxcom.contracts", "if TYPE_CHECKING:\n    from airflow.sdk import XComArg"),
        ("typedxcom.exchange", "import typedxcom.airflow"),
        ("typedxcom.tables", "import pyarrow as pa"),
        ("typedxcom.airflow.private", "try:\n    import pandas\nexcept ImportError:\n    pass"),
        ("typedxcom.airflow.private", "import typedxcom.testing"),
        ("typedxcom.mypy.plugin", "import typedxcom.errors"),
        ("typedxcom.mypy.plugin", "import pydantic"),
        ("typedxcom.operator_outputs", "import typedxcom.errors"),
        ("typedxcom.operator_outputs", "import msgspec"),
    ],
)
def test_a_wrong_import_is_found(module, source):
    """The floor check can fail: each of these breaks one rule."""
    assert breaches(module.split(".")[1], imports(source, module))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("typedxcom.schema.nodes", "from ..errors import ContractError"),
        ("typedxcom.schema.nodes", "from . import build"),
        ("typedxcom.tables", "def f():\n    import pyarrow as pa"),
        ("typedxcom.tables", "if TYPE_CHECKING:\n    import pyarrow as pa"),
        ("typedxcom.airflow.private", "from airflow.sdk import XComArg"),
        ("typedxcom.cli", "from typedxcom.airflow import task"),
        ("typedxcom.mypy.plugin", "from typedxcom import __version__\nimport mypy.build, json"),
        ("typedxcom.mypy.plugin", "from typedxcom.operator_outputs import OUTPUTS"),
    ],
)
def test_a_right_import_passes(module, source):
    """The floor check lets each floor use what lies under it."""
    assert not breaches(module.split(".")[1], imports(source, module))


def tree_of(page: str) -> set[str]:
    """The paths in the tree that *page* draws of the package."""
    (drawn,) = re.findall(r"^```text\ntypedxcom/\n(.*?)^```$", page, re.M | re.S)
    found: set[str] = set()
    above: list[str] = []
    for line in drawn.splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2 - 1
        above[depth:] = [name]
        found.add("".join(above))
    return found


def test_what_checkers_read_for_airflows_code_is_light():
    """The types of tasks import no module of typedxcom's, which would bring table libraries."""
    source = (ROOT / "stubs" / "types" / "typedxcom_types" / "__init__.pyi").read_text()
    named = {item.top for item in imports(source, "typedxcom_types", is_package=True)}
    assert named == {"airflow", "collections", "datetime", "typing", "typing_extensions"}


def test_contributing_draws_the_tree_on_disk():
    """Every room and every file at the top has a line, and nothing else has."""
    rooms = {f"{path.parent.relative_to(PACKAGE)}/" for path in PACKAGE.rglob("__init__.py")} - {
        "./"
    }
    files = {path.name for path in PACKAGE.glob("*.py*") if path.suffix != ".pyc"}
    assert tree_of((ROOT / "CONTRIBUTING.md").read_text()) == rooms | (files - {"py.typed"})


def test_contributing_names_files_that_exist():
    """The files to touch for each common change are there."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    table = page.partition("### Where to change what")[2].partition("###")[0]
    named = set(re.findall(r"`((?:\w+/)+(?:[\w-]+\.\w+)?)`", table))
    assert len(named) > 25
    missing = {path for path in named if not ((PACKAGE / path).exists() or (ROOT / path).exists())}
    assert not missing


def floors_of(page: str) -> dict[str, int]:
    """Part -> floor, as the table of the page has it."""
    rows = re.findall(r"^\| (\d|side) \| (.*) \|$", page, re.M)
    return {
        part: SIDE if floor == "side" else int(floor)
        for floor, parts in rows
        for part in re.findall(r"`(\w+)`", parts)
    }


def test_contributing_has_the_floors():
    """The floors that are written down are those that are checked."""
    written = floors_of((ROOT / "CONTRIBUTING.md").read_text())
    assert written == {part: floor for part, floor in FLOORS.items() if part != "__main__"}


def import_graph(sources: Mapping[str, tuple[str, bool]]) -> dict[str, set[str]]:
    """Module -> the modules that it imports when it runs, in functions too.

    Args:
        sources: Module -> its text, and whether it is a package.
    """
    graph: dict[str, set[str]] = {}
    for module, (source, is_package) in sources.items():
        graph[module] = set()
        for item in imports(source, module, is_package=is_package):
            if not item.for_checkers:
                parts = {f"{item.module}.{name}" for name in item.names} & sources.keys()
                graph[module] |= parts or ({item.module} & sources.keys())
        graph[module].discard(module)
    return graph


def rings(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The modules that reach themselves, each with those that it reaches and that reach it."""

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        ahead = [start]
        while ahead:
            new = graph[ahead.pop()] - found
            found |= new
            ahead.extend(new)
        return found

    reach = {module: reached(module) for module in graph}
    found = {
        tuple(sorted(other for other in reach[module] if module in reach[other]))
        for module in graph
        if module in reach[module]
    }
    return [list(ring) for ring in sorted(found)]


def own_sources() -> dict[str, tuple[str, bool]]:
    """As `import_graph` takes them, without the lazy front door, which names every floor."""
    found = {
        module_name(path): (path.read_text(), path.name == "__init__.py")
        for path in PACKAGE.rglob("*.py")
    }
    del found["typedxcom"]
    return found


def test_no_module_imports_itself_by_way_of_others():
    """The import graph has no ring, counted with the imports in functions."""
    assert rings(import_graph(own_sources())) == []


def test_a_ring_is_found():
    """The ring check can fail: on an import in a function, and on a package's own module."""
    late = "def f():\n    from typedxcom.b import g"
    assert rings(import_graph({"typedxcom.a": (late, False), "typedxcom.b": ("", False)})) == []
    closed = {"typedxcom.a": (late, False), "typedxcom.b": ("from . import a", False)}
    assert rings(import_graph(closed)) == [["typedxcom.a", "typedxcom.b"]]
    by_room = {
        "typedxcom.a": ("from typedxcom.room import part", False),
        "typedxcom.room": ("", True),
        "typedxcom.room.part": ("import typedxcom.a", False),
    }
    assert rings(import_graph(by_room)) == [["typedxcom.a", "typedxcom.room.part"]]
    typing = "if TYPE_CHECKING:\n    from typedxcom import a"
    for_checkers = {**closed, "typedxcom.b": (typing, False)}
    assert rings(import_graph(for_checkers)) == []


def upward(graph: Mapping[str, set[str]]) -> list[str]:
    """Which rooms of the Airflow shell import from a room above or beside them."""

    def room(module: str) -> str:
        parts = module.removeprefix("typedxcom.airflow").split(".")
        return parts[1] if len(parts) > 1 else ""

    return [
        f"{module} imports {other}"
        for module, others in graph.items()
        for other in others
        if module.startswith("typedxcom.airflow.") and other.startswith("typedxcom.airflow.")
        if room(module) != room(other)
        and AIRFLOW_FLOORS.get(room(module), 0) <= AIRFLOW_FLOORS.get(room(other), 0)
        and (room(module) in AIRFLOW_FLOORS or room(other) in AIRFLOW_FLOORS)
    ]


def test_the_rooms_of_the_airflow_shell_import_one_way():
    """Wiring knows nothing of running, running nothing of authoring, and the sweep is beside it."""
    assert upward(import_graph(own_sources())) == []


@pytest.mark.parametrize(
    ("module", "other"),
    [("wiring.flows", "running.stores"), ("authoring.keys", "sweep.run"), ("raw", "wiring.call")],
)
def test_an_import_from_a_room_above_is_found(module, other):
    """The check of the rooms can fail: upwards, sideways, and from the ground."""
    here, there = f"typedxcom.airflow.{module}", f"typedxcom.airflow.{other}"
    assert upward({here: {there}, there: set()}) == [f"{here} imports {there}"]
    assert upward({there: {f"typedxcom.airflow.{part}" for part in ("private", "config")}}) == []


def export_order(name: str) -> tuple[int, str]:
    """CONSTANTS, then Classes, then functions: the order that ruff keeps (RUF022)."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_the_public_names_are_complete_and_sorted():
    """What type checkers see of the package is what ``__all__`` lists, in order."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    mirror = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.If)
        for statement in node.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    exported = importlib.import_module("typedxcom").__all__
    assert exported == sorted(exported, key=export_order)
    assert set(exported) == mirror


def test_every_public_name_can_be_imported():
    """The lazy front door finds each name in its own module."""
    package = importlib.import_module("typedxcom")
    for name in package.__all__:
        assert getattr(package, name) is not None


def test_no_lazy_name_is_also_a_module():
    """Python would give one or the other, by what was imported first."""
    lazy = [path for path in PACKAGE.rglob("__init__.py") if "def __getattr__" in path.read_text()]
    assert len(lazy) > 2
    for path in lazy:
        package = importlib.import_module(module_name(path))
        files = {part.stem for part in path.parent.glob("*.py")}
        modules = files | {part.parent.name for part in path.parent.glob("*/__init__.py")}
        assert not modules.intersection(package.__all__), package.__name__


def test_importing_the_package_is_cheap():
    """Naming ``typedxcom.mypy`` as a plugin imports the package: it must load nothing heavy."""
    code = "import sys, typedxcom; print(*sys.modules)"
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(process.stdout.split())
    assert "typedxcom" in loaded
    assert not loaded & {"airflow", "msgspec", "pydantic", *HEAVY}


def test_the_lower_bounds_are_what_the_oldest_lock_installs():
    """A lower bound that no test runs on is a guess."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {
        name: group for name, group in project["optional-dependencies"].items() if name != "stubs"
    }
    groups = [project["dependencies"], *extras.values()]
    lock = (ROOT / "requirements" / "oldest.txt").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+==[^ ;]+)", lock, re.M))
    for requirement in (Requirement(text) for group in groups for text in group):
        assert str(requirement).replace(">=", "==") in locked
    (mypy,) = extras["mypy"]
    over = (ROOT / "requirements" / "mypy-oldest.in").read_text()
    assert mypy.replace(">=", "==") in over.splitlines()
    makefile = (ROOT / "Makefile").read_text()
    assert set(re.findall(r"--extra (\w+)", makefile)) == set(extras)


def test_the_stubs_are_released_together():
    """The extra, the stubs' own project and this one name the same version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    stubs = tomllib.loads((ROOT / "stubs" / "pyproject.toml").read_text())["project"]
    assert project["version"] == stubs["version"]
    assert project["optional-dependencies"]["stubs"] == [f"{stubs['name']}=={stubs['version']}"]
    assert f"{project['name']}=={project['version']}" in stubs["dependencies"]


# Each written so that it does not match its own text.
FOREIGN = re.compile(
    rb"pypi[.]org|pythonhosted[.]|npmjs[.]|deb[.]debian"  # package indexes: users have their own
    rb"|/w[o]rk/|/f[a]rm/|/tmp/[v]/"  # folders of one machine
)


def test_files_name_no_package_index_and_no_private_folder():
    """The repository installs and reads the same on every machine."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name.decode() for name in names.split(b"\0") if name]
    assert Path(__file__) in paths
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        if path.is_file()
        for number, line in enumerate(path.read_bytes().splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert not found
