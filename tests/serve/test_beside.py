"""The console beside the decision point: one server, its own paths, its own people, and neither opens the other."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from recuse import clock, demo
from recuse.server.identity.local import password_hash
from tests.serve.world import Institution, Reply, Serving, serving

PASSWORD = "a long password of a test"
CONTENT = Path(demo.__file__).parent / "content"
CONSOLE = f'\n[console]\npeople = "people.toml"\ncontent = "{CONTENT}"\n'


@pytest.fixture(scope="module")
def running(institution: Institution) -> Iterator[Serving]:
    folder = institution.folder
    (folder / "people.toml").write_text(
        'format = 1\nkey_file = "pseudonym.key"\n\n[[local]]\nname = "setup"\nagency = "il.chicago.cpd"\n'
        f'hash_file = "setup.hash"\nopened = {clock.now().isoformat(timespec="seconds")}\n'
    )
    for name, content in (("pseudonym.key", "k" * 40), ("setup.hash", password_hash(PASSWORD) + "\n")):
        (folder / name).write_text(content)
        (folder / name).chmod(0o600)
    with serving(institution, institution.state(), more=CONSOLE, workers=2) as made:
        yield made


def signs_in(running: Serving, password: str) -> Reply:
    """The form of the login page, as a browser sends it."""
    page = running.send("GET", "/login")
    (token,) = set(re.findall(r'name="form_token" value="([^"]+)"', page.text))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{running.port}",
        "Sec-Fetch-Site": "same-origin", "Cookie": page.headers["set-cookie"].split(";")[0],
    }  # fmt: skip
    form = {"form_token": token, "name": "setup", "password": password}
    return running.send("POST", "/login/local", urlencode(form), headers)


def test_who_has_not_signed_in_sees_nothing(running: Serving) -> None:
    for path in ("/console", "/console/health", "/console/record"):
        reply = running.send("GET", path)
        assert reply.status in (303, 401), path
        assert "clear" not in reply.text
    assert running.send("GET", "/login").status == 200
    token = {"Authorization": f"Bearer {running.institution.token()}"}
    assert running.send("GET", "/console/health", headers=token).status in (303, 401), "a program is no visitor"


def test_who_signs_in_sees_the_record_of_this_ledger_in_every_worker(running: Serving) -> None:
    assert "form_token" in running.send("GET", "/login").text
    assert signs_in(running, "wrong").status == 403
    reply = signs_in(running, PASSWORD)
    assert reply.status == 303, reply.text
    cookie = {"Cookie": re.findall(r"__Host-recuse=[^;]+", reply.headers["set-cookie"])[0]}
    for _ in range(8):  # more than there are workers
        shown = running.send("GET", "/console/health", headers=cookie)
        assert shown.status == 200
        assert "clear" in shown.text
        assert "setup" in shown.text
        home = running.send("GET", "/console", headers=cookie)
        assert home.status == 200, "every screen of the navigation is described"
        assert all(f">{name}</a></h2>" in home.text for name in ("Permits", "Content", "Health"))
        content = running.send("GET", "/console/content", headers=cookie)
        assert content.status == 200
        assert "the most pressing first" in content.text
        assert running.send("GET", "/console/content/changes", headers=cookie).status == 200
        directives = running.send("GET", "/console/directives", headers=cookie)
        assert directives.status == 200
        assert "In force" not in directives.text
        assert ">in force" in directives.text.replace(" in force", "in force")
    assert running.send("GET", "/console/record", headers=cookie).status == 403, "an administrator does not oversee"
    assert running.post("evaluation", {}, token=cookie["Cookie"]).status == 401, "a visitor is no program"
    kinds = [each["kind"] for each in running.institution.decisions()]
    assert kinds == ["session_refused", "local_session_begun"]


def test_the_decision_point_goes_on_beside_it(running: Serving) -> None:
    assert running.asks().status == 200
    assert running.send("GET", "/consoles").status == 404
