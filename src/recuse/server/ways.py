"""The ways of asking: how each endpoint reads what comes in, answers it, and what the record keeps of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from recuse.ledger import JSON
from recuse.server import answers
from recuse.server.authzen import Batch, Evaluation, Search, Sought, parse_batch, parse_evaluation, parse_search
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
    return Answered(document, "decided", (_decided(ours, document),))


def _several(sitting: Sitting, batch: Evaluation | Batch) -> Answered:
    if not isinstance(batch, Batch):
        return _one(sitting, batch)
    items = tuple(sitting.names.ours(item) if isinstance(item, Evaluation) else item for item in batch.items)
    document = answers.many(sitting.point, replace(batch, items=items), sitting.at, sitting.identify)
    decided = zip(items, document["evaluations"], strict=False)  # a semantic may have stopped before the last
    bodies = tuple(_decided(item, each) for item, each in decided if isinstance(item, Evaluation))
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
