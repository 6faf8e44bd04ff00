"""What PL/pgSQL puts into variables of other types: a text that is none of that type shows in the error."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pgparse

from recuse.targets.postgres.edges.bodies.calls import nodes
from recuse.targets.postgres.edges.bodies.statement import within
from recuse.targets.postgres.edges.bodies.uses import TOLD, Uses

_TEXTS: Final = ("text", "varchar", "character", "bpchar", "char", "name", "citext", "record")


def converted(function: Mapping[str, Any]) -> Iterator[tuple[int, Uses]]:
    """The columns that are put as they are into a variable that holds no text, by their expression's identity."""
    for kind, inner in nodes(function["action"]):
        if kind == "PLpgSQL_stmt_assign":
            expression, numbers = inner["expr"]["PLpgSQL_expr"], [inner.get("varno", 0)]
        elif kind in {"PLpgSQL_stmt_execsql", "PLpgSQL_stmt_fors"}:
            expression = (inner.get("sqlstmt") or inner["query"])["PLpgSQL_expr"]
            into = inner.get("target") or inner.get("var") or {}
            numbers = [each.get("varno", 0) for each in into.get("PLpgSQL_row", {}).get("fields", [])]
        else:
            continue
        typed = [_holds_no_text(function["datums"][number]) for number in numbers]
        if any(typed):
            texts = {each["PLpgSQL_var"]["refname"] for each in function["datums"]
                     if "PLpgSQL_var" in each and not _holds_no_text(each)}  # fmt: skip
            yield from ((id(expression), uses) for uses in _taken(expression["query"], typed, texts))


def _taken(text: str, typed: list[bool], texts: set[str]) -> Iterator[Uses]:
    query = text if text.lstrip().lower().startswith(("select", "with")) else f"SELECT {text.partition(':=')[2]}"
    try:
        [tree] = [each["stmt"] for each in pgparse.parse(query)]
    except (pgparse.PGQueryError, ValueError):
        return  # told as not understood
    for target, holds in zip(tree.get("SelectStmt", {}).get("targetList", []), typed, strict=False):
        value, inside = target["ResTarget"].get("val", {}), tree
        while "SubLink" in value and "targetList" in (found := value["SubLink"]["subselect"]["SelectStmt"]):
            value, inside = found["targetList"][0]["ResTarget"]["val"], {"SelectStmt": found}
        if holds and "ColumnRef" in value:
            used = within(inside, value)
            variables = frozenset(each for each in used.fields if each[0] in texts)
            yield Uses(taken=used.reads)
            if variables:
                yield Uses(fields=variables, value_fields=variables, into=frozenset({TOLD}))


def _holds_no_text(datum: Mapping[str, Any]) -> bool:
    name = datum.get("PLpgSQL_var", {}).get("datatype", {}).get("PLpgSQL_type", {}).get("typname", "record")
    plain = name.lower().replace('"', "").removeprefix("pg_catalog.")
    return "%" not in plain and not plain.startswith(_TEXTS)
