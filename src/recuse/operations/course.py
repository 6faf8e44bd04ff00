"""Which way a plan goes: to the policy at a stage, or back; what it differs in, and in which order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from recuse.enforcement.back import roles_of
from recuse.enforcement.closing import Closed
from recuse.enforcement.diff import Difference
from recuse.enforcement.facts import Fact
from recuse.enforcement.names import CLASS
from recuse.enforcement.order import Situation, order
from recuse.enforcement.plan import Change
from recuse.model import Account, Stage

Ordering = Callable[[Iterable[Difference], Situation], tuple[Change, ...]]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a plan makes of a system: the policy at a stage, or (with the ledger index `undo`) what was before an apply.

    `opened` are the accounts (by id) that the stage leaves as they were, `notes` say what is not as one would expect,
    a sentence each; `preview` says that the stage applies none of it.
    """

    stage: Stage = "enforce"
    undo: int | None = None
    opened: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    preview: bool = False
    back: bool = False


POLICY: Final = Goal()


@dataclass(frozen=True, slots=True)
class Course:
    """Which way a plan goes: the differences that it makes, how they are put in order, and its goal.

    `closed` is what is closed besides. Where `classes` are given, nothing is proved of other class roles: they are of
    an earlier policy, which proved them.
    """

    differences: tuple[Difference, ...]
    order: Ordering = order
    goal: Goal = POLICY
    classes: frozenset[str] | None = None
    closed: Closed | None = None

    def divided(self, accounts: Iterable[Account]) -> tuple[tuple[Account, ...], tuple[Account, ...]]:
        """The accounts that the policy binds at this stage, and the others."""
        every = tuple(accounts)
        others = tuple(account for account in every if account.id in self.goal.opened)
        return tuple(account for account in every if account not in others), others

    def concerns(self, fact: Fact) -> bool:
        """Whether a fact that stays is about classes of which this plan is proved."""
        classes = {role for role in roles_of(fact) if role.startswith(CLASS)}
        return self.classes is None or classes <= self.classes
