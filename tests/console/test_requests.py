"""Requests in the console without a browser: who does what, what is refused, what is kept and recorded."""

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from recuse.ledger import open_ledger
from recuse.model import AssistanceRequest, Outcome
from recuse.operations.kept_assistance import FileStore
from recuse.requests.store import Filter
from recuse.requests.table import REQUIRED, export
from recuse.server.console import PREFIX, ROLES, Role, Visitor
from recuse.server.console.assistance import inbox, screens, sections
from tests.console import desks as made
from tests.console import world
from tests.console.desks import (
    COUNSEL,
    HOUR,
    INQUIRY,
    NOW,
    OFFICER,
    OFFICIAL,
    REMOVAL,
    REVIEWER,
    WARDEN,
    WARRANT,
    asked,
)

BASE: Final = f"{PREFIX}/requests"
FORM: Final[dict[str, Any]] = {
    "request": "00000000000000aa", "kind": "detainer", "on_behalf_of": REMOVAL, "asked_by": "Field office 7",
    "received": "2026-01-15 11:00", "purpose": "imm.civil_enforcement", "authority": "judicial.warrant",
    "case": "26-A-1", "instrument": "Form I-205", "issuing_court": "none", "judge": "An Officer",
    "issued": "2026-01-14", "lapses": "2026-01-17 12:00", "note": "he lives at 5 High Street",
}  # fmt: skip


@dataclass
class Console:
    """The console on a folder of its own, for whoever is signed in."""

    folder: Path
    desks: made.Desks

    def of(self, visitor: Visitor | None, **changes: Any) -> TestClient:
        def recognise(_request: Request) -> Visitor | None:
            return visitor

        application = made.served(self.folder, self.desks, recognise, **changes)
        return TestClient(application, follow_redirects=False)

    def kept(self, *requests: AssistanceRequest, outcomes: tuple[Outcome, ...] = ()) -> None:
        """Requests, and answers to them, taken in by the desk itself."""
        with self.desks.acting({"person": "p-0"}) as desk:
            for each in requests:
                desk.ask(each, each.recorded)
            for outcome in outcomes:
                desk.answer(outcome, outcome.at)

    @property
    def bodies(self) -> list[Mapping[str, Any]]:
        return [{"kind_of_entry": each.kind, **each.body} for each in self.desks.entries()]


@pytest.fixture
def console(tmp_path: Path) -> Console:
    world.write(tmp_path / "ledger", iter(()))
    world.matrices(tmp_path / "access.json")
    return Console(tmp_path, made.desks(tmp_path / "ledger", FileStore(tmp_path / "ledger")))


def send(client: TestClient, address: str = "/new", files: Any = None, **form: Any) -> Any:
    return client.post(f"{BASE}{address}", data=form, files=files)


def words(answer: Any) -> str:
    """What a page says in its main part, without marks."""
    main = re.search(r"<main.*?</main>", answer.text, re.S)
    assert main
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main[0]))


def test_w10_a_form_called_a_warrant_is_refused_recorded_and_counted(console: Console) -> None:
    """An I-205, uploaded and stated to be a judge's warrant, is what its type is."""
    paper = b"%PDF-1.7 a warrant of removal"
    digest = hashlib.sha256(paper).hexdigest()
    client = console.of(WARDEN)
    checked = send(client, **FORM, act="check", files={"document": ("warrant.pdf", paper)})
    assert checked.status_code == 200
    assert "Would be refused" in words(checked)
    assert "assist-administrative-opens-nothing" in words(checked)
    assert "Decided as administrative.warrant, not as judicial.warrant" in words(checked)
    assert f'value="{digest}"' in checked.text, "what was sent is not to be sent again"
    assert console.bodies == []
    sent = send(client, **FORM, act="send", document_sha256=digest)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{BASE}/00000000000000aa")
    (body,) = console.bodies
    assert (body["kind_of_entry"], body["verdict"], body["authority"]) == ("asked", "refused", "judicial.warrant")
    assert (body["instruments"], body["decided_as"]) == (["I-205"], ["administrative.warrant"])
    assert body["person"] == "p-W"
    for secret in ("Wanda", "High Street", "26-A-1", "Field office", "An Officer", digest, "idp.example"):
        assert secret not in repr(console.bodies)
    shown = words(client.get(sent.headers["location"]))
    for told in (
        "Form I-205",
        digest,
        "Was refused",
        "An Officer",
        "Field office 7",
        "Wanda Example (Wanda Example at",
    ):
        assert told in shown
    assert not any(paper in path.read_bytes() for path in console.folder.rglob("*") if path.is_file())


