"""Desks over the fixture's policy, requests in memory or in a real state, and a real ledger beside the console's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp

from recuse.errors import LedgerBusyError
from recuse.ledger import JSON, Entry, Ledger, decode, encode, open_ledger, read_entries
from recuse.model import AssistanceRequest, Custody, Repository
from recuse.policy.assisting import Assisting
from recuse.policy.repository import read_repository
from recuse.requests import nil
from recuse.requests.desk import Desk
from recuse.requests.store import Store
from recuse.requests.written import Under
from recuse.server.console import Console, Known, Role, Screen, Visitor, application
from recuse.server.console.assistance import Work, inbox, screens, sections
from recuse.server.console.reports import screens as reports
from tests.console import world
from tests.unit.policy.assistance import assisting, judicial
from tests.unit.policy.conftest import FIXTURE
from tests.unit.requests.world import ASKED, COURT, ENDED

NOW: Final = world.NOW
POLICE: Final = "st.riverton.police"
REMOVAL: Final = "fed.homeland.border.removal"
INQUIRY: Final = "fed.justice.bureau"
HOUR: Final = timedelta(hours=1)


@dataclass
class Desks:
    """Desks as a server's, without a server: the same order of locking, keeping and recording."""

    ledger: Path
    store: Store
    point: Assisting
    salts: Iterator[int] = field(default_factory=count)

    @contextmanager
    def reading(self) -> Iterator[Desk]:
        yield self._desk(lambda _: None)

    @contextmanager
    def acting(self, said: Mapping[str, JSON]) -> Iterator[Desk]:
        with self._opened() as log:

            def record(bodies: Sequence[tuple[str, Mapping[str, JSON]]]) -> None:
                log.append([encode(kind, NOW, {**body, **said}) for kind, body in bodies])

            yield self._desk(record)

    def entries(self) -> tuple[Entry, ...]:
        return tuple(map(decode, read_entries(self.ledger)))

    def _opened(self) -> Ledger:
        try:
            return open_ledger(self.ledger)
        except LedgerBusyError as error:
            raise LedgerBusyError(
                "another process writes to the ledger now, and nothing was done", "try again"
            ) from error

    def _desk(self, record: Any) -> Desk:
        return Desk(
            self.point, Under(("d",), "0" * 64), self.store, record, lambda: next(self.salts).to_bytes(32, "big")
        )


def repository() -> Repository:
    return judicial(read_repository(FIXTURE))


def desks(ledger: Path, store: Store) -> Desks:
    return Desks(ledger, store, assisting(repository()))


def person(name: str, *roles: Role, agency: str = POLICE) -> Visitor:
    return replace(world.person(name, *roles), agency=agency)


WARDEN: Final = person("Wanda Example", "requester")
"""Who keeps the institution's mailbox."""
OFFICER: Final = person("Olaf Example", "requester", agency=REMOVAL)
REVIEWER: Final = person("Rita Example", "reviewer")
COUNSEL: Final = person("Conrad Example", "counsel")
OFFICIAL: Final = person("Otto Example", "official")
PEOPLE: Final = {
    each.subject: each
    for each in (WARDEN, OFFICER, REVIEWER, COUNSEL, OFFICIAL, world.AUDITOR, person("Adam Example", "administrator"))
}


def working(made: Desks) -> Work:
    numbers = count(1)
    return Work(made, lambda: f"{next(numbers):016x}", lambda visitor: {"person": f"p-{visitor.subject[:1]}"})


def served(
    folder: Path,
    made: Desks,
    recognise: Callable[[Request], Visitor | None],
    work: Work | None = None,
    **changes: Any,
) -> ASGIApp:
    """The console with the screens of requests on the ledger in `folder`/ledger."""
    whole = repository()
    of = working(made) if work is None else work
    console: Console = world.console(
        folder,
        recognise=recognise,
        known=lambda: replace(Known.of(whole), institution="Example City Police"),
        **changes,
    )
    every: tuple[Screen, ...] = (inbox(sections(of)), *screens(of), *reports(of))
    return application(console, every)


def asked(name: str, **changes: Any) -> AssistanceRequest:
    """A request by its id."""
    return replace(ASKED, id=name, **changes)


WARRANT: Final = {
    "kind": "custody_transfer", "purpose": "crim.investigation", "authority": "judicial.warrant", "case": "26-CR-1",
    "instrument": None, "evidence": COURT,
}  # fmt: skip


def fill(made: Desks) -> None:
    """Some of everything: open, with counsel, soon to lapse, answered against the policy, a long text, many."""
    many = [
        asked(f"many-{number:03}", on_behalf_of="fed.homeland.border.inquiry", received=NOW - HOUR * (24 + number))
        for number in range(120)
    ]
    long = "a long word of a name " * 20
    some = [
        asked("open", lapses=NOW + HOUR, note=f"{long}{world.HOSTILE}", asked_by=long.strip()),
        asked("court", on_behalf_of=INQUIRY, **WARRANT),
        asked("counsel", on_behalf_of=INQUIRY, **WARRANT | {"evidence": {}}),
        asked("done"),
    ]
    moved = Custody(transferred=NOW, transferred_to=REMOVAL)
    with made.acting({"person": "p-0"}) as desk:
        for each in (*many, *some):
            desk.ask(each, NOW)
        desk.answer(replace(ENDED, request="done", word="complied", contrary=True, detention=moved), NOW)
    world.append(made.ledger, [("certified", NOW, certificate("2025-11")), ("certified", NOW, certificate("2026-01"))])


def certificate(name: str) -> Mapping[str, JSON]:
    """What an entry says of a certified period."""
    about = nil.period(name)
    return {
        "period": name, "from": about.start.isoformat(), "to": about.end.isoformat(), "kinds": [], "agencies": [],
        "official": "chief", "office": "Chief of Records", "certificate": "…", "certificate_sha256": "0" * 64,
        "signature": None,
    }  # fmt: skip
