"""Paths as a drawing: nodes in layers from left to right, each step a line that carries its id. Geometry alone.

Lengths are in units of the drawing, which are pixels when it is shown at its own size. The same paths give the same
drawing.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

BOX: Final = (176, 42)
"""Width and height of a node."""

_GAP: Final = (72, 28)  # so that the ids of two lines that cross find room
_EDGE: Final = 3  # around the drawing, so that the outline of what has the focus is not cut off
_LABEL: Final = (36, 17)
_LETTERS: Final = 23  # of a name in a box; a wide letter counts as two
_PLACES: Final = (0.5, 0.326, 0.674, 0.2, 0.8)  # along a line, where its id may stand

Pair = tuple[str, str]
_Place = str | tuple[Pair, int]  # a node, or where a line passes a layer


@dataclass(frozen=True, slots=True)
class Step:
    """A step to draw: from one node to another, under an id."""

    id: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Box:
    """A node: the top left corner, the kind, and the name as it fits; `node` is the whole of it."""

    x: float
    y: float
    kind: str
    name: str
    node: str


@dataclass(frozen=True, slots=True)
class Label:
    """A step's id, and the middle of where it stands."""

    id: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """All steps from one node to another: the course as SVG path data, the tip of the arrow, and the ids."""

    course: str
    tip: tuple[float, float]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and lines, and how wide and high they are together."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(paths: Iterable[Sequence[Step]]) -> Drawing:
    """One drawing of these paths; what several share is drawn once, and what comes first stands highest."""
    ids: dict[Pair, dict[str, None]] = {}
    for path in paths:
        for step in path:
            ids.setdefault((step.source, step.target), {})[step.id] = None
    layout = _Layout(tuple(ids))
    lines = []
    taken: list[Label] = []
    for pair, names in ids.items():
        points = layout.course(pair)
        labels = tuple(_labels(list(names), points, taken))
        taken += labels
        lines.append(Line(_curve(points), points[-1], labels))
    boxes = tuple(Box(*layout.corner(node), *_shown(node), node) for node in layout.layers)
    return Drawing(*layout.size(), boxes, tuple(lines))


@dataclass(slots=True)
class _Layout:
    """Where nodes stand. A line over several layers keeps a place in each between, so that it crosses no box."""

    pairs: tuple[Pair, ...]
    layers: dict[str, int] = field(init=False)
    _rows: list[list[_Place]] = field(init=False)

    def __post_init__(self) -> None:
        self.layers = _layers(self.pairs)
        self._rows = [[] for _ in range(max(self.layers.values(), default=0) + 1)]
        for pair in self.pairs:
            first, last = (self.layers[node] for node in pair)
            places: list[_Place] = [pair[0], *((pair, layer) for layer in range(first + 1, last)), pair[1]]
            for layer, each in zip((first, *range(first + 1, last), last), places, strict=True):
                if each not in self._rows[layer]:
                    self._rows[layer].append(each)

    def size(self) -> tuple[float, float]:
        columns, rows = len(self._rows), max(map(len, self._rows))
        width, height = (each * (box + gap) - gap for each, box, gap in zip((columns, rows), BOX, _GAP, strict=True))
        return width + 2 * _EDGE, height + 2 * _EDGE

    def corner(self, node: str) -> tuple[float, float]:
        return self._corner(self.layers[node], node)

    def _corner(self, layer: int, place: _Place) -> tuple[float, float]:
        row = self._rows[layer]
        above = (max(map(len, self._rows)) - len(row)) / 2
        return _EDGE + layer * (BOX[0] + _GAP[0]), _EDGE + (above + row.index(place)) * (BOX[1] + _GAP[1])

    def course(self, pair: Pair) -> list[tuple[float, float]]:
        """The points that a line passes, two a place that it keeps, from its source's right to its target's left."""
        first, last = (self.layers[node] for node in pair)
        x, y = self.corner(pair[0])
        points = [(x + BOX[0], y + BOX[1] / 2)]
        for layer in range(first + 1, last):
            x, y = self._corner(layer, (pair, layer))
            points += [(x, y + BOX[1] / 2), (x + BOX[0], y + BOX[1] / 2)]
        x, y = self.corner(pair[1])
        return [*points, (x, y + BOX[1] / 2)]


def _layers(pairs: Sequence[Pair]) -> dict[str, int]:
    """Each node's layer: right of all that lead to it, but for a step that would close a circle."""
    onward: dict[str, list[str]] = {}
    for source, target in pairs:
        if source not in _after(target, onward):
            onward.setdefault(source, []).append(target)
    layers = dict.fromkeys((node for pair in pairs for node in pair), 0)
    for _ in layers:
        for source, targets in onward.items():
            for target in targets:
                layers[target] = max(layers[target], layers[source] + 1)
    return layers


def _after(node: str, onward: dict[str, list[str]]) -> set[str]:
    found = {node}
    stack = [node]
    while stack:
        fresh = set(onward.get(stack.pop(), ())) - found
        found |= fresh
        stack.extend(fresh)
    return found


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """Level where it leaves and where it arrives, so that arrows point to the right."""
    (x, y), *rest = points
    parts = [f"M{x:g} {y:g}"]
    for number, (to_x, to_y) in enumerate(rest):
        middle = (x + to_x) / 2
        parts.append(f"H{to_x:g}" if number % 2 else f"C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} {to_y:g}")
        x, y = to_x, to_y
    return "".join(parts)


def _labels(ids: Sequence[str], points: Sequence[tuple[float, float]], taken: Sequence[Label]) -> Iterator[Label]:
    """The ids of one line, one below the other, in its first gap, where they hide no other id if there is such a place.

    The formula is that of `_curve`: a cubic whose handles lie level at half its width.
    """
    (x, y), (to_x, to_y) = points[:2]
    found: list[Label] = []
    for t in _PLACES:
        along, down = 1.5 * t * (1 - t) + t**3, 3 * t**2 - 2 * t**3
        middle = (x + along * (to_x - x), y + down * (to_y - y))
        top = middle[1] - (len(ids) - 1) * _LABEL[1] / 2
        stack = [Label(each, middle[0], top + n * _LABEL[1]) for n, each in enumerate(ids)]
        found = found or stack
        if not any(_hides(one, other) for one in stack for other in taken):
            found = stack
            break
    return iter(found)


def _hides(one: Label, other: Label) -> bool:
    return abs(one.x - other.x) < _LABEL[0] and abs(one.y - other.y) < _LABEL[1]


def _shown(node: str) -> tuple[str, str]:
    """A node's kind and its name; of a long name the middle is left out, since names of columns differ at the end."""
    kind, _, name = node.partition(":")
    if sum(map(_width, name)) <= _LETTERS:
        return kind, name
    return kind, f"{_fit(name, 8)}…{_fit(name[::-1], _LETTERS - 9)[::-1]}"


def _fit(text: str, letters: int) -> str:
    kept = ""
    for letter in text:
        letters -= _width(letter)
        if letters < 0:
            break
        kept += letter
    return kept


def _width(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
