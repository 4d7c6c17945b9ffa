"""One word for each idea: what names, docstrings, messages and pages may not say."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "typedxcom"
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]

# A word in a name -> what to say instead.
NAMES = {
    "anew": "again",
    "blob": "object",
    "envelope": "text form",
    "lenient": "lax",
    "leniently": "lax",
    "told": "a verb with its object, as in `wiring_sentence` and `from_os_error`",
}

# A pattern in prose -> what to say instead.
PROSE = {
    r"\btold\b": "reported, said, called with",
    r"\banew\b": "again",
    r"\benvelopes?\b": "text form",
    r"\blenient(ly)?\b": "lax",
    r"\blies? (in|under|at|beside)\b": "is in, is stored in",
    r"(?<![Tt]here )\b(is|are) none\b": "is not, is no ...",
    r"\bXCom rows?\b": "entry",
    r"\bsays? nothing of\b": "does not mention",
}


def words_of(name: str) -> list[str]:
    """The words of an identifier, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def names_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every name in a module."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], token.string


def prose_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring, message and comment of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def wrong_names(source: str) -> list[str]:
    """What is wrong with the names of a module."""
    return [
        f"line {line}: {name}: say {NAMES[word]}"
        for line, name in names_in(source)
        for word in words_of(name)
        if word in NAMES
    ]


def wrong_prose(texts: Iterator[tuple[int, str]]) -> list[str]:
    """What is wrong with some texts, each with its line."""
    return [
        f"line {line}: {found[0]!r}: say {cure}"
        for line, text in texts
        for pattern, cure in PROSE.items()
        for found in re.finditer(pattern, re.sub(r"``?[^`]*``?", "", text))
    ]


def relative(path: Path) -> str:
    """Name a file in a test's id."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=relative)
def test_a_module_keeps_to_the_vocabulary(path: Path) -> None:
    """Names, docstrings, messages and comments use the one word for each idea."""
    source = path.read_text()
    assert wrong_names(source) + wrong_prose(prose_in(source)) == []


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_a_page_keeps_to_the_vocabulary(path: Path) -> None:
    """README and docs use the same words."""
    text = re.sub(
        r"^```.*?^```", lambda code: "\n" * code[0].count("\n"), path.read_text(), flags=re.M | re.S
    )
    assert wrong_prose(enumerate(text.splitlines(), 1)) == []


@pytest.mark.parametrize(
    "source",
    ["def _told(error): ...", "is_envelope = True", "class LenientCodec: ...", "def f(told): ..."],
)
def test_a_wrong_name_is_found(source: str) -> None:
    """The check of names can fail, on every kind of name."""
    assert wrong_names(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""Where it lies in the store."""',
        "x = f'{y} is told'",
        "# made anew",
        '"""The rest of an XCom row."""',
    ],
)
def test_a_wrong_word_is_found(source: str) -> None:
    """The check of prose can fail, in docstrings, messages and comments."""
    assert wrong_prose(prose_in(source))


@pytest.mark.parametrize(
    "source", ["if x is None: ...", '"""A zone, if there is none."""', '"""Reads ``told``."""']
)
def test_other_text_passes(source: str) -> None:
    """Python's own None, a sentence with "there is none", and code in prose are right."""
    assert wrong_names(source) + wrong_prose(prose_in(source)) == []
