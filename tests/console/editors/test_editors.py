"""Editors at the console: what is due, texts reviewed, services corrected, and files taken away for the folder."""

import csv
import io
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any, Final

import psycopg
import pytest
from starlette.testclient import TestClient

from recuse.content.due import due
from recuse.content.folder import read_content
from recuse.content.marks import marked_words, without_marks
from recuse.content.states import standing
from recuse.directory.reading import Directory, read_directory
from recuse.directory.standing import no_id
from recuse.errors import InputError
from recuse.server.console.editors import Edit, changing, correcting, screens, texts
from recuse.server.console.editors.correcting import fields_of
from recuse.server.console.editors.listing import Asked, items
from recuse.server.identity import ROLES, Role
from recuse.server.state.edits import StateEdits
from tests.console.editors.conftest import Office
from tests.console.editors.world import NOW, TEXT
from tests.requests.conftest import State

TODAY: Final = NOW.date()
ENGLISH: Final = f"/console/content/texts/{TEXT}/en"
CLASSES: Final = "58fcd832-c3e9-42b1-8fca-e0dfb238db73"
"""A service that two feeds have, with telephone numbers and documents, and a place that has hours."""
SPANISH: Final = f"/console/content/texts/{TEXT}/es"


def words(html: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def squeezed(text: str) -> str:
    """A text without spaces, which tags bring in."""
    return "".join(text.split())


def digest(page: str) -> str:
    (found,) = re.findall(r'name="text_sha256" value="([0-9a-f]{64})"', page)
    return str(found)


def reviewed(client: TestClient, address: str, **changes: str) -> Any:
    """Send the form of a review as the page has it."""
    form = {"text_sha256": digest(client.get(address).text), "read": "yes"}
    days = {"as_of": "2026-11-28", "review_by": "2027-05-01"} if address == ENGLISH else {}
    return client.post(address, data={**form, **days, **changes})


def taken(client: TestClient) -> dict[str, bytes]:
    """The files that the archive of changes holds."""
    answer = client.get("/console/content/changes.zip")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put(office: Office, files: dict[str, bytes]) -> None:
    """Put files over the content folder, as a person does who commits them."""
    for name, data in files.items():
        path = office.content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def directory(office: Office) -> Directory:
    return read_directory(office.content, TODAY)


def service_of(office: Office, name: str = CLASSES) -> tuple[str, dict[str, str]]:
    """The address of a service, and its form as it stands."""
    found = directory(office)
    (entry,) = (each for each in found.entries if each.id == name)
    form = {key: value for key, (value,) in fields_of(entry.service, found.settings).values.items()}
    return f"/console/content/services/{entry.id}", {**form, "version": "0"}


def before(office: Office) -> dict[str, bytes]:
    return {
        str(each.relative_to(office.content)): each.read_bytes() for each in office.content.rglob("*") if each.is_file()
    }


# --- what is due ---


def test_everything_that_is_due_is_listed_once(office: Office) -> None:
    client = office.client("auditor")
    answer = client.get("/console/content/due.csv?state=any")
    rows = [*csv.DictReader(io.StringIO(answer.text))]
    content, services = read_content(office.content), directory(office)
    assert len(rows) == len(due(content, TODAY)) + len(services.entries) + len(services.rejects)
    assert {each["id"] for each in rows if each["what"] == "service"} == {each.id for each in services.entries}
    said = {(each.what, each.id, each.language): str(each.by or "now") for each in due(content, TODAY)}
    assert {(each["what"], each["id"], each["language"]): each["by"] for each in rows
            if each["what"] not in ("service", "reject")} == said  # fmt: skip
    assert [each["state"] for each in rows] == sorted(
        (each["state"] for each in rows), key=["overdue", "due", "later", "not shown"].index
    )


def test_the_address_is_the_filter(office: Office) -> None:
    client = office.client("auditor")
    every = items(office.service.folder(TODAY), TODAY)
    for query, asked in (
        ("", Asked()), ("?what=translation&language=ar", Asked(what="translation", language="ar")),
        ("?what=service&feed=county&state=any", Asked(what="service", feed="county", state="any")),
        ("?q=JUDGE&state=any", Asked(q="JUDGE", state="any")), ("?state=later", Asked(state="later")),
        ("?by=2027-02-28", Asked(by="2027-02-28")),
    ):  # fmt: skip
        expected = [each.id for each in every if asked.fits(each)]
        assert 0 < len(expected) < len(every), query
        rows = [*csv.DictReader(io.StringIO(client.get(f"/console/content/due.csv{query}").text))]
        assert [each["id"] for each in rows] == expected
        page = client.get(f"/console/content{query}").text
        assert f"{len(expected):,} thing" in words(page)
    nothing = client.get("/console/content?q=nothing-of-this-name")
    assert "Nothing is due" in nothing.text
    second = client.get("/console/content?state=any&page=2")
    assert "Page 2 of" in words(second.text)
    wrong = client.get("/console/content?what=thing&page=x&by=soon")
    assert wrong.status_code == 400
    assert all(f'href="#f-{name}"' in wrong.text for name in ("what", "by"))
    assert client.get("/console/content/due.csv?what=thing").status_code == 400


def test_a_row_that_was_not_taken_in_and_a_text_past_its_day_are_overdue(office: Office) -> None:
    path = next((office.content / "services/feeds").rglob("phones.csv"))
    lines = path.read_text().splitlines()
    number = re.compile(r"\(?\d{3}\)? ?\d{3}-\d{4}")
    (place,) = [n for n, line in enumerate(lines) if number.search(line)][:1]
    path.write_text("\n".join([*lines[:place], number.sub("call us", lines[place]), *lines[place + 1 :]]) + "\n")
    page = words(office.client("auditor").get("/console/content?what=reject").text)
    assert f"{path.parent.name}/phones.csv:{place + 1}" in page
    assert "row that was not taken in" in page
    client = office.client("counsel")
    assert reviewed(client, ENGLISH).status_code == 303
    put(office, taken(client))
    late = office.client("auditor", now=lambda: NOW.replace(year=2027, month=6))
    assert "2027-05-01" in words(late.get(f"/console/content?what=text&state=overdue&q={TEXT}").text)
    soon = office.client("auditor", now=lambda: NOW.replace(year=2027, month=4, day=25))
    rows = soon.get("/console/content/due.csv?what=text&state=due").text
    assert TEXT in rows


def test_who_may_act_is_reminded_in_the_inbox(office: Office) -> None:
    counsel = words(office.client("counsel").get("/console/inbox").text)
    reviewer = words(office.client("reviewer").get("/console/inbox").text)
    assert "Content: texts (" in counsel
    assert f"text {TEXT} overdue en" in counsel
    assert "Content: services (" in reviewer
    assert "Content: texts (" not in reviewer
    first = next(each for each in due(read_content(office.content), TODAY) if each.what == "translation")
    for said in (counsel, reviewer):
        assert f"translation {first.id} overdue {first.language}" in said
        assert "On whose behalf" not in said


@pytest.mark.parametrize("role", ROLES)
def test_who_may_look_and_who_may_act(office: Office, role: Role) -> None:
    client, (service, form) = office.client(role), service_of(office)
    looks, edits = role != "requester", role in ("reviewer", "counsel")
    for path in ("/console/content", "/console/content/changes", ENGLISH, SPANISH, service):
        assert client.get(path).status_code == (200 if looks else 403), path
    acts = {ENGLISH: role == "counsel", SPANISH: edits, service: edits}
    for path, allowed in acts.items():
        page = client.get(path).text
        assert ('name="form_token"' in page) == allowed, path
    sha = digest(office.client("counsel").get(ENGLISH).text)
    days = {"as_of": "2026-11-28", "review_by": "2027-05-01"}
    answer = client.post(ENGLISH, data={"text_sha256": sha, "read": "yes", **days})
    assert answer.status_code == (303 if role == "counsel" else 400 if looks else 403)
    answer = client.post(service, data={**form, "assured": "yes"})
    assert answer.status_code == (303 if edits else 400 if looks else 403)
    assert len(office.service.edits.newest()) == (2 if role == "counsel" else int(edits))


# --- a text ---


def test_a_text_claim_by_claim_beside_its_translation(office: Office) -> None:
    content = read_content(office.content)
    record, arabic = content.rights[TEXT], content.translations[TEXT, "ar"]
    page = office.client("auditor").get(f"/console/content/texts/{TEXT}/ar").text
    rows = re.findall(r'<tr role="row">(.*?)</tr>', page.partition('id="parts"')[2].partition("</table>")[0], re.S)[1:]
    assert len(rows) == 1 + len(record.claims) + len(record.card.do) + len(record.card.say)
    for row, claim, told in zip(rows[1:], record.claims, arabic.claims, strict=False):
        assert squeezed(without_marks(claim.text, content.glossary, "en")) in squeezed(words(row))
        (cell,) = re.findall(r'<div lang="ar" dir="rtl">(.*?)</div>', row, re.S)
        assert squeezed(words(cell)) == squeezed(without_marks(told, content.glossary, "ar"))
        assert cell.count("<u>") == len(marked_words(told))
        for name in claim.facts:
            assert f'href="#fact-{name}"' in row
    said = words(page)
    for fact in {name for claim in record.claims for name in claim.facts}:
        assert content.facts[fact].citation in said
    assert "machine translation" in said
    assert "translated by a machine, not reviewed" in said
    for reason in standing(content, TEXT, "ar", TODAY).reasons:
        assert words(reason.sentence.replace("`", " ")) in said.replace(" ,", ",")
    assert office.client("auditor").get("/console/content/texts/none/en").status_code == 404
    assert office.client("auditor").get(f"/console/content/texts/{TEXT}/fr").status_code == 404


def test_a_review_is_kept_taken_away_and_stands_in_the_folder(office: Office) -> None:
    client, untouched = office.client("counsel", name="Cora Counsel"), before(office)
    assert reviewed(client, ENGLISH).headers["location"] == f"{ENGLISH}#reviews"
    assert reviewed(client, SPANISH).status_code == 303
    assert "Cora Counsel , counsel, 2026-12-01: to take away" in words(client.get(SPANISH).text)
    assert before(office) == untouched, "the folder is only read"
    files = taken(client)
    assert sorted(files) == [f"rights/home/{TEXT}.es.toml", f"rights/home/{TEXT}.toml"]
    assert taken(client) == files
    for line in ("review_by = 2027-05-01", 'name = "Cora Counsel", role = "counsel", on = 2026-12-01'):
        assert line in files[f"rights/home/{TEXT}.toml"].decode()
        assert f"+{line}" in client.get("/console/content/changes").text.replace("&#34;", '"').replace("  { ", "")
    put(office, files)
    content = read_content(office.content)
    for language in ("en", "es"):
        found = standing(content, TEXT, language, TODAY)
        assert found.reviewed is not None
        assert found.reviewed.name == "Cora Counsel"
    assert standing(content, TEXT, "es", TODAY).label == "translated by a machine, reviewed by Cora Counsel"
    said = words(client.get(SPANISH).text)
    assert "translated by a machine, reviewed by Cora Counsel" in said
    assert "machine translation" in said
    assert "in the folder" in words(client.get("/console/content/changes").text)
    assert client.get("/console/content/changes.zip").status_code == 404


def test_two_who_review_one_text_both_stand_in_its_file(office: Office) -> None:
    first, second = office.client("counsel", name="Cora Counsel"), office.client("reviewer", name="Rey Reviewer")
    assert reviewed(first, SPANISH).status_code == 303
    assert reviewed(second, SPANISH).status_code == 303
    put(office, taken(first))
    kept = read_content(office.content).translations[TEXT, "es"].reviewed
    assert {(each.name, each.role) for each in kept} == {("Cora Counsel", "counsel"), ("Rey Reviewer", "reviewer")}


def test_a_digest_of_another_text_is_refused(office: Office) -> None:
    client = office.client("counsel")
    old = digest(client.get(SPANISH).text)
    path = office.content / f"rights/home/{TEXT}.es.toml"
    path.write_text(path.read_text().replace("En la puerta", "Ante la puerta", 1))
    answer = client.post(SPANISH, data={"text_sha256": old, "read": "yes"})
    assert answer.status_code == 400
    assert "have changed since this page was shown" in words(answer.text)
    assert "Ante la puerta" in answer.text
    assert office.service.edits.newest() == ()
    assert reviewed(client, SPANISH).status_code == 303


def test_a_review_no_longer_fits_when_the_text_changes_after_it(office: Office) -> None:
    client = office.client("counsel")
    assert reviewed(client, SPANISH).status_code == 303
    path = office.content / f"rights/home/{TEXT}.es.toml"
    path.write_text(path.read_text().replace("En la puerta", "Ante la puerta", 1))
    assert "no longer fits" in words(client.get("/console/content/changes").text)
    assert client.get("/console/content/changes.zip").status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"read": ""}, "Say that you have read it"),
        ({"review_by": "soon"}, "Write a day, as 2026-01-31."),
        ({"review_by": "2026-12-01"}, "Write a day to come"),
        ({"as_of": "2026-12-02"}, "Write a day that has come"),
        ({"as_of": "2027-09-01", "review_by": "yesterday"}, "Write a day that has come"),
        ({"text_sha256": "0" * 64}, "have changed since this page was shown"),
    ],
)
def test_what_is_no_review_is_told_and_what_was_typed_stays(office: Office, changes: dict[str, str], said: str) -> None:
    answer = reviewed(office.client("counsel"), ENGLISH, **changes)
    assert answer.status_code == 400
    assert said in words(answer.text)
    for name, value in changes.items():
        assert name not in ("as_of", "review_by") or f'value="{value}"' in answer.text
    assert office.service.edits.newest() == ()


