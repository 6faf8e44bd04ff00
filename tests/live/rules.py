"""Generated rule sets, the contexts in which each login asks, and which constructs and types a set is made of."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

import cedarpy

from recuse.compiler.residual import RuleText
from recuse.model import UNDECLARED_CIRCUMSTANCES, TableMap
from recuse.policy.contexts import Context
from recuse.policy.validate import Rule, rule_set
from recuse.policy.validate import RuleSet as Decided
from tests.conformance.generate import Generator
from tests.conformance.world import ATTRIBUTES, CIRCUMSTANCES, PRINCIPALS, rules_of
from tests.live.rows import OF_RECORD
from tests.unit.enforcement.small import CATEGORIES, table_map

LOGINS: Final = ("clerk", "agent", "analyst")
PRINCIPAL_OF: Final = dict(zip(LOGINS, PRINCIPALS, strict=True))
UNDECLARED: Final = Context(UNDECLARED_CIRCUMSTANCES, None, standing=True)
_TYPE_OF: Final = {name: attribute.type for name, attribute in ATTRIBUTES}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One set: its text, whether its table is public, who asks in which context, of one category or two."""

    text: str
    policies: cedarpy.PolicySet
    rules: tuple[RuleText, ...]
    public: bool
    contexts: Mapping[str, Context]
    single: bool

    @classmethod
    def of(cls, text: str, contexts: Mapping[str, Context], *, public: bool, single: bool) -> "RuleSet":
        policies = cedarpy.PolicySet.from_str(text)
        return cls(text, policies, rules_of(policies), public, contexts, single)

    def category(self, name: str) -> str:
        """The category of the columns that are otherwise of category `name`."""
        return CATEGORIES[0] if self.single else name

    @property
    def table(self) -> TableMap:
        return table_map(public=self.public, of_record=() if self.single else OF_RECORD)

    @property
    def decided(self) -> Decided:
        """The same rules as the decision point takes them."""
        return rule_set([Rule(rule.id, "test", rule.effect, rule.template) for rule in self.rules], self.text)

    def asked_in(self, login: str) -> tuple[Context, ...]:
        """An account without a standing purpose is undeclared until it declares."""
        context = self.contexts[login]
        return (context,) if context.standing else (UNDECLARED, context)

    def made_of(self) -> set[str]:
        """The operators in the rules, and the types of the attributes that they ask for."""
        return set(_made_of(json.loads(cedarpy.policies_to_json_str(self.text))["staticPolicies"]))


def _made_of(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        body = tree.get(".") or tree.get("has")
        if isinstance(body, dict) and body.get("left") == {"Var": "resource"} and body["attr"] in _TYPE_OF:
            yield f"type {_TYPE_OF[body['attr']]}"
        yield from (f"operator {key}" for key in tree if key in OPERATORS)
        if isinstance(tree.get("kind"), str):
            yield f"operator {tree['kind']}"
    for each in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _made_of(each)


OPERATORS: Final = frozenset({
    "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "if-then-else", "has", "like", "is", "in", "contains",
    "containsAll", "containsAny", "isEmpty", "isInRange", "isIpv4", "isIpv6", "isLoopback", "isMulticast", "datetime",
    "ip", "Set",
})  # fmt: skip
PARTS: Final = frozenset(
    {f"operator {name}" for name in (*OPERATORS, "when", "unless")} | {f"type {name}" for name in _TYPE_OF.values()}
)
"""Everything that rules can be made of here: each must be met in sets that show some rows and hide others."""


class Shallow(Generator):
    """Writes expressions of at most two levels: depth is for the in-process test, which has no server to wait for."""

    def expression(self, depth: int) -> str:
        return super().expression(min(depth, 2))

    def _of_number(self) -> tuple[str, bool, str]:
        """Now and then zero is written as its own negative, which is the same number."""
        name, optional, written = super()._of_number()
        return name, optional, re.sub(r"(?<![\w-])0\b", "-0", written) if self.random.random() < 0.3 else written


def random_rules(random: Random) -> RuleSet:
    """A rule set, and for each login circumstances and whether they are its standing ones."""
    text = Shallow(random, wildness=random.choice((0.0, 0.0, 0.15))).rule_set()
    chosen = {login: random.choice(CIRCUMSTANCES) for login in LOGINS}
    contexts = {
        login: Context(c, "exchange" if c.agreed else None, standing=random.random() < 0.5)
        for login, c in chosen.items()
    }
    return RuleSet.of(text, contexts, public=random.random() < 0.3, single=random.random() < 0.6)
