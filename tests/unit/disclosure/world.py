"""Two ledgers in memory with entries about one record and others, and answers made from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from recuse.disclosure.answer import Heading, Read, document, written
from recuse.disclosure.asked import NamedRecord, PersonRequest, Shown
from recuse.disclosure.holds import Hold
from recuse.disclosure.lines import Found, LedgerName, Line, Matches, Place, Register, find
from recuse.disclosure.protection import LeftOut, Protection
from recuse.disclosure.settings import Settings
from recuse.ledger.checkpoint import Checkpoint
from recuse.ledger.entry import decode, encode
from recuse.ledger.merkle import leaf_hash, tree_root
from recuse.model import Repository
from recuse.notes import Signer, new_signer

NOW: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
TODAY: Final = NOW.date()
REMOVAL: Final = "fed.homeland.border.removal"
SETTINGS: Final = Settings(30, 90, ("investigation",), withheld={"category": frozenset({"custody"})})
REQUEST: Final = PersonRequest(
    id="ab" * 16, received=date(2026, 1, 10), recorded=NOW, recorded_by="Desk 4",
    records=(NamedRecord("blotter::records::person", "CANARY-4711"),), since=date(2026, 1, 1), until=date(2026, 1, 10),
    behalf="oneself", identity=Shown("state identity card", "Desk 4", date(2026, 1, 10)), authority=None,
    delivery="in_person", language="en", alone=True, due=date(2026, 2, 9),
)  # fmt: skip
PERSON: Final = "blotter::records::person"


def decided(evaluation: str, **changes: Any) -> dict[str, Any]:
    """What a *decided* entry holds."""
    return {
        "evaluation": evaluation, "allow": True, "reason": "permitted", "rules": ["own-staff"], "caller": "records-app",
        "account": "blotter/records_app", "action": "read", "resource": f"{PERSON} person_identity",
        "policy": "cd" * 32,
    } | changes  # fmt: skip


def asked(request: str, **changes: Any) -> dict[str, Any]:
    """What an *asked* entry holds."""
    return {
        "request": request, "kind": "data_access", "agency": REMOVAL, "others": ["fed.justice.bureau"],
        "purpose": "imm.civil_enforcement", "authority": "administrative.warrant", "categories": ["person_identity"],
        "received": "2026-01-05", "directives": [], "policy_sha256": "ef" * 32, "commitment": "12" * 32,
    } | changes  # fmt: skip


@dataclass
class World:
    """Ledgers, the keys that sign them, and the policy."""

    repository: Repository
    register: Register
    entries: dict[LedgerName, list[tuple[str, datetime, dict[str, Any]]]] = field(
        default_factory=lambda: {"acts": [], "decisions": []}
    )
    signers: Mapping[LedgerName, Signer] = field(
        default_factory=lambda: {"acts": new_signer("records.example/acts"),
                                 "decisions": new_signer("records.example/decisions")})  # fmt: skip

    def add(self, ledger: LedgerName, kind: str, body: dict[str, Any], day: int = 5) -> str:
        """One entry more, on this day of the month; its place."""
        self.entries[ledger].append((kind, datetime(2026, 1, day, 9, tzinfo=UTC), body))
        return f"{ledger}:{len(self.entries[ledger]) - 1}"

    def bytes_of(self, ledger: LedgerName) -> tuple[bytes, ...]:
        return tuple(encode(kind, at, body) for kind, at, body in self.entries[ledger])

    def read(self) -> dict[LedgerName, Read]:
        return {name: self._signed(name) for name in self.entries}

    def _signed(self, name: LedgerName) -> Read:
        signer, entries = self.signers[name], self.bytes_of(name)
        head = Checkpoint(signer.name, len(entries), tree_root([leaf_hash(each) for each in entries]))
        return Read(entries, str(signer.sign(str(head))))

    def lines(self, matches: Matches, cases: Mapping[str, str | None] | None = None) -> tuple[Line, ...]:
        return self.found(matches, cases).lines

    def found(self, matches: Matches, cases: Mapping[str, str | None] | None = None) -> Found:
        whole = {name: [*map(decode, self.bytes_of(name))] for name in self.entries}
        known = {str(body.get("request")): None for _, _, body in self.entries["acts"]} if cases is None else cases
        return find(whole, matches, (REQUEST.since, REQUEST.until), self.register, known)

    def answer(
        self, matches: Matches, holds: Sequence[Hold] = (), settings: Settings = SETTINGS, **changes: Any
    ) -> tuple[bytes, tuple[LeftOut, ...]]:
        """The bytes of an answer, and what is left out of it."""
        request = replace(REQUEST, **{k: v for k, v in changes.items() if k != "decided"})
        protection = Protection(
            self.repository, settings, holds, TODAY, request.alone, changes.get("decided", frozenset())
        )
        told, left = protection.sort(self.lines(matches))
        heading = Heading(("st.riverton.police", "Riverton Police"), TODAY, ("blotter",), b"s" * 32)
        return written(document(request, heading, self.read(), told)), left


def places(*names: str) -> frozenset[Place]:
    found = []
    for name in names:
        ledger, _, number = name.partition(":")
        found.append(Place("acts" if ledger == "acts" else "decisions", int(number)))
    return frozenset(found)
