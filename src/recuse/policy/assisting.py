"""Decides on assistance: Cedar's answer by the rules on assistance alone, made to fail closed.

A request that names categories is one question for each of them; one that names none is a single question about no
category. What no rule permits is refused, and a blanket rule on rows says nothing here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

import cedarpy

from recuse.model import ASSISTANCE, UNDECLARED, AssistanceKind, Circumstances, Decision, Repository
from recuse.policy.assistance_schema import (
    NO_CATEGORY,
    RESOURCE,
    SCHEMA,
    assistance_context,
    assistance_entities,
    parties,
)
from recuse.policy.closed import closed, fewest
from recuse.policy.contexts import possible
from recuse.policy.decide import require
from recuse.policy.entities import uid
from recuse.policy.validate import RuleSet, rule_set

_REMEMBERED: Final = 1 << 14


@dataclass(frozen=True, slots=True)
class Help:
    """What is asked, for whom and in which circumstances; `agencies` take part, the first asks on its own behalf."""

    kind: AssistanceKind
    agencies: tuple[str, ...]
    categories: tuple[str, ...]
    circumstances: Circumstances


class Assisting:
    """Answers questions on assistance about one repository under one set of rules; threads may share it.

    Raises InputError for a question about what the repository does not define.
    """

    def __init__(self, repository: Repository, rules: RuleSet) -> None:
        self.repository = repository
        self._permits = frozenset(rule.id for rule in rules.assistance if rule.effect == "permit")
        self._policies = rule_set(rules.assistance, "").policies
        schema = cedarpy.Schema.from_str(SCHEMA)  # brings the group of actions with it
        self._entities = cedarpy.Entities.from_json_str(assistance_entities(repository), schema)
        self._parties = lru_cache(maxsize=_REMEMBERED)(lambda agencies: parties(repository, agencies))
        self.decide = lru_cache(maxsize=_REMEMBERED)(self._decide)

    def _decide(self, asked: Help) -> tuple[Decision, ...]:
        """A decision for each category in order, or the one about no category."""
        self._require(asked)
        request = {
            "principal": uid("Agency", asked.agencies[0]),
            "action": uid("Action", asked.kind),
            "context": assistance_context(asked.circumstances, self._parties(asked.agencies)),
        }
        every = [request | {"resource": uid(RESOURCE, each)} for each in asked.categories or (NO_CATEGORY,)]
        results = cedarpy.is_authorized_batch(every, self._policies, self._entities)
        return tuple(closed(result, self._permits) for result in results)

    def opening(self, asked: Help, on: date) -> tuple[Circumstances, ...]:
        """The circumstances in which the whole of it is permitted, of all that the agency can have on a day.

        Each pair of purpose and authority comes once, and not below one under which every pair is allowed.
        """
        purposes = (purpose for purpose in self.repository.purposes if purpose != UNDECLARED)
        tried = [c.circumstances for c in possible(self.repository, asked.agencies[0], purposes, on)]
        allowed = [c for c in tried if all(each.allow for each in self.decide(replace(asked, circumstances=c)))]
        return tuple(fewest(self.repository, tried, allowed))

    def _require(self, asked: Help) -> None:
        require("kind of assistance", asked.kind, ASSISTANCE)
        for agency in asked.agencies:
            require("agency", agency, self.repository.agencies)
        require("purpose", asked.circumstances.purpose, self.repository.purposes)
        require("authority", asked.circumstances.authority, self.repository.authorities)
        for category in _distinct(asked.categories, asked.circumstances.agreed):
            require("category", category, self.repository.categories)


def _distinct(*groups: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(name for group in groups for name in group)
