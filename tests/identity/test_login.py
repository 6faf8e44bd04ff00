"""Logging in at two real providers, over TLS, with the state in PostgreSQL and each step in the ledger."""

import pytest

from tests.identity.console import Console


@pytest.mark.parametrize("provider", ["mock", "nano"])
def test_a_person_logs_in(console: Console, provider: str) -> None:
    browser = console.browser()
    assert browser.who() is None
    response = browser.log_in("reviewer", provider)
    assert (response.status_code, response.headers["location"]) == (303, "/who"), response.text
    who = browser.who()
    assert who is not None
    print(who, console.recorded())
