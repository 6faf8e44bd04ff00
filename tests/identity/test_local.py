"""Local accounts: for setting up, for three days, loud, and with few tries."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recuse.server.identity import throttle
from recuse.server.identity.local import is_password, password_hash
from recuse.server.identity.people import LocalAccount
from tests.identity.conftest import LOCAL_PASSWORD, local_text, write_people
from tests.identity.console import Browser, Console


def opened(console: Console, ago: timedelta = timedelta(minutes=5)) -> str:
    return (console.clock() - ago).isoformat(timespec="seconds")


def tried(browser: Browser, password: str, name: str = "setup") -> int:
    return browser.send("/login/local", {"name": name, "password": password}).status_code


def test_a_local_account_sets_up(console: Console) -> None:
    write_people(console.people, local_text(opened(console)))
    browser = console.browser()
    assert 'type="password"' in browser.get("/login").text
    assert tried(browser, LOCAL_PASSWORD) == 303
    who = browser.who()
    assert who is not None
    assert (who["issuer"], who["subject"], who["roles"]) == ("urn:recuse:local", "setup", ["administrator"])
    [entry] = console.recorded()
    assert (entry["kind"], entry["roles"], entry["agency"]) == ("local_session_begun", ["administrator"], "pd")


def test_a_wrong_password(console: Console) -> None:
    write_people(console.people, local_text(opened(console)))
    browser = console.browser()
    assert [tried(browser, "wrong"), tried(browser, LOCAL_PASSWORD, "another"), tried(browser, "")] == [403] * 3
    assert browser.who() is None
    assert [entry["reason"] for entry in console.recorded()] == ["password"] * 3


def test_once_a_provider_is_named(console: Console) -> None:
    """Beside a provider a local account is refused, unless people.toml says `break_glass`."""
    local = local_text(opened(console)).partition("\n\n")[2]
    providers = console.people.read_text()
    console.people.write_text(f"{providers}\n{local}")
    browser = console.browser()
    assert 'type="password"' not in browser.get("/login").text
    assert tried(browser, LOCAL_PASSWORD) == 403
    assert browser.who() is None
    console.people.write_text(f"{providers}\n{local}".replace("format = 1", "format = 1\nbreak_glass = true"))
    assert tried(browser, LOCAL_PASSWORD) == 303
    assert browser.who() is not None
    assert [entry["kind"] for entry in console.recorded()] == ["session_refused", "local_session_begun"]
    console.people.write_text(f"{providers}\n{local}")
    assert browser.who() is None  # and the session ends with it


def test_it_closes_after_three_days(console: Console) -> None:
    write_people(console.people, local_text(opened(console, timedelta(hours=71, minutes=55))))
    browser = console.browser()
    assert tried(browser, LOCAL_PASSWORD) == 303
    console.clock.ahead = timedelta(minutes=6)
    assert browser.who() is None
    assert tried(browser, LOCAL_PASSWORD) == 403
    assert 'type="password"' not in browser.get("/login").text


def test_it_is_not_open_before(console: Console) -> None:
    write_people(console.people, local_text(opened(console, -timedelta(minutes=5))))
    assert tried(console.browser(), LOCAL_PASSWORD) == 403


def test_few_passwords_are_tried(console: Console) -> None:
    write_people(console.people, local_text(opened(console)))
    browser, most = console.browser(), throttle.PASSWORD_HERE.most
    assert [tried(browser, "wrong") for _ in range(most)] == [403] * most
    assert tried(browser, LOCAL_PASSWORD) == 429  # the right one too
    assert len(console.recorded()) == most
    console.clock.ahead += timedelta(minutes=15, seconds=1)
    assert tried(browser, LOCAL_PASSWORD) == 303


def test_few_passwords_are_tried_from_anywhere(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "PASSWORD", throttle.Rate("password", 2, timedelta(hours=1)))
    write_people(console.people, local_text(opened(console)))
    assert [tried(console.browser(), "wrong") for _ in range(3)] == [403, 403, 429]


def test_a_new_password(tmp_path: Path) -> None:
    file = tmp_path / "local.hash"
    command = [sys.executable, "-m", "recuse.server.identity.local", str(file)]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    password = made.stdout.strip()
    assert re.fullmatch("([a-z2-7]{4}-){7}[a-z2-7]{4}", password)  # 160 bits
    assert file.stat().st_mode & 0o777 == 0o600
    assert password not in file.read_text()
    assert file.read_text().startswith("$argon2id$")
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode != 0  # what is there stays


def test_a_password_is_taken_as_it_is() -> None:
    long = "ü " * 100
    account = LocalAccount("a", "pd", password_hash(long), datetime(2026, 11, 28, tzinfo=UTC))
    assert is_password(account, long)
    assert not any(is_password(account, other) for other in (long.strip(), long[:72], long.upper(), long + "x" * 100))
    assert not is_password(None, long)
