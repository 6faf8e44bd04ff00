"""What `reach` foretells beside what a login really got, column by column."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from recuse.targets.postgres.edges import Collected
from tests.schemas.administration import Office
from tests.schemas.attacker import Loot
from tests.schemas.foretold import Foretold, answer
from tests.schemas.rows import Place

Case = tuple[str, str, str]
"""A login, a relation's quoted name, and a column's name."""


@dataclass
class Tally:
    """The comparison of one schema: how many answers, how they were met, and every case where the two sides differ."""

    answers: int = 0
    direct: int = 0
    read: int = 0
    reproduced: int = 0
    missed: list[Case] = field(default_factory=list)
    too_many: list[Case] = field(default_factory=list)
    direct_differs: list[Case] = field(default_factory=list)

    def line(self) -> str:
        """The figures in one line."""
        return (
            f"{self.answers} answers, {self.direct} read directly, {self.read - self.direct} as another role,"
            f" {self.reproduced} by a view, a function or statistics, {len(self.missed)} missed,"
            f" {len(self.too_many)} too many, {len(self.direct_differs)} differ directly"
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
        """Columns of which it saw a value; of views, which may show no row for other reasons, those that let it in."""
        by_statistics = {place for place, number in self.numbers.items() if number in loot.statistics}
        views = {place for place in loot.empty if self.kinds[place[0]] == "v"}
        return {*loot.read, *views, *(by_statistics & self.nodes.keys())}

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
                values.setdefault(value, set()).add((relation, name))
    return Ground(collected, nodes, office.kinds, numbers, {v: frozenset(p) for v, p in values.items()})


def compare(tally: Tally, ground: Ground, foretold: Foretold, loot: Loot, connection: psycopg.Connection[Any]) -> None:
    """Add one login. What was foretold and not simply read has to be read by the SQL that `reach` gives for it."""
    read, direct = ground.really_read(loot), loot.direct()
    expected = {place for place, node in ground.nodes.items() if node in foretold.reached}
    expected_direct = {place for place, node in ground.nodes.items() if node in foretold.direct}
    let_in = direct | {place for place in loot.empty_directly if ground.kinds[place[0]] == "v"}
    tally.answers += len(ground.nodes)
    tally.direct += len(direct & expected)
    tally.read += len(read & expected)
    tally.missed += _cases(loot, (read - expected) | ground.unexplained(loot, foretold))
    tally.direct_differs += _cases(loot, let_in ^ expected_direct)
    for place in sorted(expected - read):
        if reproduces(ground, place, loot.login, connection):
            tally.reproduced += 1
        else:
            tally.too_many.append((loot.login, *place))


def _cases(loot: Loot, places: Iterable[Place]) -> list[Case]:
    return [(loot.login, *place) for place in sorted(places)]


def reproduces(ground: Ground, place: Place, login: str, connection: psycopg.Connection[Any]) -> bool:
    """Whether one of the ways that `reach` gives for a column shows rows when it is typed."""
    found = answer(ground.collected, ground.nodes[place], login)
    return any(_shows_rows(connection, way.text) for way in found.reproductions)


def _shows_rows(connection: psycopg.Connection[Any], text: str) -> bool:
    try:
        cursor = connection.execute(text)  # type: ignore[call-overload]
        rows = cursor.fetchall() if cursor.description else []
        while cursor.nextset():
            rows += cursor.fetchall() if cursor.description else []
    except psycopg.Error:
        connection.execute("ROLLBACK")
        rows = []
    connection.execute("RESET SESSION AUTHORIZATION; RESET search_path; DEALLOCATE ALL")
    return bool(rows)