def test_only_what_is_shown_whole_opens_and_the_check_says_what_would(console: Console) -> None:
    client = console.of(WARDEN)
    form = FORM | {"kind": "custody_transfer", "purpose": "crim.investigation", "authority": "none", "instrument": ""}
    said = words(send(client, **form, act="check"))
    assert "no rule permits it, and what no rule permits is refused" in said
    assert "What would open it judicial for crim judicial for court_process" in said
    court = form | {"authority": "judicial.warrant"}
    assert "It rests" not in (told := words(send(client, **court, act="check")))
    assert "Its authority rests on what was not stated: document_sha256." in told
    assert "it goes to counsel" in told
    assert "Would be permitted" in words(send(client, **court, document_sha256="ab" * 32, act="check"))


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(console: Console) -> None:
    client = console.of(WARDEN)
    wrong = {"kind": "bulk_extract", "note": "typed & kept", "lapses": "tomorrow", "case": "x" * 501}
    answer = send(client, **wrong, act="send")
    assert answer.status_code == 400
    said = words(answer)
    for told in (
        "6 things are to be mended, and nothing was sent", "Choose on whose behalf it is asked.",
        "Choose the purpose that is stated, or that none is.", "Say who asks: an office or a person.",
        "“tomorrow” is not a time: write it as 2026-01-31 14:30, in UTC.",
    ):  # fmt: skip
        assert told in said
    assert "typed &amp; kept" in answer.text
    assert 'value="tomorrow"' in answer.text
    assert '<option value="bulk_extract" selected>' in answer.text
    for name in set(re.findall(r'href="#(f-[\w-]+)"', answer.text)):
        assert f'id="{name}"' in answer.text, name
    whole = FORM | {"kind": "bulk_extract"}
    said = words(send(client, **whole, act="send"))
    assert "names at least one category of data" in said
    assert "says until when: nothing is without an end" in said
    assert console.bodies == []
    empty = client.get(f"{BASE}/new").text
    assert " selected" not in empty, "nothing is chosen for anybody"
    assert not re.search(r"<input[^>]+ checked", empty)


def test_a_check_beside_the_form_is_no_sending(console: Console) -> None:
    client = console.of(WARDEN)
    live = client.post(f"{BASE}/new", data={"kind": "detainer", "act": "send"}, headers={"HX-Request": "true"})
    assert live.status_code == 200
    assert "still to be filled in or mended" in words(live)
    live = client.post(f"{BASE}/new", data={**FORM, "act": "send"}, headers={"HX-Request": "true"})
    assert "Would be refused" in words(live)
    assert console.bodies == []


def test_a_form_sent_twice_is_one_request(console: Console) -> None:
    client = console.of(WARDEN)
    answers = [send(client, **FORM, act="send") for _ in range(2)]
    assert {each.headers["location"] for each in answers} == {f"{BASE}/00000000000000aa"}
    assert len(console.bodies) == 1
    stranger = made.person("Other Example", "requester")
    assert send(console.of(stranger), **FORM, act="send").status_code == 409


def test_a_document_with_another_hash_than_typed_is_told(console: Console) -> None:
    answer = send(console.of(WARDEN), **FORM, document_sha256="ab" * 32, act="send", files={"document": ("a", b"x")})
    assert "The document that was sent has another hash" in words(answer)
    assert console.bodies == []


