"""Sessions end by time, by hand, and because people.toml does not give the same roles any more."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from recuse.server.identity import sessions, throttle
from recuse.server.identity.acts import Person
from recuse.server.identity.kept import Kept
from recuse.server.identity.people import Held, Limits
from recuse.server.identity.sessions import MOST, Arrival
from recuse.server.identity.token import Vouched
from recuse.server.state.migrations import prepare
from tests.identity.console import Browser, Console


def logged_in(console: Console, subject: str, provider: str = "mock") -> Browser:
    browser = console.browser()
    assert browser.log_in(subject, provider).status_code == 303
    assert browser.who() is not None
    return browser


@pytest.mark.parametrize(("subject", "minutes"), [("asker", 30), ("auditor", 30), ("reviewer", 15), ("admin", 15)])
def test_unused_for_too_long(console: Console, subject: str, minutes: int) -> None:
    browser = logged_in(console, subject)
    for _ in range(3):
        console.clock.ahead += timedelta(minutes=minutes, seconds=-5)
        assert browser.who() is not None
    console.clock.ahead += timedelta(minutes=minutes, seconds=1)
    assert browser.who() is None


def test_lasting_too_long(console: Console) -> None:
    browser = logged_in(console, "asker")
    for _ in range(12 * 60 // 20 - 1):
        console.clock.ahead += timedelta(minutes=20)
        assert browser.who() is not None
    console.clock.ahead += timedelta(minutes=20, seconds=1)
    assert browser.who() is None


def test_a_page_that_asks_by_itself_is_no_use(console: Console) -> None:
    browser = logged_in(console, "reviewer")
    for _ in range(2):
        console.clock.ahead += timedelta(minutes=7)
        assert browser.get("/live").json() is not None
    console.clock.ahead += timedelta(minutes=2)
    assert browser.who() is None


def test_settings_shorten(console: Console) -> None:
    key = 'key_file = "pseudonym.key"\n'
    console.rewrite((key, f"{key}[limits]\nidle_minutes = 2\nsession_minutes = 5\n"))
    browser = logged_in(console, "asker")
    console.clock.ahead += timedelta(minutes=2, seconds=1)
    assert browser.who() is None
    browser = logged_in(console, "asker")
    for _ in range(3):
        console.clock.ahead += timedelta(seconds=90)
        assert browser.who() is not None
    console.clock.ahead += timedelta(seconds=31)
    assert browser.who() is None


def test_logout(console: Console) -> None:
    browser, other = logged_in(console, "reviewer"), logged_in(console, "reviewer")
    cookie = browser.session
    response = browser.send("/logout", {})
    assert response.status_code == 200
    assert '"storage"' in response.headers["clear-site-data"]
    assert browser.session is None
    browser.client.cookies.set("__Host-recuse", str(cookie), domain="127.0.0.1", path="/")
    assert browser.who() is None  # not the cookie alone is gone
    assert other.who() is not None
    [entry] = console.recorded("session_ended")
    assert (entry["why"], entry["session"], entry["way"]) == ("logout", 1, "provider")


def test_logout_everywhere(console: Console) -> None:
    browser, other, stranger = (logged_in(console, who) for who in ("reviewer", "reviewer", "asker"))
    browser.send("/logout", {"everywhere": "1"})
    assert (browser.who(), other.who()) == (None, None)
    assert stranger.who() is not None


def test_a_removed_role_ends_the_session(console: Console) -> None:
    browser, stays = logged_in(console, "reviewer", "nano"), logged_in(console, "director")
    console.rewrite(('provider = "nano"\nsubject = "reviewer"', 'provider = "nano"\nsubject = "successor"'))
    assert browser.who() is None
    assert stays.who() is not None
    console.rewrite(('subject = "successor"', 'subject = "reviewer"'))
    assert browser.who() is None  # what has ended stays ended
    [entry] = console.recorded("session_ended")
    assert (entry["why"], entry["agency"]) == ("roles", "pd.records")


def test_a_changed_agency_ends_the_session(console: Console) -> None:
    browser = logged_in(console, "asker")
    console.rewrite(('agency = "partner.analysis"', 'agency = "partner.other"'))
    assert browser.who() is None


def test_an_added_role_ends_the_session(console: Console) -> None:
    """Whoever gets another role authenticates for it: the session is a new one."""
    browser = logged_in(console, "reviewer")
    issuer = 'provider = "mock"\nsubject = "reviewer"'
    console.rewrite((issuer, f'{issuer}\n\n[[grants]]\nrole = "counsel"\nagency = "pd.records"\n{issuer}'))
    assert browser.who() is None
    browser.log_in("reviewer")
    who = browser.who()
    assert who is not None
    assert who["roles"] == ["counsel", "reviewer"]


def test_people_that_cannot_be_read_let_nobody_in(console: Console) -> None:
    browser = logged_in(console, "reviewer")
    console.rewrite(("format = 1", "format = 2"))
    assert (browser.get("/who").status_code, browser.get("/login").status_code) == (503, 503)
    console.rewrite(("format = 2", "format = 1"))
    assert browser.who() is not None


def test_the_oldest_of_too_many_ends(console: Console) -> None:
    browsers = [logged_in(console, "asker") for _ in range(MOST + 1)]
    assert [each.who() is not None for each in browsers] == [False, *[True] * MOST]
    assert [entry["why"] for entry in console.recorded("session_ended")] == ["too many"]


def test_an_administrator_sees_and_ends_sessions(console: Console) -> None:
    target, admin = logged_in(console, "reviewer"), logged_in(console, "admin")
    assert "Rae Viewer" in admin.get("/sessions").text
    form = {"form_token": admin.token("/sessions"), "session": "1"}
    assert admin.post("/sessions/end", form).headers["location"] == "/sessions"
    assert target.who() is None
    shown = admin.get("/sessions").text
    assert "ended by hand" in shown
    assert "Rae Viewer" not in shown  # the name goes with the session
    assert console.recorded("session_ended") == [
        {"kind": "session_ended", "session": 1, "why": "ended by hand", "by": 2}
    ]


def test_ending_anothers_session_needs_a_fresh_authentication(console: Console) -> None:
    target, admin = logged_in(console, "asker"), logged_in(console, "admin")
    console.clock.ahead += timedelta(minutes=11)
    form = {"form_token": admin.token("/sessions"), "session": "1"}
    assert admin.post("/sessions/end", form).headers["location"] == "/login?fresh=1&next=/sessions"
    assert target.who() is not None


def test_others_see_and_end_only_their_own(console: Console) -> None:
    target, browser = logged_in(console, "admin"), logged_in(console, "asker")
    again = logged_in(console, "asker")
    shown = browser.get("/sessions").text
    assert "Ada Admin" not in shown
    token = browser.token("/sessions")
    assert browser.post("/sessions/end", {"form_token": token, "session": "1"}).status_code == 403
    assert target.who() is not None
    assert browser.post("/sessions/end", {"form_token": token, "session": "3"}).status_code == 303
    assert again.who() is None


def test_the_server_cannot_bring_back_what_has_ended(console: Console) -> None:
    browser = logged_in(console, "asker")
    browser.send("/logout", {})
    with psycopg.connect(console.dsn, autocommit=True) as connection:
        for statement in (
            "UPDATE recuse_state.session SET ended = NULL, why = NULL",
            "DELETE FROM recuse_state.session",
            "UPDATE recuse_state.session SET roles = '{administrator}'",
            "UPDATE recuse_state.session SET until = until + interval '1 day'",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement.encode())


def test_the_state_on_every_version(database: str) -> None:
    """The newest and the oldest server: a session begins, is found, ends, and stays ended."""
    with psycopg.connect(database, autocommit=True) as connection:
        prepare(connection, [])
    kept, at = Kept(database), datetime(2026, 11, 28, 9, tzinfo=UTC)
    person, held = Person("https://login.example.gov", "a"), Held(frozenset({"auditor"}), "partner.audit")
    arrival = Arrival(person, held, Vouched("a", None, at, {}), "A", None, {"groups": ["g"]})
    begun = sessions.begin(kept, arrival, Limits(), None, at)
    found = sessions.find(kept, begun.token, at)
    assert found is not None
    assert (found.visitor.person, found.visitor.roles, found.claims) == (person, held.roles, {"groups": ["g"]})
    assert sessions.find(kept, begun.token[:-1], at) is None
    assert sessions.end_all(kept, person, "logout", at) == 1
    assert sessions.find(kept, begun.token, at) is None
    assert [(each.why, each.name) for each in sessions.listed(kept, person, at)] == [("logout", "")]
    assert throttle.wait(kept, throttle.LOGIN, ("a",), b"k" * 32, at) == 0
    kept.close()


def test_another_worker_knows_the_session(console: Console) -> None:
    """Nothing of a session lies in a worker: another one, with a connection of its own, finds it, and its end."""
    browser = logged_in(console, "asker")
    token = browser.session
    assert token is not None
    other = Kept(console.dsn)
    assert sessions.find(other, token, console.clock()) is not None
    browser.send("/logout", {})
    assert sessions.find(other, token, console.clock()) is None
    other.close()
