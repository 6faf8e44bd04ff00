"""The planted side doors, and the live sessions: each reads protected rows as a login that the directive bars.

They are planted before anything is applied. `read_through` tries one as its login, so the same call shows the door open
before `apply` and closed after it.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import psycopg
from psycopg import sql

from recuse.demo.statements import statement, statement_text
from recuse.demo.world import World
from recuse.errors import TargetError

DoorKind = Literal[
    "set_only", "second_grantor", "definer_view", "definer_function", "materialized_copy", "default_privilege",
    "inactive_account", "live_session", "foreign_table", "left_copy", "open_extract",
]  # fmt: skip

NEXT_TABLE: Final = "records.person_next"


@dataclass(frozen=True, slots=True)
class Door:
    """One planted way past a directive: `login` reads `object` (after SET ROLE `enters`, where that is the way)."""

    name: str
    kind: DoorKind
    login: str
    object: str
    why: str
    enters: str | None = None

    @property
    def reading(self) -> str:
        """The SQL that reads protected rows through this door, for a person to repeat as `login`."""
        query = statement_text(f"doors/{self.kind}").strip()
        return f"{query};" if self.enters is None else f"SET ROLE {self.enters};\n{query};"


SET_ONLY: Final = Door(
    "set-only-membership", "set_only", "ice_ero_021", "records.incident",
    "the login inherits nothing from `cpd_analysts`, so it shows no privilege, but it may become that group",
    enters="cpd_analysts",
)  # fmt: skip
SECOND_GRANTOR: Final = Door(
    "second-grantor", "second_grantor", "cbp_intel", "records.gang_card",
    "`isp_liaison` holds SELECT with grant option and passed it on; a REVOKE by the owner leaves that grant",
)  # fmt: skip
DEFINER_VIEW: Final = Door(
    "definer-view", "definer_view", "dhs_ia_003", "exchange.person_contact",
    "the view reads `records.person` with its owner's rights, whoever asks",
)  # fmt: skip
DEFINER_FUNCTION: Final = Door(
    "definer-function", "definer_function", "uscis_022", "exchange.release_of(integer)",
    "the function runs with its owner's rights, and EXECUTE is PUBLIC's unless it is revoked",
)  # fmt: skip
MATERIALIZED_COPY: Final = Door(
    "materialized-copy", "materialized_copy", "ice_hsi_desk", "analysis.gang_extract",
    "the copy has grants of its own and no row security",
)  # fmt: skip
DEFAULT_PRIVILEGE: Final = Door(
    "default-privilege", "default_privilege", "ice_ero_017", "future:records.tables",
    "every table that `records_owner` makes in `records` is granted to `partner_read` as it is made",
)  # fmt: skip
INACTIVE_ACCOUNT: Final = Door(
    "inactive-account", "inactive_account", "ice_inactive", "records.incident",
    "the account is inactive on paper; its login and its direct grant still work",
)  # fmt: skip

OPEN_CURSOR: Final = Door(
    "open-cursor", "live_session", "ice_ero_017", "records.person",
    "a cursor opened before the cut reads on after it, until its session ends",
)  # fmt: skip

PLANTED: Final[tuple[Door, ...]] = (
    SET_ONLY, SECOND_GRANTOR, DEFINER_VIEW, DEFINER_FUNCTION, MATERIALIZED_COPY, DEFAULT_PRIVILEGE, INACTIVE_ACCOUNT,
    OPEN_CURSOR,
)  # fmt: skip

# The codes that `verify` gives a finding about each door.
DOOR_CODES: Final[Mapping[str, frozenset[str]]] = {
    "set-only-membership": frozenset({"set-role", "membership"}),
    "second-grantor": frozenset({"grant"}),
    "definer-view": frozenset({"definer-view"}),
    "definer-function": frozenset({"definer-function"}),
    "materialized-copy": frozenset({"materialized-copy"}),
    "default-privilege": frozenset({"default-privilege"}),
    "inactive-account": frozenset({"grant"}),
    "open-cursor": frozenset({"live-session"}),
}


def read_through(world: World, door: Door, limit: int = 5) -> tuple[tuple[Any, ...], ...]:
    """Up to `limit` protected rows, read as the door's login.

    A closed door raises psycopg.Error (no privilege, no connection) or gives no rows. For the default privilege the
    table's owner first makes the next table, and it is dropped again.
    """
    with ExitStack() as stack:
        if door.kind == "default_privilege":
            stack.enter_context(_next_table(world))
        connection = stack.enter_context(psycopg.connect(world.dsn(door.login)))
        return tuple(_opened(connection, door).fetchmany(limit))


def try_through(world: World, door: Door) -> str:
    """What comes of reading through a door, in a few words; a refusal in the database's own."""
    try:
        rows = read_through(world, door)
    except psycopg.Error as error:
        return f"is refused ({error.diag.message_primary or str(error).strip().splitlines()[-1]})"
    return "reads rows" if rows else "reads no row"


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session of a barred login that was open before the cut, one row into a cursor on protected rows."""

    door: Door
    connection: psycopg.Connection = field(repr=False)
    cursor: psycopg.ServerCursor[Any] = field(repr=False)

    def read_on(self) -> int:
        """How many bytes of protected rows the session still gets from its cursor; 0 when it has been ended."""
        try:
            return sum(len(str(value).encode()) for row in self.cursor.fetchall() for value in row)
        except psycopg.Error:
            return 0


@contextmanager
def open_sessions(world: World) -> Iterator[tuple[LiveSession, ...]]:
    """Four barred logins' live sessions: plain, in an entered role, with a cursor held past commit, and inactive."""
    with ExitStack() as stack:
        yield (
            _live(stack, world, OPEN_CURSOR),
            _live(stack, world, SET_ONLY),
            _live(stack, world, DEFINER_VIEW, holdable=True),
            _live(stack, world, INACTIVE_ACCOUNT),
        )


def _live(stack: ExitStack, world: World, door: Door, holdable: bool = False) -> LiveSession:
    connection = psycopg.connect(world.dsn(door.login))
    stack.callback(connection.close)
    cursor = _opened(connection, door, holdable)
    if cursor.fetchone() is None:
        raise TargetError(
            f"door `{door.name}` shows `{door.login}` no row", "open the sessions before anything is applied"
        )
    if holdable:
        connection.commit()
    return LiveSession(door, connection, cursor)


@contextmanager
def _next_table(world: World) -> Iterator[None]:
    with psycopg.connect(world.dsn(), autocommit=True) as owner:
        owner.execute(statement("next_table"))
        try:
            yield
        finally:
            owner.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(*NEXT_TABLE.split("."))))


def _opened(connection: psycopg.Connection, door: Door, holdable: bool = False) -> psycopg.ServerCursor[Any]:
    if door.enters is not None:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(door.enters)))
    cursor = connection.cursor("door", withhold=holdable)
    cursor.execute(statement(f"doors/{door.kind}"))
    return cursor
