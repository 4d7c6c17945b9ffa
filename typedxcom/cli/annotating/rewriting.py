"""Writes wishes into a file until there are none left, then checks the result."""

from __future__ import annotations

import ast
import functools
import importlib.util
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from typedxcom.airflow.wiring.edges import sources_of
from typedxcom.cli.annotating.displays import displays_of, returns_variable
from typedxcom.cli.annotating.edits import Source, parameters_of
from typedxcom.cli.annotating.models import KINDS, ModelKind, ModelPlan, Models
from typedxcom.cli.annotating.together import LoadedTogether, Together
from typedxcom.cli.annotating.variables import KeptDict, Variables
from typedxcom.cli.annotating.wishes import NewDict, Wish, file_of, function_of, wishes_of
from typedxcom.cli.spelling import Spelling
from typedxcom.inference.source import FunctionNode
from typedxcom.needs.names import bound_by

__all__ = ["Rewritten", "rewrite"]

_ROUNDS = 30  # one annotation may let the next one be inferred
_Verdict: TypeAlias = dict[tuple[Path, str], tuple[list[tuple[Any, str]], dict[str, bool]]]
_TYPING = "typing" if sys.version_info >= (3, 12) else "typing_extensions"  # pydantic requires it


@dataclass(frozen=True)
class Rewritten:
    """The result for one file.

    Attributes:
        before: Its bytes.
        after: Its bytes with annotations; the same as before if nothing was written.
        count: How many annotations were written.
        refused: Why the file was not changed, if it was refused.
        notes: Why dicts did not become models, where models were wanted: line and sentence.
    """

    before: bytes
    after: bytes
    count: int = 0
    refused: str = ""
    notes: tuple[tuple[int, str], ...] = ()


def rewrite(path: Path, together: Together, models: str = "typeddict") -> Rewritten:
    """Annotates the tasks of a file, in memory. Later files get the result.

    Args:
        path: The file; a resolved path.
        together: The files to annotate, and the DAG files that use their tasks.
        models: What dicts with known keys become: a name of `KINDS`.
    """
    made = _rewrite(path, together, models)
    if made.refused and models != "typeddict":
        plain = _rewrite(path, together, "typeddict")
        if not plain.refused:
            made = replace(plain, notes=((1, f"No models: {made.refused}"),))
    if made.count:
        together.texts[path] = made.after
    return made


def _rewrite(path: Path, together: Together, models: str) -> Rewritten:
    """Annotates a file, without the functions whose annotations would be errors of the check."""
    left: dict[str, str] = {}
    while True:
        made, blamed = _attempt(path, together, models, left)
        if not blamed:
            return made
        left.update(blamed)


def _attempt(
    path: Path, together: Together, models: str, left: dict[str, str]
) -> tuple[Rewritten, dict[str, str]]:
    """Annotates a file but for some functions.

    Args:
        path: The file.
        together: The files to annotate.
        models: What dicts with known keys become.
        left: The functions to leave as they are: qualified name -> why.

    Returns:
        The result, and the further functions to leave if the check does not accept it.
    """
    before = path.read_bytes()
    if not together.may_lack(path):
        return Rewritten(before, before, refused=together.error_of(path)), {}
    first: _Verdict | None = None
    text, count = before, 0
    notes: dict[str, str] = {}
    lacking: set[str] = set()
    for _ in range(_ROUNDS):
        with together.loaded(path, text) as loaded:
            if loaded.error:
                return Rewritten(before, before, refused=loaded.error), {}
            first = first or _verdict(loaded)
            is_imported = functools.partial(together.is_imported, path)
            wishes = [
                one for one in wishes_of(loaded.dags, path) if _name_of(one.function) not in left
            ]
            lacking.update(_name_of(one.function) for one in wishes)
            made, new = _annotated(text, path, loaded, is_imported, models, notes, wishes)
        if not new:
            break
        text, count = made, count + new
    if first is None or not count:
        return Rewritten(before, before, refused=next(iter(left.values()), "")), {}
    refused = together.error_of(path)
    with together.loaded(path, text) as loaded:
        refused = refused or loaded.error
        if not refused:
            refused, tasks = _differs(first, _verdict(loaded))
            blamed = _blamed(tasks, path) & lacking
            if not blamed:
                blamed = _blamed(_sources(tasks), path) & lacking
            if blamed:
                return Rewritten(before, before), dict.fromkeys(blamed, refused)
    if refused:
        return Rewritten(before, before, refused=refused), {}
    for name, why in left.items():
        plain = name.rpartition(".")[2]
        notes[f"{plain}() stays as it is: {why}"] = plain
    lined = tuple((_line_of(before, name), sentence) for sentence, name in notes.items())
    return Rewritten(before, text, count, notes=lined), {}


