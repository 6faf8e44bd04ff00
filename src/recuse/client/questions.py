"""What a program asks: questions as frozen records, and the JSON that carries them (OpenID AuthZEN 1.0)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from recuse.errors import InputError

Properties = Mapping[str, object]
Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
Sought = Literal["subject", "resource", "action"]

MOST: Final = 1000
"""Questions that one request may hold, and results on one page."""
_LONGEST: Final = 900_000  # bytes of one request's questions; a decision point takes a body of 1 MiB


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is to act. For `recuse` an account, as `system/login`."""

    id: str
    type: str = "account"
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done: for `recuse` `read`, `insert`, `update` or `delete`."""

    name: str
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource:
    """What it is done to. For `recuse` a row's columns of one category.

    The type is `system::schema::table`, the id the category, the properties what the rules ask of the row: one that is
    left out denies.
    """

    type: str
    id: str
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """May the subject do this to the resource; `context` may name `purpose`, `authority`, `agreement` and `case`."""

    subject: Subject
    action: Action
    resource: Resource
    context: Properties = field(default_factory=dict)


def told(question: Question) -> dict[str, Any]:
    """The JSON object of one question."""
    subject, action, resource = question.subject, question.action, question.resource
    return {
        "subject": {"type": subject.type, "id": subject.id, **_properties(subject.properties)},
        "action": {"name": action.name, **_properties(action.properties)},
        "resource": {"type": resource.type, "id": resource.id, **_properties(resource.properties)},
        "context": dict(question.context),
    }


def told_together(questions: Sequence[Question], semantic: Semantic) -> dict[str, Any]:
    """The JSON object of several questions; what all of them share stands once, and only whole."""
    each = [told(question) for question in questions]
    shared = {name: each[0][name] for name in each[0] if all(one[name] == each[0][name] for one in each)}
    own = [{name: value for name, value in one.items() if name not in shared} for one in each]
    return {**shared, "evaluations": own, "options": {"evaluations_semantic": semantic}}


def parts(questions: Sequence[Question], most: int = MOST) -> Iterator[tuple[Question, ...]]:
    """The questions in as few requests as hold them, in their order."""
    part, length = list[Question](), 0
    for question in questions:
        size = len(encoded(told(question)))
        if part and (len(part) == most or length + size > _LONGEST):
            yield tuple(part)
            part, length = [], 0
        part.append(question)
        length += size
    if part:
        yield tuple(part)


def searched(sought: Sought, question: Question, limit: int, token: str) -> dict[str, Any]:
    """The JSON object of a search; the sought entity keeps its type alone."""
    whole = told(question)
    if sought == "action":
        del whole["action"]
    else:
        del whole[sought]["id"]
    return {**whole, "page": {"limit": limit, **({"token": token} if token else {})}}


def encoded(document: Mapping[str, Any]) -> bytes:
    """As JSON. InputError for what JSON has not."""
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False, default=_refused).encode()
    except (ValueError, RecursionError):
        raise InputError("a question holds what JSON has not", "send texts, whole numbers, lists and objects") from None


def _properties(properties: Properties) -> dict[str, Any]:
    return {"properties": dict(properties)} if properties else {}


def _refused(value: object) -> object:
    raise InputError(f"a question holds `{value}`, which JSON has not", "write a moment as text, in ISO 8601")
