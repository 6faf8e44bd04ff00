"""What lies on a server's disk, and what it logs: for its owner alone, on one line, without a secret."""

import json
import logging
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from granian.log import LogLevels, configure_logging

from recuse.cli.console import document
from recuse.errors import InputError, RepositoryError
from recuse.ledger import verify_ledger
from recuse.server.settings import Proxy, Settings, read_settings
from recuse.serving.logs import CONFIGURATION, Lines
from recuse.serving.place import Place, secret_of
from recuse.serving.starting import look, own_record
from recuse.serving.worker import proxy_secret

HOSTILE: Final = "x\n[error] all is well\r\x1b[2J\x9b31m\u2028\u202e"
LEAST: Final = b'format = 1\nbase = "https://us.example.org"\nlisten = "127.0.0.1:8443"\n'


def settings(tmp_path: Path, more: bytes = b"") -> Settings:
    return read_settings(tmp_path / "serve.toml", LEAST + more)


def test_the_record_of_decisions_is_its_owners_alone(tmp_path: Path) -> None:
    """It says which account was asked about in which case."""
    own_record(tmp_path / "policy" / ".decisions", "example.org/decisions")
    folder = tmp_path / "policy" / ".decisions"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"
    assert verify_ledger(folder).size == 0
    own_record(folder, "example.org/other")
    assert verify_ledger(folder).origin == "example.org/decisions"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o660])
def test_a_secret_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    secret = tmp_path / "proxy.secret"
    secret.write_text("s" * 40)
    secret.chmod(0o600)
    behind = replace(settings(tmp_path), proxy=Proxy(frozenset(), secret))
    assert proxy_secret(behind) == b"s" * 40
    secret.chmod(mode)
    with pytest.raises(InputError, match="can be read by others"):
        proxy_secret(behind)


def test_a_server_does_not_start_with_a_key_that_others_may_read(tmp_path: Path) -> None:
    key, nothing = tmp_path / "key.pem", tmp_path / "nothing"
    key.write_text("-----BEGIN PRIVATE KEY-----\n")
    place = Place(nothing, nothing, nothing, nothing, "host=/nowhere")
    for mode, wrong in ((0o600, False), (0o640, True)):
        key.chmod(mode)
        found = {each.what: each for each in look(place, replace(settings(tmp_path), tls=(nothing, key)))}
        assert bool(found["the key of TLS"].wrong) == wrong
        assert found["the key of TLS"].fatal
    with pytest.raises(InputError, match="can be read by others"):
        secret_of(key)


# --- what is logged ---


def line(level: int, message: str, *values: Any, error: Any = None) -> str:
    return Lines().format(logging.LogRecord("recuse.server", level, "x.py", 1, message, values, error))


def test_an_event_is_one_line_with_its_time_in_utc() -> None:
    text = line(logging.WARNING, "a caller at %s is not known: %s", "10.0.0.1", HOSTILE)
    assert text.isascii()
    assert text.isprintable()
    said = json.loads(text)
    assert said["message"] == f"a caller at 10.0.0.1 is not known: {HOSTILE}"
    assert (said["level"], said["logger"]) == ("warning", "recuse.server")
    assert said["at"].endswith("Z")
    assert len(said["at"]) == len("2026-01-15T12:00:00.000000Z")


def test_what_was_not_foreseen_is_one_line_too() -> None:
    try:
        raise RuntimeError(HOSTILE)
    except RuntimeError:
        text = line(logging.ERROR, "failed", error=sys.exc_info())
    assert text.isprintable()
    assert "RuntimeError" in json.loads(text)["trace"]


@pytest.mark.parametrize("name", ["recuse.server", "recuse.identity", "recuse.console", "_granian"])
def test_events_go_to_one_place(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As the runtime configures each of its processes."""
    loggers = ("recuse", "_granian", "granian.access", "recuse.server")
    before = {each: logging.getLogger(each).__dict__.copy() for each in loggers}
    try:
        configure_logging(LogLevels.warning, CONFIGURATION)
        logging.getLogger(name).warning("told %s", HOSTILE)
    finally:
        for each, state in before.items():
            logging.getLogger(each).__dict__.update(state)
        logging.getLogger(name).manager._clear_cache()  # type: ignore[attr-defined]
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert json.loads(printed.err)["message"] == f"told {HOSTILE}"


def test_what_is_printed_of_the_record_obeys_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """Names that somebody chose reach a terminal as text, also those parts that JSON leaves as they are."""
    document([{"account": HOSTILE, "é": "\x7f"}])
    printed = capsys.readouterr().out
    assert printed.replace("\n", "").isprintable()
    assert "é" in printed
    assert json.loads(printed) == [{"account": HOSTILE, "é": "\x7f"}]


# --- secrets in sight ---


@pytest.mark.parametrize(
    "state",
    ["host=db password=x", "postgresql://recuse:x@db/state", "postgresql://db/state?password=x", "host=db pass"],
)
def test_a_password_in_the_settings_is_refused(tmp_path: Path, state: str) -> None:
    """Workers are told the state in their environment, which others may see."""
    with pytest.raises(RepositoryError, match=r"`state` (holds a password|is no connection string)"):
        settings(tmp_path, f'state = "{state}"\n'.encode())
    assert settings(tmp_path, b'state = "service=recuse_state"\n').state == "service=recuse_state"
