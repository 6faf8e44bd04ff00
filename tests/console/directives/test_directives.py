"""Directives at the console: how each stands, drafts from sentences and from Cedar, signatures brought back, plans."""

import hashlib
import io
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from recuse.directive.document import read_directive, render_confirmation
from recuse.directive.drafting import Draft
from recuse.directive.in_force import check_attested
from recuse.errors import InputError
from recuse.model import Confirmation
from recuse.policy.plain import Branches, PlainRule, Terms, to_rules
from recuse.policy.repository import read_repository
from recuse.server.console.directives import screens
from recuse.server.console.directives.kept import Paper
from recuse.server.identity import ROLES, Role
from recuse.server.state.drafts import StateDrafts
from tests.console.directives.conftest import Office
from tests.console.directives.world import BACKTEST, OLD, plan
from tests.console.world import NOW, person
from tests.requests.conftest import State

RULE = {
    "id": "arrests-read", "effect": "permit", "actions": ["read", "update"], "where.agencies": ["st.riverton.police"],
    "where.categories.alone": "arrest_record", "where.purposes": ["own"], "unless.marked": ["sealed"],
    "public": "", "data": "",
}  # fmt: skip
WHERE = Terms(
    agencies=Branches(("st.riverton.police",)), categories=Branches(alone=("arrest_record",)),
    purposes=Branches(("own",)),
)  # fmt: skip
MADE = PlainRule("arrests-read", "permit", ("read", "update"), WHERE, unless=Terms(marked=("sealed",)))


def words(html: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def kept(office: Office, address: str) -> Draft:
    return office.service.drafts.versions(address.rpartition("/")[2])[-1].draft


def number(office: Office, address: str) -> str:
    return str(office.service.drafts.versions(address.rpartition("/")[2])[-1].number)


# --- looking ---


def test_each_directive_with_its_state_and_signatures(office: Office) -> None:
    client = office.client("auditor")
    listed = words(client.get("/console/directives").text)
    assert f"{OLD} in force Fictional Mayor , Mayor mayor-2019 Fictional Chief , Chief of Police chief-2019" in listed
    assert "A new draft" not in listed
    page = client.get(f"/console/directives/{OLD}")
    said = words(page.text)
    assert "Directed by Fictional Mayor, confirmed by Fictional Chief, in force from 2026-01-15 12:00:00 UTC." in said
    assert "holds by Fictional Mayor" in said
    assert "Conditions only on weekdays" in said
    assert "Nobody may read, add, change or delete anything that is not public for the purpose imm.civil" in said
    raw = (office.folder / "policy/directives" / OLD / "directive.toml").read_bytes()
    assert hashlib.sha256(raw).hexdigest() in page.text
    assert client.get("/console/directives/none").status_code == 404


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("directive.cedar", ("Who works", "Whoever works"), "its Cedar text is not the one that was signed"),
        ("directive.toml", ("issued = 2019-07-12", "issued = 2019-07-13"), "does not fit the signed bytes"),
        ("confirmation.toml", ("weekdays", "Sundays"), "does not fit the signed bytes"),
        ("confirmation.toml.sig", None, "is not confirmed"),
        ("directive.toml.sig", None, "is not signed"),
    ],
)
def test_a_signature_that_does_not_hold_is_told(
    office: Office, tmp_path: Path, name: str, change: tuple[str, str] | None, said: str
) -> None:
    policy = Path(shutil.copytree(office.folder / "policy", tmp_path / "policy"))
    path = policy / "directives" / OLD / name
    if change:
        assert change[0] in path.read_text()
        path.write_text(path.read_text().replace(*change, 1))
    else:
        path.unlink()
    service = replace(office.service, files=lambda: {
        str(each.relative_to(policy)): each.read_bytes() for each in sorted(policy.rglob("*")) if each.is_file()
    })  # fmt: skip
    client = Office(office.folder, service, office.plans).client("auditor")
    page = words(client.get(f"/console/directives/{OLD}").text)
    assert "Not in force" in page
    assert "In force" not in page
    assert said in page, page


