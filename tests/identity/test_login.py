"""Logging in at two real providers, over TLS, with the state in PostgreSQL and each step in the ledger."""

import asyncio
import re
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from recuse.server.identity.asking import hashed
from recuse.server.identity.cookies import BROWSER, SESSION
from tests.identity.conftest import World
from tests.identity.console import Console, parameters
from tests.identity.providers import CLIENT


@pytest.mark.parametrize("provider", ["mock", "nano"])
def test_a_person_logs_in(console: Console, provider: str) -> None:
    browser = console.browser()
    assert browser.who() is None
    response = browser.log_in("reviewer", provider)
    assert (response.status_code, response.headers["location"]) == (303, "/who"), response.text
    who = browser.who()
    assert who is not None
    issuer = console.providers[provider].issuer
    assert {**who, "auth_time": 0} == {
        "issuer": issuer, "subject": "reviewer", "name": "Rae Viewer", "agency": "pd.records", "roles": ["reviewer"],
        "acr": None, "session": 1, "ori": "ZZ0000001" if provider == "nano" else None, "auth_time": 0,
    }  # fmt: skip
    assert abs(who["auth_time"] - console.clock().timestamp()) < 60
    [entry] = console.recorded()
    assert re.fullmatch("[0-9a-f]{32}", entry.pop("person"))
    assert entry == {
        "kind": "session_begun", "session": 1, "provider": provider, "agency": "pd.records", "roles": ["reviewer"],
        "acr": None, "ori": who["ori"],
    }  # fmt: skip


@pytest.mark.parametrize("provider", ["mock", "nano"])
def test_a_claim_gives_a_role(console: Console, provider: str) -> None:
    browser = console.browser()
    browser.log_in("asker", provider)
    who = browser.who()
    assert who is not None
    assert (who["roles"], who["agency"]) == (["requester"], "partner.analysis")


