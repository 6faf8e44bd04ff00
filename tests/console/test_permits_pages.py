"""Permits in the console without a browser, over a real database: who does what, what is refused, what it makes."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from recuse import clock
from recuse.ledger import open_ledger
from recuse.permits import Terms
from recuse.server.console import PREFIX, ROLES, Role, Visitor
from recuse.server.console.permits import one, people, screens
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import binaries_of
from tests.console import permitting
from tests.console.permitting import HOUR, TERMS, TWO, Real, form
from tests.context.world import Enforced, enforced

BASE: Final = f"{PREFIX}/permits"


@pytest.fixture(scope="module")
def database() -> Iterator[Enforced]:
    with throwaway(binaries=binaries_of(18)) as server, enforced(server) as made:
        yield made


@dataclass
class Place:
    """A console whose visitor each request names."""

    folder: Path
    service: Real
    client: TestClient
    database: Enforced

    def get(self, who: str, path: str = "", **headers: str) -> Any:
        return self.client.get(BASE + path, headers={"X-Who": who, **headers})

    def post(self, who: str, path: str, **data: str) -> Any:
        return self.client.post(BASE + path, data=data, headers={"X-Who": who})

    def ask(self, who: str = "olaf", **changes: str) -> str:
        answer = self.post(who, "/new", **form(**changes))
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).removeprefix(f"{BASE}/")

    def glass(self, **changes: str) -> str:
        until = f"{clock.now() + HOUR:%Y-%m-%d %H:%M}"
        return self.ask(act="break", reason="A child is missing", until=until, lapses="", **changes)


def placed(folder: Path, database: Enforced, terms: Terms = TERMS) -> Place:
    service = permitting.made(folder, database.dsn("desk"), terms)
    every = permitting.people()

    def recognise(request: Request) -> Visitor | None:
        return every.get(request.headers.get("X-Who", ""))

    client = TestClient(permitting.served(folder, service, recognise), follow_redirects=False)
    return Place(folder, service, client, database)


@pytest.fixture
def place(database: Enforced, tmp_path: Path) -> Place:
    database.admin.execute("TRUNCATE recuse.permit, recuse.used")
    return placed(tmp_path, database)


@pytest.fixture
def two(database: Enforced, tmp_path: Path) -> Place:
    database.admin.execute("TRUNCATE recuse.permit, recuse.used")
    return placed(tmp_path, database, TWO)


def minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


OPEN: Final[dict[str, set[Role]]] = {
    "/permits": {*ROLES},
    "/permits/export.csv": {*ROLES},
    "/permits/export.json": {*ROLES},
    "/permits/new": {"requester"},
    "/permits/{id}": {*ROLES},
    "/permits/{id}/answer": {"reviewer"},
    "/permits/{id}/withdrawal": {"requester"},
    "/permits/{id}/end": {"reviewer", "official"},
    "/permits/{id}/glass": {*ROLES},
    "/permits/{id}/glass/review": {"reviewer"},
}


def test_each_screen_is_open_to_its_roles_and_no_other(place: Place) -> None:
    every = screens(place.service)
    assert {each.path: {*each.roles} for each in every} == OPEN
    by_role = {"requester": "olaf", "reviewer": "rita", "official": "otto", "auditor": "ada", "administrator": "adam",
               "counsel": "conrad"}  # fmt: skip
    name = place.ask()
    for screen in every:
        for role in ROLES:
            path = screen.path.removeprefix("/permits").replace("{id}", name)
            answer = place.get(by_role[role], path) if "GET" in screen.methods else place.post(by_role[role], path)
            assert (answer.status_code == 403 and "It is for:" in answer.text) == (role not in OPEN[screen.path])


def test_asked_approved_with_an_earlier_end_and_in_the_database_as_narrowed(place: Place) -> None:
    name = place.ask()
    page = place.get("rita", f"/{name}").text
    for text in ("Authority stated", "judicial", "26-CR-7", "Desk 4", "Olaf Example", "What it would open",
                 "records.arrest", "grade"):  # fmt: skip
        assert text in page
    assert place.service.row(name) is None
    assert not re.search(r'name="word"[^>]* checked', page), "there is no default choice"
    end = minute(clock.now() + 2 * HOUR)
    done = place.post("rita", f"/{name}/answer", word="approve", until=end, note="Two hours are enough")
    assert (done.status_code, done.headers["location"]) == (303, f"{BASE}/{name}")
    row = place.service.row(name)
    assert row is not None
    assert minute(row.valid_until) == end
    assert place.service.kinds() == ["requested", "approved", "issued"]
    page = place.get("olaf", f"/{name}").text
    assert "in force" in page
    assert "narrowed from" in page
    assert "Two hours are enough" in page
    assert "Rita Example" in page


@pytest.mark.parametrize("later", [1, 60 * 24])
def test_nobody_widens(place: Place, later: int) -> None:
    name = place.ask()
    wide = minute(clock.now() + 6 * HOUR + later * HOUR / 60 + HOUR)
    answer = place.post("rita", f"/{name}/answer", word="approve", until=wide, note="more")
    assert answer.status_code == 400
    assert "narrowed, never widened" in answer.text
    assert f'value="{wide}"' in answer.text, "what was typed is there"
    assert place.service.row(name) is None
    assert place.service.kinds() == ["requested"]


def test_why_one_may_not_approve_ones_own_is_said_before_any_form(place: Place) -> None:
    name = place.ask()
    page = place.get("both", f"/{name}").text
    assert "You have done `ask` in this matter" in page
    assert 'id="answer"' not in page
    answer = place.post("both", f"/{name}/answer", word="approve")
    assert answer.status_code == 403
    assert place.service.kinds() == ["requested"]


def test_who_has_not_just_authenticated_is_told_and_led_to_it(place: Place) -> None:
    name = place.ask()
    page = place.get("stale", f"/{name}").text
    assert 'id="answer"' not in page
    assert f"/login?fresh=1&amp;next={BASE}/{name}".replace("/console", "/console") in page.replace("%2F", "/")
    for path, data in ((f"/{name}/answer", {"word": "approve"}), (f"/{name}/answer", {"word": "refuse", "note": "x"})):
        assert place.post("stale", path, **data).status_code == 403
    place.post("rita", f"/{name}/answer", word="approve")
    assert 'id="end"' not in place.get("stale", f"/{name}").text
    assert place.post("stale", f"/{name}/end").status_code == 403
    row = place.service.row(name)
    assert row is not None
    assert row.revoked_at is None


def test_two_persons_where_the_terms_say_so(two: Place) -> None:
    name = two.ask()
    assert "2 persons besides who asks approve" in two.get("rita", f"/{name}").text
    end = minute(clock.now() + 3 * HOUR)
    assert two.post("rita", f"/{name}/answer", word="approve", until=end).status_code == 303
    assert two.service.row(name) is None
    page = two.get("rita", f"/{name}").text
    assert "1 of 2 persons have approved it" in page
    assert "You have approved this" in page
    assert two.post("rita", f"/{name}/answer", word="approve").status_code == 403
    later = two.post("ruth", f"/{name}/answer", word="approve", until=minute(clock.now() + 5 * HOUR))
    assert later.status_code == 400, "later than another approved is later than it may be"
    assert two.post("ruth", f"/{name}/answer", word="approve").status_code == 303
    row = two.service.row(name)
    assert row is not None
    assert minute(row.valid_until) == end


def test_refused_with_a_reason_only(place: Place) -> None:
    name = place.ask()
    bare = place.post("rita", f"/{name}/answer", word="refuse")
    assert (bare.status_code, "Say why it is refused" in bare.text) == (400, True)
    assert place.post("rita", f"/{name}/answer", note="neither").status_code == 400
    assert place.post("rita", f"/{name}/answer", word="refuse", note="No such case").status_code == 303
    page = place.get("olaf", f"/{name}").text
    assert "No such case" in page
    assert 'id="answer"' not in place.get("rita", f"/{name}").text
    assert place.service.kinds() == ["requested", "declined"]


def test_withdrawn_by_who_asked_and_nobody_else(place: Place) -> None:
    name = place.ask()
    assert 'id="withdraw"' not in place.get("rita", f"/{name}").text
    assert 'id="withdraw"' in place.get("olaf", f"/{name}").text
    assert place.post("olaf", f"/{name}/withdrawal", note="").status_code == 303
    assert place.service.kinds() == ["requested", "withdrawn"]


@pytest.mark.parametrize("who", ["rita", "otto"])
def test_revoked_in_one_act(place: Place, who: str) -> None:
    name = place.ask()
    place.post("rita", f"/{name}/answer", word="approve")
    with place.database.login("analyst") as account:
        account.execute("BEGIN")
        account.execute("SELECT recuse.declare('crime', 'judicial')")
        assert account.execute("SELECT count(*) FROM records.arrest").fetchone() == (2,)
        account.execute("COMMIT")
        assert place.post(who, f"/{name}/end").status_code == 303
        with pytest.raises(Exception, match="permit"):
            account.execute("SELECT recuse.declare('crime', 'judicial')")
    row = place.service.row(name)
    assert row is not None
    assert row.revoked_at is not None
    assert place.service.ended == [name]
    assert "are ended by the worker" in place.get("olaf", f"/{name}").text
    assert 'id="end"' not in place.get(who, f"/{name}").text
    assert place.post(who, f"/{name}/end").status_code == 400


def test_a_requester_sees_their_own_agencys_alone(place: Place) -> None:
    name = place.ask()
    assert place.get("opal", f"/{name}").status_code == 404
    assert "26-CR-7" not in place.get("opal").text
    assert "26-CR-7" not in place.get("opal", "/export.csv").text
    assert "26-CR-7" in place.get("olaf").text
    assert place.get("opal", f"/new?from={name}").status_code == 404
    assert place.post("opal", f"/{name}/withdrawal").status_code == 404


def test_the_live_answer_says_what_opens_it_and_keeps_nothing(place: Place) -> None:
    page = place.post("olaf", "/new", **form(act="check")).text
    assert "Nothing speaks against approving it" in page
    assert "records.arrest" in page
    page = place.post("olaf", "/new", **form(act="check", authority="official_duty", case="")).text
    assert "This would be refused" in page
    assert "needs a case number" in page
    opening = page[page.index("What would open it") :]
    assert '<code dir="ltr">judicial</code> for <code dir="ltr">crime</code>' in opening
    page = place.post("olaf", "/new", **form(act="check", authority="judicial.warrant")).text
    for text in ("Issuing court", "needs one of: W-1", "rests on `issuing_court`"):
        assert text in page
    assert place.service.kinds() == []


def test_a_document_is_hashed_and_not_kept(place: Place) -> None:
    data = form(authority="judicial.warrant", issuing_court="County Court", instrument="W-1")
    paper = b"secret words of a warrant"
    sent = place.client.post(f"{BASE}/new", data=data, files={"document": ("w.pdf", paper)}, headers={"X-Who": "olaf"})
    assert sent.status_code == 303
    page = place.client.get(sent.headers["location"], headers={"X-Who": "rita"}).text
    assert hashlib.sha256(paper).hexdigest() in page
    kept = b"".join(each.read_bytes() for each in place.folder.rglob("*") if each.is_file())
    assert paper not in kept


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"until": ""}, "Say when access is to end"),
        ({"until": "tomorrow"}, "is not a time"),
        ({"until": "2020-01-01 10:00"}, "This has passed"),
        ({"until": "2099-01-01 10:00"}, "A permit runs for at most 8 hours"),
        ({"lapses": ""}, "Say when the request lapses"),
        ({"lapses": "2098-01-01 10:00"}, "lapse after access ends"),
        ({"account": "clear/app"}, "Choose from the list"),
        ({"account": ""}, "Choose the account"),
        ({"on_behalf_of": " "}, "Say on whose behalf"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    place: Place, changes: dict[str, str], told: str
) -> None:
    answer = place.post("olaf", "/new", **form(**{"case": "26-CR-99", **changes}))
    assert answer.status_code == 400
    assert told in answer.text
    field = next(iter(changes))
    assert f'href="#f-{field}"' in answer.text
    assert 'value="26-CR-99"' in answer.text
    assert place.service.kinds() == []


def test_the_same_form_sent_twice_is_one_request(place: Place) -> None:
    data = form(request="0123456789abcdef")
    first, second = (place.post("olaf", "/new", **data) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert place.service.kinds() == ["requested"]


def test_asking_again_has_the_values_and_no_deadline(place: Place) -> None:
    name = place.ask()
    page = place.get("olaf", f"/new?from={name}").text
    assert 'value="26-CR-7"' in page
    assert "Check each of them" in page
    assert re.search(r'id="f-until"[^>]*value=""', page)
    assert re.search(r'id="f-lapses"[^>]*value=""', page)


def test_broken_glass_is_asked_once_more_issued_and_reviewed_by_another(place: Place) -> None:
    assert "Or break the glass" not in place.get("olaf", "/new").text
    until = minute(clock.now() + HOUR)
    given = form(act="glass", until=until, lapses="")
    answer = place.post("olaf", "/new", **given)
    assert "Say why it cannot wait" in answer.text
    answer = place.post("olaf", "/new", **given, reason="A child is missing")
    assert answer.status_code == 200
    assert "Break the glass?" in answer.text
    assert "A child is missing" in answer.text
    assert place.service.kinds() == []
    name = place.glass()
    assert place.service.kinds() == ["requested", "broke_glass"]
    assert place.service.row(name) is not None
    assert "Broken glass to review (1)" in place.get("rita").text
    own = place.get("both", f"/{name}/glass").text
    assert 'id="review"' not in own
    assert place.post("both", f"/{name}/glass/review", justified="yes", note="mine").status_code == 403
    page = place.get("rita", f"/{name}/glass").text
    assert 'id="review"' in page
    assert not re.search(r'name="justified"[^>]* checked', page)
    assert place.post("rita", f"/{name}/glass/review", note="?").status_code == 400
    assert place.post("rita", f"/{name}/glass/review", justified="no", note="It could wait").status_code == 303
    page = place.get("olaf", f"/{name}").text
    assert "broken glass, not justified" in page
    assert "It could wait" in page


def test_glass_is_not_broken_for_longer_than_the_terms_say_or_where_they_do_not(place: Place) -> None:
    answer = place.post("olaf", "/new", **form(act="break", reason="now", lapses=""))
    assert "Broken glass opens for at most 2 hours" in answer.text
    place.service.terms = replace(TERMS, break_glass_purposes=(frozenset({"removal"}),))
    until = minute(clock.now() + HOUR)
    answer = place.post("olaf", "/new", **form(act="break", reason="now", lapses="", until=until))
    assert answer.status_code == 409
    assert "do not open break-glass for `crime`" in answer.text
    assert place.service.kinds() == []


def test_an_overdue_review_is_loud(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    name = place.glass()
    now = clock.now() + 25 * HOUR
    monkeypatch.setattr(clock, "now", lambda: now)
    for who in ("rita", "ada", "olaf"):
        page = place.get(who).text
        assert "1 review of broken glass is overdue" in page
        assert f"{BASE}/{name}/glass" in page


def test_filters_stand_in_the_address_and_exports_follow_them(place: Place) -> None:
    names = [place.ask(case=f"26-CR-{number}") for number in range(3)]
    place.post("rita", f"/{names[0]}/answer", word="approve")
    page = place.get("ada", "?state=in+force").text
    assert (names[0] in page, names[1] in page) == (True, False)
    assert names[1] in place.get("ada", "?text=cr-1").text
    assert "No permit fits" in place.get("ada", "?text=cr-9").text
    assert place.get("ada", "?state=maybe").status_code == 400
    assert "There is no page 7" in place.get("ada", "?page=7").text
    rows = [*csv.DictReader(io.StringIO(place.get("ada", "/export.csv?state=pending").text))]
    assert {row["permit"] for row in rows} == {*names[1:]}
    document = place.get("ada", "/export.json?state=in+force").json()
    assert [each["permit"] for each in document["permits"]] == names[:1]


def test_a_cell_that_a_spreadsheet_would_run_is_a_text(place: Place) -> None:
    place.ask(case="=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in place.get("ada", "/export.csv").text


def test_what_is_past_the_record_is_said_loudly_and_can_be_revoked(place: Place) -> None:
    place.database.permit("by-hand", "analyst")
    page = place.get("rita", "/by-hand").text
    assert "Record and database do not agree" in page
    assert "in the database and not in the ledger".capitalize() in page
    assert place.post("rita", "/by-hand/end").status_code == 303
    row = place.service.row("by-hand")
    assert row is not None
    assert row.revoked_at is not None


def test_a_database_that_cannot_be_asked_hides_nothing_and_claims_nothing(place: Place) -> None:
    name = place.ask()
    place.post("rita", f"/{name}/answer", word="approve")
    other = place.ask(case="26-CR-8")
    place.service.down = "The server does not answer."
    page = place.get("ada").text
    assert name in page
    assert other in page
    assert "cannot be asked now" in page
    assert "not known" in place.get("rita", f"/{name}").text
    assert "Record and database do not agree" not in place.get("rita", f"/{name}").text
    answer = place.post("rita", f"/{other}/answer", word="approve")
    assert (answer.status_code, "The server does not answer" in answer.text) == (503, True)
    assert place.service.kinds() == ["requested", "approved", "issued", "requested"]


def test_a_ledger_that_is_held_is_one_sentence_with_nothing_half_done(place: Place) -> None:
    name = place.ask()
    with open_ledger(place.folder / "ledger"):
        answer = place.post("rita", f"/{name}/answer", word="approve")
        assert answer.status_code == 503
    assert place.service.row(name) is None
    assert place.service.kinds() == ["requested"]


def test_the_inbox_has_what_waits(place: Place) -> None:
    name, broken = place.ask(), place.glass(case="26-CR-8")
    page = place.client.get(f"{PREFIX}/inbox", headers={"X-Who": "rita"}).text
    assert f"{BASE}/{name}" in page
    assert f"{BASE}/{broken}/glass" in page
    page = place.client.get(f"{PREFIX}/inbox", headers={"X-Who": "olaf"}).text
    assert "Permits: mine (2)" in page


# --- each control, taken away, is noticed by what is asked above ---


def taken_away(monkeypatch: pytest.MonkeyPatch, control: str) -> None:
    """One control gone: identity's or the domain's, as if somebody had forgotten to ask it."""
    if control == "identity":
        monkeypatch.setattr(people, "refusal", lambda *_: None)
    else:
        monkeypatch.setattr("recuse.permits.refusal", lambda *_: None)
        monkeypatch.setattr("recuse.permits.answering.asked_it", lambda *_: False)


def test_without_the_question_for_freshness_a_stale_approval_goes_through(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So `test_who_has_not_just_authenticated…` fails where the question is not asked."""
    taken_away(monkeypatch, "identity")
    name = place.ask()
    assert place.post("stale", f"/{name}/answer", word="approve").status_code == 303
    assert place.service.row(name) is not None


