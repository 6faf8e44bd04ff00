"""What is held back: entries, or all entries of a case, by a named official, for a reason of the settings, until a day.

The ledger has each decision to hold back, renew or end, with the official and the day, and not what it is about: that
is kept beside it, bound by a commitment. So whoever reads the ledger sees how often that happens and by whom, and
nobody learns from it whether they are concerned. A decision that is recorded and not kept stops every answer.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from recuse.disclosure.lines import Line
from recuse.disclosure.settings import Settings
from recuse.errors import InputError, LedgerError, RefusedError
from recuse.ledger.entry import JSON, Entry
from recuse.permits import commitment_of

KIND: Final = "held_back"


@dataclass(frozen=True, slots=True)
class Hold:
    """One decision: these entries (as `acts:12`) and cases are held back up to and with the day `until`.

    A later one of the same id replaces it: it renews, or ends it.
    """

    id: str
    official: str
    reason: str
    until: date
    on: date
    entries: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    note: str = ""

    def covers(self, line: Line, today: date) -> bool:
        """Whether it holds this line back today."""
        if today > self.until:
            return False
        if not line.case_known and self.cases:
            return True  # it may be one of these
        case = None if line.case is None else _plain(line.case)
        return str(line.place) in self.entries or case in {*map(_plain, self.cases)}


@dataclass(frozen=True, slots=True)
class KeptHold:
    """A decision as it is kept, with the salt of its commitment."""

    salt: bytes
    hold: Hold

    @property
    def commitment(self) -> str:
        """What the ledger holds of it."""
        return commitment_of(self.salt, payload(self.hold))


def check(hold: Hold, settings: Settings, before: Hold | None) -> None:
    """Raise InputError for what cannot be held back so, RefusedError for longer than the settings let it be."""
    if hold.reason not in settings.reasons:
        raise InputError(f"`{hold.reason}` is no reason of the settings", f"name one of {', '.join(settings.reasons)}")
    if not (hold.entries or hold.cases):
        raise InputError("nothing is named that is to be held back", "name entries with --entry, or a case with --case")
    if not all(map(_plain, hold.cases)):
        raise InputError("a case is named without a number", "give the case number with --case")
    if before is not None and (hold.entries, hold.cases) != (before.entries, before.cases):
        raise InputError(f"`{hold.id}` is about other entries", "hold those back by a decision of their own")
    if before is None and hold.until < hold.on:
        raise InputError(f"{hold.until} is over", "name a day that is to come")
    latest = hold.on + timedelta(days=settings.hold_days)
    if hold.until > latest:
        raise RefusedError(
            f"{hold.until} is later than an entry may be held back at once: {latest} is the last day",
            "renew it before it ends, each time for a reason",
        )


def body_of(kept: KeptHold, office: str, signature: str | None, *, renews: bool) -> dict[str, JSON]:
    """The *held_back* entry: who, why by a code, until when, and nothing of what it is about."""
    hold = kept.hold
    return {
        "hold": hold.id, "renews": renews, "official": hold.official, "office": office, "reason": hold.reason,
        "until": hold.until.isoformat(), "commitment": kept.commitment, "signature": signature,
    }  # fmt: skip


def statement(hold: Hold, commitment: str) -> bytes:
    """What an official signs."""
    lines = ("recuse held back", f"hold {hold.id}", f"until {hold.until}", f"reason {hold.reason}",
             f"commitment {commitment}", f"by {hold.official}", f"on {hold.on}")  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def standing(entries: Iterable[Entry], kept: Iterable[KeptHold]) -> tuple[Hold, ...]:
    """The newest decision of each id, as the ledger has them; LedgerError where what is kept is not what it has."""
    by_commitment = {each.commitment: each.hold for each in kept}
    newest = dict[str, Hold]()
    for entry in entries:
        if entry.kind != KIND:
            continue
        name, found = str(entry.body["hold"]), by_commitment.get(str(entry.body["commitment"]))
        if found is None or found.id != name or found.until.isoformat() != entry.body["until"]:
            raise LedgerError(
                f"`{name}` is recorded as held back, and what it is about is not kept",
                "restore the folder `accounting` of the ledger: until then nothing is answered",
            )
        newest[name] = found
    return tuple(newest.values())


def payload(hold: Hold) -> bytes:
    """A decision as it is kept and committed to: one line of JSON with sorted keys."""
    return (json.dumps(asdict(hold), sort_keys=True, ensure_ascii=False, default=date.isoformat) + "\n").encode()


def parse(data: bytes) -> Hold:
    """Read a kept decision; LedgerError unless `payload` would have written these very bytes."""
    try:
        whole: Mapping[str, Any] = json.loads(data.decode())
        days = {name: date.fromisoformat(whole[name]) for name in ("until", "on")}
        lists = {name: tuple(whole[name]) for name in ("entries", "cases")}
        hold = Hold(**{**whole, **days, **lists})
        if payload(hold) == data:
            return hold
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise LedgerError("what is held back is not kept as this program writes it", "restore the file")


def _plain(case: str) -> str:
    return case.strip().casefold()
