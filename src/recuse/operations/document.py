"""A plan as one byte-stable JSON document: what officials read, what apply compares itself with."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any, Final

from recuse.compiler.proof.claims import Proof
from recuse.enforcement.closing import Closing, unmade
from recuse.enforcement.diff import Difference
from recuse.enforcement.plan import Change, Loss
from recuse.errors import PlanError
from recuse.operations import listed
from recuse.operations.closing_use import USE
from recuse.operations.emergencies import documents
from recuse.operations.plan import Planned
from recuse.operations.widening import Widening
from recuse.operations.workspace import Workspace

FORMAT: Final = 1
_AGAIN: Final = "make it again with `recuse plan --out`"
_KEYS: Final = (
    "format", "draft", "as_of", "directives", "cedar_sha256", "policy_sha256", "fingerprint", "goals", "changes",
    "standing", "accounts", "severs", "close", "closes", "left_to_a_person", "listed", "emergencies", "classes",
    "proofs", "compared", "backtest", "advice", "sha256",
)  # fmt: skip
_CHANGE_KEYS: Final = ("system", "phase", "step", "do", "undo", "hazards", "lock")
_STANDING_KEYS: Final = ("system", "sql")
_GOAL_KEYS: Final = ("system", "stage", "preview", "undo", "back", "open", "notes")


def plan_document(
    workspace: Workspace,
    planned: Sequence[Planned],
    backtest: Mapping[str, Any] | None,
    advice: Sequence[Mapping[str, Any]] | None = None,
) -> bytes:
    """The plan of one or more systems. Equal inputs give equal bytes; only `backtest` and `advice` may be left out."""
    fingerprints = {p.plan.system: p.plan.fingerprint for p in planned}
    whole = {
        "format": FORMAT,
        "draft": workspace.draft,
        "as_of": workspace.at.date().isoformat(),
        "directives": list(workspace.directives),
        "cedar_sha256": [_cedar_sha256(workspace, name) for name in workspace.directives],
        "policy_sha256": workspace.repository.policy_sha256,
        "fingerprint": hashlib.sha256(json.dumps(fingerprints, sort_keys=True).encode()).hexdigest(),
        "goals": [_goal(p) for p in planned],
        "changes": [change for p in planned for change in _changes(p)],
        "standing": [{"system": p.plan.system, "sql": text} for p in planned for text in p.proved.standing],
        "accounts": [account for p in planned for account in _accounts(p)],
        "severs": sorted(f"{p.plan.system}/{login}" for p in planned for login in p.plan.severs),
        "close": sorted({word for p in planned if p.closed is not None for word in p.closed.asked}),
        "closes": [closing for p in planned for closing in _closes(p)],
        "left_to_a_person": [left for p in planned for left in _left(p)],
        "listed": listed.documents(workspace),
        "emergencies": list(documents(workspace.emergencies, workspace.at)),
        "classes": [
            {"system": p.plan.system, "role": role, "opens": p.classes.labels.get(role, "derived objects")}
            for p in planned
            for role in sorted(p.classes.contents)
        ],
        "proofs": [proof_entry(p.plan.system, proof) for p in planned for proof in p.proved.rows],
        "compared": [_compared(p.plan.system, each) for p in planned for each in p.proved.widening],
        "backtest": backtest,
        "advice": advice,
        "sha256": "",
    }
    return sealed(whole)


def _cedar_sha256(workspace: Workspace, directive: str) -> str:
    """The digest of the rules that the plan was made of; a draft says none itself yet."""
    return hashlib.sha256(workspace.repository.directives[directive].directive.cedar.encode()).hexdigest()


def proof_entry(system: str, proof: Proof) -> dict[str, Any]:
    """One proof as plan documents hold it; `sha256` digests the statements that it was read from."""
    return {
        "of": proof.of,
        "system": system,
        "class": proof.role,
        "table": proof.table,
        "command": proof.command,
        "sql": list(proof.sql),
        "contexts": proof.contexts,
        "proved": list(proof.proved),
        "sha256": hashlib.sha256("\n".join(proof.sql).encode()).hexdigest(),
    }


def read_plan(data: bytes) -> dict[str, Any]:
    """A plan document; PlanError when its bytes are not exactly as `plan_document` writes them.

    So a second key of the same name, which would show people another plan than the one compared, is refused too.
    """
    try:
        whole = json.loads(data.decode())
    except ValueError as error:
        raise PlanError("the plan file is not JSON", _AGAIN) from error
    if not isinstance(whole, dict) or tuple(whole) != _KEYS or whole["format"] != FORMAT:
        raise PlanError("the plan file is not as `recuse plan` of this version wrote it", _AGAIN)
    intact = sealed(whole) == data
    if not intact and _text(whole) != data:
        raise PlanError("the plan file is not as `recuse plan` of this version wrote it", _AGAIN)
    for name, keys in (("changes", _CHANGE_KEYS), ("standing", _STANDING_KEYS), ("goals", _GOAL_KEYS)):
        several = whole[name]
        if not isinstance(several, list) or any(not isinstance(c, dict) or tuple(c) != keys for c in several):
            raise PlanError(f"the plan file holds {name} of another form", _AGAIN)
    if not isinstance(whole["close"], list) or not all(isinstance(word, str) for word in whole["close"]):
        raise PlanError("the plan file holds close of another form", _AGAIN)
    if not intact:
        raise PlanError("the plan file was changed after it was written: its digest is another", _AGAIN)
    return whole


def sealed(whole: Mapping[str, Any]) -> bytes:
    """The document's bytes with the digest of everything else in it: against accidents, not against a forger."""
    text = _text({**whole, "sha256": ""})
    digest = hashlib.sha256(text).hexdigest()
    return text.removesuffix(_UNSEALED) + f'"{digest}"{_END}'.encode()


