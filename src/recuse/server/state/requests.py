"""Requests for assistance in the state that servers share: `Store` on PostgreSQL.

Whatever two servers do at once, the tables' constraints keep what the contract says: a source once, a thing superseded
once, an outcome after the last.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

import psycopg

from recuse.errors import InputError
from recuse.requests.store import PAGE, Filter, Found, KeptOutcome, KeptRequest, Page, Place, Sealed
from recuse.server.state.migrations import Connection, told

_REQUEST: Final = (
    "id, source, supersedes, received, lapses, kind, agency, purpose, authority, verdict, counsel, salt, data"
)
_OUTCOME: Final = "id, request, supersedes, at, word, contrary, salt, data"
_REQUESTS: Final = f"SELECT {_REQUEST} FROM recuse_state.request"  # noqa: S608 - names of columns, written above
_OUTCOMES: Final = f"SELECT {_OUTCOME} FROM recuse_state.outcome"  # noqa: S608
_KEEP_REQUEST: Final = f"COPY recuse_state.request ({_REQUEST}) FROM STDIN"
_KEEP_OUTCOME: Final = f"COPY recuse_state.outcome ({_OUTCOME}) FROM STDIN"
_ERASE: Final = "UPDATE recuse_state.request SET salt = NULL, data = NULL WHERE id = %s AND data IS NOT NULL"
_ERASE_OUTCOMES: Final = (
    "UPDATE recuse_state.outcome SET salt = NULL, data = NULL WHERE request = %s AND data IS NOT NULL"
)
_TAKEN: Final[Mapping[str, tuple[str, str]]] = {
    "request_pkey": ("a request with this id is here already", "give it another id"),
    "request_source": ("a request of this source is here already", "supersede its request to correct it"),
    "request_supersedes_key": ("the request is superseded already", "look at it, and supersede the last"),
    "request_supersedes_fkey": ("there is no request to supersede", "list them with `recuse request list`"),
    "outcome_request_fkey": ("there is no such request", "list them with `recuse request list`"),
}
_MEANWHILE: Final = ("the request has been answered meanwhile", "look at it, and answer again")
_OF_REQUEST: Final = 13  # columns


class StateStore:
    """`Store` over a connection to a prepared state, which `connect` gives whenever it is asked; for one thread."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect

    def append(self, requests: Sequence[KeptRequest], outcomes: Sequence[KeptOutcome] = ()) -> None:
        """Keep all of these, durably, or none."""
        with told(), _refused(), self._transaction() as connection:
            _copy(connection, _KEEP_REQUEST, map(_request_row, requests))
            _copy(connection, _KEEP_OUTCOME, map(_outcome_row, outcomes))

    def find(self, name: str) -> Found | None:
        """A request by its id."""
        rows = self._rows(f"{_text('requests_found.sql')} WHERE r.id = %s", (name,))
        return _found(rows[0]) if rows else None

    def outcomes(self, name: str) -> tuple[KeptOutcome, ...]:
        """Every outcome of a request, oldest first."""
        return tuple(map(_outcome, self._rows(f"{_OUTCOMES} WHERE request = %s ORDER BY place", (name,))))

    def sources(self, wanted: Iterable[str]) -> Mapping[str, KeptRequest]:
        """The first request of each of these sources that is known."""
        where = "WHERE supersedes IS NULL AND source = ANY (%s)"
        found = map(_request, self._rows(f"{_REQUESTS} {where}", (list(wanted),)))
        return {each.source: each for each in found if each.source is not None}

    def page(self, wanted: Filter, now: datetime, after: Place | None = None, limit: int = PAGE) -> Page:
        """The requests looked for, from a place on."""
        given: dict[str, object] = {
            "kinds": list(wanted.kinds), "agencies": list(wanted.agencies), "purposes": list(wanted.purposes),
            "authorities": list(wanted.authorities), "verdicts": list(wanted.verdicts), "states": list(wanted.states),
            "since": wanted.since, "before": wanted.before, "now": now, "limit": limit + 1,
            "after_at": after[0] if after else None, "after_id": after[1] if after else None,
        }  # fmt: skip
        rows = self._rows(_text("requests_found.sql") + _text("requests_page.sql"), given)
        found = tuple(map(_found, rows[:limit]))
        return Page(found, (found[-1].request.received, found[-1].request.id) if len(rows) > limit else None)

    def everything(self) -> tuple[tuple[KeptRequest, ...], tuple[KeptOutcome, ...]]:
        """All that is kept, oldest kept first."""
        requests = tuple(map(_request, self._rows(f"{_REQUESTS} ORDER BY place", ())))
        return requests, tuple(map(_outcome, self._rows(f"{_OUTCOMES} ORDER BY place", ())))

    def erase(self, name: str) -> bool:
        """Take away the sealed part of a request and its outcomes for good."""
        with told(), self._transaction() as connection:
            outcomes = connection.execute(_ERASE_OUTCOMES, (name,)).rowcount
            return connection.execute(_ERASE, (name,)).rowcount + outcomes > 0

    def _rows(self, query: str, given: Sequence[object] | Mapping[str, object]) -> list[tuple[Any, ...]]:
        with told():
            return self._connect().execute(query.encode(), given).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        connection = self._connect()
        with connection.transaction():
            yield connection


@contextmanager
def _refused() -> Iterator[None]:
    """What the tables refuse inside, as an InputError."""
    try:
        yield
    except psycopg.errors.IntegrityError as error:
        raise InputError(*_TAKEN.get(error.diag.constraint_name or "", _MEANWHILE)) from error


def _copy(connection: Connection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor().copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


@cache
def _text(name: str) -> str:
    return (files("recuse.server.state") / "sql" / name).read_text(encoding="utf-8")


def _request_row(each: KeptRequest) -> tuple[object, ...]:
    return (
        each.id, each.source, each.supersedes, each.received, each.lapses, each.kind, each.agency, each.purpose,
        each.authority, each.verdict, each.counsel, *_open(each.sealed),
    )  # fmt: skip


def _outcome_row(each: KeptOutcome) -> tuple[object, ...]:
    sealed = _open(each.sealed)
    return (each.id, each.request, each.supersedes, each.at, each.word, each.contrary, *sealed)


def _open(sealed: Sealed | None) -> tuple[bytes | None, bytes | None]:
    return (None, None) if sealed is None else (sealed.salt, sealed.data)


def _request(row: tuple[Any, ...]) -> KeptRequest:
    *coarse, salt, data = row
    return KeptRequest(*(*coarse, _sealed(salt, data)))


def _outcome(row: tuple[Any, ...]) -> KeptOutcome:
    *coarse, salt, data = row
    return KeptOutcome(*(*coarse, _sealed(salt, data)))


def _found(row: tuple[Any, ...]) -> Found:
    request, outcome = row[:_OF_REQUEST], row[_OF_REQUEST:-1]
    return Found(_request(request), None if outcome[0] is None else _outcome(outcome), row[-1])


def _sealed(salt: bytes | None, data: bytes | None) -> Sealed | None:
    return None if salt is None or data is None else Sealed(bytes(salt), bytes(data))
