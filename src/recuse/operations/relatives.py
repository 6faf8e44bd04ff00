"""Relatives of a barred agency: parts of its department, and centres that serve it, which the rules still let in.

A rule that names an agency bars that agency alone. What another part of the same department may read in the very same
circumstances, and the barred one may not, is the door *sibling*; through a centre of which it is a member, *fusion*.
No database is asked: this is what the policy itself says. An agency that a rule lets in by name was decided about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

from cedarpy import pst

from recuse.compiler.classes import Classifier, with_undeclared
from recuse.compiler.condition import NEVER
from recuse.compiler.known import attributes_of
from recuse.compiler.prove import implies
from recuse.compiler.residual import HasTemplate, whole
from recuse.errors import PlanError
from recuse.model import UNBOUND_USES, Account, Circumstances, Repository, TableMap
from recuse.operations.policy import Policy
from recuse.policy.contexts import Context
from recuse.policy.trees import principal_agencies, serves

Door = Literal["sibling", "fusion"]


@dataclass(frozen=True, slots=True)
class Relative:
    """An account that reads, in these circumstances, what the barred agency may not read in the same ones."""

    account: Account
    barred: str
    door: Door
    category: str
    table: str
    circumstances: Circumstances


@dataclass(frozen=True, slots=True)
class Named:
    """The agencies that rules name: those they bar, and those they let in."""

    barred: frozenset[str]
    let_in: frozenset[str]


def relatives(policy: Policy, classifier: Classifier) -> Iterator[Relative]:
    """One for each account, category and barred agency of the classifier's system, in order of account ids."""
    repository = policy.repository
    named = agencies_named(policy.rules)
    for account in sorted(repository.accounts.values(), key=lambda a: a.id):
        if account.system != classifier.system.name or not account.active or account.use in UNBOUND_USES:
            continue
        for barred in sorted(named.barred):
            door = _door(repository, account.agency, barred, named)
            if door is not None:
                yield from _beyond(policy, classifier, account, barred, door)


def agencies_named(rules: tuple[HasTemplate, ...]) -> Named:
    """The agencies that the rules name, by what naming them does."""
    barred: set[str] = set()
    let_in: set[str] = set()
    for rule in rules:
        for name, positive in _agencies(whole(rule), positive=True):
            (let_in if positive == (rule.effect == "permit") else barred).add(name)
    return Named(frozenset(barred), frozenset(let_in))


def _agencies(expression: pst.Expr, *, positive: bool) -> Iterator[tuple[str, bool]]:
    """Every agency in an expression, and whether its being asked for makes the whole more true."""
    match expression:
        case pst.Var() | pst.BoolLit() | pst.LongLit() | pst.StringLit() | pst.Slot():
            inner: tuple[pst.Expr, ...] = ()
        case pst.EntityLit(value):
            inner = ()
            if str(value.type) == "Agency":
                yield value.id, positive
        case pst.UnaryOp("not", arg):
            inner, positive = (arg,), not positive
        case pst.UnaryOp(_, arg):
            inner = (arg,)
        case pst.BinaryOp(_, left, right):
            inner = (left, right)
        case pst.GetAttr(base, _) | pst.HasAttr(base, _) | pst.Like(base, _):
            inner = (base,)
        case pst.Is(base, _, above):
            inner = (base,) if above is None else (base, above)
        case pst.IfThenElse(condition, then, otherwise):
            inner = (condition, then, otherwise)
        case pst.Set(elements):
            inner = elements
        case pst.Record(fields):
            inner = tuple(fields.values())
        case _:
            assert_never(expression)
    for part in inner:
        yield from _agencies(part, positive=positive)


def _door(repository: Repository, agency: str, barred: str, named: Named) -> Door | None:
    """How an agency is related to a barred one; not at all where a rule bars it too, or lets it in by name."""
    line = principal_agencies(repository, agency)
    if line & (named.barred | named.let_in):
        return None
    if barred in serves(repository, agency):
        return "fusion"
    return "sibling" if line & principal_agencies(repository, barred) else None


def _beyond(policy: Policy, classifier: Classifier, account: Account, barred: str, door: Door) -> Iterator[Relative]:
    seen: set[str] = set()
    stand_in = Account(account.system, "", barred, account.use, True, None, frozenset())
    for context in with_undeclared(policy.repository, account, policy.on):
        for table in classifier.system.tables:
            for category in _more(classifier, account, stand_in, context, table):
                if category not in seen:
                    seen.add(category)
                    yield Relative(account, barred, door, category, table.name, context.circumstances)


def _more(
    classifier: Classifier, account: Account, stand_in: Account, context: Context, table: TableMap
) -> Iterator[str]:
    """Categories of a table of which the account reads rows that the barred agency would not."""
    own = classifier.rows(account, context, table)
    theirs = classifier.rows(stand_in, context, table)
    for category, condition in own.items():
        if condition == NEVER or condition == theirs[category]:
            continue
        try:
            shown = implies(condition, theirs[category], attributes_of(table)) is None
        except PlanError:  # what cannot be told is not a pass
            shown = False
        if not shown:
            yield category
