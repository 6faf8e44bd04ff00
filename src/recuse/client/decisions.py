"""What a decision point answered, read strictly: anything but a well-formed `true` lets nothing through.

A decision is true where it allows, so that `if decision:` means what it says. What is no decision is no answer at all
(`NoDecisionError`): a text `"true"`, a 1, a key that stands twice, a list of another length than was asked.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from recuse.client.questions import Action, Question, Resource, Semantic, Sought, Subject
from recuse.errors import DeniedError, NoDecisionError, Opening

_STOPS: Final[Mapping[Semantic, bool | None]] = {
    "execute_all": None, "deny_on_first_deny": False, "permit_on_first_permit": True,
}  # fmt: skip
_REMEDY: Final = "do not go on; tell the administrator of the decision point"

Found = Subject | Resource | Action


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer. `context` is all that the decision point said; a field is empty where it did not say it."""

    allow: bool
    reason: str = ""
    reason_user: str = ""
    reason_admin: str = ""
    rules: tuple[str, ...] = ()
    would_change: tuple[Opening, ...] = ()
    evaluation_id: str = ""
    context: Mapping[str, object] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return self.allow


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what a search found; `token` asks for the next one, and is empty on the last."""

    found: tuple[Found, ...]
    token: str


def read_object(data: bytes) -> dict[str, Any]:
    """A JSON object in which no key stands twice; NoDecisionError for anything else."""
    try:
        found = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        _refuse("the answer is not JSON")
    if not isinstance(found, dict):
        _refuse("the answer is not an object")
    return found


def read_decision(whole: object, language: str) -> Decision:
    """One decision. NoDecisionError for anything but `decision: true` or `decision: false`."""
    if not isinstance(whole, dict):
        _refuse("an answer is not an object")
    allow, context = whole.get("decision"), whole.get("context", {})
    if not isinstance(allow, bool):
        _refuse("`decision` is neither true nor false")
    if not isinstance(context, dict):
        _refuse("`context` is not an object")
    return Decision(
        allow,
        _text(context.get("reason")),
        _sentence(context.get("reason_user"), language),
        _sentence(context.get("reason_admin"), language) or _error(context),
        _texts(context.get("rules")),
        tuple(each for one in _list(context.get("would_change")) if (each := _opening(one))),
        _text(context.get("evaluation_id")),
        context,
    )


def read_decisions(whole: Mapping[str, Any], asked: int, semantic: Semantic, language: str) -> tuple[Decision, ...]:
    """The decisions on `asked` questions, in their order, up to the one at which the semantic stops.

    NoDecisionError where there are more or fewer, since nobody could tell which question they answer.
    """
    listed = whole.get("evaluations")
    if not isinstance(listed, list):
        _refuse("`evaluations` is not a list")
    found, stop = tuple(read_decision(one, language) for one in listed), _STOPS[semantic]
    stopped = [number for number, each in enumerate(found, 1) if each.allow is stop]
    wanted = stopped[0] if stopped else asked
    if len(found) != wanted or wanted > asked:
        _refuse(f"{len(found)} answers came to {asked} questions")
    return found


def read_page(whole: Mapping[str, Any], sought: Sought, question: Question) -> Page:
    """A page of what is permitted; NoDecisionError for an entity of another type than was sought."""
    results, page = whole.get("results"), whole.get("page", {})
    if not isinstance(results, list) or not isinstance(page, dict):
        _refuse("`results` is not a list, or `page` not an object")
    token = page.get("next_token", "")
    if not isinstance(token, str):
        _refuse("`page.next_token` is not a text")
    read = _readers(question)[sought]
    return Page(
        tuple(read(one) if isinstance(one, dict) else _refuse("a result is not an object") for one in results), token
    )


def required(question: Question, decision: Decision) -> Decision:
    """The decision where it allows. DeniedError where it does not, with its reason and what would open it."""
    if decision.allow is True:
        return decision
    resource = f"{question.resource.type} {question.resource.id}"
    why = decision.reason_user or decision.reason_admin or decision.reason or "no reason was given"
    opened = " or ".join(f"`{each.purpose}` under `{each.authority}`" for each in decision.would_change)
    error = DeniedError(
        f"`{question.action.name}` on `{resource}` was denied to `{question.subject.id}`: {why}",
        f"it is permitted for {opened}" if opened else None,
    )
    error.reason, error.reason_user, error.rules = decision.reason, decision.reason_user, decision.rules
    error.would_change, error.evaluation_id = decision.would_change, decision.evaluation_id
    raise error


def _readers(question: Question) -> Mapping[Sought, Callable[[dict[str, Any]], Found]]:
    return {
        "subject": lambda one: Subject(_named(one, question.subject.type), question.subject.type),
        "resource": lambda one: Resource(question.resource.type, _named(one, question.resource.type)),
        "action": lambda one: Action(_needed(one, "name")),
    }


def _named(one: Mapping[str, Any], kind: str) -> str:
    if one.get("type") != kind:
        _refuse(f"a result is not of the type `{kind}`")
    return _needed(one, "id")


def _needed(one: Mapping[str, Any], name: str) -> str:
    found = one.get(name)
    return found if isinstance(found, str) else _refuse(f"a result has no `{name}`")


def _opening(one: object) -> Opening | None:
    if not isinstance(one, dict) or not all(isinstance(one.get(name), str) for name in ("purpose", "authority")):
        return None
    return Opening(one["purpose"], one["authority"], _texts(one.get("agreed")))


def _sentence(found: object, language: str) -> str:
    """A text, or one by language: the one asked for, or else English, or else the first."""
    if not isinstance(found, dict):
        return _text(found)
    return next((text for each in (language, "en", *found) if (text := _text(found.get(each)))), "")


def _error(context: Mapping[str, Any]) -> str:
    """What AuthZEN says of a question in a batch that could not be read."""
    error = context.get("error")
    return _text(error.get("message")) if isinstance(error, dict) else ""


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""


def _list(found: object) -> Sequence[object]:
    return found if isinstance(found, list) else ()


def _texts(found: object) -> tuple[str, ...]:
    return tuple(each for each in _list(found) if isinstance(each, str))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("a key stands twice in the answer")
    return found


def _no_number(text: str) -> NoReturn:
    _refuse(f"`{text}` is no number of JSON")


def _refuse(reason: str) -> NoReturn:
    raise NoDecisionError(f"the decision point gave no decision: {reason}", _REMEDY)
