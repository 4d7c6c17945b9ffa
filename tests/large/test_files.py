"""Files travel byte for byte, are verified, and pass on without being copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from typedxcom import File
from typedxcom.contracts import Promise
from typedxcom.errors import (
    ConfigurationError,
    EncodeError,
    IntegrityError,
    PointerNotFoundError,
    ValidationError,
)
from typedxcom.exchange import dump, load
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.settings import Settings
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import LocalStore, MemoryStore, Store

SETTINGS = Settings()
FILE = Promise(File, schema_of(File))


@pytest.fixture(params=["local", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Placement:
    """Where files go: a store that maps into memory, and one that does not."""
    store: Store = LocalStore(tmp_path / "store", name="s")
    if request.param == "memory":
        store = MemoryStore(name="s")
    return Placement(Stores(lambda name: store), Coordinates("d", "r", "t"), "s")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A file that is no text."""
    path = tmp_path / "picture.png"
    path.write_bytes(bytes(range(256)) * 100)
    return path


def test_a_file_comes_back_byte_for_byte(place: Placement, picture: Path) -> None:
    """The reader gets the bytes, the media type and the size; the row shows no content."""
    row = dump(File(picture), FILE.codec, settings=SETTINGS, placement=place)
    assert isinstance(row, dict)
    assert row["is"] == "file image/png, 26 kB"
    file = load(row, FILE.codec, stores=place.stores)
    assert file.size == 25_600
    assert file.media_type == "image/png"
    assert file.path.suffix == ".png"
    assert file.read_bytes() == picture.read_bytes()
    with file.open() as opened:
        assert opened.read(2) == b"\x00\x01"
    assert repr(file) == file.serialize() == "File(image/png, 26 kB)"


def test_a_file_is_passed_on_without_a_copy(place: Placement, picture: Path) -> None:
    """A task that returns the file that it got passes the pointer on."""
    row = dump(File(picture), FILE.codec, settings=SETTINGS, placement=place)
    file = load(row, FILE.codec, stores=place.stores)
    elsewhere = Placement(place.stores, Coordinates("d", "r", "other"), "s")
    assert dump(file, FILE.codec, settings=SETTINGS, placement=elsewhere) == row


def test_a_lost_or_altered_file_is_an_error(tmp_path: Path, picture: Path) -> None:
    """What is read is what was written, or an error says otherwise."""
    store = LocalStore(tmp_path / "store", name="s")
    place = Placement(Stores(lambda name: store), Coordinates("d", "r", "t"), "s")
    row = dump(File(picture), FILE.codec, settings=SETTINGS, placement=place)
    assert isinstance(row, dict)
    path = tmp_path / "store" / str(row["path"])
    path.chmod(0o600)
    path.write_bytes(bytes(25_600))
    with pytest.raises(IntegrityError, match="digest"):
        load(row, FILE.codec, stores=place.stores).read_bytes()
    path.unlink()
    with pytest.raises(PointerNotFoundError):
        load(row, FILE.codec, stores=place.stores).read_bytes()


def test_what_is_no_file_is_refused(place: Placement, tmp_path: Path) -> None:
    """A path string, a missing file and another kind of object each fail with the reason."""
    with pytest.raises(ValidationError, match="expected `File`, got `str`"):
        dump("picture.png", FILE.codec, settings=SETTINGS, placement=place)
    with pytest.raises(EncodeError, match="not a file"):
        dump(File(tmp_path / "missing"), FILE.codec, settings=SETTINGS, placement=place)
    blob = place.put(b"x", codec="bytes", ext="bin", about="1 byte")
    with pytest.raises(ValidationError, match="expected `File`, got `1 byte`"):
        load(blob, FILE.codec, stores=place.stores)


def test_a_file_needs_a_store(picture: Path) -> None:
    """Without a store that every worker reaches the error says what to set."""
    with pytest.raises(ConfigurationError, match="store"):
        dump(File(picture), FILE.codec, settings=SETTINGS)
