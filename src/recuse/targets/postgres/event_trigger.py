"""The event trigger that looks at what is made and opened: one, named after its mode, on whatever a session sets.

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
    "CREATE SCHEMA", "CREATE POLICY", "ALTER POLICY", "ALTER TABLE", "ALTER FUNCTION", "ALTER PROCEDURE",
    "ALTER ROUTINE", "ALTER DEFAULT PRIVILEGES", "GRANT",
)  # fmt: skip
"""The commands after which it runs. REVOKE opens nothing, and is what it writes itself."""


def trigger_statements(mode: Literal["report", "close"]) -> tuple[Sql, ...]:
    """The one of this mode, in the place of whatever is there under our names."""
    name = sql.Identifier(NAMES[mode])
    tags = sql.SQL(", ").join(map(sql.Literal, TAGS))
    return (
        *drop_statements(),
        sql.SQL("ALTER FUNCTION recuse.new_objects() OWNER TO CURRENT_USER"),
        sql.SQL(
            "CREATE EVENT TRIGGER {} ON ddl_command_end WHEN TAG IN ({}) EXECUTE FUNCTION recuse.new_objects()"
        ).format(name, tags),
        sql.SQL("ALTER EVENT TRIGGER {} ENABLE ALWAYS").format(name),
    )


def drop_statements() -> tuple[Sql, ...]:
    """The end of both."""
    return tuple(sql.SQL("DROP EVENT TRIGGER IF EXISTS {}").format(sql.Identifier(name)) for name in NAMES.values())


def found_new_objects(rows: Iterable[tuple[str, bool, list[str]]]) -> frozenset[NewObjects]:
    """The fact that the catalog's event triggers under our names (name, sound, tags) come to; none unless one is."""
    found = tuple(rows)
    modes = [mode for mode, name in NAMES.items() for each, sound, tags in found if each == name and sound
             and sorted(tags) == sorted(TAGS)]  # fmt: skip
    return frozenset({NewObjects(modes[0])}) if len(found) == len(modes) == 1 else frozenset()
