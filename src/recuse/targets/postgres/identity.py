"""Where a database is, as its schema `recuse` notes it: whether it is the one that the policy was applied to."""

from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import query
from recuse.targets.whereabouts import Whereabouts


def whereabouts(connection: Connection) -> Whereabouts:
    """What the database says of itself; nothing is `noted` where no policy is applied, or by an older version."""
    noted, recovering = connection.execute(query("identity/known")).fetchone() or (False, False)
    if not noted:
        return Whereabouts(noted=False, moved=None, known=None, recovering=bool(recovering))
    moved, known, _ = connection.execute(query("identity/whereabouts")).fetchone() or (None, None, None)
    return Whereabouts(
        noted=True,
        moved=None if moved is None else str(moved),
        known=None if known is None else int(str(known)),
        recovering=bool(recovering),
    )


def settle(connection: Connection, known: int | None, *, resuming: bool) -> bool:
    """Note that this is the place, and that the database follows the ledger up to `known` entries.

    Without `resuming` only where it is the place already; whether it was noted. Resuming opens the gates.
    """
    if resuming:
        connection.execute(query("identity/looking"))
    row = connection.execute("SELECT recuse.settle(%s, %s)", (known, resuming)).fetchone()
    return row is not None and row[0] is True
