"""Who may see what: every screen for every role and for nobody; and what every answer forbids."""

import hashlib
import re
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from recuse import design
from recuse.server.console import PREFIX, ROLES, SCREENS, Index, Role, Visitor, application, headers, screens
from recuse.server.console.headers import HEADERS
from tests.console import world

ADDRESSES: Final = {screen.path: screen.path.replace("{number}", "3") for screen in SCREENS} | {
    "/access/cell": "/access/cell?system=records"
}
OPEN: Final[dict[str, set[str]]] = {
    "": {*ROLES},
    "/health": {"reviewer", "counsel", "official", "auditor", "administrator"},
    "/access": {"reviewer", "counsel", "official", "auditor", "administrator"},
    "/access/cell": {"reviewer", "counsel", "official", "auditor", "administrator"},
    "/record": {"counsel", "official", "auditor"},
    "/record/export.csv": {"counsel", "official", "auditor"},
    "/record/export.json": {"counsel", "official", "auditor"},
    "/record/decisions/{number}": {"counsel", "official", "auditor"},
    "/record/{number}": {"counsel", "official", "auditor"},
}
VENDORED: Final = Path(design.__file__).parent / "vendored"


def asked(folder: Path, visitor: Visitor | None, **changes: Any) -> TestClient:
    def recognise(_request: Request) -> Visitor | None:
        return visitor

    changes = {"decisions": Index(folder / "ledger"), **changes}
    return TestClient(application(world.console(folder, recognise=recognise, **changes)), follow_redirects=False)


def test_every_screen_is_in_the_table() -> None:
    assert {screen.path: {*screen.roles} for screen in SCREENS} == OPEN


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_screens_and_no_other(folder: Path, role: Role) -> None:
    client = asked(folder, world.person("Ada", role))
    for path, address in ADDRESSES.items():
        answer = client.get(PREFIX + address)
        assert (answer.status_code == 200) == (role in OPEN[path]), (role, path)
        if role not in OPEN[path]:
            assert answer.status_code == 403
            assert f"Your roles: {role}." in answer.text
            assert "records_app" not in answer.text
    named = {screen.name for screen in SCREENS if screen.name and role in OPEN[screen.path]}
    assert set(re.findall(r'<li><a href="/console/[^"]+"[^>]*>(\w+)</a>', client.get(PREFIX).text)) == named


def test_who_has_no_role_opens_nothing_and_who_has_two_opens_both(folder: Path) -> None:
    nothing = asked(folder, world.person("Ada"))
    assert {nothing.get(PREFIX + each).status_code for each in ADDRESSES.values()} == {403}
    both = asked(folder, world.person("Ada", "requester", "auditor"))
    assert {both.get(PREFIX + each).status_code for each in ADDRESSES.values()} == {200}


def test_nobody_is_asked_to_sign_in(folder: Path) -> None:
    for address in ADDRESSES.values():
        refused = asked(folder, None).get(PREFIX + address)
        assert (refused.status_code, "records_app" in refused.text) == (401, False)
        assert "<h1>You are not signed in</h1>" in refused.text
    client = asked(folder, None, sign_in="/sign-in")
    sent = client.get(f"{PREFIX}/record?answer=deny&caller=a%26b")
    assert sent.status_code == 303
    assert sent.headers["location"] == "/sign-in?next=%2Fconsole%2Frecord%3Fanswer%3Ddeny%26caller%3Da%2526b"
    part = client.get(f"{PREFIX}/record", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in?next=%2Fconsole%2Frecord")


def test_a_screen_without_roles_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="screen `/x` is open to nobody: name its roles"):
        screens.Screen("/x", "X", frozenset(), SCREENS[0].show)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(client: TestClient, method: str) -> None:
    assert {client.request(method, PREFIX + each).status_code for each in ADDRESSES.values()} == {405}


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/record/139",
        "/record/decisions/1",
        "/record/acts/1",
        "/record/-1",
        "/record/x",
        "/record/1e3",
        "/record/٣",
    ],
)
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    answer = client.get(PREFIX + path)
    assert answer.status_code == 404
    assert "<h1>There is nothing here</h1>" in answer.text


