"""The form of a new request: from what was typed to a request, with every problem at its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from starlette.datastructures import FormData

from recuse.model import ASSISTANCE, UNLISTED, AssistanceKind, AssistanceRequest, Repository
from recuse.requests.intake import problems as problems_of
from recuse.requests.table import OPTIONAL, REQUIRED, columns
from recuse.server.console.assistance.typed import Typed, typed_with
from recuse.server.console.pages import moment
from recuse.server.identity import Visitor
from recuse.server.requesting.people import keeps_the_mailbox, may_ask_for, written

DOCUMENT: Final = "document_sha256"
_SEVERAL: Final = ("recipients", "categories")
_CHOSEN: Final = {
    "kind": "Choose what is asked.",
    "on_behalf_of": "Choose on whose behalf it is asked.",
    "purpose": "Choose the purpose that is stated, or that none is.",
    "authority": "Choose the authority that is stated, or that none is.",
    "lapses": "Say when the request lapses if nobody answers.",
}
_TAKEN_IN: Final = {
    "received": "Say when it was received.",
    "asked_by": "Say who asks: an office or a person.",
}
LABELS: Final = {
    "kind": "What is asked", "on_behalf_of": "On whose behalf", "sender": "Sent by", "recipients": "Also received by",
    "purpose": "Purpose stated", "authority": "Authority stated", "agreement": "Agreement", "case": "Case number",
    "instrument": "Type of the document", "categories": "Data asked for", "received": "Received, UTC",
    "lapses": "The request lapses, UTC", "until": "What is asked for ends, UTC", "asked_by": "Asked by",
    "source": "Id where it came from", "note": "Note", "document": "Document", "recorded_by": "Taken in by",
    "issuing_court": "Issuing court", "judge": "Judge", "issued": "Issued on", DOCUMENT: "SHA-256 of the document",
}  # fmt: skip


def label(name: str) -> str:
    """What a field is called."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks by this form, when, under which repository, and the id that the request is to have."""

    repository: Repository
    visitor: Visitor
    now: datetime
    request: str

    @property
    def mailbox(self) -> bool:
        """Whether the visitor takes in what others sent, and so says who asks and when it was received."""
        return keeps_the_mailbox(self.repository, self.visitor)

    @property
    def evidence(self) -> tuple[str, ...]:
        """What authorities ask for, by name."""
        return tuple(each for each in columns(self.repository) if each not in {*REQUIRED, *OPTIONAL})

    @property
    def agencies(self) -> list[tuple[str, str]]:
        """On whose behalf the visitor may ask, by id, with names."""
        every = sorted(self.repository.agencies.values(), key=lambda each: each.name)
        mine = [(each.id, each.name) for each in every if may_ask_for(self.repository, self.visitor, each.id)]
        return [*mine, (UNLISTED, "One that agencies.toml does not have")] if self.mailbox else mine

    @property
    def others(self) -> list[tuple[str, str]]:
        """Every agency that may take part."""
        every = sorted(self.repository.agencies.values(), key=lambda each: each.name)
        return [*((each.id, each.name) for each in every), (UNLISTED, "One that agencies.toml does not have")]


def read(form: FormData) -> tuple[Typed, dict[str, str]]:
    """What a form says, with the digest of the document that came along and is not kept; and what does not agree."""
    return typed_with(form, DOCUMENT, _SEVERAL)


def requested(asking: Asking, found: Typed, problems: dict[str, str]) -> AssistanceRequest | None:
    """The request that was typed; None where something is wrong with it, which is noted by field."""
    found.needed(_CHOSEN | (_TAKEN_IN if asking.mailbox else {}), problems)
    moments = {name: found.moment(name, problems) for name in ("received", "lapses", "until")}
    if not asking.mailbox:
        moments["received"] = asking.now
    agency = found.text("on_behalf_of")
    if agency and agency not in {name for name, _ in asking.agencies}:
        problems["on_behalf_of"] = "Choose your own agency, or one below it."
    kind = found.text("kind")
    if kind and kind not in ASSISTANCE:
        problems["kind"] = "Choose from the list."
    if problems:
        return None
    request = _request(asking, found, moments)
    for name, told in problems_of(asking.repository, request):
        problems.setdefault(name, f"{told[:1].upper()}{told[1:]}.")
    return None if problems else request


def _request(asking: Asking, found: Typed, moments: Mapping[str, datetime | None]) -> AssistanceRequest:
    me = written(asking.visitor)
    times = cast("dict[str, Any]", moments)
    return AssistanceRequest(
        id=asking.request, source=found.one("source") if asking.mailbox else None, supersedes=found.one("supersedes"),
        recorded=asking.now, recorded_by=me, asked_by=found.text("asked_by") if asking.mailbox else me,
        kind=cast("AssistanceKind", found.text("kind")), on_behalf_of=found.text("on_behalf_of"),
        sender=found.one("sender"), recipients=found.all("recipients"), purpose=found.text("purpose"),
        authority=found.text("authority"), agreement=found.one("agreement"), case=found.one("case"),
        instrument=found.one("instrument"),
        evidence={name: found.text(name) for name in asking.evidence if found.text(name)},
        categories=found.all("categories"), note=found.text("note"), **times,
    )  # fmt: skip


def from_words(request: AssistanceRequest) -> Typed:
    """What a form holds that corrects a request."""
    texts = {
        "kind": request.kind, "on_behalf_of": request.on_behalf_of, "sender": request.sender or "",
        "purpose": request.purpose, "authority": request.authority, "agreement": request.agreement or "",
        "case": request.case or "", "instrument": request.instrument or "", "received": moment(request.received),
        "lapses": moment(request.lapses), "until": "" if request.until is None else moment(request.until),
        "asked_by": request.asked_by, "source": request.source or "", "note": request.note, "supersedes": request.id,
    }  # fmt: skip
    return Typed({**texts, **request.evidence}, {"recipients": request.recipients, "categories": request.categories})