def test_a_repository_that_cannot_be_read_is_told_with_its_lines(office: Office) -> None:
    files = dict(office.service.files())
    files["purposes.toml"] = b"format = 1\n[[purpose]]\nid = 3\n"
    broken = Office(office.folder, replace(office.service, files=lambda: files), office.plans).client("official")
    answer = broken.get("/console/directives")
    assert answer.status_code == 503
    assert "purposes.toml:3" in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_who_may_look_and_who_may_edit(office: Office, role: Role) -> None:
    address = office.begin(office.client("counsel"))
    client = office.client(role)
    looks = role in {"counsel", "official", "reviewer", "auditor", "administrator"}
    edits = role in {"counsel", "official"}
    for path, allowed in (
        ("/console/directives", looks), (f"/console/directives/{OLD}", looks), (address, looks),
        (f"{address}/folder.zip", looks), (f"{address}/text", edits), (f"{address}/head", edits),
        (f"{address}/rules/new", edits), (f"{address}/rules/0", edits),
    ):  # fmt: skip
        assert client.get(path).status_code == (200 if allowed else 403), (role, path)
    page = client.get(address).text if looks else ""
    assert ("Take away" in page) == edits
    before = office.service.drafts.newest()
    if not edits:
        for path in ("/console/directives", address, f"{address}/text", f"{address}/papers"):
            assert client.post(path, data={"title": "x", "begin_with": "nothing", "version": "1"}).status_code == 403
        assert office.service.drafts.newest() == before


def test_an_official_edits_with_a_fresh_authentication_and_loses_nothing_typed(office: Office) -> None:
    address = office.begin(office.client("official"))
    stale = office.client("official", now=lambda: NOW + timedelta(minutes=11))
    page = stale.get(f"{address}/text")
    assert "/login?fresh=1&amp;next=" in page.text
    answer = stale.post(f"{address}/text", data={"version": "1", "cedar": "// typed", "toml": "x"})
    assert answer.status_code == 400
    assert "// typed" in answer.text
    assert "Nothing was kept." in answer.text
    assert number(office, address) == "1"
    assert office.client("counsel", now=lambda: NOW + timedelta(minutes=11)).get(address).text.count("Take away")


# --- sentences ---


def test_a_rule_by_its_form_is_cedar_beside_a_sentence(office: Office) -> None:
    client = office.client("counsel")
    address = office.begin(client, "nothing")
    answer = client.post(f"{address}/rules/new", data={**RULE, "version": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}#rule-0")
    assert to_rules(kept(office, address).cedar) == (MADE,)
    said = words(client.get(address).text)
    assert (
        "Riverton Police Department (fictional) with the agencies below it may read or change arrest_record for" in said
    )
    assert (
        'permit (principal in Agency::"st.riverton.police", action in [Action::"read", Action::"update"], resource)'
        in said
    )
    form = client.get(f"{address}/rules/0").text
    for name, value in (("where.agencies", "st.riverton.police"), ("unless.marked", "sealed"), ("actions", "update")):
        assert re.search(rf'name="{name}" value="{value}" checked', form), name
    assert 'name="where.categories.alone" value="arrest_record"' in form
    changed = client.post(f"{address}/rules/0", data={**RULE, "effect": "forbid", "public": "no", "version": "2"})
    assert changed.status_code == 303
    assert to_rules(kept(office, address).cedar) == (replace(MADE, effect="forbid", public=False),)
    gone = client.post(address, data={"act": "remove", "place": "0", "version": "3"})
    assert gone.status_code == 303
    assert to_rules(kept(office, address).cedar) == ()
    assert [each.number for each in office.service.drafts.versions(address.rpartition("/")[2])] == [1, 2, 3, 4]
    old = client.get(f"{address}?version=2")
    assert "arrests-read" in old.text
    assert "Take away" not in old.text


def test_every_rule_of_a_directive_is_the_same_after_its_form_is_sent_back(office: Office) -> None:
    client = office.client("counsel")
    address = office.begin(client)
    before = to_rules(kept(office, address).cedar)
    for place in range(len(before)):
        form = client.get(f"{address}/rules/{place}").text
        fields: dict[str, Any] = {}
        for name, value in re.findall(r'name="([\w.]+)" value="([^"]*)" checked', form):
            fields.setdefault(name, []).append(unescape(value))
        fields |= {
            name: unescape(value)
            for name, value in re.findall(r'type="text" id="[^"]+" name="([\w.]+)" value="([^"]*)"', form)
        }
        answer = client.post(f"{address}/rules/{place}", data={**fields, "version": str(place + 1)})
        assert answer.status_code == 303, words(answer.text)
    after = to_rules(kept(office, address).cedar)
    assert after == before
    assert kept(office, address).cedar.count("//") == read_repository(office.folder / "policy").directives[
        OLD
    ].directive.cedar.count("//")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "two words"}, "Give it a name of letters"),
        ({"id": "sealed"}, "Another rule of this draft has this name."),
        ({"effect": ""}, "Say whether somebody may or may not."),
        ({"actions": []}, "Say what the rule is about."),
        ({"actions": ["read", "interview"]}, "is about rows and about assistance"),
        ({"where.parties": ["st.riverton.police"]}, "asks who takes part, of rows"),
        ({"version": "x"}, "does not say which version"),
    ],
)
def test_what_is_wrong_in_a_form_is_told_and_what_was_typed_stays(
    office: Office, changes: dict[str, Any], said: str
) -> None:
    client = office.client("counsel")
    address = office.begin(client)
    answer = client.post(f"{address}/rules/new", data={**RULE, "version": "1", **changes})
    assert answer.status_code == 400
    assert said in words(answer.text)
    assert 'value="arrest_record"' in answer.text
    assert number(office, address) == "1"