def test_who_translated_does_not_review(office: Office) -> None:
    path = office.content / f"rights/home/{TEXT}.es.toml"
    path.write_text(path.read_text().replace('translated_by = "machine"', 'translated_by = "Rey  reviewer"', 1))
    own = office.client("reviewer", name="Rey Reviewer")
    page = own.get(SPANISH).text
    assert "You translated this text: another person reviews it." in words(page)
    sha = digest(office.client("reviewer", name="Ada Other").get(SPANISH).text)
    assert own.post(SPANISH, data={"text_sha256": sha, "read": "yes"}).status_code == 400
    assert office.service.edits.newest() == ()
    assert reviewed(office.client("reviewer", name="Ada Other"), SPANISH).status_code == 303


def test_an_act_needs_a_fresh_authentication(office: Office) -> None:
    (service, form), fresh = service_of(office), office.client("counsel")
    sha = digest(fresh.get(ENGLISH).text)
    stale = office.client("counsel", since=NOW - timedelta(minutes=11))
    for path in (ENGLISH, service):
        assert "/login?fresh=1&amp;next=" in stale.get(path).text
    days = {"as_of": "2026-11-28", "review_by": "2027-05-01"}
    assert stale.post(ENGLISH, data={"text_sha256": sha, "read": "yes", **days}).status_code == 400
    answer = stale.post(service, data={**form, "alert": "Typed and not lost"})
    assert answer.status_code == 400
    assert "Typed and not lost" in answer.text
    assert office.service.edits.newest() == ()
    assert reviewed(fresh, ENGLISH).status_code == 303
    (edit,) = office.service.edits.newest()
    back = {"kind": "review", "subject": edit.subject, "version": "1"}
    assert stale.post("/console/content/changes", data=back).status_code == 403