def test_what_is_asked_of_a_provider(console: Console) -> None:
    asked = parameters(console.browser().begin("mock"))
    assert asked.keys() == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method", "claims",
    }  # fmt: skip
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
    assert asked["redirect_uri"] == f"{console.base}/login/callback/mock"
    again = parameters(console.browser().begin("mock", fresh="1"))
    assert (again["prompt"], again["max_age"]) == ("login", "0")
    assert all(len(asked[name]) == 43 and asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_the_same_person_at_another_provider_is_another(console: Console) -> None:
    persons = set()
    for provider in ("mock", "nano"):
        console.browser().log_in("admin", provider)
    persons = {entry["person"] for entry in console.recorded("session_begun")}
    assert len(persons) == 2


def test_no_name_stands_in_the_ledger(console: Console) -> None:
    browser = console.browser()
    browser.log_in("asker", "nano")
    browser.send("/act", {}, Origin="https://evil.example.org")
    browser.send("/logout", {})
    written = b"".join(each.read_bytes() for each in console.folder.rglob("*") if each.is_file()).lower()
    assert {entry["kind"] for entry in console.recorded()} == {"session_begun", "form_refused", "session_ended"}
    assert [word for word in (b"ana asker", b"asker", browser.console.base.encode()) if word in written] == []


def test_state_of_nobody(console: Console) -> None:
    browser = console.browser()
    back = browser.answered("reviewer")
    response = browser.get(back.replace(parameters(back)["state"], "x" * 43))
    assert response.status_code == 403
    assert (browser.session, browser.who()) == (None, None)
    assert console.recorded() == []  # anybody can cause it, so it is counted and logged


def test_answer_in_another_browser(console: Console) -> None:
    """Login CSRF: somebody is sent to the end of another's login."""
    back, victim = console.browser().answered("reviewer"), console.browser()
    victim.get("/login")
    response = victim.get(back)
    assert (response.status_code, victim.session) == (403, None)
    assert [entry["reason"] for entry in console.recorded("session_refused")] == ["browser"]


def test_answer_used_twice(console: Console) -> None:
    browser = console.browser()
    back = browser.answered("reviewer")
    bound, path = browser.client.cookies[BROWSER], "/"
    assert browser.get(back).status_code == 303
    cookie = browser.session
    browser.client.cookies.set(BROWSER, bound, domain="127.0.0.1", path=path)
    response = browser.get(back)
    assert (response.status_code, browser.session) == (403, cookie)
    assert console.recorded("session_refused") == []


def test_answer_after_too_long(console: Console) -> None:
    browser = console.browser()
    back = browser.answered("reviewer")
    console.clock.ahead = timedelta(minutes=11)
    assert browser.get(back).status_code == 403
    assert browser.session is None
    assert [entry["reason"] for entry in console.recorded()] == ["late"]


def test_code_of_another_client(console: Console) -> None:
    """A code that the provider gave to another of its clients is none of ours."""
    address = console.browser().begin("mock")
    foreign = console.providers["mock"].authorize(address.replace(CLIENT, "another-client"), "reviewer")
    browser = console.browser()
    own = browser.answered("reviewer")
    response = browser.get(own.replace(parameters(own)["code"], parameters(foreign)["code"]))
    assert (response.status_code, browser.session) == (502, None)
    assert [entry["reason"] for entry in console.recorded()] == ["provider_answer"]


def test_code_of_another_login(console: Console) -> None:
    """A code that was taken from another login of this client: the verifier does not fit (nanoidp), nor the nonce."""
    for provider in ("mock", "nano"):
        stolen = parameters(console.browser().answered("admin", provider))["code"]
        browser = console.browser()
        own = browser.answered("reviewer", provider)
        assert browser.get(own.replace(parameters(own)["code"], stolen)).status_code in {403, 502}
        assert browser.session is None
    assert [entry["reason"] for entry in console.recorded()] == ["nonce", "provider_answer"]


def test_answer_of_another_provider(console: Console) -> None:
    """Mix-up: the answer to a login at one provider arrives where another's should."""
    browser = console.browser()
    back = browser.answered("reviewer", "mock")
    response = browser.get(back.replace("/callback/mock", "/callback/nano"))
    assert (response.status_code, browser.session) == (403, None)


def test_issuer_parameter_of_another(console: Console) -> None:
    """RFC 9207: what is said must be right, and where it is announced it must be said."""
    browser = console.browser()
    back = browser.answered("reviewer", "forged")
    assert browser.get(f"{back}&iss=https://other.example.org").status_code == 403
    assert browser.get(f"{browser.answered('reviewer', 'forged')}&iss={console.forger.issuer}").status_code == 303


def test_issuer_parameter_that_was_announced(console: Console) -> None:
    console.forger.metadata = {"authorization_response_iss_parameter_supported": True}
    browser = console.browser()
    back = browser.answered("reviewer", "forged")
    assert (browser.get(back).status_code, browser.session) == (403, None)
    assert [entry["reason"] for entry in console.recorded()] == ["mixed_up"]


def test_the_provider_does_not_let_in(console: Console) -> None:
    browser = console.browser()
    state = parameters(browser.begin("mock"))["state"]
    response = browser.get(f"/login/callback/mock?state={state}&error=access_denied")
    assert (response.status_code, browser.session) == (403, None)


def test_an_answer_that_says_something_twice(console: Console) -> None:
    browser = console.browser()
    back = browser.answered("reviewer")
    assert browser.get(f"{back}&state=x").status_code == 403


@pytest.mark.parametrize(
    "then",
    ["https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "\\\\evil.example.org",
     "/\t/evil.example.org", "javascript:alert(1)", "evil.example.org", "/login?next=/login",
     "/%0d%0aSet-Cookie:x=y\r\nX: y", "/ü", ""],
)  # fmt: skip
def test_next_to_another_site(console: Console, then: str) -> None:
    response = console.browser().log_in("reviewer", then=then)
    assert (response.status_code, response.headers["location"]) == (303, "/")


def test_next_to_a_page_of_ours(console: Console) -> None:
    response = console.browser().log_in("reviewer", then="/requests?state=open&page=2")
    assert response.headers["location"] == "/requests?state=open&page=2"


def test_somebody_without_a_role(console: Console) -> None:
    browser = console.browser()
    assert browser.log_in("nobody").status_code == 403
    assert browser.session is None
    assert [entry["reason"] for entry in console.recorded()] == ["roles"]


def test_somebody_whose_claims_give_roles_of_two(console: Console) -> None:
    """Grants by claims cannot be refused when the file is read: they are refused at the login."""
    response = console.browser().log_in("both")
    assert response.status_code == 403
    assert "`requester` and `reviewer` are two persons" in response.text
    assert [entry["reason"] for entry in console.recorded()] == ["roles"]


def test_metadata_of_another_issuer(console: Console) -> None:
    console.forger.metadata = {"issuer": "https://other.example.org"}
    response = console.browser().send("/login", {"provider": "forged"})
    assert (response.status_code, response.headers.get("location")) == (403, None)


def test_metadata_without_tls(console: Console) -> None:
    console.forger.metadata = {"token_endpoint": "http://provider.example.org/token"}
    assert console.browser().send("/login", {"provider": "forged"}).status_code == 502


def test_a_provider_that_does_not_answer_is_not_asked_all_the_time(console: Console) -> None:
    """The others are offered meanwhile."""
    console.forger.metadata, console.forger.asked = {"issuer": "https://other.example.org"}, 0
    browser = console.browser()
    assert [browser.get("/login").status_code for _ in range(3)] == [200] * 3
    assert console.forger.asked == 1
    assert browser.log_in("reviewer", "mock").status_code == 303
    console.clock.ahead += timedelta(seconds=31)
    browser.get("/login")
    assert console.forger.asked == 2


def test_fixation(console: Console) -> None:
    """A session that a browser presents before the login is not the one after it, and ends."""
    attacker = console.browser()
    attacker.log_in("asker")
    planted = attacker.session
    assert planted is not None
    victim = console.browser()
    back = victim.answered("admin")
    victim.client.cookies.set(SESSION, planted, domain="127.0.0.1", path="/")
    assert victim.get(back).status_code == 303
    assert attacker.who() is None
    [fresh] = {each.value for each in victim.client.cookies.jar if each.name == SESSION} - {planted}
    assert fresh != planted
    assert [entry["why"] for entry in console.recorded("session_ended")] == ["another login"]


def test_cookies(console: Console) -> None:
    browser = console.browser()
    for name, response in ((BROWSER, browser.get("/login")), (SESSION, browser.log_in("reviewer"))):
        [found] = [each for each in response.headers.get_list("set-cookie") if each.startswith(f"{name}=")]
        value, *flags = found.split("; ")
        assert sorted(each.lower() for each in flags) == ["httponly", "path=/", "samesite=lax", "secure"]
        assert len(value) - len(name) - 1 == 43  # 256 bits
        assert len(found) < 4096


def test_only_the_hash_of_a_token_is_kept(console: Console) -> None:
    browser = console.browser()
    browser.log_in("reviewer")
    token = browser.session
    assert token is not None
    with psycopg.connect(console.dsn) as connection:
        [row] = connection.execute("SELECT token, row_to_json(s)::text FROM recuse_state.session AS s").fetchall()
    assert row[0] == hashed(token)
    assert token not in row[1]


def test_a_session_that_cannot_be_recorded_does_not_begin(console: Console) -> None:
    browser = console.browser()
    back = browser.answered("reviewer")
    asyncio.run(console.identity.record.recorder.close())
    response = browser.get(back)
    assert (response.status_code, browser.session) == (503, None)
    with psycopg.connect(console.dsn) as connection:
        assert connection.execute("SELECT why FROM recuse_state.session").fetchall() == [("not recorded",)]


def test_a_state_that_is_gone_lets_nobody_in(world: World, console: Console) -> None:
    browser = console.browser()
    browser.log_in("reviewer")
    with psycopg.connect(console.dsn) as connection:
        name = connection.info.dbname
    with psycopg.connect(world.server.dsn(), autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert [browser.get("/who").status_code for _ in range(3)] == [503, 503, 503]
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(name)))
    assert browser.get("/who").status_code == 200
