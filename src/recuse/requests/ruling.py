"""What the policy says of a request for assistance: what was shown of its authority first, and then the rules.

1. A form is what its type is, whatever its sender calls it: an instrument that some authority lists is decided as that
   authority. 2. What was not shown opens nothing and still closes: such a request is permitted only where it would be
   both under what is stated and under no authority at all. 3. Nothing is guessed: a court's authority that lacks a part
   and would open the whole is refused, and goes to counsel.
"""

from collections.abc import Iterator
from datetime import date

from recuse.model import (
    AGREEMENT,
    NO_AUTHORITY,
    AssistanceRequest,
    Authority,
    Circumstances,
    Decision,
    Gap,
    Repository,
    Ruling,
    Verdict,
)
from recuse.policy.assisting import Assisting, Help
from recuse.policy.contexts import OFFICIAL_DUTY, agreed, covers, in_force, owns
from recuse.policy.instruments import is_type, recognised
from recuse.policy.trees import upwards


def rule_on(assisting: Assisting, request: AssistanceRequest, on: date, *, explain: bool = True) -> Ruling:
    """What the policy says of a request on a day; with `explain` also in which circumstances it is permitted.

    The request's purpose, authority and categories are known to the repository (`intake.problems`).
    """
    repository = assisting.repository
    decided_as = recognised(repository, request.authority, request.instrument)
    missing = tuple(_missing(repository, decided_as, request))
    gaps = tuple(_gaps(repository, decided_as, request, on))
    judicial = all(_is_judicial(repository, authority) for authority in decided_as)
    if "unlisted_agency" in gaps:
        return Ruling("refused", (), (), decided_as, gaps, missing, counsel=judicial)
    stated = [_decide(assisting, request, authority, on) for authority in decided_as]
    asked = [*stated, _decide(assisting, request, NO_AUTHORITY, on)] if gaps else stated
    allowed = [all(each.allow for each in column) for column in zip(*asked, strict=True)]
    if "case_missing" in gaps:
        allowed = [False for _ in allowed]
    whole = all(allowed)
    opens = all(decision.allow for row in stated for decision in row)
    would_change = assisting.opening(_help(request, NO_AUTHORITY, frozenset()), on) if explain and not whole else ()
    return Ruling(
        verdict=_verdict(allowed),
        rules=_rules([decision for row in asked for decision in row], allow=whole),
        categories=tuple(name for name, allow in zip(request.categories, allowed, strict=False) if allow),
        decided_as=decided_as,
        gaps=gaps,
        missing=missing,
        counsel=bool(gaps) and judicial and opens and not whole,
        errors=tuple(sorted({name for row in asked for decision in row for name in decision.errors})),
        would_change=would_change,
    )


def _gaps(repository: Repository, decided_as: tuple[str, ...], request: AssistanceRequest, on: date) -> Iterator[Gap]:
    if any(agency not in repository.agencies for agency in request.agencies):
        yield "unlisted_agency"
        return
    if any(True for _ in _missing(repository, decided_as, request)):
        yield "evidence_missing"
    for authority in decided_as:
        listed = [code for each in _chain(repository, authority) for code in each.instruments]
        if listed and not any(is_type(request.instrument or "", code) for code in listed):
            yield "instrument"
            break
    if AGREEMENT in decided_as and not _agreement_covers(repository, request, on):
        yield "agreement_missing"
    if OFFICIAL_DUTY in decided_as and not all(owns(repository, agency) for agency in request.agencies):
        yield "not_own_agency"
    needs_case = any(repository.purposes[each].case_number for each in upwards(repository.purposes, request.purpose))
    if needs_case and not (request.case or "").strip():
        yield "case_missing"


def _missing(repository: Repository, decided_as: tuple[str, ...], request: AssistanceRequest) -> Iterator[str]:
    """What the authority rests on and is not stated, each once."""
    stated = {word for word, value in request.evidence.items() if value.strip()}
    stated |= {"agreement"} if request.agreement else set()
    chains = (each for authority in decided_as for each in _chain(repository, authority))
    wanted = dict.fromkeys(word for each in chains for word in each.evidence)
    return (word for word in wanted if word not in stated)


def _agreement_covers(repository: Repository, request: AssistanceRequest, on: date) -> bool:
    agreement = repository.agreements.get(request.agreement or "")
    return (
        agreement is not None
        and in_force(agreement, on)
        and covers(repository, agreement, request.on_behalf_of, request.purpose)
    )


def _chain(repository: Repository, authority: str) -> Iterator[Authority]:
    return (repository.authorities[each] for each in upwards(repository.authorities, authority))


def _is_judicial(repository: Repository, authority: str) -> bool:
    return any(each.judicial for each in _chain(repository, authority))


def _decide(assisting: Assisting, request: AssistanceRequest, authority: str, on: date) -> tuple[Decision, ...]:
    by_agreement = authority == AGREEMENT and _agreement_covers(assisting.repository, request, on)
    categories = agreed(assisting.repository, request.agreement or "", on) if by_agreement else frozenset[str]()
    return assisting.decide(_help(request, authority, categories))


def _help(request: AssistanceRequest, authority: str, categories: frozenset[str]) -> Help:
    circumstances = Circumstances(request.purpose, authority, categories)
    return Help(request.kind, request.agencies, request.categories, circumstances)


def _verdict(allowed: list[bool]) -> Verdict:
    if all(allowed):
        return "permitted"
    return "permitted_in_part" if any(allowed) else "refused"


def _rules(decisions: list[Decision], *, allow: bool) -> tuple[str, ...]:
    """The rules that determined it: of what was permitted, or of what was refused."""
    return tuple(sorted({rule for each in decisions if each.allow is allow for rule in each.rules}))
