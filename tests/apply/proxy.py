"""A proxy between `apply` and its server that cuts the connection at one statement, on either side of it.

It reads as much of the wire protocol as it takes to count: a statement is a Query, or whatever ends in a Sync (the
client waits for the answer to each). Cut *before* it, the server never hears of the statement; cut *after* it, the
server has answered and the client never hears that: so a COMMIT is done, and nobody knows. Then both ends are closed
without a word, as by a cable that is pulled.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Literal

from psycopg import conninfo

Side = Literal["before", "after"]
SIDES: Final[tuple[Side, ...]] = ("before", "after")
_RESET: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Cut:
    """At which statement of the session, counted from 1, and on which side; `then` runs before both ends close.

    With `unnoticed` the server's end stays open, as if the client's machine had lost its power.
    """

    at: int
    side: Side
    then: Callable[[], object] = lambda: None
    unnoticed: bool = False


@dataclass(slots=True)
class Proxy:
    """A proxy that listens: where, and what it has let through so far."""

    server: tuple[str, int]
    cut: Cut | None
    statements: list[str] = field(default_factory=list)
    happened: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    _prepared: dict[str, str] = field(default_factory=dict)
    _ends: list[socket.socket] = field(default_factory=list)

    def dsn(self, dsn: str) -> str:
        """The connection string of the server, led through here: plain, so that it can be read."""
        through = {"host": "127.0.0.1", "port": str(self.port), "sslmode": "disable", "gssencmode": "disable"}
        return conninfo.make_conninfo(dsn, **through)

    def serve(self, listener: socket.socket) -> None:
        """One connection after the other, until the listener is closed."""
        threads = []
        with suppress(OSError):
            while True:
                client = listener.accept()[0]
                server = socket.create_connection(self.server)
                self._ends += [client, server]
                for end in (client, server):  # small messages are not to wait for each other
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for work, one, other in ((self._asked, client, server), (self._answered, server, client)):
                    threads.append(threading.Thread(target=work, args=(one, other), daemon=True))
                    threads[-1].start()
        for thread in threads:
            thread.join()

    def close(self) -> None:
        """Both ends of everything, at once."""
        for end in self._ends:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _asked(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            server.sendall(_exactly(client, int.from_bytes(head := _exactly(client, 4)) - 4, head))
            group, text = b"", ""
            while True:
                kind, body = _message(client)
                group += kind + struct.pack(">I", len(body) + 4) + body
                text = self._text(kind, body) or text
                if kind in (b"Q", b"S"):
                    if not self._polls(text):
                        self.statements.append(text)
                    if self._is(len(self.statements), "before"):
                        self._happen()
                        return
                    text = ""
                elif kind not in (b"p", b"X"):
                    continue  # of an extended query: it goes on when it is whole
                server.sendall(group)
                group = b""
        self.close()

    def _answered(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while True:
                kind, body = _message(server)
                if self._is(len(self.statements), "after"):
                    if kind == b"Z":
                        self._happen()
                        return
                    continue
                client.sendall(kind + struct.pack(">I", len(body) + 4) + body)
        self.close()

    def _polls(self, text: str) -> bool:
        """Whether it is the statement before once more: how often it is asked until sessions are gone is chance."""
        return "pg_terminate_backend" in text and self.statements[-1:] == [text]

    def _is(self, number: int, side: Side) -> bool:
        return self.cut is not None and (number, side) == (self.cut.at, self.cut.side)

    def _happen(self) -> None:
        if self.cut is not None:
            self.cut.then()
        if self.cut is None or not self.cut.unnoticed:
            self.close()
        self.happened.set()

    def _text(self, kind: bytes, body: bytes) -> str:
        """The statement's text, from a Query or Parse, or from the Parse that a Bind names."""
        if kind == b"Q":
            return body[:-1].decode()
        parts = body.split(b"\0", 2)
        if kind == b"P":
            self._prepared[parts[0].decode()] = parts[1].decode()
            return parts[1].decode()
        return self._prepared.get(parts[1].decode(), "") if kind == b"B" else ""


@contextmanager
def proxy(dsn: str, cut: Cut | None = None) -> Iterator[Proxy]:
    """A proxy before the server of a connection string, for the length of a block."""
    given = conninfo.conninfo_to_dict(dsn)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Proxy((str(given["host"]), int(str(given["port"]))), cut, port=listener.getsockname()[1])
        thread = threading.Thread(target=running.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield running
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            running.close()
            thread.join()


def _message(end: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(end, 5)
    return head[:1], _exactly(end, int.from_bytes(head[1:]) - 4)


def _exactly(end: socket.socket, count: int, found: bytes = b"") -> bytes:
    """So many bytes more, behind those that were found already; OSError when the other side has gone."""
    wanted = len(found) + count
    while len(found) < wanted:
        more = end.recv(wanted - len(found))
        if not more:
            raise OSError("closed")
        found += more
    return found
