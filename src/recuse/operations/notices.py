"""Notices: what a plan ends or narrows for each agency, under which rule, and how to ask; for an office to send.

A notice says what the plan and the signed directive say, and nothing of its own: legal bases stand as the directive has
them, with their status. It names that agency's accounts and no person. Equal plans give equal bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from recuse.compiler.classes import with_undeclared
from recuse.enforcement.plan import Loss
from recuse.errors import InputError
from recuse.model import ACTIONS, UNBOUND_USES, Account, Action, Circumstances, Directive, System
from recuse.operations.document import compared, read_plan
from recuse.operations.plan import Planned
from recuse.operations.workspace import Workspace
from recuse.policy.decide import Decider, Question
from recuse.policy.values import ORDINARY

FORMAT: Final = 1
_WHY: Final[Mapping[str, str]] = {
    "forbidden": "a rule forbids it in the circumstances in which the account works",
    "not permitted": "no rule permits it in the circumstances in which the account works",
    "account inactive": "the account is inactive",
    "rows": "rules close some rows, or some columns, of it",
    "outside": "it has no category, and nothing of it is opened by a rule",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One agency's notice, as a document and as text."""

    agency: str
    document: Mapping[str, Any]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The two files, by name."""
        yield f"{self.agency}.json", (json.dumps(self.document, indent=1, ensure_ascii=False) + "\n").encode()
        yield f"{self.agency}.md", "".join(f"{line}\n" for line in _text(self.document)).encode()


def notices(workspace: Workspace, planned: Sequence[Planned], plan: bytes) -> tuple[Notice, ...]:
    """The notices of a plan, sorted by agency; `plan` are the bytes of its document.

    Raises InputError for a plan that leads back: what it takes away no rule took.
    """
    if any(goal["back"] for goal in read_plan(plan)["goals"]):
        raise InputError("a plan that leads back has no notices", "plan without --undo")
    decider = Decider(workspace.repository, workspace.rules)
    ends: dict[str, list[dict[str, Any]]] = {}
    asks: dict[str, dict[str, dict[str, Any]]] = {}
    for each in planned:
        system = workspace.repository.systems[each.plan.system]
        for loss in each.plan.loses if not each.goal.preview else ():
            account = workspace.repository.accounts[loss.account]
            if account.use in UNBOUND_USES:
                continue  # what a superuser, a backup or a copy reads is not taken by the grants that go
            answer = _Answer.of(workspace, decider, system, account, loss)
            ends.setdefault(account.agency, []).append(answer.ended(loss))
            asks.setdefault(account.agency, {}).update(answer.asked(account))
    common = _common(workspace, hashlib.sha256(compared(plan)).hexdigest(), planned)
    return tuple(
        Notice(
            agency, _document(workspace, agency, common, (ended, [asks[agency][key] for key in sorted(asks[agency])]))
        )
        for agency, ended in sorted(ends.items())
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the rules say of one loss: why, by which of them, and in which circumstances they would open it.

    `declared` are the rules that forbid it for purposes that the account may declare.
    """

    why: str
    rules: tuple[str, ...] = ()
    would: tuple[Circumstances, ...] = ()
    declared: tuple[str, ...] = ()

    @classmethod
    def of(cls, workspace: Workspace, decider: Decider, system: System, account: Account, loss: Loss) -> "_Answer":
        """On ordinary rows, in the circumstances that the account has without a permit."""
        if not account.active:
            return cls("account inactive")
        day = workspace.at.date()
        contexts = with_undeclared(workspace.repository, account, day)
        standing = [context.circumstances for context in contexts if context.standing]
        found = [decider.explain(each, day) for each in _questions(system, account, loss, standing)]
        may = [context.circumstances for context in contexts if not context.standing]
        denied = [each for each in decider.decide_many(list(_questions(system, account, loss, may))) if not each.allow]
        declared = tuple(sorted({rule for decision in denied for rule in decision.rules}))
        refused = [decision for decision in found if not decision.allow]
        if not found:
            return cls("outside")
        if not refused:
            return cls("rows")
        rules = tuple(sorted({rule for decision in refused for rule in decision.rules}))
        would = {each for decision in refused for each in decision.would_change}
        ordered = tuple(sorted(would, key=lambda each: (each.purpose, each.authority)))
        return cls("forbidden" if rules else "not permitted", rules, ordered, declared)

    def ended(self, loss: Loss) -> dict[str, Any]:
        """The loss with its reason."""
        system, _, _ = loss.account.partition("/")
        return {
            "system": system,
            "account": loss.account,
            "category": loss.category,
            "action": loss.action,
            "extent": loss.rows,
            "why": self.why,
            "rules": list(self.rules),
            "rules_when_declaring": list(self.declared),
        }

    def asked(self, account: Account) -> dict[str, dict[str, Any]]:
        """What the account may ask a permit for, by a key that sorts."""
        found = {}
        for each in self.would:
            entry = {"account": account.id, "purpose": each.purpose, "authority": each.authority}
            found[json.dumps(entry)] = entry
        return found


