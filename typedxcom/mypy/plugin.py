"""The plugin as mypy loads it: its options, and what mypy's cache depends on.

The modules that answer questions are imported at the first question. A run that finds everything
in the cache asks none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mypy.errors import CompileError
from mypy.nodes import MypyFile
from mypy.options import Options
from mypy.plugin import Plugin, ReportConfigContext

# mypy's options may name the codes, and mypy reads them before it asks any question.
from typedxcom.mypy import codes, names  # noqa: F401
from typedxcom.mypy.config import ConfigError, read_config
from typedxcom.mypy.moved import OLD, with_moved_names
from typedxcom.mypy.types.imports import PREFIXES, is_library, sees_airflow

if TYPE_CHECKING:
    from typedxcom.mypy.answers import Answers

__all__ = ["TypedXComPlugin", "digest"]

# Modules and packages outside this package that answer mypy's questions too.
SHARED: Final = ("key_faults.py", "nearness.py", "needs", "operator_outputs.py")
QUESTIONS: Final = (
    "get_attribute_hook",
    "get_base_class_hook",
    "get_customize_class_mro_hook",
    "get_function_hook",
    "get_function_signature_hook",
    "get_method_hook",
    "get_method_signature_hook",
    "get_type_analyze_hook",
)


class TypedXComPlugin(Plugin):
    """Checks the wiring of Airflow DAGs."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        own = Path(__file__).parent
        self._digest = digest(own, *(own.parent / name for name in SHARED))
        if names.LOADED not in options.always_true:
            options.always_true = [*options.always_true, names.LOADED]
        try:
            self.config = read_config(options.config_file)
        except ConfigError as fault:
            text = f"{options.config_file}: error: [tool.typedxcom.mypy] {fault}  [xcom-config]"
            raise CompileError([text]) from fault  # mypy shows this error without a traceback
        self._config_data = {"options": self.config._asdict(), "plugin": self._digest}
        for question in QUESTIONS:
            setattr(self, question, self._first(question))

    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        """Starts a new build."""
        super().set_modules(modules)
        if "answers" in self.__dict__:
            self.answers.begin()

    def report_config_data(self, ctx: ReportConfigContext) -> dict[str, Any] | None:
        """Returns what the cache depends on: this package's text and, for users' code, the options.

        mypy itself notices only a change of the file that ``plugins`` names.
        """
        if not is_library(ctx.path):
            return self._config_data
        return {"plugin": self._digest} if ctx.id.startswith(PREFIXES) else None

    def get_additional_deps(self, file: MypyFile) -> list[tuple[int, str, int]]:
        """Adds the types of outputs to the build, for users who import only Airflow."""
        if file.fullname == OLD and not file.is_stub:
            return with_moved_names(file, self.options)
        if file.is_stub or not sees_airflow(file):
            return []
        return [(10, names.PUBLIC, -1)]

    @cached_property
    def answers(self) -> Answers:
        """Returns the object that answers mypy's questions."""
        from typedxcom.mypy.answers import Answers

        return Answers(self, self.config)

    def _first(self, question: str) -> Callable[[str], Any]:
        """Answers a first question. `Answers` then gets the next ones directly."""

        def ask(fullname: str) -> Any:
            for each in QUESTIONS:
                setattr(self, each, getattr(self.answers, each))
            return getattr(self, question)(fullname)

        return ask


def digest(folder: Path, *more: Path) -> str:
    """Returns a short digest of the modules in a folder and below it, and of *more* of both."""
    text = hashlib.sha256()
    for path in [one for root in (folder, *more) for one in _modules(root)]:
        text.update(path.read_bytes())
    return text.hexdigest()[:16]


def _modules(root: Path) -> list[Path]:
    return sorted(root.rglob("*.py")) if root.is_dir() else [root]
