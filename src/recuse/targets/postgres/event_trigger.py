"""The event trigger that looks at what is made and opened: one, named after its mode, on whatever a session sets.

PostgreSQL tells of what was dropped in an event of its own, so that it is two, and one fact.
Its function has no rights of its own (`sql/support/new_objects.sql`), so that firing it is a step to nothing.
"""

from collections.abc import Iterable
from typing import Final, Literal

from psycopg import sql

from recuse.enforcement.facts import NewObjects
from recuse.targets.postgres.queries import Sql

NAMES: Final[dict[Literal["report", "close"], str]] = {"report": "recuse_report", "close": "recuse_close"}
TAGS: Final = (
    "CREATE TABLE", "CREATE TABLE AS", "SELECT INTO", "CREATE VIEW", "CREATE MATERIALIZED VIEW", "CREATE SEQUENCE",
    "CREATE FOREIGN TABLE", "IMPORT FOREIGN SCHEMA", "CREATE FUNCTION", "CREATE PROCEDURE", "CREATE AGGREGATE",
    "CREATE SCHEMA", "CREATE POLICY", "ALTER POLICY", "CREATE RULE", "ALTER TABLE", "ALTER VIEW",
    "ALTER MATERIALIZED VIEW", "ALTER FUNCTION", "ALTER PROCEDURE", "ALTER ROUTINE", "ALTER DEFAULT PRIVILEGES",
    "CREATE TRIGGER", "ALTER SCHEMA", "CREATE PUBLICATION", "ALTER PUBLICATION",
    "CREATE EXTENSION", "CREATE SERVER", "ALTER SERVER", "CREATE USER MAPPING", "ALTER USER MAPPING",
    "CREATE SUBSCRIPTION", "ALTER SUBSCRIPTION", "ALTER DOMAIN", "ALTER TYPE", "GRANT",
)  # fmt: skip
"""The commands after which it runs. REVOKE opens nothing, and is what it writes itself."""


def trigger_statements(mode: Literal["report", "close"]) -> tuple[Sql, ...]:
    """The one of this mode, in the place of whatever is there under our names."""
    made, dropped = (sql.Identifier(name) for name in _both(NAMES[mode]))
    tags = sql.SQL(", ").join(map(sql.Literal, TAGS))
    return (
        *drop_statements(),
        sql.SQL("ALTER FUNCTION recuse.new_objects() OWNER TO CURRENT_USER"),
        sql.SQL(
            "CREATE EVENT TRIGGER {} ON ddl_command_end WHEN TAG IN ({}) EXECUTE FUNCTION recuse.new_objects()"
        ).format(made, tags),
        sql.SQL("CREATE EVENT TRIGGER {} ON sql_drop EXECUTE FUNCTION recuse.new_objects()").format(dropped),
        *(sql.SQL("ALTER EVENT TRIGGER {} ENABLE ALWAYS").format(name) for name in (made, dropped)),
    )


def drop_statements() -> tuple[Sql, ...]:
    """The end of both modes."""
    names = (each for name in NAMES.values() for each in _both(name))
    return tuple(sql.SQL("DROP EVENT TRIGGER IF EXISTS {}").format(sql.Identifier(name)) for name in names)


def found_new_objects(rows: Iterable[tuple[str, bool, list[str]]]) -> frozenset[NewObjects]:
    """The fact that the catalog's event triggers under our names (name, sound, tags) come to; none unless one is."""
    found = {name: sorted(tags) if sound else None for name, sound, tags in rows}
    whole = {mode: dict(zip(_both(name), (sorted(TAGS), []), strict=True)) for mode, name in NAMES.items()}
    return frozenset(NewObjects(mode) for mode, expected in whole.items() if found == expected)


def _both(name: str) -> tuple[str, str]:
    return name, f"{name}_dropped"
