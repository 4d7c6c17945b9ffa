"""What README and docs say must hold: every Python snippet runs, every relative link leads on."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from textwrap import dedent

import pytest

from tests.harness import env

ROOT = Path(__file__).parents[1]
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/README.md")})
RUNNABLE = [page for page in PAGES if page.name == "README.md" or page.parent != ROOT]

FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^ *(?P=fence)[`~]* *$",
    re.M | re.S,
)
EXCUSE = re.compile(r"<!-- not executed:(?P<reason>((?!-->).)*)-->\s*$", re.S)
PRINTED = re.compile(r"^ *# ?> (.*)$", re.M)  # after a snippet's print: what it prints
OURS = re.compile(r"(?<![\w./\[-])typedxcom(?:\.\w+)+")  # a dotted name in a block of settings
LINK = re.compile(r"\]\((?!\w+:|//)(?P<file>[^)#\s]*)(?:#(?P<anchor>[^)\s]*))?(?: \"[^\"]*\")?\)")

# Runs pages, each in a fork of a process that has imported Airflow once. The snippets of a page
# share the namespace of `__main__`, as in a script, and each keeps its line numbers. The same code
# is in a file, because Airflow reads the source of some tasks. The file is in a DAGs folder of its
# own, with a database of its own, because dag.test() wants that.
SERVE = """
def serve():
    import json, os, sys
    from airflow import settings
    import airflow.dag_processing.bundles.local, airflow.dag_processing.collection, airflow.sdk
    import airflow.providers.standard.decorators.python, airflow.sdk.execution_time.task_runner
    import airflow.serialization.definitions.mappedoperator, a2wsgi, anyio._backends._asyncio
    import typedxcom.airflow
    from airflow.sdk.execution_time.supervisor import in_process_api_server
    from tests.harness import env

    typedxcom.airflow.task
    # Each dag.test() needs this app, which takes seconds to make.
    in_process_api_server().app._cadwyn_initialize()

    def run(folder, snippets):
        os.chdir(folder)
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
        os.environ.update(env.home_settings(folder))
        os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(folder)
        padded = ["\\n" * line + code for line, code in snippets]
        if any(".test(" in code for code in padded):
            env.migrate()
        settings.configure_vars()
        settings.configure_orm()
        lines = [""] * max(len(code.splitlines()) for code in padded)
        for line, code in snippets:
            lines[line : line + len(code.splitlines())] = code.splitlines()
        page = folder / "page.py"
        page.write_text("\\n".join(lines))
        namespace = sys.modules["__main__"].__dict__
        del namespace["serve"]
        namespace["__file__"] = str(page)
        for code in padded:
            exec(compile(code, str(page), "exec", dont_inherit=True), namespace)

    for line in sys.stdin:
        folder, snippets = json.loads(line)
        child = os.fork()
        if not child:
            import atexit, pathlib, traceback
            try:
                run(pathlib.Path(folder), snippets)
            except BaseException:
                traceback.print_exc()
                code = 1
            else:
                code = 0
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
serve()
"""


@dataclass(frozen=True)
class Snippet:
    """One Python block of a page; *line* counts the lines of the page before its code."""

    line: int
    code: str
    skipped: bool
    reason: str


def snippets(text: str) -> list[Snippet]:
    """Find the Python blocks. ``python notest: reason`` or a comment before it skips one."""
    found = []
    for match in FENCE.finditer(text):
        language, _, info = match["info"].strip().partition(" ")
        if language not in {"python", "py"}:
            continue
        excuse = EXCUSE.search(text, 0, match.start())
        notest = info.startswith("notest")
        reason = info.removeprefix("notest").lstrip(": ") if notest else ""
        if excuse:
            reason = excuse["reason"].strip() or reason
        line = text.count("\n", 0, match.start("body"))
        found.append(Snippet(line, dedent(match["body"]), bool(excuse) or notest, reason))
    return found


def names_shown(text: str) -> list[str]:
    """The names of ours that a page's code imports, run or not, and those in its settings."""
    found = []
    for snippet in snippets(text):
        for node in ast.walk(ast.parse(snippet.code)):
            if isinstance(node, ast.ImportFrom):
                found += [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                found += [alias.name for alias in node.names]
    for match in FENCE.finditer(text):
        if match["info"].strip() in {"ini", "toml"}:
            found += OURS.findall(match["body"])
    return [name for name in found if re.match(r"typedxcom\b", name)]


def missing_names(text: str) -> list[str]:
    """The names of `names_shown` that cannot be imported."""
    missing = []
    for name in names_shown(text):
        try:
            resolve_name(name)
        except (ImportError, AttributeError):
            missing.append(name)
    return missing


def promised(text: str) -> list[str]:
    """The lines that the executed snippets of a page say they print: ``#> 42``."""
    run_here = [snippet.code for snippet in snippets(text) if not snippet.skipped]
    return PRINTED.findall("\n".join(run_here))


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.M)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain}


def broken_links(page: Path) -> list[str]:
    """The relative links of *page* that name no file, or no heading in it."""
    broken = []
    prose = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text()))
    for link in LINK.finditer(prose):
        target = (page.parent / link["file"]).resolve() if link["file"] else page
        known = target.exists()
        if known and link["anchor"] and target.suffix == ".md":
            known = link["anchor"] in anchors(target.read_text())
        if not known:
            broken.append(link[0][2:-1])
    return broken


def relative(page: Path) -> str:
    """Name a page in a test's id."""
    return str(page.relative_to(ROOT))


