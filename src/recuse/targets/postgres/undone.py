"""Transactions of ours of which nothing is to stay, and in which nothing of anybody's runs.

A rollback undoes neither sequences nor what leaves the server, so that what would run a function of users is kept from
running in the first place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from psycopg import sql

from recuse.errors import MissingRightError
from recuse.targets.postgres.connect import Connection

_SETTING_OF_ITS_OWN: Final = 170000  # the first release with a setting that switches every event trigger off
_EVENT_TRIGGERS: Final = (
    "SELECT evtname::text, evtenabled::text FROM pg_catalog.pg_event_trigger "
    "WHERE evtenabled <> 'D' AND evtevent <> 'login' "
    "AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_roles o ON o.oid = p.proowner AND o.rolsuper "
    "WHERE p.oid = evtfoid AND p.oid = pg_catalog.to_regproc('recuse.new_objects')) "  # it leaves temporary ones alone
    "ORDER BY evtname"
)
_RIGHTS: Final = (
    "SELECT rolsuper, pg_catalog.has_parameter_privilege(%s, 'SET') FROM pg_catalog.pg_roles "
    "WHERE rolname = current_user"
)


class Rollback(Exception):  # noqa: N818 - not an error: the way out of a transaction that must leave nothing
    """Ends a block of which nothing is to stay."""


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """A transaction, or a savepoint inside one, that is always rolled back."""
    try:
        with connection.transaction():
            yield
            raise Rollback
    except Rollback:
        pass


def silence(connection: Connection) -> None:
    """Let no event trigger run for the rest of the transaction, whatever is made in it.

    Raises MissingRightError where one would run all the same, since we may not keep it from that.
    """
    found = [(str(name), str(enabled)) for name, enabled in connection.execute(_EVENT_TRIGGERS)]
    if not found:
        return
    own = connection.info.server_version >= _SETTING_OF_ITS_OWN
    setting = "event_triggers" if own else "session_replication_role"
    superuser, settable = connection.execute(_RIGHTS, (setting,)).fetchone() or (False, False)
    always = [name for name, enabled in found if enabled != "O"]  # they run for a replica too
    if not superuser and (not settable or (always and not own)):
        raise MissingRightError(
            f"the event trigger `{found[0][0]}` would run when a temporary table is made",
            f"connect as a superuser, or as a login that has SET on the parameter `{setting}`"
            + ("" if own else " and let no event trigger be ENABLE ALWAYS or REPLICA"),
        )
    if own:
        connection.execute("SELECT pg_catalog.set_config('event_triggers', 'off', true)")
        return
    connection.execute("SELECT pg_catalog.set_config('session_replication_role', 'replica', true)")
    for name in always:
        connection.execute(sql.SQL("ALTER EVENT TRIGGER {} DISABLE").format(sql.Identifier(name)))
