"""Foreign servers, user mappings, foreign tables and dblink, as the catalog of one database has them."""

from dataclasses import dataclass, field, replace

from recuse.targets.postgres.edges.catalog import Connection, rows_of
from recuse.targets.postgres.edges.passwords import verifiers_in


@dataclass(frozen=True, slots=True)
class Server:
    """A foreign server with the options of its connections; `handler` is the function that reads its tables."""

    name: str
    written: str
    owner: str
    handler: str
    options: dict[str, str]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A user mapping, of one role or ('') of PUBLIC.

    `shown` says whether this account sees its options; `wrong` that its password is not that of this server's account.
    """

    server: str
    mapped: str
    remote: str | None
    password: bool
    required: bool
    shown: bool
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class ForeignColumn:
    """A column of a foreign table, and the relation and column of the other server that it shows."""

    server: str
    name: str
    column: str
    relation: str
    shows: str


@dataclass(frozen=True, slots=True)
class ForeignTable:
    """A foreign table of someone who is no superuser; `usage` is the node of its schema, `options` those it has set."""

    server: str
    name: str
    owner: str
    usage: str
    options: tuple[str, ...]
    partition: bool


@dataclass(frozen=True, slots=True)
class Foreign:
    """All of it in one database; `dblink` is the schema of that extension."""

    servers: tuple[Server, ...]
    mappings: tuple[Mapped, ...]
    columns: tuple[ForeignColumn, ...]
    tables: tuple[ForeignTable, ...]
    dblink: str | None

    def mappings_of(self, server: Server) -> tuple[Mapped, ...]:
        """The user mappings of one server."""
        return tuple(mapping for mapping in self.mappings if mapping.server == server.name)

    def columns_of(self, server: Server) -> tuple[ForeignColumn, ...]:
        """The columns of one server's tables."""
        return tuple(column for column in self.columns if column.server == server.name)

    def tables_of(self, server: Server) -> tuple[ForeignTable, ...]:
        """The tables of one server whose owners are no superusers."""
        return tuple(table for table in self.tables if table.server == server.name)


@dataclass(frozen=True, slots=True)
class _Extension:
    schema: str


@dataclass(frozen=True, slots=True)
class _Password:
    server: str
    mapped: str
    role: str
    password: str = field(repr=False)


def foreign_in(connection: Connection) -> Foreign:
    """What the connected database has."""
    servers = tuple(rows_of(connection, "foreign_servers", Server))
    dblink = next((extension.schema for extension in rows_of(connection, "dblink", _Extension)), None)
    if not servers:
        return Foreign((), (), (), (), dblink)
    wrong = _wrong(connection)
    mappings = rows_of(connection, "user_mappings", Mapped)
    return Foreign(
        servers,
        tuple(replace(mapping, wrong=(mapping.server, mapping.mapped) in wrong) for mapping in mappings),
        tuple(rows_of(connection, "foreign_columns", ForeignColumn)),
        tuple(rows_of(connection, "foreign_tables", ForeignTable)),
        dblink,
    )


def _wrong(connection: Connection) -> set[tuple[str, str]]:
    """The mappings whose password this server would not take, as far as this account may know."""
    found = rows_of(connection, "mapped_passwords", _Password)
    verifiers = verifiers_in(connection) if found else {}
    return {
        (one.server, one.mapped) for one in found
        if one.role in verifiers and verifiers[one.role].opens(one.password) is False
    }  # fmt: skip