def _text(whole: Mapping[str, Any]) -> bytes:
    """As `json.dumps(…, indent=1, ensure_ascii=False)` writes it, whose own indenting takes three times as long."""
    return f"{_indented(whole, '')}\n".encode()


def _indented(value: object, edge: str) -> str:
    match value:
        case str():
            return encode_basestring(value)
        case Mapping() if value:
            inner = f"{edge} "
            ends = "{}"
            items = [f"{encode_basestring(key)}: {_indented(each, inner)}" for key, each in value.items()]
        case list() | tuple() if value:
            inner = f"{edge} "
            ends = "[]"
            items = [_indented(each, inner) for each in value]
        case _:
            return json.dumps(value)
    return f"{ends[0]}\n{inner}" + f",\n{inner}".join(items) + f"\n{edge}{ends[1]}"


_END: Final = "\n}\n"
_UNSEALED: Final = f'""{_END}'.encode()  # the digest is the last key, and a long document is written once


def compared(document: bytes) -> bytes:
    """The document's bytes without backtest and advice, and what a log tells of uses: what apply compares."""
    whole = read_plan(document)
    whole["backtest"] = whole["advice"] = None
    for change in whole["changes"]:
        change["hazards"] = [hazard for hazard in change["hazards"] if hazard["code"] != USE]
    return sealed(whole)


def _goal(planned: Planned) -> dict[str, Any]:
    goal = planned.goal
    return {
        "system": planned.plan.system,
        "stage": goal.stage,
        "preview": goal.preview,
        "undo": goal.undo,
        "back": goal.back or goal.undo is not None,
        "open": list(goal.opened),
        "notes": list(goal.notes),
    }


def _compared(system: str, widening: Widening) -> dict[str, Any]:
    return {
        "system": system,
        "account": widening.account,
        "proved": list(widening.proved),
        "not_compared": list(widening.not_compared),
    }


def _changes(planned: Planned) -> list[dict[str, Any]]:
    return [
        {
            "system": planned.plan.system,
            "phase": statement.changes[0].phase,
            "step": statement.changes[0].step,
            "do": statement.do,
            "undo": statement.undo,
            "hazards": [
                {"code": hazard.code, "sentence": hazard.sentence, "remedy": hazard.remedy}
                for hazard in dict.fromkeys(h for change in statement.changes for h in change.hazards)
            ],
            "lock": {
                "mode": statement.lock.mode,
                "object": statement.lock.object,
                "held": statement.lock.held,
            },
        }
        for statement in planned.statements
    ]


def _closes(planned: Planned) -> Iterator[dict[str, Any]]:
    """Each closing, with the findings that it closes and whom it takes something from."""
    for closing in planned.closed.closings if planned.closed is not None else ():
        done = (s for s in planned.statements if any(c.closes and _is_of(c, closing) for c in s.changes))
        yield {
            "system": planned.plan.system,
            "findings": list(closing.findings),
            "accounts": list(closing.accounts),
            "others": list(closing.others),
            "why": closing.why,
            "do": [statement.do for statement in done],
        }


def _is_of(change: Change, closing: Closing) -> bool:
    difference = Difference(change.make, change.fact, change.before)
    return closing.ended in unmade(difference) or change.fact in closing.also


def _left(planned: Planned) -> Iterator[dict[str, str]]:
    for left in planned.closed.left if planned.closed is not None else ():
        yield {
            "system": planned.plan.system,
            "id": left.id,
            "code": left.code,
            "account": left.account,
            "object": left.object,
            "reason": left.reason,
        }


def _accounts(planned: Planned) -> list[dict[str, Any]]:
    names = sorted({loss.account for loss in (*planned.plan.loses, *planned.plan.gains)})
    return [
        {
            "account": name,
            "loses": [_effect(loss) for loss in planned.plan.loses if loss.account == name],
            "gains": [_effect(gain) for gain in planned.plan.gains if gain.account == name],
        }
        for name in names
    ]


def _effect(loss: Loss) -> dict[str, str]:
    return {"category": loss.category, "action": loss.action, "rows": loss.rows}
