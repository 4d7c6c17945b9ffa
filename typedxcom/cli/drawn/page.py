"""Writes pictures on one HTML page, without scripts and without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from typedxcom.cli.drawn.picture import Picture
from typedxcom.cli.drawn.svg import svg
from typedxcom.cli.shown.text import printable

__all__ = ["html"]

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; padding: 1.5rem; background: #ffffff; color: #1f2328;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
@media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3; } }
h1 { font-size: 1.3rem; margin: 0 0 .3rem; }
p, ul { margin: .3rem 0 1rem; }
.picture { overflow: auto; border: 1px solid #8c959f66; border-radius: 8px; margin: 0 0 2rem; }
.error { color: #cf222e; }
@media (prefers-color-scheme: dark) { .error { color: #ff7b72; } }
"""
# Nothing is loaded, and no script runs, whatever a name or a type contains.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html(pictures: Sequence[Picture]) -> str:
    """Returns one page with all of *pictures*. The errors of each are above it."""
    names = ", ".join(picture.dag_id for picture in pictures)
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(names)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            *(part for picture in pictures for part in _section(picture)),
            "</body>\n</html>",
        ]
    )


def _section(picture: Picture) -> Iterator[str]:
    kinds = [line.kind for line in picture.lines]
    counted = (
        f"{len(picture.tasks)} tasks. Edges: {kinds.count('typed')} typed (blue), "
        f"{kinds.count('untyped')} untyped (dotted), {kinds.count('wrong')} wrong (red), "
        f"{kinds.count('order')} without a value (grey). Rest the pointer on an edge to read all of it."
    )
    yield f"<h1>{_text(picture.dag_id)}</h1>\n<p>{counted}</p>"
    if picture.wrong:
        items = "".join(f'<li class="error">{_text(one)}</li>' for one in picture.wrong)
        yield f"<ul>{items}</ul>"
    yield f'<div class="picture" tabindex="0">{svg(picture)}</div>'


def _text(words: str) -> str:
    return escape(printable(words))
