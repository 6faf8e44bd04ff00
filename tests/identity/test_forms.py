"""Forms of our own pages alone, so many in a time, and the headers that browsers go by."""

from datetime import timedelta
from typing import Any

import pytest

from recuse.server.identity import throttle
from recuse.server.identity.body import LONGEST_FIELDS
from recuse.server.identity.forms import FIELD, HEADER
from recuse.server.identity.kept import Kept
from tests.identity.console import Browser, Console
from tests.identity.test_sessions import logged_in


def told(browser: Browser, form: dict[str, str], **headers: str) -> int:
    return browser.post("/act", form, **headers).status_code


def test_a_form_of_ours(console: Console) -> None:
    browser = logged_in(console, "asker")
    response = browser.post("/act", {FIELD: browser.token(), "what": "asked"})
    assert response.json() == {"done": "asked"}  # the page reads the form as if nobody had
    sent = browser.client.post("/act", content=b"{}", headers={"Origin": console.base, HEADER: browser.token()})
    assert sent.status_code == 200


def test_a_form_with_a_document(console: Console) -> None:
    browser = logged_in(console, "asker")
    own = {"Origin": console.base}
    form, files = {FIELD: browser.token(), "what": "sent"}, {"document": ("order.pdf", b"%PDF" * 1000)}
    assert browser.client.post("/act", data=form, files=files, headers=own).json() == {"done": "sent"}
    form = {"what": "sent"}
    assert browser.client.post("/act", data=form, files=files, headers=own).status_code == 403


def test_a_form_that_is_too_long(console: Console) -> None:
    browser = logged_in(console, "asker")
    form = {FIELD: browser.token(), "what": "x" * LONGEST_FIELDS}
    assert told(browser, form) == 403
    assert [entry["reason"] for entry in console.recorded("form_refused")] == ["too_long"]


def test_a_form_without_its_token(console: Console) -> None:
    browser = logged_in(console, "asker")
    assert told(browser, {"what": "asked"}) == 403
    assert told(browser, {FIELD: ""}) == 403
    refused = console.recorded("form_refused")
    assert [entry["reason"] for entry in refused] == ["no_token"] * 2


def test_a_form_with_a_wrong_token(console: Console) -> None:
    browser, other = logged_in(console, "asker"), logged_in(console, "asker")
    assert told(browser, {FIELD: other.token()}) == 403
    assert told(browser, {FIELD: "ä" * 64}) == 403
    assert told(browser, {FIELD: browser.token()}) == 200


def test_a_token_of_an_earlier_session(console: Console) -> None:
    browser = logged_in(console, "asker")
    old = browser.token()
    browser.log_in("asker")
    assert told(browser, {FIELD: old}) == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example.org", "Sec-Fetch-Site": "-"},
        {"Origin": "null", "Sec-Fetch-Site": "-"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "-", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "-", "Sec-Fetch-Site": "-"},
    ],
    ids=str,
)
def test_a_form_of_another_site(console: Console, headers: dict[str, str]) -> None:
    """Even with the right token, which another site cannot have."""
    browser = logged_in(console, "asker")
    token = browser.token()
    assert told(browser, {FIELD: token}, **headers) == 403
    assert [entry["reason"] for entry in console.recorded("form_refused")] == ["other_site"]


@pytest.mark.parametrize("headers", [{"Origin": "-"}, {"Sec-Fetch-Site": "-"}], ids=str)
def test_a_browser_that_says_half(console: Console, headers: dict[str, str]) -> None:
    browser = logged_in(console, "asker")
    assert told(browser, {FIELD: browser.token()}, **headers) == 200


def test_a_login_of_another_site(console: Console) -> None:
    """Login CSRF: the form that begins a login carries a token too, of the browser."""
    browser = console.browser()
    assert browser.post("/login", {"provider": "mock"}).status_code == 403
    browser.get("/login")
    assert browser.post("/login", {"provider": "mock"}).status_code == 403
    form = {"provider": "mock", FIELD: browser.token()}
    assert browser.post("/login", form, Origin="https://evil.example.org").status_code == 403


