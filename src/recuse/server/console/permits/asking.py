"""The form of a request for a permit: from what was typed to a request, with every problem at its field."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.datastructures import FormData

from recuse.model import Account, Request
from recuse.permits import Actor, Office
from recuse.policy.trees import upwards
from recuse.server.console.assistance.asking import DOCUMENT
from recuse.server.console.assistance.asking import LABELS as ASSISTING
from recuse.server.console.assistance.typed import Typed, typed_with
from recuse.server.console.pages import moment
from recuse.server.identity import Visitor
from recuse.server.requesting.people import below

LABELS: Final = {
    "account": "Account", "purpose": "Purpose", "authority": "Authority", "agreement": "Agreement",
    "case": "Case number", "on_behalf_of": "On whose behalf", "instrument": "Type of the document",
    "document": "Document", "until": "Access ends, UTC", "lapses": "The request lapses, UTC",
    "reason": "Why it cannot wait for another person",
    "word": "Approve or refuse", "note": "Reason", "justified": "Was it justified",
}  # fmt: skip
_NEEDED: Final = {
    "account": "Choose the account that is to declare.",
    "purpose": "Choose the purpose.",
    "authority": "Choose the authority.",
    "on_behalf_of": "Say on whose behalf: an office, a unit or a person.",
    "until": "Say when access is to end.",
}
_LAPSES: Final = {"lapses": "Say when the request lapses if nobody answers."}
_LONGEST: Final = 1000
"""Characters of a text of one line."""


def label(name: str) -> str:
    """What a field is called."""
    return LABELS.get(name) or ASSISTING.get(name) or name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks by this form, of which office, and the id that the request is to have."""

    office: Office
    visitor: Visitor
    actor: Actor
    request: str
    now: datetime

    @property
    def accounts(self) -> list[Account]:
        """The accounts of the visitor's agency, and of those below it, that may declare something in a live system."""
        repository = self.office.repository
        mine = below(repository, self.visitor.agency)
        live = {each.name for each in repository.systems.values() if each.kind == "live"}
        every = repository.accounts.values()
        return [
            each for each in every if each.agency in mine and each.system in live and each.active and each.may_declare
        ]

    @property
    def purposes(self) -> list[str]:
        """What one of these accounts may declare."""
        may = {each for account in self.accounts for each in account.may_declare}
        return [each for each in self.office.repository.purposes if each in may]

    @property
    def longest(self) -> timedelta:
        """How long a permit runs at most."""
        return self.office.terms.longest

    @property
    def glass(self) -> timedelta:
        """How long a broken glass opens at most."""
        return min(self.office.terms.break_glass, self.longest)

    def evidence(self, authority: str) -> list[str]:
        """What an authority asks to be stated, the document last; the agreement has a field of its own."""
        tree = self.office.repository.authorities
        words = dict.fromkeys(word for each in upwards(tree, authority) for word in tree[each].evidence)
        return [*(each for each in words if each not in ("agreement", DOCUMENT)), DOCUMENT]

    def instruments(self, authority: str) -> list[str]:
        """The types of document that an authority rests on; none where it asks for none."""
        tree = self.office.repository.authorities
        return sorted({word for each in upwards(tree, authority) for word in tree[each].instruments})

    def breakable(self, purpose: str) -> bool:
        """Whether glass may be broken for a purpose."""
        return purpose in self.office.repository.purposes and self.office.terms.breakable(
            self.office.repository, purpose
        )


def read(form: FormData) -> tuple[Typed, dict[str, str]]:
    """What a form says, with the digest of the document that came along and is not kept; and what does not agree."""
    return typed_with(form, DOCUMENT)


def requested(asking: Asking, found: Typed, problems: dict[str, str], *, glass: bool = False) -> Request | None:
    """The request that was typed; None where something is wrong with it, which is noted by field."""
    found.needed(_NEEDED if glass else _NEEDED | _LAPSES, problems)
    if glass and not found.text("reason"):
        problems["reason"] = "Say why it cannot wait for another person."
    _check_choices(asking, found, problems)
    until = _end(asking, found, problems, glass=glass)
    lapses = None if glass else _lapse(asking, found, until, problems)
    for name in ("case", "on_behalf_of", "instrument", "reason", *asking.evidence(found.text("authority"))):
        if len(found.text(name)) > _LONGEST:
            problems[name] = f"This is longer than {_LONGEST:,} characters."
    return None if problems or until is None else _request(asking, found, (until, lapses), glass=glass)


def _check_choices(asking: Asking, found: Typed, problems: dict[str, str]) -> None:
    repository = asking.office.repository
    known = {
        "account": {each.id for each in asking.accounts}, "purpose": set(asking.purposes),
        "authority": set(repository.authorities), "agreement": set(repository.agreements),
    }  # fmt: skip
    for name, values in known.items():
        if found.text(name) and found.text(name) not in values:
            problems[name] = "Choose from the list."


def _end(asking: Asking, found: Typed, problems: dict[str, str], *, glass: bool) -> datetime | None:
    """When access is to end: as it was typed, or a problem; never another moment."""
    until, longest = found.moment("until", problems), asking.glass if glass else asking.longest
    if until is None:
        return None
    if until <= asking.now:
        problems["until"] = "This has passed: name a later end."
    elif until > asking.now + longest:
        what = "Broken glass opens" if glass else "A permit runs"
        problems["until"] = (
            f"{what} for at most {hours(longest)}: name an end until {moment(asking.now + longest)[:16]}."
        )
    return until


def _lapse(asking: Asking, found: Typed, until: datetime | None, problems: dict[str, str]) -> datetime | None:
    lapses = found.moment("lapses", problems)
    if lapses is not None and lapses <= asking.now:
        problems["lapses"] = "This has passed: name a later time."
    elif lapses is not None and until is not None and lapses > until:
        problems["lapses"] = "The request is to lapse after access ends: name a time before that."
    return lapses


def _request(asking: Asking, found: Typed, times: tuple[datetime, datetime | None], *, glass: bool) -> Request:
    system, _, login = found.text("account").partition("/")
    evidence = {name: found.text(name) for name in asking.evidence(found.text("authority")) if found.text(name)}
    return Request(
        id=asking.request, at=asking.now, requested_by=asking.actor.name, on_behalf_of=found.text("on_behalf_of"),
        system=system, login=login, purpose=found.text("purpose"), authority=found.text("authority"),
        agreement=found.one("agreement"), case=found.one("case"), instrument=found.one("instrument"),
        evidence=evidence, until=times[0], lapses=times[1], person=asking.actor.person,
        glass=found.text("reason") if glass else None,
    )  # fmt: skip


def hours(length: timedelta) -> str:
    """A length in hours."""
    count = length.total_seconds() / 3600
    return "1 hour" if count == 1 else f"{count:g} hours"


def from_request(request: Request) -> Typed:
    """What a form holds that asks again with the values of a request: all but its two deadlines."""
    texts = {
        "account": f"{request.system}/{request.login}", "purpose": request.purpose, "authority": request.authority,
        "agreement": request.agreement or "", "case": request.case or "", "on_behalf_of": request.on_behalf_of,
        "instrument": request.instrument or "",
    }  # fmt: skip
    return Typed({**texts, **request.evidence})
