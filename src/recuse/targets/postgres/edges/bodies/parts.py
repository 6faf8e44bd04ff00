"""Statements apart by what goes where: a change once for each column that it sets, a call for each of its arguments."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from recuse.targets.postgres.edges.bodies.calls import name_of, nodes

HANDED: Final = "handed"
"""In the tree of a call, which of its arguments it holds alone: the first is 1."""
_NOTHING: Final[Mapping[str, Any]] = {"A_Const": {"isnull": True}}


def split(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A change once for each column that it sets, a call once for each argument; any other statement as it is."""
    ((kind, inner),) = tree.items()
    call = _call(kind, inner)
    if kind == "UpdateStmt" and all("val" in each["ResTarget"] for each in inner["targetList"]):
        yield from ({kind: {**inner, "targetList": [each]}} for each in inner["targetList"])
    elif kind == "InsertStmt" and (parts := given(inner.get("selectStmt", {}).get("SelectStmt", {}))):
        columns = inner.get("cols") or [{"ResTarget": {"name": f"#{place}"}} for place in range(len(parts))]
        for column, select in zip(columns, parts, strict=False):
            yield {kind: {**inner, "cols": [column], "selectStmt": {"SelectStmt": select}}}
    elif call is not None:
        yield from (_with_call(kind, inner, each) for each in _by_argument(call))
    else:
        yield tree
        made = inner.get("into") or inner.get("intoClause")
        if made and made["rel"].get("relpersistence") != "t":  # what it makes stays, its columns in order
            query = inner.get("query") or {kind: {name: each for name, each in inner.items() if name != "intoClause"}}
            yield from split({"InsertStmt": {"relation": made["rel"], "selectStmt": query}})


def given(select: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A query once for each of its outputs; nothing where they cannot be told apart."""
    if "valuesLists" in select:
        rows = [row["List"]["items"] for row in select["valuesLists"]]
        return [{**select, "valuesLists": [{"List": {"items": list(items)}}]} for items in zip(*rows, strict=False)]
    targets = select.get("targetList", [])
    if select.get("op") != "SETOP_NONE" or any(_is_star(target) for target in targets):
        return []
    return [{**select, "targetList": [target]} for target in targets]


def _is_star(target: Mapping[str, Any]) -> bool:
    value = target["ResTarget"].get("val", {})
    return any("A_Star" in each for each in value.get("ColumnRef", {}).get("fields", [])) or "A_Indirection" in value


def _call(kind: str, inner: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The call that a statement is, where its arguments can be told apart: not of the server's functions."""
    match kind, inner:
        case "CallStmt", {"funccall": call}:
            pass
        case "SelectStmt", {"targetList": [{"ResTarget": {"val": {"FuncCall": call}}}]} if "intoClause" not in inner:
            pass
        case _:
            return None
    schema, name = name_of(call["funcname"])
    arguments = call.get("args", [])
    inside = {name_of(each["funcname"])[1] for found, each in nodes(arguments) if found == "FuncCall"}
    known = schema == "pg_catalog" or name.startswith("pg_") or name == "set_config"
    named = call.get("func_variadic") or any("NamedArgExpr" in each for each in arguments)
    return None if known or named or name in inside or not arguments else call


def _by_argument(call: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Without its arguments, and with each of them alone."""
    arguments = call["args"]
    yield {**call, "args": [_NOTHING] * len(arguments)}
    for place, argument in enumerate(arguments):
        alone = [argument if place == each else _NOTHING for each in range(len(arguments))]
        yield {**call, "args": alone, HANDED: place + 1}


def _with_call(kind: str, inner: Mapping[str, Any], call: Mapping[str, Any]) -> Mapping[str, Any]:
    if kind == "CallStmt":
        return {kind: {**inner, "funccall": call}}
    [target] = inner["targetList"]
    return {kind: {**inner, "targetList": [{"ResTarget": {**target["ResTarget"], "val": {"FuncCall": call}}}]}}
