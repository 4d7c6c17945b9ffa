"""A pointer that a row names is untrusted: parsed strictly, confined and, if asked, signed."""

from __future__ import annotations

import json
import posixpath
import re
import string
import sys
import unicodedata
from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from typedxcom.errors import ConfigurationError, DecodeError, EncodeError, IntegrityError
from typedxcom.pointer import (
    MARKER,
    Coordinates,
    Digester,
    Origin,
    Pointer,
    confine,
    coordinates_prefix,
    digest_of,
    folder_of,
    is_object_path,
    is_pointer,
    line_in,
    object_path,
    parse,
    sign,
    verify,
)
from typedxcom.testing import FORGED_PATHS

AT = Coordinates("dag", "manual__2026-11-23T09:25:14+00:00", "group.extract", 3)
SECRET = "s3cr3t-value"
KEY, OLD_KEY, OTHER_KEY = b"k" * 32, b"o" * 32, b"x" * 32


def made(**changes):
    digest = digest_of(b"abc", "sha256")
    fields = {
        "about": "table 1,000 x 3, 17 kB",
        "codec": "arrow",
        "store": "local",
        "path": object_path(AT, digest, "arrow"),
        "size": 3,
        "digest": digest,
        "schema": "0" * 64,
        "rows": 1000,
        "media_type": "application/vnd.apache.arrow.file",
        "compression": "zstd",
    }
    return Pointer(**{**fields, **changes})


# Rows


def test_a_row_comes_back_as_the_pointer():
    """Through JSON and in whatever order a database gives the keys back."""
    for pointer in (made(), made(schema=None, rows=None, media_type=None, compression=None)):
        row = json.loads(json.dumps(pointer.to_entry(), sort_keys=True))
        assert parse(row) == pointer
        assert is_pointer(row)


def test_a_row_starts_with_the_line_for_people():
    """The UI shows it first: a database keeps the order, or sorts keys by length and bytes."""
    entry = made().to_entry()
    assert next(iter(entry)) == "is"
    assert min(entry, key=lambda key: (len(key), key)) == "is"
    assert made().to_entry()[MARKER] == 1


def test_absent_fields_are_absent_from_the_row():
    """A row says nothing about what the object has not."""
    assert "rows" not in made(rows=None).to_entry()
    assert "mac" not in made().to_entry()


FORGERIES = {
    "size": (-1, 2**50 + 1, 2**64, 10**400, 1.0, True, None, "3", SECRET, [], {}),
    "rows": (-1, 2**50 + 1, 1.5, False, SECRET),
    "blocks_at": (-1, 2**50 + 1, 1.5, True, SECRET),
    "passed_to": (*FORGED_PATHS, 1, ["a"]),
    "is": (None, 1, SECRET + "\n2026-11-23 ERROR", "x" * 201, "\ud800", "\x1b[31m", "\u202e"),
    "codec": (None, "", "a b", "../x", "arrow\n", "x" * 65, 1, ["arrow"], "os.system;"),
    "store": (None, "", "a/b", "s3://bucket", "local\0", 1),
    "path": (*FORGED_PATHS, None, 1, ["a"], {"a": 1}),
    "digest": (
        None, "", "md5:" + "0" * 32, "xxh3:" + "0" * 31, "xxh3:" + "0" * 33, "xxh3:" + "G" * 32,
        "XXH3:" + "0" * 32, "sha256:" + "0" * 32, "xxh3:" + "0" * 32 + "\n", SECRET * 1_000_000, 7,
        "sha256-1k:" + "0" * 64, "sha256-256k:" + "0" * 63,
    ),
    "schema": ("", "0" * 63, "z" * 64, SECRET, 1),
    "media_type": ("", "image", "image/png\r\nX-Evil: 1", "x/" + "y" * 200, 1),
    "compression": ("", "a\n", 5),
    "mac": ("", SECRET, "hmac-sha256:" + "0" * 63, "hmac-sha256:" + "A" * 64, 1),
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "forged"),
    [(field, forged) for field, all_of in FORGERIES.items() for forged in all_of],
    ids=lambda part: ascii(part)[:40],
)
def test_a_forged_field_is_refused(field, forged):
    """The message names the rule, and neither the value nor more than a line."""
    with pytest.raises(DecodeError) as told:
        parse({**made().to_entry(), field: forged})
    assert SECRET not in str(told.value)
    assert len(str(told.value)) < 300


