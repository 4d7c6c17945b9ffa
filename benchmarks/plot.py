"""How the cost of handing on a list of models grows with its size, as a picture for the docs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.report import median

__all__ = ["draw"]

_COLOURS = {
    "stock": "#8c8c8c",
    "pydantic": "#d98c3f",
    "typedxcom": "#1f6fb2",
    "typedxcom, no store": "#7fb3dc",
    "typedxcom, Struct": "#2a9d5c",
}


def draw(results: dict[str, Any], folder: Path) -> Path | None:
    """Write ``growth.svg`` into *folder*, if the hops were measured."""
    cases = results["suites"].get("hops", {}).get("cases", [])
    if len(cases) < 2:
        return None
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "typedxcom"  # the same picture is the same file
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4))
    for name, colour in _COLOURS.items():
        found = [
            (case["size"], median(case["contenders"].get(name, {}).get("seconds", [])))
            for case in cases
        ]
        points = [(size, seconds) for size, seconds in found if seconds is not None]
        axes.plot(*zip(*points, strict=True), marker="o", markersize=4, color=colour, label=name)
    axes.set(xscale="log", yscale="log", xlabel="JSON of the value, bytes", ylabel="seconds")
    axes.set_title("A list of models from task to task, every hop", fontsize=11)
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(frameon=False, fontsize=9)
    path = folder / "growth.svg"
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path