def test_a_partner_asks_for_its_own_agency_and_as_the_person_who_asks(console: Console) -> None:
    client = console.of(OFFICER)
    page = client.get(f"{BASE}/new").text
    assert 'name="asked_by"' not in page
    assert 'name="received"' not in page
    assert send(client, **FORM, act="send").status_code == 303
    found = console.desks.store.find("00000000000000aa")
    assert found
    assert found.request.received == NOW, "not what the form said"
    said = words(client.get(f"{BASE}/00000000000000aa"))
    assert said.count("Olaf Example (Olaf Example at https://idp.example)") == 2
    other = send(client, **FORM | {"on_behalf_of": INQUIRY, "request": "00000000000000ab"}, act="send")
    assert "Choose your own agency, or one below it." in words(other)
    assert len(console.bodies) == 1


def test_a_requester_sees_the_own_agencys_requests_and_no_other(console: Console) -> None:
    console.kept(asked("r1"), asked("r2", on_behalf_of=INQUIRY))
    client = console.of(OFFICER)
    assert client.get(f"{BASE}/r1").status_code == 200
    hidden, absent = client.get(f"{BASE}/r2"), client.get(f"{BASE}/r9")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert words(hidden) == words(absent)
    for address in ("", f"?agency={INQUIRY}", "?agency=unlisted"):
        assert "/requests/r2" not in client.get(f"{BASE}{address}").text
    assert "/requests/r1" in client.get(BASE).text
    for kind in ("csv", "json"):
        assert "r2" not in client.get(f"{BASE}/export.{kind}").text
    assert "/requests/r2" not in client.get(f"{PREFIX}/inbox").text
    assert client.post(f"{BASE}/r2/withdrawal").status_code == 404
    assert client.get(f"{BASE}/new?supersedes=r2").status_code == 404
    nowhere = console.of(made.person("Nina", "requester", agency="gone.away"))
    assert "/requests/r" not in nowhere.get(BASE).text + nowhere.get(f"{PREFIX}/inbox").text
    for everybody in (WARDEN, REVIEWER, COUNSEL, OFFICIAL, world.AUDITOR):
        page = console.of(everybody).get(BASE).text
        assert "/requests/r1" in page
        assert "/requests/r2" in page


# --- answers ---


def answer(client: TestClient, name: str, **form: Any) -> Any:
    return client.post(f"{BASE}/{name}/answer", data=form)


def test_a_reviewer_answers_and_the_answer_is_recorded_without_a_name(console: Console) -> None:
    console.kept(asked("r1", **WARRANT))
    client = console.of(REVIEWER)
    assert "What the policy says now Would be permitted" in words(client.get(f"{BASE}/r1"))
    done = answer(client, "r1", word="complied", note="given to a clerk", last="")
    assert (done.status_code, done.headers["location"]) == (303, f"{BASE}/r1")
    body = console.bodies[1]
    assert (body["kind_of_entry"], body["word"], body["contrary"], body["person"]) == (
        "answered",
        "complied",
        False,
        "p-R",
    )
    for secret in ("Rita", "clerk", "idp.example"):
        assert secret not in repr(console.bodies)
    assert "Rita Example (Rita Example at https://idp.example)" in words(client.get(f"{BASE}/r1"))
    stale = answer(client, "r1", word="refused", last="")
    assert stale.status_code == 409
    assert "Somebody has answered it meanwhile" in words(stale)
    last = re.search(r'name="last" value="(\w+)"', client.get(f"{BASE}/r1").text)
    assert last
    assert answer(client, "r1", word="refused", last=last[1]).status_code == 303
    assert [each.word for each in console.desks.store.outcomes("r1")] == ["complied", "refused"]


