"""What one SQL statement uses, out of its tree.

Columns are told by name alone: one counts as read of every relation of the statement that might have it. So the answer
may hold too much and never too little.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from recuse.targets.postgres.edges.bodies.calls import TELLING_SETTINGS, name_of, quoted, setting_of
from recuse.targets.postgres.edges.bodies.parts import HANDED
from recuse.targets.postgres.edges.bodies.uses import COMMENTS, CURSOR, ROWS, SETTINGS, TABLE, WHOLE, Name, Uses

_CHANGES: Final = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})
_HARMLESS: Final = frozenset({
    "ClosePortalStmt", "ListenStmt", "LockStmt", "NotifyStmt", "RefreshMatViewStmt", "TransactionStmt",
    "TruncateStmt", "UnlistenStmt",
})  # fmt: skip
_WALKED: Final = frozenset({*_CHANGES, "SelectStmt", "CallStmt", "DeclareCursorStmt", "ExplainStmt"})
STAYS: Final = "it makes a table that stays"
_FINDING: Final = frozenset({
    "whereClause", "havingClause", "quals", "usingClause", "groupClause", "sortClause", "distinctClause", "limitCount",
    "limitOffset", "windowClause",
})  # fmt: skip
"""Parts of a statement by which rows are found: what they ask stands in nothing that it gives."""
_TEXTS: Final = frozenset({"text", "varchar", "bpchar", "name"})
_GIVING: Final = {"current_setting": (SETTINGS, WHOLE), "current_query": ("new", WHOLE)}
"""Functions of the server that give what a statement has put elsewhere: a setting, the text of what the client does."""


@dataclass(slots=True)
class _Seen:
    """What a walk over one statement meets: relations by the names they go by, and the columns that are named."""

    relations: list[tuple[str, Name]] = field(default_factory=list)
    columns: list[tuple[str, ...]] = field(default_factory=list)
    uses: Uses = field(default_factory=Uses)

    def add(self, **more: Any) -> None:
        self.uses |= Uses(**more)


def uses_of(tree: Mapping[str, Any], keep: frozenset[str] | None = None) -> Uses:
    """What one statement uses."""
    ((kind, inner),) = tree.items()
    if kind == "NotifyStmt":
        return Uses(channels=frozenset({inner["conditionname"]}))
    if kind == "CommentStmt":
        return Uses(channels=frozenset({COMMENTS}))
    if kind == "FetchStmt":
        cursor = frozenset({(CURSOR + inner["portalname"], WHOLE)})
        return Uses(fields=cursor, value_fields=cursor)
    if kind in _HARMLESS:
        return Uses()
    if kind == "VariableSetStmt":
        return Uses(unknown="it changes how names are looked up") if inner["name"] in TELLING_SETTINGS else Uses()
    if kind in {"CreateStmt", "CreateTableAsStmt"}:
        return _made(kind, inner)
    if kind == "DropStmt" and inner.get("removeType") == "OBJECT_TABLE":
        return Uses()
    if kind not in _WALKED:
        return Uses(unknown=f"it holds a statement that does more than read and write ({kind})")
    if keep is not None and kind == "SelectStmt" and "targetList" in inner:
        tree = {kind: {**inner, "targetList": _kept(inner["targetList"], keep)}}
    uses = _valued(tree)
    return replace(uses, into=frozenset({CURSOR + inner["portalname"]})) if kind == "DeclareCursorStmt" else uses


def _valued(tree: Any) -> Uses:
    """With what of it stands in what it gives."""
    seen = _Seen()
    _walk(tree, frozenset(), seen)
    given = _Seen(relations=list(seen.relations))
    _walk(_without_finding(tree), frozenset(), given)
    values = _attributed(given)
    return replace(_attributed(seen), values=values.reads, value_fields=values.fields)


def _without_finding(tree: Any) -> Any:
    if isinstance(tree, list):
        return [_without_finding(each) for each in tree]
    if isinstance(tree, dict):
        return {name: _without_finding(each) for name, each in tree.items() if name not in _FINDING}
    return tree


def _made(kind: str, inner: Mapping[str, Any]) -> Uses:
    """Making a table: a temporary one is forgotten, any other keeps what the query reads."""
    target = inner["relation"] if kind == "CreateStmt" else inner["into"]["rel"]
    uses = _valued(inner.get("query", inner.get("tableElts", [])))
    if target.get("relpersistence") == "t":
        uses = replace(uses, into=frozenset({TABLE + target["relname"]}))
        return uses if inner.get("if_not_exists") else replace(uses, made=uses.made | {target["relname"]})
    return replace(uses, unknown=STAYS) if kind == "CreateTableAsStmt" else uses


def within(tree: Mapping[str, Any], value: Any) -> Uses:
    """What a part of a statement uses, whose columns may be of every relation of the statement."""
    whole = _Seen()
    _walk(tree, frozenset(), whole)
    seen = _Seen(relations=whole.relations)
    _walk(value, frozenset(), seen)
    return _attributed(seen)


def _kept(targets: Sequence[Any], keep: frozenset[str]) -> list[Any]:
    """A select list whose stars stand for the columns in `keep`."""
    found: list[Any] = []
    for target in targets:
        names = target["ResTarget"].get("val", {}).get("ColumnRef", {}).get("fields", [])
        if not names or "A_Star" not in names[-1]:
            found.append(target)
            continue
        for column in sorted(keep):
            reference = {"ColumnRef": {"fields": [*names[:-1], {"String": {"sval": column}}]}}
            found.append({"ResTarget": {"val": reference}})
    return found


def _walk(tree: Any, tables: frozenset[str], seen: _Seen) -> None:
    """Meets everything in a tree; `tables` are the names that WITH gives there."""
    if isinstance(tree, list):
        for each in tree:
            _walk(each, tables, seen)
    elif isinstance(tree, dict):
        if "withClause" in tree:
            tables = _with(tree["withClause"], tables, seen)
        for kind, inner in tree.items():
            if kind != "withClause":
                _meet(kind, inner, tables, seen)
                _walk(inner, tables, seen)


def _with(clause: Mapping[str, Any], tables: frozenset[str], seen: _Seen) -> frozenset[str]:
    """The names that a WITH adds: each can be used by the queries after it, and by its own when it is recursive."""
    named = [each["CommonTableExpr"] for each in clause["ctes"]]
    known = tables | ({each["ctename"] for each in named} if clause.get("recursive") else set())
    for each in named:
        _walk(each, known, seen)
        known |= {each["ctename"]}
    return known


def _meet(kind: str, inner: Any, tables: frozenset[str], seen: _Seen) -> None:
    match kind:
        case "RangeVar":
            _relation(inner, tables, seen)
        case "ColumnRef":
            seen.columns.append(tuple(_part(each) for each in inner["fields"]))
        case "FuncCall" | "funccall":
            _called(inner, seen)
        case "ParamRef":
            seen.add(fields=frozenset({(f"${inner.get('number', 0)}", WHOLE)}))
        case "TypeName" | "typeName":
            if "names" in inner:
                seen.add(types=frozenset({name_of(inner["names"])}))
        case "TypeCast":
            seen.add(converts=_converted(inner))
        case "A_Expr":
            seen.add(operators=_operator(inner))
        case "A_Indirection":
            _indirect(inner, seen)
        case "SubLink" | "SortBy":
            names = inner.get("operName") or inner.get("useOp")
            seen.add(operators=frozenset({name_of(names) if names else (None, "=")}))
        case "JoinExpr":
            if inner.get("isNatural"):
                seen.columns.append((WHOLE,))
            seen.columns += [(each["String"]["sval"],) for each in inner.get("usingClause", [])]
        case "intoClause":
            seen.add(unknown=STAYS)
        case _ if kind in _CHANGES:
            _change(kind, inner, seen)


def _called(inner: Mapping[str, Any], seen: _Seen) -> None:
    name, arguments = name_of(inner["funcname"]), inner.get("args", [])
    seen.add(
        calls=frozenset() if setting_of(inner) else frozenset({name}),
        channels=_channel(inner),
        converts=quoted(name, arguments),
        into=frozenset({SETTINGS} if name[1] == "set_config" else ()),
        handed=frozenset({(name, inner[HANDED])} if HANDED in inner else ()),
    )
    if name[0] in {None, "pg_catalog"} and name[1] in _GIVING:
        seen.add(fields=frozenset({_GIVING[name[1]]}))


def _relation(inner: Mapping[str, Any], tables: frozenset[str], seen: _Seen) -> None:
    name = inner.get("schemaname"), inner["relname"]
    if name[0] is None and name[1] in tables:
        return
    alias = inner.get("alias", {})
    seen.relations.append((alias.get("aliasname", name[1]), name))
    if "colnames" in alias:  # its columns go by other names
        seen.add(reads=frozenset({(name, WHOLE)}))


def _change(kind: str, inner: Mapping[str, Any], seen: _Seen) -> None:
    """INSERT, UPDATE, DELETE, MERGE: the relation that is changed, with the columns that are set."""
    target = inner["relation"]
    name = target.get("schemaname"), target["relname"]
    named = inner.get("cols" if kind == "InsertStmt" else "targetList", [])
    for clause in inner.get("mergeWhenClauses", []):
        named = [*named, *clause["MergeWhenClause"].get("targetList", [])]
    columns = {each["ResTarget"].get("name", WHOLE) for each in named} or {WHOLE}
    if kind == "DeleteStmt":
        columns = {""}
    seen.add(writes=frozenset((name, column) for column in columns))
    conflict = inner.get("onConflictClause", {})
    seen.add(writes=frozenset((name, each["ResTarget"].get("name", WHOLE)) for each in conflict.get("targetList", [])))
    if kind != "InsertStmt" or "returningList" in inner or "returningClause" in inner or conflict:
        seen.relations.append((target.get("alias", {}).get("aliasname", name[1]), name))
        seen.relations.append(("excluded", name))


def _indirect(inner: Mapping[str, Any], seen: _Seen) -> None:
    """`(t).column` and `(f(x)).*`: a field of a row. The row itself is met inside."""
    for each in inner.get("indirection", []):
        if "String" in each:
            seen.columns.append((each["String"]["sval"],))


def _attributed(seen: _Seen) -> Uses:
    """Gives each column that is named to every relation of the statement that it may belong to."""
    reads = {(name, "") for _, name in seen.relations}
    outside = set()
    aliases = {alias for alias, _ in seen.relations}
    for column in seen.columns:
        *qualifier, last = column
        if not qualifier:
            reads |= {(name, last) for _, name in seen.relations}
            if last in aliases:
                reads |= {(name, WHOLE) for alias, name in seen.relations if alias == last}
            outside.add((last, WHOLE))
            continue
        if qualifier[0] in ROWS:  # of a trigger; from PostgreSQL 18 also what RETURNING gives
            outside.add((qualifier[0], column[1]))
            reads |= {(name, column[1]) for _, name in seen.relations}
            continue
        meant = [name for alias, name in seen.relations if alias == qualifier[-1]]
        reads |= {(name, last) for name in meant}
        if not meant:
            outside.add((qualifier[0], column[1]))
            reads |= {(name, qualifier[0]) for _, name in seen.relations}  # a field of a column
            reads |= {(name, WHOLE) for alias, name in seen.relations if alias == qualifier[0]}
    return seen.uses | Uses(reads=frozenset(reads), fields=frozenset(outside))


def _operator(inner: Mapping[str, Any]) -> frozenset[Name]:
    return frozenset({name_of(inner["name"])}) if "name" in inner else frozenset()


def _converted(inner: Mapping[str, Any]) -> frozenset[Name]:
    """The type that something is cast to; every value is a text, and a constant tells nothing."""
    name = name_of(inner["typeName"].get("names", [{"String": {"sval": ""}}]))
    return frozenset() if "A_Const" in inner["arg"] or name[1] in _TEXTS else frozenset({name})


def _channel(inner: Mapping[str, Any]) -> frozenset[str]:
    """The channel of pg_notify: '' where it is not a constant."""
    if name_of(inner["funcname"])[1] != "pg_notify":
        return frozenset()
    first = (inner.get("args") or [{}])[0].get("A_Const", {})
    return frozenset({str(first.get("sval", {}).get("sval", ""))})


def _part(each: Mapping[str, Any]) -> str:
    return WHOLE if "A_Star" in each else str(each["String"]["sval"])