# --- a service ---


def test_what_is_corrected_is_what_the_import_shows(office: Office) -> None:
    client, untouched, (address, form) = office.client("reviewer"), before(office), service_of(office)
    old = directory(office)
    changes = {
        "phones": "(312) 555-0192\n+1 312 555 0199 ext. 7", "alert": "Closed on Monday", "assured": "yes",
        "hours": "MO-WE, FR 09:00-17:00\nfirst Saturday of a month", "languages": "English\nPolish\nSpanish",
        "status": "temporarily closed",
    }  # fmt: skip
    answer = client.post(address, data={**form, **changes})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}#kept"), words(answer.text)
    assert before(office) == untouched
    again = client.get(address).text
    assert "first Saturday of a month" in again
    assert "to take away" in words(again)
    put(office, taken(client))
    new = directory(office)
    assert new.rejects == old.rejects
    assert [each.name for each in new.settings.feeds] == ["console", *(each.name for each in old.settings.feeds)]
    assert len(new.entries) == len(old.entries)
    (was,) = (each.service for each in old.entries if each.id == address.rpartition("/")[2])
    (now,) = (each for each in new.entries if each.id == was.id)
    service = now.service
    assert [(each.number, each.extension) for each in service.phones] == [
        ("(312) 555-0192", None), ("+1 312 555 0199", 7),
    ]  # fmt: skip
    assert service.phones[0] == was.phones[0], "what stays on its line keeps the rest of its record"
    assert [(each.byday, each.opens_at, each.closes_at, each.description) for each in service.schedules] == [
        ("MO,TU,WE,FR", "09:00", "17:00", None), (None, None, None, "first Saturday of a month"),
    ]  # fmt: skip
    assert (service.alert, service.status, service.assured_date) == ("Closed on Monday", "temporarily closed", TODAY)
    assert [each.name for each in service.languages] == ["English", "Polish", "Spanish"]
    assert now.given["description"] != "console", "what was not changed follows the other feeds"
    assert service.description == was.description
    assert service.organization == was.organization
    assert "in the folder" in words(client.get(address).text)
    put(office, {})
    assert client.get("/console/content/changes.zip").status_code == 404


