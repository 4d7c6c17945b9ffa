"""The documentation site: Sphinx over the Markdown of this repository, as it is.

The source folder is the whole repository, so that links to README, CHANGELOG and examples hold. The
navigation is read from the lists in `docs/index.md` and `docs/how-to/index.md`: a page that neither
lists fails the build.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import typedxcom

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]

project = "typedxcom"
project_copyright = "the authors of typedxcom"
release = version = typedxcom.__version__
html_title = f"typedxcom {version}"

root_doc = "docs/index"
include_patterns = [
    "*.md",
    "docs/*.md",
    "docs/*/*.md",
    "docs/site/docstrings.rst",
    "examples/*/README.md",
]
exclude_patterns = [".*", "build", "dist", "node_modules", "tests", "typedxcom", "stubs"]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_llms_txt",
]
myst_heading_anchors = 4  # the anchors of code hosts
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # an attribute may also be a property with a docstring of its own
default_role = "code"  # docstrings quote code as Markdown does

html_theme = "furo"
html_theme_options = {"light_css_variables": {"color-code-background": "#f4f5f8"}}
html_static_path = ["static"]
html_css_files = ["site.css"]
templates_path = ["templates"]
html_additional_pages = {"index": "start.html"}  # leads on to docs/index.html
html_show_sphinx = False
html_sourcelink_suffix = ""  # llms.txt links to the Markdown of each page
html_baseurl = os.environ.get("DOCS_URL", "")  # where the site is published, if anywhere
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"

llms_txt_title = "typedxcom"
llms_txt_summary = (
    "Typed XCom contracts for Apache Airflow 3: annotations of TaskFlow functions are checked in "
    "mypy, when a DAG is parsed, and when a task runs."
)
llms_txt_full_size_policy = "note_keep"

ENTRY = re.compile(r"^- \[(?P<title>[^\]]+)\]\((?P<page>[^):#]+)\)", re.M)


def entries(text: str, folder: str) -> list[str]:
    """Returns the lines of a toctree for the list items that begin with a link to a page."""
    lines = []
    for match in ENTRY.finditer(text):
        page = os.path.normpath(f"{folder}/{match['page']}")
        lines.append(f"{match['title']} </{page.rpartition('.')[0]}>")
    return lines


def groups(index: Path) -> list[tuple[str, list[str]]]:
    """Returns caption and entries of each list, which follows a heading or a line with a colon."""
    found = []
    for part in re.split(r"^(?=## |\S.*:$)", index.read_text(), flags=re.M):
        caption, _, text = part.partition("\n")
        if lines := entries(text, str(index.parent.relative_to(ROOT))):
            found.append((caption.lstrip("# ").rstrip(":"), lines))
    return found


def navigation() -> list[tuple[str, list[str]]]:
    """Returns all captions and entries; those of the how-to pages follow the first list."""
    first, *rest = groups(ROOT / "docs" / "index.md")
    return [first, *groups(ROOT / "docs" / "how-to" / "index.md"), *rest]


def add_navigation(app: Sphinx, docname: str, source: list[str]) -> None:
    """Appends the navigation to the first page, from which Sphinx shows it beside every page."""
    if docname == root_doc:
        for caption, lines in navigation():
            body = "\n".join(lines)
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{body}\n```\n"


def setup(app: Sphinx) -> None:
    """Connects the navigation. Sphinx calls this."""
    app.connect("source-read", add_navigation)