def test_two_who_edit_at_once_do_not_undo_each_other(office: Office) -> None:
    client, other = office.client("counsel"), office.client("official")
    address = office.begin(client)
    assert client.post(f"{address}/rules/new", data={**RULE, "version": "1"}).status_code == 303
    late = other.post(f"{address}/rules/new", data={**RULE, "id": "another", "version": "1"})
    assert late.status_code == 400
    assert "was changed meanwhile" in late.text
    assert 'value="another"' in late.text
    removed = other.post(address, data={"act": "remove", "place": "0", "version": "1"})
    assert removed.status_code == 409
    assert number(office, address) == "2"


# --- text ---


def test_cedar_that_does_not_validate_is_kept_with_its_problems_by_line(office: Office) -> None:
    client = office.client("counsel")
    address = office.begin(client)
    draft = kept(office, address)
    text = draft.cedar.replace('Purpose::"own"', 'Purpose::"owm"', 1)
    answer = client.post(f"{address}/text", data={"version": "1", "cedar": text, "toml": draft.toml.decode()})
    assert answer.headers["location"] == f"{address}#problems"
    page = client.get(address)
    assert 'href="#line-2">Cedar, line 2</a>' in page.text
    assert re.search(r'<li id="line-2" class="r-wrong">', page.text)
    assert "names unknown purpose owm ; did you mean own ?" in words(page.text)
    assert client.get(f"{address}/folder.zip").status_code == 409
    assert "A draft that does not fit is not signed." in page.text
    whole = client.post(f"{address}/text", data={"version": "2", "cedar": "permit (", "toml": draft.toml.decode()})
    assert whole.headers["location"] == f"{address}#problems"
    assert "The text is not Cedar: see the problems by line." in words(client.get(address).text)


def test_a_rule_that_only_cedar_shows_is_said_to_be_one(office: Office) -> None:
    client = office.client("counsel")
    address = office.begin(client, "nothing")
    text = '@id("odd")\nforbid (principal, action, resource is blotter::records::arrest);\n'
    client.post(f"{address}/text", data={"version": "1", "cedar": text, "toml": kept(office, address).toml.decode()})
    said = words(client.get(address).text)
    assert "This rule has a form that only Cedar shows: it names a type, or a slot, in its head." in said
    assert client.get(f"{address}/rules/0").status_code == 404