def test_a_second_correction_keeps_the_first_and_all_of_our_own_feed(office: Office) -> None:
    client, (one, form) = office.client("reviewer"), service_of(office)
    assert client.post(one, data={**form, "alert": "First"}).status_code == 303
    put(office, taken(client))
    other = next(each for each in directory(office).shown if each.id != one.rpartition("/")[2])
    address, form = service_of(office, other.id)
    assert client.post(address, data={**form, "assured": "yes"}).status_code == 303
    files = taken(client)
    assert "services/services.toml" not in files
    put(office, files)
    found = {each.id: each for each in directory(office).entries}
    assert found[one.rpartition("/")[2]].service.alert == "First"
    assert found[other.id].service.assured_date == TODAY
    again, form = service_of(office)
    form.pop("alert")
    assert client.post(again, data={**form, "version": "1"}).status_code == 303
    put(office, taken(client))
    assert {each.id: each for each in directory(office).entries}[one.rpartition("/")[2]].service.alert is None


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": ""}, "name", "Is empty"),
        ({"name": "x" * 501}, "name", "has 501 characters"),
        ({"phones": "call us"}, "phones", "call us"),
        ({"status": "open"}, "status", "open"),
        ({"description": "turned \u202e round"}, "description", "U+202E"),
        ({"description": ""}, "description", "Another feed says it"),
        ({"hours": "MO-FR 25:00-26:00"}, "hours", "25:00"),
        ({"languages": "\n".join(map(str, range(61)))}, "languages", "at most 60 lines"),
        ({"description": "x" * 20_001}, "description", "at most 20,000 characters"),
        ({"no_id": "yes"}, "no_id", "contradicts itself"),
        ({"version": "7"}, "version", "meanwhile"),
    ],
)
def test_what_the_import_would_refuse_is_told_at_its_field(
    office: Office, changes: dict[str, str], field: str, said: str
) -> None:
    client, (address, form) = office.client("reviewer"), service_of(office)
    answer = client.post(address, data={**form, "alert": "Typed and not lost", **changes})
    assert answer.status_code == 400, words(answer.text)
    assert said.lower() in words(answer.text).lower()
    assert field == "version" or f'href="#f-{field}"' in answer.text
    assert "Typed and not lost" in answer.text
    assert office.service.edits.newest() == ()


