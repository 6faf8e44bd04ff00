"""Where what a class may do reaches what it may not see: through keys, which row security does not bind, and columns.

A key is checked, and a referential action is done, as the owner of a table and over all of its rows. No grant closes
that while the writing goes on, so it is told: a referential action before it is opened, and all in every verdict.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from recuse.compiler.classes import ClassContent, ClassMap
from recuse.compiler.condition import ALWAYS, NEVER
from recuse.compiler.rights import TableRights
from recuse.enforcement.links import ForeignKey, Links


@dataclass(frozen=True, slots=True)
class ActingKey:
    """A class may do `action` on `table`, and by `clause` of the key rows of `key.table` go or change with it."""

    role: str
    table: str
    action: Literal["delete", "update"]
    clause: str
    key: ForeignKey


def acting_keys(classes: ClassMap, links: Links) -> Iterator[ActingKey]:
    """Every key that changes rows which the class that sets it off may not change itself."""
    for role, content in _held(classes):
        for key in links.keys:
            for action, clause in key.acts():
                rights = content.of(key.table)
                own = rights is not None and (rights.delete_rows if _deletes(key, action) else rights.update_rows)
                if own == ALWAYS:
                    continue
                for table in (key.references, *links.wholes_of(key.references)):
                    if _sets_off(content.of(table), key, action):
                        yield ActingKey(role, table, action, clause, key)


def telling_tables(classes: ClassMap, links: Links) -> frozenset[str]:
    """Tables of whose hidden rows some class learns, by writing, whether one with a certain key is there."""
    return frozenset(table for _, content in _held(classes) for table in _told(content, links))


def computed_columns(classes: ClassMap, links: Links) -> Iterator[tuple[str, str, str, str]]:
    """Each class, table and generated column that it may read, with a column behind it that the class may not."""
    for role, content in _held(classes):
        for table, column, source in sorted(links.computed):
            rights = content.of(table)
            if rights is not None and column in rights.read and source not in rights.read:
                yield role, table, column, source


def upserting(classes: ClassMap, links: Links) -> Iterator[tuple[str, str]]:
    """Each class and table with hidden rows into which it may INSERT … ON CONFLICT DO UPDATE."""
    for role, content in _held(classes):
        for rights in content.tables:
            upserts = rights.insert and rights.update and rights.read and _is_unique(rights.table, links)
            if upserts and not _sees_all(rights):
                yield role, rights.table


def _held(classes: ClassMap) -> Iterator[tuple[str, ClassContent]]:
    """The classes that logins hold or may declare; owners of derived objects only read."""
    for role in sorted({*classes.standing.values(), *(declared.role for declared in classes.declared)}):
        yield role, classes.contents[role]


def _told(content: ClassContent, links: Links) -> Iterator[str]:
    for rights in content.tables:
        if _writes(rights) and not _sees_all(rights) and _is_unique(rights.table, links):
            yield rights.table
    for key in links.keys:
        refers, referred = content.of(key.table), content.of(key.references)
        if _writes(refers) and not _sees_all(referred):
            yield key.references
        removes = referred is not None and (
            referred.delete_rows != NEVER or bool(set(key.columns) & set(referred.update))
        )
        if removes and not _sees_all(refers):
            yield key.table


def _writes(rights: TableRights | None) -> bool:
    return rights is not None and bool(rights.insert or rights.update)


def _sees_all(rights: TableRights | None) -> bool:
    return rights is not None and rights.read_rows == ALWAYS


def _is_unique(table: str, links: Links) -> bool:
    return bool(links.unique & {table, *links.parts_of(table)})


def _deletes(key: ForeignKey, action: str) -> bool:
    return action == "delete" and key.on_delete == "cascade"


def _sets_off(rights: TableRights | None, key: ForeignKey, action: str) -> bool:
    if rights is None:
        return False
    return rights.delete_rows != NEVER if action == "delete" else bool(set(key.columns) & set(rights.update))
