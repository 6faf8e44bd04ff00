"""People ask and answer at the console of two real servers, behind identity, as browsers send forms."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

import pytest

from recuse import clock
from recuse.ledger import decode, open_ledger, read_entries
from recuse.server.identity import Person, Role
from recuse.server.identity.cookies import SESSION
from recuse.server.identity.kept import Kept
from recuse.server.identity.people import Held, Limits
from recuse.server.identity.sessions import Arrival, begin
from recuse.server.identity.token import Vouched
from tests.serve.world import Institution, Reply, Serving, serving

ISSUER: Final = "https://people.example.org"
REMOVAL: Final = "us.dhs.ice.ero"
POLICE: Final = "il.chicago.cpd"
GRANTED: Final = {"olaf": ("requester", REMOVAL), "rita": ("reviewer", POLICE), "ada": ("auditor", POLICE)}
CONSOLE: Final = '\n[console]\npeople = "people-who-ask.toml"\n'


@pytest.fixture(scope="module")
def state(institution: Institution) -> str:
    folder = institution.folder
    grants = "".join(
        f'\n[[grants]]\nrole = "{role}"\nagency = "{agency}"\nprovider = "idp"\nsubject = "{name}"\n'
        for name, (role, agency) in GRANTED.items()
    )
    provider = (
        f'\n[[providers]]\nname = "idp"\nissuer = "{ISSUER}"\nclient = "c"\nsecret_file = "c.secret"\n'
        'claims = "standard"\n'
    )
    (folder / "people-who-ask.toml").write_text(f'format = 1\nkey_file = "asking.key"\n{provider}{grants}')
    for name, content in (("asking.key", "k" * 40), ("c.secret", "s" * 40)):
        (folder / name).write_text(content)
        (folder / name).chmod(0o600)
    return institution.state()


@pytest.fixture(scope="module")
def both(institution: Institution, state: str) -> Iterator[tuple[Serving, Serving]]:
    with serving(institution, state, more=CONSOLE) as one, serving(institution, state, more=CONSOLE) as two:
        yield one, two


@pytest.fixture(scope="module")
def sessions(institution: Institution, state: str) -> dict[str, str]:
    """A session of each, as a login begins it."""
    tokens = {}
    with closing(Kept(institution.owner(state))) as kept:
        for name, (role, agency) in GRANTED.items():
            role_: Role = role  # type: ignore[assignment]
            at = clock.now()
            held, vouched = Held(frozenset({role_}), agency), Vouched(name, None, at, {})
            arrival = Arrival(Person(ISSUER, name), held, vouched, f"{name.title()} Example", None, {})
            tokens[name] = begin(kept, arrival, Limits(), None, at).token
    return tokens


def opens(at: Serving, path: str, session: str) -> Reply:
    return at.send("GET", f"/console{path}", headers={"Cookie": f"{SESSION}={session}"})


def sends(at: Serving, page: Reply, path: str, session: str, **form: str) -> Reply:
    """A form of a page, as a browser sends it under the page's own policy of referrers."""
    tokens = set(re.findall(r'name="form_token" value="([^"]+)"', page.text))
    (request,) = re.findall(r'name="request" value="(\w+)"', page.text) or [""]
    origin = "null" if page.headers["referrer-policy"] == "no-referrer" else f"http://127.0.0.1:{at.port}"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded", "Origin": origin, "Sec-Fetch-Site": "same-origin",
        "Cookie": f"{SESSION}={session}",
    }  # fmt: skip
    whole = {"form_token": tokens.pop() if tokens else "", "request": request, **form}
    return at.send("POST", f"/console{path}", urlencode(whole), headers)


def entries(institution: Institution) -> list[dict[str, object]]:
    found = map(decode, read_entries(institution.job.policy / ".ledger"))
    return [{"kind_of_entry": each.kind, **each.body} for each in found if each.kind in ("asked", "answered")]


def test_one_asks_at_one_server_and_another_answers_at_the_other(
    both: tuple[Serving, Serving], sessions: dict[str, str]
) -> None:
    one, two = both
    form = {
        "kind": "detainer", "on_behalf_of": REMOVAL, "purpose": "imm.civil_enforcement", "case": "26-A-1",
        "authority": "judicial.warrant", "instrument": "Form I-205", "act": "send",
        "lapses": f"{clock.now() + timedelta(days=2):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    page = opens(one, "/requests/new", sessions["olaf"])
    assert page.status == 200, page.text
    with open_ledger(one.institution.job.policy / ".ledger"):
        held = sends(one, page, "/requests/new", sessions["olaf"], **form)
    assert (held.status, "Another process writes to the ledger now" in held.text) == (503, True)
    sent = sends(one, page, "/requests/new", sessions["olaf"], **form)
    assert sent.status == 303, sent.text
    where = sent.headers["location"].removeprefix("/console")
    answer = opens(two, where, sessions["rita"])
    assert "Olaf Example (olaf at https://people.example.org)" in answer.text
    assert "Decided as administrative.warrant, not as judicial.warrant" in answer.text
    done = sends(two, answer, f"{where}/answer", sessions["rita"], word="refused", last="")
    assert done.status == 303, done.text
    shown = opens(one, where, sessions["ada"])
    assert "Rita Example (rita at https://people.example.org)" in shown.text
    assert opens(one, "/requests/new", sessions["ada"]).status == 403
    asked, answered = entries(one.institution)
    assert (asked["verdict"], answered["word"]) == ("refused", "refused")
    persons = [str(each["person"]) for each in (asked, answered)]
    assert len({*persons}) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in persons)
    for secret in ("Olaf", "Rita", "people.example", "26-A-1"):
        assert secret not in repr(entries(one.institution))


def test_a_form_without_its_token_is_refused(both: tuple[Serving, Serving], sessions: dict[str, str]) -> None:
    page = opens(both[0], "/requests/new", sessions["olaf"])
    before = len(entries(both[0].institution))
    refused = sends(both[0], page, "/requests/new", sessions["olaf"], form_token="0" * 64, act="send")
    assert refused.status == 403
    assert len(entries(both[0].institution)) == before
