"""Attempts: as each login, over its own connection, everything that `attack.sql` tries; undone afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg

from recuse.targets.postgres.throwaway import Server
from tests.schemas.administration import Office
from tests.schemas.rows import Place

TOOLS: Final = (Path(__file__).parent / "attack.sql").read_bytes()
EXPECTED: Final = frozenset({"42501"})
"""Why reads are refused: no right. Any other code would be a mistake of the attacker's."""


@dataclass
class Loot:
    """What one login got: by column the first way in, and the values seen if there were rows; then all else."""

    login: str
    read: dict[Place, tuple[str, list[str]]] = field(default_factory=dict)
    empty: dict[Place, str] = field(default_factory=dict)
    derived: dict[str, list[str]] = field(default_factory=dict)
    statistics: set[str] = field(default_factory=set)
    refusals: dict[str, str] = field(default_factory=dict)

    def direct(self) -> set[Place]:
        """Columns whose values it saw as itself, before it became anyone or helped itself."""
        return {place for place, (way, _) in self.read.items() if way == "direct"}

    def only_helped(self, place: Place) -> bool:
        """Whether it came to a column only after it had helped itself."""
        return self.empty.get(place, self.read.get(place, ("",))[0]) == "helped"


def attack(server: Server, office: Office, login: str, relations: Mapping[str, Sequence[str]]) -> Loot:
    """Connect as the login and try; a login that is not let in gets nothing."""
    loot = Loot(login)
    try:
        connection = psycopg.connect(server.dsn(office.connection.info.dbname, login, login), autocommit=True)
    except psycopg.OperationalError:
        return loot
    connection.execute("SET statement_timeout = '20min'")
    with connection:
        connection.execute("BEGIN")
        for row in connection.execute("SELECT * FROM attack.loot(%s, %s, %s, %s, %s)", _task(office, relations)):
            _keep(loot, row)
        connection.execute("ROLLBACK")
    return loot


def _task(office: Office, relations: Mapping[str, Sequence[str]]) -> tuple[list[Any], ...]:
    roles = "SELECT rolname FROM pg_roles WHERE oid >= 16384 OR rolname ~ '^pg_(read|write)_all_data$' ORDER BY 1"
    functions = """
        SELECT p.oid::regprocedure::text, format('%I.%I(%s)', n.nspname, p.proname, (
          SELECT string_agg('NULL::' || format_type(t, NULL), ', ') FROM unnest(p.proargtypes) AS t))
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE p.oid >= 16384 AND p.prosecdef AND p.prosqlbody IS NOT NULL
        ORDER BY 1"""
    return (
        [name for (name,) in office.connection.execute(roles)],
        office.schemas,
        list(relations),
        [[relation, column] for relation, columns in relations.items() for column in columns],
        [call for _, call in office.connection.execute(functions)],
    )


def _keep(loot: Loot, row: tuple[Any, ...]) -> None:
    way, relation, name, shown, refused = row
    if way == "statistics":
        loot.statistics |= set(shown or ())
    elif way == "function":
        loot.derived[relation] = shown or []
    elif name is not None and shown is not None:
        loot.read[relation, name] = (way, [value for value in shown if value is not None])
    elif name is not None and refused is None:
        loot.empty.setdefault((relation, name), way)
    if refused is not None:
        loot.refusals.setdefault(refused, f"{way} {relation}.{name}")
