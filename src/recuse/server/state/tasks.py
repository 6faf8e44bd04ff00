"""Handles of requests that programs sent, and the secret by which their denials are signed, in the state."""

from collections.abc import Callable
from typing import Any, Final

from recuse.errors import TargetError
from recuse.server.state.migrations import Connection, told
from recuse.server.tasks.handling import Handle

_COLUMNS: Final = "id, caller, evaluation, key, sha256, at"
_ADD: Final = f"INSERT INTO recuse_state.task ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"  # noqa: S608
_FIND: Final = f"SELECT {_COLUMNS} FROM recuse_state.task WHERE id = %s"  # noqa: S608 - names of columns, above
_BY_KEY: Final = f"SELECT {_COLUMNS} FROM recuse_state.task WHERE (caller, key) = (%s, %s)"  # noqa: S608
_DROP: Final = "DELETE FROM recuse_state.task WHERE id = %s"


class StateHandles:
    """`Handles` over a connection to a prepared state, which `connect` gives whenever it is asked; for one thread."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect

    def add(self, handle: Handle) -> bool:
        """Keep it; False where the denial was asked for already, or its caller used the key."""
        values = (handle.id, handle.caller, handle.evaluation, handle.key, handle.sha256, handle.at)
        with told():
            return self._connect().execute(_ADD, values).rowcount == 1

    def find(self, name: str) -> Handle | None:
        """A handle by its request's id."""
        return self._one(_FIND, name)

    def by_key(self, caller: str, key: str) -> Handle | None:
        """What a caller sent under a key."""
        return self._one(_BY_KEY, caller, key)

    def drop(self, name: str) -> None:
        """Forget a handle."""
        with told():
            self._connect().execute(_DROP, (name,))

    def _one(self, statement: str, *values: Any) -> Handle | None:
        with told():
            rows = self._connect().execute(statement.encode(), values).fetchall()
        return Handle(*rows[0]) if rows else None


def denials_secret(connection: Connection) -> bytes:
    """The 32 bytes by which denials are signed. `TargetError` when they cannot be read."""
    with told():
        rows = connection.execute("SELECT value FROM recuse_state.secret WHERE name = 'denials'").fetchall()
    if not rows:
        raise TargetError("the state has no secret to sign denials with", "let its administrator prepare it again")
    return bytes(rows[0][0])
