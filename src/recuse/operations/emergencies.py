"""Emergencies: what was applied on one official's signature, how long it stands, and what the ledger says of each.

Pure: entries and moments are passed in. An emergency lapses 72 hours after it was applied first, unless its directive
is confirmed; applying it again gains no time. What it closed stays closed until a person plans and applies again.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from recuse.directive.in_force import Attested, Directed
from recuse.ledger import JSON, Entry
from recuse.model import SignedDirective

LAPSES_AFTER: Final = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Emergency:
    """A directive that one official's signature put into one system at `at`; without a second, until `until`."""

    system: str
    directive: str
    sha256: str
    official: str
    at: datetime
    until: datetime
    refused: bool = False

    def lapsed(self, now: datetime) -> bool:
        """Whether it stands no longer: in time, or because the second official refused it."""
        return self.refused or now >= self.until

    def sentence(self, now: datetime) -> str:
        """What it is, for a person."""
        by = f"directive `{self.directive}` was applied on the signature of `{self.official}` alone"
        by = f"{by} at {_moment(self.at)}"
        if self.refused:
            return f"{by}, and the second official refused it"
        return f"{by}, and {'lapsed' if self.lapsed(now) else 'lapses'} at {_moment(self.until)} without a confirmation"


def emergencies(
    entries: Iterable[Entry], directives: Mapping[str, SignedDirective], attested: Iterable[Attested]
) -> tuple[Emergency, ...]:
    """The emergencies that systems still hold: not confirmed since, and nothing else was applied there since."""
    confirmed = {digest(each.directive.raw) for each in attested}
    refused = _refused(directives)
    found: dict[tuple[str, str], Emergency] = {}
    first: dict[str, datetime] = {}
    for entry in entries:
        system = str(entry.body.get("system", ""))
        if entry.kind == "confirmed":
            confirmed.add(str(entry.body["directive_sha256"]))
        elif entry.kind == "emergency":
            sha256 = str(entry.body["directive_sha256"])
            at = first.setdefault(sha256, entry.at)
            name, official = str(entry.body["directive"]), str(entry.body["official"])
            found[system, sha256] = Emergency(
                system, name, sha256, official, at, at + LAPSES_AFTER, refused=sha256 in refused
            )
        elif entry.kind == "applied" and not entry.body.get("emergency"):
            found = {key: each for key, each in found.items() if key[0] != system}
    return tuple(each for (_, sha256), each in found.items() if sha256 not in confirmed)


def lapsed(entries: Iterable[Entry], directives: Mapping[str, SignedDirective], now: datetime) -> frozenset[str]:
    """The digests of directives that were applied as an emergency, and were refused or not confirmed in 72 hours."""
    first: dict[str, datetime] = {}
    confirmed = set()
    for entry in entries:
        if entry.kind == "emergency":
            first.setdefault(str(entry.body["directive_sha256"]), entry.at)
        elif entry.kind == "confirmed":
            confirmed.add(str(entry.body["directive_sha256"]))
    refused = _refused(directives)
    over = {name for name, at in first.items() if name in refused or now >= at + LAPSES_AFTER}
    return frozenset(over - confirmed)


def _refused(directives: Mapping[str, SignedDirective]) -> frozenset[str]:
    """The digests of what the second official refused; a refusal that does not hold stops who opens the repository."""
    return frozenset(
        digest(signed.directive.raw)
        for signed in directives.values()
        if signed.confirmation_signature is not None
        if signed.confirmation is not None and signed.confirmation.decision == "refuse"
    )


def emergency_body(system: str, directed: Directed, signature: bytes, plan: bytes, now: datetime) -> dict[str, JSON]:
    """The *emergency* entry: whose signature alone, on what, until when."""
    return {
        "system": system,
        "directive": directed.directive.id,
        "directive_sha256": digest(directed.directive.raw),
        "signature_sha256": digest(signature),
        "official": directed.directed_by.id,
        "office": directed.directed_by.office,
        "until": (now + LAPSES_AFTER).astimezone(UTC).isoformat(),
        "plan_sha256": digest(plan),
    }


def documents(found: Iterable[Emergency], now: datetime) -> Iterator[dict[str, Any]]:
    """As documents hold them."""
    for each in found:
        yield {
            "system": each.system,
            "directive": each.directive,
            "official": each.official,
            "until": each.until.astimezone(UTC).isoformat(),
            "lapsed": each.lapsed(now),
        }


def digest(data: bytes) -> str:
    """The hexadecimal SHA-256, by which the ledger names a directive."""
    return hashlib.sha256(data).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(sep=" ", timespec="minutes")
