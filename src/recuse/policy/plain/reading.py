"""Reads plain rules from Cedar, by its syntax tree: each rule that has such a form, and of any other why it has not.

A rule is a conjunction. Each part of it asks about one dimension, or denies what is then an exception; no dimension is
asked about twice. Whatever else stands in a rule makes it one that only Cedar shows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

import cedarpy
from cedarpy import pst

from recuse.errors import InputError, PolicyError
from recuse.model import ACTIONS, ASSISTANCE
from recuse.policy.assistance_schema import ASSIST
from recuse.policy.plain.records import EVERYTHING, Branches, PlainRule, Terms, Untold, check, on_assistance
from recuse.policy.schema import WRITE

_PUBLIC: Final = pst.GetAttr(pst.Var("resource"), "public")
_DATA: Final = pst.HasAttr(pst.Var("resource"), ("category",))
_CATEGORY: Final = pst.GetAttr(pst.Var("resource"), "category")
_AGREED: Final = pst.BinaryOp("contains", pst.GetAttr(pst.Var("context"), "agreed"), _CATEGORY)
_AGREED_IF_DATA: Final = pst.IfThenElse(_DATA, _AGREED, pst.BoolLit(True))
_GROUPS: Final = {WRITE: ACTIONS[1:], ASSIST: ASSISTANCE}
_TREES: Final = {
    (pst.Var("principal"), "Agency"): "agencies",
    (pst.Var("resource"), "Category"): "categories",
    (_CATEGORY, "Category"): "categories",
    (pst.GetAttr(pst.Var("context"), "purpose"), "Purpose"): "purposes",
    (pst.GetAttr(pst.Var("context"), "authority"), "Authority"): "authorities",
}
_SETS: Final = {
    pst.GetAttr(pst.Var("principal"), "serves"): "serving",
    pst.GetAttr(pst.Var("context"), "parties"): "parties",
}
_WHO: Final = frozenset({"agencies", "serving", "parties"})

_Named = tuple[str, bool, str]
"""One thing named: of what, whether with everything below it, and its id."""


class _OtherFormError(Exception):
    """Why a rule has no such form."""


def to_rules(cedar: str) -> tuple[PlainRule | Untold, ...]:
    """Every rule of a text in its order. Raises `PolicyError` for a text that is not Cedar."""
    try:
        nodes = cedarpy.policies_to_pst(cedar)
    except ValueError as error:
        raise PolicyError(
            f"not valid Cedar: {error}", "correct the text; the grammar is at docs.cedarpolicy.com"
        ) from error
    both = chain(nodes.static_policies.items(), nodes.templates.items())
    found = {int(name.removeprefix("policy")): template for name, template in both}
    return tuple(_told(found[place]) for place in sorted(found))


def _told(template: pst.Template) -> PlainRule | Untold:
    name = template.annotations.get("id", "")
    try:
        rule = _rule(name, template)
        check(rule)
    except _OtherFormError as error:
        return Untold(name, str(error))
    except InputError as error:
        return Untold(name, error.message.removeprefix(f"rule `{name}` "))
    return rule


def _rule(name: str, template: pst.Template) -> PlainRule:
    if set(template.annotations) != {"id"}:
        raise _OtherFormError("has annotations besides `@id`" if name else "has no `@id`")
    read = _Reading()
    read.head(pst.Var("principal"), template.principal)
    read.head(pst.Var("resource"), template.resource)
    for clause in template.clauses:
        if isinstance(clause, pst.When):
            read.asked(clause.expr)
        else:
            read.denied(clause.expr)
    actions = tuple(_actions(template.action))
    rule = PlainRule(
        id=name,
        effect=template.effect,
        actions=tuple(action for action in EVERYTHING if action in actions),
        where=_terms(read.where),
        public=read.public,
        agreed=bool(read.agreed),
        data=read.data,
        unless=_terms(read.unless),
    )
    if read.agreed is not None and read.agreed is not (_AGREED_IF_DATA if on_assistance(rule) else _AGREED):
        raise _OtherFormError("asks what is agreed in another way")
    return rule


def _actions(head: pst.ActionConstraint) -> Iterator[str]:
    match head:
        case pst.ScopeAny():
            yield from ACTIONS
        case pst.ActionEq(entity):
            yield entity.id
            if entity.id in _GROUPS:
                raise _OtherFormError("names a group of actions as an action")
        case pst.ActionIn(entities):
            for entity in entities:
                yield from _GROUPS.get(entity.id, (entity.id,))


@dataclass(slots=True)
class _Reading:
    """What was read so far of one rule; raises `_OtherFormError` for what no plain rule says."""

    where: list[_Named] = field(default_factory=list)
    unless: list[_Named] = field(default_factory=list)
    public: bool | None = None
    data: bool | None = None
    agreed: pst.Expr | None = None

    def head(self, variable: pst.Var, constraint: pst.PrincipalOrResourceConstraint) -> None:
        """What a rule's head says of a variable."""
        match constraint:
            case pst.ScopeAny():
                pass
            case pst.ScopeIn(pst.EntityUid() as entity):
                self.asked(pst.BinaryOp("in", variable, pst.EntityLit(entity)))
            case pst.ScopeEq(pst.EntityUid() as entity):
                self.asked(pst.BinaryOp("eq", variable, pst.EntityLit(entity)))
            case _:
                raise _OtherFormError("names a type, or a slot, in its head")

    def asked(self, expression: pst.Expr) -> None:
        """Something that has to be so."""
        parts = _conjuncts(expression)
        if len(parts) > 1:
            for part in parts:
                self.asked(part)
            return
        match expression:
            case pst.UnaryOp("not", inner):
                self.denied(inner)
            case _ if expression in (_PUBLIC, _DATA):
                self._whether(expression, True)
            case _ if expression in (_AGREED, _AGREED_IF_DATA):
                if self.agreed is not None:
                    raise _OtherFormError("asks twice what is agreed")
                self.agreed = _AGREED if expression == _AGREED else _AGREED_IF_DATA
            case _:
                self._group(tuple(_named(expression)))

    def denied(self, expression: pst.Expr) -> None:
        """Something that must not be so."""
        match expression:
            case pst.BinaryOp("or", left, right):
                self.denied(left)
                self.denied(right)
            case pst.UnaryOp("not", inner):
                self.asked(inner)
            case _ if expression in (_PUBLIC, _DATA):
                self._whether(expression, False)
            case _:
                self.unless.extend(_named(expression))

    def _whether(self, expression: pst.Expr, wanted: bool) -> None:
        name = "public" if expression == _PUBLIC else "data"
        if getattr(self, name) not in {None, wanted}:
            raise _OtherFormError("asks for something and its opposite")
        setattr(self, name, wanted)

    def _group(self, named: Sequence[_Named]) -> None:
        """Things of one dimension, of which one is enough."""
        dimensions = {_dimension(each[0]) for each in named}
        if len(dimensions) != 1:
            raise _OtherFormError("joins different questions by `or`")
        if dimensions & {_dimension(each[0]) for each in self.where}:
            raise _OtherFormError("asks the same kind of question twice")
        self.where.extend(named)


