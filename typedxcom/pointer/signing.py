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
from typedxcom.pointer.paths import Coordinates, coordinates_prefix
from typedxcom.pointer.pointer import VERSION, Pointer

__all__ = ["check_keys", "sign", "verify"]

_MIN_KEY = 16  # bytes
_CURE = "Clear the task that wrote it, so that it is written and signed again."


def sign(pointer: Pointer, key: bytes, *, coordinates: Coordinates | None = None) -> Pointer:
    """*pointer* with the MAC that `verify` asks for.

    Args:
        key: At least 16 bytes; 32 random ones are right.
        coordinates: Bind the pointer to the entry of this XCom, so that it is refused in another
            one; see `verify`.

    Raises:
        ConfigurationError: The key is too short.
        IntegrityError: The digest is xxh3, which a signature cannot rest on.
    """
    _check_digest(pointer)
    if coordinates is not None:
        place = coordinates_prefix(coordinates)
        own = pointer.path.rpartition("/")[0]
        passed_to = None if place == own else place
        pointer = msgspec.structs.replace(pointer, passed_to=passed_to)
    mac = _mac(pointer, key, is_bound=coordinates is not None)
    return msgspec.structs.replace(pointer, mac=mac)


def verify(pointer: Pointer, keys: Sequence[bytes]) -> bool:
    """Refuse a pointer that none of *keys* signed.

    Args:
        keys: All that still count: the newest signs, the older ones are there until the entries
            that they signed are gone. With none, every pointer passes.

    Returns:
        Whether the pointer is bound to the XCom that `Pointer.home` names: whoever knows which one
        they read compares. Pointers of older versions are bound to none.

    Raises:
        ConfigurationError: A key is too short.
        IntegrityError: It is unsigned, altered, or signed with another key. A retry does not help.
    """
    if not keys:
        return False
    if pointer.mac is None:
        raise IntegrityError(f"An XCom pointer is not signed, but a signing key is set. {_CURE}")
    _check_digest(pointer)
    for is_bound in (True, False):
        # Every key is tried, so that the time does not show which one it was.
        macs = [_mac(pointer, key, is_bound=is_bound) for key in keys]
        matches = [hmac.compare_digest(mac, pointer.mac) for mac in macs]
        if any(matches):
            return is_bound
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


def _mac(pointer: Pointer, key: bytes, *, is_bound: bool) -> str:
    check_keys([key])
    return "hmac-sha256:" + hmac.digest(key, _canonical(pointer, is_bound), "sha256").hex()


def _canonical(pointer: Pointer, is_bound: bool) -> bytes:
    """What a MAC covers: every field but itself, in one spelling that no other pointer shares."""
    fields = msgspec.to_builtins(msgspec.structs.replace(pointer, mac=None))
    covered = ["typedxcom pointer", VERSION, pointer.home if is_bound else None, fields]
    return json.dumps(covered, sort_keys=True, separators=(",", ":")).encode()
