"""What `reach` foretells beside what a login really got, column by column."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from recuse.targets.postgres.edges import Collected
from tests.schemas.administration import Office
from tests.schemas.attacker import Loot
from tests.schemas.foretold import Foretold, answer
from tests.schemas.rows import Place

_MARKER: Final = re.compile(r"\d{5}")  # a value that tells its column: no truth value, label or letter does
Case = tuple[str, str, str]
"""A login, a relation's quoted name, and a column's name."""


@dataclass
class Tally:
    """The comparison of one schema: how many answers, how they were met, and every case where the two sides differ."""

    answers: int = 0
    direct: int = 0
    read: int = 0
    reproduced: int = 0
    mended: int = 0
    owed: list[Case] = field(default_factory=list)
    missed: list[Case] = field(default_factory=list)
    too_many: list[Case] = field(default_factory=list)
    direct_differs: list[Case] = field(default_factory=list)

    def line(self) -> str:
        """The figures in one line."""
        return (
            f"{self.answers} answers, {self.direct} read directly, {self.read - self.direct} as another role,"
            f" {len(self.owed)} by a view or a function ({self.reproduced} typed),"
            f" {self.mended} of views that it mended, {len(self.missed)} missed, {len(self.too_many)} too many,"
            f" {len(self.direct_differs)} differ directly"
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """What both sides are compared on: columns by place with node, kind and number, and where each value stands."""

    collected: Collected
    nodes: Mapping[Place, str]
    kinds: Mapping[str, str]
    numbers: Mapping[Place, str]
    values: Mapping[str, frozenset[Place]]

    def really_read(self, loot: Loot) -> set[Place]:
        """Columns of which it saw a value, by name or in the statistics."""
        by_statistics = {place for place, number in self.numbers.items() if number in loot.statistics}
        return {*loot.read, *self.let_in(loot.empty), *by_statistics}

    def let_in(self, empty: Iterable[Place]) -> set[Place]:
        """Of columns that showed no row, those of views and catalogs, which may be empty for other reasons."""
        return {place for place in empty if self.kinds[place[0]] in {"v", "catalog"}}

    def unexplained(self, loot: Loot, foretold: Foretold) -> set[Place]:
        """Columns whose values came out of a view or function, where none that has the value was foretold."""
        shown = [v for (relation, _), (_, seen) in loot.read.items() if self.kinds[relation] != "r" for v in seen]
        shown += [value for seen in loot.derived.values() for value in seen if value is not None]
        sources = (self.values.get(value, frozenset()) for value in shown)
        return {
            min(places) for places in sources if places and not any(self.nodes[p] in foretold.reached for p in places)
        }


_NODES = """
SELECT format('%%I.%%I', n.nspname, c.relname), a.attname,
       'column:' || format('%%I.%%I.%%I', n.nspname, c.relname, a.attname), c.oid || '.' || a.attnum
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE format('%%I.%%I', n.nspname, c.relname) = ANY (%s)
"""


def survey(office: Office, collected: Collected, relations: Mapping[str, list[str]]) -> Ground:
    """Read the whole database as a superuser."""
    nodes, numbers = {}, {}
    for relation, name, node, number in office.connection.execute(_NODES, (list(relations),)):
        nodes[relation, name], numbers[relation, name] = node, number
    values: dict[str, set[Place]] = {}
    for relation, name in nodes:
        if office.kinds[relation] == "r":
            column = '"' + name.replace('"', '""') + '"'
            for (value,) in office.connection.execute(f"SELECT DISTINCT {column}::text FROM ONLY {relation}"):
                if value is not None and _MARKER.search(value):
                    values.setdefault(value, set()).add((relation, name))
    return Ground(collected, nodes, office.kinds, numbers, {v: frozenset(p) for v, p in values.items()})


def compare(tally: Tally, ground: Ground, foretold: Foretold, loot: Loot) -> None:
    """Add one login. What was foretold and not simply read is owed: the SQL that `reach` gives has to read it.

    A view that failed for lack of its owner's right works again when the owner of what it reads grants that right:
    what it then shows is not foretold of the view, and has to be foretold of the tables that hold it.
    """
    read = ground.really_read(loot)
    direct = loot.direct() | {place for place in ground.let_in(loot.empty) if loot.empty[place] == "direct"}
    expected = {place for place, node in ground.nodes.items() if node in foretold.reached}
    expected_direct = {place for place, node in ground.nodes.items() if node in foretold.direct}
    tally.answers += len(ground.nodes)
    tally.direct += len(direct & expected)
    tally.read += len(read & expected)
    mended = {p for p in read - expected if ground.kinds[p[0]] == "v" and loot.only_helped(p)}
    tally.mended += len(mended)
    tally.missed += _cases(loot, (read - expected - mended) | ground.unexplained(loot, foretold))
    tally.direct_differs += _cases(loot, direct ^ expected_direct)
    tally.owed += _cases(loot, expected - read)


def settle(tally: Tally, ground: Ground, connection: psycopg.Connection[Any], cases: Iterable[Case]) -> None:
    """Type the SQL for these of the cases that are owed."""
    for login, *place in cases:
        if reproduces(ground, (place[0], place[1]), login, connection):
            tally.reproduced += 1
        else:
            tally.too_many.append((login, place[0], place[1]))


def _cases(loot: Loot, places: Iterable[Place]) -> list[Case]:
    return [(loot.login, *place) for place in sorted(places)]


def reproduces(ground: Ground, place: Place, login: str, connection: psycopg.Connection[Any]) -> bool:
    """Whether one of the ways that `reach` gives for a column is not refused, and shows what a superuser would see."""
    found = answer(ground.collected, ground.nodes[place], login)
    return any(_rows(connection, way.text) or _shows_nothing(connection, way.text) for way in found.reproductions)


def _shows_nothing(connection: psycopg.Connection[Any], text: str) -> bool:
    """A view whose conditions no synthetic row meets: no rows for the login, and none for a superuser."""
    plainly = "\n".join(line for line in text.splitlines() if not line.startswith(("SET SESSION", "SET ROLE", "RESET")))
    return _rows(connection, text) == 0 and _rows(connection, plainly) == 0


def _rows(connection: psycopg.Connection[Any], text: str) -> int | None:
    """How many rows are shown when this is typed; None when it is refused."""
    try:
        cursor = connection.execute(text)
        rows = len(cursor.fetchall()) if cursor.description else 0
        while cursor.nextset():
            rows += len(cursor.fetchall()) if cursor.description else 0
    except psycopg.Error:
        connection.execute("ROLLBACK")
        rows = None
    connection.execute("RESET SESSION AUTHORIZATION; RESET search_path; DEALLOCATE ALL")
    return rows
