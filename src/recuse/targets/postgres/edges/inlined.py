"""What a function that a row policy calls asks, in the place of the call: one query with the call's arguments. Pure.

A body is read where it is one query, or where a RETURN holds one; else the call says nothing about rows that fit.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recuse.targets.postgres.edges.fitting import nodes, query
from recuse.targets.postgres.reading.grammar import UnreadableError, statements

_ATOMIC: Final = re.compile(r"\bbegin\s+atomic\b(.*)\bend\b", re.IGNORECASE | re.DOTALL)
_RETURN: Final = re.compile(r"\breturn\s+(?:query\s+)?(.*?)\s*(?:;|$)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Names:
    """What names in a body mean: the schema and columns of a table named without its schema (None: not one table)."""

    schema_of: Callable[[str], str | None]
    columns_of: Callable[[str, str], Collection[str]]


def inlined(tree: Any, call: Mapping[str, Any], body: str, parameters: Sequence[str], names: Names) -> Iterator[Any]:
    """The body's query as a subquery, compared with what the call is compared with in `tree`."""
    select = _query_of(body)
    if select is None:
        return
    arguments = call.get("args", [])
    given = {f"${n}": argument for n, argument in enumerate(arguments, 1)} | dict(
        zip(parameters, arguments, strict=False)
    )
    filled = _filled(select, given, _own(select, names), names)
    compared = _compared(tree, call)
    if compared is None:
        yield {"SubLink": {"subLinkType": "EXISTS_SUBLINK", "subselect": {"SelectStmt": filled}}}
    else:
        yield {"SubLink": {"subLinkType": "ANY_SUBLINK", "subselect": {"SelectStmt": filled}, "testexpr": compared}}


def _query_of(body: str) -> Mapping[str, Any] | None:
    atomic = _ATOMIC.search(body)
    text = atomic[1] if atomic else body
    for attempt in (
        text,
        *(f"SELECT {found}" if found[:6].lower() != "select" else found for found in _RETURN.findall(text)),
    ):
        try:
            (kind, inner), *more = statements(attempt)
        except (UnreadableError, KeyError, ValueError):
            continue
        if kind == "SelectStmt" and not more:
            return inner
    return None


def _own(select: Any, names: Names) -> dict[str, str]:
    """By column, the alias of the table of the body that has it."""
    found: dict[str, str] = {}
    for kind, inner in nodes({"SelectStmt": select}):
        if kind == "RangeVar":
            schema = inner.get("schemaname") or names.schema_of(inner["relname"]) or ""
            alias = inner.get("alias", {}).get("aliasname", inner["relname"])
            found |= dict.fromkeys(names.columns_of(schema, inner["relname"]), alias)
    return found


def _filled(tree: Any, given: Mapping[str, Any], own: Mapping[str, str], names: Names) -> Any:
    """With arguments for parameters, tables named with their schema, and columns with their table."""
    if isinstance(tree, list):
        return [_filled(each, given, own, names) for each in tree]
    if not isinstance(tree, Mapping):
        return tree
    if "ParamRef" in tree:
        return given.get(f"${tree['ParamRef'].get('number', 0)}", tree)
    if "ColumnRef" in tree:
        parts = [each["String"]["sval"] for each in tree["ColumnRef"]["fields"] if "String" in each]
        if len(parts) == 1 and parts[0] in own:
            return {"ColumnRef": {"fields": [{"String": {"sval": own[parts[0]]}}, {"String": {"sval": parts[0]}}]}}
        return given.get(parts[-1], tree) if parts and parts[-1] not in own else tree
    if "RangeVar" in tree and "schemaname" not in tree["RangeVar"]:
        schema = names.schema_of(tree["RangeVar"]["relname"])
        return {"RangeVar": {**tree["RangeVar"], **({"schemaname": schema} if schema else {})}}
    return {name: _filled(value, given, own, names) for name, value in tree.items()}


def _compared(tree: Any, call: Mapping[str, Any]) -> Any:
    """The other side of the comparison that holds the call, if any."""
    for kind, inner in nodes(tree):
        if kind == "A_Expr" and "lexpr" in inner and "rexpr" in inner:
            for side, other in ((inner["lexpr"], inner["rexpr"]), (inner["rexpr"], inner["lexpr"])):
                if any(found is call for _, found in nodes(side)):
                    return other
        if kind == "SubLink" and "testexpr" in inner and any(f is call for _, f in nodes({"SelectStmt": query(inner)})):
            return inner["testexpr"]
    return None