def _line_of(text: bytes, name: str) -> int:
    """Returns the line of the first function *name*, before other lines were written."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = (one for one in ast.walk(ast.parse(text)) if isinstance(one, functions))
    return min((one.lineno for one in found if one.name == name), default=1)


def _verdict(loaded: LoadedTogether) -> _Verdict:
    """Returns the errors of each DAG, and `multiple_outputs` of each of its tasks."""
    from typedxcom.airflow.wiring.dag import check_tasks

    return {
        (one.path, dag.dag_id): (
            [(dag.task_dict.get(task_id), words) for task_id, words in check_tasks(dag)],
            {task.task_id: getattr(task, "multiple_outputs", False) for task in dag.tasks},
        )
        for one in loaded.files
        for dag in one.dags
    }


def _differs(before: _Verdict, after: _Verdict) -> tuple[str, list[Any]]:
    """Returns why the annotated file is refused, if so, and the tasks with new errors."""
    if before.keys() != after.keys() or any(before[one][1] != after[one][1] for one in after):
        return "the annotations would change its tasks", []
    for one, (errors, _) in after.items():
        old = [words for _, words in before[one][0]]
        new = [(task, words) for task, words in errors if words not in old]
        if len(errors) > len(old):  # else an old error has other words
            return f"the check would then find an error: {new[0][1]}", [
                task for task, _ in new if task is not None
            ]
    return "", []


def _blamed(tasks: Iterable[Any], path: Path) -> set[str]:
    """Returns the functions of *path* that *tasks* run."""
    functions = filter(None, map(function_of, tasks))
    return {_name_of(one) for one in functions if file_of(one) == path}


def _sources(tasks: Iterable[Any]) -> Iterator[Any]:
    """Yields the tasks that *tasks* read."""
    for task in tasks:
        for *_, found in sources_of(task):
            yield from found.values()


def _name_of(function: Any) -> str:
    return str(function.__qualname__)


def _annotated(
    text: bytes,
    path: Path,
    loaded: LoadedTogether,
    is_imported: Callable[[], bool],
    models: str,
    notes: dict[str, str],
    wishes: list[Wish],
) -> tuple[bytes, int]:
    """Returns the file with one round of annotations, and how many these are."""
    if not wishes:
        return text, 0
    source, names = Source(text), wishes[0].function.__globals__
    writer = _Writer(source, names)
    define = functools.partial(_definition, source.tree)
    planner = Models(loaded.dags, path, is_imported, source, names, define)
    found = [(wish, node) for wish in wishes if (node := define(wish.function)) is not None]
    # A parameter may let a result be inferred better. So what has an `Any` in it waits, and then
    # for the results that it is made of.
    # For these wait also parameters that get a dict: it may become a TypedDict.
    pending = [wish for wish, _ in found if wish.returns is not None]
    for is_vague, is_eager in ((False, True), (True, False), (True, True)):
        for wish, node in found:
            is_its_turn = wish.is_vague == is_vague and (is_eager or not _waits(wish, pending))
            if is_its_turn and writer.can_return(wish, node):
                _write_return(writer, planner, wish, node, models, notes)
        for wish, node in found if is_eager and not writer.count else ():
            later = set() if is_vague else {*_fed_by(wish, pending)}
            writer.write_parameters(wish, node, later, vague=is_vague)
        if writer.count:
            break
    return writer.finished(), writer.count


def _waits(wish: Wish, pending: list[Wish]) -> bool:
    """Returns whether a parameter gets a result that is to be annotated too."""
    return any(_fed_by(wish, [one for one in pending if one is not wish]))


def _fed_by(wish: Wish, pending: list[Wish]) -> Iterator[str]:
    """Yields the parameters that get a result of *pending*."""
    codes = {one.function.__code__ for one in pending}
    for operator in wish.operators:
        for argument, _, _, sources in sources_of(operator):
            if any(
                getattr(function_of(one), "__code__", None) in codes for one in sources.values()
            ):
                yield argument.name


def _write_return(
    writer: _Writer,
    planner: Models,
    wish: Wish,
    node: FunctionNode,
    models: str,
    notes: dict[str, str],
) -> None:
    """Writes what a task returns: with models, if all code that reads them allows it."""
    if not wish.dicts or models == "typeddict":
        writer.write_typed_dicts(wish, node)
        return
    try:
        plan = planner.plan(wish, node, KINDS[models])
    except KeptDict as error:
        kept = "a TypedDict" if writer.write_typed_dicts(wish, node) else "its dict"
        notes[f"{node.name}() keeps {kept}: {error}."] = node.name
    else:
        writer.write_return(wish, node, KINDS[models])
        writer.write_plan(plan)


def _definition(tree: ast.Module, function: Any) -> FunctionNode | None:
    code = function.__code__
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if first == code.co_firstlineno:
                return node
    return None


class _Writer:
    """Writes wishes into one file, with the classes and imports that they need."""

    def __init__(self, source: Source, names: dict[str, Any]) -> None:
        self.source, self.names, self.count = source, names, 0
        self._imports: dict[str, set[str]] = {}
        self._dicts: set[str] = set()
        package = names.get("__package__") or ""
        self._modules = {
            importlib.util.resolve_name(one, package): one
            for one in source.imported_modules()
            if package or not one.startswith(".")
        }

    def can_return(self, wish: Wish, node: FunctionNode) -> bool:
        """Returns whether the file can have the return annotation of a function."""
        return (
            wish.returns is not None
            and node.returns is None
            and self._is_known(wish.returns, wish.dicts)
            and (not wish.keeps_one_output or _task_decorator(node) is not None)
        )

    def write_return(self, wish: Wish, node: FunctionNode, kind: ModelKind) -> None:
        """Writes the return annotation of a function, and the class that it names."""
        assert wish.returns is not None
        for one in wish.dicts:
            self._write_class(one, node, kind)
        is_dict = not wish.dicts or kind is KINDS["typeddict"]
        decorator = _task_decorator(node) if wish.keeps_one_output and is_dict else None
        plain = {
            name: what for name, what in wish.returns.names.items() if not isinstance(what, NewDict)
        }
        self._import(Spelling(wish.returns.text, plain))
        if decorator is not None:
            self.source.keep_one_output(decorator)
        self.source.annotate_return(node, wish.returns.text)
        self.count += 1

    def write_typed_dicts(self, wish: Wish, node: FunctionNode) -> bool:
        """Writes the return annotation, and the same at the variables that the function returns.

        Without that, a type checker would take such a variable for a dict of any keys.

        Returns:
            Whether classes were written, if there are any. Else a variable may hold something else.
        """
        for new in wish.dicts:
            variables = Variables(node, new.fields, self.names, stay_dicts=True)
            try:
                displays_of(node, variables)
                variables.finish()
            except KeptDict:
                wish = replace(wish, returns=wish.plainly, dicts=[])
                break
            for name, shape in variables.own.items():
                text = new.name if shape == "one" else f"list[{new.name}]"
                self.source.annotate_variable(variables.binding_of(name), text)
        if not wish.dicts and returns_variable(node):
            wish = replace(wish, returns=wish.plainly)
        if wish.returns is not None:
            self.write_return(wish, node, KINDS["typeddict"])
        return bool(wish.dicts)

    def write_plan(self, plan: ModelPlan) -> None:
        """Writes what makes the dicts of a task models, in it and in its readers."""
        self.source.edits += plan.edits
        for arg, default, text in plan.parameters:
            self.source.annotate_parameter(arg, default, text)
            self.count += 1

    def write_parameters(
        self, wish: Wish, node: FunctionNode, later: Collection[str], *, vague: bool
    ) -> None:
        """Annotates the parameters of a function, as far as the file can have the names.

        Args:
            wish: Their annotations.
            node: The function.
            later: The parameters that wait if they get a dict.
            vague: Whether to write those with an ``Any`` in them too, or only the others.
        """
        bound = {name for one in node.body for below in ast.walk(one) for name in bound_by(below)}
        for arg, default in parameters_of(node):
            found = wish.parameters.get(arg.arg)
            if found is None or (found.is_vague and not vague):
                continue
            if arg.arg in later and "dict[" in found.text:
                continue
            if arg.arg in bound:
                continue  # a type checker would want what it is set to, to be of this type
            if arg.annotation is None and self._is_known(found, []):
                self._import(found)
                self.source.annotate_parameter(arg, default, found.text)
                self.count += 1

    def finished(self) -> bytes:
        """Returns the file with all changes."""
        if self._imports:
            self.source.import_names(self._imports)
        return self.source.edited()

    def _write_class(self, made: NewDict, node: FunctionNode, kind: ModelKind) -> None:
        lines = [kind.head.format(made.name)]
        for name, found in made.fields.items():
            self._import(found)
            text = self.source.spelled_at(node.lineno, found.text)
            lines.append(f"    {name}: {f'NotRequired[{text}]' if name in made.optional else text}")
        self._import(kind.needed)
        typing = ("TypedDict",) if kind is KINDS["typeddict"] else ()
        for name in (*typing, *(("NotRequired",) if made.optional else ())):
            if name not in self.names:
                self._imports.setdefault(_TYPING, set()).add(name)
        self._dicts.add(made.name)
        self.source.insert_class(made.name, node.lineno, "\n".join(lines) + "\n\n\n")

    def _is_known(self, found: Spelling, dicts: list[NewDict]) -> bool:
        """Returns whether the file has or can import all names, and its new classes are new."""
        parts = [found, *(one for new in dicts for one in new.fields.values())]
        plain = [pair for part in parts for pair in part.names.items()]
        return all(
            name not in self.names and name not in self._dicts
            if isinstance(what, NewDict)
            else self._is_here(name, what) or self._can_import(name, what)
            for name, what in plain
        )

    def _is_here(self, name: str, what: Any) -> bool:
        return self.names.get(name) is what

    def _can_import(self, name: str, what: Any) -> bool:
        """Returns whether a name is free here, and of a module that the import cannot harm.

        That is the standard library, and modules that the file imports anyway.
        """
        module = "typing" if what is Any else getattr(what, "__module__", "")
        is_standard = module.partition(".")[0] in sys.stdlib_module_names
        loaded = sys.modules.get(module)
        is_there = getattr(loaded, name, None) is what
        return is_there and name not in self.names and (is_standard or module in self._modules)

    def _import(self, found: Spelling) -> None:
        for name, what in found.names.items():
            if not self._is_here(name, what):
                module = "typing" if what is Any else what.__module__
                place = self._modules.get(module) or _public(module, name, what)
                self._imports.setdefault(place, set()).add(name)


def _public(module: str, name: str, what: Any) -> str:
    """Returns the shortest package that has a name: ``pathlib`` for ``pathlib._local``."""
    parts = module.split(".")
    for length in range(1, len(parts)):
        package = sys.modules.get(".".join(parts[:length])) or importlib.import_module(parts[0])
        if getattr(package, name, None) is what:
            return ".".join(parts[:length])
    return module


def _task_decorator(node: FunctionNode) -> ast.expr | None:
    """Returns the task decorator of *node*; None if unclear, or if it sets multiple_outputs."""
    named = list(_named_task(node))
    if len(named) != 1:
        return None
    given = named[0].keywords if isinstance(named[0], ast.Call) else []
    return None if any(one.arg in (None, "multiple_outputs") for one in given) else named[0]


def _named_task(node: FunctionNode) -> Iterator[ast.expr]:
    for one in node.decorator_list:
        target = one.func if isinstance(one, ast.Call) else one
        while isinstance(target, ast.Attribute):
            if target.attr == "task":
                break
            target = target.value
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if "task" in str(name):
            yield one
