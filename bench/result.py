"""What a benchmark gives: one record a figure, in `results.json` for machines and in `results.md` for people."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from bench.measure import Estimate

Unit = Literal["×", "µs", "ms", "s", "MiB", "kB", "workers", "decisions", "requests"]


@dataclass(frozen=True, slots=True)
class Result:
    """One figure. `name` is `<benchmark>/<…>`; `spread` the 95 % interval of the median `value`.

    `aim` is the most that it should be, None for context. `holds` says that the whole interval is within the aim, so
    that noise can only spoil it; None without an aim.
    """

    name: str
    value: float
    unit: Unit
    against: str | None
    aim: float | None
    holds: bool | None
    spread: tuple[float, float]
    machine: str
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where figures were taken: the machine in a line, and the versions of all that took part."""

    machine: str
    versions: Mapping[str, str]

    def result(self, name: str, found: Estimate, unit: Unit, against: str | None, aim: float | None = None) -> Result:
        """A record of a figure in the unit that it is given in."""
        holds = None if aim is None else found.high <= aim
        value, *spread = (float(f"{number:.4g}") for number in (found.value, found.low, found.high))
        return Result(name, value, unit, against, aim, holds, (spread[0], spread[1]), self.machine, self.versions)


def write(results: Iterable[Result], folder: Path) -> None:
    """Write `results.json` and `results.md` into the folder."""
    kept = tuple(results)
    text = json.dumps([asdict(each) for each in kept], ensure_ascii=False, indent=1)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "results.md").write_text(table(kept), encoding="utf-8")


def renewed(old: Iterable[Result], fresh: Iterable[Result], names: Container[str]) -> tuple[Result, ...]:
    """All results after some benchmarks ran again: theirs are the fresh ones, and no old one is left of them."""
    return (*fresh, *(each for each in old if each.name.partition("/")[0] not in names))


def read(folder: Path) -> tuple[Result, ...]:
    """The results that `write` wrote there; none when there are none."""
    path = folder / "results.json"
    if not path.exists():
        return ()
    documents = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Result(**{**each, "spread": tuple(each["spread"])}) for each in documents)


def table(results: Iterable[Result]) -> str:
    """The results as Markdown, a heading for each place they were taken at."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. A value is a median; the interval holds 95 % of its resamples.",
        "",
    ]
    for (machine, versions), group in groupby(results, key=lambda each: (each.machine, tuple(each.versions.items()))):
        here = tuple(group)
        lines += [f"## {', '.join(f'{name} {version}' for name, version in versions)}", "", f"On {machine}.", ""]
        lines += _part("Figures with an aim", [each for each in here if each.aim is not None])
        lines += _part("For comparison", [each for each in here if each.aim is None])
    return "\n".join(lines)


def _part(title: str, results: Sequence[Result]) -> Iterable[str]:
    if not results:
        return []
    head = ["| figure | value | interval | against | aim | holds |", "|---|---|---|---|---|---|"]
    return [f"### {title}", "", *head, *(_row(each) for each in results), ""]


def in_words(each: Result) -> str:
    """A result in one line, as a run tells it."""
    return " ".join(filter(None, _cells(each)))


def _row(each: Result) -> str:
    return f"| {' | '.join(_cells(each))} |"


def _cells(each: Result) -> tuple[str, ...]:
    low, high = each.spread
    missed = "**no**" if each.aim is not None and low > each.aim else "cannot be told"
    holds = {None: "", True: "yes", False: missed}[each.holds]
    aim = "" if each.aim is None else f"≤ {each.aim:g} {each.unit}"
    return (each.name, f"{each.value:g} {each.unit}", f"{low:g} – {high:g}", each.against or "", aim, holds)
