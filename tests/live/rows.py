"""A table of hostile rows, every row that the tries can make of them, and the tries themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final, Literal

import cedarpy
from psycopg import sql

from recuse.model import Action, RowAttribute, Value
from tests.conformance.world import ATTRIBUTES, EMPTY, KIND, Row, entities, random_rows, stored
from tests.unit.enforcement.small import CATEGORIES

STORED: Final = 20  # rows in the table
INSERTS: Final = 2  # rows that each login tries to insert
MOVES: Final = 3  # changes of a stored row that can carry it out of what the login may reach; the last of a whole row

# Columns of the second category, some of each kind of type; all others are of the first, and the key goes with both.
OF_RECORD: Final = ("is juvenile", "Note", "grade", "seen at", "home", "tags", "agency", "sort")
COLUMNS: Final = {
    category: tuple(a.column for _, a in ATTRIBUTES if (a.column in OF_RECORD) == (category == CATEGORIES[1]))
    for category in CATEGORIES
}
BY_COLUMN: Final[Mapping[str, RowAttribute]] = {attribute.column: attribute for _, attribute in ATTRIBUTES}

Kind = Literal["read", "update", "delete", "insert", "move", "merge", "upsert"]
_BY_CATEGORY: Final[tuple[Kind, ...]] = ("read", "update", "move", "merge")
KINDS: Final[tuple[tuple[Kind, str], ...]] = (
    ("delete", ""),
    ("insert", ""),
    ("upsert", ""),
    *((kind, category) for category in CATEGORIES for kind in _BY_CATEGORY),
)


@dataclass(frozen=True, slots=True)
class Insert:
    """A row to insert, given the columns of these categories; the table fills the others."""

    row: Row
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A stored row that would become `row`: other values in the columns of one category, or of all (an empty one)."""

    stored: int
    category: str
    row: Row

    @property
    def categories(self) -> tuple[str, ...]:
        return (self.category,) if self.category else CATEGORIES


@dataclass(frozen=True, slots=True)
class Rows:
    """Stored rows, then those to insert, then what moves would make: one list, in which a row is known by its place."""

    stored: tuple[Row, ...]
    inserts: tuple[Insert, ...]
    moves: tuple[Move, ...]
    cedar: Mapping[tuple[str, bool], cedarpy.Entities] = field(repr=False, compare=False)

    @classmethod
    def of(cls, stored: Sequence[Row], inserts: Iterable[Insert], moves: Iterable[Move]) -> "Rows":
        rows = cls(tuple(stored), tuple(inserts), tuple(moves), {})
        cedar = {
            (category, public): entities(rows.all, replace(KIND, category=category, public=public))
            for category in CATEGORIES
            for public in (False, True)
        }
        return replace(rows, cedar=cedar)

    @property
    def all(self) -> tuple[Row, ...]:
        return (*self.stored, *(each.row for each in self.inserts), *(each.row for each in self.moves))

    def asked(self, action: Action) -> range:
        """The rows that the tries need a decision on."""
        begin, middle = len(self.stored), len(self.stored) + len(self.inserts)
        end = middle + len(self.moves)
        match action:
            case "delete":
                return range(begin)
            case "insert":
                return range(begin, end)
            case _:
                return range(end)

    def inserted(self) -> Iterable[tuple[int, Insert]]:
        """Each row to insert with its place."""
        return enumerate(self.inserts, len(self.stored))

    def moved(self) -> Iterable[tuple[int, Move]]:
        """Each move with the place of what it would make."""
        return enumerate(self.moves, len(self.stored) + len(self.inserts))


def rows_of(random: Random) -> Rows:
    """A table full of hostile values, with every row that the tries could make of it."""
    rows = random_rows(random, STORED + INSERTS + MOVES)
    kept = rows[:STORED]
    inserts = []
    for row in rows[STORED : STORED + INSERTS]:
        given = random.choice(((CATEGORIES[0],), (CATEGORIES[1],), CATEGORIES, CATEGORIES))
        columns = {column for category in given for column in COLUMNS[category]}
        inserts.append(Insert({c: v if c in columns else as_filled(BY_COLUMN[c]) for c, v in row.items()}, given))
    moves = []
    for number, row in enumerate(rows[STORED + INSERTS :], 1):
        old, category = random.randrange(STORED), "" if number == MOVES else random.choice(CATEGORIES)
        move = Move(old, category, row)
        columns = {column for category in move.categories for column in COLUMNS[category]}
        moves.append(replace(move, row=kept[old] | {column: row[column] for column in columns}))
    return Rows.of(kept, inserts, moves)


def as_filled(attribute: RowAttribute) -> Value:
    """What the table fills in where an INSERT gives nothing."""
    return None if attribute.optional else EMPTY[attribute.type]


@dataclass(frozen=True, slots=True)
class Try:
    """One statement; `row` is the place of the row reached when it did anything, else it returns the rows reached."""

    key: tuple[Kind, str]
    statement: sql.Composed
    row: int | None = None

    @property
    def message(self) -> bytes:
        """The statement in a savepoint of its own."""
        return sql.SQL("SAVEPOINT t; {}; ROLLBACK TO t").format(self.statement).as_bytes(None)


def tries_of(rows: Rows) -> tuple[Try, ...]:
    """What each login tries, the same for all. Reading takes every column of the category: each must be open."""
    found: list[Try] = []
    for category, columns in COLUMNS.items():
        read = sql.SQL("SELECT id, num_nonnulls({}) FROM records.arrest").format(listed(columns))
        update = sql.SQL("UPDATE records.arrest SET {} = {} RETURNING id")
        found.append(Try(("read", category), read))
        found.append(Try(("update", category), update.format(*[sql.Identifier(columns[-1])] * 2)))
    found.append(Try(("delete", ""), sql.SQL("DELETE FROM records.arrest RETURNING id").format()))
    for place, insert in rows.inserted():
        columns = tuple(column for category in insert.given for column in COLUMNS[category])
        found.append(Try(("insert", ""), inserting(place, insert.row, columns), place))
    for place, move in rows.moved():
        found.extend(_moving(place, move))
    return tuple(found)


def _moving(place: int, move: Move) -> Iterable[Try]:
    columns = tuple(column for category in move.categories for column in COLUMNS[category])
    new = sql.SQL("({}) = ROW ({})").format(listed(columns), values(move.row, columns))
    if not move.category:
        insert = inserting(move.stored, move.row, columns)
        upsert = sql.SQL("{} ON CONFLICT (id) DO UPDATE SET {}").format(insert, new)
        yield Try(("upsert", ""), upsert, place)
        return
    update = sql.SQL("UPDATE records.arrest SET {} WHERE id = {}").format(new, move.stored)
    merge = sql.SQL(
        "MERGE INTO records.arrest a USING (VALUES ({})) v (k) ON a.id = v.k WHEN MATCHED THEN UPDATE SET {}"
    )
    yield Try(("move", move.category), update, place)
    yield Try(("merge", move.category), merge.format(move.stored, new), place)


def inserting(place: int, row: Row, columns: Sequence[str]) -> sql.Composed:
    """An INSERT of a row with its place as key."""
    insert = sql.SQL("INSERT INTO records.arrest (id, {}) VALUES ({}, {})")
    return insert.format(listed(columns), place, values(row, columns))


def listed(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def values(row: Row, columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(stored(BY_COLUMN[column], row[column]) for column in columns)
