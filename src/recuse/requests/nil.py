"""Nil periods: an office holder certifies, for a period that is over, that no request was received in it.

The certificate is a text of fixed form, so that who signs it signs these words and stock `ssh-keygen` can check them.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from recuse.errors import InputError, RefusedError
from recuse.ledger.entry import JSON, Entry
from recuse.model import AssistanceKind, Official, Repository
from recuse.policy.trees import above

_PERIOD: Final = re.compile(r"([0-9]{4})(?:-Q([1-4])|-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A year, quarter or month by name; both days inclusive."""

    name: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Scope:
    """Which requests a certificate is about: of these kinds, on behalf of these agencies; empty is all."""

    kinds: tuple[AssistanceKind, ...] = ()
    agencies: tuple[str, ...] = ()

    def body(self) -> dict[str, JSON]:
        """As entries have it."""
        return {"kinds": list(self.kinds), "agencies": list(self.agencies)}


def period(text: str) -> Period:
    """The period of a name such as `2026`, `2026-Q1` or `2026-03`; InputError for another."""
    found = _PERIOD.fullmatch(text)
    if found is None or found[1] == "0000":
        raise InputError(f"`{text}` is no period", "write a year, a quarter or a month: 2026, 2026-Q1, 2026-03")
    year = int(found[1])
    first, months = (3 * int(found[2]) - 2, 3) if found[2] else (int(found[3]), 1) if found[3] else (1, 12)
    after = first + months
    end = date(year, 12, 31) if after > 12 else date(year, after, 1) - timedelta(days=1)
    return Period(text, date(year, first, 1), end)


def scope_of(body: Mapping[str, JSON]) -> Scope:
    """The scope of a *certified* entry."""
    kinds, agencies = body["kinds"], body["agencies"]
    return Scope(
        tuple(kinds) if isinstance(kinds, list) else (),
        tuple(map(str, agencies)) if isinstance(agencies, list) else (),
    )


def certificate(institution: str, about: Period, scope: Scope, official: Official, at: datetime) -> bytes:
    """What an office holder certifies, as text of one line a fact."""
    lines = (
        "recuse nil certificate",
        f"institution {institution}",
        f"period {about.name} from {about.start} to {about.end}",
        f"kinds {', '.join(scope.kinds) or 'all'}",
        f"agencies {', '.join(scope.agencies) or 'all'}",
        "requests received 0",
        f"certified by {official.id}, {official.office}",
        f"at {at.isoformat(timespec='seconds')}",
    )
    return ("\n".join(lines) + "\n").encode()


def check(about: Period, scope: Scope, entries: Iterable[Entry], repository: Repository, today: date) -> None:
    """Raise RefusedError unless the period is over and the ledger has no request in it."""
    if about.end >= today:
        raise RefusedError(f"period {about.name} is not over: its last day is {about.end}", "certify it after that day")
    found = sum(1 for _ in received(about, scope, entries, repository))
    if found:
        were = "request was" if found == 1 else "requests were"
        raise RefusedError(f"{found} {were} received in {about.name}", "report them instead of a nil period")


def received(
    about: Period, scope: Scope, entries: Iterable[Entry], repository: Repository
) -> Iterator[Mapping[str, JSON]]:
    """The *asked* entries received in a period, without those that another superseded.

    What a request to a database asks (`recuse permit request`) is among them, unless the scope names kinds other than
    `data_access`.
    """
    bodies = [body for entry in entries if (body := _as_asked(entry)) is not None]
    superseded = {body["supersedes"] for body in bodies if body.get("supersedes")}
    for body in bodies:
        day = date.fromisoformat(str(body["received"]))
        in_scope = not scope.kinds or body["kind"] in scope.kinds
        in_scope = in_scope and (not scope.agencies or _is_below(repository, body, scope.agencies))
        if body["request"] not in superseded and about.start <= day <= about.end and in_scope:
            yield body


def _as_asked(entry: Entry) -> Mapping[str, JSON] | None:
    if entry.kind == "asked":
        return entry.body
    if entry.kind in {"requested", "refused"}:
        return {**entry.body, "kind": "data_access", "received": entry.at.date().isoformat(), "others": []}
    return None


def _is_below(repository: Repository, body: Mapping[str, JSON], agencies: tuple[str, ...]) -> bool:
    """Whether an agency that takes part is one of these or below one."""
    others = body["others"] if isinstance(body["others"], list) else []
    parts = (str(body["agency"]), *map(str, others))
    return any(above(repository.agencies, each) & set(agencies) or each in agencies for each in parts)


def certified_body(
    about: Period, scope: Scope, official: Official, text: bytes, signature: str | None
) -> dict[str, JSON]:
    """The *certified* entry: the certificate whole, and its signature where it was signed."""
    return {
        "period": about.name,
        "from": about.start.isoformat(),
        "to": about.end.isoformat(),
        **scope.body(),
        "official": official.id,
        "office": official.office,
        "certificate": text.decode(),
        "certificate_sha256": hashlib.sha256(text).hexdigest(),
        "signature": signature,
    }


def broken(entries: Iterable[Entry], repository: Repository) -> Iterator[tuple[str, int]]:
    """Certified periods that are not nil any more, by name, with how many requests were recorded for them later."""
    every = tuple(entries)
    for entry in every:
        if entry.kind == "certified":
            about = period(str(entry.body["period"]))
            count = sum(1 for _ in received(about, scope_of(entry.body), every, repository))
            if count:
                yield about.name, count
