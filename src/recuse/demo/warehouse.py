"""The warehouse: a second database on the demo's server, where extracts of the register are, and what leads back to it.

Roles are the server's, so every login of the register is one here. Three ways past a directive about the register lie
here: a copy that somebody left, a nightly extract that everyone may read, and a foreign server by which a fusion
centre reads the register with the application's rights.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import psycopg
from psycopg import sql

from recuse.demo.doors import Door
from recuse.demo.repository import WAREHOUSE
from recuse.demo.statements import statement
from recuse.demo.world import World

FIRST_EXTRACT: Final = date(2018, 7, 1)
"""The day from which the warehouse has arrests."""

_OVERLAP: Final = timedelta(days=30)

LEFT_COPY: Final = Door(
    "copy-in-warehouse", "left_copy", "ice_ero_017", "stock.gang_extract",
    "a copy of the cards in another database, which `partner_read` reads; what is revoked in the register is not here",
)  # fmt: skip
FOREIGN_TABLE: Final = Door(
    "foreign-server", "foreign_table", "fusion_desk", "stock.incident",
    "the warehouse reads the register as `records_app`, whoever asks; the register sees only its own application",
)  # fmt: skip
FUSION_LOGIN: Final = Door(
    "fusion-login", "open_extract", "fusion_desk", "stock.arrest_extract",
    "the extract is open to PUBLIC, and the centre's members include a barred agency",
)  # fmt: skip

DOORS: Final[tuple[Door, ...]] = (LEFT_COPY, FOREIGN_TABLE, FUSION_LOGIN)

# The codes that `verify` gives a finding about each door, in the register and in the warehouse.
DOOR_CODES: Final[Mapping[str, frozenset[str]]] = {
    LEFT_COPY.name: frozenset({"copy", "membership"}),
    FOREIGN_TABLE.name: frozenset({"foreign-table", "user-mapping"}),
    FUSION_LOGIN.name: frozenset({"copy", "public"}),
}

# To whom the object of each is open: what closes the door is the revocation of that.
OPEN_TO: Final[Mapping[str, str | None]] = {
    LEFT_COPY.name: "partner_read",
    FOREIGN_TABLE.name: "fusion_desk",
    FUSION_LOGIN.name: None,
}


def build_warehouse(world: World) -> World:
    """Make the warehouse beside a register; gives it as a world with the same logins.

    Raises what PostgreSQL says when there is one already.
    """
    warehouse = replace(world, database=WAREHOUSE)
    with psycopg.connect(world.server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(WAREHOUSE)))
    with psycopg.connect(world.dsn()) as register, psycopg.connect(warehouse.dsn()) as connection:
        register.execute(statement("warehouse/feeding"))
        connection.execute(statement("warehouse/schema"))
        connection.execute(statement("warehouse/grants"))
        for create in _foreign_server(world):
            connection.execute(create)
        connection.execute(statement("warehouse/foreign_table"))
        with (
            register.cursor().copy(statement("warehouse/read_cards")) as cards,
            connection.cursor().copy(statement("warehouse/write_cards")) as copied,
        ):
            for block in cards:
                copied.write(block)
    extract(world, warehouse, FIRST_EXTRACT + _OVERLAP)
    with psycopg.connect(warehouse.dsn(), autocommit=True) as connection:
        connection.execute("ANALYZE")
    return warehouse


def _foreign_server(world: World) -> tuple[sql.Composed, ...]:
    """The register as a foreign server, and the application's password by which the fusion centre arrives there."""
    server = sql.SQL(
        "CREATE SERVER register FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host {}, port {}, dbname {})"
    ).format(world.server.host, str(world.server.port), world.database)
    mapping = sql.SQL("CREATE USER MAPPING FOR fusion_desk SERVER register OPTIONS (user {}, password {})").format(
        "records_app", world.passwords["records_app"]
    )
    return server, mapping


def extract(register: World, warehouse: World, night: date) -> int:
    """The nightly extract, as `nightly_job`: the arrests of 30 days, of which the warehouse keeps those that it lacks.

    Gives how many it kept. Raises psycopg.Error where the job is refused; what was there stays.
    """
    since = datetime.combine(night - _OVERLAP, time(), UTC)
    with psycopg.connect(register.dsn("nightly_job")) as reading, psycopg.connect(warehouse.dsn("nightly_job")) as to:
        rows = reading.execute(statement("warehouse/read_arrests"), {"since": since}).fetchall()
        columns = [list(column) for column in zip(*rows, strict=True)]
        return to.execute(statement("warehouse/write_arrests"), columns).rowcount if rows else 0
