"""Places the tasks and groups of a picture, and finds the way of each edge between them.

The contents of a group are laid out first; then the group is one box among others. Boxes form
layers from left to right. Each box is as far left as possible, to the right of all that it waits
for. If an edge passes a layer or the border of a group, it gets a place there, so that it crosses
no box.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["Box", "Point", "lay_out"]

Point = tuple[float, float]
_GAP_X, _GAP_Y = 36.0, 18.0
_PAD, _TITLE = 14.0, 18.0  # inside a group
_PASSING = 12.0  # the height of an edge that passes
_SWEEPS = 8


@dataclass(eq=False, slots=True)
class Box:
    """A task, a group of tasks, or the place where an edge passes a layer.

    Attributes:
        key: The task's or group's id.
        width: The width of a task. A group gets its width from its contents.
        height: The height, as for `width`.
        parts: The contents of a group.
        x: Its left side.
        y: Its upper side.
    """

    key: Hashable
    width: float = 0.0
    height: float = _PASSING
    parts: list[Box] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0

    @property
    def middle(self) -> float:
        """The height at which edges leave it."""
        return self.y + self.height / 2


def lay_out(root: Box, edges: Sequence[tuple[str, str]]) -> list[list[Point]]:
    """Places everything in *root*, and finds the way of each of *edges*.

    Args:
        root: The whole picture. Its tasks have their size already.
        edges: Pairs of task ids, from the first to the second.

    Returns:
        For each edge the points between its ends.
    """
    above = dict(_above(root, []))
    levels: dict[Box, _Level] = {}
    _arrange(root, edges, above, levels)
    _move(root, levels, 0.0, 0.0)
    return [list(_way(above[start], above[end], levels)) for start, end in edges]


def _above(box: Box, outer: list[Box]) -> Iterator[tuple[str, list[Box]]]:
    """Yields each task with the boxes that it is in, from the outermost to itself."""
    if not box.parts:
        yield str(box.key), [*outer, box]
    for part in box.parts:
        yield from _above(part, [*outer, box])


def _arrange(
    group: Box,
    edges: Sequence[tuple[str, str]],
    above: dict[str, list[Box]],
    levels: dict[Box, _Level],
) -> None:
    for part in group.parts:
        if part.parts:
            _arrange(part, edges, above, levels)
    level = levels[group] = _Level(group)
    for start, end in edges:
        level.link(_inside(above[start], group), _inside(above[end], group), start, end)
    level.place()


def _inside(boxes: Sequence[Box], group: Box) -> Box | None:
    """Returns the part of *group* that is one of *boxes*."""
    return boxes[boxes.index(group) + 1] if group in boxes else None


class _Level:
    """The parts of one group, in layers.

    Attributes:
        ways: The boxes where the edge from one box to another passes layers.
        gates: The boxes where the edges of a task cross the border, outwards or inwards.
    """

    def __init__(self, group: Box) -> None:
        self._group = group
        self.links: dict[tuple[Box, Box], None] = {}
        self.ways: dict[tuple[Box, Box], list[Box]] = {}
        self.gates: dict[tuple[str, str], Box] = {}
        self._layers: list[list[Box]] = []
        self.widths: dict[Box, float] = {}

    def link(self, start: Box | None, end: Box | None, task: str, other: str) -> None:
        """Notes an edge as this level sees it: between two parts, or over the border."""
        if start is not None and end is None:
            end = self.gates.setdefault(("out", task), Box(("out", task)))
        elif end is not None and start is None:
            start = self.gates.setdefault(("in", other), Box(("in", other)))
        if start is not None and end is not None and start is not end:
            self.links[start, end] = None

    def place(self) -> None:
        """Sets the place of every part, relative to the group, and the size of the group."""
        self._make_layers()
        self._sort()
        self._set_x()
        self._set_y()

    def _make_layers(self) -> None:
        boxes = [*self._group.parts, *self.gates.values()]
        after = {box: [end for start, end in self.links if start is box] for box in boxes}
        depth = _depths(boxes, after)
        last = max(depth.values(), default=0)
        for (side, _), gate in self.gates.items():
            if side == "out":
                depth[gate] = last = max(last, depth[gate])
        for (side, _), gate in self.gates.items():
            if side == "out":
                depth[gate] = last
        self._layers = [[] for _ in range(last + 1)]
        for box in boxes:
            self._layers[depth[box]].append(box)
        for start, end in self.links:
            first, stop = sorted((depth[start], depth[end]))
            self.ways[start, end] = [Box((start.key, end.key, at)) for at in range(first + 1, stop)]
            for at, box in enumerate(self.ways[start, end], first + 1):
                self._layers[at].append(box)
            if depth[start] > depth[end]:  # a ring of groups: the way goes back
                self.ways[start, end].reverse()

    def _neighbours(self) -> dict[Box, list[Box]]:
        found: dict[Box, list[Box]] = {}
        for (start, end), way in self.ways.items():
            chain = [start, *way, end]
            for one, other in itertools.pairwise(chain):
                found.setdefault(one, []).append(other)
                found.setdefault(other, []).append(one)
        return found

    def _sort(self) -> None:
        """Orders each layer by the places of its neighbours in the layer before or after."""
        near = self._neighbours()
        for sweep in range(_SWEEPS):
            layers = self._layers if sweep % 2 == 0 else self._layers[::-1]
            for before, layer in itertools.pairwise(layers):
                at = {box: number for number, box in enumerate(before)}
                here = {box: number for number, box in enumerate(layer)}
                layer.sort(
                    key=lambda box: _mean(
                        (at[one] for one in near.get(box, ()) if one in at), here[box]
                    )
                )

    def _set_x(self) -> None:
        x = _PAD
        for layer in self._layers:
            width = max((box.width for box in layer), default=0.0)
            for box in layer:
                box.x = x
                self.widths[box] = width
            x += width + (_GAP_X if width else _GAP_X / 3)
        self._group.width = max(x - _GAP_X + _PAD, 0.0)

    def _set_y(self) -> None:
        near = self._neighbours()
        for layer in self._layers:
            _stack(layer, [0.0] * len(layer))
        for sweep in range(2 * _SWEEPS):
            layers = self._layers if sweep % 2 == 0 else self._layers[::-1]
            for before, layer in itertools.pairwise(layers):
                known = set(before)
                wanted = [
                    _mean((one.middle for one in near.get(box, ()) if one in known), box.middle)
                    - box.height / 2
                    for box in layer
                ]
                _stack(layer, wanted)
        boxes = [box for layer in self._layers for box in layer]
        top = min((box.y for box in boxes), default=0.0)
        for box in boxes:
            box.y += _PAD + _TITLE - top
        self._group.height = max((box.y + box.height for box in boxes), default=0.0) + _PAD


def _depths(boxes: Sequence[Box], after: dict[Box, list[Box]]) -> dict[Box, int]:
    """Returns the layer of each box: one after what comes before. Rings do not count."""
    order: list[Box] = []
    state: dict[Box, int] = {}  # 1 while it is being visited, 2 after that
    forward: dict[Box, list[Box]] = {box: [] for box in boxes}
    for first in boxes:
        todo = [(first, iter(after[first]))] if first not in state else []
        state.setdefault(first, 1)
        while todo:
            box, rest = todo[-1]
            for end in rest:
                if state.get(end) == 1:
                    continue
                forward[box].append(end)
                if end not in state:
                    state[end] = 1
                    todo.append((end, iter(after[end])))
                    break
            else:
                state[box] = 2
                order.append(box)
                todo.pop()
    depth = dict.fromkeys(boxes, 0)
    for box in reversed(order):
        for end in forward[box]:
            depth[end] = max(depth[end], depth[box] + 1)
    return depth


def _stack(layer: Sequence[Box], wanted: Sequence[float]) -> None:
    """Places the boxes of a layer near the heights that they want, in order and with gaps.

    The highest places that keep the gaps and the lowest ones are computed. Their mean keeps the
    gaps too.
    """
    down, up = list(wanted), list(wanted)
    for at in range(1, len(layer)):
        down[at] = max(down[at], down[at - 1] + layer[at - 1].height + _GAP_Y)
    for at in range(len(layer) - 2, -1, -1):
        up[at] = min(up[at], up[at + 1] - layer[at].height - _GAP_Y)
    for box, low, high in zip(layer, down, up, strict=True):
        box.y = (low + high) / 2


def _mean(values: Iterable[float], default: float) -> float:
    found = list(values)
    return sum(found) / len(found) if found else default


def _move(group: Box, levels: dict[Box, _Level], x: float, y: float) -> None:
    """Turns the places in *group*, which is at *x* and *y*, into places in the whole picture."""
    level = levels[group]
    passing = [box for way in level.ways.values() for box in way]
    for box in [*group.parts, *level.gates.values(), *passing]:
        box.x, box.y = box.x + x, box.y + y
        if box.parts:
            _move(box, levels, box.x, box.y)


def _way(start: Sequence[Box], end: Sequence[Box], levels: dict[Box, _Level]) -> Iterator[Point]:
    """Yields the points from the last box of *start* to the last box of *end*."""
    shared = sum(1 for one, other in zip(start, end, strict=False) if one is other)
    task, other = str(start[-1].key), str(end[-1].key)
    for at in range(len(start) - 2, shared - 1, -1):  # out of each group
        group, part = start[at], start[at + 1]
        gate = levels[group].gates["out", task]
        yield from _through(levels[group], part, gate)
        yield (gate.x, gate.middle)
        yield (group.x + group.width, gate.middle)
    yield from _through(levels[start[shared - 1]], start[shared], end[shared])
    for at in range(shared, len(end) - 1):  # into each group
        group, part = end[at], end[at + 1]
        gate = levels[group].gates["in", other]
        yield (group.x, gate.middle)
        yield (gate.x, gate.middle)
        yield from _through(levels[group], gate, part)


def _through(level: _Level, start: Box, end: Box) -> Iterator[Point]:
    for box in level.ways[start, end]:
        yield (box.x, box.middle)
        yield (box.x + level.widths[box], box.middle)
