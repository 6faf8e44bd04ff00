"""The SQL in a body of PL/pgSQL, piece by piece, each with the variables that take what it gives."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from recuse.targets.postgres.edges.bodies.calls import nodes
from recuse.targets.postgres.edges.bodies.dynamic import put_together
from recuse.targets.postgres.edges.bodies.uses import ERROR, ROWS, WHOLE, Uses

_ASSIGNED: Final = re.compile(r"\s*([\w$\"]+(?:\.[\w$\"]+)*)\s*((?:\[[\w$\s.+*-]*\])*)\s*:?=(.*)", re.DOTALL)
_EXPRESSIONS: Final = {0: "", 2: "SELECT "}  # plpgsql's RawParseMode
_DYNAMIC: Final = frozenset({"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"})
_PASSING: Final = frozenset({
    "PLpgSQL_stmt_execsql", "PLpgSQL_stmt_perform", "PLpgSQL_stmt_raise", "PLpgSQL_stmt_assert",
    "PLpgSQL_stmt_return", "PLpgSQL_stmt_return_next", "PLpgSQL_stmt_return_query", "PLpgSQL_stmt_dynexecute",
})  # fmt: skip
_DECIDING: Final = frozenset({"PLpgSQL_stmt_if", "PLpgSQL_if_elsif", "PLpgSQL_stmt_while", "PLpgSQL_stmt_exit",
                              "PLpgSQL_stmt_case", "PLpgSQL_case_when"})  # fmt: skip
_ANY: Final = frozenset({WHOLE})


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of SQL in a body; `into` are the variables that take what it gives.

    `row` says that they take its row as it is, `decides` that it only says what runs; `values` are expressions put into
    it; `place` is its expression's identity in the tree.
    """

    text: str
    into: frozenset[str]
    row: bool = False
    decides: bool = False
    values: tuple[str, ...] = ()
    place: int = 0


def pieces(function: Any) -> Iterator[Piece]:
    """Every piece of SQL, also those of declarations; ValueError for one of a kind that is not known."""
    taking = dict(_taking(function))
    deciding = {
        id(each) for kind, inner in nodes(function) if kind in _DECIDING
        for name, each in _expressions(inner) if name != "message"
    }  # fmt: skip
    whole = {
        id((inner.get("sqlstmt") or inner["query"])["PLpgSQL_expr"])
        for kind, inner in nodes(function)
        if kind in {"PLpgSQL_stmt_execsql", "PLpgSQL_stmt_fors"}
    }
    left_out = {
        id(inner.get("expr", {}).get("PLpgSQL_expr"))
        for kind, inner in nodes(function)
        if kind == "PLpgSQL_stmt_return" and returned(inner) in {"new", "old", "null"}
    }
    for kind, inner in nodes(function):
        if (query := dynamic(kind, inner)) and (text := put_together(query["PLpgSQL_expr"]["query"])) is not None:
            given = [each["PLpgSQL_expr"]["query"] for each in (query, *inner.get("params", []))]
            place = id(query["PLpgSQL_expr"])
            into = taking.get(place, frozenset())
            row = kind in _DYNAMIC and len(into) == 1
            yield Piece(text, into, row, values=(*map("SELECT {}".format, given),), place=place)
        if kind == "PLpgSQL_expr" and id(inner) not in left_out:
            into = taking.get(id(inner), _ANY)
            text = _sql(inner)
            row = id(inner) in whole and len(into) == 1
            yield Piece(text, into, row, id(inner) in deciding, place=id(inner))


