"""When a membership ends: in the transaction that takes from its role the last that it leads to.

Later, no plan would find that the membership leads anywhere, so one that an interruption left would stay for ever, and
would wait for the next grant. A role that leads somewhere in another way (it owns, it is a login) is found later too.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from recuse.enforcement.facts import Fact, Grant, Membership
from recuse.enforcement.plan import STEPS, Change
from recuse.enforcement.scope import Scope


@dataclass(frozen=True, slots=True)
class Leaving:
    """The last revocation from each role, what each role is a member of, and the roles that lead on anyway."""

    last: dict[str, Change]
    parents: dict[str, set[str]]
    lasting: frozenset[str]

    @classmethod
    def of(cls, found: Iterable[Fact], ordered: Iterable[Change], logins: frozenset[str]) -> "Leaving":
        """Over the facts found and the changes in the order of a plan."""
        last: dict[str, Change] = {}
        for change in ordered:
            if isinstance(change.fact, Grant) and not change.make and change.fact.grantee is not None:
                last[change.fact.grantee] = change
        facts = frozenset(found)
        revoked = {change.fact for change in ordered if isinstance(change.fact, Grant) and not change.make}
        parents: dict[str, set[str]] = defaultdict(set)
        for fact in facts:
            if isinstance(fact, Membership):
                parents[fact.member].add(fact.role)
        return cls(last, dict(parents), Scope.of(facts - revoked, logins, frozenset()).reaching)

    def with_the_last(self, membership: Membership) -> Change | None:
        """The change in whose transaction this membership ends; None where it leads on, and ends when all is shaped."""
        if membership.role in self.lasting:
            return None
        found, waiting = {membership.role}, [membership.role]
        while waiting:
            fresh = self.parents.get(waiting.pop(), set()) - found
            found |= fresh
            waiting += fresh
        return max(
            (self.last[role] for role in found if role in self.last),
            key=lambda change: (STEPS.index(change.step), change.batch),
            default=None,
        )
