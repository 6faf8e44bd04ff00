"""What strict validation lets through and enforcement does not: each construct refused by its name.

Cedar's strict validator accepts ids that exist nowhere, comparisons that can never hold, and `has` of an attribute that
no row has. In a permit rule such a slip opens nothing; in a forbid rule it *blocks* nothing. All are refused here, and
with them what SQL cannot say exactly: arithmetic can overflow, tags, records and decimals have no column.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

from cedarpy import pst

from recuse.model import ACTIONS, ASSISTANCE, ENTITY_TYPES, Repository
from recuse.policy.assistance_schema import ASSIST, RESOURCE
from recuse.policy.entities import BUILT_IN
from recuse.policy.references import nearest
from recuse.policy.schema import WRITE, row_type

_ROW: Final = "row"  # stands for the entity types of all tables
_VARIABLE: Final = {"principal": "Account", "action": "Action", "resource": _ROW}
_VARIABLE_OF_ASSISTANCE: Final = {"principal": "Agency", "action": "Action", "resource": RESOURCE}
_ATTRIBUTE: Final = {
    ("context", "purpose"): "Purpose",
    ("context", "authority"): "Authority",
    ("context", "agreed"): "Category",  # a set of them
    ("context", "parties"): "Agency",  # a set of them
    ("principal", "serves"): "Agency",  # a set of them
    ("resource", "category"): "Category",
}
_ABOVE: Final = {
    "Account": {"Account", "Agency"},
    _ROW: {"Category"},
    RESOURCE: {"Category"},
}  # what an entity can be `in`; else its own type

_ACTIONS: Final = frozenset((*ACTIONS, WRITE, *ASSISTANCE, ASSIST))  # of rows and of assistance: no rule names both

_DATE_ARITHMETIC: Final = {
    "offset", "duration_since", "to_date", "to_time",
    "to_milliseconds", "to_seconds", "to_minutes", "to_hours", "to_days",
}  # fmt: skip
_NAMED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("neg", "add", "sub", "mul"), "arithmetic"),
    **dict.fromkeys(sorted(_DATE_ARITHMETIC), "arithmetic on dates"),
    **dict.fromkeys(("get_tag", "has_tag"), "tags"),
    **dict.fromkeys(("decimal", "decimal_less_than", "decimal_less_eq"), "decimal numbers"),
    **dict.fromkeys(("decimal_greater", "decimal_greater_eq"), "decimal numbers"),
}
_CONSTRUCTORS: Final = {"datetime", "duration", "ip"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One construct of a rule that is refused: a sentence after “rule …”, and the remedy."""

    construct: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The ids of each entity type, the row types, and the attributes of each variable that rules may name.

    `kinds` are the entity types of row attributes; not of one that tables have with different types.
    """

    ids: Mapping[str, frozenset[str]]
    rows: frozenset[str]
    attributes: Mapping[str, frozenset[str]]
    kinds: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=lambda: _VARIABLE)

    @classmethod
    def of(cls, repository: Repository) -> "Vocabulary":
        """What a repository defines."""
        tables = [(system.name, table) for system in repository.systems.values() for table in system.tables]
        ids = {
            "Agency": frozenset(repository.agencies),
            "Account": frozenset(repository.accounts),
            "Purpose": frozenset(repository.purposes),
            "Authority": frozenset(repository.authorities),
            "Category": frozenset(repository.categories),
            "Action": frozenset((*ACTIONS, WRITE)),
        }
        asked = {name for _, table in tables for name in table.attributes}
        attributes = {**BUILT_IN, "resource": BUILT_IN["resource"] | asked}
        types: dict[str, set[str]] = {}
        for _, table in tables:
            for name, attribute in table.attributes.items():
                types.setdefault(name, set()).add(attribute.type)
        kinds = {name: min(found) for name, found in types.items() if len(found) == 1 and found <= set(ENTITY_TYPES)}
        return cls(ids, frozenset(row_type(system, table.name) for system, table in tables), attributes, kinds)

    @classmethod
    def of_assistance(cls, repository: Repository) -> "Vocabulary":
        """What rules on assistance may name."""
        ids = {
            "Agency": frozenset(repository.agencies),
            "Purpose": frozenset(repository.purposes),
            "Authority": frozenset(repository.authorities),
            "Category": frozenset(repository.categories),
            "Action": frozenset((*ASSISTANCE, ASSIST)),
        }
        attributes = {
            "principal": frozenset({"serves"}),
            "context": BUILT_IN["context"] | {"parties"},
            "resource": BUILT_IN["resource"],
        }
        return cls(ids, frozenset({RESOURCE}), attributes, {}, _VARIABLE_OF_ASSISTANCE)

    def kind(self, expression: pst.Expr) -> str | None:
        """The entity type an expression stands for (of a set: its elements' type), where that is plain to see."""
        match expression:
            case pst.EntityLit(uid):
                return None if uid.type.namespace else uid.type.basename  # a row by name is refused by itself
            case pst.Var(name):
                return self.variables.get(name)
            case pst.GetAttr(pst.Var(name), attribute):
                return _ATTRIBUTE.get((name, attribute)) or (self.kinds.get(attribute) if name == "resource" else None)
            case pst.IfThenElse(_, then, _):
                return self.kind(then)
            case _:
                return None


def refusals(template: pst.Template, vocabulary: Vocabulary) -> Iterator[Refusal]:
    """Everything in a rule that is refused, in the order of its text."""
    principal, resource = pst.Var("principal"), pst.Var("resource")
    scope = [_scope(principal, template.principal), _action(template.action), _scope(resource, template.resource)]
    for expression in (*scope, *(clause.expr for clause in template.clauses)):
        yield from _walk(expression, vocabulary)


def _scope(variable: pst.Var, constraint: pst.PrincipalOrResourceConstraint) -> pst.Expr:
    """A rule's head says the same as an expression, so one walk serves both."""
    match constraint:
        case pst.ScopeAny():
            return pst.BoolLit(True)
        case pst.ScopeEq(entity):
            return pst.BinaryOp("eq", variable, _entity(entity))
        case pst.ScopeIn(entity):
            return pst.BinaryOp("in", variable, _entity(entity))
        case pst.ScopeIs(entity_type):
            return pst.Is(variable, entity_type, None)
        case pst.ScopeIsIn(entity_type, entity):
            return pst.Is(variable, entity_type, _entity(entity))
        case _:
            assert_never(constraint)


def _entity(entity: pst.EntityOrSlot) -> pst.Expr:
    return pst.EntityLit(entity) if isinstance(entity, pst.EntityUid) else entity


def _action(constraint: pst.ActionConstraint) -> pst.Expr:
    match constraint:
        case pst.ScopeAny():
            return pst.BoolLit(True)
        case pst.ActionEq(entity):
            return pst.BinaryOp("eq", pst.Var("action"), pst.EntityLit(entity))
        case pst.ActionIn(entities):
            return pst.BinaryOp("in", pst.Var("action"), pst.Set(tuple(map(pst.EntityLit, entities))))
        case _:
            assert_never(constraint)


def _walk(expression: pst.Expr, vocabulary: Vocabulary) -> Iterator[Refusal]:
    match expression:
        case pst.Var() | pst.BoolLit() | pst.LongLit() | pst.StringLit():
            inner: tuple[pst.Expr, ...] = ()
        case pst.Slot(name):
            inner = ()
            yield Refusal(f"is a template with a slot `?{name}`", "write one rule for each case")
        case pst.EntityLit(value):
            inner = ()
            yield from _literal(value, vocabulary)
        case pst.UnaryOp(op, arg):
            inner = (arg,)
            yield from _operator(op, arg)
        case pst.BinaryOp(op, left, right):
            inner = (left, right)
            yield from _operator(op, None)
            yield from _comparison(op, left, right, vocabulary)
        case pst.GetAttr(base, attribute):
            inner = (base,)
            yield from _attribute(base, (attribute,), vocabulary)
        case pst.HasAttr(base, attributes):
            inner = (base,)
            yield from _attribute(base, attributes, vocabulary)
        case pst.Like(base, _):
            inner = (base,)
        case pst.Is(base, entity_type, above):
            inner = (base,) if above is None else (base, above)
            yield from _is(base, entity_type, vocabulary)
            yield from () if above is None else _comparison("in", base, above, vocabulary)
        case pst.IfThenElse(condition, then, otherwise):
            inner = (condition, then, otherwise)
        case pst.Set(elements):
            inner = elements
        case pst.Record(fields):
            inner = tuple(fields.values())
            yield Refusal("uses a record", "compare the values one by one")
        case _:
            assert_never(expression)
    for part in inner:
        yield from _walk(part, vocabulary)


def _literal(uid: pst.EntityUid, vocabulary: Vocabulary) -> Iterator[Refusal]:
    kind = str(uid.type)
    if kind in vocabulary.rows:
        single = "single assistance by its id" if kind == RESOURCE else f"a single row of `{kind}`"
        yield Refusal(f"names {single}", "ask for its category or its attributes")
        return
    known = vocabulary.ids.get(kind, frozenset())
    if kind == "Action" and uid.id in _ACTIONS - known:
        yield Refusal(f"names action `{uid.id}` outside its head, or beside others there", "write a rule for each kind")
    elif uid.id not in known:
        noun = kind.lower()
        remedy = nearest(uid.id, known) or f"name an id that the policy repository has, or add the {noun}"
        yield Refusal(f"names unknown {noun} `{uid.id}`", remedy)


def _operator(op: str, argument: pst.Expr | None) -> Iterator[Refusal]:
    if op in _NAMED:
        yield Refusal(f"uses {_NAMED[op]}", "compare with a constant instead")
    elif op in _CONSTRUCTORS and not isinstance(argument, pst.StringLit):
        yield Refusal(f"uses `{op}` of something not written out", "write the value in quotes")


def _comparison(op: str, left: pst.Expr, right: pst.Expr, vocabulary: Vocabulary) -> Iterator[Refusal]:
    below = vocabulary.kind(left)
    if op not in {"eq", "not_eq", "in"} or below is None:
        return
    allowed = _ABOVE.get(below, {below}) if op == "in" else {below}
    others = right.elements if isinstance(right, pst.Set) else (right,)
    for above in dict.fromkeys(map(vocabulary.kind, others)):
        if above is not None and above not in allowed:
            word = "in" if op == "in" else "equal to"
            remedy = "use `in`" if above in _ABOVE.get(below, ()) else "compare like with like"
            yield Refusal(f"asks whether {_article(below)} is {word} {_article(above)}, which none ever is", remedy)


def _is(base: pst.Expr, entity_type: pst.EntityType, vocabulary: Vocabulary) -> Iterator[Refusal]:
    kind, asked = vocabulary.kind(base), str(entity_type)
    if kind is not None and (asked not in vocabulary.rows if kind == _ROW else asked != kind):
        yield Refusal(f"asks whether {_article(kind)} is of type `{asked}`, which none ever is", "correct the type")


def _attribute(base: pst.Expr, attributes: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[Refusal]:
    if not isinstance(base, pst.Var) or len(attributes) != 1:
        yield Refusal("uses an attribute of an attribute", "ask for attributes of `resource`, `principal` or `context`")
        return
    known = vocabulary.attributes.get(base.name, frozenset())
    if attributes[0] not in known:
        remedy = nearest(attributes[0], known) or "name one that some table's `attributes` define"
        yield Refusal(f"asks for unknown attribute `{attributes[0]}` of `{base.name}`", remedy)


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'A' else 'a'} {kind.lower()}"
