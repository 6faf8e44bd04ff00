"""Requests for assistance by programs and by people, on a real state, ledger and policy, with two server processes."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import pytest

from recuse import clock
from recuse.ledger import decode, open_ledger, read_entries
from tests.serve.world import Institution, Reply, Serving, serving

AGENCY: Final = "us.dhs.ice.ero"
MORE: Final = """
[[caller]]
id = "{0}"
issuer = "https://login.example.org"
client = "{0}"
systems = []
takes_in = true
"""
PATH: Final = "/requests/v1/assistance"


@pytest.fixture(scope="module")
def both(institution: Institution) -> Iterator[tuple[Serving, Serving]]:
    """Two servers of one institution, on one state."""
    more, state = MORE.format("mailbox") + MORE.format("other"), institution.state()
    with serving(institution, state, more=more) as one, serving(institution, state, more=more, workers=2) as two:
        yield one, two


def asked(**changes: Any) -> dict[str, Any]:
    """W10: what is called a judge's warrant, and is Form I-205."""
    now = clock.now()
    whole = {
        "received": (now - timedelta(hours=1)).isoformat(timespec="seconds"), "asked_by": "Field office 7",
        "kind": "detainer", "on_behalf_of": AGENCY, "purpose": "imm.civil_enforcement",
        "authority": "judicial.warrant", "instrument": "Form I-205", "case": "26-A-1",
        "evidence": {"judge": "An Officer", "document_sha256": hashlib.sha256(b"paper").hexdigest()},
        "lapses": (now + timedelta(days=2)).isoformat(timespec="seconds"), "note": "he lives at 5 High Street",
    }  # fmt: skip
    return {name: value for name, value in (whole | changes).items() if value is not None}


def call(at: Serving, method: str, path: str = "", body: Any = None, client: str = "mailbox", **headers: str) -> Reply:
    sent = {"Authorization": f"Bearer {at.institution.token(client)}", "Content-Type": "application/json"} | headers
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    return at.send(method, PATH + path, text, sent)


def entries(institution: Institution, kind: str) -> list[Any]:
    found = map(decode, read_entries(institution.job.policy / ".ledger"))
    return [each.body for each in found if each.kind == kind]


def test_w10_is_refused_recorded_and_counted_and_both_servers_know_it(both: tuple[Serving, Serving]) -> None:
    one, two = both
    before = len(entries(one.institution, "asked"))
    checked = call(one, "POST", "?check=true", asked())
    assert (checked.status, checked.document["request"]) == (200, None)
    assert len(entries(one.institution, "asked")) == before
    taken = call(one, "POST", "", asked(), **{"X-Request-ID": "abc"})
    assert (taken.status, taken.headers["x-request-id"]) == (201, "abc")
    ruling = taken.document["ruling"]
    assert ruling == checked.document["ruling"]
    assert (ruling["verdict"], ruling["decided_as"]) == ("refused", ["administrative.warrant"])
    name = taken.document["request"]
    assert taken.headers["location"] == f"{PATH}/{name}"
    body = entries(one.institution, "asked")[-1]
    assert (body["request"], body["verdict"], body["instruments"]) == (name, "refused", ["I-205"])
    assert body["caller"] == "mailbox"
    for secret in ("High Street", "26-A-1", "Field office", "An Officer"):
        assert secret not in repr(entries(one.institution, "asked"))
    found = call(two, "GET", f"/{name}")
    assert found.status == 200
    assert found.document["words"]["instrument"] == "Form I-205"
    assert found.document["ruling"] == ruling
    listed = call(two, "GET", "?kind=detainer&state=open").document
    assert name in [each["request"] for each in listed["requests"]]


def test_a_program_sees_what_it_took_in_and_answers_nothing(both: tuple[Serving, Serving]) -> None:
    one, two = both
    name = call(one, "POST", "", asked(source="mail-1")).document["request"]
    assert call(two, "GET", f"/{name}", client="other").status == 404
    assert call(two, "GET", "", client="other").document == {"requests": [], "next": ""}
    assert call(two, "POST", "", asked(source="mail-1"), client="other").status == 409
    assert call(two, "POST", "", asked(supersedes=name), client="other").status == 409
    assert call(two, "POST", "", asked(supersedes=name, case="26-A-2")).status == 201
    assert call(two, "GET", f"/{name}").document["state"] == "superseded"
    assert call(one, "POST", f"/{name}/answer", {"word": "complied"}).status == 404
    assert call(one, "POST", f"/{name}").status == 405
    assert call(one, "DELETE").headers["allow"].replace(" ", "").split(",") != []
    nobody = one.send("POST", PATH, json.dumps(asked()), {"Content-Type": "application/json"})
    assert (nobody.status, nobody.headers["www-authenticate"]) == (401, "Bearer")
    assert call(one, "POST", "", asked(), client="records-app").status == 403, "not every caller takes in"
    assert call(one, "GET", "", client="records-app").status == 403