def test_nobody_complies_with_what_the_policy_refuses_unless_it_was_done(console: Console) -> None:
    console.kept(asked("r1"))
    client = console.of(REVIEWER)
    no = answer(client, "r1", word="complied", released="2026-01-15 10:00", last="")
    assert no.status_code == 409
    assert "The policy in force refuses this request by assist-administrative-opens-nothing" in words(no)
    assert 'value="2026-01-15 10:00"' in no.text, "nothing typed is lost"
    assert len(console.bodies) == 1
    assert answer(client, "r1", word="complied", done="yes", last="").status_code == 303
    assert console.bodies[1]["contrary"] is True
    assert "against the policy in force" in words(client.get(f"{BASE}/r1"))


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Choose how it is answered."),
        ({"word": "withdrawn"}, "Choose how it is answered."),
        ({"word": "refused", "released": "noon"}, "“noon” is not a time"),
        ({"word": "refused", "transferred": "2026-01-15 10:00"}, "A transfer has a time and an agency"),
        ({"word": "refused", "note": "x" * 10_001}, "The note is longer than 10,000 characters."),
    ],
)
def test_an_answer_that_cannot_be_is_told_at_its_field(console: Console, form: dict[str, str], told: str) -> None:
    console.kept(asked("r1"))
    no = answer(console.of(REVIEWER), "r1", **form)
    assert no.status_code == 400
    assert told in words(no)
    assert len(console.bodies) == 1


def test_part_of_the_data_is_given_by_name(console: Console) -> None:
    both = ("arrest_record", "custody")
    console.kept(asked("r1", **WARRANT | {"kind": "data_access", "categories": both}))
    client = console.of(REVIEWER)
    assert "Say which data were given." in words(answer(client, "r1", word="complied_in_part", last=""))
    assert answer(client, "r1", word="complied_in_part", given="custody", last="").status_code == 303
    assert console.bodies[1]["categories"] == ["custody"]


WAITING: Final = asked("r1", **WARRANT | {"evidence": {}})
"""What a court's authority would open, were it shown whole."""


@pytest.mark.parametrize(
    ("visitor", "request_", "told"),
    [
        (COUNSEL, asked("r1"), "It is for a `reviewer`: nothing in it is for counsel to say"),
        (REVIEWER, WAITING, "It waits for `counsel`: a court’s authority that was not shown whole"),
        (replace(REVIEWER, issuer="urn:recuse:local"), asked("r1"), "A local account is for setting up"),
        (replace(REVIEWER, auth_time=NOW - HOUR), asked("r1"), "This needs an authentication of the last 10 minutes"),
        (REVIEWER, asked("r1", recorded_by="R (Rita Example at https://idp.example)"), "You have done `ask`"),
        (REVIEWER, asked("r1", asked_by="Another name (Rita Example at https://idp.example)"), "You have done `ask`"),
    ],
    ids=["counsel", "with counsel", "local", "stale", "took in", "asked"],
)  # fmt: skip
def test_who_may_not_answer_is_told_before_any_form(
    console: Console, visitor: Visitor, request_: AssistanceRequest, told: str
) -> None:
    console.kept(request_)
    client = console.of(visitor)
    page = client.get(f"{BASE}/r1")
    assert told in words(page).replace("'", "’").replace("&#39;", "’")
    assert 'id="answer"' not in page.text
    assert answer(client, "r1", word="refused", last="").status_code == 403
    assert len(console.bodies) == 1
    fresh = f"/login?fresh=1&amp;next={BASE}/r1" in page.text
    assert fresh == (visitor.auth_time != NOW)


def test_what_is_with_counsel_is_answered_by_counsel(console: Console) -> None:
    console.kept(WAITING)
    client = console.of(COUNSEL)
    assert "With counsel (1)" in words(client.get(f"{PREFIX}/inbox"))
    assert answer(client, "r1", word="refused", last="").status_code == 303
    both = console.of(made.person("Bo", "reviewer", "counsel"))
    assert 'id="answer"' in both.get(f"{BASE}/r1").text


@pytest.mark.parametrize("visitor", [OFFICIAL, world.AUDITOR, OFFICER, WARDEN], ids=lambda each: each.name)
def test_others_read_and_answer_nothing(console: Console, visitor: Visitor) -> None:
    console.kept(asked("r1"))
    client = console.of(visitor)
    page = client.get(f"{BASE}/r1")
    assert page.status_code == 200
    assert "<h2>Answer</h2>" not in page.text
    assert answer(client, "r1", word="refused").status_code == 403
    assert len(console.bodies) == 1


# --- withdrawing and correcting ---