def test_what_is_hostile_in_a_text_is_text(office: Office) -> None:
    client = office.client("counsel")
    address = office.begin(client, "nothing", "</title><script>alert(1)</script>{{ 7*7 }}`x`")
    text = "// </code><script>alert(2)</script> \u202e `{{ 7*7 }}`\n"
    client.post(f"{address}/text", data={"version": "1", "cedar": text, "toml": kept(office, address).toml.decode()})
    for path in (address, f"{address}/text", f"{address}/head", "/console/directives"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "49" not in re.sub(r"[0-9a-f]{10,}|<time.*?</time>|\d{4}-\d\d-\d\d\S*", "", page)


def test_the_head_by_its_form(office: Office) -> None:
    client = office.client("counsel")
    address = office.begin(client)
    fields = {
        "title": "Another", "issued": "2026-02-01", "effective": "2026-02-02 10:30", "directed_by": "mayor-2019",
        "counsel": "counsel-2016", "supersedes": [OLD], "stage": "canary", "canary_accounts": "blotter/records_app",
        "step_back_until": "2026-12-31",
        "legal_basis": "8 USC 1373 | not checked | 2026-01-15\nMCC | in force | 2026-01-16",
        "version": "1",
    }  # fmt: skip
    assert client.post(f"{address}/head", data=fields).status_code == 303
    said = words(client.get(address).text)
    assert "8 USC 1373 not checked 2026-01-15" in said
    assert "canary, of these accounts: blotter/records_app ; one may step back until 2026-12-31" in said
    form = client.get(f"{address}/head").text
    assert "MCC | in force | 2026-01-16" in form
    for name, value, told in (
        ("title", "", "Give it a title."), ("effective", "soon", "Write a time in UTC"), ("issued", "x", "Write a day"),
        ("stage", "", "Choose the highest stage."), ("legal_basis", "MCC", "Line 1: write citation, status"),
        ("legal_basis", " | x | 2026-01-01", "Line 1: a citation has a status"),
        ("directed_by", "", "Choose the official"),
    ):  # fmt: skip
        answer = client.post(f"{address}/head", data={**fields, "version": "2", name: value})
        assert answer.status_code == 400
        assert told in words(answer.text)
    assert number(office, address) == "2"


def test_a_table_behind_the_head_stays(office: Office) -> None:
    client = office.client("counsel")
    address = office.begin(client)
    draft = kept(office, address)
    toml = draft.toml.decode() + '\n[unknown]\nkey = "value"\n'
    client.post(f"{address}/text", data={"version": "1", "cedar": draft.cedar, "toml": toml})
    assert "unknown key unknown" in words(client.get(address).text)
    form = {
        "title": "T",
        "issued": "2026-02-01",
        "effective": "2026-02-02",
        "directed_by": "mayor-2019",
        "stage": "observe",
        "version": "2",
    }
    assert client.post(f"{address}/head", data=form).status_code == 303
    assert kept(office, address).toml.decode().endswith('\n[unknown]\nkey = "value"\n')


# --- what changes, what is signed ---


def test_what_a_draft_changes_rule_by_rule(office: Office) -> None:
    client = office.client("counsel")
    address = office.begin(client)
    client.post(address, data={"act": "remove", "place": "0", "version": "1"})
    client.post(f"{address}/rules/new", data={**RULE, "version": "2"})
    said = words(client.get(address).text)
    assert f"What it changes of {OLD}" in said
    assert re.search(r"arrests-read New no such rule Riverton Police Department", said)
    assert re.search(r"own-staff Ends Riverton Police Department .* no such rule", said)
    assert "sealed Same as after" in said
    assert '-@id("own-staff")' in unescape(client.get(address).text)


def test_two_signatures_made_outside_are_brought_and_verified(office: Office, tmp_path: Path) -> None:
    client = office.client("official")
    address = office.begin(client)
    name = address.rpartition("/")[2]
    folder = client.get(f"{address}/folder.zip")
    assert folder.headers["content-disposition"] == f'attachment; filename="{name}.zip"'
    zipfile.ZipFile(io.BytesIO(folder.content)).extractall(tmp_path)
    place = tmp_path / name
    page = client.get(address).text
    assert hashlib.sha256((place / "directive.toml").read_bytes()).hexdigest() in page
    assert "missing: directive.toml.sig , by Fictional Mayor" in words(page)
    bring(client, address, "directive.toml.sig", office.sign("mayor", "recuse-directive@v1", place / "directive.toml"))
    assert "is not confirmed" in words(client.get(address).text)
    answer = Confirmation(
        raw=b"", directive_sha256=hashlib.sha256((place / "directive.toml").read_bytes()).hexdigest(),
        directive_signature_sha256=hashlib.sha256((place / "directive.toml.sig").read_bytes()).hexdigest(),
        decision="confirm", conditions="", effective=NOW - timedelta(hours=1), confirmed_by="chief-2019",
    )  # fmt: skip
    (place / "confirmation.toml").write_bytes(render_confirmation(answer))
    bring(client, address, "confirmation.toml", (place / "confirmation.toml").read_bytes())
    assert "missing: confirmation.toml.sig" in words(client.get(address).text)
    signature = office.sign("chief", "recuse-confirm@v1", place / "confirmation.toml")
    bring(client, address, "confirmation.toml.sig", signature)
    said = words(client.get(address).text)
    assert "First signature holds by Fictional Mayor" in said
    assert "Second signature holds by Fictional Chief" in said
    zipfile.ZipFile(io.BytesIO(client.get(f"{address}/folder.zip").content)).extractall(tmp_path / "all")
    whole = read_directive(tmp_path / "all" / name)
    repository = read_repository(office.folder / "policy")
    assert check_attested(whole, repository.officials, repository.policy_sha256, NOW).confirmed_by.id == "chief-2019"


@pytest.mark.parametrize(
    ("key", "namespace", "said"),
    [
        ("chief", "recuse-directive@v1", "is signed with a key of chief-2019"),
        ("mayor", "recuse-confirm@v1", "the signature is for"),
    ],
)
def test_a_signature_of_another_key_or_purpose_does_not_hold(
    office: Office, tmp_path: Path, key: str, namespace: str, said: str
) -> None:
    client = office.client("official")
    address = office.begin(client)
    zipfile.ZipFile(io.BytesIO(client.get(f"{address}/folder.zip").content)).extractall(tmp_path)
    path = tmp_path / address.rpartition("/")[2] / "directive.toml"
    bring(client, address, "directive.toml.sig", office.sign(key, namespace, path))
    page = words(client.get(address).text)
    assert said in page
    assert "First signature there" in page


def test_a_signature_of_another_version_is_not_carried_over(office: Office, tmp_path: Path) -> None:
    client = office.client("official")
    address = office.begin(client)
    zipfile.ZipFile(io.BytesIO(client.get(f"{address}/folder.zip").content)).extractall(tmp_path)
    path = tmp_path / address.rpartition("/")[2] / "directive.toml"
    bring(client, address, "directive.toml.sig", office.sign("mayor", "recuse-directive@v1", path))
    client.post(f"{address}/rules/new", data={**RULE, "version": "1"})
    assert "missing: directive.toml.sig" in words(client.get(address).text)
    assert "missing: confirmation.toml" in words(client.get(f"{address}?version=1").text)


def bring(client: TestClient, address: str, name: str, data: bytes, code: int = 303) -> str:
    answer = client.post(f"{address}/papers", files={"paper": (name, data)}, data={"version": "1"})
    assert answer.status_code == code, words(answer.text)
    return words(answer.text)


def test_files_of_other_names_are_refused(office: Office) -> None:
    client = office.client("official")
    address = office.begin(client)
    for name in ("directive.toml", "directive.cedar", "x", "../plan.json"):
        assert "Choose a file with one of these names" in bring(client, address, name, b"x", 400)


# --- plans ---


def test_a_plan_of_these_very_rules_is_shown(office: Office) -> None:
    client = office.client("official")
    address = office.begin(client)
    assert "recuse plan -r REPOSITORY" in words(client.get(address).text)
    cedar, policy = kept(office, address).cedar, read_repository(office.folder / "policy").policy_sha256
    whole = plan(cedar, policy)
    for data, said in (
        (b"{}", "The file is no plan"),
        (whole.replace(b'"refused": 34', b'"refused": 35'), "The plan was changed after it was written"),
        (plan(cedar + " ", policy), "The plan was made of other rules"),
        (plan(cedar, "0" * 64), "with other policy files"),
    ):  # fmt: skip
        assert said in bring(client, address, "plan.json", data, 400)
    bring(client, address, "plan.json", whole)
    said = words(client.get(address).text)
    assert "blotter/removal_017 read person_identity (all) nothing" in said
    assert "of 1,500 lines of the log about blotter 1,200 can be replayed; 34 of them would have been refused" in said
    assert "Civil purposes: 34 of 200 would have been refused" in said
    assert "Criminal purposes: 0 of 1,000 would have been refused" in said
    _, _, agencies = said.partition("What would have been refused to each agency")
    assert agencies.index("us.example.south 200 30") < agencies.index("us.example.north 700 4")
    assert "us.example.none" not in said


@pytest.mark.parametrize(
    "changes",
    [
        {"accounts": 5}, {"accounts": [{"account": "a"}]}, {"accounts": [{"account": "a", "loses": [7], "gains": []}]},
        {"accounts": None}, {"as_of": 7}, {"changes": 2}, {"backtest": 1}, {"backtest": {}},
        {"backtest": {**BACKTEST, "lines": "many"}}, {"backtest": {**BACKTEST, "refused": True}},
        {"backtest": {**BACKTEST, "replayable": -1}}, {"backtest": {**BACKTEST, "by_kind": {}}},
        {"cedar_sha256": "all"},
    ],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_a_plan_of_another_form_is_refused_and_breaks_no_page(office: Office, changes: dict[str, Any]) -> None:
    client = office.client("official")
    address = office.begin(client)
    cedar, policy = kept(office, address).cedar, read_repository(office.folder / "policy").policy_sha256
    wrong = plan(cedar, policy, **changes)
    assert "The file is no plan" in bring(client, address, "plan.json", wrong, 400)
    office.plans.made[hashlib.sha256(cedar.encode()).hexdigest()] = wrong
    answer = client.get(address)
    assert (answer.status_code, "is no plan" in words(answer.text)) == (200, True)


def test_a_plan_is_asked_for_and_found(office: Office) -> None:
    client = office.client("counsel")
    address = office.begin(client)
    sent = client.post(address, data={"act": "plan", "version": "1"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/console/jobs/planned")
    assert office.plans.asked == [address.rpartition("/")[2]]
    cedar, policy = kept(office, address).cedar, read_repository(office.folder / "policy").policy_sha256
    office.plans.made[hashlib.sha256(cedar.encode()).hexdigest()] = plan(cedar, policy, accounts=[], backtest=None)
    said = words(client.get(address).text)
    assert "No account loses or gains anything. No access log was replayed." in said


# --- the state ---


def test_drafts_can_only_be_added(drafts: StateDrafts, state: State) -> None:
    draft = Draft("a", b"toml", "cedar")
    drafts.keep(draft, 1, "p", NOW)
    drafts.keep(replace(draft, cedar="more"), 2, "q", NOW + timedelta(seconds=1))
    drafts.bring("a", 2, Paper("plan.json", NOW, "p", b"1"))
    drafts.bring("a", 2, Paper("plan.json", NOW, "p", b"2"))
    with pytest.raises(InputError, match="draft `a` was changed meanwhile"):
        drafts.keep(draft, 2, "p", NOW)
    assert [(each.number, each.by, each.draft.cedar) for each in drafts.versions("a")] == [
        (1, "p", "cedar"),
        (2, "q", "more"),
    ]
    assert [each.number for each in drafts.newest()] == [2]
    assert drafts.papers("a", 2)["plan.json"].data == b"2"
    assert drafts.papers("a", 1) == {}
    with psycopg.connect(state.dsn, autocommit=True) as connection:
        for statement in (
            "UPDATE recuse_state.draft SET cedar = ''", "DELETE FROM recuse_state.draft",
            "UPDATE recuse_state.draft_paper SET data = ''", "DELETE FROM recuse_state.draft_paper",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_the_screens_name_their_roles(office: Office) -> None:
    every = screens(office.service)
    assert [screen.name for screen in every if screen.name] == ["Directives"]
    assert person("Ada", "auditor").roles <= every[0].roles
