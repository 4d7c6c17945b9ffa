"""What a pointer's codec means is decided in one place, and one module and one line add to it."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any, get_args

import pytest

from typedxcom.codecs.base import Encoded
from typedxcom.contracts import Contract, Promise
from typedxcom.errors import DecodeError, ValidationError
from typedxcom.exchange import load, opened
from typedxcom.exchange.forms import in_form
from typedxcom.pointer import MARKER, Coordinates, parse
from typedxcom.schema import schema_of
from typedxcom.schema.nodes import UNKNOWN
from typedxcom.settings import Settings
from typedxcom.sizes import amount
from typedxcom.stored import FORMATS, TABLE_FORMATS, base, format_of
from typedxcom.stored.access import Placement, Stores, TableFormat
from typedxcom.stored.base import StoredFormat, known_formats
from typedxcom.stores import MemoryStore

AT = Coordinates("d", "r", "t")
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "wire-format.md"


@pytest.fixture
def place() -> Placement:
    """Where values go: a store in memory."""
    store = MemoryStore(name="s")
    return Placement(Stores(lambda name: store), AT, "s")


@pytest.fixture
def shouted() -> Iterator[str]:
    """The name of a format that somebody added."""
    known_formats(ShoutedFormat())
    yield ShoutedFormat.name
    del base._known[ShoutedFormat.name]


class ShoutedFormat(StoredFormat):
    """A text, in capitals for all who read it."""

    name = "shouted"

    def value(self, entry: dict[str, Any], stores: Stores) -> Any:
        return bytes(stores.read(entry)).decode().upper()


def read(annotation: Any, entry: Any, stores: Stores) -> Any:
    """What a parameter with this annotation gets."""
    return load(entry, Promise(annotation, schema_of(annotation)).codec, stores=stores)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_format_has_a_module_of_its_name(name: str) -> None:
    """Who meets a name in a pointer finds the file, and the page on the wire format says it."""
    module = importlib.import_module(f"typedxcom.stored.{name}")
    assert getattr(module, name.upper()) is FORMATS[name]
    assert FORMATS[name].name == name
    assert f"`{name}`" in PAGE.read_text()


def test_the_table_formats_are_those_that_a_task_can_choose() -> None:
    """Type checkers and the registry know the same names."""
    assert get_args(TableFormat) == TABLE_FORMATS


def test_an_added_format_is_read(place: Placement, shouted: str) -> None:
    """Readers without a contract get its value; those with one are refused what is no JSON."""
    entry = place.put(b"hello", codec=shouted, ext="txt", about="text of 5")
    assert opened([entry, 1], place.stores) == ["HELLO", 1]
    with pytest.raises(DecodeError, match="An XCom holds a text of 5, which is not JSON"):
        read(str, entry, place.stores)


def test_an_unknown_format_is_refused_and_never_deleted(place: Placement) -> None:
    """A newer typedxcom may have written it, so that purge does not know who else names it."""
    entry: Any = place.put(b"hello", codec="shouted", ext="txt", about="text of 5")
    for look in (lambda: opened(entry, place.stores), lambda: read(str, entry, place.stores)):
        with pytest.raises(DecodeError, match="An XCom holds a text of 5, which is not JSON"):
            look()
    assert format_of(parse(entry)).is_passed_on


@pytest.mark.parametrize(
    ("size", "kind"),
    [(8_000, str), (8_001, dict), (100_000, dict), (100_001, "pointer")],
)
def test_a_value_changes_its_form_at_the_thresholds(place: Placement, size: int, kind: Any) -> None:
    """Up to a threshold a value has the form before it; without a store it stays in the entry."""
    encoded = Encoded.of("x" * (size - 2))
    entry: Any = in_form(encoded, UNKNOWN, settings=Settings(), placement=place)
    assert "path" in entry if kind == "pointer" else type(entry) is kind
    without = in_form(encoded, UNKNOWN, settings=Settings())
    assert type(without) is (str if kind is str else dict)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (17_300, "17 kB"),
        (94_000_000, "94 MB"),
        (1_500_000_000, "1.5 GB"),
        (2 * 10**15, "2,000.0 TB"),
    ],
)
def test_a_size_is_said_in_the_unit_that_people_read(size: int, words: str) -> None:
    """Two digits are enough, and below ten units there is one behind the point."""
    assert amount(size) == words


def test_a_contract_is_a_frozen_value() -> None:
    """More names make another contract, and leave the one that was there as it is."""

    def f(n: Later) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    contract = Contract(f)
    with pytest.raises(FrozenInstanceError):
        contract.output = int  # type: ignore[misc]
    better = contract.knowing({"Later": int})
    assert (contract.is_resolved, better.is_resolved) == (False, True)
    assert better.parameters["n"].schema == schema_of(int)
    with pytest.raises(ValidationError):
        load("x", better.parameters["n"].codec)


def literals(tree: ast.AST) -> Iterator[Any]:
    """The texts and bytes of a module that are no documentation."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in said:
            yield node.value


def test_our_mark_and_the_names_of_formats_are_written_once() -> None:
    """What marks our forms is in the pointer's module, and a name of a format in its own."""
    package = Path(base.__file__).parents[1]
    marked, named = set(), set()
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text())
        found = [str(value) for value in literals(tree) if isinstance(value, (str, bytes))]
        if any(MARKER in text for text in found):
            marked.add(path.relative_to(package).as_posix())
        named |= {
            f"{path.stem}: {ast.unparse(node)}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare) and ".codec" in ast.unparse(node.left)
        }
    assert marked == {"pointer/pointer.py"}
    assert named == set()