def _expressions(inner: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The expressions that a statement has of its own."""
    return ((name, each["PLpgSQL_expr"]) for name, each in inner.items()
            if isinstance(each, dict) and "PLpgSQL_expr" in each)  # fmt: skip


def _taking(function: Mapping[str, Any]) -> Iterator[tuple[int, frozenset[str]]]:
    """By expression, the variables that take what it gives; an expression that is not here may give to any."""
    for kind, inner in nodes(function):
        into = _targets(function, kind, inner)
        if into is not None:
            found = [each for _, each in _expressions(inner)]
            found += [each["PLpgSQL_expr"] for each in inner.get("params", [])]
            found += [each["PLpgSQL_raise_option"]["expr"]["PLpgSQL_expr"] for each in inner.get("options", [])]
            yield from ((id(each), into) for each in found)


def _targets(function: Mapping[str, Any], kind: str, inner: Mapping[str, Any]) -> frozenset[str] | None:
    """The variables that take what the expressions of a statement give; None where that may be any."""
    match kind:
        case "PLpgSQL_var":
            return frozenset({inner["refname"]})
        case "PLpgSQL_stmt_assign" | "PLpgSQL_stmt_foreach_a":
            return _named(function, [inner.get("varno", 0)])
        case "PLpgSQL_stmt_open" | "PLpgSQL_stmt_forc":
            return _named(function, [inner.get("curvar", 0)])
        case "PLpgSQL_stmt_fors" | "PLpgSQL_stmt_dynfors" | "PLpgSQL_stmt_fori":
            return target_of(function, inner["var"])
        case _ if "target" in inner and kind.startswith("PLpgSQL_stmt"):
            return target_of(function, inner["target"])
        case _:
            return frozenset() if kind in _PASSING else None


def target_of(function: Mapping[str, Any], target: Mapping[str, Any]) -> frozenset[str]:
    """The names of what takes a row: a record, or variables one by one."""
    if "PLpgSQL_row" in target:
        return _named(function, [each.get("varno", 0) for each in target["PLpgSQL_row"].get("fields", [])])
    return frozenset(each["refname"] for each in target.values())


def _named(function: Mapping[str, Any], numbers: Iterable[int]) -> frozenset[str]:
    """Variables by number; a field of the row that fires by itself, of another record as that record."""
    found = set()
    for number in numbers:
        [datum] = function["datums"][number].values()
        if "recparentno" in datum:
            [row] = function["datums"][datum["recparentno"]].values()
            found.add(f"{row['refname']}.{datum['fieldname']}" if row["refname"] in ROWS else row["refname"])
        else:
            found.add(datum["refname"])
    return frozenset(found)


def fetched(function: Mapping[str, Any]) -> Iterator[Uses]:
    """What variables take of cursors, and of errors."""
    for kind, inner in nodes(function):
        if kind in {"PLpgSQL_stmt_fetch", "PLpgSQL_stmt_forc"}:
            [cursor] = _named(function, [inner.get("curvar", 0)])
            target = inner.get("target") or inner.get("var")
            yield from _taken(cursor, target_of(function, target) if target else frozenset())
        elif kind == "PLpgSQL_stmt_getdiag" and inner.get("is_stacked"):
            items = [each["PLpgSQL_diag_item"].get("target", 0) for each in inner["diag_items"]]
            yield from _taken(ERROR, _named(function, items))


def _taken(carrier: str, into: frozenset[str]) -> Iterator[Uses]:
    fields = frozenset({(carrier, WHOLE)})
    yield Uses(fields=fields, value_fields=fields, into=into)


def dynamic(kind: str, inner: Mapping[str, Any]) -> Any:
    """The expression of the SQL that a statement puts together, if it does."""
    return inner.get("query") if kind in _DYNAMIC else inner.get("dynquery")


def returned(inner: Mapping[str, Any]) -> str:
    """What a RETURN gives, as it is written; nothing where it gives nothing."""
    return str(inner.get("expr", {}).get("PLpgSQL_expr", {}).get("query", "")).strip().lower()


def _sql(expression: Mapping[str, Any]) -> str:
    """The text as a statement; an assignment is what is assigned."""
    text, mode = expression["query"], expression["parseMode"]
    if mode in _EXPRESSIONS:
        return str(_EXPRESSIONS[mode] + text)
    assigned = _ASSIGNED.match(text)
    if assigned is None:
        raise ValueError(f"an assignment to {text[:20]}")
    return f"SELECT {assigned[3]}"
