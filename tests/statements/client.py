"""A client that keeps everything it receives: rows, copies, tags, notices, notifications, every field of every error.

It speaks libpq itself, so nothing that the server sends can pass by unseen. Binary and escaped forms of a text are
searched too.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from psycopg import pq

_ROWS: Final = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.SINGLE_TUPLE)
_DONE: Final = (pq.ExecStatus.COMMAND_OK, *_ROWS)


@dataclass(slots=True)
class Received:
    """What came back: an outcome a statement (a command tag, or an SQLSTATE), the rows as text, and all of it."""

    outcomes: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    everything: list[str] = field(default_factory=list)

    def leaked(self, secrets: Iterable[str], said: str) -> frozenset[str]:
        """The secrets in anything received, but for what the client had said itself: an echo teaches it nothing."""
        text = "\n".join(self.everything).lower()
        text += "\n" + "\n".join(_unwrapped(text))
        return frozenset(secret for secret in secrets if secret in text and secret not in said.lower())


def _unwrapped(text: str) -> Iterator[str]:
    """Texts inside hexadecimal, as `bytea` and a binary copy show them."""
    for found in re.findall(r"\\x([0-9a-f]{8,})", text):
        yield bytes.fromhex(found[: len(found) // 2 * 2]).decode("latin-1").lower()


def say(dsn: str, text: str, given: str = "") -> Received:
    """Connect, say this (any number of statements), and keep what comes; `given` goes to a COPY FROM STDIN."""
    received = Received()
    connection = pq.PGconn.connect(dsn.encode())
    if connection.status != pq.ConnStatus.OK:
        received.outcomes.append("no connection")
        received.everything.append(connection.error_message.decode())
        return received
    connection.notice_handler = lambda notice: received.everything.extend(_fields(notice))
    try:
        connection.send_query(text.encode())
        while (result := connection.get_result()) is not None:
            _keep(connection, result, received, given)
        connection.send_query(b"")  # what arrives late: notifications of this session's own transaction
        while connection.get_result() is not None:
            pass
        while (notify := connection.notifies()) is not None:
            received.everything.append(f"{notify.relname!r} {notify.extra!r}")
    finally:
        connection.finish()
    return received


def _keep(connection: pq.abc.PGconn, result: pq.abc.PGresult, received: Received, given: str) -> None:
    match result.status:
        case pq.ExecStatus.COPY_OUT:
            while (line := connection.get_copy_data(0))[0] > 0:
                received.rows.append(bytes(line[1]).decode("latin-1").rstrip("\n"))
            received.everything += received.rows
        case pq.ExecStatus.COPY_IN:
            connection.put_copy_data(given.encode())
            connection.put_copy_end()
        case status if status in _DONE:
            received.outcomes.append((result.command_status or b"").decode())
            rows = list(_rows(result))
            received.rows += rows
            names = (result.fname(column) or b"" for column in range(result.nfields))
            received.everything += [*rows, *(name.decode() for name in names)]
        case pq.ExecStatus.EMPTY_QUERY:
            pass
        case _:
            received.outcomes.append((result.error_field(pq.DiagnosticField.SQLSTATE) or b"?????").decode())
            received.everything += _fields(result)


def _rows(result: pq.abc.PGresult) -> Iterator[str]:
    for row in range(result.ntuples):
        values = (result.get_value(row, column) for column in range(result.nfields))
        yield "|".join("∅" if value is None else value.decode() for value in values)


def _fields(result: pq.abc.PGresult) -> list[str]:
    """Every field of an error or a notice: message, DETAIL, HINT, CONTEXT, names of constraints and columns …"""
    found = (result.error_field(name) for name in pq.DiagnosticField)
    return [value.decode() for value in found if value]
