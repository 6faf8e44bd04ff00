"""People ask and answer at the console of two real servers, behind identity, as browsers send forms."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

import psycopg
import pytest

from recuse import clock
from recuse.ledger import decode, open_ledger, read_entries
from recuse.server.identity import Person, Role
from recuse.server.identity.cookies import SESSION
from recuse.server.identity.kept import Kept
from recuse.server.identity.people import Held, Limits
from recuse.server.identity.sessions import Arrival, begin
from recuse.server.identity.token import Vouched
from tests.serve.test_serving import reads
from tests.serve.world import DECLARED, DETECTIVE, ENDER, Institution, Reply, Serving, serving

ISSUER: Final = "https://people.example.org"
REMOVAL: Final = "us.dhs.ice.ero"
POLICE: Final = "il.chicago.cpd"
INQUIRY: Final = "us.dhs.ice.hsi"
GRANTED: Final = {
    "olaf": ("requester", REMOVAL), "rita": ("reviewer", POLICE), "ada": ("auditor", POLICE),
    "hana": ("requester", INQUIRY),
}  # fmt: skip
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
    year = f"{clock.now():%Y}"
    for at in both:
        report = opens(at, f"/reports/export.json?period={year}&rows=kind&columns=outcome", sessions["ada"])
        (cell,) = json.loads(report.text)["cells"]
        assert (cell["row"], cell["column"], cell["requests"]) == ("detainer", "refused", [where.rpartition("/")[2]])
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


def permit_form(**changes: str) -> dict[str, str]:
    """What is typed for a warrant at night."""
    now = clock.now()
    typed = {
        "account": f"clear/{DETECTIVE}", **DECLARED, "on_behalf_of": "Unit 2", "instrument": "", "act": "send",
        "issuing_court": "Cook County", "judge": "A Judge", "issued": "2026-01-15", "document_sha256": "ab" * 32,
        "until": f"{now + timedelta(hours=8):%Y-%m-%d %H:%M}", "lapses": f"{now + timedelta(hours=2):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    return typed | changes


def test_a_warrant_at_night_opens_what_it_must_and_one_click_ends_it(
    both: tuple[Serving, Serving], sessions: dict[str, str], state: str
) -> None:
    """W9: asked at one server, approved shorter at the other, read from the database, revoked, and the session ends."""
    one, two = both
    institution = one.institution
    page = opens(one, "/permits/new", sessions["hana"])
    assert page.status == 200, page.text
    later = permit_form(until=f"{clock.now() + timedelta(hours=80):%Y-%m-%d %H:%M}")
    assert "at most 72 hours" in sends(one, page, "/permits/new", sessions["hana"], **later).text
    assert "judge" in sends(one, page, "/permits/new", sessions["hana"], **permit_form(judge="")).text
    sent = sends(one, page, "/permits/new", sessions["hana"], **permit_form())
    assert sent.status == 303, sent.text
    where = sent.headers["location"].removeprefix("/console")
    assert opens(one, where, sessions["olaf"]).status == 404, "another agency's"
    shown = opens(two, where, sessions["rita"])
    assert "records.person" in shown.text, "what it would open"
    end = clock.now() + timedelta(hours=1)
    form = {"word": "approve", "until": f"{end:%Y-%m-%d %H:%M}", "note": ""}
    own = sends(two, opens(two, where, sessions["hana"]), f"{where}/answer", sessions["hana"], **form)
    assert own.status == 403, "nobody approves what they asked for"
    other = sends(two, shown, f"{where}/answer", sessions["rita"], **form, purpose="imm.civil_enforcement")
    assert (other.status, "Choose one below the purpose asked for" in other.text) == (400, True)
    assert reads(institution) == 0
    done = sends(two, shown, f"{where}/answer", sessions["rita"], **form)
    assert done.status == 303, done.text
    assert reads(institution) > 0
    with psycopg.connect(institution.job.world.dsn(DETECTIVE), autocommit=True) as session:
        session.execute("SELECT 1")
        ended = sends(one, opens(one, where, sessions["rita"]), f"{where}/end", sessions["rita"])
        assert ended.status == 303, ended.text
        assert reads(institution) == 0
        session.execute("SELECT 1")
        institution.run("worker", "--once", "--state", institution.owner(state), "-r", str(institution.job.policy),
                        "--kinds", "end_sessions", login=ENDER)  # fmt: skip
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    ledger = [decode(each) for each in read_entries(institution.job.policy / ".ledger")]
    name = where.rpartition("/")[2]
    mine = [each.kind for each in ledger if each.body.get("request") == name]
    assert mine == ["refused", "requested", "approved", "issued", "revoked"], "the first lacked the judge"
    for secret in ("Hana", "Rita", "people.example", DECLARED["case"], "A Judge"):
        assert secret not in repr([each.body for each in ledger if each.body.get("request") == name])
