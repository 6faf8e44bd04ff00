"""How things stand by the record: its checkpoint, what the last verifications said, and until when that counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from recuse.ledger import JSON, Entry
from recuse.site.sources import Record, Sources

CURRENT_DAYS: Final = 7
"""For how many days after the oldest of the last verifications it counts as current."""
Verdict = Literal["holds", "catalog", "findings", "undetermined", "never"]
VERDICTS: Final = ("holds", "holds by catalog", "findings", "undetermined")
"""What entries of the ledger say; *catalog* stands for the second."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What every figure is counted from: the ledger's name, how many entries, and the root hash over them."""

    origin: str
    size: int
    root: str

    def document(self) -> dict[str, JSON]:
        """As documents have it."""
        return {"origin": self.origin, "size": self.size, "root": self.root}


@dataclass(frozen=True, slots=True)
class Verified:
    """The last verdict of all systems together.

    `on` is the day of the oldest of the last verifications, None where a system has none; `until` is the last day on
    which it is current. `by_catalog` says that some were told from the catalog, without attempts.
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
        return self.verdict == "holds" and self.until is not None and today <= self.until


def checkpoint_of(record: Record) -> Checkpoint:
    """The checkpoint by its three lines: origin, size, root."""
    origin, size, root, *_ = record.checkpoint.splitlines()
    return Checkpoint(origin, int(size), root)


def verified_of(sources: Sources) -> Verified:
    """How the live systems of the policy stand by the newest verification of each."""
    systems = [name for name, each in sources.repository.systems.items() if each.kind == "live"]
    newest = latest(sources.record.entries)
    found = [newest[each] for each in systems if each in newest]
    if not systems or len(found) < len(systems):
        return Verified("never", None, None, len(systems))
    on = min(each.at for each in found).date()
    return Verified(together(found), on, on + timedelta(days=CURRENT_DAYS), len(systems))


def together(found: Sequence[Entry]) -> Verdict:
    """The verdict that all of these allow: one that is not known counts as not told."""
    said = {str(each.body["verdict"]) for each in found}
    if "findings" in said:
        return "findings"
    if not said <= {"holds", "holds by catalog"}:
        return "undetermined"
    tried = said == {"holds"} and all(each.body.get("known_by") == "attempt" for each in found)
    return "holds" if tried else "catalog"


def latest(entries: Sequence[Entry]) -> Mapping[str, Entry]:
    """The newest *verified* entry of each system."""
    return {str(each.body["system"]): each for each in entries if each.kind == "verified"}
