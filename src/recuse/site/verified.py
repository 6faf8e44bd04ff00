"""How things stand by the record: its checkpoint, what the last verifications said, and until when that counts."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from recuse.ledger import JSON, Entry
from recuse.ledger.checkpoint import parse_checkpoint
from recuse.notes import parse_note
from recuse.site.sources import Record, Sources
from recuse.site.standing import standings

CURRENT_DAYS: Final = 7
"""For how many days after the oldest of the last verifications it counts as current."""
Verdict = Literal["holds", "catalog", "findings", "undetermined", "never"]
VERDICTS: Final = ("holds", "holds by catalog", "findings", "undetermined")
"""What entries of the ledger say; *catalog* stands for the second."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The last verdict of all live systems together, and how many those are.

    `on` is the day of the oldest of the last verifications, None where a system has none; `until` is the last day on
    which *holds* is current, None for any other verdict.
    """

    verdict: Verdict
    on: date | None
    until: date | None
    systems: int

    def document(self) -> dict[str, JSON]:
        """As documents have it."""
        return {
            "verdict": self.verdict, "systems": self.systems, "verified_on": None if self.on is None else str(self.on),
            "current_until": None if self.until is None else str(self.until),
        }  # fmt: skip

    def current(self, today: date) -> bool:
        """Whether it holds and is not too old."""
        return self.until is not None and today <= self.until


def counted_from(record: Record) -> Mapping[str, JSON]:
    """What every figure is counted from, by its checkpoint: the ledger's name, how many entries, the root (Base 64)."""
    head = parse_checkpoint(parse_note(record.checkpoint.encode()).text)
    return {"origin": head.origin, "size": head.size, "root": base64.b64encode(head.root).decode()}


def verified_of(sources: Sources) -> Verified:
    """How the live systems of the policy stand, as the first line has it: what is not known does not hold."""
    live = [each for each in standings(sources) if each.system.kind == "live"]
    found = [each.verified.entry for each in live if each.verified is not None]
    if not live or len(found) < len(live):
        return Verified("never", None, None, len(live))
    on = min(each.at for each in found).date()
    known = all(each.known or each.why == "catalog" or each.state == "findings" for each in live)
    verdict = together(found) if known else "undetermined"
    until = on + timedelta(days=CURRENT_DAYS) if verdict == "holds" else None
    return Verified(verdict, on, until, len(live))


def together(found: Sequence[Entry]) -> Verdict:
    """The verdict that all of these allow: one that is not known counts as not told."""
    said = {str(each.body["verdict"]) for each in found}
    if "findings" in said:
        return "findings"
    if not said <= {"holds", "holds by catalog"}:
        return "undetermined"
    tried = said == {"holds"} and all(each.body.get("known_by") == "attempt" for each in found)
    return "holds" if tried else "catalog"
