"""Who sees a permit at the console, and why somebody may not do something with it: by role, then by the domain."""

from typing import Final, Literal

from recuse import permits
from recuse.errors import RecuseError
from recuse.model import Repository, Request
from recuse.permits import Actor, Office
from recuse.permits.glass import check_reviewable
from recuse.server.identity import ROLES, Done, Person, Refusal, Role, Visitor, refusal
from recuse.server.requesting.people import below

ASKERS: Final = frozenset[Role]({"requester"})
ANSWERERS: Final = frozenset[Role]({"reviewer"})
ENDERS: Final = frozenset[Role]({"reviewer", "official"})
READERS: Final = frozenset[Role](ROLES)
_WRITTEN: Final = "urn:recuse:written"
"""The issuer of whoever is known by a written text alone."""


def sees(repository: Repository, visitor: Visitor, agency: str) -> bool:
    """Whether a person sees the permits of an agency: requesters those of their own and below it, others all."""
    return bool(visitor.roles - ASKERS) or agency in below(repository, visitor.agency)


def person_of(request: Request) -> Person:
    """Who asked, as an identity provider names them, or by what was typed."""
    issuer, _, subject = (request.person or "").partition(" ")
    return Person(issuer, subject) if subject else Person(_WRITTEN, request.requested_by)


def no_asking(visitor: Visitor, office: Office) -> Refusal | None:
    """Why a person may not ask; None where they may."""
    return refusal(visitor, "ask", (), office.now())


def no_answer(
    office: Office, name: str, act: Literal["approve", "refuse"], visitor: Visitor, actor: Actor
) -> Refusal | None:
    """Why a person may not approve or refuse this request now; None where they may."""
    told = refusal(visitor, "review", _asked(office, name), office.now())
    return told or _told(permits.refusal(office, name, act, actor))


def no_withdrawal(office: Office, name: str, visitor: Visitor, actor: Actor) -> Refusal | None:
    """Why a person may not withdraw this request now; None where they may."""
    return refusal(visitor, "ask", (), office.now()) or _told(permits.refusal(office, name, "withdraw", actor))


def no_end(visitor: Visitor, office: Office) -> Refusal | None:
    """Why a person may not revoke permits now; None where they may."""
    return refusal(visitor, "end", (), office.now())


def no_glass_review(office: Office, name: str, visitor: Visitor, actor: Actor) -> Refusal | None:
    """Why a person may not review this broken glass now; None where they may."""
    told = refusal(visitor, "review", _asked(office, name), office.now())
    try:
        check_reviewable(office.register(), name, actor)
    except RecuseError as error:
        return told or _told(error)
    return told


def _asked(office: Office, name: str) -> tuple[Done, ...]:
    """That it was asked for, and by whom: where that is kept no more, by nobody who is here."""
    request = office.register().requests.get(name)
    return (Done("ask", Person(_WRITTEN, "") if request is None else person_of(request)),)


def _told(error: RecuseError | None) -> Refusal | None:
    return None if error is None else Refusal("needs_other", error.message, error.remedy or "ask the administrator")
