"""The grammar of PostgreSQL 17 (libpg_query), and strict access to its trees.

A node is taken field by field; a field that its reader does not expect makes it *unreadable*, so that nothing which
changes the meaning can be passed over. Every version that is enforced prints what we write alike (tests/proof).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pgparse

Fields = Mapping[str, Any]
_RELATION: Final = {"inh": True, "relpersistence": "p"}
_PLACES: Final = frozenset({"location", "stmt_location", "stmt_len"})


class UnreadableError(Exception):
    """Something that is not understood, in a few words; never leaves this folder."""


def statements(text: str) -> tuple[tuple[str, Fields], ...]:
    """Each statement of a text as its kind and its fields."""
    return tuple(node(each["stmt"]) for each in _parsed(text))


def expression(text: str) -> Any:
    """The tree of one expression."""
    (kind, select), *more = statements(f"SELECT {text}")
    targets = fields(select, "targetList", limitOption="LIMIT_OPTION_DEFAULT", op="SETOP_NONE")["targetList"]
    if kind != "SelectStmt" or more or len(targets) != 1:
        raise UnreadableError("it is more than one expression")
    return fields(node(targets[0], "ResTarget")[1], "val")["val"]


def node(tree: Any, kind: str | None = None) -> tuple[str, Fields]:
    """A node's kind and fields; unreadable when it is of another kind than the one asked for."""
    (found, inner), *more = tree.items()
    if more or (kind is not None and found != kind):
        raise UnreadableError(f"it holds {found} in the place of {kind}")
    return found, inner


def fields(inner: Fields, *names: str, **fixed: object) -> Fields:
    """The fields of a node: those named, others only with exactly the value given; places in the text do not count."""
    for name, value in inner.items():
        if name in names or name in _PLACES:
            continue
        if name not in fixed or value != fixed[name]:
            raise UnreadableError(f"it holds `{name}`, which is not understood there")
    return inner


def name_parts(nodes: Sequence[Any]) -> tuple[str, ...]:
    """The parts of a qualified name."""
    return tuple(str(node(each, "String")[1].get("sval", "")) for each in nodes)


def table_name(inner: Any) -> str:
    """The schema and name of a relation; unreadable without the schema."""
    of = fields(inner, "schemaname", "relname", **_RELATION)
    if "schemaname" not in of:
        raise UnreadableError(f"it names `{of['relname']}` without its schema")
    return f"{of['schemaname']}.{of['relname']}"


def _parsed(text: str) -> Any:
    if "\0" in text:
        raise UnreadableError("it holds the character U+0000")
    try:
        return pgparse.parse(text)
    except pgparse.PGQueryError as error:
        raise UnreadableError(f"it is not SQL ({error.message})") from None
