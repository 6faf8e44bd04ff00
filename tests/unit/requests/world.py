"""A desk over the fixture's policy with stores and a ledger in memory, and requests to give it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from recuse.ledger.entry import JSON, Entry, decode, encode
from recuse.model import AssistanceRequest, Custody, Outcome, Repository
from recuse.requests.desk import Desk
from recuse.requests.store import Store
from recuse.requests.written import Under
from tests.unit.policy.assistance import assisting

NOW: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
COURT: Final = {
    "issuing_court": "County Court",
    "judge": "A Judge",
    "issued": "2026-01-14",
    "document_sha256": "ab" * 32,
}
ASKED: Final = AssistanceRequest(
    id="r1", source=None, supersedes=None, received=NOW - HOUR, recorded=NOW, recorded_by="Desk 4",
    asked_by="Office 7, Ms. Ü", kind="detainer", on_behalf_of="fed.homeland.border.removal", sender=None, recipients=(),
    purpose="imm.civil_enforcement", authority="administrative.detainer", agreement=None, case=None,
    instrument="I-247A", evidence={}, categories=(), lapses=NOW + 48 * HOUR, until=None, note="",
)  # fmt: skip
BY_JUDGE: Final = replace(
    ASKED, kind="custody_transfer", purpose="crim.investigation", authority="judicial.warrant", case="26-CR-1",
    instrument=None, evidence=COURT,
)  # fmt: skip
ENDED: Final = Outcome("o1", "r1", None, NOW + HOUR, "Desk 9", "refused", (), (), False, Custody(), "")


@dataclass
class Book:
    """A ledger in memory that keeps entries as the real one would: written and read again."""

    entries: list[Entry] = field(default_factory=list)

    def record(self, bodies: Sequence[tuple[str, Mapping[str, JSON]]]) -> None:
        self.entries += [decode(encode(kind, NOW, body)) for kind, body in bodies]


def desk(repository: Repository, store: Store, book: Book, more: str | None = None) -> Desk:
    salts = count()
    point = assisting(repository) if more is None else assisting(repository, more)
    return Desk(point, Under(("d",), "0" * 64), store, book.record, lambda: next(salts).to_bytes(32, "big"))


def changed(base: AssistanceRequest, changes: dict[str, Any]) -> AssistanceRequest:
    return replace(base, **changes)
