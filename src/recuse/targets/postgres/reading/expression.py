"""A condition of a row policy, read back from its text: ours as we wrote it, and any as the server prints it.

What is not understood makes the whole condition `Unread`, with the reason. Names without a schema are PostgreSQL's own,
because every connection of ours resolves names there, and the server prints them so.
"""

import json
from collections.abc import Callable
from typing import Any, Final, Literal

from recuse.compiler.proof.patterns import MANY, exactly
from recuse.compiler.proof.written import (
    Admitted,
    And,
    Ask,
    Choice,
    Compared,
    Comparison,
    Distinct,
    First,
    Fixed,
    Gate,
    Inside,
    Listed,
    Matched,
    Missing,
    Not,
    Or,
    Others,
    Related,
    Settled,
    Test,
    Unknown,
    Unread,
    Whole,
    Written,
)
from recuse.model import Address
from recuse.targets.postgres.reading.constants import constant, constants, is_constant, pattern, text, type_name
from recuse.targets.postgres.reading.grammar import UnreadableError, expression, fields, name_parts, node

_TURNED: Final[dict[Comparison, Comparison]] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def read_condition(written: str) -> Written:
    """A condition's text as a tree."""
    try:
        return read_tree(expression(written))
    except UnreadableError as error:
        return Unread(written, str(error))
    except (KeyError, ValueError):
        return Unread(written, "it is not one condition")


def read_tree(tree: Any) -> Written:
    """A condition as the grammar has it, as a tree of ours; whatever the place in the text, the same is the same."""
    try:
        return _condition(tree)
    except UnreadableError as error:
        return Unread(json.dumps(_placeless(tree), sort_keys=True), str(error))
    except (KeyError, ValueError):  # a kind that is known, in a form that is not
        return Unread(json.dumps(_placeless(tree), sort_keys=True), "it has a form that is not understood")


def _placeless(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _placeless(value) for name, value in tree.items() if name != "location"}
    return [_placeless(each) for each in tree] if isinstance(tree, list) else tree


def _condition(tree: Any) -> Written:
    kind, inner = node(tree)
    reader = _READERS.get(kind)
    if reader is None:
        raise UnreadableError(f"it holds {kind}")
    return reader(inner)


def _bool(inner: Any) -> Written:
    of = fields(inner, "boolop", "args")
    parts = tuple(_condition(each) for each in of["args"])
    match of["boolop"]:
        case "AND_EXPR":
            return And(parts)
        case "OR_EXPR":
            return Or(parts)
        case "NOT_EXPR":
            return Not(parts[0])
        case other:
            raise UnreadableError(f"it holds {other}")


def _literal(inner: Any) -> Written:
    value = constant({"A_Const": inner})
    if value is not None and not isinstance(value, bool):
        raise UnreadableError("it takes a constant for a truth value")
    return Fixed(value)


def _cast(inner: Any) -> Written:
    if is_constant({"TypeCast": inner}):
        value = constant({"TypeCast": inner})
        if value is None or isinstance(value, bool):
            return Fixed(value)
    elif node(inner["arg"])[0] == "ColumnRef":
        return _ask({"TypeCast": inner}, Compared("=", True))
    raise UnreadableError("it casts what it takes for a truth value")


def _operator(inner: Any) -> Written:
    of = fields(inner, "kind", "name", "lexpr", "rexpr")
    if "lexpr" not in of or "rexpr" not in of:
        raise UnreadableError("it holds an operator with one side")
    *schema, name = name_parts(of["name"])
    if schema not in ([], ["pg_catalog"]):
        raise UnreadableError(f"it holds an operator `{name}` that is not PostgreSQL's own")
    left, right = of["lexpr"], of["rexpr"]
    match (of["kind"], name):
        case ("AEXPR_OP", "=" | "<>" | "<" | "<=" | ">" | ">="):
            return _compared(left, name, right)
        case ("AEXPR_OP", "<<=" | ">>="):
            return _inside(left, name, right)
        case ("AEXPR_OP", "@>" | "<@" | "&&"):
            return _related(left, name, right)
        case ("AEXPR_OP", "^@"):
            return _ask(left, Matched((*exactly(text(right)), (MANY, True)), True))
        case ("AEXPR_OP" | "AEXPR_LIKE", "~~" | "!~~"):
            return _ask(left, Matched(pattern(right), name == "~~"))
        case ("AEXPR_OP_ANY" | "AEXPR_IN", "="):
            return _ask(left, Listed(constants(right), True))
        case ("AEXPR_OP_ALL" | "AEXPR_IN", "<>"):
            return _ask(left, Listed(constants(right), False))
        case ("AEXPR_DISTINCT", "="):
            return _ask(left, Distinct(constant(right)))
        case ("AEXPR_NOT_DISTINCT", "="):
            return Not(_ask(left, Distinct(constant(right))))
        case ("AEXPR_BETWEEN", "BETWEEN"):
            low, high = fields(node(right, "List")[1], "items")["items"]
            return And((_compared(left, ">=", low), _compared(left, "<=", high)))
        case (kind, _):
            raise UnreadableError(f"it holds the operator `{name}` ({kind})")


