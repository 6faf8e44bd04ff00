"""Decides: Cedar's answer to a question, made to fail closed, and the circumstances that would have changed it.

Cedar skips a forbid rule whose evaluation errs, and so allows. Here such an error denies, as the database does
(SOUNDNESS 2, rule 10). An inactive account is denied whatever the rules say, since the database admits none of its
sessions. What the repository does not know is an error, never an answer.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

import cedarpy

from recuse.errors import InputError
from recuse.model import ACTIONS, UNDECLARED, Action, Circumstances, Decision, Repository, TableMap, Value
from recuse.policy.closed import closed, fewest
from recuse.policy.contexts import possible
from recuse.policy.entities import Entity, context_json, entities_json, row_entity, uid
from recuse.policy.references import nearest
from recuse.policy.schema import cedar_schema
from recuse.policy.slices import Slices
from recuse.policy.validate import RuleSet

BATCH: Final = 1024  # questions put to Cedar in one call
CONTEXTS: Final = 4096  # circumstances whose text is kept


@dataclass(frozen=True, slots=True)
class Question:
    """Whether an account (id) may act on one row's columns of one category, in these circumstances.

    `row` holds the table's attributes by name (not columns), None for NULL; a missing optional one is NULL.
    """

    account: str
    action: Action
    system: str
    table: str
    category: str
    row: Mapping[str, Value]
    circumstances: Circumstances


class Decider:
    """Answers questions about one repository under one set of rules; everything is parsed once.

    Raises InputError for a question about what the repository does not define, and for a row that cannot be.
    """

    def __init__(self, repository: Repository, rules: RuleSet) -> None:
        self._repository = repository
        self._slices = Slices(repository, rules.rules)
        self._permits = frozenset(rule.id for rule in rules.rules if rule.effect == "permit")
        self._tables = {(s.name, t.name): t for s in repository.systems.values() for t in s.tables}
        schema = cedarpy.Schema.from_str(cedar_schema(repository))  # brings the groups of actions with it
        self._base = cedarpy.Entities.from_json_str(entities_json(repository), schema)
        # The handle and the ids of the rows in it are one value, replaced together: threads may share a decider.
        self._held: tuple[cedarpy.Entities, frozenset[tuple[str, str]]] = (self._base, frozenset())
        self._context = lru_cache(maxsize=CONTEXTS)(self._checked_context)

    def asked(self, account: str, action: Action, place: tuple[str, str, str]) -> frozenset[str]:
        """The row attributes on which a question can depend; `place` is a system, a table and a category."""
        return self._slices.asked(self._slices.of(account, action, place))

    def decide(self, question: Question) -> Decision:
        """The decision on one question; `would_change` stays empty."""
        return self.decide_many([question])[0]

    def decide_many(self, questions: Sequence[Question]) -> list[Decision]:
        """The decisions on many questions, in their order; much faster than one by one."""
        starts = range(0, len(questions), BATCH)
        return [decision for start in starts for decision in self._decide_batch(questions[start : start + BATCH])]

    def explain(self, question: Question, on: date) -> Decision:
        """The decision; when it denies, `would_change` names the circumstances that would allow the same question.

        Tried are all purposes with all authorities that the account's agency can have on the day `on`. Each pair of
        purpose and authority comes once, and not when one above it is named, under which every pair is allowed.
        """
        decision = self.decide(question)
        account = self._repository.accounts[question.account]
        if decision.allow or not account.active:
            return decision
        purposes = (purpose for purpose in self._repository.purposes if purpose != UNDECLARED)
        tried = [context.circumstances for context in possible(self._repository, account.agency, purposes, on)]
        answers = self.decide_many([replace(question, circumstances=circumstances) for circumstances in tried])
        allowed = [circumstances for circumstances, answer in zip(tried, answers, strict=True) if answer.allow]
        return replace(decision, would_change=tuple(fewest(self._repository, tried, allowed)))

    def _decide_batch(self, questions: Sequence[Question]) -> list[Decision]:
        rows = [self._row(question) for question in questions]
        requests = [
            {
                "principal": self._principal(question.account),
                "action": self._action(question.action),
                "resource": row["uid"],
                "context": self._context(question.circumstances),
            }
            for question, row in zip(questions, rows, strict=True)
        ]
        entities, results = self._entities(rows), dict[int, cedarpy.AuthzResult]()
        for slice_, places in self._by_slice(questions).items():
            # No schema here, which would halve the speed: rows and requests hold only what was checked or looked up.
            asked = [requests[place] for place in places]
            results |= zip(
                places, cedarpy.is_authorized_batch(asked, self._slices.handle(slice_), entities), strict=True
            )
        active = (self._repository.accounts[question.account].active for question in questions)
        return [self._decision(results[place], is_active) for place, is_active in enumerate(active)]

    def _by_slice(self, questions: Sequence[Question]) -> dict[int, list[int]]:
        """The places of the questions, by the rules that can matter to them."""
        found: dict[int, list[int]] = {}
        for place, question in enumerate(questions):
            where = question.system, question.table, question.category
            found.setdefault(self._slices.of(question.account, question.action, where), []).append(place)
        return found

    def _entities(self, rows: Sequence[Entity]) -> cedarpy.Entities:
        """The repository's entities with these rows; the last handle again when it has them all."""
        handle, held = self._held
        wanted = {(row["uid"]["type"], row["uid"]["id"]): row for row in rows}
        if not wanted.keys() <= held:
            try:
                handle = self._base.with_added_json_str(json.dumps(list(wanted.values())))
            except ValueError as error:
                raise InputError(f"a row cannot be described to Cedar: {error}", "check the row's texts") from error
            self._held = (handle, frozenset(wanted))
        return handle

    def _decision(self, result: cedarpy.AuthzResult, active: bool) -> Decision:
        decision = closed(result, self._permits)
        return decision if active else Decision(allow=False, rules=(), errors=decision.errors)

    def _row(self, question: Question) -> Entity:
        table = self._table(question)
        if question.category not in table.categories:
            message = f"table `{question.table}` holds no category `{question.category}`"
            raise InputError(message, nearest(question.category, table.categories) or "name one of its categories")
        return row_entity(self._repository, question.system, table, question.category, question.row)

    def _table(self, question: Question) -> TableMap:
        table = self._tables.get((question.system, question.table))
        if table is None:
            known = [name for system, name in self._tables if system == question.system]
            message = f"system `{question.system}` has no categorised table `{question.table}`"
            raise InputError(message, nearest(question.table, known) or "add it to the file of `categories/`")
        return table

    def _principal(self, account: str) -> dict[str, str]:
        require("account", account, self._repository.accounts)
        return uid("Account", account)

    def _action(self, action: str) -> dict[str, str]:
        require("action", action, ACTIONS)
        return uid("Action", action)

    def _checked_context(self, circumstances: Circumstances) -> str:
        require("purpose", circumstances.purpose, self._repository.purposes)
        require("authority", circumstances.authority, self._repository.authorities)
        for category in circumstances.agreed:
            require("category", category, self._repository.categories)
        return context_json(circumstances)


def require(noun: str, name: str, known: Iterable[str]) -> None:
    """Raise InputError for a name that is not known."""
    if name not in known:
        raise InputError(
            f"unknown {noun} `{name}`", nearest(name, known) or "name one that the policy repository defines"
        )
