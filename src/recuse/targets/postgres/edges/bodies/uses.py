"""What SQL uses, as names: relations and their columns, functions, operators, types."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import reduce
from typing import Final, Literal

Name = tuple[str | None, str]
"""A name, after its schema where that is given."""

WHOLE: Final = "*"
"""Every column of a relation."""

LOCKS: Final = ":locks"
COMMENTS: Final = ":comments"
ACTIVITY: Final = ":activity"
SETTING: Final = ":setting:"
"""Channels beside those of NOTIFY: advisory locks, comments and names of applications are shown to everyone, a setting,
whose name follows, to the session that runs it."""

SETTINGS: Final = ":settings"
ERROR: Final = ":error"
TOLD: Final = ":told"
TABLE: Final = "table "
CURSOR: Final = "cursor "
"""Carriers of a body beside its variables: what it sets, what an error that it catches says, and one that it does not;
a temporary table or a cursor, by name."""
SESSION: Final = (SETTINGS, TABLE, CURSOR)
"""How carriers begin that are there after the body has ended."""
ROWS: Final = frozenset({"old", "new"})


@dataclass(frozen=True, slots=True)
class Uses:
    """What a statement uses. `reads` and `writes` are (relation, column); a relation of which no column is read has ''.

    A column that is written may be `#N`, the one at that place. `fields` are (qualifier, column) references to no
    relation of the statement: variables, and NEW and OLD. `values` and `value_fields` are those of both that stand in
    what it gives, and not only in what it finds rows by. `into` are the carriers of the body that take what it gives:
    variables, temporary tables; WHOLE is any of them. `handed` are calls of which it holds one argument alone. `made`
    are temporary tables that it makes and that cannot have been there before. `channels` are those of NOTIFY; '' is one
    that is not fixed. `converts` are types that something is cast to: a value that is none of them shows in the error.
    `taken` are columns put into a variable that holds no text. `changes` are what constraints may refuse. `unknown`
    says why it might do more.
    """

    reads: frozenset[tuple[Name, str]] = frozenset()
    writes: frozenset[tuple[Name, str]] = frozenset()
    calls: frozenset[Name] = frozenset()
    operators: frozenset[Name] = frozenset()
    types: frozenset[Name] = frozenset()
    fields: frozenset[tuple[str, str]] = frozenset()
    values: frozenset[tuple[Name, str]] = frozenset()
    value_fields: frozenset[tuple[str, str]] = frozenset()
    into: frozenset[str] = frozenset()
    handed: frozenset[tuple[Name, int]] = frozenset()
    made: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    converts: frozenset[Name] = frozenset()
    taken: frozenset[tuple[Name, str]] = frozenset()
    changes: frozenset["Change"] = frozenset()
    unknown: str | None = None

    def __or__(self, other: "Uses") -> "Uses":
        sets = {f.name: getattr(self, f.name) | getattr(other, f.name) for f in fields(self) if f.name != "unknown"}
        return Uses(**sets, unknown=self.unknown or other.unknown)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a relation that a constraint may refuse, in an error that quotes the row or its key.

    `values` are what is put into each column, `asked` the columns by which rows are found. `spared` are the columns of
    the key whose refusal ON CONFLICT takes away: all keys where there are none, no key where it is None.
    """

    verb: Literal["insert", "update", "delete"]
    relation: Name
    values: tuple[tuple[str, Uses], ...] = ()
    asked: frozenset[str] = frozenset()
    spared: frozenset[str] | None = None
    caught: frozenset[str] = frozenset()
    constants: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """A body by its statements.

    `returns`: what it returns may depend on what it reads; `tells`: so may what RAISE shows, `shown` being the
    expressions that it shows. `variables` carry values from one statement to others. `parameters` are the names of what
    it is given, in order; None where that is not known. `changes_row`: a trigger gives back another row than it got.
    """

    statements: tuple[Uses, ...]
    returns: bool
    tells: bool = False
    shown: tuple[Uses, ...] = ()
    variables: frozenset[str] = frozenset()
    parameters: tuple[str, ...] | None = None
    changes_row: bool = False

    @property
    def uses(self) -> Uses:
        """What it uses in all."""
        return union(self.statements)


def union(found: Iterable[Uses]) -> Uses:
    """What several statements use together."""
    return reduce(Uses.__or__, found, Uses())