def _compared(left: Any, operator: Comparison, right: Any) -> Written:
    if is_constant(left):
        return _ask(right, Compared(_TURNED[operator], constant(left)))
    return _ask(left, Compared(operator, constant(right)))


def _inside(left: Any, operator: Literal["<<=", ">>="], right: Any) -> Written:
    network = constant(right)
    if not isinstance(network, Address):
        raise UnreadableError("it holds something else in the place of a network")
    return _ask(left, Inside(operator, network))


def _related(left: Any, operator: Literal["@>", "<@", "&&"], right: Any) -> Written:
    if operator == "<@" and node(right)[0] == "ColumnRef":
        if node(left)[0] != "ColumnRef" or _column(node(left)[1]) != _column(node(right)[1]):
            raise UnreadableError("it compares two columns")
        return _ask(left, Whole())
    texts = tuple(each for each in constants(right) if isinstance(each, str))
    if len(texts) != len(constants(right)):
        raise UnreadableError("it holds an array of something else than texts")
    return _ask(left, Related(operator, texts))


def _ask(tree: Any, test: Test) -> Written:
    kind, inner = node(tree)
    if kind == "TypeCast":
        of = fields(inner, "arg", "typeName")
        is_array = "arrayBounds" in of["typeName"]
        cast = type_name(of["typeName"], array=is_array) + ("[]" if is_array else "")
        return Ask(_column(node(of["arg"], "ColumnRef")[1]), cast, test)
    if kind != "ColumnRef":
        raise UnreadableError(f"it asks about {kind}, which is no column")
    return Ask(_column(inner), None, test)


def _column(inner: Any) -> str:
    parts = name_parts(fields(inner, "fields")["fields"])
    if len(parts) != 1:
        raise UnreadableError(f"it names `{'.'.join(parts)}` in the place of a column")
    return parts[0]


def _null(inner: Any) -> Written:
    of = fields(inner, "arg", "nulltesttype")
    kind, arg = node(of["arg"])
    is_column = kind == "ColumnRef" or (kind == "TypeCast" and node(arg["arg"])[0] == "ColumnRef")
    found = _ask(of["arg"], Missing()) if is_column else Unknown(_condition(of["arg"]))
    return found if of["nulltesttype"] == "IS_NULL" else Not(found)


def _settled(inner: Any) -> Written:
    of = fields(inner, "arg", "booltesttype")
    part = _condition(of["arg"])
    found: dict[str, Written] = {
        "IS_TRUE": Settled(part, True),
        "IS_FALSE": Settled(part, False),
        "IS_UNKNOWN": Unknown(part),
    }
    name = str(of["booltesttype"])
    return Not(found[name.replace("_NOT", "")]) if "_NOT" in name else found[name]


def _case(inner: Any) -> Written:
    of = fields(inner, "arg", "args", "defresult")
    branches = []
    for each in of["args"]:
        when = fields(node(each, "CaseWhen")[1], "expr", "result")
        test = _compared(of["arg"], "=", when["expr"]) if "arg" in of else _condition(when["expr"])
        branches.append((test, _condition(when["result"])))
    return Choice(tuple(branches), _condition(of["defresult"]) if "defresult" in of else Fixed(None))


def _first(inner: Any) -> Written:
    return First(tuple(_condition(each) for each in fields(inner, "args")["args"]))


def _select(inner: Any) -> Written:
    of = fields(inner, "subselect", subLinkType="EXPR_SUBLINK")
    select = node(of["subselect"], "SelectStmt")[1]
    targets = fields(select, "targetList", limitOption="LIMIT_OPTION_DEFAULT", op="SETOP_NONE")["targetList"]
    if len(targets) != 1:
        raise UnreadableError("it selects several values")
    return _call(node(fields(node(targets[0], "ResTarget")[1], "val", "name")["val"], "FuncCall")[1])


def _call(inner: Any) -> Written:
    of = fields(inner, "funcname", "args", funcformat="COERCE_EXPLICIT_CALL")
    match name_parts(of["funcname"]), of.get("args", ()):
        case (("recuse", "admitted"), ()):
            return Admitted()
        case (("recuse", "others"), [canaries]):
            return Others(tuple(sorted(str(each) for each in constants(canaries))))
        case (("recuse", "gate"), [role]):
            return Gate(text(role))
        case (name, _):
            raise UnreadableError(f"it calls `{'.'.join(name)}`")


def _bare(inner: Any) -> Written:
    return _ask({"ColumnRef": inner}, Compared("=", True))


_READERS: Final[dict[str, Callable[[Any], Written]]] = {
    "A_Const": _literal,
    "A_Expr": _operator,
    "BoolExpr": _bool,
    "BooleanTest": _settled,
    "CaseExpr": _case,
    "CoalesceExpr": _first,
    "ColumnRef": _bare,
    "FuncCall": _call,
    "NullTest": _null,
    "SubLink": _select,
    "TypeCast": _cast,
}
