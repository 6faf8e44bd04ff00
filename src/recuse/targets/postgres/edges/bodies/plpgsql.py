"""Bodies in PL/pgSQL, by its own grammar: the SQL in them, and what they do beside it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pgparse

from recuse.targets.postgres.edges.bodies.calls import nodes
from recuse.targets.postgres.edges.bodies.changes import statement_uses
from recuse.targets.postgres.edges.bodies.dynamic import put_together
from recuse.targets.postgres.edges.bodies.handlers import ANY, caught, silent
from recuse.targets.postgres.edges.bodies.typed import converted
from recuse.targets.postgres.edges.bodies.uses import WHOLE, Body, Uses, union

_NOT_KNOWN: Final = re.compile(r'"([^".]+)\.[^"]*" is not a known variable')
_DECLARED: Final = (
    r"(?is)(\bDECLARE\b(?:(?!\bBEGIN\b).)*?\b{}\s+(?:CONSTANT\s+)?)((?:[\w$\"]+\.)*[\w$\"]+(?:%ROWTYPE)?)"
    r"(?=\s*(?:;|:=|=|\bDEFAULT\b|\bNOT\b))"
)
_ASSIGNED: Final = re.compile(r"\s*([\w$\"]+(?:\.[\w$\"]+)*)\s*((?:\[[\w$\s.+*-]*\])*)\s*:?=(.*)", re.DOTALL)
_CONSTANT: Final = re.compile(r"(?i)\s*(true|false|null|[\d.]+|'[^']*'|\w+\(\)|)\s*")
_OPEN: Final = "it runs SQL that it puts together"
_EXPRESSIONS: Final = {0: "", 2: "SELECT "}  # plpgsql's RawParseMode
_ROWS: Final = frozenset({"old", "new"})
_PASSING: Final = frozenset({
    "PLpgSQL_stmt_execsql", "PLpgSQL_stmt_perform", "PLpgSQL_stmt_call", "PLpgSQL_stmt_raise", "PLpgSQL_stmt_assert",
    "PLpgSQL_stmt_return", "PLpgSQL_stmt_return_next", "PLpgSQL_stmt_return_query",
})  # fmt: skip
_GIVEN: Final = frozenset({"found", *_ROWS})
_RAISES: Final = frozenset({"PLpgSQL_stmt_raise", "PLpgSQL_stmt_assert"})
_RETURNS: Final = frozenset({"PLpgSQL_stmt_return", "PLpgSQL_stmt_return_next", "PLpgSQL_stmt_return_query"})
_DYNAMIC: Final = frozenset({"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"})
_PLAIN: Final = frozenset({
    "PLpgSQL_stmt_block", "PLpgSQL_stmt_assign", "PLpgSQL_stmt_if", "PLpgSQL_stmt_case", "PLpgSQL_stmt_loop",
    "PLpgSQL_stmt_while", "PLpgSQL_stmt_fori", "PLpgSQL_stmt_fors", "PLpgSQL_stmt_forc", "PLpgSQL_stmt_foreach_a",
    "PLpgSQL_stmt_exit", "PLpgSQL_stmt_raise", "PLpgSQL_stmt_assert", "PLpgSQL_stmt_execsql", "PLpgSQL_stmt_getdiag",
    "PLpgSQL_stmt_open", "PLpgSQL_stmt_fetch", "PLpgSQL_stmt_close", "PLpgSQL_stmt_perform", "PLpgSQL_stmt_call",
    "PLpgSQL_stmt_commit", "PLpgSQL_stmt_rollback", *_RETURNS, *_DYNAMIC,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of SQL in a body; `into` are the variables that take its row, `kept` whether one takes anything of it.

    `fills` are the columns of the row that fires a trigger which it sets; `values` are expressions put into it; `place`
    is its expression's identity in the tree.
    """

    text: str
    kept: bool
    into: frozenset[str] = frozenset()
    fills: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    place: int = 0


def plpgsql_body(definition: str, *, returns: bool, outputs: bool) -> Body:
    """The body of a function, out of its CREATE FUNCTION; unknown where it is not understood.

    `outputs` says that it has output parameters, which it gives without a RETURN.
    """
    try:
        [function] = _parsed(definition)
        found = function["PLpgSQL_function"]
        kinds = list(_statements(found["action"]))
        pieces = list(_pieces(found))
    except (pgparse.PGQueryError, ValueError, KeyError) as error:
        return Body((Uses(unknown=f"it is not understood ({error})"),), returns)
    strange = [kind for kind, _ in kinds if kind not in _PLAIN]
    dynamic = next(
        (_OPEN for kind, inner in kinds if _dynamic(kind, inner) and _put_together(kind, inner) is None), None
    )
    unknown = dynamic or (f"it holds a statement that is not understood ({strange[0]})" if strange else None)
    raised = [inner for kind, inner in kinds if kind in _RAISES]
    shown = _pieces([_shown(inner) for inner in raised])
    taken = caught(found)
    traced = [(piece, [silent(uses, taken[piece.place]) for uses in each] if piece.place in taken else each)
              for piece, each in _uses(pieces)]  # fmt: skip
    return Body(
        (
            *(uses for _, each in traced for uses in each),
            *_declared_types(found),
            *(uses for place, uses in converted(found) if not taken.get(place, frozenset()) & ANY),
            Uses(unknown=unknown),
        ),
        returns and (outputs or _returns_something(kinds)),
        tells=bool(raised) or _leaves_open(kinds),
        shown=tuple(uses for piece in shown for uses in statement_uses(piece.text)),
        variables=frozenset(name for name in _names(found) if name not in _GIVEN),
        kept=tuple(uses for piece, each in traced if piece.kept for uses in each),
        changes_row=_changes_row(found, kinds),
        filled=tuple((column, uses) for piece, each in traced for uses in each for column in piece.fills),
    )


