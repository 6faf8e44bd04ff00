"""Which rules can matter to a question, by what stands in their heads: the rest need not be put to Cedar.

A rule whose head names another principal, action or resource cannot apply, and a head cannot err; so Cedar's answer
on the slice is its answer on all rules. What is not read off a head counts as a head that names nothing.
Source: Cutler et al., "Cedar: A New Language for Expressive, Fast, Safe, and Analyzable Authorization" (OOPSLA 2024),
where this is called policy slicing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Final

import cedarpy
from cedarpy import pst

from recuse.model import Repository
from recuse.policy.asked import attributes_asked
from recuse.policy.schema import WRITE, row_type
from recuse.policy.trees import above, principal_agencies
from recuse.policy.validate import Rule, rule_set

_Named = tuple[str, str]  # an entity's type and id; a type alone has no id
_ANY: Final[_Named] = ("", "")
_KEPT: Final = 1024  # slices whose handle is kept


@dataclass(slots=True)
class _Heads:
    """Of one part of all heads: the rules that each entity or type stands in, as a bit a rule."""

    rules: dict[_Named, int] = field(default_factory=dict)

    def note(self, number: int, named: Iterable[_Named]) -> None:
        for each in named:
            self.rules[each] = self.rules.get(each, 0) | 1 << number

    def of(self, named: Iterable[_Named]) -> int:
        """The rules that name one of these, or nothing."""
        return reduce(or_, (self.rules.get(each, 0) for each in named), self.rules.get(_ANY, 0))


class Slices:
    """The rules of a set by their heads, and Cedar's handle to those that can matter to a question."""

    def __init__(self, repository: Repository, rules: Sequence[Rule]) -> None:
        self._repository = repository
        self._rules = rules
        self._principal, self._action, self._resource = _Heads(), _Heads(), _Heads()
        for number, rule in enumerate(rules):
            self._principal.note(number, _named(rule.template.principal))
            self._action.note(number, _actions(rule.template.action))
            self._resource.note(number, _named(rule.template.resource))
        self._accounts: dict[str, int] = {}
        self._places: dict[tuple[str, str, str], int] = {}
        self._handles: dict[int, cedarpy.PolicySet] = {}
        self._asked: dict[int, frozenset[str]] = {}

    def of(self, account: str, action: str, place: tuple[str, str, str]) -> int:
        """The rules that can matter, as a bit a rule; `place` is a system, a table and a category."""
        if account not in self._accounts:
            self._accounts[account] = self._principal.of(self._above_account(account))
        if place not in self._places:
            self._places[place] = self._resource.of(self._above_place(*place))
        acting = self._action.of((("Action", action), *((("Action", WRITE),) if action != "read" else ())))
        return self._accounts[account] & self._places[place] & acting

    def asked(self, numbers: int) -> frozenset[str]:
        """The attributes that these rules name."""
        found = self._asked.get(numbers)
        if found is None:
            if len(self._asked) >= _KEPT:
                self._asked = {}
            found = self._asked[numbers] = attributes_asked(self._chosen(numbers))
        return found

    def handle(self, numbers: int) -> cedarpy.PolicySet:
        """Cedar's handle to these rules."""
        found = self._handles.get(numbers)
        if found is None:
            if len(self._handles) >= _KEPT:
                self._handles = {}
            found = self._handles[numbers] = rule_set(self._chosen(numbers), "").policies
        return found

    def _chosen(self, numbers: int) -> list[Rule]:
        return [rule for number, rule in enumerate(self._rules) if numbers >> number & 1]

    def _above_account(self, account: str) -> Iterator[_Named]:
        yield from (("Account", ""), ("Account", account))
        agency = self._repository.accounts[account].agency
        yield from (("Agency", each) for each in principal_agencies(self._repository, agency))

    def _above_place(self, system: str, table: str, category: str) -> Iterator[_Named]:
        yield row_type(system, table), ""
        yield from (("Category", each) for each in above(self._repository.categories, category))


def _named(head: pst.PrincipalOrResourceConstraint) -> tuple[_Named, ...]:
    """What a head asks for: an entity, or a type; of both the entity will do."""
    match head:
        case pst.ScopeEq(entity) | pst.ScopeIn(entity) | pst.ScopeIsIn(_, entity) if isinstance(entity, pst.EntityUid):
            return ((_type(entity.type), entity.id),)
        case pst.ScopeIs(kind):
            return ((_type(kind), ""),)
        case _:
            return (_ANY,)


def _actions(head: pst.ActionConstraint) -> tuple[_Named, ...]:
    match head:
        case pst.ActionEq(entity):
            return (("Action", entity.id),)
        case pst.ActionIn(entities):
            return tuple(("Action", entity.id) for entity in entities)
        case _:
            return (_ANY,)


def _type(kind: pst.EntityType) -> str:
    return "::".join((*kind.namespace, kind.basename))
