"""Requests for permits in the state that servers share: `Keeper` on PostgreSQL.

A name is held by an advisory lock of the connection: it ends with the block, or with whoever held it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg

from recuse import clock
from recuse.errors import InputError, LedgerError, TargetError
from recuse.model import Request
from recuse.permits import Note, commitment_of, mark_of, note_payload, parse_note, parse_payload, payload
from recuse.server.state.migrations import Connection, told

_SPACE: Final = 0x72656370  # `recp`: names of requests, apart from other locks
_HOLD: Final = "SELECT pg_catalog.pg_advisory_lock(%s, pg_catalog.hashtext(%s))"
_LET_GO: Final = "SELECT pg_catalog.pg_advisory_unlock(%s, pg_catalog.hashtext(%s))"
_KEEP: Final = (
    "INSERT INTO recuse_state.permit_request (id, salt, data) VALUES (%s, %s, %s) ON CONFLICT (id) DO NOTHING"
)
_FIND: Final = "SELECT salt, data FROM recuse_state.permit_request WHERE id = %s"
_KEPT: Final = "SELECT id, salt, data FROM recuse_state.permit_request WHERE data IS NOT NULL ORDER BY place"
_NOTE: Final = "INSERT INTO recuse_state.permit_note (request, salt, data) VALUES (%s, %s, %s)"
_NOTES: Final = "SELECT salt, data FROM recuse_state.permit_note WHERE request = %s AND data IS NOT NULL ORDER BY place"
_ERASE: Final = "UPDATE recuse_state.permit_request SET salt = NULL, data = NULL WHERE id = %s AND data IS NOT NULL"
_ERASE_NOTES: Final = (
    "UPDATE recuse_state.permit_note SET salt = NULL, data = NULL WHERE request = %s AND data IS NOT NULL"
)


class StateKeeper:
    """`Keeper` over a connection to a prepared state, which `connect` gives whenever it is asked; for one thread."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect

    def keep(self, request: Request) -> str:
        """Keep a request, durably, with a salt of its own; gives the commitment for its entry."""
        data = payload(request)
        with told():
            self._connect().execute(_KEEP, (request.id, clock.random_bytes(32), data))
        for salt, there in self._rows(_FIND, (request.id,)):
            if there is not None and bytes(there) == data:
                return commitment_of(bytes(salt), data)
        raise InputError(f"request `{request.id}` is here already", "give it another id")

    def kept(self) -> Mapping[str, tuple[str, Request]]:
        """Every kept request with its commitment; one that cannot be read is left out, and so told as missing."""
        found: dict[str, tuple[str, Request]] = {}
        for name, salt, data in self._rows(_KEPT, ()):
            try:
                found[name] = (commitment_of(bytes(salt), bytes(data)), parse_payload(bytes(data)))
            except LedgerError:
                continue
        return found

    def mark(self, name: str, who: str) -> str:
        """How entries about a request name an identity. LedgerError where it is not kept."""
        for salt, _ in self._rows(_FIND, (name,)):
            if salt is not None:
                return mark_of(bytes(salt), who)
        raise LedgerError(f"`{name}` is not kept, or was erased", "restore what keeps it")

    def note(self, note: Note) -> str:
        """Keep what somebody said, durably, with a salt of its own; gives the commitment for its entry."""
        salt, data = clock.random_bytes(32), note_payload(note)
        with told(), _refused(note.request):
            self._connect().execute(_NOTE, (note.request, salt, data))
        return commitment_of(salt, data)

    def notes(self, name: str) -> Mapping[str, Note]:
        """What was said of a request, by commitment; one that cannot be read is left out."""
        found: dict[str, Note] = {}
        for salt, data in self._rows(_NOTES, (name,)):
            try:
                found[commitment_of(bytes(salt), bytes(data))] = parse_note(bytes(data))
            except LedgerError:
                continue
        return found

    def erase(self, name: str) -> bool:
        """Take away the words of a request and all that was said of it, for good; False when there were none."""
        connection = self._connect()
        with told(), connection.transaction():
            notes = connection.execute(_ERASE_NOTES, (name,)).rowcount
            return connection.execute(_ERASE, (name,)).rowcount + notes > 0

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Hold a name, against every process that shares the state, until the block is left.

        `TargetError` where another holds it for longer than an answer of the state is waited for.
        """
        connection = self._connect()
        try:
            with told():
                connection.execute(_HOLD, (_SPACE, name))
        except TargetError as error:
            if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
                raise TargetError(f"another act on `{name}` is under way", "wait, and try again") from error
            raise
        try:
            yield
        finally:
            if not connection.closed:  # a connection that was lost holds nothing
                with told():
                    connection.execute(_LET_GO, (_SPACE, name))

    def _rows(self, query: str, given: Sequence[object]) -> list[tuple[Any, ...]]:
        with told():
            return self._connect().execute(query.encode(), given).fetchall()


@contextmanager
def _refused(name: str) -> Iterator[None]:
    """A note on a request that is not there, as an InputError."""
    try:
        yield
    except psycopg.errors.ForeignKeyViolation as error:
        raise InputError(f"there is no request `{name}`", "list them with `recuse permit list`") from error