def test_ones_own_is_refused_twice_over(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Identity and domain each refuse it; only without both does it go through."""
    names = [place.ask(case=f"26-CR-{number}") for number in range(2)]
    with monkeypatch.context() as one_gone:
        taken_away(one_gone, "identity")
        assert place.post("both", f"/{names[0]}/answer", word="approve").status_code == 403
    with monkeypatch.context() as other_gone:
        taken_away(other_gone, "domain")
        assert place.post("both", f"/{names[0]}/answer", word="approve").status_code == 403
        taken_away(other_gone, "identity")
        assert place.post("both", f"/{names[0]}/answer", word="approve").status_code == 303


def test_without_its_roles_a_screen_lets_a_requester_try_and_identity_refuses(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recuse.server.console.app.opened_to", lambda *_: True)
    name = place.ask()
    answer = place.post("opal", f"/{name}/answer", word="approve")
    assert answer.status_code == 404, "another agency's is not even there"
    answer = place.post("ada", f"/{name}/answer", word="approve")
    assert (answer.status_code, "This is for `reviewer`" in answer.text) == (403, True)
    taken_away(monkeypatch, "identity")
    assert place.post("ada", f"/{name}/answer", word="approve").status_code == 303


def test_without_the_check_of_the_end_the_domain_still_refuses_to_widen(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = place.ask()
    monkeypatch.setattr(one, "_check_answer", lambda *_: None)
    client = replace(place, client=TestClient(_again(place), follow_redirects=False))
    answer = client.post("rita", f"/{name}/answer", word="approve", until=minute(clock.now() + 7 * HOUR))
    assert answer.status_code == 409
    assert "for that long or shorter" in answer.text
    assert place.service.row(name) is None


def _again(place: Place) -> Any:
    every = permitting.people()
    return permitting.served(place.folder, place.service, lambda request: every.get(request.headers.get("X-Who", "")))
