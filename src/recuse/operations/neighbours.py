"""Databases of one server under one policy: what the classes of one show is answered for by its own verdict.

Rows are copied between such databases, and whoever a class of one admits sees rows that look like the other's. That is
what the policy means, if the other is as the policy wants it; whether it is, its own verdict says. Which database is
which system is told by the sessions themselves, never by names in files: a database of another policy is no neighbour.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from recuse.enforcement.names import of_another
from recuse.errors import TargetError
from recuse.model import System
from recuse.operations.findings import split_name
from recuse.operations.verdict import Verdict, Verified
from recuse.operations.workspace import Dsn, Workspace
from recuse.paths import Edge
from recuse.targets.records import Collected
from recuse.targets.target import Session, target_for
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
    """The other systems on the server of each system that was looked at, which may be none."""
    return {name: frozenset(each.system for each in beside(place, places)) for name, place in places.items()}


def placed(workspace: Workspace, dsn: Dsn, opened: Iterable[tuple[System, Session]] = ()) -> Workspace:
    """The workspace, in which it is known which live systems are of one server."""
    return replace(workspace, together=together(places(workspace, dsn, opened)))


def places(workspace: Workspace, dsn: Dsn, opened: Iterable[tuple[System, Session]] = ()) -> dict[str, Position]:
    """Where the live systems are, by their sessions: those `opened`, and short ones of the others.

    One that does not answer is left out: it is not known to be a neighbour. Where there is but one, nobody looks.
    """
    live = workspace.of_kind("live")
    if len(live) < 2:
        return {}
    found = {system.name: session.position() for system, session in opened}
    for system in live:
        if system.name not in found:
            with suppress(TargetError), target_for(system.engine).open(dsn(system)) as session:
                found[system.name] = session.position()
    return found


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
    """The verdict with what its neighbours' own verdicts make of it, which is no better than any of them.

    Where one does not hold, this cannot be told.
    """
    for each in neighbours:
        other = verdicts.get(each.system)
        where = f"`{each.database}` of this server, which is system `{each.system}`"
        if other is not None and other.verdict in ("holds", "holds by catalog"):
            rests = (*own.examined, f"the classes of {where}, by its own verdict")
            own = replace(own, verdict=other.verdict if own.verdict == "holds" else own.verdict, examined=rests)
            continue
        why = "was not verified in this run" if other is None else f"has the verdict `{other.verdict}`"
        line = f"neighbour: what the classes of {where}, show is not answered for: it {why}"
        verdict: Verdict = "findings" if own.verdict == "findings" else "undetermined"
        own = replace(own, verdict=verdict, not_examined=(*own.not_examined, line))
    return own