def _questions(
    system: System, account: Account, loss: Loss, circumstances: Iterable[Circumstances]
) -> Iterator[Question]:
    """Whether the account may still do what it loses, on an ordinary row of each table that holds the category."""
    tables = [table for table in system.tables if loss.category in table.categories]
    for table, each in product(tables, circumstances):
        row = {name: ORDINARY[attribute.type] for name, attribute in table.attributes.items()}
        yield Question(account.id, _action(loss), system.name, table.name, loss.category, row, each)


def _action(loss: Loss) -> Action:
    return next(action for action in ACTIONS if action == loss.action)


def _common(workspace: Workspace, plan_sha256: str, planned: Iterable[Planned]) -> dict[str, Any]:
    repository = workspace.repository
    attested = {each.directive.id: each.effective for each in workspace.attested}
    owners = sorted({repository.systems[each.plan.system].owner for each in planned})
    directives = [repository.directives[name].directive for name in workspace.directives]
    return {
        "institution": {"id": repository.institution.id, "name": repository.institution.name},
        "date": workspace.at.date().isoformat(),
        "draft": workspace.draft,
        "plan_sha256": plan_sha256,
        "directives": [_directive(each, attested.get(each.id, each.effective).isoformat()) for each in directives],
        "offices": [{"id": owner, "name": repository.agencies[owner].name} for owner in owners],
    }


def _directive(directive: Directive, effective: str) -> dict[str, Any]:
    return {
        "id": directive.id,
        "title": directive.title,
        "issued": directive.issued.isoformat(),
        "effective": effective,
        "sha256": hashlib.sha256(directive.raw).hexdigest(),
        "legal_basis": [
            {"citation": basis.citation, "status": basis.status, "checked_on": basis.checked_on.isoformat()}
            for basis in directive.legal_basis
        ],
    }


def _document(
    workspace: Workspace,
    agency: str,
    common: Mapping[str, Any],
    what: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> dict[str, Any]:
    ended, asked = what
    to = {"id": agency, "name": workspace.repository.agencies[agency].name}
    return {"format": FORMAT, "to": to, **common, "ends": ended, "ask": asked}


def _text(whole: Mapping[str, Any]) -> Iterator[str]:
    yield "# Notice of a change of access"
    yield ""
    yield f"- To: {_plain(whole['to']['name'])} (`{whole['to']['id']}`)"
    yield f"- From: {_plain(whole['institution']['name'])} (`{whole['institution']['id']}`)"
    yield f"- Date: {whole['date']}"
    yield f"- Plan (SHA-256): `{whole['plan_sha256']}`"
    yield ""
    if whole["draft"]:
        yield "This is a draft: the directive below is not signed by two officials, and nothing ends by it yet."
    else:
        yield "The change is made when the plan is applied. The directive below is signed by two officials."
    yield ""
    yield "## What ends"
    yield from _ends(whole["ends"])
    yield ""
    yield "## Under which rule"
    for directive in whole["directives"]:
        yield ""
        yield f"Directive “{_plain(directive['title'])}” (`{directive['id']}`), issued {directive['issued']},"
        yield f"effective {directive['effective']}. As its legal basis the directive states:"
        yield ""
        for basis in directive["legal_basis"]:
            status = _plain(basis["status"])
            yield f"- {_plain(basis['citation'])}. Status: {status}. Checked on {basis['checked_on']}."
    yield ""
    yield "This notice adds nothing to that, and is no legal advice."
    yield ""
    yield "## How to ask"
    yield from _asking(whole)


def _ends(ended: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    by_account: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], dict[str, dict[str, None]]] = {}
    for each in ended:
        key = (each["account"], each["why"], tuple(each["rules"]), tuple(each["rules_when_declaring"]))
        word = each["action"] if each["extent"] == "all" else f"{each['action']} (some rows or columns)"
        by_account.setdefault(key, {}).setdefault(word, {})[each["category"]] = None
    for (account, why, rules, declaring), lost in sorted(by_account.items()):
        named = f" (rule {_listed(rules)})" if rules else ""
        also = f"; for purposes that it may declare, rule {_listed(declaring)} forbids it" if declaring else ""
        yield ""
        yield f"Account `{account}`: {_WHY[why]}{named}{also}."
        yield ""
        for word, categories in sorted(lost.items()):
            yield f"- {word}: {', '.join(f'`{category}`' for category in categories)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _asking(whole: Mapping[str, Any]) -> Iterator[str]:
    offices = ", ".join(f"{_plain(office['name'])} (`{office['id']}`)" for office in whole["offices"])
    yield ""
    yield f"Write to {offices}. A request names the account, the purpose, the authority, its evidence, and the day"
    yield "until which access is asked for; the office records it with `recuse permit request`, and whoever may issue"
    yield "permits answers it."
    if whole["ask"]:
        yield ""
        yield "With a permit the rules open some of the above for these purposes, under these authorities:"
        yield ""
        for each in whole["ask"]:
            yield f"- `{each['account']}`: `{each['purpose']}` under `{each['authority']}`"


def _plain(text: str) -> str:
    """A name or sentence from elsewhere on one line, in which nothing marks anything up."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#|" else letter for letter in line)
