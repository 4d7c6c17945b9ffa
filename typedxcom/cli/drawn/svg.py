"""Draws a picture as SVG. It needs nothing from elsewhere, and follows light and dark mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from typedxcom.cli.drawn.layout import Box, Point, lay_out
from typedxcom.cli.drawn.picture import Line, Picture, Task
from typedxcom.cli.shown.text import cut, printable, width_of

__all__ = ["STYLE", "svg"]

_CHAR, _SMALL = 7.8, 6.3  # pixels of a character in a task's name, and on an edge
_ROW, _HEIGHT = 18.0, 34.0  # pixels of an edge that ends in a task, and of a task at least
_NAME = 40  # characters

STYLE = """
.dag { --back: #ffffff; --box: #f6f8fa; --line: #57606a; --text: #1f2328; --faint: #8c959f;
  --group: #eef2f6; --wrong: #cf222e; --typed: #0969da; background: var(--back);
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (prefers-color-scheme: dark) {
  .dag { --back: #0d1117; --box: #161b22; --line: #9198a1; --text: #e6edf3; --faint: #6e7681;
    --group: #12171f; --wrong: #ff7b72; --typed: #58a6ff; } }
.dag .back { fill: var(--back); }
.dag text { fill: var(--text); font-size: 13px; }
.dag .label { font-size: 10.5px; }
.dag .group rect { fill: var(--group); stroke: var(--faint); stroke-width: 1; }
.dag .group text { fill: var(--line); font-size: 11px; }
.dag .task rect { fill: var(--box); stroke: var(--line); stroke-width: 1.2; }
.dag .task.wrong rect { stroke: var(--wrong); stroke-width: 2; }
.dag path { fill: none; stroke: var(--line); stroke-width: 1.3; }
.dag .typed path { stroke: var(--typed); }
.dag .untyped path { stroke-dasharray: 2 4; }
.dag .untyped .label { fill: var(--line); }
.dag .order path { stroke: var(--faint); stroke-width: 1; }
.dag .wrong path { stroke: var(--wrong); stroke-width: 2; }
.dag .wrong .label { fill: var(--wrong); font-weight: bold; }
.dag .head { fill: var(--line); stroke: none; }
.dag .typed .head { fill: var(--typed); }
.dag .wrong .head { fill: var(--wrong); }
.dag .order .head { fill: var(--faint); }
"""


def svg(picture: Picture) -> str:
    """Returns the picture as one element, with its style."""
    root, boxes = _boxes(picture)
    ways = lay_out(root, [(line.upstream, line.downstream) for line in picture.lines])
    _sort_ports(picture, boxes, ways)
    parts = [*_groups(root), *_lines(picture, boxes, ways), *_tasks(picture, boxes)]
    width, height = max(root.width, 40), max(root.height, 40)
    title = f"DAG {picture.dag_id}: {len(picture.tasks)} tasks, {len(picture.lines)} edges"
    size = f"{width:.0f}", f"{height:.0f}"
    begin = (
        '<svg xmlns="http://www.w3.org/2000/svg" class="dag" role="img" '
        f'viewBox="0 0 {" ".join(size)}" width="{size[0]}" height="{size[1]}">'
    )
    back = '<rect class="back" width="100%" height="100%"/>'
    head = f"<title>{_text(title)}</title>\n<style>{STYLE}</style>"
    return "\n".join([begin, head, back, *parts, "</svg>"])


class _TaskBox(Box):
    """A task's box, with room on its left for the labels of the edges into it.

    Attributes:
        room: The width of that room, in pixels.
        into: The edges with a value that end here.
    """

    def __init__(self, task: Task, into: Sequence[Line]) -> None:
        self.room = max((width_of(printable(line.label)) for line in into), default=0) * _SMALL
        self.room += 18 if into else 0
        self.into = list(into)
        width = width_of(_name(task)) * _CHAR + 24
        super().__init__(
            task.task_id, self.room + width, max(_HEIGHT, len(into) * _ROW + _HEIGHT - _ROW)
        )

    def port(self, line: Line) -> Point:
        """Returns the point where *line* ends. Each edge with a value has its own height."""
        if line not in self.into:
            return self.x, self.middle
        at = next(number for number, one in enumerate(self.into) if one is line)
        return self.x, self.middle + (at - (len(self.into) - 1) / 2) * _ROW


def _sort_ports(
    picture: Picture, boxes: dict[str, _TaskBox], ways: Sequence[Sequence[Point]]
) -> None:
    """Sorts the edges into a task by the height that they come from, so that they do not cross."""
    height = {
        id(line): way[-1][1] if way else boxes[line.upstream].middle
        for line, way in zip(picture.lines, ways, strict=True)
    }
    for box in boxes.values():
        box.into.sort(key=lambda line: height[id(line)])


def _boxes(picture: Picture) -> tuple[Box, dict[str, _TaskBox]]:
    """Returns the box of the whole picture, and task id -> box."""
    root, groups, boxes = Box(""), {}, {}
    for task in picture.tasks:
        into = [
            line
            for line in picture.lines
            if line.downstream == task.task_id and line.kind != "order"
        ]
        outer = root
        for group_id in task.groups:
            if group_id not in groups:
                groups[group_id] = Box(group_id)
                outer.parts.append(groups[group_id])
            outer = groups[group_id]
        boxes[task.task_id] = _TaskBox(task, into)
        outer.parts.append(boxes[task.task_id])
    return root, boxes


def _groups(box: Box) -> Iterator[str]:
    for part in box.parts:
        if part.parts:
            name = str(part.key).rpartition(".")[2]
            yield (
                f'<g class="group"><rect {_at(part.x, part.y, part.width, part.height)} rx="8"/>'
                f'<text x="{part.x + 10:.1f}" y="{part.y + 16:.1f}">{_text(cut(name, _NAME))}</text></g>'
            )
            yield from _groups(part)


def _tasks(picture: Picture, boxes: dict[str, _TaskBox]) -> Iterator[str]:
    for task in picture.tasks:
        box = boxes[task.task_id]
        x, width = box.x + box.room, box.width - box.room
        wrong = picture.broken.get(task.task_id, "")
        title = wrong or task.task_id + (" (mapped)" if task.is_mapped else "")
        behind = (
            f'<rect {_at(x + 4, box.y + 4, width, box.height)} rx="6"/>' if task.is_mapped else ""
        )
        yield (
            f'<g class="task{" wrong" if wrong else ""}"><title>{_text(title)}</title>{behind}'
            f'<rect {_at(x, box.y, width, box.height)} rx="6"/>'
            f'<text x="{x + 12:.1f}" y="{box.middle + 4.5:.1f}">{_text(_name(task))}</text></g>'
        )


def _lines(
    picture: Picture, boxes: dict[str, _TaskBox], ways: Sequence[Sequence[Point]]
) -> Iterator[str]:
    # Wrong edges are drawn last, over the others.
    drawn = sorted(zip(picture.lines, ways, strict=True), key=lambda pair: pair[0].kind == "wrong")
    for line, way in drawn:
        start, box = boxes[line.upstream], boxes[line.downstream]
        end = box.port(line)
        tip = box.x + box.room
        points = [(start.x + start.width, start.middle), *way, end]
        yield (
            f'<g class="{line.kind}"><title>{_text(line.title or _order(line))}</title>'
            f'<path d="{_path(points)} H {tip - 7:.1f}"/>'
            f'<path class="head" d="M {tip:.1f} {end[1]:.1f} l -8 -4 v 8 z"/>'
            f'<text class="label" x="{end[0] + 4:.1f}" y="{end[1] - 3.5:.1f}">{_text(line.label)}</text></g>'
        )


def _order(line: Line) -> str:
    return f"{line.upstream} runs before {line.downstream}"


def _path(points: Sequence[Point]) -> str:
    """Returns a curve through *points* that is horizontal at each of them."""
    (x, y), *rest = points
    parts = [f"M {x:.1f} {y:.1f}"]
    for to_x, to_y in rest:
        bend = max((to_x - x) / 2, 12.0) if abs(to_y - y) > 0.05 else 0.0
        if bend:
            parts.append(
                f"C {x + bend:.1f} {y:.1f} {to_x - bend:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
            )
        else:
            parts.append(f"L {to_x:.1f} {to_y:.1f}")
        x, y = to_x, to_y
    return " ".join(parts)


def _name(task: Task) -> str:
    return cut(printable(task.label), _NAME)


def _at(x: float, y: float, width: float, height: float) -> str:
    return f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'


def _text(words: str) -> str:
    """Returns *words* escaped for XML."""
    return escape(printable(words))
