"""What is left of the rules in stages: principal and circumstances first, the table then, action and kind of row last.

In stages, because hundreds of (principal, circumstances) pairs leave only some ten different sets of rules (equal
`Specialised` values are one class of contexts), and most tables leave each class the same few. Finishing later equals
deciding at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, assert_never

from cedarpy import pst

from recuse.compiler.known import Attributes, Hierarchy, Key, Known, Principal, ResourceKind
from recuse.compiler.reduce import FALSE, TRUE, condition, reduce
from recuse.compiler.row_types import RowTypes, row_types
from recuse.errors import UnsupportedRuleError
from recuse.model import Action, Circumstances, Repository

__all__ = [
    "Attributes", "HasTemplate", "Hierarchy", "Principal", "Residual", "ResourceKind", "RuleText", "Specialised",
    "conditions", "hierarchy_of", "narrowed", "of_resource", "residuals", "specialise", "whole",
]  # fmt: skip

Effect = Literal["permit", "forbid"]


class HasTemplate(Protocol):
    """What the compiler asks of a rule."""

    @property
    def id(self) -> str:
        """Its `@id`."""

    @property
    def effect(self) -> Effect:
        """What it does where its condition holds."""

    @property
    def template(self) -> pst.Template:
        """Its syntax tree."""


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as the compiler reads it."""

    id: str
    effect: Effect
    template: pst.Template


@dataclass(frozen=True, slots=True)
class Residual:
    """What is left of a rule: its scope and clauses as one condition."""

    rule: str
    effect: Effect
    condition: pst.Expr


