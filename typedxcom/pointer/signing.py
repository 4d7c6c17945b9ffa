"""The MAC of a pointer, for deployments that set ``[typedxcom] signing_key``.

A task's token may write XComs of any DAG. With a key, readers follow only pointers that a holder of
the key made. The key does not make a pointer secret, and it does not stop a holder of the key.
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
    """Adds to *pointer* the MAC that `verify` checks.

    Args:
        key: At least 16 bytes; use 32 random ones.
        coordinates: Bind the pointer to the entry of this XCom, so that it is rejected in another
            one; see `verify`.

    Raises:
        ConfigurationError: The key is too short.
        IntegrityError: The digest is xxh3, which is too weak for a signature.
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
    """Rejects a pointer that was not signed with one of *keys*.

    Args:
        keys: All valid keys. The newest one signs. The older ones are needed until the entries
            that they signed are gone. Without any key, every pointer is accepted.

    Returns:
        Whether the pointer is bound to the XCom that `Pointer.home` names. A caller that knows
        which XCom it reads compares the two. Pointers of older versions are not bound.

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
        # Tries every key, so that the time does not show which one signed.
        macs = [_mac(pointer, key, is_bound=is_bound) for key in keys]
        matches = [hmac.compare_digest(mac, pointer.mac) for mac in macs]
        if any(matches):
            return is_bound
    raise IntegrityError(
        f"An XCom pointer was altered, or signed with a key that is not set here. {_CURE}"
    )


def check_keys(keys: Iterable[bytes]) -> None:
    """Raises ConfigurationError if a key is too short to sign with."""
    if any(len(key) < _MIN_KEY for key in keys):
        raise ConfigurationError(
            f"[typedxcom] signing_key needs at least {_MIN_KEY} bytes. "
            'Make one with: python -c "import secrets; print(secrets.token_hex(32))"'
        )


def _check_digest(pointer: Pointer) -> None:
    if not pointer.digest.startswith("sha256"):
        raise IntegrityError("A signed XCom pointer needs a SHA-256 digest, but this one has xxh3")


def _mac(pointer: Pointer, key: bytes, *, is_bound: bool) -> str:
    check_keys([key])
    return "hmac-sha256:" + hmac.digest(key, _canonical(pointer, is_bound), "sha256").hex()


def _canonical(pointer: Pointer, is_bound: bool) -> bytes:
    """Writes what a MAC covers: all other fields, in a form that no other pointer has."""
    fields = msgspec.to_builtins(msgspec.structs.replace(pointer, mac=None))
    covered = ["typedxcom pointer", VERSION, pointer.home if is_bound else None, fields]
    return json.dumps(covered, sort_keys=True, separators=(",", ":")).encode()
