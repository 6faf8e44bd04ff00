"""What must be reached, by Cedar's own answers; and the product's decision point, asked the same questions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import cedarpy

from recuse.model import ACTIONS, Action, Circumstances
from recuse.policy.decide import Decider, Question
from tests.conformance.world import ATTRIBUTES, KIND, Asking, requests
from tests.live.rows import KINDS, Kind, Rows
from tests.live.rules import LOGINS, PRINCIPAL_OF, RuleSet
from tests.unit.enforcement.small import CATEGORIES, SYSTEM, TABLE, account, repository, system_of

Key = tuple[str, Kind, str]  # login, what was tried, category
Reached = dict[Key, frozenset[int]]
Requests = dict[tuple[Asking, str, bool], list[dict[str, object]]]
NOTHING: Final = {login: {(login, *kind): frozenset[int]() for kind in KINDS} for login in LOGINS}


@dataclass(frozen=True, slots=True)
class Asked:
    """One login in one of its circumstances, doing one thing with columns of one category."""

    login: str
    circumstances: Circumstances
    action: Action
    category: str


@dataclass(slots=True)
class Oracle:
    """Cedar's answers for one rule set; denied too where a forbid errs. Remembers requests, which do not change."""

    rules: RuleSet
    rows: Rows
    requests: Requests
    decisions: int = 0
    allowed: dict[Asked, frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        forbids = {rule.id for rule in self.rules.rules if rule.effect == "forbid"}
        for category in self.rules.table.categories:
            asked = list(self._asked(category))
            batch = [request for each in asked for request in self._requests(each)]
            found = cedarpy.is_authorized_batch(
                batch, self.rules.policies, self.rows.cedar[category, self.rules.public]
            )
            self.decisions += len(batch)
            answers = iter(found)
            for each in asked:
                self.allowed[each] = frozenset(
                    place
                    for place, answer in zip(self.rows.asked(each.action), answers, strict=False)
                    if answer.allowed and not _erring(answer, forbids)
                )

    def _asked(self, category: str) -> Iterator[Asked]:
        for login in self.rules.contexts:
            for context in self.rules.asked_in(login):
                yield from (Asked(login, context.circumstances, action, category) for action in ACTIONS)

    def _requests(self, asked: Asked) -> list[dict[str, object]]:
        asking = Asking(PRINCIPAL_OF[asked.login], asked.action, asked.circumstances)
        key = (asking, asked.category, self.rules.public)
        if key not in self.requests:
            kind = replace(KIND, category=asked.category, public=self.rules.public)
            self.requests[key] = requests(asking, len(self.rows.all), kind)
        wanted = self.rows.asked(asked.action)
        return self.requests[key][wanted.start : wanted.stop]

    def reached(self, login: str, of: Circumstances) -> Reached:
        """What a login reaches by each try. Changing also takes reading, deleting takes every category."""

        def rows(action: Action, category: str) -> frozenset[int]:
            return self.allowed[Asked(login, of, action, self.rules.category(category))]

        stored = frozenset(range(len(self.rows.stored)))
        changing = {category: rows("read", category) & rows("update", category) for category in CATEGORIES}
        reached: Reached = {}
        for category in CATEGORIES:
            moves = [(place, move) for place, move in self.rows.moved() if move.category == category]
            moved = frozenset(p for p, m in moves if m.stored in changing[category] and p in changing[category])
            reached[login, "read", category] = rows("read", category) & stored
            reached[login, "update", category] = changing[category] & stored
            reached[login, "move", category] = reached[login, "merge", category] = moved
        both = [rows(action, category) for category in CATEGORIES for action in ("read", "delete")]
        reached[login, "delete", ""] = stored.intersection(*both)
        reached[login, "insert", ""] = frozenset(
            place for place, insert in self.rows.inserted() if all(place in rows("insert", c) for c in insert.given)
        )
        whole = frozenset.intersection(*(rows("insert", category) for category in CATEGORIES))
        changed = frozenset.intersection(*changing.values())
        reached[login, "upsert", ""] = frozenset(
            place
            for place, move in self.rows.moved()
            if not move.category and move.stored in changed and place in changed & whole
        )
        return reached


def _erring(answer: cedarpy.AuthzResult, forbids: set[str]) -> bool:
    errors = " ".join(answer.diagnostics.errors)
    return bool(errors) and any(f"`{name}`" in errors for name in forbids)


def decision_point(rules: RuleSet, rows: Rows, logins: Collection[str]) -> dict[Asked, frozenset[int]]:
    """What the product's own decision point allows these logins, of the same circumstances, actions and rows."""
    table = rules.table
    decider = Decider(repository(system_of(table), [account(login) for login in LOGINS]), rules.decided)
    by_name = [{name: row[attribute.column] for name, attribute in ATTRIBUTES} for row in rows.all]
    asked = [
        Asked(login, context.circumstances, action, category)
        for category in table.categories
        for login in logins
        for context in rules.asked_in(login)
        for action in ACTIONS
    ]
    questions = [
        Question(
            f"{SYSTEM}/{each.login}", each.action, SYSTEM, TABLE, each.category, by_name[place], each.circumstances
        )
        for each in asked
        for place in rows.asked(each.action)
    ]
    answers = iter(decider.decide_many(questions))
    return {
        each: frozenset(p for p, answer in zip(rows.asked(each.action), answers, strict=False) if answer.allow)
        for each in asked
    }
