"""Where alerts go: a command that reads one JSON document, or an address that takes one. Both are limited in time.

Neither is given a secret in its arguments: the command's are the operator's own, and a header comes from a file.
"""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from recuse.errors import AlertError, InputError

COMMAND_SECONDS: Final = 20
WEBHOOK_SECONDS: Final = 5
PAUSES: Final = (1.0, 3.0)
"""Seconds between attempts at an address: with the limits of each, all are over before a minute is."""
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_OK: Final = range(200, 300)


class Channel(Protocol):
    """A way to somebody who acts."""

    @property
    def name(self) -> str:
        """What the channel is called, without a secret."""
        ...

    def send(self, document: Mapping[str, Any]) -> None:
        """Hand the document over. AlertError when that was not answered as it should be."""
        ...


@dataclass(frozen=True, slots=True)
class Command:
    """A program, by its arguments (no shell), with the document on its standard input."""

    arguments: Sequence[str]
    seconds: float = COMMAND_SECONDS

    @property
    def name(self) -> str:
        """The program."""
        return f"command `{self.arguments[0]}`"

    def send(self, document: Mapping[str, Any]) -> None:
        """Run it; it has to end with 0."""
        document_bytes = json.dumps(document, ensure_ascii=False).encode()
        try:
            # Nothing is read of it: what it leaves running would keep a pipe open, and us waiting for its end.
            process = subprocess.Popen(  # noqa: S603 - the operator's own program, no shell
                list(self.arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            process.communicate(document_bytes, timeout=self.seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with what it has begun
            process.wait()
            raise AlertError(f"the alert {self.name} took longer than {self.seconds:g} seconds") from None
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise AlertError(f"the alert {self.name} could not be run: {reason}", "check --alert-command") from error
        if process.returncode != 0:
            raise AlertError(f"the alert {self.name} ended with {process.returncode}", "look at what it says by hand")


@dataclass(frozen=True, slots=True)
class Webhook:
    """An https address (or http on this very machine) that takes the document by POST; redirects are not followed."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    pauses: Sequence[float] = PAUSES

    @classmethod
    def of(cls, url: str, header_file: str | None) -> "Webhook":
        """With one header from the text of a file (`Name: value`). InputError for what cannot be used."""
        parts = urlsplit(url)
        if parts.hostname is None or not (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        ):
            raise InputError("the webhook's address is not https", "give an address that begins with https://")
        if parts.username is not None or parts.password is not None:
            raise InputError("the webhook's address holds a password", "put it into the file of --webhook-header")
        headers = {}
        if header_file is not None:
            name, colon, value = header_file.strip().partition(":")
            if not colon or "\n" in value or not name or any(c.isspace() for c in name):
                raise InputError("the webhook's header file is not one line `Name: value`", "write it so")
            headers[name] = value.strip()
        return cls(url, headers)

    @property
    def name(self) -> str:
        """The host alone: an address can hold a secret in its path."""
        return f"webhook at `{urlsplit(self.url).hostname}`"

    def send(self, document: Mapping[str, Any]) -> None:
        """Post it, again after a pause where that fails."""
        body = json.dumps(document, ensure_ascii=False).encode()
        reason = ""
        for pause in (*self.pauses, None):
            reason = self._posted(body)
            if not reason:
                return
            if pause is not None:
                time.sleep(pause)
        raise AlertError(f"the alert {self.name} failed: {reason}", "check --webhook and its header")

    def _posted(self, body: bytes) -> str:
        """Why it did not go through; empty when it did."""
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(host, port, timeout=WEBHOOK_SECONDS, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=WEBHOOK_SECONDS)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # A limit on each read is none on an answer that comes byte by byte.
        over = threading.Timer(WEBHOOK_SECONDS, lambda: _shut(connection))
        over.start()
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", **self.headers})
            answer = connection.getresponse()
            answer.read(1024)
        except (OSError, http.client.HTTPException) as error:
            return (
                type(error).__name__ if not isinstance(error, OSError) else str(error.strerror or "no answer").lower()
            )
        finally:
            over.cancel()
            connection.close()
        return "" if answer.status in _OK else f"it answered {answer.status}"


def _shut(connection: http.client.HTTPConnection) -> None:
    """Let whoever waits for an answer wait no longer."""
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
