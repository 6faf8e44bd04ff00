"""The chart of the enforcement benchmark, drawn as SVG: how many times as long as the hand-written query."""

from collections.abc import Iterable
from pathlib import Path

from bench.result import Result


def write_chart(results: Iterable[Result], folder: Path) -> None:
    """Placeholder."""
