"""What a task reads and returns by its DAG file, as a short text that the serialized DAG can hold.

Airflow's server runs no code of a DAG's author, so the types have to be in what Airflow stores of a
DAG. A task has a field for its documentation as JSON, ``doc_json``. Airflow keeps it, and shows it
only where it compares two versions of a DAG. The text is the same each time that the same file is
parsed, because another one would be a new version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from typedxcom.preview.text import visible

__all__ = ["Declared", "Read", "declared_text", "read_declared"]

_MAX_TYPE = 120  # characters
_MAX_READS = 20
_MAX_BYTES = 20_000  # of a text that is looked at; anybody may have written it
_MAX_ID = 250  # characters of a task id, as Airflow allows


@dataclass(frozen=True, slots=True)
class Read:
    """A parameter that reads what another task pushes.

    Attributes:
        parameter: Its name.
        writer: The id of the task that pushes.
        type: What the parameter reads, or None if nothing says it.
    """

    parameter: str
    writer: str
    type: str | None


@dataclass(frozen=True, slots=True)
class Declared:
    """The contract of one task.

    Attributes:
        returns: What it returns, or None if nothing says it.
        reads: What its parameters read.
    """

    returns: str | None
    reads: tuple[Read, ...]


class _Text(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The JSON, in version 1."""

    typedxcom: Annotated[int, Meta(ge=1, le=1)]
    returns: str | None = None
    reads: Annotated[list[tuple[str, str, str | None]], Meta(max_length=_MAX_READS)] = []


_DECODER = msgspec.json.Decoder(_Text)


def declared_text(returns: str | None, reads: Iterable[Read]) -> str | None:
    """Returns the text for a task, or None if there is nothing to say about it."""
    known = [(visible(one.parameter, _MAX_TYPE), one.writer, _short(one.type)) for one in reads][
        :_MAX_READS
    ]
    if returns is None and not known:
        return None
    return msgspec.json.encode(_Text(typedxcom=1, returns=_short(returns), reads=known)).decode()


def read_declared(text: Any) -> Declared | None:
    """Reads such a text; None for any other documentation, or that of a newer version."""
    if not isinstance(text, str) or len(text) > _MAX_BYTES:
        return None
    try:
        found = _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    reads = (
        Read(visible(parameter, _MAX_TYPE), visible(writer, _MAX_ID), _short(kind))
        for parameter, writer, kind in found.reads
    )
    return Declared(_short(found.returns), tuple(reads))


def _short(text: str | None) -> str | None:
    return None if text is None else visible(text, _MAX_TYPE)