def test_a_pointer_with_the_old_key_of_its_line_stays_readable():
    """Under either key it is the same pointer, signed or not; both at once are refused."""
    pointer = sign(made(), KEY)
    entry = pointer.to_entry()
    old = {**entry, "about": entry["is"]}
    with pytest.raises(DecodeError, match="a key that pointers do not have"):
        parse(old)
    del old["is"]
    assert parse(old) == parse(entry) == pointer
    verify(parse(old), [KEY])
    assert line_in(old) == line_in(entry) == pointer.about


@pytest.mark.parametrize("missing", ["is", "codec", "store", "path", "size", "digest"])
def test_a_missing_field_is_refused(missing):
    """A pointer without it would be followed by guessing."""
    row = made().to_entry()
    del row[missing]
    with pytest.raises(DecodeError, match=missing.replace("is", "about")):
        parse(row)


@pytest.mark.parametrize("key", ["url", "__classname__", SECRET, "Path", "path ", 1, None, ("a",)])
def test_an_unknown_key_is_refused(key):
    """A MAC covers the whole row, and a later meaning does not slip in under an old version."""
    with pytest.raises(DecodeError, match="a key that pointers do not have") as told:
        parse({**made().to_entry(), key: SECRET})
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("version", [0, -1, True, "1", 1.0, None, [1]])
def test_a_version_that_never_was_is_refused(version):
    """Only whole numbers from 1 on mark a pointer."""
    with pytest.raises(DecodeError, match="does not exist"):
        parse({**made().to_entry(), MARKER: version})


def test_a_newer_version_is_refused_with_the_cure():
    """Whatever else it holds."""
    with pytest.raises(DecodeError, match="Upgrade typedxcom"):
        parse({MARKER: 2, "uri": "x"})
    with pytest.raises(DecodeError, match="Upgrade typedxcom") as told:
        parse({**made().to_entry(), MARKER: 10**1000})
    assert len(str(told.value)) < 300


@pytest.mark.parametrize(
    "value",
    [None, 1, "x", [], {}, {"path": "a"}, {MARKER: ["path"], "path": "a"},
     {MARKER: 1, "about": "", "json": "1"}, {MARKER: True, "path": "a"}],
)  # fmt: skip
def test_other_rows_are_no_pointers(value):
    """Plain values, the text form, and the order of keys in a plain dict."""
    assert not is_pointer(value)


def test_a_huge_row_is_refused_without_reading_it():
    """A million unknown keys are not looked at one by one by the decoder."""
    with pytest.raises(DecodeError):
        parse({**{str(number): number for number in range(1_000_000)}, **made().to_entry()})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*made().to_entry(), "mac", "x"]), json_values))
def test_any_row_is_a_pointer_or_a_decode_error(changes):
    """No other exception comes out, and what comes out is its own row."""
    try:
        pointer = parse({**made().to_entry(), **changes})
    except DecodeError:
        return
    assert parse(pointer.to_entry()) == pointer
    assert confine(pointer.path) == pointer.path


# Paths


@pytest.mark.parametrize("path", FORGED_PATHS, ids=lambda path: ascii(path)[:40])
def test_a_forged_path_is_not_confined(path):
    """None of the ways out of a folder that stores and file systems know."""
    with pytest.raises(IntegrityError) as told:
        confine(path)
    assert len(str(told.value)) < 200


