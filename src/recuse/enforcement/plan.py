"""A plan: the ordered changes that make the facts found into the facts wanted, in the batches of their application.

Order, and why (DESIGN: apply):
    prepare  what shows nothing by itself: the recuse schema, class roles without members, registered accounts
    cut      ends access of accounts that keep none: REVOKE, NOLOGIN, rows; no lock on a table, so no cursor delays it
    close    objects outside the category map, and default privileges
    enter    memberships in class roles that are still empty
    shape    one transaction for each group of tables: row security, policies, grants, and the revocation of all else
    leave    memberships and roles that the shape made useless
    loosen   what shows more than before; only after all of the above has succeeded
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from recuse.enforcement.facts import Fact, Hazard, ObjectRef

Phase = Literal["tighten", "substitute", "loosen"]
Step = Literal["prepare", "cut", "close", "enter", "shape", "leave", "loosen"]

STEPS: Final[tuple[Step, ...]] = ("prepare", "cut", "close", "enter", "shape", "leave", "loosen")
PHASE_OF: Final[dict[Step, Phase]] = {
    "prepare": "tighten",
    "cut": "tighten",
    "close": "tighten",
    "enter": "substitute",
    "shape": "substitute",
    "leave": "tighten",
    "loosen": "loosen",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One fact made or unmade; `before` is the fact of the same identity that a made one replaces.

    `batch` names the group of tables whose changes share a transaction in step *shape*; `closes` are the findings of
    which this is the closing, where the policy itself does not ask for it.
    """

    system: str
    step: Step
    make: bool
    fact: Fact
    before: Fact | None = None
    batch: str = ""
    hazards: tuple[Hazard, ...] = ()
    closes: tuple[str, ...] = ()

    @property
    def phase(self) -> Phase:
        """Tighten, substitute or loosen."""
        return PHASE_OF[self.step]


@dataclass(frozen=True, slots=True)
class Loss:
    """What one account loses or gains in one category: the action, and whether all or some rows."""

    account: str
    category: str
    action: str
    rows: Literal["all", "some"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes for one system, made on the facts whose digest is `fingerprint` (hex SHA-256).

    `severs` are logins whose sessions end because they lose something; `substituted` those that work on throughout.
    """

    system: str
    fingerprint: str
    directives: tuple[str, ...]
    changes: tuple[Change, ...]
    loses: tuple[Loss, ...]
    gains: tuple[Loss, ...]
    severs: frozenset[str]
    substituted: frozenset[str]

    def at(self, step: Step) -> tuple[Change, ...]:
        """The changes of one step, in order."""
        return tuple(change for change in self.changes if change.step == step)

    def parts(self) -> tuple["Plan", "Plan", "Plan"]:
        """What cuts, what else tightens or substitutes, and what loosens.

        Across systems all of one comes before any of the next. The cut ends sessions of those who do not work on.
        """
        cut, rest = ("prepare", "cut"), ("close", "enter", "shape", "leave")
        return (
            replace(self, changes=self._at_any(cut), severs=self.severs - self.substituted),
            replace(self, changes=self._at_any(rest)),
            replace(self, changes=self.at("loosen"), severs=frozenset()),
        )

    def _at_any(self, steps: tuple[str, ...]) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.step in steps)

    @property
    def batches(self) -> tuple[tuple[Change, ...], ...]:
        """The transactions of step *shape*, in a fixed order."""
        found: dict[str, list[Change]] = {}
        for change in self.at("shape"):
            found.setdefault(change.batch, []).append(change)
        return tuple(tuple(found[name]) for name in sorted(found))


def fingerprint(facts: Iterable[Fact]) -> str:
    """A digest of facts that does not depend on their order. Permits and sessions are not facts and so not in it."""
    lines = sorted(repr(fact) for fact in facts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def batch_names(tables: Iterable[ObjectRef], ties: Iterable[Iterable[ObjectRef]]) -> dict[ObjectRef, str]:
    """The batch of each relation: its own, or one shared with the relations it is tied to through a derived object.

    A view reads with its owner's rights; owner and tables change in one transaction, or it would show nothing between.
    """
    leader: dict[ObjectRef, ObjectRef] = {table: table for table in tables}

    def find(relation: ObjectRef) -> ObjectRef:
        while leader.setdefault(relation, relation) != relation:
            relation = leader[relation]
        return relation

    for tie in ties:
        roots = sorted({find(relation) for relation in tie})
        for root in roots[1:]:
            leader[root] = roots[0]
    return {relation: str(find(relation)) for relation in list(leader)}
