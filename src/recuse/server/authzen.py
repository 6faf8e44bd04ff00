"""Requests of the OpenID AuthZEN Authorization API 1.0, read strictly; its *subject* is a principal elsewhere.

Unknown fields are ignored, as the standard demands. A key that stands twice is refused: Python would keep the last one
and say nothing. In a batch an item's entity replaces the default's as a whole, so that no default adds an attribute to
it; the fields that identify it (`type`, `id`, `name`) are the default's where the item has none (certification
scenario 3.2.7).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn, cast, get_args

from recuse.errors import MalformedError

Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
Sought = Literal["subject", "resource", "action"]
Properties = Mapping[str, Any]

MOST: Final = 1000
"""Evaluations in one batch, and results on one page."""
_IDENTIFYING: Final = {"subject": ("type", "id"), "action": ("name",), "resource": ("type", "id")}
_ENTITIES: Final = tuple(_IDENTIFYING)


@dataclass(frozen=True, slots=True)
class Entity:
    """A subject or a resource; `id` is empty where it is sought. What its properties say is the caller's claim."""

    type: str
    id: str
    properties: Properties


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done; the name is empty where it is sought."""

    name: str
    properties: Properties


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One question: may the subject do this to the resource, in these circumstances."""

    subject: Entity
    action: Action
    resource: Entity
    context: Properties


@dataclass(frozen=True, slots=True)
class Batch:
    """Several questions in order; one that is malformed keeps its place. Its semantic says when to stop."""

    items: tuple[Evaluation | MalformedError, ...]
    semantic: Semantic


@dataclass(frozen=True, slots=True)
class Search:
    """A question with one entity left open: which ones would be permitted. `token` is where the last page ended."""

    sought: Sought
    asked: Evaluation
    token: str
    limit: int


def parse_object(data: bytes) -> dict[str, Any]:
    """A JSON object. MalformedError for anything else, a key that stands twice, or a number that JSON has not."""
    try:
        found = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_refuse_number)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()  # nor 1e999 a number, nor half a pair a text
    except (ValueError, RecursionError):
        _refuse("the body is not JSON", "send one JSON object")
    if not isinstance(found, dict):
        _refuse("the body is not an object", "send one JSON object")
    return found


def parse_evaluation(whole: Properties) -> Evaluation:
    """One question. MalformedError for what is missing or of another type."""
    return _evaluation({name: _object(whole, name) for name in _ENTITIES}, whole)


def parse_batch(whole: Properties) -> Evaluation | Batch:
    """Several questions, or the one that the request is when it holds none. MalformedError about the whole alone."""
    semantic = _semantic(whole)
    items = whole.get("evaluations", [])
    if not isinstance(items, list):
        _refuse("`evaluations` is not a list", "give a list of objects")
    if len(items) > MOST:
        _refuse(f"`evaluations` holds {len(items)} questions: {MOST} is the most", "send several requests")
    if not items:
        return parse_evaluation(whole)
    defaults = {name: _object(whole, name) for name in _ENTITIES if name in whole}
    _object(whole, "context", needed=False)
    return Batch(tuple(_item(item, defaults, whole) for item in items), semantic)


def parse_search(sought: Sought, whole: Properties) -> Search:
    """A question with one entity left open, whose id is ignored. MalformedError for what is missing or another type."""
    entities: dict[str, Properties] = {name: _object(whole, name) for name in _ENTITIES if name != sought}
    entities[sought] = {"name": ""} if sought == "action" else {**_object(whole, sought), "id": ""}
    page = _object(whole, "page", needed=False)
    token, limit = page.get("token", page.get("next_token", "")), page.get("limit", MOST)
    if not isinstance(token, str):
        _refuse("`page.token` is not a text", "give the `next_token` of the page before")
    if type(limit) is not int or limit < 1:
        _refuse("`page.limit` is not a number above 0", f"give one up to {MOST}")
    return Search(sought, _evaluation(entities, whole), token, min(limit, MOST))


def _item(item: object, defaults: Mapping[str, Properties], whole: Properties) -> Evaluation | MalformedError:
    try:
        if not isinstance(item, dict):
            _refuse("the evaluation is not an object", "give `subject`, `action` and `resource`")
        own = {name: _object(item, name) for name in _ENTITIES if name in item}
        entities = {name: _identified(name, own, defaults) for name in _ENTITIES}
        return _evaluation(entities, item if "context" in item else whole)
    except MalformedError as error:
        return error


def _identified(name: str, own: Mapping[str, Properties], defaults: Mapping[str, Properties]) -> Properties:
    default = defaults.get(name, {})
    if name not in own:
        return default
    return {**{field: default[field] for field in _IDENTIFYING[name] if field in default}, **own[name]}


def _evaluation(entities: Mapping[str, Properties], whole: Properties) -> Evaluation:
    action = entities["action"]
    return Evaluation(
        _entity("subject", entities["subject"]),
        Action(_text("action", action, "name"), _properties("action", action)),
        _entity("resource", entities["resource"]),
        _object(whole, "context", needed=False),
    )


def _entity(name: str, found: Properties) -> Entity:
    return Entity(_text(name, found, "type"), _text(name, found, "id"), _properties(name, found))


def _properties(name: str, found: Properties) -> Properties:
    properties = found.get("properties", {})
    if not isinstance(properties, dict):
        _refuse(f"`{name}.properties` is not an object", "give an object, or leave it out")
    return properties


def _text(name: str, found: Properties, field: str) -> str:
    text = found.get(field)
    if not isinstance(text, str):
        _refuse(f"`{name}.{field}` is {'not a text' if field in found else 'missing'}", f"give `{name}` a `{field}`")
    return text


def _object(whole: Properties, name: str, *, needed: bool = True) -> Properties:
    found = whole.get(name, None if needed else {})
    if not isinstance(found, dict):
        _refuse(f"`{name}` is {'not an object' if name in whole else 'missing'}", f"give an object `{name}`")
    return found


def _semantic(whole: Properties) -> Semantic:
    found = _object(whole, "options", needed=False).get("evaluations_semantic", "execute_all")
    if found not in get_args(Semantic):
        _refuse("`options.evaluations_semantic` is unknown", f"give one of {', '.join(get_args(Semantic))}")
    return cast("Semantic", found)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("a key stands twice in one object", "send each key once")
    return found


def _refuse_number(text: str) -> NoReturn:
    _refuse(f"`{text}` is no number of JSON", "send a number")


def _refuse(reason: str, remedy: str) -> NoReturn:
    raise MalformedError(reason, remedy)