def test_who_asked_withdraws_and_nobody_else_does(console: Console) -> None:
    assert send(console.of(OFFICER), **FORM, act="send").status_code == 303
    name = FORM["request"]
    colleague = console.of(made.person("Carl Example", "requester", agency=REMOVAL))
    assert "Who asked for it or took it in withdraws it" in words(colleague.get(f"{BASE}/{name}"))
    assert colleague.post(f"{BASE}/{name}/withdrawal", data={"last": ""}).status_code == 403
    assert console.of(REVIEWER).post(f"{BASE}/{name}/withdrawal", data={"last": ""}).status_code == 403
    own = console.of(OFFICER)
    assert own.post(f"{BASE}/{name}/withdrawal", data={"last": "", "why": "sent in error"}).status_code == 303
    assert (console.bodies[1]["word"], console.bodies[1]["person"]) == ("withdrawn", "p-O")
    assert "sent in error" in words(own.get(f"{BASE}/{name}"))
    assert own.post(f"{BASE}/{name}/withdrawal", data={"last": ""}).status_code == 403, "it is answered"


def test_a_correction_supersedes_and_both_stay(console: Console) -> None:
    client = console.of(WARDEN)
    send(client, **FORM, act="send")
    form = client.get(f"{BASE}/new?supersedes={FORM['request']}").text
    assert 'value="Form I-205"' in form
    assert "he lives at 5 High Street" in form
    mended = FORM | {"request": "00000000000000ab", "case": "26-A-2", "supersedes": FORM["request"]}
    assert send(client, **mended, act="send").status_code == 303
    assert "Superseded by" in words(client.get(f"{BASE}/{FORM['request']}"))
    again = send(client, **mended | {"request": "00000000000000ac"}, act="send")
    assert again.status_code == 409
    assert "superseded already" in words(again)
    assert [each["supersedes"] for each in console.bodies] == [None, FORM["request"]]
    barred = words(console.of(REVIEWER).get(f"{BASE}/{FORM['request']}"))
    assert "It is superseded by 00000000000000ab: answer that one" in barred


# --- the ledger and the state ---


def test_while_the_ledger_is_written_to_nothing_is_done(console: Console) -> None:
    console.kept(asked("r1"), asked("r2", **WARRANT))
    table = csv_of(row("s-1"))
    with open_ledger(console.folder / "ledger"):
        answers = [
            send(console.of(WARDEN), **FORM, act="send"),
            answer(console.of(REVIEWER), "r1", word="refused", last=""),
            send(console.of(WARDEN), "/import", act="take", files={"table": ("t.csv", table)}),
        ]
        shown = console.of(REVIEWER).get(f"{BASE}/r1")
    assert [each.status_code for each in answers] == [503] * 3
    for each in answers:
        assert "Another process writes to the ledger now, and nothing was done" in words(each)
    assert "he lives at 5 High Street" in answers[0].text
    assert shown.status_code == 200
    requests, outcomes = console.desks.store.everything()
    assert ([each.id for each in requests], outcomes) == (["r1", "r2"], ())
    assert send(console.of(WARDEN), **FORM, act="send").status_code == 303


def test_what_the_ledger_lost_is_told(console: Console) -> None:
    with console.desks.reading() as desk:
        desk.ask(asked("r1"), NOW)
    assert "The ledger does not have it" in words(console.of(REVIEWER).get(f"{BASE}/r1"))


def test_what_was_erased_shows_what_remains(console: Console) -> None:
    console.kept(asked("r1", note="a note"))
    assert console.desks.store.erase("r1")
    page = console.of(REVIEWER).get(f"{BASE}/r1")
    assert "Its words were erased" in words(page)
    assert "a note" not in page.text
    assert "Was refused" in words(page)
    assert answer(console.of(REVIEWER), "r1", word="refused").status_code == 403


# --- import ---


def row(source: str, **changes: str) -> dict[str, str]:
    whole = {
        "source": source, "received": "2026-01-14T09:00:00Z", "kind": "detainer", "on_behalf_of": REMOVAL,
        "asked_by": "Office 7", "purpose": "undeclared", "authority": "none", "lapses": "2026-01-17T09:00:00Z",
        "instrument": "I-247A",
    }  # fmt: skip
    return whole | changes


