"""How costs grow with size, as pictures for the docs: one for each suite that has several sizes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.report import median

__all__ = ["PICTURES", "Picture", "draw", "points"]

_COLOURS = {
    "stock": "#8c8c8c",
    "airflow.sdk": "#8c8c8c",
    "limit": "#8c8c8c",
    "without": "#8c8c8c",
    "pydantic": "#d98c3f",
    "pydantic, JSON": "#b5562a",
    "parquet": "#d98c3f",
    "common.io": "#b5562a",
    "typedxcom": "#1f6fb2",
    "with": "#1f6fb2",
    "typedxcom, no store": "#7fb3dc",
    "typedxcom, Struct": "#2a9d5c",
}


@dataclass(frozen=True)
class Picture:
    """One file, with panels side by side.

    Attributes:
        suite: Whose results it shows.
        title: What stands above it.
        across: What grows from left to right.
        panels: The title of each panel, and a pattern for the names of its cases. The group
            "size" is the number that grows; without it, the case says its size itself.
        metric: What is measured, in seconds.
    """

    suite: str
    title: str
    across: str
    panels: dict[str, str]
    metric: str = "seconds"


PICTURES = {
    "growth": Picture(
        "hops", "A list of models from task to task, every hop", "JSON of the value, bytes",
        {"": ".*"},
    ),
    "growth-models": Picture(
        "models", "Real flights as models, without a hop", "models in the list",
        {way: rf"constrained, (?P<size>[\d,]+) in a list: {way}" for way in ("encode", "decode")},
        metric="cpu",
    ),
    "growth-tables": Picture(
        "tables", "A table from task to task", "MB of the table",
        {f"{way}, {place}": rf"(?P<size>[\d,]+) MB, {store}, {way}"
         for store, place in (("local", "disk"), ("ceph", "Ceph")) for way in ("write", "read")},
    ),
    "growth-parsing": Picture(
        "parsing", "Parsing a DAG file", "tasks", {"": r"(?P<size>[\d,]+) tasks"}, metric="cpu",
    ),
    "growth-mypy": Picture(
        "mypy_cost", "mypy on DAG files, with the plugin and without", "files",
        {"": r"(?P<size>[\d,]+) files, cold"}, metric="cpu",
    ),
    "growth-sweep": Picture(
        "sweeping", "A sweep of a store that is a folder", "objects",
        {way: rf"(?P<size>[\d,]+) objects: {way}" for way in ("dry run", "delete")},
    ),
}  # fmt: skip


def draw(results: dict[str, Any], folder: Path) -> list[Path]:
    """Write the pictures of all suites that were measured in more than one size into *folder*."""
    return [
        _draw(picture, lines, folder / f"{name}.svg")
        for name, picture in PICTURES.items()
        if (lines := {panel: points(results, picture, panel) for panel in picture.panels})
        and any(len(line) > 1 for panel in lines.values() for line in panel.values())
    ]


def points(
    results: dict[str, Any], picture: Picture, panel: str
) -> dict[str, list[tuple[float, float]]]:
    """The size and the median of each case in a *panel*, by contender."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for case in results["suites"].get(picture.suite, {}).get("cases", []):
        found = re.fullmatch(picture.panels[panel], case["name"])
        if found is None:
            continue
        told = found.groupdict().get("size")
        size = float(told.replace(",", "")) if told else case["size"]
        for name in _COLOURS:
            cost = median(case["contenders"].get(name, {}).get(picture.metric, []))
            if cost is not None:
                lines.setdefault(name, []).append((size, cost))
    return lines


def _draw(
    picture: Picture, lines: dict[str, dict[str, list[tuple[float, float]]]], path: Path
) -> Path:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "typedxcom"  # the same picture is the same file
    from matplotlib import pyplot as plt

    columns = min(len(lines), 2)
    rows = -(-len(lines) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(7 if columns == 1 else 9, 4 * rows), sharey="row", squeeze=False
    )
    for axes, (panel, found) in zip(grid.flat, lines.items(), strict=True):
        for name, line in found.items():
            axes.plot(
                *zip(*line, strict=True),
                marker="o",
                markersize=4,
                color=_COLOURS[name],
                label=name,
            )
        axes.set(xscale="log", yscale="log", xlabel=picture.across, ylabel=_unit(picture))
        axes.set_title(panel or picture.title, fontsize=11)
        axes.grid(visible=True, which="major", alpha=0.3)
        axes.legend(frameon=False, fontsize=9)
    if len(lines) > 1:
        figure.suptitle(picture.title, fontsize=12)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path


def _unit(picture: Picture) -> str:
    return "seconds of CPU" if picture.metric == "cpu" else "seconds"
