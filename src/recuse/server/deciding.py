"""The decision point: what the policy in force answers to a program, with the reason and what would change it.

A subject is an account (`system/login`), a resource one row's columns of one category: its type is the row's in Cedar
(`system::schema::table`), its id the category, its properties the row's attributes, which only the caller can see. What
the decision point itself holds of an account counts, whatever the caller's properties say.

The answer is the database's. Without a purpose, an account is in the circumstances that it stands in, which it may name
too; any other it must be free to declare, under a permit in force, as for `recuse.declare`. What is not known denies.
"""

import copy
from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Literal, Protocol, cast, get_args

from recuse.errors import InputError
from recuse.model import (
    ACTIONS,
    NO_AUTHORITY,
    UNDECLARED,
    Account,
    Action,
    Circumstances,
    Permit,
    Repository,
    RowAttribute,
    Value,
)
from recuse.permits import opens
from recuse.policy.contexts import Context, contexts
from recuse.policy.decide import Decider, Question
from recuse.policy.schema import row_type
from recuse.policy.validate import RuleSet
from recuse.policy.values import ORDINARY, fits, written
from recuse.server.authzen import Entity, Evaluation, Properties

ACCOUNT: Final = "account"
"""The type of a subject."""
Reason = Literal[
    "permitted", "no_rule", "forbidden", "rule_failed", "inactive", "not_declarable", "agreement_unclear", "no_permit",
    "unknown_subject", "unknown_action", "unknown_resource", "unknown_context", "row_incomplete", "not_applied",
]  # fmt: skip
"""Why: a code that stays the same."""
REASONS: Final = get_args(Reason)
_REMEMBERED: Final = 1 << 16  # decisions, and what would change them, by question

_Asked = tuple[tuple[str, Action, str, str, str], tuple[tuple[str, Value], ...], Circumstances]
"""A question as a key: rules see nothing else, so that the same question has the same answer under the same rules.

An attribute's values are of one type, so that Python's `1 == True` makes no two questions one.
"""


class Permits(Protocol):
    """What says whether a permit is in force."""

    def in_force(self, account: Account, context: Context, case: str | None, at: datetime) -> bool:
        """Whether the account may declare this purpose, authority and case now."""
        ...

    def named(self, name: str) -> Permit | None:
        """The permit of this id, where it is known here."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision, its reason and the rules that determined it; `detail` says which name or property it is about.

    `would_change` are the circumstances in which the same question is permitted.
    """

    allow: bool
    reason: Reason
    rules: tuple[str, ...] = ()
    detail: str = ""
    would_change: tuple[Circumstances, ...] = ()