def _parsed(definition: str) -> Any:
    """The grammar knows no fields of a variable whose type it cannot look up; as a record it does."""
    for _ in range(20):
        try:
            return pgparse.parse_pgsql(definition)
        except pgparse.PGQueryError as error:
            variable = _NOT_KNOWN.search(error.message)
            if variable is None:
                raise
            typed = re.compile(_DECLARED.format(re.escape(variable[1])))
            definition, count = typed.subn(r"\1record", definition, count=1)
            if count == 0:
                raise
    raise ValueError("too many variables")


def _statements(tree: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every statement of a body."""
    for kind, inner in nodes(tree):
        if kind.startswith("PLpgSQL_stmt"):
            yield kind, inner


def _pieces(function: Any) -> Iterator[_Piece]:
    """Every piece of SQL, also those of declarations; ValueError for one of a kind that is not known."""
    taken: set[int] = set()
    passing: set[int] = set()
    for kind, inner in nodes(function):
        if kind in _PASSING and "target" not in inner:
            passing |= {id(each) for found, each in nodes(inner) if found == "PLpgSQL_expr"}
        if _dynamic(kind, inner) and (text := _put_together(kind, inner)) is not None:
            given = [each["PLpgSQL_expr"]["query"] for each in (_dynamic(kind, inner), *inner.get("params", []))]
            into = inner.get("target") or inner.get("var") or {}
            kept = kind != "PLpgSQL_stmt_return_query" and ("target" in inner or kind != "PLpgSQL_stmt_dynexecute")
            yield _Piece(text, kept, _variables(into), _fills(function, into), (*map(_selected, given),),
                         id(_dynamic(kind, inner)["PLpgSQL_expr"]))  # fmt: skip
        if kind == "PLpgSQL_stmt_return" and _returned(inner) in {"new", "old", "null"}:
            taken |= {id(inner.get("expr", {}).get("PLpgSQL_expr"))}
        if kind in {"PLpgSQL_stmt_execsql", "PLpgSQL_stmt_fors"}:
            expression = (inner.get("sqlstmt") or inner["query"])["PLpgSQL_expr"]
            taken.add(id(expression))
            into = inner.get("target") or inner.get("var") or {}
            fills = _fills(function, into)
            yield _Piece(_sql(expression), id(expression) not in passing, _variables(into), fills, (), id(expression))
        elif kind == "PLpgSQL_stmt_assign" and (fills := _fields(function, [inner.get("varno")])):
            taken.add(id(inner["expr"]["PLpgSQL_expr"]))
            expression = inner["expr"]["PLpgSQL_expr"]
            yield _Piece(_sql(expression), True, fills=fills, place=id(expression))
        elif kind == "PLpgSQL_expr" and id(inner) not in taken:
            yield _Piece(_sql(inner), id(inner) not in passing, place=id(inner))


def _selected(expression: str) -> str:
    return f"SELECT {expression}"


def _dynamic(kind: str, inner: Mapping[str, Any]) -> Any:
    """The expression of the SQL that a statement puts together, if it does."""
    return inner.get("query") if kind in _DYNAMIC else inner.get("dynquery")


def _put_together(kind: str, inner: Mapping[str, Any]) -> str | None:
    return put_together(_dynamic(kind, inner)["PLpgSQL_expr"]["query"])


def _fills(function: Mapping[str, Any], target: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of NEW among variables that take a row."""
    return _fields(function, [each.get("varno") for each in target.get("PLpgSQL_row", {}).get("fields", [])])


def _fields(function: Mapping[str, Any], numbers: Iterable[Any]) -> tuple[str, ...]:
    new = function.get("new_varno")
    fields = {
        number: datum["PLpgSQL_recfield"]["fieldname"] for number, datum in enumerate(function["datums"])
        if new is not None and datum.get("PLpgSQL_recfield", {}).get("recparentno") == new
    }  # fmt: skip
    return tuple(fields[number] for number in numbers if number in fields)


def _sql(expression: Mapping[str, Any]) -> str:
    """The text as a statement; an assignment is what is assigned."""
    text, mode = expression["query"], expression["parseMode"]
    if mode in _EXPRESSIONS:
        return str(_EXPRESSIONS[mode] + text)
    assigned = _ASSIGNED.match(text)
    if assigned is None:
        raise ValueError(f"an assignment to {text[:20]}")
    return f"SELECT {assigned[3]}"


def _variables(target: Mapping[str, Any]) -> frozenset[str]:
    """The names of variables that take a whole row."""
    if "PLpgSQL_rec" in target:
        return frozenset({target["PLpgSQL_rec"]["refname"]})
    named = [each["name"] for each in target.get("PLpgSQL_row", {}).get("fields", []) if "name" in each]
    return frozenset(named) if len(named) == 1 else frozenset()


def _uses(pieces: list[_Piece]) -> list[tuple[_Piece, list[Uses]]]:
    """What each piece uses. Of `SELECT * INTO v` only what `v` is asked for counts, unless it is used as a whole."""
    plain = [(piece, _with_values(piece, statement_uses(piece.text))) for piece in pieces]
    used = union(uses for _, each in plain for uses in each).fields
    found = []
    for piece, uses in plain:
        asked = {column for variable, column in used if variable in piece.into}
        whole = not piece.into or WHOLE in asked or piece.into & _ROWS
        found.append((piece, uses if whole else _with_values(piece, statement_uses(piece.text, frozenset(asked)))))
    return found


def _with_values(piece: _Piece, found: list[Uses]) -> list[Uses]:
    """With the values that are put in, which may stand in any place."""
    given = union(uses for text in piece.values for uses in statement_uses(text))
    return [_put_in(uses, given) for uses in found] if piece.values else found


def _put_in(uses: Uses, given: Uses) -> Uses:
    changes = {replace(one, values=tuple((column, value | given) for column, value in one.values))
               for one in uses.changes}  # fmt: skip
    return replace(uses, changes=frozenset(changes)) if changes else uses | given


def _declared_types(function: Mapping[str, Any]) -> list[Uses]:
    """The types of declared variables: those without a line are parameters, whose types are known by number."""
    found = [
        inner["datatype"]["PLpgSQL_type"]["typname"]
        for kind, inner in nodes(function["datums"])
        if kind == "PLpgSQL_var" and "lineno" in inner and "datatype" in inner
    ]
    names = [re.sub(r"(?i)%(row)?type.*", "", name).strip() for name in found]
    plain = [name for name in dict.fromkeys(names) if "." not in name]
    return [uses for name in plain for uses in statement_uses(f"SELECT NULL::{name}")]


def _returns_something(kinds: list[tuple[str, Mapping[str, Any]]]) -> bool:
    """Whether what is returned may depend on what is read: not with one RETURN of a constant and nothing else."""
    given = [(kind, inner) for kind, inner in kinds if kind in _RETURNS]
    if len(given) != 1 or given[0][0] != "PLpgSQL_stmt_return" or "expr" not in given[0][1]:
        return bool(given)
    return _CONSTANT.fullmatch(given[0][1]["expr"]["PLpgSQL_expr"]["query"]) is None


def _leaves_open(kinds: list[tuple[str, Mapping[str, Any]]]) -> bool:
    """Whether a cursor outlives the function: the caller finds its name in pg_cursors, and fetches from it."""
    found = {kind for kind, _ in kinds}
    return "PLpgSQL_stmt_open" in found and "PLpgSQL_stmt_close" not in found


def _shown(raised: Mapping[str, Any]) -> Any:
    """What of a RAISE or ASSERT is shown: every level reaches the client, which sets what it wants to see."""
    return {field: inner for field, inner in raised.items() if field != "cond"}


def _names(function: Mapping[str, Any]) -> Iterator[str]:
    return (each["refname"] for datum in function["datums"] for each in datum.values() if "refname" in each)


def _changes_row(function: Mapping[str, Any], kinds: list[tuple[str, Mapping[str, Any]]]) -> bool:
    """Whether a trigger gives back another row than it was given: NEW is assigned, or something else is returned."""
    rows = {
        number for number, datum in enumerate(function["datums"]) for each in datum.values()
        if each.get("refname") in _ROWS or each.get("recparentno") in _row_numbers(function)
    }  # fmt: skip
    assigned = {inner.get("varno") for kind, inner in kinds if kind == "PLpgSQL_stmt_assign"}
    into = {
        each.get("varno")
        for _, inner in kinds
        for each in inner.get("target", {}).get("PLpgSQL_row", {}).get("fields", [])
    }
    taken = any(_variables(inner.get("target", {})) & _ROWS for _, inner in kinds)
    other = any(
        _returned(inner) not in {"new", "old", "null", ""} for kind, inner in kinds if kind == "PLpgSQL_stmt_return"
    )
    return bool(rows & (assigned | into)) or taken or other


def _returned(inner: Mapping[str, Any]) -> str:
    """What a RETURN gives, as it is written; nothing where it gives nothing."""
    return str(inner.get("expr", {}).get("PLpgSQL_expr", {}).get("query", "")).strip().lower()


def _row_numbers(function: Mapping[str, Any]) -> set[int]:
    return {
        number
        for number, datum in enumerate(function["datums"])
        for each in datum.values()
        if each.get("refname") in _ROWS
    }