def csv_of(*rows: Mapping[str, str]) -> bytes:
    stream = io.StringIO(newline="")
    written = csv.DictWriter(stream, [*REQUIRED, "instrument"])
    written.writeheader()
    written.writerows(rows)
    return stream.getvalue().encode()


def test_a_table_is_tried_and_then_taken_in_whole(console: Console) -> None:
    client, table = console.of(WARDEN), csv_of(row("s-1"), row("s-2", on_behalf_of=INQUIRY))
    tried = send(client, "/import", act="try", files={"table": ("t.csv", table)})
    assert "Tried: nothing was kept" in words(tried)
    assert "2 rows: 2 refused" in words(tried)
    assert hashlib.sha256(table).hexdigest() in tried.text
    assert console.bodies == []
    taken = send(client, "/import", act="take", files={"table": ("t.csv", table)})
    assert "2 requests were recorded" in words(taken)
    assert [each["person"] for each in console.bodies] == ["p-W", "p-W"]
    again = send(client, "/import", act="take", files={"table": ("t.csv", table)})
    assert "0 requests were recorded, 2 known already" in words(again)
    other = csv_of(row("s-1", asked_by="Office 8"), row("s-3"))
    refused = send(client, "/import", act="take", files={"table": ("t.csv", other)})
    assert refused.status_code == 409
    assert "1 of the sources are here with other content: `s-1`" in words(refused)
    assert len(console.bodies) == 2


def test_every_problem_of_a_table_is_told_with_its_row_and_column(console: Console) -> None:
    table = csv_of(row("s-1", kind="raid"), row("s-1", received="noon"), row("s-2"))
    answer = send(console.of(WARDEN), "/import", act="take", files={"table": ("t.csv", table)})
    assert answer.status_code == 400
    said = words(answer)
    assert "Nothing can be taken in" in said
    assert "2 kind unknown kind `raid`" in said
    assert "3 received `noon` is not a time" in said
    assert console.bodies == []
    assert send(console.of(WARDEN), "/import", act="take").status_code == 400
    partner = send(
        console.of(OFFICER), "/import", act="take", files={"table": ("t.csv", csv_of(row("s", on_behalf_of=INQUIRY)))}
    )
    assert f"2 on_behalf_of `{INQUIRY}` is not your own agency, nor one below it" in words(partner)


# --- lists, exports, nil periods ---

FITTING: Final = Filter(kinds=frozenset({"detainer"}), states=frozenset({"open"}))


def test_filters_stand_in_the_address_and_exports_are_what_they_find(console: Console) -> None:
    console.kept(*(asked(f"r{number:03}", received=NOW - HOUR * (number + 1)) for number in range(60)),
                 asked("x1", **WARRANT))  # fmt: skip
    client = console.of(REVIEWER)
    address = "?kind=detainer&state=open"
    first = client.get(f"{BASE}{address}").text
    ids = re.findall(r'/requests/(r\d+)"', first)
    assert ids == [f"r{number:03}" for number in range(50)]
    older = re.search(r'href="([^"]+)"[^>]*rel="next"', first)
    assert older
    second = client.get(older[1].replace("&amp;", "&")).text
    assert re.findall(r'/requests/(r\d+)"', second) == [f"r{number:03}" for number in range(50, 60)]
    with console.desks.reading() as desk:
        every = desk.store.page(FITTING, NOW).found
    exported = client.get(f"{BASE}/export.csv{address}")
    assert exported.text == export(every, NOW)
    assert len(client.get(f"{BASE}/export.json{address}").json()["requests"]) == 60
    assert "Office 7" not in exported.text
    for wrong in ("?kind=raid", "?since=soon", "?after=x", "?after=2026-01-01T00:00:00~r", "?state=gone"):
        assert client.get(f"{BASE}{wrong}").status_code == 400, wrong
        assert client.get(f"{BASE}/export.csv{wrong}").status_code == 400, wrong
    assert "No request fits" in client.get(f"{BASE}?before=2020-01-01").text