# --- what every answer forbids ---


def answers(folder: Path) -> list[Any]:
    """One of each kind: a page, an export, a file, and every refusal."""
    client = asked(folder, world.AUDITOR)
    release = re.search(r"/static/(\w+)/", client.get(PREFIX).text)
    assert release
    failing = TestClient(
        application(world.console(folder, known=_fail)), raise_server_exceptions=False, follow_redirects=False
    )
    return [
        *(client.get(PREFIX + each) for each in ADDRESSES.values()),
        client.get(f"{PREFIX}/static/{release[1]}/console.css"),
        client.get(f"{PREFIX}/nowhere"),
        client.post(PREFIX),
        asked(folder, None).get(PREFIX),
        asked(folder, None, sign_in="/in").get(PREFIX),
        asked(folder, world.person("Ada")).get(PREFIX),
        failing.get(PREFIX),
    ]


def _fail() -> Any:
    raise RuntimeError("records_app")


EXPECTED: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-frame-options": "DENY",
}


def faults(found: list[Any]) -> set[str]:
    """The headers that an answer lacks, or has otherwise."""
    lacking = {name for answer in found for name, value in EXPECTED.items() if answer.headers.get(name) != value}
    if not all("camera=(), " in answer.headers.get("permissions-policy", "") for answer in found):
        lacking.add("permissions-policy")
    if not all(("static" in str(a.url)) != (a.headers.get("cache-control") == "no-store") for a in found):
        lacking.add("cache-control")
    return lacking


def test_every_answer_has_every_header(folder: Path) -> None:
    found = answers(folder)
    assert {each.status_code for each in found} == {200, 303, 401, 403, 404, 405, 500}
    assert faults(found) == set()


@pytest.mark.parametrize("name", [*HEADERS, "Cache-Control"])
def test_a_header_that_is_missing_is_noticed(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "Cache-Control":
        monkeypatch.setattr(headers, "NO_STORE", "private")
    else:
        monkeypatch.setattr(headers, "HEADERS", {each: value for each, value in HEADERS.items() if each != name})
    assert faults(answers(folder)) == {name.lower()}


def test_a_failure_tells_nothing_but_that_it_happened(folder: Path) -> None:
    answer = answers(folder)[-1]
    assert answer.status_code == 500
    assert "2026-01-15 12:00:00 UTC" in answer.text
    assert "records_app" not in answer.text


# --- files ---


def test_a_file_is_kept_for_ever_under_its_digest(client: TestClient) -> None:
    page = client.get(PREFIX).text
    names = re.findall(r'(?:href|src)="(/console/static/[^"]+)"', page)
    assert len(names) == 5
    for name in names:
        answer = client.get(name)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip"
        plain = client.get(name, headers={"Accept-Encoding": "identity"})
        assert plain.content == answer.content
    assert client.get(re.sub(r"static/\w+", "static/0000", names[1])).status_code == 404


@pytest.mark.parametrize("path", ["../app.py", "%2e%2e/app.py", "vendored/SHA256SUMS", "", "vendored", "/etc/passwd"])
def test_no_path_leads_out_of_the_files(client: TestClient, path: str) -> None:
    release = re.search(r"/static/\w+/", client.get(PREFIX).text)
    assert release
    assert client.get(f"{PREFIX}{release[0]}{path}").status_code == 404


def test_what_is_vendored_is_what_its_manifest_says() -> None:
    lines = (VENDORED / "SHA256SUMS").read_text().splitlines()
    named = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = {str(each.relative_to(VENDORED)): each for each in VENDORED.rglob("*") if each.is_file()}
    assert {*named, "SHA256SUMS"} == {*files}
    for name, digest in named.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == digest, name


def test_what_a_style_asks_for_is_there() -> None:
    for style in VENDORED.rglob("*.css"):
        asked_for = {each for each in re.findall(r'url\("?([^")]*)"?\)', style.read_text()) if each}
        assert asked_for
        for each in asked_for:
            assert (style.parent / each).is_file(), each
