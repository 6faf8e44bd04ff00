"""Permits as a server process gives them to the console, over a real database, a real ledger, and files beside it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp

from recuse import clock
from recuse.errors import TargetError
from recuse.ledger import JSON, Entry, decode, encode, open_ledger, read_entries
from recuse.model import Agency, Authority, Effect, Permit, Repository, System
from recuse.operations.kept import FileKeeper
from recuse.permits import Actor, Office, Placed, Terms
from recuse.server.console import Known, Role, Visitor, application
from recuse.server.console.assistance import inbox
from recuse.server.console.permits import screens, sections
from recuse.targets.target import Desk, target_for
from tests.console import world
from tests.context.world import policy
from tests.unit.enforcement.small import SYSTEM

HOUR: Final = timedelta(hours=1)
TERMS: Final = Terms(longest=8 * HOUR, break_glass=2 * HOUR, break_glass_purposes=(frozenset({"crime"}),))
TWO: Final = replace(TERMS, two_person=frozenset({"crime"}))
EVIDENCE: Final = ("issuing_court", "document_sha256")


def repository() -> Repository:
    """The small policy; a warrant rests on evidence, and `crime` needs a case."""
    found = policy().repository
    warrant = Authority("judicial.warrant", "judicial", EVIDENCE, ("W-1",))
    crime = replace(found.purposes["crime"], case_number=True)
    city = Agency("city", "The city", "us", None, frozenset())
    return replace(
        found, authorities={**found.authorities, warrant.id: warrant}, purposes={**found.purposes, "crime": crime},
        agencies={**found.agencies, "city": city},
    )  # fmt: skip


def person(name: str, *roles: Role, agency: str = "city", stale: bool = False) -> Visitor:
    """Somebody who has just authenticated, or a day ago."""
    at = clock.now() - (timedelta(days=1) if stale else timedelta(0))
    return replace(world.person(name, *roles), agency=agency, auth_time=at)


def people() -> dict[str, Visitor]:
    """Who comes to the console, by a short name."""
    return {
        "olaf": person("Olaf Example", "requester", agency="centre"),
        "opal": person("Opal Example", "requester", agency="nation"),
        "rita": person("Rita Example", "reviewer"),
        "ruth": person("Ruth Example", "reviewer"),
        "both": person("Olaf Example", "requester", "reviewer", agency="centre"),
        "stale": person("Rita Example", "reviewer", stale=True),
        "otto": person("Otto Example", "official"),
        "ada": person("Ada Example", "auditor"),
        "adam": person("Adam Example", "administrator"),
        "conrad": person("Conrad Example", "counsel"),
    }


@dataclass
class Real:
    """The service: `dsn` is a login's that may issue; `ended` are permits whose sessions were handed on to be ended."""

    ledger: Path
    dsn: str
    terms: Terms = TERMS
    ended: list[str] = field(default_factory=list)
    down: str = ""

    @contextmanager
    def office(self) -> Iterator[Office]:
        keeper = FileKeeper(self.ledger)
        yield Office(repository(), self.terms, keeper, self, self.counter, self._end, clock.now)

    def rows(self) -> tuple[Mapping[str, tuple[Permit, ...]], Mapping[str, str]]:
        if self.down:
            return {}, {SYSTEM: self.down}
        with self.counter(repository().systems[SYSTEM]) as desk:
            return {SYSTEM: desk.permits(SYSTEM)}, {}

    def effect(self, permit: Permit) -> Effect:
        with self.counter(repository().systems[SYSTEM]) as desk:
            return desk.effect(permit)

    def actor(self, visitor: Visitor) -> Actor:
        return Actor(visitor.name, f"{visitor.issuer} {visitor.subject}", f"p-{visitor.subject[:4].lower()}")

    @contextmanager
    def counter(self, system: System) -> Iterator[Desk]:
        if self.down:
            raise TargetError(self.down, "try again")
        with target_for(system.engine).open(self.dsn) as session:
            yield session.desk()

    def entries(self) -> Placed:
        return enumerate(map(decode, read_entries(self.ledger)))

    def append(self, kind: str, body: Mapping[str, JSON]) -> int:
        with open_ledger(self.ledger) as log:
            return log.append([encode(kind, clock.now(), body)])

    def kinds(self) -> list[str]:
        return [entry.kind for _, entry in self.entries()]

    def last(self) -> Entry:
        return [entry for _, entry in self.entries()][-1]

    def row(self, name: str) -> Permit | None:
        """The permit as the database has it."""
        rows, _ = self.rows()
        return next((each for each in rows[SYSTEM] if each.id == name), None)

    def _end(self, system: System, name: str) -> None:
        assert system.name == SYSTEM
        self.ended.append(name)


def made(folder: Path, dsn: str, terms: Terms = TERMS) -> Real:
    """A service on a new ledger in `folder`/ledger."""
    world.write(folder / "ledger", iter(()))
    return Real(folder / "ledger", dsn, terms)


def served(folder: Path, service: Real, recognise: Any, **changes: Any) -> ASGIApp:
    """The console with the screens of permits."""
    console = world.console(folder, recognise=recognise, known=lambda: Known.of(repository()), now=clock.now, **changes)
    return application(console, (inbox(sections(service)), *screens(service)))


def form(**changes: str) -> dict[str, str]:
    """A request as it is typed, that nothing speaks against."""
    now = clock.now()
    return {
        "account": f"{SYSTEM}/analyst", "purpose": "crime", "authority": "judicial", "case": "26-CR-7",
        "on_behalf_of": "Desk 4", "lapses": f"{now + HOUR:%Y-%m-%d %H:%M}", "until": f"{now + 6 * HOUR:%Y-%m-%d %H:%M}",
        "act": "send", **changes,
    }  # fmt: skip
