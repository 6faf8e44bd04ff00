"""The chart of the enforcement benchmark, drawn as SVG: each side's time as a multiple of the hand-written query's.

Queries that read few rows are shown serial, the others with parallel plans allowed, as PostgreSQL comes; all prepared.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from bench.result import Result
from bench.sides import HAND, NO_POLICY, OTHERS, OURS

FILE: Final = "enforcement.svg"
_COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "point": ("by key", "serial"),
    "range": ("range", "serial"),
    "sum": ("full sum", "parallel"),
    "group-by": ("GROUP BY", "parallel"),
    "join": ("join", "parallel"),
}
_MOST: Final = 3.0  # the longest bar; what takes longer is cut there, with its figure
_LEFT, _TOP, _ROW, _COLUMN, _BAR = 230, 74, 28, 152, 100
_WIDTH: Final = _LEFT + len(_COLUMNS) * _COLUMN + 8
_OURS, _OTHERS, _INK = "#005ea2", "#a9aeb1", "#1b1b1b"


def write_chart(results: Iterable[Result], folder: Path) -> None:
    """Write the chart into the folder, of the newest version measured; nothing when enforcement was not."""
    newest: dict[str, Result] = {}
    for each in results:
        known = newest.get(each.name)
        if known is None or _release(known) < _release(each):
            newest[each.name] = each
    some = next((each for name, each in newest.items() if name.startswith("enforcement/")), None)
    if some is not None:
        (folder / FILE).write_text("\n".join(_drawing(newest, some)) + "\n", encoding="utf-8")


def _release(result: Result) -> float:
    return float(result.versions["postgresql"].split()[0])


def _drawing(results: Mapping[str, Result], some: Result) -> Iterator[str]:
    sides = (*OURS, NO_POLICY, *OTHERS)
    bottom = _TOP + len(sides) * _ROW
    height = bottom + 48
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="system-ui, sans-serif" font-size="13" role="img">'
    )
    title = "Time of a query, as a multiple of the same query with a hand-written condition"
    yield f"<title>{title}</title>"
    yield f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>'
    yield _text(12, 24, title, size=15, weight=600)
    for column, (label, mode) in enumerate(_COLUMNS.values()):
        x = _LEFT + column * _COLUMN
        yield _text(x, 48, label, weight=600)
        yield _text(x, 64, "parallel allowed" if mode == "parallel" else "serial", size=11)
        one = x + _BAR / _MOST
        ends = f'x1="{one:.1f}" x2="{one:.1f}" y1="{_TOP - 4}" y2="{bottom}"'
        yield f'<line {ends} stroke="{_INK}" stroke-dasharray="2 2"/>'
    for row, side in enumerate(sides):
        y = _TOP + row * _ROW
        yield _text(12, y + 17, side.title, weight=600 if side in OURS else 400)
        for column, (query, (_, mode)) in enumerate(_COLUMNS.items()):
            found = results.get(f"enforcement/{query}/{side.name}/prepared/{mode}")
            if found is not None:
                colour = _OURS if side in OURS else _OTHERS
                yield from _bar(_LEFT + column * _COLUMN, y, found.value, colour)
    yield _text(12, bottom + 20, f"Dashed: {HAND.title}. PostgreSQL {some.versions['postgresql']}, prepared.", size=11)
    yield _text(12, bottom + 36, f"{some.machine}.", size=11)
    yield "</svg>"


def _bar(x: int, y: int, value: float, colour: str) -> Iterator[str]:
    length = min(value, _MOST) * _BAR / _MOST
    yield f'<rect x="{x}" y="{y + 4}" width="{length:.1f}" height="{_ROW - 10}" fill="{colour}"/>'
    shown = f"{value:.2f}" if value < 10 else f"{value:.0f}"
    yield _text(x + length + 5, y + 17, f"{shown}{' …' if value > _MOST else ''}", size=12)


def _text(x: float, y: float, text: str, *, size: int = 13, weight: int = 400) -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{_INK}" stroke="#ffffff" '
        f'stroke-width="3" paint-order="stroke">{escape(text)}</text>'
    )
