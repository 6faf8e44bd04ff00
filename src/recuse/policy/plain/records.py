"""What a plain rule says: who may or may not do what, with what, for which purpose, under which authority, except when.

A rule applies where its action is asked, every dimension of `where` that names something fits, and nothing of `unless`
does. Inside a dimension one of the things named is enough.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from recuse.errors import InputError
from recuse.model import ACTIONS, ASSISTANCE
from recuse.policy.names import is_identifier

Effect = Literal["permit", "forbid"]
EVERYTHING: Final = (*ACTIONS, *ASSISTANCE)
"""All actions, in the order in which a rule names them: those on rows, then those of assistance."""


@dataclass(frozen=True, slots=True)
class Branches:
    """Ids of one tree: `within` each with everything below it, `alone` each by itself."""

    within: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.within or self.alone)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is named in each dimension; nothing named asks nothing.

    Who is one dimension of three: `agencies`, those that serve an agency (`serving`: a fusion centre serves its
    members), and, of assistance, whoever takes part for one (`parties`). `marked` are attributes of rows that are true.
    """

    agencies: Branches = Branches()
    serving: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    categories: Branches = Branches()
    purposes: Branches = Branches()
    authorities: Branches = Branches()
    marked: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        trees = (self.agencies, self.categories, self.purposes, self.authorities)
        return any(trees) or bool(self.serving or self.parties or self.marked)

    @property
    def who(self) -> bool:
        """Whether it says anything of who asks."""
        return bool(self.agencies or self.serving or self.parties)


@dataclass(frozen=True, slots=True)
class PlainRule:
    """One rule. `public` and `data` ask whether the data is public, and whether any is asked for; None asks nothing.

    `agreed`: the agreement in force covers the category. `actions` are in the order of `EVERYTHING`.
    """

    id: str
    effect: Effect
    actions: tuple[str, ...]
    where: Terms = Terms()
    public: bool | None = None
    agreed: bool = False
    data: bool | None = None
    unless: Terms = field(default=Terms())


@dataclass(frozen=True, slots=True)
class Untold:
    """A rule that has another form: what it says, only its Cedar text shows; `why` names what is not plain in it."""

    id: str
    why: str


def on_assistance(rule: PlainRule) -> bool:
    """Whether it is about requests for assistance, and not about rows."""
    return bool(rule.actions) and rule.actions[0] in ASSISTANCE


def check(rule: PlainRule) -> None:
    """Raise `InputError` for what no rule can say: no action, both kinds of actions, or what the other kind asks."""
    wanted = tuple(action for action in EVERYTHING if action in rule.actions)
    kinds = [tuple(each for each in kind if each in wanted) for kind in (ACTIONS, ASSISTANCE)]
    if not wanted or wanted != rule.actions:
        raise InputError(
            f"rule `{rule.id}` names no action, or not in their order", f"name some of {', '.join(EVERYTHING)}"
        )
    if all(kinds):
        raise InputError(f"rule `{rule.id}` is about rows and about assistance", "write a rule for each")
    for wrong, what in _misplaced(rule):
        if wrong:
            raise InputError(f"rule `{rule.id}` {what}", "leave it away, or write the rule in Cedar")


def _misplaced(rule: PlainRule) -> tuple[tuple[bool, str], ...]:
    helping, both = on_assistance(rule), (rule.where, rule.unless)
    marks = [mark for terms in both for mark in terms.marked]
    return (
        (
            not helping and any(terms.agencies.alone for terms in both),
            "names an agency without those below it, of rows",
        ),
        (not helping and any(terms.parties for terms in both), "asks who takes part, of rows"),
        (not helping and rule.data is not None, "asks whether data is asked for, of rows"),
        (helping and any(terms.categories.alone for terms in both), "names a category alone, of assistance"),
        (helping and bool(marks), "asks how rows are marked, of assistance"),
        (not all(map(is_identifier, marks)), "asks for a mark that no row can have"),
    )