def test_a_source_is_one_request_however_often_it_is_sent_to_whom(both: tuple[Serving, Serving]) -> None:
    whole = asked(source="mail-2")
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda n: call(both[n % 2], "POST", "", whole), range(8)))
    assert {each.status for each in replies} <= {200, 201, 409, 503}
    assert [each.status for each in replies].count(201) == 1
    again = call(both[1], "POST", "", whole)
    assert again.status == 200
    (name,) = {each.document["request"] for each in (*replies, again) if each.status < 300}
    bodies = [each for each in entries(both[0].institution, "asked") if each["request"] == name]
    assert len(bodies) == 1
    assert call(both[0], "POST", "", whole | {"case": "26-A-9"}).status == 409


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("{", [""]),
        ("[]", [""]),
        ('{"kind": "detainer", "kind": "detainer"}', [""]),
        ('{"note": "\\ud800"}', [""]),
        ({}, ["received", "asked_by", "kind", "on_behalf_of", "purpose", "authority", "lapses"]),
        (asked(untill="2026-01-31T12:00:00Z"), ["untill"]),
        (asked(kind="raid", case=5), ["kind", "case"]),
        (asked(received="0001-01-01T00:00:00+14:00", lapses="2026-01-31"), ["received", "lapses"]),
        (asked(on_behalf_of="nobody", purpose="nothing"), ["on_behalf_of", "purpose"]),
        (asked(source="a\u0000b"), ["source"]),
        (asked(evidence={"judge": 1}), ["evidence"]),
        (asked(kind="bulk_extract"), ["categories", "until"]),
    ],
)
def test_what_cannot_be_taken_in_has_every_problem_with_its_field(
    both: tuple[Serving, Serving], body: Any, fields: list[str]
) -> None:
    before = len(entries(both[0].institution, "asked"))
    reply = call(both[0], "POST", "", body)
    assert reply.status == 400, reply.text
    assert [each["field"] for each in reply.document["problems"]] == fields
    assert len(entries(both[0].institution, "asked")) == before


@pytest.mark.parametrize("path", ["?check=yes", "?check=true&check=true", "?chek=true"])
def test_a_parameter_that_is_not_known_is_refused(both: tuple[Serving, Serving], path: str) -> None:
    assert call(both[0], "POST", path, asked()).status == 400


def test_a_table_is_taken_in_whole_or_not_at_all(both: tuple[Serving, Serving]) -> None:
    header = "source,received,kind,on_behalf_of,asked_by,purpose,authority,lapses,instrument"
    until = (clock.now() + timedelta(days=1)).isoformat()
    rows = [f"t-{n},2026-01-15T09:00:00Z,detainer,{AGENCY},Office 7,undeclared,none,{until},I-247A" for n in (1, 2)]
    good, bad = "\n".join([header, *rows]), "\n".join([header, rows[0], rows[1].replace("detainer", "raid")])
    csv = {"Content-Type": "text/csv"}
    wrong = call(both[0], "POST", "/import", bad, **csv)
    assert wrong.status == 400
    assert [(each["row"], each["field"]) for each in wrong.document["problems"]] == [(3, "kind")]
    tried = call(both[0], "POST", "/import?dry_run=true", good, **csv)
    assert tried.document == {"recorded": False, "verdicts": {"refused": 2}, "added": 0, "known": 0, "finished": 0}
    taken = call(both[0], "POST", "/import", good, **csv)
    assert (taken.status, taken.document["added"]) == (200, 2)
    again = call(both[1], "POST", "/import", good, **csv)
    assert (again.document["added"], again.document["known"]) == (0, 2)
    assert call(both[0], "POST", "/import", good).status == 400, "another content type"


def test_while_an_apply_holds_the_ledger_nothing_is_done(both: tuple[Serving, Serving]) -> None:
    ledger = both[0].institution.job.policy / ".ledger"
    with open_ledger(ledger):
        reply = call(both[0], "POST", "", asked(source="mail-3"))
        checked = call(both[0], "POST", "?check=true", asked())
    assert (reply.status, reply.headers["retry-after"]) == (503, "1")
    assert "another process writes to the ledger now, and nothing was done" in reply.text
    assert checked.status == 200, "a check writes nothing"
    taken = call(both[0], "POST", "", asked(source="mail-3"))
    assert taken.status == 201, "nothing was kept before"
