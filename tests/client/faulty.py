"""A server that answers as it is told to, wrongly too: real sockets, so that a client's own reading is tried."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

JSON: Final = "Content-Type: application/json\r\n"
Answer = bytes | Callable[[bytes], bytes]
SLOWLY: Final = 0.1  # seconds between the bytes of a slow answer


@dataclass
class Faulty:
    """Its address, and the requests that reached it, whole."""

    base: str
    received: list[bytes] = field(default_factory=list)


def answer(body: str | bytes, status: str = "200 OK", headers: str = JSON) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode() + data


@contextmanager
def faulty(answers: Sequence[Answer], *, slowly: bool = False) -> Iterator[Faulty]:
    """Each answer to one request, the last one ever after; an empty one closes the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Faulty(f"http://127.0.0.1:{listening.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listening, found, list(answers), slowly), daemon=True)
        thread.start()
        try:
            yield found
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=30)


def _serve(listening: socket.socket, found: Faulty, answers: list[Answer], slowly: bool) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            request = _whole(connection)
            found.received.append(request)
            told = answers.pop(0) if len(answers) > 1 else answers[0]
            data = told if isinstance(told, bytes) else told(request)
            try:
                if slowly:
                    for number in range(len(data)):
                        connection.sendall(data[number : number + 1])
                        time.sleep(SLOWLY if data[:number].endswith(b"}") or b"\r\n\r\n" in data[:number] else 0)
                else:
                    connection.sendall(data)
            except OSError:
                continue


def _whole(connection: socket.socket) -> bytes:
    """One request with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += (more := connection.recv(65536))
        if not more:
            return data
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
