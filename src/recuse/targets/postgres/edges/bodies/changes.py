"""The changes in a statement, value by value: constraints may refuse them, in an error that quotes the row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import pgparse

from recuse.targets.postgres.edges.bodies.calls import nodes, setting_of
from recuse.targets.postgres.edges.bodies.parts import given, split
from recuse.targets.postgres.edges.bodies.statement import uses_of, within
from recuse.targets.postgres.edges.bodies.uses import ACTIVITY, LOCKS, SETTING, WHOLE, Change, Name, Uses


def statement_uses(text: str, keep: frozenset[str] | None = None) -> list[Uses]:
    """What the statements of a text use, a change once for each column that it sets.

    With `keep`, the stars of the outermost select list stand for these columns.
    """
    try:
        trees = [each["stmt"] for each in pgparse.parse(text)]
    except pgparse.PGQueryError as error:
        return [Uses(unknown=f"it is not understood ({error.message})")]
    return [uses for tree in trees for uses in used(tree, keep)]


def used(tree: Mapping[str, Any], keep: frozenset[str] | None = None) -> Iterator[Uses]:
    """What one statement uses, a change once for each column that it sets; and what of it constraints may refuse."""
    yield from (uses_of(part, keep) for part in split(tree))
    changes = frozenset(_changes(tree))
    if changes:
        yield Uses(changes=changes)
    for kind, inner in nodes(tree):
        if kind == "FuncCall" and (channels := _shown_by(inner)):
            yield _sent(within(tree, [each for each in inner["args"] if not _hashed(each)]), channels)


def _shown_by(call: Mapping[str, Any]) -> frozenset[str]:
    """Where what a call is given shows, to others than the one who calls."""
    name = call["funcname"][-1]["String"].get("sval", "")
    if name.startswith("pg_") and "advisory" in name and "args" in call:
        return frozenset({LOCKS})
    setting = setting_of(call)
    return (
        frozenset({f"{SETTING}{setting}", *([ACTIVITY] if setting == "application_name" else [])})
        if setting
        else frozenset()
    )


def _hashed(argument: Any) -> bool:
    names = [inner["funcname"][-1]["String"].get("sval", "") for kind, inner in nodes(argument) if kind == "FuncCall"]
    return any(name.startswith(("hash", "md5", "digest", "sha")) for name in names)


def _sent(uses: Uses, channels: frozenset[str]) -> Uses:
    """What is given itself: not what a variable may hold of another statement."""
    return Uses(
        uses.reads, fields=frozenset(field for field in uses.fields if field[0] in {"old", "new"}), channels=channels
    )


def _changes(tree: Mapping[str, Any]) -> Iterator[Change]:
    """Every change that a statement makes, those inside WITH too."""
    for kind, inner in nodes(tree):
        match kind:
            case "InsertStmt":
                yield from _inserted(tree, inner)
            case "UpdateStmt":
                yield _change_of("update", tree, inner["relation"], _set(inner.get("targetList", [])))
            case "DeleteStmt":
                asked = [each["fields"][-1] for found, each in nodes(inner.get("whereClause")) if found == "ColumnRef"]
                yield Change(
                    "delete",
                    _named(inner["relation"]),
                    asked=frozenset(str(each.get("String", {}).get("sval", WHOLE)) for each in asked),
                )
            case "MergeStmt":
                for clause in (each["MergeWhenClause"] for each in inner.get("mergeWhenClauses", [])):
                    set_ = _set(clause.get("targetList", []))
                    put = zip(set_, clause.get("values", []), strict=False)
                    values = [(column, value) for (column, _), value in put] or set_
                    verb: Any = {"CMD_INSERT": "insert", "CMD_UPDATE": "update"}.get(clause["commandType"], "delete")
                    yield _change_of(verb, tree, inner["relation"], values)
            case _:
                continue


def _inserted(tree: Mapping[str, Any], inner: Mapping[str, Any]) -> Iterator[Change]:
    select = inner.get("selectStmt", {}).get("SelectStmt", {})
    columns = [each["ResTarget"].get("name", WHOLE) for each in inner.get("cols", [])]
    parts = given(select)
    named = columns or [f"#{place}" for place in range(len(parts))]
    values = [(column, [part.get("valuesLists"), part.get("targetList")])
              for column, part in zip(named, parts, strict=False)]  # fmt: skip
    values = values or [(column, select) for column in (columns or [WHOLE])]
    clause = inner.get("onConflictClause")
    keys = clause and frozenset(
        each["IndexElem"].get("name", "") for each in clause.get("infer", {}).get("indexElems", [])
    )
    yield _change_of("insert", tree, inner["relation"], values, keys)
    if clause and "targetList" in clause:  # what is `excluded` is what was given
        put = [value for _, value in values]
        taken = [(column, [value, put]) for column, value in _set(clause["targetList"])]
        yield _change_of("update", tree, inner["relation"], taken)


def _set(targets: Sequence[Any]) -> list[tuple[str, Any]]:
    return [(each["ResTarget"].get("name", WHOLE), each["ResTarget"].get("val")) for each in targets]


def _change_of(
    verb: Literal["insert", "update", "delete"], tree: Any, relation: Mapping[str, Any],
    values: Sequence[tuple[str, Any]], spared: frozenset[str] | None = None,
) -> Change:  # fmt: skip
    """A value is looked at alone, but its columns may be of every relation of the statement."""
    found = []
    for column, value in values:
        found.append((column, within(tree, value)))
    constants = tuple((column, text) for column, value in values if (text := _constant(value)) is not None)
    return Change(verb, _named(relation), tuple(found), spared=spared, constants=constants)


def _constant(value: Any) -> str | None:
    """`null`, or `=` and the text of a constant; None for anything else."""
    while isinstance(value, dict) and "TypeCast" in value:
        value = value["TypeCast"]["arg"]
    if not isinstance(value, dict) or "A_Const" not in value:
        return None
    found = value["A_Const"]
    if "boolval" in found:
        return f"={str(found['boolval'].get('boolval', False)).lower()}"
    texts = [found[word].get(word, 0 if word == "ival" else "") for word in ("sval", "fval", "ival") if word in found]
    return f"={texts[0]}" if texts else "null"


def _named(relation: Mapping[str, Any]) -> Name:
    return relation.get("schemaname"), relation["relname"]
