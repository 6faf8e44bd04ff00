"""Bodies in PL/pgSQL, by its own grammar: the SQL in them, and what they do beside it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pgparse

from recuse.targets.postgres.edges.bodies.calls import nodes
from recuse.targets.postgres.edges.bodies.changes import statement_uses
from recuse.targets.postgres.edges.bodies.declared import aliases, records, renamed
from recuse.targets.postgres.edges.bodies.dynamic import put_together
from recuse.targets.postgres.edges.bodies.handlers import ANY, caught, silent
from recuse.targets.postgres.edges.bodies.pieces import Piece, dynamic, fetched, pieces, returned
from recuse.targets.postgres.edges.bodies.typed import converted
from recuse.targets.postgres.edges.bodies.uses import ERROR, ROWS, WHOLE, Body, Uses, union

_NOT_KNOWN: Final = re.compile(r'"([^".]+)\.[^"]*" is not a known variable')
_DECLARED: Final = (
    r"(?is)(\bDECLARE\b(?:(?!\bBEGIN\b).)*?\b{}\s+(?:CONSTANT\s+)?)((?:[\w$\"]+\.)*[\w$\"]+(?:%ROWTYPE)?)"
    r"(?=\s*(?:;|:=|=|\bDEFAULT\b|\bNOT\b))"
)
_CONSTANT: Final = re.compile(r"(?i)\s*(true|false|null|[\d.]+|'[^']*'|(now|clock_timestamp|random)\(\)|)\s*")
_OPEN: Final = "it runs SQL that it puts together"
_NOTHING_GIVEN: Final[Mapping[str, Any]] = {"values": frozenset(), "value_fields": frozenset()}
_GIVEN: Final = frozenset({"found", *ROWS})
_RAISES: Final = frozenset({"PLpgSQL_stmt_raise", "PLpgSQL_stmt_assert"})
_RETURNS: Final = frozenset({"PLpgSQL_stmt_return", "PLpgSQL_stmt_return_next", "PLpgSQL_stmt_return_query"})
_PLAIN: Final = frozenset({
    "PLpgSQL_stmt_block", "PLpgSQL_stmt_assign", "PLpgSQL_stmt_if", "PLpgSQL_stmt_case", "PLpgSQL_stmt_loop",
    "PLpgSQL_stmt_while", "PLpgSQL_stmt_fori", "PLpgSQL_stmt_fors", "PLpgSQL_stmt_forc", "PLpgSQL_stmt_foreach_a",
    "PLpgSQL_stmt_exit", "PLpgSQL_stmt_raise", "PLpgSQL_stmt_assert", "PLpgSQL_stmt_execsql", "PLpgSQL_stmt_getdiag",
    "PLpgSQL_stmt_open", "PLpgSQL_stmt_fetch", "PLpgSQL_stmt_close", "PLpgSQL_stmt_perform", "PLpgSQL_stmt_call",
    "PLpgSQL_stmt_commit", "PLpgSQL_stmt_rollback", *_RETURNS, "PLpgSQL_stmt_dynexecute",
    "PLpgSQL_stmt_dynfors",
})  # fmt: skip
Kinds = list[tuple[str, Mapping[str, Any]]]
"""The statements of a body, each with its kind."""


def plpgsql_body(definition: str, *, returns: bool, outputs: bool) -> Body:
    """The body of a function, out of its CREATE FUNCTION; unknown where it is not understood.

    `outputs` says that it has output parameters, which it gives without a RETURN.
    """
    names = aliases(definition)
    try:
        [function] = _parsed(definition)
        found = function["PLpgSQL_function"]
        kinds = list(_statements(found["action"]))
        statements = [renamed(uses, names) for uses in _statements_of(found, kinds, definition, names)]
    except (pgparse.PGQueryError, ValueError, KeyError) as error:
        return Body((Uses(unknown=f"it is not understood ({error})"),), returns)
    raised = [inner for kind, inner in kinds if kind in _RAISES]
    shown = pieces([_shown(inner) for inner in raised])
    return Body(
        tuple(statements),
        returns and (outputs or _returns_something(kinds)),
        tells=bool(raised) or _leaves_open(kinds),
        shown=tuple(renamed(uses, names) for piece in shown for uses in statement_uses(piece.text)),
        variables=frozenset(name for name in _names(found) if name not in _GIVEN),
        parameters=_parameters(definition),
        changes_row=_changes_row(statements, kinds),
    )


def _statements_of(function: Mapping[str, Any], kinds: Kinds, definition: str, names: Mapping[str, str]) -> list[Uses]:
    """All that a body uses; ValueError where a piece of it is not understood."""
    taken = caught(function)
    quiet = {place for place, each in taken.items() if each & ANY}
    found = [
        replace(silent(uses, taken[piece.place]) if piece.place in taken else uses, into=uses.into | piece.into,
                **_NOTHING_GIVEN if piece.decides else {})
        for piece, each in _uses(list(pieces(function)), names, kinds) for uses in each
    ]  # fmt: skip
    found += _declared_types(function)
    found += [uses for place, uses in converted(function) if place not in quiet]
    found += fetched(function)
    for name, expression in records(function, definition):
        found += [replace(uses, into=uses.into | {name}) for uses in statement_uses(f"SELECT {expression}")]
    if any({ERROR, "sqlerrm"} & {name for name, _ in uses.fields} for uses in found):
        found = [replace(uses, into=uses.into | {ERROR}) for uses in found]
    return [*found, Uses(unknown=_unknown(kinds))]


def _unknown(kinds: Kinds) -> str | None:
    """Why a body may do more than its pieces say."""
    for kind, inner in kinds:
        query = dynamic(kind, inner)
        if query and put_together(query["PLpgSQL_expr"]["query"]) is None:
            return _OPEN
    strange = next((kind for kind, _ in kinds if kind not in _PLAIN), None)
    return f"it holds a statement that is not understood ({strange})" if strange else None


def _parameters(definition: str) -> tuple[str, ...] | None:
    """The names of what a caller gives, in order; None where places in a call may mean others."""
    [tree] = pgparse.parse(definition)
    made = tree["stmt"]["CreateFunctionStmt"]
    parameters = [each["FunctionParameter"] for each in made.get("parameters", [])]
    modes = {each.get("mode", "").removeprefix("FUNC_PARAM_") for each in parameters}
    if not modes <= {"", "DEFAULT", "IN", "INOUT", "OUT", "TABLE"} or (made.get("is_procedure") and "OUT" in modes):
        return None
    given = [each for each in parameters if not each.get("mode", "").endswith(("_OUT", "_TABLE"))]
    return tuple(each.get("name", f"${place}") for place, each in enumerate(given, 1))


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


def _uses(found: list[Piece], names: Mapping[str, str], kinds: Kinds) -> Iterator[tuple[Piece, list[Uses]]]:
    """What each piece uses. Of `SELECT * INTO v` only what `v` is asked for counts, unless it is used as a whole.

    The grammar hands on no variable that RETURN NEXT gives: it may be any.
    """
    given = any(kind == "PLpgSQL_stmt_return_next" and "expr" not in inner for kind, inner in kinds)
    plain = [(piece, _with_values(piece, statement_uses(piece.text))) for piece in found]
    used = renamed(union(uses for _, each in plain for uses in each), names).fields
    for piece, uses in plain:
        asked = {column for variable, column in used if variable in piece.into}
        fires = any(name.partition(".")[0] in ROWS for name in piece.into)
        whole = not piece.row or WHOLE in asked or fires or given
        yield piece, uses if whole else _with_values(piece, statement_uses(piece.text, frozenset(asked)))


def _with_values(piece: Piece, found: list[Uses]) -> list[Uses]:
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


def _returns_something(kinds: Kinds) -> bool:
    """Whether what is returned may depend on what is read: not with one RETURN of a constant and nothing else."""
    given = [(kind, inner) for kind, inner in kinds if kind in _RETURNS]
    if len(given) != 1 or given[0][0] != "PLpgSQL_stmt_return" or "expr" not in given[0][1]:
        return bool(given)
    return _CONSTANT.fullmatch(given[0][1]["expr"]["PLpgSQL_expr"]["query"]) is None


def _leaves_open(kinds: Kinds) -> bool:
    """Whether a cursor outlives the function: the caller finds its name in pg_cursors, and fetches from it."""
    found = {kind for kind, _ in kinds}
    return "PLpgSQL_stmt_open" in found and "PLpgSQL_stmt_close" not in found


def _shown(raised: Mapping[str, Any]) -> Any:
    """What of a RAISE or ASSERT is shown: every level reaches the client, which sets what it wants to see."""
    return {field: inner for field, inner in raised.items() if field != "cond"}


def _names(function: Mapping[str, Any]) -> Iterator[str]:
    return (each["refname"] for datum in function["datums"] for each in datum.values() if "refname" in each)


def _changes_row(statements: list[Uses], kinds: Kinds) -> bool:
    """Whether a trigger gives back another row than it was given: NEW is assigned, or something else is returned."""
    assigned = {carrier.partition(".")[0] for uses in statements for carrier in uses.into}
    other = any(
        returned(inner) not in {"new", "old", "null", ""} for kind, inner in kinds if kind == "PLpgSQL_stmt_return"
    )
    return not ROWS.isdisjoint(assigned) or other
