"""Lowers residuals to a row condition that shows exactly the rows that the rules allow, or refuses by name.

Equal to Cedar's answer for every row, except that a forbid that errs denies (SOUNDNESS, rule 10). What has no exact
form is never approximated: UnsupportedRuleError names the rule and the construct.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeGuard

from cedarpy import pst

from recuse.compiler import truth
from recuse.compiler.compare import equality, in_networks, is_uuid, order, relation
from recuse.compiler.condition import NEVER, Condition, Flag, Null, Order, Relation, atoms, given_not_null, like
from recuse.compiler.constructs import construct
from recuse.compiler.fold import ERROR, NETWORKS, address_of, is_set, is_value, moment_of
from recuse.compiler.known import Attributes
from recuse.compiler.pattern import pieces
from recuse.compiler.reduce import is_truth
from recuse.compiler.residual import Residual
from recuse.compiler.truth import ERRS, FALSE, TRUE, Truth
from recuse.errors import UnsupportedRuleError
from recuse.model import DAY, ENTITY_TYPES, AttributeType, RowAttribute

MOST_ATOMS: Final = 5000
"""Nested `if` and mixed `&&` and `||` can double a condition at each level; a larger one is refused."""

_Value = pst.LongLit | pst.StringLit | pst.EntityLit | pst.Set | pst.UnaryOp
_Operand = Truth | RowAttribute | _Value
_Comparison = Literal["less", "less_eq", "greater", "greater_eq"]

_ORDERS: Final[Mapping[_Comparison, Order]] = {"less": "<", "less_eq": "<=", "greater": ">", "greater_eq": ">="}
_TURNED: Final[Mapping[Order, Order]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TWO_ATTRIBUTES: Final = "a comparison of two attributes"


def lower(residuals: Sequence[Residual], attributes: Attributes) -> Condition:
    """The rows that the residuals show, as a condition over the columns of `attributes` (by the name in rules).

    Raises UnsupportedRuleError for a rule that cannot be enforced exactly.
    """
    by_name = dict(attributes)
    lowered = [(residual.effect, _Rule(residual.rule, by_name).truth(residual.condition)) for residual in residuals]
    shown = truth.visible(
        [of_rule for effect, of_rule in lowered if effect == "permit"],
        [of_rule for effect, of_rule in lowered if effect == "forbid"],
    )
    return given_not_null(shown, frozenset(a.column for a in by_name.values() if not a.optional))


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule being lowered: its id, for refusals, and the attributes of a row by name."""

    id: str
    attributes: Mapping[str, RowAttribute]

    def truth(self, expr: pst.Expr) -> Truth:
        """The encoding of an expression in a condition's place, where what is not a truth value errs."""
        encoded = self._encoded(expr)
        if sum(1 for side in (encoded.true, encoded.false) for _ in atoms(side)) > MOST_ATOMS:
            raise self._refused(f"a condition of more than {MOST_ATOMS} comparisons", "split it into several rules")
        return encoded

    def _encoded(self, expr: pst.Expr) -> Truth:
        match expr:
            case pst.UnaryOp() if expr == ERROR:
                return ERRS
            case pst.BoolLit() | pst.GetAttr():
                operand = self._operand(expr)
                return operand if isinstance(operand, Truth) else ERRS
            case _ if is_value(expr):
                return ERRS
            case pst.UnaryOp("not", arg):
                return truth.negation(self.truth(arg))
            case pst.UnaryOp("is_empty", arg):
                return self._of_set(arg, "<@", pst.Set(()))
            case pst.UnaryOp(("is_ipv4" | "is_ipv6" | "is_loopback" | "is_multicast") as op, arg):
                found = self._operand(arg)
                return in_networks(found.column, "<<=", NETWORKS[op]) if _holds(found, "ipaddr") else ERRS
            case pst.BinaryOp():
                return self._binary(expr)
            case pst.HasAttr(pst.Var("resource"), (name,)):
                attribute = self.attributes.get(name)
                return FALSE if attribute is None else truth.presence(attribute.column)
            case pst.HasAttr(base) | pst.Is(base):
                return self._of_entity(base, expr)
            case pst.Like(base, pattern):
                return self._like(base, pattern)
            case pst.IfThenElse(test, then, otherwise):
                return truth.choice(self.truth(test), self.truth(then), self.truth(otherwise))
            case _:
                raise self._refused_construct(expr)

    def _binary(self, expr: pst.BinaryOp) -> Truth:
        left, right = expr.left, expr.right
        match expr.op:
            case "and":
                return truth.conjunction(self.truth(left), self.truth(right))
            case "or":
                return truth.disjunction(self.truth(left), self.truth(right))
            case "eq":
                return self._equal(left, right)
            case "not_eq":
                return truth.negation(self._equal(left, right))
            case "less" | "less_eq" | "greater" | "greater_eq":
                return self._ordered(_ORDERS[expr.op], left, right)
            case "contains" if is_set(left):
                return self._contains(left, right)
            case "contains":
                return self._of_set(left, "@>", pst.Set((right,)))
            case "contains_all":
                return self._of_set(right, "<@", left) if is_set(left) else self._of_set(left, "@>", right)
            case "contains_any":
                return self._of_set(right, "&&", left) if is_set(left) else self._of_set(left, "&&", right)
            case "in" if self._errs_as_entity(left):
                return ERRS
            case "is_in_range":
                return self._in_range(left, right)
            case _:
                raise self._refused_construct(expr)

    def _operand(self, expr: pst.Expr) -> _Operand:
        """An operand of a strict operator; an attribute that no column holds errs."""
        match expr:
            case pst.GetAttr(pst.Var("resource"), name):
                attribute = self.attributes.get(name)
                if attribute is None:
                    return ERRS
                return truth.of_atom(Flag(attribute.column, True)) if attribute.type == "Bool" else attribute
            case pst.BoolLit(value):
                return TRUE if value else FALSE
            case pst.LongLit() | pst.StringLit() | pst.EntityLit() | pst.Set() | pst.UnaryOp() if is_value(expr):
                self._storable(expr)
                return expr
            case _ if is_truth(expr):
                return self.truth(expr)
            case _:
                raise self._refused_construct(expr)

    def _equal(self, left: pst.Expr, right: pst.Expr) -> Truth:
        match self._operand(left), self._operand(right):
            case Truth() as a, Truth() as b:
                return truth.agreement(a, b)
            case (Truth(), _) | (_, Truth()) as sides:
                # Values of different types are never equal, and to ask is no error.
                return truth.difference(*map(_defined, sides))
            case RowAttribute() as a, RowAttribute() as b:
                if a.cedar_type == b.cedar_type:
                    raise self._refused(_TWO_ATTRIBUTES)
                return truth.difference(_defined(a), _defined(b))
            case RowAttribute() as attribute, _:
                return self._equality(attribute, (right,))
            case _, RowAttribute() as attribute:
                return self._equality(attribute, (left,))
            case _:
                raise self._refused(_TWO_ATTRIBUTES)

    def _equality(self, attribute: RowAttribute, values: Sequence[pst.Expr]) -> Truth:
        """Equality with any of some values. One that can never be, by its spelling alone, would forbid nothing."""
        for value in values:
            moment = moment_of(value)
            if attribute.type == "uuid" and isinstance(value, pst.StringLit) and not is_uuid(value.value):
                remedy = "write it in lower case, in five groups with hyphens"
                raise self._refused(f"`{value.value}` is no uuid as the database writes it", remedy)
            if attribute.type == "date" and moment is not None and moment % DAY:
                remedy = "compare with midnight in UTC, or with `<` and `>=`"
                raise self._refused(f"a moment within a day, where `{attribute.column}` holds whole days", remedy)
        return equality(attribute, values)

    def _ordered(self, sign: Order, left: pst.Expr, right: pst.Expr) -> Truth:
        match self._operand(left), self._operand(right):
            case (RowAttribute(type="String" | "uuid"), _) | (_, RowAttribute(type="String" | "uuid")):
                raise self._refused(f"`{sign}` on text", "Cedar orders numbers and datetimes only; use ==, != or like")
            case RowAttribute(), RowAttribute():
                raise self._refused(_TWO_ATTRIBUTES)
            case RowAttribute() as attribute, _:
                return order(attribute, sign, right) or ERRS
            case _, RowAttribute() as attribute:
                return order(attribute, _TURNED[sign], left) or ERRS
            case _:
                return ERRS

    def _contains(self, left: pst.Set, right: pst.Expr) -> Truth:
        operand = self._operand(right)
        match operand:
            case Truth():
                return truth.among(operand, {e.value for e in left.elements if isinstance(e, pst.BoolLit)})
            case RowAttribute():
                self._storable(left)
                return self._equality(operand, left.elements)
            case _:
                raise self._refused_construct(right)

    def _of_set(self, base: pst.Expr, related: Relation, other: pst.Expr) -> Truth:
        """An operator of sets, one of which is an attribute and the other constant; of no set it errs."""
        operand = self._operand(base)
        if not isinstance(operand, RowAttribute) or operand.type != "Set<String>":
            return ERRS
        if not is_set(other):
            named = other.elements[0] if isinstance(other, pst.Set) and other.elements else other
            if isinstance(named, pst.GetAttr):
                raise self._refused(_TWO_ATTRIBUTES)
            raise self._refused_construct(named)
        self._storable(other)
        return relation(operand.column, related, other.elements)

    def _in_range(self, left: pst.Expr, right: pst.Expr) -> Truth:
        inner, outer = self._operand(left), self._operand(right)
        if _holds(inner, "ipaddr") and _holds(outer, "ipaddr"):
            raise self._refused(_TWO_ATTRIBUTES)
        held, holding = address_of(left), address_of(right)
        if _holds(inner, "ipaddr") and holding is not None:
            return in_networks(inner.column, "<<=", (holding,))
        if _holds(outer, "ipaddr") and held is not None:
            return in_networks(outer.column, ">>=", (held,))
        return ERRS

    def _of_entity(self, base: pst.Expr, expr: pst.HasAttr | pst.Is) -> Truth:
        """`is` and `has` of a row's attribute: ids of a known type, of which only accounts have attributes."""
        if self._errs_as_entity(base):
            return ERRS
        match base, expr:
            case pst.GetAttr(pst.Var("resource"), name), pst.Is(_, entity_type):
                attribute = self.attributes[name]
                is_it, present = str(entity_type) == attribute.type, Null(attribute.column, False)
                return Truth(present, NEVER) if is_it else Truth(NEVER, present)
            case pst.GetAttr(pst.Var("resource"), name), pst.HasAttr() if self.attributes[name].type != "Account":
                return Truth(NEVER, Null(self.attributes[name].column, False))
            case _:
                raise self._refused_construct(expr)

    def _errs_as_entity(self, expr: pst.Expr) -> bool:
        """Whether to take the expression for an entity or a record errs: a truth value, or no entity's attribute."""
        match expr:
            case pst.GetAttr(pst.Var("resource"), name):
                attribute = self.attributes.get(name)
                return attribute is None or attribute.type not in ENTITY_TYPES
            case _:
                return is_truth(expr)

    def _like(self, base: pst.Expr, pattern: tuple[pst.PatternElem, ...]) -> Truth:
        operand = self._operand(base)
        if _holds(operand, "uuid"):
            raise self._refused("`like` on a uuid", "compare whole ids")
        if not _holds(operand, "String"):
            return ERRS
        texts = pieces(pattern)
        self._storable(*map(pst.StringLit, texts))
        return Truth(like(operand.column, texts), like(operand.column, texts, expected=False))

    def _storable(self, *values: pst.Expr) -> None:
        for value in values:
            match value:
                case pst.Set(elements):
                    self._storable(*elements)
                case pst.StringLit(text) | pst.EntityLit(pst.EntityUid(_, text)) if "\0" in text:
                    raise self._refused("a text with the character U+0000", "no database text can hold it")
                case _:
                    pass

    def _refused_construct(self, expr: pst.Expr) -> UnsupportedRuleError:
        found = construct(expr)
        return self._refused(found.called, found.remedy)

    def _refused(
        self, what: str, remedy: str = "compare one attribute of `resource` with constants"
    ) -> UnsupportedRuleError:
        return UnsupportedRuleError(f"rule `{self.id}` cannot be enforced exactly: {what}", remedy)


def _holds(operand: _Operand, kind: AttributeType) -> TypeGuard[RowAttribute]:
    return isinstance(operand, RowAttribute) and operand.type == kind


def _defined(operand: _Operand) -> Condition:
    """Where evaluating the operand does not err."""
    match operand:
        case Truth():
            return truth.defined(operand)
        case RowAttribute(column):
            return Null(column, False)
        case _:
            return TRUE.true
