"""Reads statements by PostgreSQL's own grammar: which governed tables each touches, and what it must not call.

Reading is for telling statements apart and for making them safe to ask the planner about; whether one is refused, and
whether it loses an index, is PostgreSQL's own answer (`judging`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pgparse

from recuse.enforcement.facts import Privilege
from recuse.errors import InputError

_EXPLAINED: Final[Mapping[str, tuple[Privilege, ...]]] = {
    "SelectStmt": ("SELECT",), "InsertStmt": ("INSERT",), "UpdateStmt": ("UPDATE",), "DeleteStmt": ("DELETE",),
    "MergeStmt": ("INSERT", "UPDATE", "DELETE"),
}  # fmt: skip
Touched = Sequence[tuple[Mapping[str, Any], str | None]]  # a relation that is named, and the governed table it means
_QUALIFIER: Final = re.compile(rb'\s*("(?:[^"]|"")+"|[^\s".]+)\s*\.\s*')
_NAMED: Final = {"FuncCall": "funcname", "TypeName": "names", "A_Expr": "name", "CollateClause": "collname"}
_OWN: Final = frozenset({"pg_catalog"})


@dataclass(frozen=True, slots=True)
class Read:
    """One statement: its kind, the governed tables it touches, and as what to ask the planner for it.

    `shown` has no constant in it, so that a plan repeats nobody's name. `asked` names the tables without their schema;
    it is None where the planner cannot be asked, and `why` says the reason. `hazards` are codes, each with a table.
    """

    shown: str
    kind: str
    tables: tuple[str, ...]
    hazards: tuple[tuple[str, str], ...]
    asked: str | None
    parameters: int
    why: str | None

    @property
    def privileges(self) -> tuple[Privilege, ...]:
        """What the statement does with some table; nothing known for one of another kind."""
        return _EXPLAINED.get(self.kind, ())


def split(source: str, name: str) -> tuple[str, ...]:
    """The statements of an SQL text; InputError names the file when it is none."""
    try:
        found = pgparse.parse(source)
    except pgparse.PGQueryError as error:
        raise InputError(
            f"`{name}` is not SQL: {error}", "give statements that end in `;`, as they were logged"
        ) from None
    raw = source.encode()
    ends = [(each.get("stmt_location", 0), each.get("stmt_len", 0)) for each in found]
    return tuple(raw[start : start + length if length else None].decode().strip() for start, length in ends)


def read_statement(text: str, governed: Sequence[str]) -> Read | None:
    """What one statement touches of the governed tables; None when it touches none, or cannot be read."""
    try:
        statements = pgparse.parse(text)
        shown = " ".join(pgparse.normalize(text).split())
    except pgparse.PGQueryError:
        return None
    if len(statements) != 1:
        return None
    ((kind, body),) = statements[0]["stmt"].items()
    relations = tuple(_relations(body))
    touched = [(relation, _governed(relation, governed)) for relation in relations]
    tables = tuple(sorted({table for _, table in touched if table is not None}))
    if not tables:
        return None
    why = _unaskable(kind, body, touched, tables)
    asked = None if why is not None else _bare(text, [r for r, table in touched if table is not None])
    return Read(shown, kind, tables, tuple(_hazards(kind, body, touched, tables)), asked, _parameters(body), why)


def _unaskable(kind: str, body: Any, touched: Touched, tables: Sequence[str]) -> str | None:
    """Why the planner cannot be asked: it would take other objects than the copies, or run somebody's function."""
    if kind not in _EXPLAINED:
        return "it is no SELECT, INSERT, UPDATE, DELETE or MERGE"
    if len({table.partition(".")[2] for table in tables}) != len(tables):
        return "two of its tables have the same name in different schemas"
    for relation, table in touched:
        if table is None and relation.get("schemaname") not in _OWN and not _is_named(body, relation["relname"]):
            name = ".".join(filter(None, (relation.get("schemaname"), relation["relname"])))
            return f"it reads `{name}`, which is not a governed table"
    for name in _qualified(body):
        return f"it names `{name}`, from outside pg_catalog"
    return None


def _hazards(kind: str, body: Any, touched: Touched, tables: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is known from the form of a statement alone."""
    names: dict[str, set[str]] = {}
    for relation, table in touched:
        if table is not None:
            names.setdefault(relation.get("alias", {}).get("aliasname", relation["relname"]), set()).add(table)
    if kind == "LockStmt":
        yield from (("lock-table", table) for table in tables)
    elif kind == "CopyStmt":
        yield ("copy-from" if body.get("is_from") else "copy-to"), tables[0]
    elif kind == "TruncateStmt":
        yield from (("truncate", table) for table in tables)
    for table in sorted({table for name in _stars(body) for table in (names.get(name, ()) if name else tables)}):
        yield "every-column", table


def _stars(body: Any) -> Iterator[str | None]:
    """What each `*` stands under: the name before it, or None. `count(*)` is none."""
    for node in _nodes(body):
        fields = node.get("ColumnRef", {}).get("fields", ())
        if any("A_Star" in item for item in fields):
            yield str(fields[-2]["String"]["sval"]) if len(fields) > 1 else None


def _relations(body: Any) -> Iterator[Mapping[str, Any]]:
    """Every relation that a statement names: in FROM, and as the target of a change, a COPY or a lock."""
    for node in _nodes(body):
        if "RangeVar" in node:
            yield node["RangeVar"]
        elif "relname" in node.get("relation", {}):
            yield node["relation"]


def _governed(relation: Mapping[str, Any], governed: Sequence[str]) -> str | None:
    """The governed table that is meant; without a schema, the only one of that name."""
    name, schema = relation["relname"], relation.get("schemaname")
    if schema is not None:
        return f"{schema}.{name}" if f"{schema}.{name}" in governed else None
    found = [table for table in governed if table.partition(".")[2] == name]
    return found[0] if len(found) == 1 else None


def _is_named(body: Any, name: str) -> bool:
    """Whether WITH gives the statement a table of this name."""
    return any(node.get("CommonTableExpr", {}).get("ctename") == name for node in _nodes(body))


def _qualified(body: Any) -> Iterator[str]:
    """Functions, types, operators and collations that are named with a schema other than the server's own."""
    for node in _nodes(body):
        for kind, field in _NAMED.items():
            holder = node.get(kind) or (node.get("typeName") if kind == "TypeName" else None)
            names = [str(item["String"].get("sval", "")) for item in (holder or {}).get(field, ()) if "String" in item]
            if len(names) > 1 and names[0] not in _OWN:
                yield ".".join(names)


def _parameters(body: Any) -> int:
    return max((node["ParamRef"].get("number", 0) for node in _nodes(body) if "ParamRef" in node), default=0)


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    stack = [tree]
    while stack:
        match stack.pop():
            case dict() as node:
                yield node
                stack.extend(node.values())
            case list() as items:
                stack.extend(items)
            case _:
                pass


def _bare(text: str, relations: Sequence[Mapping[str, Any]]) -> str:
    """The statement with these relations named without their schema, so that copies stand in for them."""
    raw = text.encode()
    for relation in sorted(relations, key=lambda r: -int(r.get("location", 0))):
        if "schemaname" in relation:
            start = relation.get("location", 0)
            prefix = _QUALIFIER.match(raw, start)
            if prefix is not None:
                raw = raw[:start] + b" " + raw[prefix.end() :]
    return raw.decode()
