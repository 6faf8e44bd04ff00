"""Rows of the support schema that a plan adds or deletes: registered accounts and declarations."""

from collections.abc import Iterator, Mapping
from typing import Any

from recuse.compiler.proof.said import DeclaresNothing, MayDeclare, Registered, Said
from recuse.targets.postgres.reading.constants import constant
from recuse.targets.postgres.reading.grammar import UnreadableError, fields, name_parts, node, table_name


def insert(inner: Any) -> Iterator[Said]:
    """What an INSERT adds, whatever was there before."""
    of = fields(inner, "relation", "cols", "selectStmt", "onConflictClause", override="OVERRIDING_NOT_SET")
    columns = tuple(fields(node(each, "ResTarget")[1], "name")["name"] for each in of["cols"])
    select = node(of["selectStmt"], "SelectStmt")[1]
    rows = fields(select, "valuesLists", limitOption="LIMIT_OPTION_DEFAULT", op="SETOP_NONE")["valuesLists"]
    _check_conflict(of["onConflictClause"], columns)
    for row in rows:
        values = tuple(map(constant, fields(node(row, "List")[1], "items")["items"]))
        yield _row(table_name(of["relation"]), dict(zip(columns, values, strict=True)))


def _row(table: str, values: Mapping[str, Any]) -> Said:
    match table, tuple(values):
        case ("recuse.account", ("login", "login_oid", "active", "gateway")):
            return Registered(str(values["login"]), values["active"] is True)
        case ("recuse.declaration", ("login", "purpose", "authority", "agreement", "class_role")):
            login, purpose, authority, agreement, role = map(str, values.values())
            return MayDeclare(login, purpose, authority, agreement, role)
        case _:
            raise UnreadableError(f"it adds rows to `{table}`")


def _check_conflict(clause: Any, columns: tuple[str, ...]) -> None:
    """The new row's values replace the old one's: each column that is set takes the value of the same name."""
    of = fields(clause, "infer", "targetList", action="ONCONFLICT_UPDATE")
    for each in of["targetList"]:
        target = fields(node(each, "ResTarget")[1], "name", "val")
        if name_parts(node(target["val"], "ColumnRef")[1]["fields"]) != ("excluded", target["name"]):
            raise UnreadableError("it keeps something of a row that was there")
    keys = {node(each, "IndexElem")[1].get("name") for each in of["infer"]["indexElems"]}
    if keys | {node(each, "ResTarget")[1]["name"] for each in of["targetList"]} != set(columns):
        raise UnreadableError("it keeps something of a row that was there")


def delete(inner: Any) -> Iterator[Said]:
    """What a DELETE takes away."""
    of = fields(inner, "relation", "whereClause")
    table, found = table_name(of["relation"]), dict(_equalities(of["whereClause"]))
    match table, tuple(found):
        case ("recuse.account", ("login",)):
            yield Registered(found["login"], active=False)
        case ("recuse.declaration", ("login",)):
            yield DeclaresNothing(found["login"])
        case ("recuse.declaration", ("login", "purpose", "authority", "agreement")):
            yield MayDeclare(found["login"], found["purpose"], found["authority"], found["agreement"], None)
        case _:
            raise UnreadableError(f"it deletes rows of `{table}`")


def _equalities(tree: Any) -> Iterator[tuple[str, str]]:
    kind, inner = node(tree)
    if kind == "BoolExpr" and inner["boolop"] == "AND_EXPR":
        for each in inner["args"]:
            yield from _equalities(each)
        return
    of = fields(node(tree, "A_Expr")[1], "lexpr", "rexpr", kind="AEXPR_OP", name=[{"String": {"sval": "="}}])
    (column,) = name_parts(node(of["lexpr"], "ColumnRef")[1]["fields"])
    yield column, str(constant(of["rexpr"]))
