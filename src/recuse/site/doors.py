"""Open findings by door, and since when there has been one, from the verdicts of the ledger alone.

A door names no system, account, path or SQL. Verdicts of one run are looked at together. What a verdict could not tell,
or an older one did not record by door, is neither open nor closed: an age then is one of at least so long.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from recuse.ledger import Entry

DOORS: Final = ("front", "back", "ghost", "sibling", "copy", "fusion", "side", "vendor", "lent key", "other")
"""Classes of ways past the policy; `other` is a finding of none of them."""


@dataclass(frozen=True, slots=True)
class Open:
    """A door with findings: how many, and since when; `exactly` is False where it may have been earlier."""

    door: str
    count: int
    since: datetime
    exactly: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """A door that had findings and has none: from when until when, at last."""

    door: str
    since: datetime
    exactly: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class Doors:
    """How doors stand: `undivided` are findings whose verdict did not record doors, `order` those of low severity.

    `told` is whether every system's last verdict could be told; `closed` is empty while anything is open.
    """

    open: tuple[Open, ...]
    closed: tuple[Closed, ...]
    undivided: int
    order: int
    accepted: int
    told: bool


_Counts = dict[str, int | None]
"""Findings of one system by door; None is not known."""


@dataclass(slots=True)
class _Door:
    """One door on its way through the verdicts: what was known at last, since when it is open, and what was closed."""

    was: bool | None = None
    since: datetime | None = None
    exactly: bool = False
    closed: Closed | None = None

    def turn(self, name: str, at: datetime, is_open: bool | None) -> None:
        """Look at one run of verdicts."""
        if is_open and self.was is not True:
            self.since, self.exactly = at, self.was is False
        elif is_open is False and self.since is not None:
            self.closed, self.since = Closed(name, self.since, self.exactly, at), None
        elif is_open is None:
            self.since = None
        self.was = is_open


def doors(entries: Sequence[Entry], systems: Iterable[str]) -> Doors:
    """How the doors of these systems stand after all entries."""
    known: dict[str, _Counts] = {system: dict.fromkeys(DOORS) for system in systems}
    last: dict[str, Entry] = {}
    walk = {name: _Door(was=None) for name in DOORS}
    for run in _runs(entry for entry in entries if entry.kind == "verified" and entry.body.get("system") in known):
        for entry in run:
            system = str(entry.body["system"])
            known[system], last[system] = _counts(entry), entry
        for name, door in walk.items():
            door.turn(name, run[-1].at, _is_open([known[system][name] for system in last]))
    found = tuple(_open(known, walk))
    undivided = sum(_undivided(entry) for entry in last.values())
    told = len(last) == len(known) and all(e.body.get("verdict") in ("holds", "findings") for e in last.values())
    ended = () if found or undivided or not told else tuple(each.closed for each in walk.values() if each.closed)
    order = sum(_order(entry) for entry in last.values())
    return Doors(found, ended, undivided, order, sum(_total(e, "accepted") for e in last.values()), told)


def _open(known: dict[str, _Counts], walk: dict[str, _Door]) -> Iterator[Open]:
    for name, door in walk.items():
        count = sum(each[name] or 0 for each in known.values())
        if count and door.since is not None:
            yield Open(name, count, door.since, door.exactly)


def _runs(verdicts: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Neighbouring entries of one `verify`: they name the same document."""
    run: list[Entry] = []
    for entry in verdicts:
        if run and entry.body.get("document_sha256") != run[-1].body.get("document_sha256"):
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def _counts(entry: Entry) -> _Counts:
    """By door; a door that is not named has none, if the verdict could be told and says by door what it found."""
    recorded = entry.body.get("doors")
    told = entry.body.get("verdict") in ("holds", "findings")
    if not isinstance(recorded, dict):
        none = entry.body.get("verdict") == "holds" or (told and _total(entry, "findings") == 0)
        return dict.fromkeys(DOORS, 0 if none else None)
    found: _Counts = {}
    for name, number in recorded.items():
        door = name if name in DOORS else "other"
        found[door] = (found.get(door) or 0) + (number if isinstance(number, int) else 0)
    return {name: found.get(name, 0 if told else None) for name in DOORS}


def _is_open(counts: Sequence[int | None]) -> bool | None:
    if any(counts):
        return True
    return None if None in counts else False


def _undivided(entry: Entry) -> int:
    """Findings of a verdict from before doors were recorded; of one that holds they are of low severity."""
    if isinstance(entry.body.get("doors"), dict) or entry.body.get("verdict") == "holds":
        return 0
    return _total(entry, "findings")


def _order(entry: Entry) -> int:
    if isinstance(entry.body.get("doors"), dict):
        order = entry.body.get("order")
        return order if isinstance(order, int) else 0
    return _total(entry, "findings") if entry.body.get("verdict") == "holds" else 0


def _total(entry: Entry, key: str) -> int:
    counts = entry.body.get(key)
    return sum(n for n in counts.values() if isinstance(n, int)) if isinstance(counts, dict) else 0