def test_nil_periods_show_what_broke_them(console: Console) -> None:
    world.append(console.folder / "ledger", [("certified", NOW, made.certificate("2025-12"))])
    client = console.of(OFFICIAL)
    assert "2025-12 2025-12-01 to 2025-12-31 all kinds all agencies nil Chief of Records unsigned" in words(
        client.get(f"{BASE}/nil")
    )
    console.kept(asked("r1", received=NOW - 30 * 24 * HOUR))
    said = words(client.get(f"{BASE}/nil"))
    assert "broken r1" in said
    assert "recuse request certify-nil" in said


def test_the_inbox_has_what_waits_for_each(console: Console) -> None:
    console.kept(
        asked("r1", lapses=NOW + HOUR), asked("r2", **WARRANT | {"evidence": {}}), asked("r3", on_behalf_of=INQUIRY)
    )
    send(console.of(OFFICER), **FORM, act="send")
    wanted = {
        WARDEN.name: {"Mine": 0, "With counsel": 1, "Lapsing within a day": 1},
        OFFICER.name: {"Mine": 1, "With counsel": 1, "Lapsing within a day": 1},
        REVIEWER.name: {"To answer": 3, "With counsel": 1, "Lapsing within a day": 1},
        OFFICIAL.name: {"With counsel": 1, "Lapsing within a day": 1},
    }
    for each in (WARDEN, OFFICER, REVIEWER, OFFICIAL):
        page = console.of(each).get(f"{PREFIX}/inbox").text
        found = {name: int(count) for name, count in re.findall(r"<h2 id=[^>]+>([^(]+) \((\d+)\)</h2>", page)}
        assert found == wanted[each.name], each.name
        assert "Nothing waits here" in page or 0 not in found.values()


# --- doors ---

OPEN: Final[dict[str, set[str]]] = {
    "/inbox": {"requester", "reviewer", "counsel", "official", "auditor"},
    "/requests": {"requester", "reviewer", "counsel", "official", "auditor"},
    "/requests/export.csv": {"requester", "reviewer", "counsel", "official", "auditor"},
    "/requests/export.json": {"requester", "reviewer", "counsel", "official", "auditor"},
    "/requests/new": {"requester"},
    "/requests/import": {"requester"},
    "/requests/template.csv": {"requester"},
    "/requests/nil": {"reviewer", "counsel", "official", "auditor"},
    "/requests/{id}": {"requester", "reviewer", "counsel", "official", "auditor"},
    "/requests/{id}/answer": {"reviewer", "counsel"},
    "/requests/{id}/withdrawal": {"requester"},
}


def test_every_screen_is_in_the_table(console: Console) -> None:
    work = made.working(console.desks)
    assert {each.path: {*each.roles} for each in (inbox(sections(work)), *screens(work))} == OPEN


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_screens_and_no_other(console: Console, role: Role) -> None:
    console.kept(asked("r1"))
    client = console.of(made.person("Ada", role))
    for path, roles in OPEN.items():
        method = "POST" if path.endswith(("answer", "withdrawal")) else "GET"
        found = client.request(method, PREFIX + path.replace("{id}", "r1"))
        assert (found.status_code != 403 or "Your roles:" not in found.text) == (role in roles), (role, path)
    assert console.of(None).get(f"{BASE}/r1").status_code == 401
    assert len(console.bodies) == 1


@pytest.mark.parametrize("name", ["../x", "%00", "r1%0a", "x" * 300, "ü", "'; DROP TABLE x"])
def test_a_strange_id_is_not_found(console: Console, name: str) -> None:
    assert console.of(REVIEWER).get(f"{BASE}/{name}").status_code == 404


def test_hostile_words_are_text(console: Console) -> None:
    console.kept(asked("r1", asked_by=world.HOSTILE.replace("\u202e", ""), note=world.HOSTILE))
    page = console.of(REVIEWER).get(f"{BASE}/r1").text
    assert "<script>alert" not in page
    assert "\u202e" not in page
