"""How tables hang together, and what leaves them by itself: what one statement, or none, does elsewhere.

Row policies and grants say nothing of these: a query on a whole reads its parts, a foreign key acts as the owner of the
table that refers, a trigger runs on what others write, a publication sends rows on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

KeyAction = Literal["no action", "restrict", "cascade", "set null", "set default"]


@dataclass(frozen=True, slots=True, order=True)
class ForeignKey:
    """`table` refers to `columns` of `references`; what becomes of its rows when a row referred to goes or changes."""

    table: str
    name: str
    references: str
    columns: tuple[str, ...]
    on_delete: KeyAction
    on_update: KeyAction

    def acts(self) -> Iterator[tuple[Literal["delete", "update"], str]]:
        """By which action on the table referred to it changes rows of its own, and the clause that says so."""
        if self.on_delete not in ("no action", "restrict"):
            yield "delete", f"ON DELETE {self.on_delete.upper()}"
        if self.on_update not in ("no action", "restrict"):
            yield "update", f"ON UPDATE {self.on_update.upper()}"


@dataclass(frozen=True, slots=True)
class Links:
    """All links of one database, by `schema.table`.

    `parts` pairs a table with each partition or child below it, however deep; `unique` are tables with a unique or
    exclusion constraint; `computed` are (table, generated column, column that it reads); `triggers` are (table, name),
    `published` (publication, table); `replicating` are logins that may replicate, `slots` the replication slots.
    """

    parts: frozenset[tuple[str, str]] = frozenset()
    keys: tuple[ForeignKey, ...] = ()
    unique: frozenset[str] = frozenset()
    computed: frozenset[tuple[str, str, str]] = frozenset()
    triggers: frozenset[tuple[str, str]] = frozenset()
    published: frozenset[tuple[str, str]] = frozenset()
    replicating: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()

    def parts_of(self, table: str) -> tuple[str, ...]:
        """The partitions and children below a table, sorted."""
        return tuple(sorted(part for whole, part in self.parts if whole == table))

    def wholes_of(self, table: str) -> tuple[str, ...]:
        """The tables that this one is a part of, sorted."""
        return tuple(sorted(whole for whole, part in self.parts if part == table))