def test_nobody_sends_a_form_without_a_session(console: Console) -> None:
    browser = console.browser()
    token = browser.token()
    for path in ("/act", "/logout", "/sessions/end", "/nowhere"):
        assert browser.post(path, {FIELD: token}).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
def test_every_method_that_changes_something_is_guarded(console: Console, method: str) -> None:
    browser = logged_in(console, "asker")
    assert browser.client.request(method, "/act").status_code == 403


def test_nothing_begins_or_ends_by_a_link(console: Console) -> None:
    browser = logged_in(console, "asker")
    for path in ("/logout", "/sessions/end", "/login/local"):
        assert browser.get(path).status_code in {404, 405}
    assert browser.get("/login?provider=mock").status_code == 200
    assert browser.who() is not None


def test_too_many_forms_of_a_person(console: Console) -> None:
    browser, other = logged_in(console, "asker"), logged_in(console, "reviewer")
    form = {FIELD: browser.token()}
    assert [told(browser, form) for _ in range(throttle.POST_PERSON.most)] == [200] * throttle.POST_PERSON.most
    response = browser.post("/act", form)
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 61
    assert told(other, {FIELD: other.token()}) == 200
    console.clock.ahead += timedelta(seconds=61)
    assert told(browser, form) == 200


def test_too_many_logins_from_an_address(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = console.browser()
    allowed = throttle.LOGIN.most
    found = [browser.get("/login/callback/mock?state=x").status_code for _ in range(allowed + 1)]
    assert found == [403] * allowed + [429]
    response = console.browser().send("/login", {"provider": "mock"})
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 601
    assert console.recorded() == []
    console.clock.ahead += timedelta(minutes=10, seconds=1)
    assert console.browser().send("/login", {"provider": "mock"}).status_code == 303


def test_too_many_forms_from_an_address(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "POST_ADDRESS", throttle.Rate("post-address", 3, timedelta(minutes=5)))
    browser = console.browser()
    assert [told(browser, {}) for _ in range(4)] == [403, 403, 403, 429]


def test_workers_count_together(console: Console) -> None:
    workers = [Kept(console.dsn), Kept(console.dsn)]
    at, rate = console.clock(), throttle.Rate("tried", 4, timedelta(minutes=1))
    waits = [throttle.wait(workers[n % 2], rate, ("somebody",), b"k" * 32, at) for n in range(6)]
    assert waits == [0, 0, 0, 0, 61, 61]
    for each in workers:
        each.close()


def test_headers_of_every_answer(console: Console) -> None:
    browser = logged_in(console, "asker")
    answers: list[Any] = [browser.get(path) for path in ("/who", "/login", "/sessions", "/nowhere")]
    answers += [browser.post("/act", {}), browser.post("/act", {FIELD: browser.token()})]
    for answer in answers:
        headers = answer.headers
        policy = dict(each.strip().partition(" ")[::2] for each in headers["content-security-policy"].split(";"))
        assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
        assert {policy[name] for name in ("object-src", "base-uri", "frame-ancestors")} == {"'none'"}
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers


def test_the_login_page_may_lead_to_the_providers(console: Console) -> None:
    """Chromium applies `form-action` to where a form is redirected."""
    policy = console.browser().get("/login").headers["content-security-policy"]
    [action] = [each for each in policy.split("; ") if each.startswith("form-action")]
    origins = sorted(console.providers[name].issuer for name in ("mock", "nano"))
    assert action == f"form-action 'self' {' '.join(origins)}"


def test_a_name_is_text(console: Console) -> None:
    """What a provider says is shown as text."""
    console.forger.alter = lambda header, claims: console.forger.sign(header, {**claims, "name": "<script>x</script>"})
    browser = console.browser()
    browser.log_in("reviewer", "forged")
    shown = browser.get("/sessions").text
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
