"""The ways of asking: how each endpoint reads what comes in, answers it, and what the record keeps of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from recuse.disclosure.asked import NamedRecord
from recuse.disclosure.marks import FIELD, key_of, mark_of
from recuse.ledger import JSON
from recuse.server import answers
from recuse.server.authzen import (
    Batch,
    Entity,
    Evaluation,
    Search,
    Sought,
    parse_batch,
    parse_evaluation,
    parse_search,
)
from recuse.server.deciding import DecisionPoint
from recuse.server.names import Names

_SHOWN: Final = 200  # characters of a name that the record keeps

Body = dict[str, JSON]
Hint = Callable[[Evaluation, str, datetime], answers.Document]
"""What says how a denial for want of a permit can be asked for: by the question as it came, and the answer's id."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """One request: the decision point as its caller may ask it, with the permits of now."""

    point: DecisionPoint
    at: datetime
    identify: Callable[[], str]
    names: Names
    hint: Hint | None = None
    marks: bytes | None = None

    def marked(self, asked: Evaluation, ours: Evaluation, document: answers.Document) -> Body:
        """What ties the entry to the record that was asked about, where the program says which one it is."""
        record = None if self.marks is None else self._record(asked.resource, ours.resource)
        if self.marks is None or record is None:
            return {}
        return {FIELD: mark_of(self.marks, document["context"]["evaluation_id"], record)}

    def _record(self, asked: Entity, ours: Entity) -> NamedRecord | None:
        """The record as the program names it: by its own id of it, or by the key columns of its row."""
        if self.names.is_record(asked):
            return NamedRecord(asked.type, asked.id)
        _, table = self.point.places.get(ours.type, ("", None))
        key = None if table is None else key_of(table.key, asked.properties)
        return None if key is None else NamedRecord(ours.type, key)


@dataclass(frozen=True, slots=True)
class Answered:
    """A document for the caller, and what the record keeps of it."""

    document: answers.Document
    kind: str
    bodies: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How one endpoint reads what comes in, and answers it."""

    parse: Callable[[Any], Any]
    asked: Callable[[Any], Iterable[Evaluation]]
    answer: Callable[[Sitting, Any], Answered]


def _asked_at_once(asked: Evaluation | Batch) -> Iterable[Evaluation]:
    items = asked.items if isinstance(asked, Batch) else (asked,)
    return (each for each in items if isinstance(each, Evaluation))


def _one(sitting: Sitting, asked: Evaluation) -> Answered:
    ours = sitting.names.ours(asked)
    document = answers.one(sitting.point, ours, sitting.at, sitting.identify)
    _complete(sitting, asked, document)
    return Answered(document, "decided", (_decided(ours, document) | sitting.marked(asked, ours, document),))


def _several(sitting: Sitting, batch: Evaluation | Batch) -> Answered:
    if not isinstance(batch, Batch):
        return _one(sitting, batch)
    items = tuple(sitting.names.ours(item) if isinstance(item, Evaluation) else item for item in batch.items)
    document = answers.many(sitting.point, replace(batch, items=items), sitting.at, sitting.identify)
    decided = zip(batch.items, items, document["evaluations"], strict=False)  # it may have stopped before the last
    bodies = tuple(_decided(ours, each) | sitting.marked(asked, ours, each) for asked, ours, each in decided
                   if isinstance(asked, Evaluation) and isinstance(ours, Evaluation))  # fmt: skip
    for item, each in zip(batch.items, document["evaluations"], strict=False):
        if isinstance(item, Evaluation):
            _complete(sitting, item, each)
    return Answered(document, "decided", bodies)


def _complete(sitting: Sitting, asked: Evaluation, document: answers.Document) -> None:
    """What the access request profile adds: how a denial can be asked for, and what became of an approval."""
    if sitting.hint is None:
        return
    context, named = document["context"], asked.context.get("approval")
    approval = named.get("id") if isinstance(named, dict) else None
    if context["reason"] == "no_permit":
        context["access_request"] = sitting.hint(asked, context["evaluation_id"], sitting.at)
    if approval is None:
        return
    if not document["decision"]:
        context["next_action"] = "request" if "access_request" in context else "none"
    elif isinstance(approval, str):
        permit = sitting.point.opened_by(approval, sitting.names.ours(asked), sitting.at)
        if permit is not None:
            context["approval"] = {"id": permit.id, "approved_until": answers.text_of(permit.valid_until)}


ONE: Final = Way(parse_evaluation, lambda asked: (asked,), _one)
SEVERAL: Final = Way(parse_batch, _asked_at_once, _several)


def searching(sought: Sought) -> Way:
    """The way of a search for this."""

    def answer(sitting: Sitting, search: Search) -> Answered:
        document = answers.search(sitting.point, search, sitting.at, sitting.names)
        body: Body = {"sought": sought, "found": len(document["results"]), **_asked(sitting.names.ours(search.asked))}
        return Answered(document, "searched", (body,))

    return Way(partial(parse_search, sought), lambda search: (search.asked,), answer)


def _decided(asked: Evaluation, document: answers.Document) -> Body:
    context = document["context"]
    return {
        "evaluation": context["evaluation_id"], "allow": document["decision"], "reason": context["reason"],
        "rules": context["rules"], **_asked(asked),
    }  # fmt: skip


def _asked(asked: Evaluation) -> Body:
    """The question without the row, which is not the decision point's to keep."""
    said = {name: asked.context.get(name) for name in ("purpose", "authority", "agreement", "case")}
    return {
        "account": asked.subject.id[:_SHOWN], "action": asked.action.name[:_SHOWN],
        "resource": f"{asked.resource.type} {asked.resource.id}"[:_SHOWN],
        **{name: text[:_SHOWN] for name, text in said.items() if isinstance(text, str)},
    }  # fmt: skip