class _DeniedError(Exception):
    """A question that is denied before any rule is asked."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason)
        self.answer = Answer(allow=False, reason=reason, detail=detail)


class DecisionPoint:
    """Answers under one repository and one set of rules; threads may share it.

    `applied` are the systems whose databases hold this policy now: about others nothing is permitted.
    """

    def __init__(
        self, repository: Repository, rules: RuleSet, permits: Permits, applied: Container[str] | None = None
    ) -> None:
        self.repository = repository
        self._permits = permits
        self._applied: Container[str] = repository.systems if applied is None else applied
        self._visible: Container[str] = repository.systems
        self._coming: DecisionPoint | None = None
        self._decider = Decider(repository, rules)
        self.places = {
            row_type(system.name, table.name): (system.name, table)
            for system in repository.systems.values()
            for table in system.tables
        }
        self._decide = lru_cache(maxsize=_REMEMBERED)(self._decided)
        self._changing = lru_cache(maxsize=_REMEMBERED)(self._would_change)

    def asked_by(self, systems: Container[str] | None, permits: Permits) -> "DecisionPoint":
        """The same, for a caller that may ask about these systems alone (None: about all), with the permits of now."""
        mine = copy.copy(self)  # decisions are remembered together: they do not depend on who asks
        mine._permits = permits
        mine._visible = self.repository.systems if systems is None else systems
        return mine

    def until(self, coming: "DecisionPoint") -> "DecisionPoint":
        """The same while another policy is being applied: what is permitted is what both permit, as in databases."""
        both = copy.copy(self)
        both._coming = coming if self._coming is None else self._coming.until(coming)
        return both

    def applied_to(self, systems: Container[str]) -> "DecisionPoint":
        """The same, as if databases of other systems held it."""
        there = copy.copy(self)
        there._applied = systems
        return there

    def declared_in(self, asked: Evaluation) -> str | None:
        """The system whose permits the answer may rest on; None where nothing is declared."""
        if asked.context.get("purpose") is None and asked.context.get("authority") is None:
            return None
        if asked.subject.type == ACCOUNT and (account := self.repository.accounts.get(asked.subject.id)):
            return account.system
        return self.places[asked.resource.type][0] if asked.resource.type in self.places else None

    def answers_about(self, system: str) -> bool:
        """Whether the policy is applied there, so that something can be permitted."""
        return system in self._applied

    def accounts(self) -> tuple[str, ...]:
        """The accounts that may be asked about."""
        return tuple(name for name, each in self.repository.accounts.items() if each.system in self._visible)

    def categories(self, kind: str) -> tuple[str, ...]:
        """The categories of a type of rows that may be asked about; none for a type that is not known."""
        system, table = self.places.get(kind, ("", None))
        return tuple(table.categories) if table is not None and system in self._visible else ()

    def answer(self, asked: Evaluation, at: datetime) -> Answer:
        """The answer to one question at a moment."""
        answer = self._answer(asked, at)
        if answer.allow and self._coming is not None:
            return self._coming.asked_by(self._visible, self._permits).answer(asked, at)
        return answer

    def declaration(self, asked: Evaluation, at: datetime) -> tuple[Account, Context] | None:
        """The account that is asked about and what it declares; None where it is not free to, or declares nothing."""
        try:
            account = self._account(asked.subject)
            context = self._context(account, asked.context, at)
        except _DeniedError:
            return None
        return None if context.standing else (account, context)

    def opened_by(self, name: str, asked: Evaluation, at: datetime) -> Permit | None:
        """The permit of this id, where it is one that lets the account declare what is declared."""
        permit, declared = self._permits.named(name), self.declaration(asked, at)
        if permit is None or declared is None:
            return None
        case = asked.context.get("case")
        return permit if opens(permit, *declared, case if isinstance(case, str) else None, at) else None

    def _answer(self, asked: Evaluation, at: datetime) -> Answer:
        try:
            account = self._account(asked.subject)
            question = self._question(account, asked)
            context = self._context(account, asked.context, at)
            case = _text(asked.context, "case")
        except _DeniedError as denied:
            return denied.answer
        key = (*question, context.circumstances)
        answer = self._decide(key)
        if answer.reason == "row_incomplete":
            return answer
        if not answer.allow:
            return replace(answer, would_change=self._changing(key, at.date()))
        if context.standing or self._permits.in_force(account, context, case, at):
            return answer
        return replace(answer, allow=False, reason="no_permit", would_change=(context.circumstances,))

    def _decided(self, asked: _Asked) -> Answer:
        try:
            decision = self._decider.decide(_question(asked))
        except (
            InputError
        ) as error:  # a value that its type has and Cedar cannot be told, as a moment beyond its calendar
            return Answer(allow=False, reason="row_incomplete", detail=error.message)
        if decision.allow:
            return Answer(allow=True, reason="permitted", rules=decision.rules)
        if decision.errors:
            return Answer(allow=False, reason="rule_failed", rules=decision.rules)
        return Answer(allow=False, reason="forbidden" if decision.rules else "no_rule", rules=decision.rules)

    def _account(self, subject: Entity) -> Account:
        account = self.repository.accounts.get(subject.id) if subject.type == ACCOUNT else None
        if account is None or account.system not in self._visible:
            raise _DeniedError("unknown_subject")  # nor which: a name of an application may stand for one elsewhere
        if account.system not in self._applied:
            raise _DeniedError("not_applied", account.system)
        if not account.active:
            raise _DeniedError("inactive", account.id)
        return account

    def _question(
        self, account: Account, asked: Evaluation
    ) -> tuple[tuple[str, Action, str, str, str], tuple[tuple[str, Value], ...]]:
        """Who asks to do what to which row: what it is about, and the row's attributes by name."""
        if asked.action.name not in ACTIONS:
            raise _DeniedError("unknown_action", asked.action.name)
        system, table = self.places.get(asked.resource.type, ("", None))
        if table is None or system != account.system or asked.resource.id not in table.categories:
            raise _DeniedError("unknown_resource")
        said, place = asked.resource.properties, (system, table.name, asked.resource.id)
        needed = self._decider.asked(account.id, asked.action.name, place)
        row = tuple((name, _value(name, each, said if name in needed else None))
                    for name, each in table.attributes.items())  # fmt: skip
        return (account.id, asked.action.name, *place), row

    def _context(self, account: Account, said: Properties, at: datetime) -> Context:
        """The circumstances that are meant: the account's own, or those that it declares."""
        purpose, authority, agreement = (_text(said, name) for name in ("purpose", "authority", "agreement"))
        open_to = contexts(self.repository, account, at.date())
        if purpose is None and authority is None:
            standing = (context for context in open_to if context.standing)
            return next(standing, Context(Circumstances(UNDECLARED, NO_AUTHORITY), None, standing=True))
        fitting = [
            context
            for context in open_to
            if (context.circumstances.purpose, context.circumstances.authority) == (purpose, authority)
            and agreement in {None, context.agreement}
        ]
        if not fitting:
            raise _DeniedError("not_declarable", f"{purpose} under {authority}")
        if len({context.agreement for context in fitting}) > 1:
            raise _DeniedError("agreement_unclear", ", ".join(sorted(str(context.agreement) for context in fitting)))
        return min(fitting, key=lambda context: not context.standing)

    def _would_change(self, asked: _Asked, on: date) -> tuple[Circumstances, ...]:
        return self._decider.explain(_question(asked), on).would_change


def _question(asked: _Asked) -> Question:
    where, row, circumstances = asked
    return Question(*where, dict(row), circumstances)


def _value(name: str, attribute: RowAttribute, properties: Properties | None) -> Value:
    """What the caller says of the row; what no rule asks that can matter (None) is not asked of the caller."""
    if properties is None:
        return None if attribute.optional else ORDINARY[attribute.type]
    said = properties.get(name)
    if said is None and attribute.optional and name in properties:
        return None
    value = _as_value(attribute, said)
    if value is None:
        raise _DeniedError("row_incomplete", name)
    return value


def _as_value(attribute: RowAttribute, said: object) -> Value:
    """A property as the attribute's type has it; None where it is none of that type."""
    if isinstance(said, list) and attribute.type == "Set<String>":
        return frozenset(said) if all(each is None or isinstance(each, str) for each in said) else None
    if isinstance(said, str) and not fits(attribute.type, said):
        try:
            return None if attribute.type in ("Bool", "Long") else written(attribute.type, said)
        except ValueError:
            return None
    found = cast("Value", said)
    return found if isinstance(found, (bool, int, str)) and fits(attribute.type, found) else None


def _text(said: Properties, name: str) -> str | None:
    found = said.get(name)
    if found is not None and not isinstance(found, str):
        raise _DeniedError("unknown_context", name)
    return found
