"""The rules' side of a proof: Cedar's syntax trees, cut into pieces that Cedar itself answers.

A rule is true, false, or errs. Where its `&&`, `||`, `!` and `if` join questions about different things, a proof says
what they come to, in Cedar's order of evaluation; every piece that speaks of one thing alone (the principal, the
circumstances, the action, the kind of row, one attribute) is put to Cedar as it stands. Nothing of the compiler's
reduction or lowering is used: that is what is being proved. Source: Cedar language reference, "Evaluation".
"""

from dataclasses import dataclass
from typing import Final, Literal, Protocol

from cedarpy import pst

from recuse.compiler.proof.hashed import Hashed, hashed_once
from recuse.compiler.proof.kinds import Mentioned, literal
from recuse.compiler.proof.seen import Seen, Types, mentioned_in, parts_of, seen_in
from recuse.errors import UnsupportedRuleError

Effect = Literal["permit", "forbid"]
Variable = Literal["principal", "context", "action", "table", "resource"]
"""What a piece can speak of: `table` is what the rows of a table share, `resource` what those of one category do."""
WHO: Final[frozenset[Variable]] = frozenset({"principal", "context"})
EVERYTHING: Final[frozenset[Variable]] = WHO | {"action", "table", "resource"}


class Rule(Protocol):
    """What a proof needs of a rule."""

    @property
    def id(self) -> str:
        """Its `@id`."""

    @property
    def effect(self) -> Effect:
        """What it does where its condition holds."""

    @property
    def template(self) -> pst.Template:
        """Its syntax tree."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A part of a rule that Cedar answers as it stands: a template that holds exactly where the part is true.

    `variables` are what it speaks of besides the `attributes` of a row.
    """

    template: pst.Template
    variables: frozenset[Variable]
    attributes: tuple[str, ...]
    mentioned: Mentioned


@dataclass(frozen=True, slots=True)
class Open:
    """A piece that asks about attributes, with everything else known: `bound` are the values of its variables."""

    piece: Piece
    bound: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """True, false, or (None) an error, for every row."""

    value: bool | None


@hashed_once
@dataclass(frozen=True, slots=True)
class Negation(Hashed):
    """`!a`."""

    part: "Question"


@hashed_once
@dataclass(frozen=True, slots=True)
class Conjunction(Hashed):
    """`a && b`: where `a` is false, `b` is not evaluated."""

    first: "Question"
    second: "Question"


@hashed_once
@dataclass(frozen=True, slots=True)
class Disjunction(Hashed):
    """`a || b`: where `a` is true, `b` is not evaluated."""

    first: "Question"
    second: "Question"


@hashed_once
@dataclass(frozen=True, slots=True)
class Branch(Hashed):
    """`if a then b else c`: only the branch chosen is evaluated."""

    test: "Question"
    then: "Question"
    otherwise: "Question"


Question = Piece | Open | Answered | Negation | Conjunction | Disjunction | Branch

_ANYONE: Final = pst.ScopeAny()
_ASKED: Final = frozenset({
    "not", "and", "or", "eq", "not_eq", "less", "less_eq", "greater", "greater_eq", "in", "contains", "contains_all",
    "contains_any", "is_empty", "is_in_range", "is_ipv4", "is_ipv6", "is_loopback", "is_multicast",
})  # fmt: skip
"""What may be asked of an attribute: answers that depend on a value only through constants that the rule names."""