hostile = st.lists(
    st.sampled_from(
        ["..", ".", "/", "\\", "%2e", "%2E", "%2F", "%5C", "%25", "%00", "~", "a", "b.c", "%",
         "\0", "\u2024", "\uff0e", "\uff0f", ":", "?", "#", "*", " ", "C:", "file:", "%C0%AE"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(hostile | st.text(max_size=40) | st.text("./%2eEfF5cC~ab", max_size=30))
def test_a_confined_path_stays_inside_however_it_is_read(path):
    """Decoded, normalised or resolved: no reading of an accepted path leaves the root."""
    try:
        confine(path)
    except IntegrityError:
        return
    readings = {path}
    for _ in range(3):
        readings |= {unquote(one) for one in readings}
        readings |= {unicodedata.normalize("NFKC", one) for one in readings}
    for reading in readings:
        assert posixpath.normpath(f"/root/{reading}").startswith("/root/")
        assert "\\" not in reading
        assert "\0" not in reading
    assert posixpath.normpath(path) == path


ids = st.text(max_size=300) | st.text(string.ascii_letters + "._-:+~%/", max_size=300)
coordinates = st.builds(Coordinates, ids, ids, ids, st.integers(min_value=-1, max_value=10**6), ids)


@given(coordinates, st.sampled_from(["xxh3", "sha256"]), st.sampled_from(["json", "arrow"]))
def test_every_xcom_has_a_path_that_is_confined_and_short(at, algorithm, ext):
    """Also where ids are empty, long, hostile or beyond ASCII; a root of 190 bytes fits before."""
    path = object_path(at, digest_of(b"abc", algorithm), ext)
    assert confine(path) == path
    assert path.isascii()
    assert len(path) <= 834
    assert is_object_path(path)
    assert path.startswith(coordinates_prefix(at) + "/")
    assert path == object_path(at, digest_of(b"abc", algorithm), ext)


@given(coordinates, coordinates)
def test_different_xcoms_never_share_a_folder(one, other):
    """And no folder lies inside another XCom's, so that a purge keeps to its own."""
    if one != other:
        assert not f"{coordinates_prefix(one)}/".startswith(f"{coordinates_prefix(other)}/")


@given(ids)
def test_an_id_that_looks_like_a_short_form_gets_another(text):
    """The short form of an id is not the path of any other id."""
    part = folder_of(text)
    assert (folder_of(part) == part) == (part == text)


def test_ids_that_no_encoding_knows_have_paths_of_their_own():
    """A surrogate alone is in no encoding, but JSON can hold it."""
    ids = ["a\ud800", "a\ud801", "a", "a_", "\ud800" * 200, "\ud800" * 201]
    folders = [coordinates_prefix(Coordinates("dag", one, "task")) for one in ids]
    assert len(set(folders)) == len(ids)
    assert [confine(one) for one in folders] == folders


def test_usual_ids_stay_readable():
    """People find their objects in the bucket."""
    path = object_path(AT, "xxh3:" + "0" * 32, "arrow")
    assert path == (
        "dag/manual__2026-11-23T09%3A25%3A14%2B00%3A00/group.extract/3/return_value/"
        + "0" * 32 + ".arrow"
    )  # fmt: skip


def test_long_ids_are_cut_and_stay_different():
    """Two runs that differ at their end only have two folders."""
    one, other = folder_of("r" * 250 + "1"), folder_of("r" * 250 + "2")
    assert one != other
    assert re.fullmatch(r"r{100}~[0-9a-f]{32}", one)


@pytest.mark.parametrize("ext", ["", ".", "../x", "a/b", "JSON", "a" * 17, "j\n", "a..b"])
def test_an_extension_is_plain(ext):
    """It becomes part of a path."""
    with pytest.raises(EncodeError):
        object_path(AT, "xxh3:" + "0" * 32, ext)


@pytest.mark.parametrize(
    "path",
    ["readme.txt", "dag/run/task/0/key/readme.txt", "dag/run/task/x/key/" + "0" * 32 + ".json",
     "dag/run/task/0/" + "0" * 32 + ".json", "a/dag/run/task/0/key/" + "0" * 32 + ".json",
     "../run/task/0/key/" + "0" * 32 + ".json", "dag/run/task/0/key/" + "0" * 32, ""],
)  # fmt: skip
def test_other_peoples_files_are_not_ours(path):
    """The sweep deletes only what `object_path` can have named."""
    assert not is_object_path(path)


# Digests


@pytest.mark.parametrize("algorithm", ["xxh3", "sha256"])
@given(pieces=st.lists(st.binary(max_size=50), max_size=5))
def test_the_digest_of_pieces_is_the_digest_of_the_whole(algorithm, pieces):
    """However a writer cuts them."""
    digester = Digester(algorithm)
    for piece in pieces:
        digester.update(piece)
    whole = b"".join(pieces)
    assert digester.digest() == digest_of(whole, algorithm)
    assert digester.size == len(whole)


def test_the_digests_are_the_published_ones():
    """Rows are read for ever, on every machine: a known value for each algorithm."""
    assert digest_of(b"") == "xxh3:99aa06d3014798d86001c324468d497f"
    assert digest_of(b"abc") == "xxh3:06b05ab6733a618578af5f94892f3950"
    assert digest_of(b"abc", "sha256") == (
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


# Signatures


def test_a_signed_pointer_is_verified_by_every_key_that_counts():
    """Rotation: sign with the new key while the old one still verifies."""
    verify(sign(made(), KEY), [KEY])
    verify(sign(made(), OLD_KEY), [KEY, OLD_KEY])
    verify(parse(sign(made(), KEY).to_entry()), [KEY])


def test_a_mac_is_the_same_for_ever():
    """Signed rows must verify after an upgrade."""
    assert sign(made(), KEY).mac == (
        "hmac-sha256:022214d37be43926a922fba7fa7fee41d38fcf6d5221b3d4170f5e62a77aed1b"
    )


def test_without_a_key_nothing_is_asked_for():
    """Signing is an option."""
    verify(made(), [])
    verify(sign(made(), KEY), [])


def test_an_unsigned_pointer_is_refused_where_a_key_is_set():
    """Otherwise leaving the MAC out would be the forgery."""
    with pytest.raises(IntegrityError, match="not signed"):
        verify(made(), [KEY])


CHANGES = {
    "about": "table 1,000 x 3, 18 kB",
    "codec": "parquet",
    "store": "s3",
    "path": "dag/run/task/0/key/" + "0" * 32 + ".json",
    "size": 4,
    "digest": "sha256:" + "1" * 64,
    "schema": None,
    "rows": None,
    "media_type": "image/png",
    "compression": None,
    "blocks_at": 8,
    "passed_to": "dag/run/task/0/other",
    "mac": "hmac-sha256:" + "0" * 64,
}


@pytest.mark.parametrize("field", [*Pointer.__struct_fields__])
def test_an_altered_pointer_is_refused(field):
    """Every field is covered, one that a later version adds included."""
    altered = msgspec.structs.replace(sign(made(), KEY), **{field: CHANGES[field]})
    with pytest.raises(IntegrityError, match="altered"):
        verify(altered, [KEY, OLD_KEY])


def test_a_foreign_key_signs_nothing():
    """Nor does a key that was rotated out."""
    with pytest.raises(IntegrityError, match="a key that is not set"):
        verify(sign(made(), OTHER_KEY), [KEY, OLD_KEY])


def test_a_pointer_is_bound_to_its_xcom():
    """The row that it was made for is signed: that of its path, or the one it was passed on to."""
    path = object_path(AT, made().digest, "json")
    own = sign(made(path=path), KEY, coordinates=AT)
    assert own.passed_to is None
    assert own.home == coordinates_prefix(AT)
    other = Coordinates("dagm", AT.run_id[1:], AT.task_id, 3)
    passed = sign(own, KEY, coordinates=other)
    assert passed.path == own.path
    assert passed.home == passed.passed_to == coordinates_prefix(other)
    back = sign(passed, KEY, coordinates=AT)
    assert back == own
    assert all(verify(pointer, [OLD_KEY, KEY]) for pointer in (own, passed))
    moved = msgspec.structs.replace(own, passed_to=coordinates_prefix(other))
    for forged in (moved, msgspec.structs.replace(passed, passed_to=None)):
        with pytest.raises(IntegrityError, match="altered"):
            verify(forged, [KEY])


def test_a_pointer_of_an_older_version_is_bound_to_nothing():
    """It stays readable, wherever it stands."""
    assert verify(sign(made(), KEY), [KEY]) is False
    assert verify(made(), []) is False


@pytest.mark.parametrize(
    ("change", "is_covered"),
    [
        ({}, True),
        ({"run_id": None}, True),
        ({"map_index": None}, True),
        ({"map_index": 4}, False),
        ({"dag_id": "dag2"}, False),
        ({"task_id": "taskk"}, False),
        ({"run_id": "run"}, False),
        ({"key": "k"}, False),
    ],
)
def test_an_origin_covers_the_xcoms_that_were_asked_for(change, is_covered):
    """What a reader does not know is not compared."""
    fields = ("dag_id", "run_id", "task_id", "key", "map_index")
    known = {name: getattr(AT, name) for name in fields}
    assert Origin(**(known | change)).covers(coordinates_prefix(AT)) is is_covered


def test_a_signature_needs_a_digest_that_resists_attackers():
    """xxh3 does not: two objects with one digest can be made."""
    weak = made(digest=digest_of(b"abc"))
    with pytest.raises(IntegrityError, match="SHA-256"):
        sign(weak, KEY)
    with pytest.raises(IntegrityError, match="SHA-256"):
        verify(msgspec.structs.replace(weak, mac="hmac-sha256:" + "0" * 64), [KEY])


@pytest.mark.parametrize("key", [b"", b"short", b"k" * 15])
def test_a_short_key_is_refused_with_the_cure(key):
    """A key that can be guessed is none."""
    with pytest.raises(ConfigurationError, match="token_hex"):
        sign(made(), key)
    with pytest.raises(ConfigurationError, match="signing_key"):
        verify(sign(made(), KEY), [key])


def test_pointers_need_no_airflow():
    """The core knows types and bytes."""
    import subprocess

    code = (
        "import sys, typedxcom.pointer, typedxcom.stores; "
        "assert not {'airflow', 'pyarrow', 'fsspec', 's3fs', 'pydantic'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
