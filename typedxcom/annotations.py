"""Finds out what a function's annotations mean.

They may be strings, or name classes that are defined later or imported only while type checking.
From Python 3.14 on, Python looks such a name up when somebody asks for the annotations, and then
raises NameError for all of them. `annotations_of` and `signature_of` never do.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import importlib
import importlib.util
import inspect
import operator
import re
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

import typing_extensions as te

__all__ = [
    "BY_POSITION", "VARIADIC", "Hints", "annotations_of", "class_returned_by", "fields_hints", "never_yields", "read_hints",
    "refer_fields", "referring", "signature_of", "words_in",
]  # fmt: skip

VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_NAME = re.compile(r"[^\W\d]\w*")
_YIELDS = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR
_CONTEXT = "airflow.sdk.definitions.context"
_IS_LAZY = sys.version_info >= (3, 14)  # annotations are evaluated when somebody asks for them


@dataclass(frozen=True, slots=True)
class Hints:
    """The annotations of one function.

    Attributes:
        found: Parameter name (or ``return``) to the type that its annotation means.
        missing: Parameter name to the name in its annotation that has no meaning yet.
    """

    found: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def read_hints(
    function: Callable[..., Any], *, local_names: Mapping[str, Any], importing: bool
) -> Hints:
    """Resolves the annotations of *function*.

    Args:
        function: A plain function.
        local_names: Names of the scope that it was defined in, for classes that are local to it.
        importing: Whether a name that is imported only under ``TYPE_CHECKING`` may be imported
            now. While a DAG is parsed it may not: the author wanted to avoid that import.

    Returns:
        The annotations that were found, and the names that were not.
    """
    function = _annotated(function)
    module_names = getattr(function, "__globals__", {})
    names: _Names | None = None
    hints = Hints()
    for name, annotation in annotations_of(function).items():
        if isinstance(annotation, str):  # most are one line of plain names: that is enough for them
            annotation = _at_once(annotation, module_names, local_names)
        if _is_resolved(annotation):
            hints.found[name] = _meant(annotation)
            continue
        if names is None:
            names = _Names(module_names, local_names, importing=importing)
        try:
            hints.found[name] = _meant(_evaluate(annotation, module_names, names))
        except NameError as error:
            hints.missing[name] = str(getattr(error, "name", None) or error)
    return hints


def _meant(found: Any) -> Any:
    """Returns `Any` for Airflow's context, as in ``**context: Context``: Airflow itself fills it.

    Its class cannot be read, because it names classes that exist only for type checkers.
    """
    if type(found) is type:  # the most of them
        return found
    return Any if any(map(_is_context, (found, *get_args(found)))) else found


def _is_context(found: Any) -> bool:
    """Whether it is Airflow's `Context`.

    By a mistake of Airflow's, ``from airflow.utils.context import Context`` gives its module.
    """
    if type(found) is types.ModuleType:
        return found.__name__ == _CONTEXT
    name = getattr(found, "__name__", None)
    return name == "Context" and getattr(found, "__module__", None) == _CONTEXT


def annotations_of(owner: Any) -> dict[str, Any]:
    """Returns the annotations of a function, or those in the body of a class.

    A string stays a string, and a name without a meaning is a `ForwardRef` from Python 3.14 on.
    """
    if type(owner) is types.FunctionType and not _IS_LAZY:
        return dict(owner.__annotations__)
    try:
        return dict(te.get_annotations(owner, format=te.Format.FORWARDREF))
    except (TypeError, ValueError):  # it can have no annotations
        return {}


def fields_hints(cls: Any) -> dict[str, Any]:
    """Returns what the annotations in the body of *cls* and of its bases mean, with metadata.

    Raises:
        NameError: A name in them has no meaning yet.
    """
    refer_fields(cls)
    return te.get_type_hints(cls, include_extras=True)


def refer_fields(cls: Any) -> None:
    """Gives a class of Python 3.10 the annotations that a newer Python would read.

    There ``list["Order"]`` is a list of the text, for msgspec too, which reads the class itself.
    """
    if sys.version_info < (3, 11):
        for base in getattr(cls, "__mro__", ()):
            own = vars(base).get("__annotations__", {})
            own.update({name: referring(annotation) for name, annotation in own.items()})


def referring(annotation: Any) -> Any:
    """Returns *annotation* with a reference for each name that is text, as in ``list["Order"]``.

    From Python 3.11 on, typing does so itself.
    """
    args = getattr(annotation, "__args__", ())
    if sys.version_info >= (3, 11) or get_origin(annotation) is typing.Literal or not args:
        return annotation
    is_plain = isinstance(annotation, types.GenericAlias)
    made = tuple(
        typing.ForwardRef(arg) if is_plain and isinstance(arg, str) else referring(arg)
        for arg in args
    )
    if made == args:
        return annotation
    if isinstance(annotation, types.UnionType):
        return functools.reduce(operator.or_, made)
    return annotation.__origin__[made] if is_plain else annotation.copy_with(made)


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """Returns the signature of *function*, whatever its annotations name."""
    if type(function) is types.FunctionType:  # what `inspect` would find too, and take longer
        given = vars(function).get("__signature__")
        if isinstance(given, inspect.Signature):
            return given
    if sys.version_info >= (3, 14):
        return inspect.signature(function, annotation_format=te.Format.FORWARDREF)
    return inspect.signature(function)


def never_yields(function: Callable[..., Any]) -> bool:
    """Whether *function* is surely no generator; `inspect` looks deeper, and takes longer."""
    return type(function) is types.FunctionType and not function.__code__.co_flags & _YIELDS


def words_in(annotations: Iterable[Any]) -> set[str]:
    """Collects the names in annotations that are strings, or were not found."""
    words: set[str] = set()
    for annotation in annotations:
        if isinstance(annotation, typing.ForwardRef):
            annotation = annotation.__forward_arg__
        if isinstance(annotation, str):
            words |= _names_in(annotation)
        else:
            words |= words_in(get_args(annotation))
    return words


@functools.lru_cache(maxsize=4096)
def _names_in(text: str) -> frozenset[str]:
    return frozenset(_NAME.findall(text))


def _annotated(function: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the function that has the annotations of a wrapper, partial or callable object."""
    if type(function) is types.FunctionType and "__wrapped__" not in vars(function):
        return function
    function = inspect.unwrap(function)
    if isinstance(function, functools.partial):
        return _annotated(function.func)
    if not isinstance(function, type) and not hasattr(function, "__globals__"):
        call: Callable[..., Any] = inspect.unwrap(type(function).__call__)
        return call
    return function