@dataclass(slots=True)
class Reader:
    """Reads rules about the rows of one table; equal pieces are one."""

    types: Types
    _pieces: dict[object, Piece]

    @classmethod
    def of(cls, types: Types) -> "Reader":
        """A reader that knows these attributes; any other name is one that no row has."""
        return cls(types, {})

    def rule(self, rule: Rule) -> Question:
        """The whole rule, scope first. Raises UnsupportedRuleError for what cannot be proved, by the rule's name."""
        template = rule.template
        scope: tuple[tuple[Variable, pst.Template], ...] = (
            ("principal", _only(principal=template.principal)),
            ("action", _only(action=template.action)),
            ("resource", _only(resource=template.resource)),
        )
        parts: list[Question] = [self._scope(variable, head) for variable, head in scope]
        try:
            for clause in template.clauses:
                read = self._read(clause.expr)
                parts.append(Negation(read) if isinstance(clause, pst.Unless) else read)
        except _UnprovableError as error:
            message = f"rule `{rule.id}` cannot be proved: {error}"
            raise UnsupportedRuleError(message, "compare one attribute of `resource` with constants") from None
        whole = parts.pop()
        while parts:
            whole = Conjunction(parts.pop(), whole)
        return whole

    def _scope(self, variable: Variable, head: pst.Template) -> Question:
        scope = getattr(head, variable)
        spoken = frozenset[Variable]() if scope == _ANYONE else frozenset({variable})
        return self._pieces.setdefault((variable, scope), Piece(head, spoken, (), Mentioned()))

    def _read(self, expr: pst.Expr) -> Question:
        return self._cut(seen_in(expr, self.types))

    def _cut(self, seen: "Seen") -> Question:
        expr = seen.expr
        found = self._pieces.get(expr)
        if found is not None:
            return found
        if len(seen.spoken) > 1:
            match expr:
                case pst.BinaryOp("and"):
                    return Conjunction(*map(self._cut, seen.parts))
                case pst.BinaryOp("or"):
                    return Disjunction(*map(self._cut, seen.parts))
                case pst.UnaryOp("not"):
                    return Negation(*map(self._cut, seen.parts))
                case pst.IfThenElse():
                    return Branch(*map(self._cut, seen.parts))
                case _:
                    pass
        _check(seen, self.types)
        attributes = tuple(sorted(name for kind, name in seen.spoken if kind == "attribute"))
        variables = frozenset(kind for kind, _ in seen.spoken if kind != "attribute")
        template = pst.Template("piece", "permit", _ANYONE, _ANYONE, _ANYONE, (pst.When(expr),), {})
        piece = Piece(template, variables, attributes, mentioned_in(expr) if attributes else Mentioned())
        self._pieces[expr] = piece
        return piece


class _UnprovableError(Exception):
    """A construct that a proof cannot follow, in words."""


def _only(
    *,
    principal: pst.PrincipalOrResourceConstraint = _ANYONE,
    action: pst.ActionConstraint = _ANYONE,
    resource: pst.PrincipalOrResourceConstraint = _ANYONE,
) -> pst.Template:
    return pst.Template("piece", "permit", principal, action, resource, (), {})


def _check(seen: Seen, types: Types) -> None:
    """Raise _UnprovableError for what depends on more of a row than its cases tell."""
    expr = seen.expr
    asks = any(kind == "attribute" for kind, _ in seen.spoken)
    match expr:
        case pst.EntityLit(uid) if uid.type.namespace:
            raise _UnprovableError("it names a single row")
        case pst.Slot(name):
            raise _UnprovableError(f"it is a template (`?{name}`)")
        case pst.Like(base) if "uuid" in _raw(base, types):
            raise _UnprovableError("it matches a uuid with a pattern")
        case _ if pst.Var("resource") in parts_of(expr) and not _takes_row(expr):
            raise _UnprovableError("it takes a row for a value")
        case pst.Record() if asks:
            raise _UnprovableError("it holds an attribute of a row in a record")
        case pst.UnaryOp(op) | pst.BinaryOp(op) if asks and op not in _ASKED and literal(expr) is None:
            raise _UnprovableError(f"it asks `{op}` of an attribute")
        case pst.BinaryOp(_, left, right) if _raw(left, types) & _raw(right, types) - {"Bool"}:
            raise _UnprovableError("it compares two attributes of a row")
        case pst.GetAttr(base) | pst.HasAttr(base) if asks and not isinstance(base, pst.Var):
            if not (isinstance(base, pst.GetAttr) and base.base == pst.Var("resource")):
                raise _UnprovableError("it asks for an attribute of what is computed")
        case _:
            pass
    for part in seen.parts:
        _check(part, types)


def _takes_row(expr: pst.Expr) -> bool:
    """Whether a row may stand right inside an expression: there it is asked for no attribute that is not seen."""
    return isinstance(expr, pst.GetAttr | pst.HasAttr | pst.Is) or (
        isinstance(expr, pst.BinaryOp) and expr.op in ("eq", "not_eq", "in")
    )


def _raw(expr: pst.Expr, types: Types) -> frozenset[str]:
    """The types of attributes whose very value an expression can have, or hold as an element."""
    match expr:
        case pst.GetAttr(pst.Var("resource"), name) if name in types:
            return frozenset({types[name]})
        case pst.IfThenElse(_, then, otherwise):
            return _raw(then, types) | _raw(otherwise, types)
        case pst.Set(elements):
            return frozenset(kind for element in elements for kind in _raw(element, types))
        case _:
            return frozenset()
