"""The MAC of a pointer, for deployments that set ``[typedxcom] signing_key``.

A task's token may write XComs of any DAG. With a key, only who holds it can make a pointer that is
followed. The key does not make a pointer secret, and it does not stop a holder of the key.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Sequence

import msgspec

from typedxcom.errors import ConfigurationError, IntegrityError
from typedxcom.pointer.paths import Coordinates
from typedxcom.pointer.rows import VERSION, Pointer

__all__ = ["check_keys", "sign", "verify"]

_MIN_KEY = 16  # bytes
_CURE = "Clear the task that wrote it, so that it is written and signed anew."


def sign(pointer: Pointer, key: bytes, *, coordinates: Coordinates | None = None) -> Pointer:
    """*pointer* with the MAC that `verify` asks for.

    Args:
        key: At least 16 bytes; 32 random ones are right.
        coordinates: Bind the pointer to this XCom too, so that it cannot be moved to another one.
            Whoever verifies must then know them.

    Raises:
        ConfigurationError: The key is too short.
        IntegrityError: The digest is xxh3, which a signature cannot rest on.
    """
    _check_digest(pointer)
    return msgspec.structs.replace(pointer, mac=_mac(pointer, key, coordinates))


def verify(
    pointer: Pointer, keys: Sequence[bytes], *, coordinates: Coordinates | None = None
) -> None:
    """Refuse a pointer that none of *keys* signed.

    Args:
        keys: All that still count: the newest signs, the older ones are there until the rows
            that they signed are gone. With none, every pointer passes.
        coordinates: As for `sign`.

    Raises:
        ConfigurationError: A key is too short.
        IntegrityError: It is unsigned, altered, or signed with another key. A retry does not help.
    """
    if not keys:
        return
    if pointer.mac is None:
        raise IntegrityError(f"An XCom pointer is not signed, but a signing key is set. {_CURE}")
    _check_digest(pointer)
    matches = [hmac.compare_digest(_mac(pointer, key, coordinates), pointer.mac) for key in keys]
    if not any(matches):
        raise IntegrityError(
            f"An XCom pointer was altered, or signed with a key that is not set here. {_CURE}"
        )


def check_keys(keys: Iterable[bytes]) -> None:
    """Raise ConfigurationError where a key is too short to sign with."""
    if any(len(key) < _MIN_KEY for key in keys):
        raise ConfigurationError(
            f"[typedxcom] signing_key needs at least {_MIN_KEY} bytes. "
            'Make one with: python -c "import secrets; print(secrets.token_hex(32))"'
        )


def _check_digest(pointer: Pointer) -> None:
    if not pointer.digest.startswith("sha256"):
        raise IntegrityError("A signed XCom pointer needs a SHA-256 digest, and this one has xxh3")


def _mac(pointer: Pointer, key: bytes, coordinates: Coordinates | None) -> str:
    check_keys([key])
    return "hmac-sha256:" + hmac.digest(key, _canonical(pointer, coordinates), "sha256").hex()


def _canonical(pointer: Pointer, coordinates: Coordinates | None) -> bytes:
    """What a MAC covers: every field but itself, in one spelling that no other pointer shares."""
    fields = msgspec.to_builtins(msgspec.structs.replace(pointer, mac=None))
    at = coordinates and [
        coordinates.dag_id,
        coordinates.run_id,
        coordinates.task_id,
        coordinates.map_index,
        coordinates.key,
    ]
    covered = ["typedxcom pointer", VERSION, at, fields]
    return json.dumps(covered, sort_keys=True, separators=(",", ":")).encode()