def _evaluate(annotation: Any, module_names: dict[str, Any], names: _Names) -> Any:
    if isinstance(annotation, str):
        annotation = _eval(annotation, module_names, names)
    if _is_resolved(annotation):
        return annotation
    names.learn(words_in([annotation]))
    holder = type("Holder", (), {"__annotations__": {"it": referring(annotation)}})
    return te.get_type_hints(holder, globalns=module_names, localns=names, include_extras=True)[
        "it"
    ]


def class_returned_by(function: Any) -> type | None:
    """The class that *function* returns, or whose items it returns; None if that is not plain."""
    annotation = annotations_of(function).get("return", ...)
    if isinstance(annotation, str):
        annotation = _at_once(annotation, getattr(function, "__globals__", {}), {})
    if annotation is None:
        return type(None)
    if not _is_resolved(annotation):
        return None
    found = getattr(annotation, "__origin__", annotation)
    return found if isinstance(found, type) else None


def _at_once(annotation: str, module_names: dict[str, Any], names: Mapping[str, Any]) -> Any:
    """Returns what *annotation* means, or the string itself if Python needs its own way to say."""
    if annotation in names:
        return names[annotation]
    if annotation in module_names:
        return module_names[annotation]
    return _eval(annotation, module_names, names)


def _eval(annotation: str, module_names: dict[str, Any], names: Mapping[str, Any]) -> Any:
    try:
        return eval(_compiled(annotation), module_names, names)
    except Exception:
        return annotation


@functools.lru_cache(maxsize=4096)
def _compiled(annotation: str) -> types.CodeType:
    return compile(annotation, "<annotation>", "eval")


def _is_resolved(annotation: Any) -> bool:
    """Whether no part of *annotation* is still a string; False if that is not clear."""
    if type(annotation) is type:  # the most of them
        return True
    if isinstance(annotation, types.GenericAlias):  # in Python 3.10 it is a `type` too
        return all(map(_is_resolved, annotation.__args__))
    return annotation is None or isinstance(annotation, type)


class _Names(dict[str, Any]):
    """Names that only an annotation can see: the enclosing scope's and the type checker's."""

    def __init__(
        self, module_names: dict[str, Any], local_names: Mapping[str, Any], *, importing: bool
    ) -> None:
        super().__init__(local_names)
        self._globals = module_names
        self._importing = importing

    def learn(self, words: Iterable[str]) -> None:
        """Keeps what *words* mean, for Python 3.14 asks for what is there and copies the rest."""
        for word in words:
            with contextlib.suppress(KeyError):
                self[word] = self[word]

    def __missing__(self, name: str) -> Any:
        if name in self._globals or hasattr(builtins, name):
            raise KeyError(name)
        source = self._globals.get("__file__")
        where = _checking_imports(source).get(name) if isinstance(source, str) else None
        if where is None:
            raise KeyError(name)
        return self._import(name, *where)

    def _import(self, name: str, module: str, attribute: str | None) -> Any:
        package = self._globals.get("__package__") or ""
        target = importlib.util.resolve_name(module, package) if module.startswith(".") else module
        if target not in sys.modules and not self._importing:
            raise KeyError(name)
        try:
            loaded = importlib.import_module(target)
            return loaded if attribute is None else getattr(loaded, attribute)
        except (ImportError, AttributeError):
            raise KeyError(name) from None


@functools.lru_cache(maxsize=256)
def _checking_imports(source: str) -> dict[str, tuple[str, str | None]]:
    """Maps each name imported under ``if TYPE_CHECKING`` in *source* to (module, attribute)."""
    try:
        with open(source, encoding="utf-8") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return {}
    found: dict[str, tuple[str, str | None]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for statement in node.body:
                found.update(_imported(statement))
    return found


def _imported(statement: ast.stmt) -> dict[str, tuple[str, str | None]]:
    if isinstance(statement, ast.ImportFrom):
        module = "." * statement.level + (statement.module or "")
        return {alias.asname or alias.name: (module, alias.name) for alias in statement.names}
    if isinstance(statement, ast.Import):
        return {
            alias.asname or alias.name.partition(".")[0]: (
                alias.name if alias.asname else alias.name.partition(".")[0],
                None,
            )
            for alias in statement.names
        }
    return {}
