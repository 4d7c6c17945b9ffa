"""Stores of other packages, as an installed package offers them."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.test_docs import snippets
from typedxcom.airflow.running import stores
from typedxcom.errors import ConfigurationError, StoreError
from typedxcom.stores import Store
from typedxcom.stores.installed import BUILT_IN
from typedxcom.testing import StoreTests

pytestmark = [pytest.mark.airflow, pytest.mark.usefixtures("forgotten")]

PAGE = Path(__file__).parents[2] / "docs/how-to/stores.md"
CODE = """
from typedxcom.errors import StoreError
from typedxcom.stores import MemoryStore


class ShelfStore(MemoryStore):
    def __init__(self, address, *, name):
        super().__init__(name)
        self.address = address


def refused(address, *, name):
    raise StoreError("The shelf is locked.")


def broken(address, *, name):
    raise RuntimeError(f"cannot connect to {address}?token=SECRET")


def something_else(address, *, name):
    return {}


def renamed(address, *, name):
    return MemoryStore("mine")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Put a package on the path that offers stores: scheme -> what makes them."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "shelf.py").write_text(CODE)

    def make(offers: dict[str, str], package: str = "shelf") -> None:
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = [f"{scheme} = {target}" for scheme, target in offers.items()]
        text = "\n".join(["[typedxcom.stores]", *lines])
        (info / "entry_points.txt").write_text(text)
        importlib.invalidate_caches()

    yield make
    sys.modules.pop("shelf", None)


def opened(monkeypatch: pytest.MonkeyPatch, address: str) -> Store:
    """The store of a deployment whose airflow.cfg says *address*."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", address)
    return stores.open_store("default")


class TestInstalledStore(StoreTests):
    """The store that docs/how-to/stores.md shows keeps every rule, opened by its entry point."""

    @pytest.fixture
    def store(
        self, install: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> Store:
        """Open it as a task does."""
        (tmp_path / "shelf.py").write_text(
            snippets(PAGE.read_text())[0].code.partition("\nstore =")[0]
        )
        install({"sqlite": "shelf:SqliteStore"})
        store = opened(monkeypatch, f"sqlite://{tmp_path}/xcom.db")
        assert type(store).__name__ == "SqliteStore"
        return store


def test_the_page_names_every_built_in_scheme() -> None:
    """An author sees which schemes are taken."""
    (listed,) = re.findall(r"entry point for (.*?)\. So", " ".join(PAGE.read_text().split()))
    assert set(re.findall(r"`(\w+)`", listed)) == BUILT_IN


def test_the_store_gets_the_address_and_its_name(install, monkeypatch) -> None:
    """The package sees the whole address, and pointers call the store as airflow.cfg does."""
    install({"shelf": "shelf:ShelfStore"})
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORES", '{"archive": "shelf://left@third/xcom"}')
    store = stores.open_store("archive")
    assert (store.address, store.name) == ("shelf://left@third/xcom", "archive")


def test_nothing_is_imported_before_its_address_is_used(install, monkeypatch, tmp_path) -> None:
    """Another store of the deployment does not pay for the package."""
    install({"shelf": "shelf:ShelfStore"})
    opened(monkeypatch, str(tmp_path / "xcom"))
    assert "shelf" not in sys.modules


@pytest.mark.parametrize("scheme", sorted(BUILT_IN))
def test_a_built_in_scheme_is_never_replaced(install, monkeypatch, scheme) -> None:
    """Installing a package does not move the objects of a deployment."""
    install({scheme: "shelf:ShelfStore"})
    with pytest.raises(ConfigurationError, match=r"'nowhere'|cannot be opened"):
        opened(monkeypatch, f"{scheme}://nowhere@bucket/xcom")
    assert "shelf" not in sys.modules


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("shelf:missing", "cannot be opened by `shelf:missing` of shelf 1.0: AttributeError"),
        ("shelf_of_nobody:Store", "by `shelf_of_nobody:Store` of shelf 1.0: ModuleNotFoundError"),
        ("shelf:broken", "by `shelf:broken` of shelf 1.0: RuntimeError: cannot connect"),
        (
            "shelf:something_else",
            "gives a `dict`, which is not a subclass of typedxcom.stores.Store",
        ),
        ("shelf:renamed", "returns a store with the name 'mine'. Pass the `name`"),
    ],
)
def test_what_is_wrong_with_a_package_is_said(install, monkeypatch, target, words) -> None:
    """The error names the store, its address, the package and its class, and no secret."""
    install({"shelf": target})
    with pytest.raises(ConfigurationError) as caught:
        opened(monkeypatch, "shelf://left@third/xcom")
    text = str(caught.value)
    assert words in text
    assert "The store 'default' at shelf://third/xcom" in text
    assert "SECRET" not in text
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_error_of_the_stores_own_passes(install, monkeypatch) -> None:
    """A package says itself whether a retry may help."""
    install({"shelf": "shelf:refused"})
    with pytest.raises(StoreError, match="locked"):
        opened(monkeypatch, "shelf://left@third/xcom")


def test_two_packages_for_one_scheme_are_refused(install, monkeypatch) -> None:
    """Nobody can say which of them wrote the objects."""
    install({"shelf": "shelf:ShelfStore"})
    install({"shelf": "shelf:renamed"}, package="bookcase")
    with pytest.raises(ConfigurationError) as caught:
        opened(monkeypatch, "shelf://left@third/xcom")
    assert "`shelf:ShelfStore` of shelf 1.0, `shelf:renamed` of bookcase 1.0" in str(caught.value)


def test_a_secret_in_an_address_reaches_no_package(install, monkeypatch) -> None:
    """As for every store: options and passwords belong to an Airflow connection."""
    install({"shelf": "shelf:ShelfStore"})
    with pytest.raises(ConfigurationError, match="holds more than a connection's id"):
        opened(monkeypatch, "shelf://user:SECRET@third/xcom")
    assert "shelf" not in sys.modules
