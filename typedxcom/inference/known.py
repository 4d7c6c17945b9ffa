"""Lists what well-known functions and methods return: they have no annotations at run time.

Source: the standard library's documentation, and the stubs that type checkers read.
"""

from __future__ import annotations

import base64
import datetime as dt
import glob
import json
import math
import os
import random
import tempfile
import time
import types
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from typedxcom.schema.nodes import UNKNOWN, Scalar, Schema, SequenceOf

__all__ = ["METHODS", "result_of", "text_of"]

_TEXT, _INT, _FLOAT, _BOOL = Scalar(str), Scalar(int), Scalar(float), Scalar(bool)
_TEXTS = SequenceOf(list, _TEXT)

METHODS: dict[type, dict[str, Schema]] = {
    str: {
        **dict.fromkeys(
            (
                *("format", "join", "lower", "upper", "strip", "lstrip", "rstrip", "replace"),
                *("title", "capitalize", "casefold", "swapcase", "zfill", "center", "ljust"),
                *("rjust", "removeprefix", "removesuffix", "expandtabs", "translate"),
            ),
            _TEXT,
        ),
        **dict.fromkeys(("split", "rsplit", "splitlines"), _TEXTS),
        "encode": Scalar(bytes),
        **dict.fromkeys(("count", "find", "rfind", "index", "rindex"), _INT),
        **dict.fromkeys(
            ("startswith", "endswith", "isdigit", "isalpha", "isalnum", "isnumeric"), _BOOL
        ),
    },
    bytes: {"decode": _TEXT, "hex": _TEXT},
    dt.datetime: {
        **dict.fromkeys(("isoformat", "strftime", "ctime"), _TEXT),
        "timestamp": _FLOAT,
        "date": Scalar(dt.date),
    },
    dt.date: dict.fromkeys(("isoformat", "strftime", "ctime"), _TEXT),
    dt.timedelta: {"total_seconds": _FLOAT},
}

_RESULTS: dict[Any, Schema] = {
    len: _INT, hash: _INT, id: _INT, ord: _INT, repr: _TEXT, chr: _TEXT, ascii: _TEXT, hex: _TEXT,
    oct: _TEXT, bin: _TEXT, format: _TEXT, isinstance: _BOOL, issubclass: _BOOL, callable: _BOOL,
    hasattr: _BOOL, any: _BOOL, all: _BOOL, json.dumps: _TEXT, os.getcwd: _TEXT, time.time: _FLOAT,
    time.perf_counter: _FLOAT, time.monotonic: _FLOAT, random.random: _FLOAT, random.randint: _INT,
    random.uniform: _FLOAT, uuid.uuid4: Scalar(uuid.UUID), uuid.uuid1: Scalar(uuid.UUID),
    math.ceil: _INT, math.floor: _INT, math.sqrt: _FLOAT, base64.b64encode: Scalar(bytes),
    base64.b64decode: Scalar(bytes), base64.urlsafe_b64encode: Scalar(bytes),
    os.path.exists: _BOOL, os.path.isfile: _BOOL, os.path.isdir: _BOOL, os.path.getsize: _INT,
}  # fmt: skip

_OF_TEXTS: dict[Any, Schema] = {
    **dict.fromkeys(
        (
            *(os.path.join, os.path.basename, os.path.dirname, os.path.abspath, os.path.realpath),
            *(os.path.normpath, os.path.expanduser, os.path.expandvars, os.path.relpath),
            tempfile.mkdtemp,
        ),
        _TEXT,
    ),
    **dict.fromkeys((os.listdir, glob.glob), _TEXTS),
}
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType)
_WITHOUT_ARGUMENTS = (os.listdir, tempfile.mkdtemp)

_MADE_BY_CLASS = {
    (dt.datetime, "now"), (dt.datetime, "utcnow"), (dt.datetime, "today"), (dt.date, "today"),
    (dt.datetime, "fromisoformat"), (dt.date, "fromisoformat"), (dt.datetime, "strptime"),
    (dt.datetime, "fromtimestamp"), (dt.date, "fromtimestamp"),
}  # fmt: skip


def text_of(function: Any, given: Callable[[], Sequence[type | None]]) -> Schema | None:
    """Returns what a function makes of texts, if it makes bytes of bytes; None for any other.

    Args:
        function: The function.
        given: Returns the classes of the arguments, as far as they are known.
    """
    found = _OF_TEXTS.get(function) if isinstance(function, _FUNCTIONS) else None
    if found is None:
        return None
    classes = given()
    is_text = str in classes or (not classes and function in _WITHOUT_ARGUMENTS)
    return found if is_text else UNKNOWN


def result_of(function: Any) -> Schema | None:
    """Returns the type that a call of a well-known *function* returns; None for any other."""
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if isinstance(owner, type) and (owner, name) in _MADE_BY_CLASS:
        return Scalar(owner)
    try:
        return _RESULTS.get(function)
    except TypeError:  # an object that cannot be hashed
        return None