@dataclass(frozen=True, slots=True)
class Specialised:
    """The rules that can still apply for one principal in its circumstances, in the order given.

    Equal exactly when the remaining rules are.
    """

    rules: tuple[Residual, ...]
    _named: Mapping[str | None, Sequence[int]] = field(init=False, compare=False, repr=False)
    _of_rows: dict[str, "Specialised"] = field(init=False, compare=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        named: dict[str | None, list[int]] = {}  # by type of rows the rules that may speak of it; None is every type
        for number, rule in enumerate(self.rules):
            types: RowTypes = None if rule.effect == "forbid" else row_types(rule.condition)
            for each in (None,) if types is None else types:
                named.setdefault(each, []).append(number)
        object.__setattr__(self, "_named", named)

    @property
    def opens(self) -> bool:
        """Whether some rule is left that could permit anything."""
        return any(rule.effect == "permit" for rule in self.rules)

    def of_rows(self, row_type: str, hierarchy: Hierarchy) -> "Specialised":
        """What is left for the rows of one table (`system::schema::table`); permit rules true of none of them are not.

        A permit rule that errs permits nothing, so only where it can be true matters; a forbid rule always stays.
        """
        if row_type not in self._of_rows:
            speaking = sorted((*self._named.get(row_type, ()), *self._named.get(None, ())))
            left = _remaining((self.rules[number] for number in speaking), Known(hierarchy, rows=row_type))
            self._of_rows[row_type] = Specialised(left)
        return self._of_rows[row_type]


def hierarchy_of(repository: Repository) -> Hierarchy:
    """The ancestors of every agency, purpose, authority, category and account of the repository."""
    ancestors: dict[Key, frozenset[Key]] = {}
    for kind, parents in (
        ("Agency", {a.id: a.parent for a in repository.agencies.values()}),
        ("Purpose", {p.id: p.parent for p in repository.purposes.values()}),
        ("Authority", {a.id: a.parent for a in repository.authorities.values()}),
        ("Category", {c.id: c.parent for c in repository.categories.values()}),
    ):
        for name in parents:
            ancestors[kind, name] = frozenset((kind, above) for above in _line(name, parents))
    for account in repository.accounts.values():
        own = ("Account", account.id)
        ancestors[own] = ancestors.get(("Agency", account.agency), frozenset()) | {own}
    return Hierarchy(ancestors)


def specialise(
    rules: Iterable[HasTemplate], principal: Principal, circumstances: Circumstances, hierarchy: Hierarchy
) -> Specialised:
    """Fold principal and circumstances into the rules; drop those whose condition is false, without error, for good.

    Raises UnsupportedRuleError for a rule that is a template.
    """
    return narrowed(conditions(rules), principal, circumstances, hierarchy)


def conditions(rules: Iterable[HasTemplate]) -> tuple[Residual, ...]:
    """Each rule as one condition, of which nothing is known yet. UnsupportedRuleError for one that is a template."""
    return tuple(Residual(rule.id, rule.effect, whole(rule)) for rule in rules)


def narrowed(
    rules: Iterable[Residual], principal: Principal | None, circumstances: Circumstances | None, hierarchy: Hierarchy
) -> Specialised:
    """As `specialise`, for rules that are conditions already; either of both may be known later, or never."""
    return Specialised(_remaining(rules, Known(hierarchy, principal=principal, circumstances=circumstances)))


def residuals(
    specialised: Specialised, action: Action, resource: ResourceKind, hierarchy: Hierarchy
) -> tuple[Residual, ...]:
    """Fold action and kind of resource too; what is left depends on `resource.<attribute>` alone."""
    return _remaining(specialised.rules, Known(hierarchy, action=action, resource=resource))


def _remaining(rules: Iterable[Residual], known: Known) -> tuple[Residual, ...]:
    reduced = (Residual(rule.rule, rule.effect, condition(reduce(rule.condition, known))) for rule in rules)
    return tuple(rule for rule in reduced if rule.condition != FALSE)


def _line(name: str, parents: Mapping[str, str | None]) -> set[str]:
    line: set[str] = set()
    above: str | None = name
    while above is not None and above not in line:
        line.add(above)
        above = parents.get(above)
    return line


def whole(rule: HasTemplate) -> pst.Expr:
    """Scope and clauses as one condition, in the order in which Cedar evaluates them."""
    template = rule.template
    expr: pst.Expr = TRUE
    for clause in reversed(template.clauses):
        match clause:
            case pst.When(said):
                part = said
            case pst.Unless(said):
                part = pst.UnaryOp("not", said)
            case _:
                assert_never(clause)
        expr = part if expr == TRUE else pst.BinaryOp("and", part, expr)
    for part in (of_resource(rule), _action(template.action), _of_principal(rule)):
        expr = pst.BinaryOp("and", part, expr)
    return expr


def _of_principal(rule: HasTemplate) -> pst.Expr:
    return _scope(rule.template.principal, pst.Var("principal"), rule.id)


def of_resource(rule: HasTemplate) -> pst.Expr:
    """What the scope of a rule says of the resource."""
    return _scope(rule.template.resource, pst.Var("resource"), rule.id)


def _scope(constraint: pst.PrincipalOrResourceConstraint, variable: pst.Var, rule: str) -> pst.Expr:
    match constraint:
        case pst.ScopeAny():
            return TRUE
        case pst.ScopeEq(target):
            return pst.BinaryOp("eq", variable, _literal(target, rule))
        case pst.ScopeIn(target):
            return pst.BinaryOp("in", variable, _literal(target, rule))
        case pst.ScopeIs(entity_type):
            return pst.Is(variable, entity_type, None)
        case pst.ScopeIsIn(entity_type, target):
            return pst.Is(variable, entity_type, _literal(target, rule))
        case _:
            assert_never(constraint)


def _action(constraint: pst.ActionConstraint) -> pst.Expr:
    match constraint:
        case pst.ScopeAny():
            return TRUE
        case pst.ActionEq(uid):
            return pst.BinaryOp("eq", pst.Var("action"), pst.EntityLit(uid))
        case pst.ActionIn(uids):
            return pst.BinaryOp("in", pst.Var("action"), pst.Set(tuple(pst.EntityLit(uid) for uid in uids)))
        case _:
            assert_never(constraint)


def _literal(target: pst.EntityOrSlot, rule: str) -> pst.EntityLit:
    match target:
        case pst.EntityUid():
            return pst.EntityLit(target)
        case pst.Slot(name):
            message = f"rule `{rule}` cannot be enforced exactly: it is a template (`?{name}`)"
            raise UnsupportedRuleError(message, "name the entity instead of the slot")
        case _:
            assert_never(target)