def test_no_identification_is_said_by_the_record(office: Office) -> None:
    found = directory(office)
    plain = next(each for each in found.shown if not each.service.required_documents and not each.service.incomplete)
    client, (address, form) = office.client("reviewer"), service_of(office, plain.id)
    assert client.post(address, data={**form, "no_id": "yes"}).status_code == 303
    put(office, taken(client))
    new = directory(office)
    (entry,) = (each for each in new.entries if each.id == plain.id)
    assert no_id(entry.service, new.settings) == "said"
    assert re.search(r'name="no_id" value="yes" checked', client.get(address).text)


def test_what_is_hostile_in_a_service_is_text(office: Office) -> None:
    client, (address, form) = office.client("reviewer"), service_of(office)
    hostile = "</title><script>alert(1)</script>{{ 7*7 }}"
    assert client.post(address, data={**form, "name": hostile, "alert": "=cmd|x"}).status_code == 303
    files = taken(client)
    assert b"'=cmd|x" in files["services/feeds/console/services.csv"]
    for path in (address, "/console/content/changes"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "{{ 7*7 }}" in unescape(page)
    put(office, files)
    (entry,) = (each for each in directory(office).entries if each.id == address.rpartition("/")[2])
    assert (entry.service.name, entry.service.alert) == (hostile, "=cmd|x")


def test_two_who_correct_at_once_do_not_undo_each_other(office: Office) -> None:
    one, other = office.client("reviewer"), office.client("counsel", name="Cora Counsel")
    address, form = service_of(office)
    assert one.post(address, data={**form, "alert": "One"}).status_code == 303
    late = other.post(address, data={**form, "alert": "Other"})
    assert late.status_code == 400
    assert "Somebody corrected this service meanwhile" in words(late.text)
    assert "Other" in late.text
    assert other.post(address, data={**form, "alert": "Other", "version": "1"}).status_code == 303
    (edit,) = office.service.edits.newest()
    assert (edit.version, edit.by) == (2, "p-Cora Counsel-counsel")


def test_where_our_own_feed_is_not_first_nothing_is_corrected(office: Office) -> None:
    path = office.content / "services/services.toml"
    path.write_text(path.read_text() + '\n[[feed]]\nname = "console"\ntitle = "Ours"\n')
    client, (address, form) = office.client("reviewer"), service_of(office)
    page = client.get(address).text
    assert "is not the first in" in words(page)
    assert 'name="form_token"' not in page
    assert client.post(address, data=form).status_code == 400
    assert office.service.edits.newest() == ()


# --- withdrawing, and a folder that cannot be read ---


def test_what_was_kept_can_be_withdrawn_and_stays_in_the_state(office: Office) -> None:
    client, other = office.client("counsel"), office.client("counsel", name="Cora Counsel")
    address, form = service_of(office)
    assert reviewed(client, SPANISH).status_code == 303
    assert client.post(address, data={**form, "alert": "One"}).status_code == 303
    review, service = (office.service.edits.newest("review")[0], office.service.edits.newest("service")[0])

    def back(who: TestClient, edit: Edit, version: int | None = None) -> int:
        said = {"kind": edit.kind, "subject": edit.subject, "version": str(version or edit.version)}
        return who.post("/console/content/changes", data=said).status_code

    assert back(other, review) == 403
    assert back(client, service, 9) == 409
    assert back(other, service) == 303
    assert back(client, review) == 303
    assert back(client, review) == 404
    assert back(client, replace(review, kind="thing")) == 404  # type: ignore[arg-type]
    assert "Nothing was kept" in words(client.get("/console/content/changes").text)
    assert [each.said for each in office.service.edits.newest()] == [None, None]
    assert 'value="One"' not in client.get(address).text
    assert client.post(address, data={**form, "alert": "Two", "version": "2"}).status_code == 303


def test_a_folder_that_cannot_be_read_is_told_with_its_lines(office: Office) -> None:
    client = office.client("counsel")
    assert client.get("/console/content").status_code == 200
    path = office.content / "glossary.toml"
    path.write_text(path.read_text() + "\nthing = 1\n")
    for address in ("/console/content", ENGLISH, "/console/content/changes.zip"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert "glossary.toml:" in answer.text
    assert "the content folder" in words(client.get("/console/inbox").text)
    path.write_text(path.read_text().replace("\nthing = 1\n", ""))
    (office.content / "services/services.toml").unlink()
    answer = client.get("/console/content")
    assert answer.status_code == 200
    assert "The services cannot be read" in answer.text
    assert "Services cannot be read" not in client.get(ENGLISH).text


def test_a_folder_without_services_is_whole(office: Office) -> None:
    """As `recuse new content` makes it: nothing is told to be wrong, and what was corrected can still be withdrawn."""
    client, (address, form) = office.client("counsel"), service_of(office)
    assert client.post(address, data={**form, "alert": "One"}).status_code == 303
    shutil.rmtree(office.content / "services")
    assert "cannot be read" not in client.get("/console/content").text
    assert {each.what for each in items(office.service.folder(TODAY), TODAY)} == {"text", "translation", "legal fact"}
    said = words(client.get("/console/content/changes").text)
    assert "no longer fits the content folder has no services" in said
    assert "Withdraw" in said


def test_where_our_own_feed_cannot_be_written_in_nothing_is_lost(office: Office) -> None:
    """Feeds on one line are TOML too, and none can be added before them: that is told, and everything else goes on."""
    client, (address, form) = office.client("counsel"), service_of(office)
    assert client.post(address, data={**form, "alert": "One"}).status_code == 303
    assert reviewed(client, SPANISH).status_code == 303
    path = office.content / "services/services.toml"
    text = path.read_text()
    feeds = re.compile(r"\[\[feed\]\]\n(name = .*)\n(title = .*)\n\n")
    inline = ", ".join(f"{{ {name}, {title} }}" for name, title in feeds.findall(text))
    path.write_text(feeds.sub("", text).replace("format = 1\n", f"format = 1\nfeed = [{inline}]\n"))
    for page in ("/console/content", address, SPANISH):
        assert client.get(page).status_code == 200
    assert "no file can be written now" in client.get("/console/content").text
    said = words(client.get("/console/content/changes").text)
    assert (
        "The feed console cannot be written into services/services.toml : write it there by hand, as the first." in said
    )
    assert client.get("/console/content/changes.zip").status_code == 409
    back = {"kind": "service", "subject": CLASSES, "version": "1"}
    assert client.post("/console/content/changes", data=back).status_code == 303
    assert sorted(taken(client)) == [f"rights/home/{TEXT}.es.toml"]


def test_translations_of_services_are_read_as_the_site_reads_them(office: Office) -> None:
    found = office.service.folder(TODAY).directory
    assert found is not None
    assert found.rejects == directory(office).rejects


def test_what_readers_do_not_see_is_not_due_now(office: Office) -> None:
    rows = csv.DictReader(io.StringIO(office.client("auditor").get("/console/content/due.csv?state=not+shown").text))
    assert {(each["what"], each["by"]) for each in rows} == {("service", "")}


# --- the state ---


def test_edits_can_only_be_added(edits: StateEdits, state: State) -> None:
    edit = Edit("service", "a", 1, NOW, "p", {"name": "\u0000 odd"})
    edits.keep(edit)
    edits.keep(replace(edit, version=2, said=None))
    with pytest.raises(InputError, match="this service was corrected by somebody meanwhile"):
        edits.keep(replace(edit, version=2))
    edits.keep(Edit("review", "a", 1, NOW, "p", {}))
    assert edits.last("service", "a") == replace(edit, version=2, said=None)
    assert edits.last("service", "b") is None
    assert [each.kind for each in edits.newest()] == ["review", "service"]
    assert [each.version for each in edits.newest("service")] == [2]
    with psycopg.connect(state.dsn, autocommit=True) as connection:
        for statement in ("UPDATE recuse_state.edit SET said = ''", "DELETE FROM recuse_state.edit"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_the_screens_name_their_roles(office: Office) -> None:
    every = screens(office.service)
    assert [screen.name for screen in every if screen.name] == ["Content"]
    assert all("requester" not in screen.roles for screen in every)


# --- planted faults ---


def _any_digest(*_: object) -> str:
    return "0" * 64


def test_planted_a_stale_digest_that_is_not_looked_at(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "text_sha256", _any_digest)
    monkeypatch.setattr(texts, "check_review", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_digest_of_another_text_is_refused(office)


def test_planted_who_translated_may_review(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "why_not_review", lambda *_: None)
    with pytest.raises(AssertionError):
        test_who_translated_does_not_review(office)


def test_planted_the_import_is_not_asked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correcting, "_read", lambda service, _: (service, {}))
    with pytest.raises(AssertionError):
        test_what_the_import_would_refuse_is_told_at_its_field(office, {"phones": "call us"}, "phones", "call us")


def test_planted_all_fields_are_written(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correcting, "_differing", lambda service, _: replace(service, organization=None))
    with pytest.raises(AssertionError):
        test_what_is_corrected_is_what_the_import_shows(office)


def test_planted_our_own_feed_goes_last(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def last(raw: bytes, _: object) -> bytes:
        return raw + b'\n[[feed]]\nname = "console"\ntitle = "Ours"\n'

    monkeypatch.setattr(changing, "with_feed", last)
    with pytest.raises(AssertionError):
        test_what_is_corrected_is_what_the_import_shows(office)
