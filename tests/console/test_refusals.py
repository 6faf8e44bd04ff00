"""What is refused in the console is logged, without a name; and from every page one can log out."""

from pathlib import Path

import pytest

from recuse.server.console import PREFIX
from tests.console import world
from tests.console.test_doors import ADDRESSES, OPEN, asked


def test_who_may_not_open_a_page_is_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """By the number of the session, which the ledger has with the person's pseudonym."""
    visitor = world.person("Ada", "requester")
    for path, address in ADDRESSES.items():
        caplog.clear()
        asked(folder, visitor).get(f"{PREFIX}{address}?account=somebody")
        told = [each.getMessage() for each in caplog.records if each.name == "recuse.console"]
        refused = "requester" not in OPEN[path]
        assert told == ([f"session {visitor.session} may not open `{PREFIX}{path}`"] if refused else [])
        assert "Ada" not in caplog.text
        assert "somebody" not in caplog.text


def test_every_page_leads_to_where_one_logs_out(folder: Path) -> None:
    client = asked(folder, world.AUDITOR, sign_in="/login")
    for address in (*(each for each in ADDRESSES.values() if "export" not in each), "/nowhere"):
        assert '<a href="/sessions">log out</a>' in client.get(PREFIX + address).text
    assert "/sessions" not in asked(folder, None).get(PREFIX).text
