"""Changes a source file at given positions, so that all other text stays as it is."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

from typedxcom.inference.source import FunctionNode
from typedxcom.needs.names import bound_by

__all__ = ["Source", "parameters_of"]

_TYPING = ("typing", "typing_extensions")
_USING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)  # what may need an import


@dataclass
class Source:
    """One file and the changes to make in it.

    Attributes:
        text: Its bytes.
        tree: Its syntax tree.
        edits: Start, end and the new text. Two texts for one position keep their order.
    """

    text: bytes
    tree: ast.Module = field(init=False)
    edits: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Parses the file. Raises SyntaxError."""
        self.tree = ast.parse(self.text)
        self._lines = self.text.splitlines(keepends=True)
        self._defined = {} if _is_lazy(self.tree) else dict(_defined(self.tree))
        self._newline = "\r\n" if self._lines and self._lines[0].endswith(b"\r\n") else "\n"

    def edited(self) -> bytes:
        """Returns the file with all changes made."""
        made = self.text
        ordered = sorted(enumerate(self.edits), key=lambda pair: (pair[1][0], pair[0]))
        for _, (start, end, words) in reversed(ordered):
            made = made[:start] + words.replace("\n", self._newline).encode() + made[end:]
        return made

    def annotate_return(self, node: FunctionNode, annotation: str) -> None:
        """Writes ``-> annotation`` after the parameters of *node*."""
        at = self._end_of_parameters(node)
        self.edits.append((at, at, f" -> {self.spelled_at(node.lineno, annotation)}"))

    def annotate_parameter(self, arg: ast.arg, default: ast.expr | None, annotation: str) -> None:
        """Writes ``: annotation`` after a parameter, and spaces around the ``=`` of its default."""
        annotation = self.spelled_at(arg.lineno, annotation)
        start = self._offset(arg.end_lineno or arg.lineno, arg.end_col_offset or 0)
        if default is None:
            self.edits.append((start, start, f": {annotation}"))
            return
        end = self._offset(default.lineno, default.col_offset)
        between = self.text[start:end].strip()
        if between == b"=":
            self.edits.append((start, end, f": {annotation} = "))
        else:  # a comment, or brackets around the default
            self.edits.append((start, start, f": {annotation}"))

    def annotate_variable(self, statement: ast.Assign, annotation: str) -> None:
        """Writes ``: annotation`` after the only name that *statement* sets."""
        _, end = self.span(statement.targets[0])
        self.edits.append((end, end, f": {annotation}"))

    def keep_one_output(self, decorator: ast.expr) -> None:
        """Writes ``multiple_outputs=False`` into a decorator: an annotation would switch it on."""
        end = self._offset(decorator.end_lineno or 0, decorator.end_col_offset or 0)
        if not isinstance(decorator, ast.Call):
            self.edits.append((end, end, "(multiple_outputs=False)"))
            return
        given = [*decorator.args, *(one.value for one in decorator.keywords)]
        if not given:
            self.edits.append((end - 1, end - 1, "multiple_outputs=False"))
            return
        last = max(given, key=lambda one: (one.end_lineno or 0, one.end_col_offset or 0))
        at = self._offset(last.end_lineno or 0, last.end_col_offset or 0)
        self.edits.append((at, at, ", multiple_outputs=False"))

    def spelled_at(self, line: int, annotation: str) -> str:
        """Returns an annotation for the statement that has *line*.

        In quotes, if Python would not have a name there yet: it is defined further below.
        """
        end = self._statement(line).end_lineno or line
        names = {one.id for one in ast.walk(ast.parse(annotation)) if isinstance(one, ast.Name)}
        if all(self._defined.get(name, 0) <= end for name in names):
            return annotation
        return f'"{annotation}"'

    def imported_modules(self) -> Iterator[str]:
        """Yields the modules that the file itself surely imports, as it spells them.

        Of ``from .a import b`` these are ``.a`` and ``.a.b``, which may be a module too.
        """
        for one in self.tree.body:
            if isinstance(one, ast.Import):
                yield from (each.name for each in one.names)
            elif isinstance(one, ast.ImportFrom):
                module = "." * one.level + (one.module or "")
                yield module
                dot = "" if module.endswith(".") else "."
                yield from (f"{module}{dot}{each.name}" for each in one.names)

    def import_names(self, modules: dict[str, set[str]]) -> None:
        """Writes imports below the imports of the file. Names of typing may join those it has."""
        new = {
            module: names
            for module, names in modules.items()
            if module not in _TYPING or not self._is_added(module, names)
        }
        if new:
            self._import_below(new)

    def _is_added(self, module: str, names: set[str]) -> bool:
        """Adds names to an import of *module* that takes one line, if there is one."""
        for one in self.tree.body:
            if isinstance(one, _USING):
                return False
            if isinstance(one, ast.ImportFrom) and (one.level, one.module) == (0, module):
                start = self._offset(one.lineno, one.col_offset)
                end = self._offset(one.end_lineno or one.lineno, one.end_col_offset or 0)
                if not any(mark in self.text[start:end] for mark in (b"(", b"*", b"\\")):
                    self.edits.append((end, end, "".join(f", {name}" for name in sorted(names))))
                    return True
        return False

    def _import_below(self, modules: dict[str, set[str]]) -> None:
        last = self.tree.body[0].lineno - 1 if self.tree.body else 0
        for one in self.tree.body:
            is_text = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
            if isinstance(one, (ast.Import, ast.ImportFrom)) or is_text:
                last = one.end_lineno or last
        at = self._offset(last + 1, 0)
        lines = [
            f"from {module} import {', '.join(sorted(names))}\n"
            for module, names in sorted(modules.items())
        ]
        self.edits.insert(0, (at, at, "".join(lines)))

    def insert_class(self, name: str, line: int, text: str) -> None:
        """Writes a class above the top-level statement that has *line*, and above its comments."""
        statement = self._statement(line)
        if self._defined:
            self._defined.setdefault(name, statement.lineno)
        decorators = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(one.lineno for one in decorators)])
        while first > 1 and self._lines[first - 2].startswith(b"#"):
            first -= 1
        at = self._offset(first, 0)
        is_apart = first < 2 or not self._lines[first - 2].strip()
        self.edits.append((at, at, text if is_apart else f"\n\n{text}"))

    def span(self, node: ast.expr) -> tuple[int, int]:
        """Returns where an expression begins and ends."""
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self._offset(node.lineno, node.col_offset), end

    def _statement(self, line: int) -> ast.stmt:
        """Returns the top-level statement that has *line*."""
        return next(one for one in self.tree.body if (one.end_lineno or 0) >= line)

    def _end_of_parameters(self, node: FunctionNode) -> int:
        """Returns the offset after the bracket that closes the parameters of *node*."""
        start, depth = node.lineno, 0
        text = b"".join(self._lines[start - 1 : node.body[0].lineno]).decode()
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.string == "(" and token.type == tokenize.OP:
                depth += 1
            elif token.string == ")" and token.type == tokenize.OP:
                depth -= 1
                if depth == 0:
                    line, column = token.end
                    line += start - 1
                    return self._offset(line, self._column(line, column))
        raise SyntaxError(f"the parameters of {node.name} do not end")

    def _column(self, line: int, column: int) -> int:
        """Converts a column in characters to one in bytes."""
        return len(self._lines[line - 1].decode()[:column].encode())

    def _offset(self, line: int, column: int) -> int:
        """Returns the offset in the file of a line and its column in bytes."""
        return sum(map(len, self._lines[: line - 1])) + column


def _defined(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yields each name that the top level of a file binds, and where; the first place last."""
    for one in reversed(tree.body):
        is_scope = isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        for part in [one] if is_scope else ast.walk(one):
            yield from ((name, one.lineno) for name in bound_by(part))


def _is_lazy(tree: ast.Module) -> bool:
    """Whether a file says that Python need not evaluate its annotations."""
    return any(
        isinstance(one, ast.ImportFrom)
        and one.module == "__future__"
        and any(each.name == "annotations" for each in one.names)
        for one in tree.body
    )


def parameters_of(node: FunctionNode) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Yields each single parameter of a function with its default."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    without = [None] * (len(positional) - len(arguments.defaults))
    yield from zip(positional, [*without, *arguments.defaults], strict=True)
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
