"""Bytes on a real socket, to the runtime that serves: what is smuggled in headers or bodies reaches nobody's answer."""

import base64
import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from recuse.ledger import create_ledger, decode, read_entries
from recuse.ledger.shared import share_ledger
from recuse.server.callers import Callers
from recuse.server.http import application
from recuse.server.settings import Proxy, Settings
from tests.identity.console import served
from tests.identity.providers import free_port
from tests.unit.policy.conftest import directive, repository, rules
from tests.unit.server.test_answers import STAFF_READS
from tests.unit.server.test_callers import AT, CERTIFICATE, SECRET, settings, signed
from tests.unit.server.test_deciding import Desk, desk
from tests.unit.server.test_http import service

__all__ = ["desk", "directive", "repository", "rules", "settings"]  # fixtures
BODY: Final = json.dumps(STAFF_READS).encode()
LENGTH: Final = f"Content-Length: {len(BODY)}"
TOLD: Final = f"Client-Cert: :{base64.b64encode(CERTIFICATE).decode()}:"


@dataclass(frozen=True)
class Wire:
    """A decision point on a socket, and the folder of its record."""

    port: int
    folder: Path
    token: str

    def send(self, *headers: str, body: bytes = BODY, length: str = LENGTH) -> list[int]:
        """Send these header lines as they are; the statuses of all that is answered, until the server ends it."""
        return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3})", self.told(*headers, body=body, length=length))]

    def told(self, *headers: str, body: bytes = BODY, length: str = LENGTH) -> bytes:
        lines = ["POST /access/v1/evaluation HTTP/1.1", "Host: x", "Content-Type: application/json",
                 "Connection: close", *([length] if length else []), *headers]  # fmt: skip
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            found = b""
            while data := connection.recv(65536):
                found += data
        return found

    def recorded(self) -> list[Any]:
        return [decode(each).body for each in read_entries(self.folder)]


@pytest.fixture
def wire(desk: Desk, settings: Settings, tmp_path: Path) -> Iterator[Wire]:
    """Callers of the settings; a proxy on this machine is believed where it shows its secret."""
    believed = replace(settings, proxy=Proxy(frozenset({"127.0.0.1"}), tmp_path / "unused"))
    create_ledger(tmp_path / "record", "example.org/decisions").close()
    port = free_port()
    with ExitStack() as stack:
        record = stack.enter_context(share_ledger(tmp_path / "record"))
        serving = replace(service(desk, record, 1.0), callers=Callers(believed, lambda: AT, SECRET))
        stack.enter_context(served(application(serving), port))
        yield Wire(port, tmp_path / "record", f"Authorization: Bearer {signed()}")


def test_an_honest_request_is_answered(wire: Wire) -> None:
    assert wire.send(wire.token) == [200]
    assert wire.send(TOLD, f"Recuse-Proxy: {SECRET.decode()}") == [200]
    assert [each["caller"] for each in wire.recorded()] == ["app", "portal"]


@pytest.mark.parametrize(
    "headers",
    [
        ["Authorization: Bearer x"],
        ["authorization: Bearer x"],
        [TOLD],  # without the proxy's secret it says nothing
        [TOLD, "Recuse-Proxy: " + "x" * 40],
        [f"Recuse-Proxy: {SECRET.decode()}", f"Recuse-Proxy: {SECRET.decode()}", TOLD],
        [f"Recuse-Proxy: {SECRET.decode()}", TOLD, TOLD],
        [f"Recuse-Proxy: {SECRET.decode()}", TOLD.replace("Client-Cert", "Client_Cert")],
        [f"X: y\n{TOLD}\nRecuse-Proxy: {SECRET.decode()}x"],
        [f"X: y\r\n Recuse-Proxy: {SECRET.decode()}", TOLD],  # folded: part of X, or refused
        [f"Recuse-Proxy : {SECRET.decode()}", TOLD],
        ["Authorization:", "Authorization : Bearer x"],
    ],
    ids=range(11),
)
def test_headers_that_were_smuggled_are_nobodys(wire: Wire, headers: list[str]) -> None:
    assert wire.send(*headers) in ([400], [401])
    if any(each.lower().startswith("authorization") for each in headers):
        assert wire.send(wire.token, *headers) in ([400], [401])
    assert wire.recorded() == []


@pytest.mark.parametrize(
    ("length", "body"),
    [
        (f"{LENGTH}\r\nContent-Length: 1", BODY),
        (f"{LENGTH}\r\nTransfer-Encoding: chunked", BODY),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", b"0\r\n\r\n" + BODY),
        ("Content-Length: -1", BODY),
        ("Content-Length: +5", BODY),
        ("Transfer-Encoding: xchunked", BODY),
        ("Transfer-Encoding: chunked, identity", BODY),
        ("Content-Length: 2", b"{}" + b"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\n\r\n"),
    ],
    ids=range(8),
)
def test_one_request_has_one_answer_and_no_second_is_smuggled(wire: Wire, length: str, body: bytes) -> None:
    """Where two lengths are said, nothing is decided about what either of them leaves over."""
    assert wire.send(wire.token, length=length, body=body) in ([400], [501], [])
    assert wire.recorded() == []


def test_no_header_is_split_by_what_comes_back(wire: Wire) -> None:
    for value in ("a\rSet-Cookie: b=c", "a\nSet-Cookie: b=c", "a\x00", "\xff", "x" * 300):
        answer = wire.told(wire.token, f"X-Request-ID: {value}").lower()
        assert b"\r\nset-cookie" not in answer
        assert b"\nset-cookie" not in answer
        assert b"x" * 300 not in answer
    assert b"\r\nx-request-id: a b; c=d\r\n" in wire.told(wire.token, "X-Request-ID: a b; c=d").lower()


def test_a_head_without_end_is_refused(wire: Wire) -> None:
    assert wire.send(wire.token, *(f"X-{number}: {'x' * 1000}" for number in range(2000))) in ([431], [400], [])
    assert wire.recorded() == []