def _dimension(name: str) -> str:
    return "who" if name in _WHO else name


def _conjuncts(expression: pst.Expr) -> tuple[pst.Expr, ...]:
    """The parts of a conjunction; a mark, `has` and its value, stays one part."""
    if not isinstance(expression, pst.BinaryOp) or expression.op != "and":
        return (expression,)
    if _mark(expression) is not None:
        return (expression,)
    flat = list(_flat(expression))
    parts: list[pst.Expr] = []
    while flat:
        pair = pst.BinaryOp("and", flat[0], flat[1]) if len(flat) > 1 else None
        marked = pair is not None and _mark(pair) is not None
        parts.append(pair if pair is not None and marked else flat[0])
        del flat[: 2 if marked else 1]
    return tuple(parts)


def _flat(expression: pst.Expr) -> Iterator[pst.Expr]:
    if isinstance(expression, pst.BinaryOp) and expression.op == "and":
        yield from _flat(expression.left)
        yield from _flat(expression.right)
    else:
        yield expression


def _mark(expression: pst.BinaryOp) -> str | None:
    """The attribute of which a conjunction asks whether it is there and true."""
    match expression:
        case pst.BinaryOp("and", pst.HasAttr(pst.Var("resource"), (name,)), pst.GetAttr(pst.Var("resource"), other)):
            return name if name == other and name not in {"public", "category"} else None
        case _:
            return None


def _named(expression: pst.Expr) -> Iterator[_Named]:
    """What is named in a question of which one answer is enough."""
    match expression:
        case pst.BinaryOp("or", left, right):
            yield from _named(left)
            yield from _named(right)
        case pst.BinaryOp("and") if (name := _mark(expression)) is not None:
            yield "marked", False, name
        case pst.BinaryOp("in" | "eq" as op, left, pst.EntityLit(uid)):
            yield _in_tree(left, uid, below=op == "in")
        case pst.BinaryOp("in", left, pst.Set(elements)):
            yield from (_in_tree(left, uid, below=True) for uid in _uids(elements))
        case pst.BinaryOp("contains", pst.Set(elements), right):
            yield from (_in_tree(right, uid, below=False) for uid in _uids(elements))
        case pst.BinaryOp("contains", left, pst.EntityLit(uid)) if left in _SETS and str(uid.type) == "Agency":
            yield _SETS[left], False, uid.id
        case _:
            raise _OtherFormError("asks something that no sentence here says")


def _in_tree(variable: pst.Expr, uid: pst.EntityUid, *, below: bool) -> _Named:
    name = _TREES.get((variable, str(uid.type)))
    if name is None or (variable == pst.Var("resource") and not below):
        raise _OtherFormError("compares with something that no sentence here says")
    return str(name), below, uid.id


def _uids(elements: Iterable[pst.Expr]) -> Iterator[pst.EntityUid]:
    found = tuple(elements)
    if not found:
        raise _OtherFormError("asks for something of nothing")
    for each in found:
        if not isinstance(each, pst.EntityLit):
            raise _OtherFormError("compares with something that no sentence here says")
        yield each.value


def _terms(named: Iterable[_Named]) -> Terms:
    """What was named, each once, in its order."""
    every = tuple(dict.fromkeys(named))

    def of(name: str, *, below: bool) -> tuple[str, ...]:
        return tuple(each for what, deep, each in every if what == name and deep is below)

    def tree(name: str) -> Branches:
        return Branches(of(name, below=True), of(name, below=False))

    return Terms(
        agencies=tree("agencies"),
        serving=of("serving", below=False),
        parties=of("parties", below=False),
        categories=tree("categories"),
        purposes=tree("purposes"),
        authorities=tree("authorities"),
        marked=of("marked", below=False),
    )
