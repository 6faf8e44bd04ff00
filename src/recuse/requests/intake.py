"""What a request must be before it is kept, with every problem found and the field it is in.

What is wrong with a request is no reason to lose it: a case number or a judge that is missing is for the ruling to say.
Refused here is only what nobody could read later: a word that the policy does not know, a time that cannot be.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from recuse.model import ASSISTANCE, UNLISTED, WITH_DATA, WITH_END, AssistanceRequest, Custody, Repository
from recuse.policy.references import nearest

_INSTRUMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/()-]{0,63}")
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST_TEXT: Final = 10_000
_LONGEST: Final = 500
Problem = tuple[str, str]
"""The field, and what is wrong with it."""


def problems(repository: Repository, request: AssistanceRequest) -> Iterator[Problem]:
    """Everything because of which a request cannot be kept as it stands."""
    yield from _names(repository, request)
    yield from _times(request)
    yield from _evidence(request)
    texts = {"recorded_by": request.recorded_by, "asked_by": request.asked_by}
    yield from ((name, f"{name} is missing: say who") for name, text in texts.items() if not text.strip())
    texts |= {"case": request.case or "", "source": request.source or "", **request.evidence}
    for name, text in texts.items():
        if len(text) > _LONGEST or _CONTROL.search(text) or "\n" in text:
            yield name, f"{name} is not one line of at most {_LONGEST} characters"
    if len(request.note) > LONGEST_TEXT or _CONTROL.search(request.note):
        yield "note", f"note is longer than {LONGEST_TEXT:,} characters, or holds control characters"


def _names(repository: Repository, request: AssistanceRequest) -> Iterator[Problem]:
    yield from _unknown("kind", (request.kind,), ASSISTANCE)
    known = (*repository.agencies, UNLISTED)
    fields: Mapping[str, Iterable[str]] = {
        "on_behalf_of": (request.on_behalf_of,), "sender": (request.sender,) if request.sender else (),
        "recipients": request.recipients,
    }  # fmt: skip
    for name, values in fields.items():
        yield from _unknown(name, values, known, f"write `{UNLISTED}` for one that agencies.toml does not have")
    yield from _unknown("purpose", (request.purpose,), repository.purposes)
    yield from _unknown("authority", (request.authority,), repository.authorities)
    yield from _unknown("categories", request.categories, repository.categories)
    yield from _unknown("agreement", (request.agreement,) if request.agreement else (), repository.agreements)
    if len(set(request.categories)) != len(request.categories):
        yield "categories", "a category stands twice"
    if request.kind in WITH_DATA and not request.categories:
        yield "categories", f"`{request.kind}` names at least one category of data"


def _unknown(field: str, values: Iterable[str], known: Iterable[str], else_: str = "") -> Iterator[Problem]:
    names = set(known)
    for value in values:
        if value not in names:
            remedy = nearest(value, names) or else_ or "name one that the policy repository defines"
            yield field, f"unknown {field} `{value}`: {remedy}"


def _times(request: AssistanceRequest) -> Iterator[Problem]:
    if request.received > request.recorded:
        yield "received", "it was received after it was recorded"
    if request.lapses <= request.received:
        yield "lapses", "it lapses before it was received"
    if request.until is not None and request.until <= request.received:
        yield "until", "what is asked for ends before it was received"
    if request.until is None and request.kind in WITH_END:
        yield "until", f"`{request.kind}` says until when: nothing is without an end"


def _evidence(request: AssistanceRequest) -> Iterator[Problem]:
    if request.instrument is not None and not _INSTRUMENT.fullmatch(request.instrument):
        yield "instrument", "the instrument is the type of a document in plain letters, for example I-205"
    for name, value in request.evidence.items():
        if not _WORD.fullmatch(name):
            yield "evidence", f"`{name}` is no name of evidence: use lower-case letters, digits and `_`"
        if name == "document_sha256" and value and not _DIGEST.fullmatch(value):
            yield name, "document_sha256 is a SHA-256 in lower-case hexadecimal"
        if name == "issued" and value and not _is_day(value):
            yield name, "issued is a day, as 2026-01-31"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def custody_problems(repository: Repository, custody: Custody) -> Iterator[Problem]:
    """What cannot be in what is said of custody."""
    if custody.transferred_to is not None:
        known = (*repository.agencies, UNLISTED)
        yield from _unknown("transferred_to", (custody.transferred_to,), known, f"write `{UNLISTED}` for another")
    if (custody.transferred is None) != (custody.transferred_to is None):
        yield "transferred_to", "a transfer has a time and an agency"