@dataclass(frozen=True)
class Done:
    """What came of the snippets of a page."""

    returncode: int
    stdout: str
    stderr: str


class Pages:
    """A process that runs pages, one after the other. It is a context manager."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __enter__(self) -> Pages:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            cwd=self._home,
            env=env.clean_environ(**env.home_settings(self._home)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, page: Path, folder: Path) -> Done:
        """Run all snippets of *page* in a new process, with *folder* as its DAGs folder and cwd."""
        work = [(s.line, s.code) for s in snippets(page.read_text()) if not s.skipped]
        print(json.dumps([str(folder), work]), file=self._process.stdin, flush=True)
        code = int(self._process.stdout.readline())
        return Done(code, (folder / "stdout").read_text(), (folder / "stderr").read_text())


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The process that runs pages."""
    with Pages(tmp_path_factory.mktemp("pages")) as process:
        yield process


@pytest.mark.airflow
@pytest.mark.parametrize(
    "page",
    [page for page in RUNNABLE if any(not s.skipped for s in snippets(page.read_text()))],
    ids=relative,
)
def test_the_snippets_of_a_page_run(page, pages, tmp_path):
    """A reader can paste the page's Python, top to bottom: it works, and prints what it says."""
    done = pages.run(page, tmp_path)
    assert done.returncode == 0, f"{relative(page)} (lines of page.py are its own):\n{done.stderr}"
    said = iter(done.stdout.splitlines())
    for line in promised(page.read_text()):
        assert line in said, f"{relative(page)} does not print, there:\n{line}\nbut\n{done.stdout}"


@pytest.mark.parametrize("page", RUNNABLE, ids=relative)
def test_a_skipped_snippet_says_why(page):
    """A snippet that is not run gives its reason in the page's source."""
    silent = [s.line for s in snippets(page.read_text()) if s.skipped and not s.reason]
    assert not silent, f"{relative(page)}: no reason at lines {silent}"


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_the_links_of_a_page_resolve(page):
    """A relative link names a file, and its anchor a heading, that exists."""
    assert not broken_links(page)


@pytest.mark.airflow
@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_the_names_that_a_page_imports_exist(page):
    """Every name of typedxcom in a page's code can be imported, also where the code is not run."""
    assert not missing_names(page.read_text())


def navigation() -> dict[str, list[str]]:
    """Caption -> pages, as the documentation site shows them beside each page."""
    spec = importlib.util.spec_from_file_location("site_conf", ROOT / "docs" / "site" / "conf.py")
    conf = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conf)
    groups = conf.navigation()
    return {caption: re.findall(r"</(.*)>$", "\n".join(lines), re.M) for caption, lines in groups}


def test_the_navigation_has_each_page_once():
    """A reader of the site finds every page beside the one that they read, in one place."""
    listed = [page for pages in navigation().values() for page in pages]
    there = {str(page.relative_to(ROOT).with_suffix("")) for page in PAGES} - {"docs/index"}
    assert sorted(listed) == sorted({*there, "docs/site/docstrings"})


PAGE = """
# A page, `quoted`

```python
from __future__ import annotations
x = 1
```

- indented:

  ```python
  class Row: x: int = x
  ```

```python notest: needs a server
boom
```

<!-- not executed: prints a secret -->
```python
boom
```

<!-- just a comment -->
```python
assert Row.x == 1
```

```python notest
boom
```

```sh
boom
```
[self](#a-page-quoted) [gone](#gone) [file](page.md) [file](other.md#a) `[x](code.md)`
[web](https://example.com)

"""


def test_this_checker_reads_fences_comments_and_links(tmp_path):
    """Skips, reasons and broken links of a sample page are told apart."""
    (page := tmp_path / "page.md").write_text(PAGE)
    found = [(s.skipped, s.reason) for s in snippets(PAGE)]
    assert found == [
        (False, ""),
        (False, ""),
        (True, "needs a server"),
        (True, "prints a secret"),
        (False, ""),
        (True, ""),
    ]
    assert broken_links(page) == ["#gone", "other.md#a"]


@pytest.mark.airflow
def test_this_checker_reads_imports():
    """A name that is gone is found at any depth, in skipped code and in settings."""
    page = """
```python notest: needs a server
from typedxcom import gone, stores, task

def late():
    import typedxcom.absent
    from typedxcom.stores import LocalStore, NoStore
```

```ini
[typedxcom]
xcom_backend = typedxcom.backend.NoBackend
store = s3://aws_default@bucket/typedxcom.d
```

```toml
[tool.typedxcom.mypy]
plugins = ["typedxcom.mypy"]
```
"""
    assert missing_names(page) == [
        "typedxcom.gone",
        "typedxcom.absent",
        "typedxcom.stores.NoStore",
        "typedxcom.backend.NoBackend",
    ]


@pytest.mark.airflow
def test_this_checker_runs_snippets_in_one_namespace(pages, tmp_path):
    """A later snippet sees an earlier one's names; a failing one is named by its line."""
    (page := tmp_path / "page.md").write_text(PAGE)
    (first := tmp_path / "first").mkdir()
    (second := tmp_path / "second").mkdir()
    assert pages.run(page, first).returncode == 0
    page.write_text(PAGE + "```python\nassert Row.x == 2\n```\n")
    done = pages.run(page, second)
    assert done.returncode != 0
    assert f"line {len(PAGE.splitlines()) + 2}," in done.stderr
