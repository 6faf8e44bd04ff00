"""Directives of the repository and of the ledger, with what became of it. A draft is nobody's word: none is here."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from recuse.model import SignedDirective
from recuse.site.sources import Sources

Status = Literal["in-force", "superseded", "refused", "waiting", "later", "not-in-force", "only-recorded"]
"""`only-recorded`: the ledger names it, and the repository does not hold that text."""


@dataclass(frozen=True, slots=True)
class Told:
    """One directive: `directed` and `confirmed` are when the ledger first recorded that, `effective` when it counts."""

    id: str
    status: Status
    signed: SignedDirective | None
    superseded_by: str | None
    directed: datetime | None
    confirmed: datetime | None
    effective: datetime | None
    sha256: str


def history(sources: Sources) -> tuple[Told, ...]:
    """All of them, those in force first, then the newest first."""
    signed = [each for each in sources.repository.directives.values() if each.signature is not None]
    found = [_told(sources, each) for each in signed]
    known = {each.sha256 for each in found}
    found += [each for each in _recorded(sources) if each.sha256 not in known]
    found.sort(key=lambda each: each.id, reverse=True)
    return tuple(sorted(found, key=lambda each: each.status != "in-force"))


def _told(sources: Sources, signed: SignedDirective) -> Told:
    directive, confirmation = signed.directive, signed.confirmation
    digest = hashlib.sha256(directive.raw).hexdigest()
    effective = max(directive.effective, confirmation.effective) if confirmation else None
    by = _superseded_by(sources, directive.id)
    return Told(
        directive.id, _status(sources, signed, by, effective), signed, by, _first(sources, "directed", digest),
        _first(sources, "confirmed", digest), effective, digest,
    )  # fmt: skip


def _status(sources: Sources, signed: SignedDirective, by: str | None, effective: datetime | None) -> Status:
    if any(each.directive.id == signed.directive.id for each in sources.attested):
        return "in-force"
    if by is not None:
        return "superseded"
    if signed.confirmation is None or effective is None:
        return "waiting"
    if signed.confirmation.decision == "refuse":
        return "refused"
    return "later" if effective > sources.now else "not-in-force"


def _superseded_by(sources: Sources, name: str) -> str | None:
    """The directive that ended it: one in force, or one that was confirmed and is itself superseded."""
    for each in sources.repository.directives.values():
        ended = name in each.directive.supersedes
        confirmed = each.confirmation is not None and each.confirmation.decision == "confirm"
        begun = each.confirmation is not None and max(each.directive.effective, each.confirmation.effective)
        if ended and confirmed and begun and begun <= sources.now:
            return each.directive.id
    return None


def _first(sources: Sources, kind: str, digest: str) -> datetime | None:
    found = (e.at for e in sources.record.entries if e.kind == kind and e.body.get("directive_sha256") == digest)
    return next(found, None)


def _recorded(sources: Sources) -> list[Told]:
    """Directives that the ledger has as directed or confirmed, by the digest of their text."""
    found: dict[str, Told] = {}
    for entry in sources.record.entries:
        if entry.kind in ("directed", "confirmed"):
            digest, name = str(entry.body["directive_sha256"]), str(entry.body["directive"])
            times = _first(sources, "directed", digest), _first(sources, "confirmed", digest)
            found.setdefault(digest, Told(name, "only-recorded", None, None, *times, None, digest))
    return [*found.values()]
