"""An office in memory whose every write can be the last: nothing here decides anything that the domain decides."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from recuse.errors import LedgerError
from recuse.ledger import JSON, Entry, decode, encode
from recuse.model import Account, Effect, Permit, Purpose, Repository, Request, System
from recuse.permits import Actor, Line, Note, Office, Terms, commitment_of, mark_of, note_payload, payload, survey
from tests.unit.enforcement.small import SYSTEM
from tests.unit.permits.test_permits import policy

NOW: Final = datetime(2026, 1, 15, 2, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
ASKER, FIRST, SECOND = (Actor(name) for name in ("Desk 4", "Desk 9", "Desk 10"))


class Stopped(Exception):  # noqa: N818 - not an error of ours: the process ends here
    pass


@dataclass
class World:
    """All that lasts: what is kept, recorded and in the database; and at which write the process ends, if at one.

    A write at `stop` is `lost`, or is done and never answered.
    """

    now: datetime = NOW
    salts: dict[str, bytes] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    said: list[tuple[str, Note]] = field(default_factory=list)
    entries_: list[Entry] = field(default_factory=list)
    rows: dict[str, Permit] = field(default_factory=dict)
    severed: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    refuses: str | None = None
    effects: dict[str, Effect] = field(default_factory=dict)
    stop: int | None = None
    lost: bool = True
    writes: int = 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        self.writes += 1
        if self.stop == self.writes and self.lost:
            raise Stopped
        yield
        if self.stop == self.writes:
            raise Stopped

    def keep(self, request: Request) -> str:
        if request.id in self.requests:
            assert self.requests[request.id] == request
            return self.kept()[request.id][0]
        with self.writing():
            salt = len(self.salts).to_bytes(32, "big")
            self.salts[request.id], self.requests[request.id] = salt, request
        return commitment_of(salt, payload(request))

    def kept(self) -> Mapping[str, tuple[str, Request]]:
        return {n: (commitment_of(self.salts[n], payload(r)), r) for n, r in self.requests.items()}

    def mark(self, name: str, who: str) -> str:
        if name not in self.salts:
            raise LedgerError(f"`{name}` is not kept")
        return mark_of(self.salts[name], who)

    def note(self, note: Note) -> str:
        with self.writing():
            commitment = commitment_of(len(self.said).to_bytes(32, "big"), note_payload(note))
            self.said.append((commitment, note))
        return commitment

    def notes(self, name: str) -> Mapping[str, Note]:
        return {commitment: note for commitment, note in self.said if note.request == name}

    def erase(self, name: str) -> bool:
        return self.salts.pop(name, None) is not None and self.requests.pop(name, None) is not None

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        assert name not in self.held, "an act holds what it holds already"
        self.held.add(name)
        try:
            yield
        finally:
            self.held.discard(name)

    def entries(self) -> Iterator[tuple[int, Entry]]:
        return iter(enumerate(self.entries_))

    def append(self, kind: str, body: Mapping[str, JSON]) -> int:
        with self.writing():
            self.entries_.append(decode(encode(kind, self.now, body)))
        return len(self.entries_) - 1

    @contextmanager
    def counter(self, system: System) -> Iterator["World"]:
        assert system.name == SYSTEM
        yield self

    @property
    def login(self) -> str:
        return "permit_desk"

    def refusal(self, permit: Permit) -> str | None:
        del permit
        return self.refuses

    def effect(self, permit: Permit) -> Effect:
        return self.effects[permit.purpose]

    def issue(self, permit: Permit) -> None:
        assert permit.id not in self.rows
        with self.writing():
            self.rows[permit.id] = replace(permit, valid_from=self.now)

    def permits(self, system: str) -> tuple[Permit, ...]:
        assert system == SYSTEM
        return tuple(self.rows.values())

    def revoke(self, permit_id: str) -> bool:
        if permit_id not in self.rows:
            return False
        with self.writing():
            row = self.rows[permit_id]
            self.rows[permit_id] = replace(row, revoked_at=row.revoked_at or self.now)
        return True

    def end_sessions(self, system: System, name: str) -> int | None:
        assert system.name == SYSTEM
        with self.writing():
            self.severed.append(name)
        return 1

    def office(self, terms: Terms = Terms(), *, dry_run: bool = False) -> Office:  # noqa: B008 - frozen
        return Office(whole(), terms, self, self, self.counter, self.end_sessions, lambda: self.now, dry_run)

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.entries_]

    def line(self, name: str = "r1") -> Line:
        lines = survey(self.office().register(), {SYSTEM: self.permits(SYSTEM)}, self.now)
        return next(line for line in lines if line.id == name)

    def snapshot(self) -> Any:
        return dict(self.requests), list(self.said), list(self.entries_), dict(self.rows), list(self.severed)


def whole() -> Repository:
    """The policy of the other tests, with a purpose below `crime` and another account."""
    made = policy()
    purposes = dict(made.purposes) | {"crime.gang": Purpose("crime.gang", "crime", "criminal")}
    other = Account(SYSTEM, "clerk", "city.police", "shared", True, None, frozenset({"crime", "crime.gang"}))
    analyst = replace(made.accounts[f"{SYSTEM}/analyst"], may_declare=frozenset({"crime", "crime.gang"}))
    accounts = dict(made.accounts) | {f"{SYSTEM}/clerk": other, f"{SYSTEM}/analyst": analyst}
    return replace(made, purposes=purposes, accounts=accounts)


def asked(name: str = "r1", /, **changes: Any) -> Request:
    """A request of `ASKER`, made now."""
    made = Request(
        id=name, at=NOW, requested_by=ASKER.name, on_behalf_of="Major crimes, Ms. Ü", system=SYSTEM, login="analyst",
        purpose="crime", authority="judicial.warrant", agreement=None, case="26-CR-1", instrument=None,
        evidence={"judge": "Somebody", "document_sha256": "ab" * 32}, until=NOW + 24 * HOUR, lapses=NOW + 12 * HOUR,
    )  # fmt: skip
    return replace(made, **changes)
