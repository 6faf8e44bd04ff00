"""Values that make an atom of a row policy's condition true of a row that the caller does not see. Pure.

A value of the row itself is passed in the setting `recuse.reach`, as JSON: someone who sees the row puts it there.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql

from recuse.targets.postgres.reading.grammar import name_parts

Name = tuple[str, str]
CHOSEN: Final = "recuse.reach"
"""The setting in which a reproduction carries values of a row that the account does not see."""

_SIDES: Final = frozenset({"AEXPR_OP", "AEXPR_OP_ANY", "AEXPR_IN", "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_NOT_DISTINCT"})
_WHO: Final = {"SVFOP_SESSION_USER": "session_user", "SVFOP_CURRENT_USER": "current_user",
               "SVFOP_USER": "current_user", "SVFOP_CURRENT_ROLE": "current_user"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """SQL for a value; `column` is the one it is taken from in a hidden row."""

    text: str
    column: str | None = None


def nodes(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every node below and at a tree, by kind and fields."""
    stack = [tree]
    while stack:
        match stack.pop():
            case Mapping() as found:
                for kind, inner in found.items():
                    if isinstance(inner, Mapping):
                        yield kind, inner
                    stack.append(inner)
            case list() as items:
                stack.extend(items)
            case _:
                continue


def placeless(tree: Any) -> Any:
    """A tree without the places in the text."""
    if isinstance(tree, Mapping):
        return {name: placeless(value) for name, value in tree.items() if name != "location"}
    return [placeless(each) for each in tree] if isinstance(tree, list) else tree


def query(sublink: Any) -> Any:
    """The query of a subquery."""
    return sublink["subselect"]["SelectStmt"]


def constant(tree: Any) -> str | None:
    """The text of a constant, through its casts."""
    ((kind, inner),) = tree.items()
    if kind == "TypeCast":
        return constant(inner["arg"])
    if kind != "A_Const":
        return None
    for word in ("sval", "fval"):
        if word in inner:
            return str(inner[word].get(word, ""))
    if "ival" in inner:
        return str(inner["ival"].get("ival", 0))
    return None if "boolval" not in inner else str(bool(inner["boolval"].get("boolval", False))).lower()


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return sql.Literal(text).as_string()


def identifier(name: str) -> str:
    """A name as SQL writes it."""
    return sql.Identifier(name).as_string()


def value_of(tree: Any, own: Collection[str] = ()) -> Value | None:
    """SQL for what a comparison asks for: a constant, who asks, or a column of the row (not one of `own` aliases)."""
    ((kind, inner),) = tree.items()
    if kind == "TypeCast":
        return value_of(inner["arg"], own)
    if kind == "SQLValueFunction" and inner["op"] in _WHO:
        return Value(_WHO[inner["op"]])
    if kind == "ColumnRef":
        parts = [each["String"]["sval"] for each in inner["fields"] if "String" in each]
        if len(parts) > 1 and parts[-2] in own:
            return None
        return Value(f"current_setting({quoted(CHOSEN)})::json ->> {quoted(parts[-1])}", parts[-1])
    if kind == "FuncCall":
        setting = constant(inner["args"][0]) if name_parts(inner["funcname"])[-1] == "current_setting" else None
        return None if setting is None else Value(f"current_setting({quoted(setting)}, true)")
    text = constant(tree)
    return None if text is None else Value(quoted(text))


_ANYTHING: Final = Value("'0'")  # what a row of one's own is then given too


def wanted(tree: Any, is_of: Callable[[Any], bool], *, positive: bool) -> Value:
    """A value of the setting, told by `is_of`, that makes the atom true of a row that the caller does not see."""
    own = {i.get("alias", {}).get("aliasname", i["relname"]) for kind, i in nodes(tree) if kind == "RangeVar"}
    for kind, inner in nodes(tree):
        if kind != "A_Expr" or inner["kind"] not in _SIDES or "lexpr" not in inner:
            continue
        for side, other in ((inner["lexpr"], inner["rexpr"]), (inner["rexpr"], inner["lexpr"])):
            if isinstance(side, Mapping) and isinstance(other, Mapping) and is_of(side):
                value = _ANYTHING if [*_own_column(other, own)] else value_of(other)
                if value is not None:
                    return _inside(side, value)
    return Value("'true'" if positive else "'false'")


def _inside(side: Any, value: Value) -> Value:
    """The setting's text when a key of the JSON in it must have the value."""
    for kind, inner in nodes(side):
        if kind == "A_Expr" and [*name_parts(inner["name"])][-1:] == ["->>"]:
            key = constant(inner["rexpr"])
            if key is not None:
                return under(key, value)
    return value


def under(key: str, value: Value) -> Value:
    """The JSON text that has the value under a key."""
    return Value(f"json_build_object({quoted(key)}, {value.text})::text", value.column)


def fitting(tree: Any, tables: Mapping[Name, str]) -> Iterator[tuple[Name, tuple[tuple[str, Value], ...]]]:
    """For each table that a subquery looks into, the columns and values of a row that it would find."""
    for kind, inner in nodes(tree):
        if kind != "SubLink":
            continue
        looked = query(inner)
        for item in looked.get("fromClause", []):
            one = item.get("RangeVar")
            if one is None or (name := (one.get("schemaname", ""), one["relname"])) not in tables:
                continue
            own = {one.get("alias", {}).get("aliasname", one["relname"])}
            found = dict(_equalities(looked.get("whereClause"), own))
            if "testexpr" in inner and (value := value_of(inner["testexpr"])) is not None:
                found |= dict.fromkeys(_own_column(looked["targetList"][0]["ResTarget"]["val"], own), value)
            yield name, tuple(sorted(found.items(), key=lambda item: item[0]))


def _equalities(tree: Any, own: Collection[str]) -> Iterator[tuple[str, Value]]:
    for kind, inner in nodes(tree):
        if kind == "A_Expr" and inner["kind"] == "AEXPR_OP" and name_parts(inner["name"])[-1] == "=":
            for side, other in ((inner["lexpr"], inner["rexpr"]), (inner["rexpr"], inner["lexpr"])):
                value = value_of(other, own)
                if value is not None:
                    yield from ((column, value) for column in _own_column(side, own))


def _own_column(tree: Any, own: Collection[str]) -> Iterator[str]:
    ((kind, inner),) = tree.items()
    if kind == "TypeCast":
        yield from _own_column(inner["arg"], own)
    elif kind == "ColumnRef":
        parts = [each["String"]["sval"] for each in inner["fields"] if "String" in each]
        if len(parts) > 1 and parts[-2] in own:
            yield parts[-1]
