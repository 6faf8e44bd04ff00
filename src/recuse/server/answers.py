"""Answers as AuthZEN has them: one, a batch of them in order, and pages of what would be permitted.

The context of an answer says why (a code, a sentence for the person and one for the administrator), by which rules, and
in which circumstances it would be permitted. Nothing in it tells of other rows than the one that was asked about.
"""

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from recuse.errors import MalformedError
from recuse.model import ACTIONS, Circumstances
from recuse.server.authzen import Action, Batch, Entity, Evaluation, Search
from recuse.server.deciding import ACCOUNT, Answer, DecisionPoint, Reason
from recuse.server.names import Names

Document = dict[str, Any]
Identify = Callable[[], str]
"""What gives each answer an id of its own."""

_OURS: Final = Names()
_STOPS: Final = {"execute_all": None, "deny_on_first_deny": False, "permit_on_first_permit": True}
_TO_PERSONS: Final[Mapping[Reason, str]] = {
    "permitted": "This is permitted.",
    "no_rule": "No rule permits this in these circumstances.",
    "forbidden": "A rule forbids this.",
    "rule_failed": "A rule could not be evaluated, so this is refused.",
    "inactive": "This account is not active.",
    "not_declarable": "This account may not declare this purpose under this authority.",
    "agreement_unclear": "Several agreements are in force: say which one is meant.",
    "no_permit": "This needs a permit for this purpose, authority and case.",
    "unknown_subject": "This account is not known here.",
    "unknown_action": "This action is not known here.",
    "unknown_resource": "This kind of data is not known here.",
    "unknown_context": "The circumstances cannot be read.",
    "row_incomplete": "What the rules ask about this record was not said.",
    "not_applied": "The policy in force is not applied to this system.",
}


def one(point: DecisionPoint, asked: Evaluation, at: datetime, identify: Identify) -> Document:
    """The answer to one question."""
    return document(point.answer(asked, at), at, identify())


def many(point: DecisionPoint, batch: Batch, at: datetime, identify: Identify) -> Document:
    """The answers to a batch in its order, up to the one at which its semantic stops."""
    stop, found = _STOPS[batch.semantic], list[Document]()
    for item in batch.items:
        found.append(malformed(item) if isinstance(item, MalformedError) else one(point, item, at, identify))
        if found[-1]["decision"] is stop:
            break
    return {"evaluations": found}


def search(point: DecisionPoint, sought: Search, at: datetime, names: Names = _OURS) -> Document:
    """A page of what would be permitted, sorted; one that is permitted stays in its place from page to page."""
    after = _after(sought.token)
    candidates = sorted(each for each in _candidates(point, sought, names) if each > after)
    permitted = (each for each in candidates if point.answer(names.ours(_named(sought, each)), at).allow)
    found = list(islice(permitted, sought.limit + 1))  # one more tells whether there is another page
    page = found[: sought.limit]
    token = _token(page[-1]) if len(found) > len(page) else ""
    return {"page": {"next_token": token}, "results": [_result(sought, each) for each in page]}


def document(answer: Answer, at: datetime, evaluation: str) -> Document:
    """An answer with its context."""
    detail = f" ({answer.detail})" if answer.detail else ""
    by = f" by {', '.join(answer.rules)}" if answer.rules else ""
    context = {
        "reason": answer.reason,
        "reason_user": {"en": _TO_PERSONS[answer.reason]},
        "reason_admin": {"en": f"{answer.reason}{by}{detail}"},
        "evaluation_id": evaluation,
        "evaluated_at": text_of(at),
        "rules": list(answer.rules),
        "would_change": [*map(_circumstances, answer.would_change)],
    }
    return {"decision": answer.allow, "context": context}


def text_of(at: datetime) -> str:
    """A moment as answers write it (RFC 3339)."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def malformed(error: MalformedError) -> Document:
    """A question of a batch that could not be read: denied in its place."""
    return {"decision": False, "context": {"error": {"status": 400, "message": str(error)}}}


def metadata(base: str, *, requests: bool = False) -> Document:
    """What this decision point offers, and where: `base` is its address as the caller knows it, without a slash.

    With `requests` a denial for want of a permit can be asked for.
    """
    asking: Document = {
        "access_request_endpoint": f"{base}/access/v1/requests",
        "jwks_uri": f"{base}/access/v1/jwks",
        "capabilities": ["urn:openid:authzen:capability:access-request"],
    }
    return {
        "policy_decision_point": base,
        "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
        "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
        "search_subject_endpoint": f"{base}/access/v1/search/subject",
        "search_resource_endpoint": f"{base}/access/v1/search/resource",
        "search_action_endpoint": f"{base}/access/v1/search/action",
        **(asking if requests else {}),
    }


def _circumstances(circumstances: Circumstances) -> Document:
    agreed = {"agreed": sorted(circumstances.agreed)} if circumstances.agreed else {}
    return {"purpose": circumstances.purpose, "authority": circumstances.authority, **agreed}


def _candidates(point: DecisionPoint, sought: Search, names: Names) -> Iterable[str]:
    """The names that the open entity could have; none for a type that is not known."""
    asked = sought.asked
    match sought.sought:
        case "subject":
            named = names.subjects_of(asked.subject.type)
            return (point.accounts() if asked.subject.type == ACCOUNT else ()) if named is None else named
        case "resource":
            named = names.resources_of(asked.resource.type)
            return point.categories(asked.resource.type) if named is None else named
        case _:
            named = names.actions_on(asked.resource.type)
            return ACTIONS if named is None else named


def _named(sought: Search, name: str) -> Evaluation:
    asked = sought.asked
    match sought.sought:
        case "subject":
            return replace(asked, subject=Entity(asked.subject.type, name, {}))
        case "resource":
            return replace(asked, resource=replace(asked.resource, id=name))
        case _:
            return replace(asked, action=Action(name, {}))


def _result(sought: Search, name: str) -> Document:
    if sought.sought == "action":
        return {"name": name}
    return {"type": sought.asked.subject.type if sought.sought == "subject" else sought.asked.resource.type, "id": name}


def _token(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode()


def _after(token: str) -> str:
    try:
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except ValueError:
        raise MalformedError(
            "`page.token` is none that was given here", "give the `next_token` of the page before"
        ) from None
