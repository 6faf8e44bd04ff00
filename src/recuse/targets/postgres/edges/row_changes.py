"""What puts a row into the sight of a row policy: changes of the row itself that its reader can make or cause.

They come by a grant, by a foreign key that acts as the table's owner, through a view, through a definer function.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from recuse.targets.postgres.edges.fitting import Value, constant, nodes, quoted, value_of
from recuse.targets.postgres.reading.grammar import name_parts

Given = str
"""What a change makes of a column: `null`, `=` and a constant, or nothing where the caller says."""

_NULL: Final = "null"
_TRUE: Final = frozenset({"true", "t", "1", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Way:
    """How a column of a table is changed from `source`; `direct`: under the row policies of UPDATE, by oneself.

    `attempt` is the statement, to be ended by the value where the caller says it.
    """

    source: str
    table: str
    column: str
    given: Given
    direct: bool
    kind: str
    reason: str
    usage: str | None
    attempt: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """What a definer function does to a table: to a column, unless it deletes."""

    source: str
    verb: str
    table: str
    column: str
    given: Given
    owner: str
    title: str
    attempt: str | None


def changed_to(table: str, column: str, given: Given) -> str:
    """The name of such a change."""
    return f"{table}.{column}{'/' if given else ''}{given}"


def fits(tree: Any, column: str, given: Given, *, positive: bool) -> Value | None:
    """The value of the column with which an atom about it may be true, where a change can give it; None otherwise."""
    tests = [inner for kind, inner in nodes(tree) if kind == "NullTest" and _is(inner["arg"], column)]
    if given == _NULL:
        null = any((test["nulltesttype"] == "IS_NULL") == positive for test in tests)
        return Value("NULL") if null or _takes_null(tree) else None
    if tests and positive and tests[0]["nulltesttype"] == "IS_NULL":
        return None if given else Value("NULL")
    other = next(_compared(tree, column), None)
    wanted = constant(other) if other is not None and "A_Const" in str(other) else None
    if _is(tree, column):
        wanted = "true" if positive else "false"
    if given and wanted is not None:
        same = given[1:] == wanted or (wanted == "true" and given[1:].lower() in _TRUE)
        return Value(given) if same == (positive or _is(tree, column)) else None
    return _value_of(other, wanted)


def _compared(tree: Any, column: str) -> Iterator[Any]:
    """What a column of the row is compared with for equality."""
    for kind, inner in nodes(tree):
        if kind == "A_Expr" and "lexpr" in inner and name_parts(inner["name"])[-1] == "=":
            for side, other in ((inner["lexpr"], inner["rexpr"]), (inner["rexpr"], inner["lexpr"])):
                if _is(side, column) and isinstance(other, Mapping):
                    yield other


def _value_of(other: Any, wanted: str | None) -> Value:
    if wanted is not None:
        return Value(quoted(wanted))
    return (other is not None and value_of(other)) or Value("DEFAULT")


def _takes_null(tree: Any) -> bool:
    return any(kind == "CoalesceExpr" for kind, _ in nodes(tree))


def own_columns(tree: Any, table: str) -> Iterator[str]:
    """The columns of the row itself that an atom asks about: unqualified, or inside a subquery by the table's name."""
    inside = {inner.get("alias", {}).get("aliasname", inner["relname"]) for k, inner in nodes(tree) if k == "RangeVar"}
    name = table.rpartition(".")[2].strip('"')
    for kind, inner in nodes(tree):
        if kind == "ColumnRef":
            parts = [each["String"]["sval"] for each in inner["fields"] if "String" in each]
            if len(parts) == 1 or (parts and parts[-2] == name and name not in inside):
                yield parts[-1]


def _is(tree: Any, column: str) -> bool:
    if not isinstance(tree, Mapping):
        return False
    ((kind, inner),) = tree.items()
    if kind == "TypeCast":
        return _is(inner["arg"], column)
    return bool(kind == "ColumnRef" and inner["fields"][-1].get("String", {}).get("sval") == column)
