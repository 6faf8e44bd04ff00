"""Lowers residuals to a row condition that shows exactly the rows that the rules allow, or refuses by name.

Equal to Cedar's answer for every row, except that a forbid that errs denies (SOUNDNESS, rule 10). What has no exact
form is never approximated: UnsupportedRuleError names the rule and the construct.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from cedarpy import pst

from recuse.compiler import truth
from recuse.compiler.condition import (
    Condition,
    Constant,
    Flag,
    Null,
    Order,
    Ordered,
    atoms,
    given_not_null,
    like,
    one_of,
)
from recuse.compiler.constructs import construct
from recuse.compiler.fold import ERROR, is_set
from recuse.compiler.known import Attributes
from recuse.compiler.pattern import pieces
from recuse.compiler.reduce import is_truth
from recuse.compiler.residual import Residual
from recuse.compiler.truth import ERRS, FALSE, TRUE, Truth
from recuse.errors import UnsupportedRuleError
from recuse.model import RowAttribute

MOST_ATOMS: Final = 5000
"""Nested `if` and mixed `&&` and `||` can double a condition at each level; a larger one is refused."""

_Literal = pst.LongLit | pst.StringLit | pst.EntityLit
_Operand = Truth | RowAttribute | _Literal
_Comparison = Literal["less", "less_eq", "greater", "greater_eq"]

_ORDERS: Final[Mapping[_Comparison, Order]] = {"less": "<", "less_eq": "<=", "greater": ">", "greater_eq": ">="}
_TURNED: Final[Mapping[Order, Order]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


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
            case pst.BoolLit() | pst.LongLit() | pst.StringLit() | pst.EntityLit() | pst.GetAttr():
                operand = self._operand(expr)
                return operand if isinstance(operand, Truth) else ERRS
            case pst.UnaryOp("not", arg):
                return truth.negation(self.truth(arg))
            case pst.UnaryOp() if expr == ERROR:
                return ERRS
            case pst.BinaryOp():
                return self._binary(expr)
            case pst.HasAttr(pst.Var("resource"), (name,)):
                attribute = self.attributes.get(name)
                return FALSE if attribute is None else truth.presence(attribute.column)
            case pst.HasAttr(base) | pst.Is(base) if _has_no_attributes(base):
                return ERRS
            case pst.Like(base, pattern):
                return self._like(base, pattern)
            case pst.IfThenElse(test, then, otherwise):
                return truth.choice(self.truth(test), self.truth(then), self.truth(otherwise))
            case _:
                raise self._refused(construct(expr))

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
            case "in" if _has_no_attributes(left):
                return ERRS
            case _:
                raise self._refused(construct(expr))

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
            case pst.LongLit() | pst.StringLit() | pst.EntityLit():
                return expr
            case _ if is_truth(expr):
                return self.truth(expr)
            case _:
                raise self._refused(construct(expr))

    def _equal(self, left: pst.Expr, right: pst.Expr) -> Truth:
        match self._operand(left), self._operand(right):
            case Truth() as a, Truth() as b:
                return truth.agreement(a, b)
            case (a, b) if _type(a) != _type(b):
                # Values of different types are never equal, and to ask is no error.
                return truth.difference(_defined(a), _defined(b))
            case (RowAttribute() as attribute, (pst.LongLit(value) | pst.StringLit(value))) | (
                (pst.LongLit(value) | pst.StringLit(value)),
                RowAttribute() as attribute,
            ):
                return self._among(attribute, (value,))
            case _:
                raise self._refused("a comparison of two attributes")

    def _ordered(self, order: Order, left: pst.Expr, right: pst.Expr) -> Truth:
        match self._operand(left), self._operand(right):
            case (RowAttribute(type="String"), _) | (_, RowAttribute(type="String")):
                raise self._refused(f"`{order}` on text", "Cedar orders numbers only; use ==, != or like")
            case RowAttribute(column), pst.LongLit(value):
                return truth.of_atom(Ordered(column, order, value))
            case pst.LongLit(value), RowAttribute(column):
                return truth.of_atom(Ordered(column, _TURNED[order], value))
            case RowAttribute(), RowAttribute():
                raise self._refused("a comparison of two attributes")
            case _:
                return ERRS

    def _contains(self, left: pst.Set, right: pst.Expr) -> Truth:
        operand = self._operand(right)
        match operand:
            case Truth():
                return truth.among(operand, {e.value for e in left.elements if isinstance(e, pst.BoolLit)})
            case RowAttribute(type="Long"):
                return self._among(operand, [e.value for e in left.elements if isinstance(e, pst.LongLit)])
            case RowAttribute():
                return self._among(operand, [e.value for e in left.elements if isinstance(e, pst.StringLit)])
            case _:
                raise self._refused(construct(right))

    def _among(self, attribute: RowAttribute, constants: Sequence[Constant]) -> Truth:
        self._storable(*constants)
        return Truth(one_of(attribute.column, constants), one_of(attribute.column, constants, expected=False))

    def _like(self, base: pst.Expr, pattern: tuple[pst.PatternElem, ...]) -> Truth:
        operand = self._operand(base)
        if not (isinstance(operand, RowAttribute) and operand.type == "String"):
            return ERRS
        texts = pieces(pattern)
        self._storable(*texts)
        return Truth(like(operand.column, texts), like(operand.column, texts, expected=False))

    def _storable(self, *constants: Constant) -> None:
        if any("\0" in constant for constant in constants if isinstance(constant, str)):
            raise self._refused("a text with the character U+0000", "no database text can hold it")

    def _refused(
        self, what: str, remedy: str = "compare one attribute of `resource` with constants"
    ) -> UnsupportedRuleError:
        return UnsupportedRuleError(f"rule `{self.id}` cannot be enforced exactly: {what}", remedy)


def _has_no_attributes(expr: pst.Expr) -> bool:
    """Whether an expression is a column's value or a truth value: to take it for an entity or a record errs."""
    return is_truth(expr) or (isinstance(expr, pst.GetAttr) and expr.base == pst.Var("resource"))


def _type(operand: _Operand) -> str:
    match operand:
        case Truth():
            return "Bool"
        case RowAttribute():
            return operand.type
        case pst.LongLit():
            return "Long"
        case pst.StringLit():
            return "String"
        case pst.EntityLit():
            return "entity"
        case _:
            assert_never(operand)


def _defined(operand: _Operand) -> Condition:
    """Where evaluating the operand does not err."""
    match operand:
        case Truth():
            return truth.defined(operand)
        case RowAttribute(column):
            return Null(column, False)
        case _:
            return TRUE.true
