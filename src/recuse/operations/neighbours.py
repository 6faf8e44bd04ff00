"""Databases of one server under one policy: what the classes of one show is answered for by its own verdict.

Rows are copied between such databases, and whoever a class of one admits sees rows that look like the other's. That is
what the policy means, if the other is as the policy wants it; whether it is, its own verdict says. Which database is
which system is told by the sessions themselves, never by names in files: a database of another policy is no neighbour.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from recuse.enforcement.names import of_another
from recuse.errors import TargetError
from recuse.model import System
from recuse.operations.findings import split_name
from recuse.operations.verdict import Verdict, Verified
from recuse.operations.workspace import Workspace
from recuse.paths import Edge
from recuse.targets.records import Collected
from recuse.targets.target import target_for
from recuse.targets.whereabouts import Position

_CLASS_THERE: Final = re.compile(r"role:(recuse_[co]_[0-9a-f]{8}_\w+)@+(.+)")  # such a name is never quoted
_SHOWS: Final = ("grant SELECT", "sequence")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another database of the server, and the system of the policy that it is."""

    database: str
    system: str

    def answers(self, edge: Edge) -> bool:
        """Whether this is what a class there holds: its table, or the numbers of its rows.

        Only that: what its functions and views reach, who else is granted the table, and who else is in a role that
        leads there is searched as ever.
        """
        found = _CLASS_THERE.fullmatch(edge.source) if edge.kind.startswith(_SHOWS) else None
        if found is None or edge.target.startswith("view:") or "".join(split_name(found[2])) != self.database:
            return False
        return not of_another(found[1], self.database)


def beside(mine: Position, others: Mapping[str, Position]) -> tuple[Neighbour, ...]:
    """The systems whose sessions are on the same running server, in another database."""
    return tuple(
        Neighbour(position.database, system)
        for system, position in sorted(others.items())
        if position.server == mine.server and position.database != mine.database
    )


def together(places: Mapping[str, Position]) -> dict[str, frozenset[str]]:
    """The other systems on the server of each system that has any."""
    found = {name: frozenset(each.system for each in beside(place, places)) for name, place in places.items()}
    return {name: others for name, others in found.items() if others}


def placed(workspace: Workspace, dsn: Callable[[System], str]) -> Workspace:
    """The workspace, in which it is known which live systems are of one server."""
    live = workspace.of_kind("live")
    return replace(workspace, together=together(dict(positions(live, dsn)))) if len(live) > 1 else workspace


def positions(systems: Iterable[System], dsn: Callable[[System], str]) -> Iterator[tuple[str, Position]]:
    """Where systems are that are not looked at otherwise; one that does not answer is not known to be a neighbour."""
    for system in systems:
        try:
            with target_for(system.engine).open(dsn(system)) as session:
                yield system.name, session.position()
        except TargetError:
            continue


def apart(collected: Collected, neighbours: Iterable[Neighbour]) -> tuple[Collected, tuple[Neighbour, ...]]:
    """What was collected without what neighbours answer for, and those of them that there was something to answer."""
    kept: list[Edge] = []
    used: dict[Neighbour, None] = {}
    known = tuple(neighbours)
    for edge in collected.edges:
        answering = next((each for each in known if each.answers(edge)), None)
        if answering is None:
            kept.append(edge)
        else:
            used[answering] = None
    return replace(collected, edges=tuple(kept)), tuple(used)


def leaning(own: Verified, neighbours: Iterable[Neighbour], verdicts: Mapping[str, Verified]) -> Verified:
    """The verdict with what its neighbours' own verdicts make of it: where one does not hold, this cannot be told."""
    for each in neighbours:
        other = verdicts.get(each.system)
        where = f"`{each.database}` of this server, which is system `{each.system}`"
        if other is not None and other.verdict in ("holds", "holds by catalog"):
            own = replace(own, examined=(*own.examined, f"the classes of {where}, by its own verdict"))
            continue
        why = "was not verified in this run" if other is None else f"has the verdict `{other.verdict}`"
        line = f"neighbour: what the classes of {where}, show is not answered for: it {why}"
        verdict: Verdict = "findings" if own.verdict == "findings" else "undetermined"
        own = replace(own, verdict=verdict, not_examined=(*own.not_examined, line))
    return own
