"""Who takes part in a request at a server: how somebody is written in it, whose it is, who sees it and who answers it.

A person is written with the name, the subject and the issuer, in what is kept beside the ledger and can be erased; the
same person is told by subject and issuer alone. The ledger has a pseudonym of persons, and the id of a program.
"""

from datetime import datetime
from typing import Final

from recuse.model import AssistanceRequest, Repository
from recuse.policy.contexts import owns
from recuse.policy.trees import above
from recuse.requests.store import Found, KeptRequest
from recuse.server.identity import Act, Done, Person, Refusal, Role, Visitor, refusal

READERS: Final = frozenset[Role]({"requester", "reviewer", "counsel", "official", "auditor"})
ANSWERERS: Final = frozenset[Role]({"reviewer", "counsel"})
_ALL: Final = READERS - {"requester"}
_NAME: Final = 100  # characters of a name
_WRITTEN: Final = "urn:recuse:written"
"""The issuer of whoever is known by a written text alone: an office, a program, a person at a command line."""


def written(visitor: Visitor) -> str:
    """How a person is written in a request."""
    return f"{' '.join(visitor.name.split())[:_NAME] or 'somebody'}{_mark(visitor.person)}"


def program(caller: str) -> str:
    """How a program is written in a request."""
    return f"program {caller}"


def is_written(text: str, visitor: Visitor) -> bool:
    """Whether this person is the one that a request names so."""
    return text.endswith(_mark(visitor.person))


def _mark(person: Person) -> str:
    return f" ({person.subject} at {person.issuer})"


def below(repository: Repository, agency: str) -> frozenset[str]:
    """An agency and all below it; none for one that agencies.toml does not have."""
    every = repository.agencies
    return frozenset(each for each in every if agency in above(every, each))


def keeps_the_mailbox(repository: Repository, visitor: Visitor) -> bool:
    """Whether a requester is the institution's own, who takes in what others send."""
    return visitor.agency in repository.agencies and owns(repository, visitor.agency)


def seen_agencies(repository: Repository, visitor: Visitor) -> frozenset[str] | None:
    """On whose behalf the requests are that a person sees; None: everybody's."""
    if visitor.roles & _ALL or keeps_the_mailbox(repository, visitor):
        return None
    return below(repository, visitor.agency)


def sees(repository: Repository, visitor: Visitor, request: KeptRequest) -> bool:
    """Whether a person sees a request."""
    agencies = seen_agencies(repository, visitor)
    return agencies is None or request.agency in agencies


def may_ask_for(repository: Repository, visitor: Visitor, agency: str) -> bool:
    """Whether a requester may ask on behalf of an agency: their own or one below it, or any who keeps the mailbox."""
    return keeps_the_mailbox(repository, visitor) or agency in below(repository, visitor.agency)


def is_own(request: AssistanceRequest, visitor: Visitor) -> bool:
    """Whether somebody asked for it or took it in."""
    return is_written(request.recorded_by, visitor) or is_written(request.asked_by, visitor)


def no_asking(visitor: Visitor, at: datetime) -> Refusal | None:
    """Why a person may not ask; None where they may."""
    return refusal(visitor, "ask", (), at)


def no_withdrawing(visitor: Visitor, request: AssistanceRequest, found: Found, at: datetime) -> Refusal | None:
    """Why a person may not withdraw a request; None where they may."""
    told = refusal(visitor, "ask", (), at)
    if told is not None:
        return told
    if not is_own(request, visitor):
        return Refusal("own_matter", "who asked for it or took it in withdraws it", "this step is another person's")
    if found.state(at) not in {"open", "counsel", "lapsed"}:
        return Refusal("needs_other", "it is answered or superseded", "ask whoever answered it")
    return None


def no_answering(visitor: Visitor, request: AssistanceRequest, found: Found, at: datetime) -> Refusal | None:
    """Why a person may not answer a request; None where they may."""
    if found.superseded_by is not None:
        return Refusal("needs_other", f"it is superseded by {found.superseded_by}", "answer that one")
    act: Act = "advise" if found.request.counsel else "review"
    told = refusal(visitor, act, _done(request, visitor), at)
    if told is not None and told.code == "no_role" and visitor.roles & ANSWERERS:
        return Refusal("no_role", _OTHERS[act], "leave it to them")
    return told


_OTHERS: Final[dict[Act, str]] = {
    "advise": "it waits for `counsel`: a court's authority that was not shown whole",
    "review": "it is for a `reviewer`: nothing in it is for counsel to say",
}


def _done(request: AssistanceRequest, visitor: Visitor) -> tuple[Done, ...]:
    """That it was asked, and by whom: this person, or another who is known by what is written."""
    other = Person(_WRITTEN, request.recorded_by)
    return (Done("ask", visitor.person if is_own(request, visitor) else other),)
