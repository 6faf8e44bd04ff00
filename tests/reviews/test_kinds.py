"""All three kinds from the draft to the ledger: nothing is answered by default, and what changed is looked at again."""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from recuse.directive.officials import allowed_signers
from recuse.ledger import verify_ledger
from recuse.operations.reviewing import Desk
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.policy.repository import read_repository
from tests.reviews.world import CIVIL, CONFIRMER, PARTNER, REVIEWER, Town, build, fill, moved, today
from tests.unit.audit.logs import line, write_csv
from tests.unit.directive.keys import stock_verifies


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return build(tmp_path)


def only(town: Town) -> dict[str, Any]:
    """The body of the one *reviewed* entry."""
    (entry,) = (each for each in town.entries() if each.kind == "reviewed")
    return dict(entry.body)


def shown(draft: Path, name: str) -> str:
    return draft.read_text().split(f'name = "{name}"')[1].split("answer =")[0]


def test_accounts_of_one_partner(town: Town) -> None:
    draft = town.new("accounts", "--agency", PARTNER, "--log", town.log)
    accounts = [a for a in read_repository(town.policy).accounts.values() if a.agency.startswith(PARTNER)]
    assert draft.read_text().count("[[line]]") == len(accounts) == 11
    assert draft.read_text().count('answer = ""') == draft.read_text().count('reason = ""') == 11
    assert "lines in the access log: 2, refused: 0, last on 2018-05-01" in shown(draft, "clear/ice_ero_017")
    assert "lines in the access log: 11, refused: 11" in shown(draft, "clear/cbp_desk")
    assert "not in the access log" in shown(draft, "clear/ice_ero_021")
    assert "may declare `court_process`, `crim.investigation`" in shown(draft, "clear/ice_ero_017")
    assert "shared, inactive" in shown(draft, "clear/ice_inactive")
    assert "agreement `2012-immigration-exchange`: in force, from 2012-09-03 until 2035-12-31" in draft.read_text()
    fill(draft, result="found", found="one is not used", ice_ero_021="end", cbp_desk="change")
    name = draft.parent.name
    assert town.sign(name, "--log", town.log)[0] == 0
    code, said = town.confirm(name, "--log", town.log)
    assert code == 0
    lines = (town.policy / "accounts.toml").read_text().splitlines()
    ends = next(step for step in said["next"] if "write `active = false`" in step)
    assert "`clear/ice_ero_021`" in ends
    number = int(ends.split(":")[1])
    assert lines[number - 1] == "active = true"
    assert 'id = "clear/ice_ero_021"' in lines[number - 5 : number]
    assert any("`clear/cbp_desk`: looked at" in step for step in said["next"])
    assert only(town) == {
        "review": f"accounts-us.dhs-{today()}", "kind": "accounts", "agency": PARTNER, "on": str(today()),
        "result": "found", "answers": {"change": 1, "end": 1, "keep": 9}, "entries": None,
        "log_sha256": only(town)["log_sha256"], "reviewed_by_office": "Corporation Counsel (demonstration)",
        "confirmed_by_office": "Superintendent of Police (demonstration)",
        "review_sha256": only(town)["review_sha256"], "signature_sha256": only(town)["signature_sha256"],
        "countersignature_sha256": only(town)["countersignature_sha256"],
    }  # fmt: skip
    assert town.duty("accounts", PARTNER)["last"] == str(today())
    assert town.duty("accounts", "us.doj")["last"] is None


def test_public_content(town: Town) -> None:
    draft = town.new("public_content", "--content", town.content)
    assert "to be looked at by 2020-01-01, which has passed" in shown(draft, "file/rights.toml")
    assert "states no day" in shown(draft, "file/index.html")
    assert "calls it public" in shown(draft, "category/crime_mapping")
    assert "8 USC 1373" in shown(draft, "directive/2019-07-12-civil-immigration")
    fill(draft, result="found", found="a text is old", **{"rights.toml": "change"})
    name = draft.parent.name
    code, said = town.sign(name)
    assert (code, "shows files of content" in said["error"]) == (2, True)
    (town.content / "index.html").write_text("<p>other</p>\n")
    code, said = town.sign(name, "--content", town.content)
    assert (code, "`file/index.html` is no longer as shown" in said["error"]) == (2, True)
    (town.content / "index.html").write_text("<p>rights</p>\n")
    assert town.sign(name, "--content", town.content)[0] == 0
    code, said = town.confirm(name, "--content", town.content)
    assert code == 0
    assert said["next"][0] == "file/rights.toml: change: looked at"
    assert only(town)["answers"] == {"change": 1, "keep": 4}
    assert town.duty("public_content")["last"] == str(today())


def test_audit_records(town: Town) -> None:
    town.append("verified", {"system": "clear", "verdict": "holds"})
    draft = town.new("audit_records", "--log", town.log)
    text = draft.read_text()
    assert "entries of the ledger from index 0 up to 2: 1 staged, 1 verified" in text
    assert "volumes were not compared" in text
    assert "idle accounts were not looked for" in text
    assert "refused: 11 of 11 lines" in shown(draft, "refused/clear/cbp_desk")
    assert "forbidden by" in shown(draft, "front/clear/ice_ero_017")
    assert "accounts.toml has it as inactive; lines: 1" in shown(draft, "inactive/clear/ice_inactive")
    assert "accounts.toml does not have" in shown(draft, "unknown/clear/stranger")
    name = draft.parent.name
    fill(draft, "explained", stranger="act")
    code, said = town.sign(name, "--log", town.log)
    assert (code, "`result` is `nil`, and something is to be done" in said["error"]) == (2, True)
    draft.write_text(draft.read_text().replace('result = "nil"\nfound = ""', 'result = "found"\nfound = "a login"'))
    town.append("verified", {"system": "clear", "verdict": "holds"})  # a ledger that grows makes no draft stale
    assert town.sign(name, "--log", town.log)[0] == 0
    assert town.confirm(name, "--log", town.log)[1]["next"] == ["unknown/clear/stranger: act: looked at"]
    assert only(town)["entries"] == [0, 2]
    again = town.new("audit_records", "--id", "second")
    assert "first = 2\nsize = 4\n" in again.read_text()
    assert "from index 2 up to 4: 1 reviewed, 1 verified" in again.read_text()


def test_nil_of_nothing_is_certified(town: Town) -> None:
    draft = town.new("audit_records")
    assert "[[line]]" not in draft.read_text()
    assert 'result = ""' in draft.read_text()
    code, said = town.sign(draft.parent.name)
    assert (code, "nil is certified by writing it" in said["error"]) == (2, True)
    fill(draft)
    assert town.sign(draft.parent.name)[0] == 0
    assert town.confirm(draft.parent.name)[0] == 0
    assert (only(town)["result"], only(town)["answers"]) == ("nil", {})


def test_no_personal_name_is_in_the_ledger(town: Town) -> None:
    town.whole("accounts", "--agency", PARTNER, "--log", town.log, result="found", found="x", ice_ero_021="end")
    text = json.dumps(only(town))
    repository = read_repository(town.policy)
    for each in repository.officials.values():
        assert each.id not in text
        assert each.name not in text
    assert [a.login for a in repository.accounts.values() if a.login in text] == []
    assert "looked at" not in text
    assert verify_ledger(town.policy / ".ledger").size == 2


def test_signals_are_judged_by_what_is_in_force(town: Town) -> None:
    directive = "2019-07-12-civil-immigration"
    draft = town.new("audit_records", "--id", "one", "--log", town.log).read_text()
    assert f"judged by `{directive}`, not all of which are in force" in draft
    assert "front/clear/ice_ero_017" in draft
    sign_directive(town.policy, directive, town.folder / "mayor-2019")
    answer = Answer("confirm", "", datetime(2026, 1, 1, tzinfo=UTC))
    confirm_directive(town.policy, directive, CONFIRMER, town.folder / CONFIRMER, answer)
    # A second directive that nobody has signed, by which all of them would be refused.
    shutil.copytree(town.policy / "directives" / directive, town.policy / "directives/second")
    for file in (town.policy / "directives/second").glob("*.*"):
        if file.name not in {"directive.toml", "directive.cedar"}:
            file.unlink()
    (town.policy / "directives/second/directive.cedar").write_text(
        '@id("none")\nforbid (principal, action, resource);\n'
    )
    town.change("directives/second/directive.toml", f'id = "{directive}"', 'id = "second"')
    assert "none" in {rule.id for rule in Desk(town.policy, town.policy / ".ledger").workspace().rules.rules}
    signed = town.new("audit_records", "--id", "two", "--log", town.log).read_text()
    assert f'"judged by `{directive}`",' in signed
    assert "front/clear/ice_ero_017" in signed
    assert "front/clear/fbi_cleartask" not in signed
    (town.policy / "note.md").write_text("a file that nobody has signed")
    edited = town.new("audit_records", "--id", "three", "--log", town.log).read_text()
    assert f"judged by `{directive}`, `second`, not all of which are in force" in edited


def test_long_unused_accounts_are_shown_as_such(town: Town) -> None:
    old = line("ice_ero_017", *CIVIL, system="clear", ts_utc="2018-01-01 00:00:00")
    write_csv(town.log, [old, line("ice_hsi_005", *CIVIL, system="clear", ts_utc="2018-05-01 00:00:00")])
    draft = town.new("accounts", "--agency", PARTNER, "--log", town.log)
    late = "last on 2018-01-01, more than 90 days before the log's end"
    assert late in shown(draft, "clear/ice_ero_017")
    assert "more than 90 days" not in shown(draft, "clear/ice_hsi_005")


# --- nothing by default ---


@pytest.mark.parametrize("blank", ['answer = "keep"', 'reason = "looked at"', 'result = "nil"', "plan = "])
def test_one_blank_is_refused(town: Town, blank: str) -> None:
    draft = town.new("accounts", "--agency", PARTNER)
    fill(draft)
    whole = draft.read_text()
    spoilt = [f'{line.split(" = ")[0]} = ""' if line.startswith(blank) else line for line in whole.splitlines()]
    draft.write_text("\n".join(spoilt) + "\n")
    code, said = town.sign(draft.parent.name)
    assert code == 2
    assert "cannot be signed" in said["error"]
    assert not draft.with_name("review.toml.sig").exists()


def test_a_blank_signed_by_hand_is_not_recorded(town: Town) -> None:
    draft = town.new("accounts", "--agency", PARTNER)
    by_hand(town, draft, REVIEWER, "recuse-review@v1", "review.toml.sig")
    by_hand(town, draft, CONFIRMER, "recuse-review-confirm@v1", "countersignature.sig")
    code, said = town.run("record", draft.parent.name)
    assert (code, "has no answer" in said["error"]) == (2, True)


def by_hand(town: Town, draft: Path, who: str, namespace: str, file: str) -> None:
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(town.folder / who)]
    done = subprocess.run(command, input=draft.read_bytes(), capture_output=True, check=True)
    draft.with_name(file).write_bytes(done.stdout)


# --- two persons ---


def test_one_person_makes_no_review(town: Town) -> None:
    town.change("officials.toml", 'roles = ["officer", "accept", "review"]', 'roles = ["confirm", "review"]')
    draft = town.new("accounts", "--agency", PARTNER)
    fill(draft)
    name = draft.parent.name
    assert town.sign(name)[0] == 0
    assert town.confirm(name, by=REVIEWER)[0] == 2
    draft.write_text(draft.read_text().replace(f'confirmed_by = "{CONFIRMER}"', f'confirmed_by = "{REVIEWER}"'))
    code, said = town.sign(name)
    assert (code, "by one person" in said["error"]) == (2, True)


def test_one_key_makes_no_review(town: Town) -> None:
    mine, other = ((town.folder / f"{who}.pub").read_text().split()[1] for who in (REVIEWER, CONFIRMER))
    town.change("officials.toml", other, mine)
    draft = town.new("accounts", "--agency", PARTNER)
    fill(draft)
    code, said = town.sign(draft.parent.name)
    assert (code, "by one person" in said["error"]) == (2, True)
    by_hand(town, draft, REVIEWER, "recuse-review@v1", "review.toml.sig")
    by_hand(town, draft, REVIEWER, "recuse-review-confirm@v1", "countersignature.sig")
    code, said = town.run("record", draft.parent.name)
    assert (code, "by one person" in said["error"]) == (2, True)


def test_who_is_not_named_and_whose_key_it_is_not(town: Town) -> None:
    draft = town.new("accounts", "--agency", PARTNER)
    fill(draft)
    name = draft.parent.name
    assert "is for `counsel-2016` to sign" in town.sign(name, by="mayor-2019")[1]["error"]
    code, said = town.run("sign", name, "--as", REVIEWER, "-k", town.folder / "mayor-2019")
    assert (code, "is not one of `counsel-2016`'s" in said["error"]) == (2, True)
    code, said = town.confirm(name)
    assert (code, "is not signed" in said["error"]) == (2, True)


def test_out_of_office_signs_nothing(town: Town) -> None:
    draft = town.new("accounts", "--agency", PARTNER)
    fill(draft)
    town.change("officials.toml", "from = 2008-01-01\nuntil = 2035-12-31", "from = 2008-01-01\nuntil = 2020-12-31")
    code, said = town.sign(draft.parent.name)
    assert (code, "in office from 2008-01-01 until 2020-12-31" in said["error"]) == (2, True)


# --- stale drafts ---

NEW = """
[[account]]
id = "clear/ice_new"
agency = "us.dhs.ice"
use = "personal"
active = true
"""


def added(town: Town) -> None:
    file = town.policy / "accounts.toml"
    file.write_text(file.read_text() + NEW)


CHANGES: dict[str, Callable[[Town], object]] = {
    "`clear/ice_new` is new": added,
    "`clear/ice_inactive` is no longer as shown": lambda town: town.change(
        "accounts.toml", 'use = "shared"\nactive = false', 'use = "shared"\nactive = true'
    ),
    "agreement `2012-immigration-exchange`: in force": lambda town: town.change(
        "agreements/2012-immigration-exchange.toml", "renewal = 2035-03-01", "renewal = 2034-03-01"
    ),
    "the access log is another file": lambda town: town.log.write_text(town.log.read_text().replace(",inv,", ",else,")),
}


@pytest.mark.parametrize("step", ["sign", "confirm", "record"])
@pytest.mark.parametrize("message", CHANGES)
def test_a_stale_draft_is_refused_at_every_step(town: Town, message: str, step: str) -> None:
    draft = town.new("accounts", "--agency", PARTNER, "--log", town.log)
    fill(draft)
    name, given = draft.parent.name, ("--log", town.log)
    if step != "sign":
        assert town.sign(name, *given)[0] == 0
    if step == "record":
        by_hand(town, draft, CONFIRMER, "recuse-review-confirm@v1", "countersignature.sig")
    CHANGES[message](town)
    code, said = town.run("record", name, *given) if step == "record" else getattr(town, step)(name, *given)
    assert code == 2
    assert "is stale" in said["error"]
    assert message in said["error"]
    assert "make a new draft" in said["remedy"]
    made = {"review.toml.sig": step != "sign", "countersignature.sig": step == "record"}
    assert {file: draft.with_name(file).exists() for file in made} == made
    assert not [entry for entry in town.entries() if entry.kind == "reviewed"]


def test_another_agencys_account_makes_no_draft_stale(town: Town) -> None:
    draft = town.new("accounts", "--agency", PARTNER)
    fill(draft)
    file = town.policy / "accounts.toml"
    file.write_text(file.read_text() + NEW.replace("us.dhs.ice", "us.doj.fbi"))
    assert town.sign(draft.parent.name)[0] == 0


def test_the_log_has_to_be_shown_again(town: Town) -> None:
    draft = town.new("accounts", "--agency", PARTNER, "--log", town.log)
    fill(draft)
    code, said = town.sign(draft.parent.name)
    assert (code, said["remedy"]) == (2, "give the same file with --log")


def test_an_edited_fact_is_no_fact(town: Town) -> None:
    """Who reviews answers lines; what is shown of them the program says."""
    draft = town.new("accounts", "--agency", PARTNER)
    fill(draft)
    draft.write_text(draft.read_text().replace("shared, inactive", "shared, active"))
    code, said = town.sign(draft.parent.name)
    assert (code, "`clear/ice_inactive` is no longer as shown" in said["error"]) == (2, True)


def test_a_line_left_out_is_missed(town: Town) -> None:
    draft = town.new("accounts", "--agency", PARTNER)
    fill(draft)
    parts = draft.read_text().split("\n[[line]]")
    draft.write_text("\n[[line]]".join(parts[:-1]))
    code, said = town.sign(draft.parent.name)
    assert (code, "is new" in said["error"]) == (2, True)


def test_of_another_ledger_it_is_stale(town: Town) -> None:
    draft = town.new("audit_records")
    fill(draft)
    text = draft.read_text()
    root = text.split('root = "')[1][:64]
    draft.write_text(text.replace(root, "0" * 64))
    code, said = town.sign(draft.parent.name)
    assert (code, "the ledger is not that of the draft" in said["error"]) == (2, True)


def test_a_span_is_reviewed_once(town: Town) -> None:
    for name in ("one", "two"):
        fill(town.new("audit_records", "--id", name))
        assert town.sign(name)[0] == 0
    assert town.confirm("one")[0] == 0
    code, said = town.confirm("two")
    assert (code, "is stale" in said["error"]) == (2, True)


def test_a_draft_of_long_ago_is_stale(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = town.new("audit_records")
    fill(draft)
    moved(monkeypatch, days=8)
    code, said = town.sign(draft.parent.name)
    assert (code, "the next one was due by" in said["error"]) == (2, True)
    moved(monkeypatch, days=-10)
    code, said = town.sign(draft.parent.name)
    assert (code, "which is to come" in said["error"]) == (2, True)


# --- afterwards ---


def test_what_was_altered_afterwards_does_not_count(town: Town) -> None:
    name, _ = town.whole("accounts", "--agency", PARTNER)
    file = town.policy / "reviews" / name / "review.toml"
    text = file.read_text()
    file.write_text(text.replace("looked at", "looked up", 1))
    said = town.due()
    assert {each["reason"] for each in said["left_out"]} == {
        "signed and confirmed, and not recorded in the ledger", "recorded in the ledger, and missing or altered here",
    }  # fmt: skip
    assert town.duty("accounts", PARTNER)["last"] is None
    code, said = town.run("record", name)
    assert (code, "does not fit the signed bytes" in said["error"]) == (2, True)
    file.write_text(text)
    assert town.due()["left_out"] == []
    file.with_name("countersignature.sig").write_bytes(file.with_name("review.toml.sig").read_bytes())
    (each,) = town.due()["left_out"]
    assert "the signature is for `recuse-review@v1`" in each["reason"]


def test_stock_ssh_keygen_verifies_both_signatures(town: Town, tmp_path: Path) -> None:
    name, _ = town.whole("accounts", "--agency", PARTNER)
    place = town.policy / "reviews" / name
    signers = allowed_signers(read_repository(town.policy).officials)
    for who, namespace, file in (
        (REVIEWER, "recuse-review@v1", "review.toml.sig"),
        (CONFIRMER, "recuse-review-confirm@v1", "countersignature.sig"),
    ):
        text, made = (place / "review.toml").read_bytes(), (place / file).read_bytes()
        (tmp_path / "stock").mkdir(exist_ok=True)
        folder = tmp_path / "stock"
        assert stock_verifies(text, namespace, made, principal=who, signers=signers, folder=folder)
        assert not stock_verifies(text + b"\n", namespace, made, principal=who, signers=signers, folder=folder)


def test_a_review_signed_by_stock_tools_is_recorded_once(town: Town) -> None:
    draft = town.new("accounts", "--agency", PARTNER)
    fill(draft)
    by_hand(town, draft, REVIEWER, "recuse-review@v1", "review.toml.sig")
    by_hand(town, draft, CONFIRMER, "recuse-review-confirm@v1", "countersignature.sig")
    first, again = (town.run("record", draft.parent.name) for _ in range(2))
    assert first == again == (0, {"ledger_index": 1, "next": []})
    assert len(town.entries()) == 2


def test_the_signed_policy_is_not_changed_by_reviews(town: Town) -> None:
    before = read_repository(town.policy).policy_sha256
    town.whole("accounts", "--agency", PARTNER)
    assert read_repository(town.policy).policy_sha256 == before


def test_other_verbs_point_here(town: Town) -> None:
    draft = town.new("accounts", "--agency", PARTNER)
    command = [".venv/bin/recuse", "sign", draft.parent.name, "-k", str(town.folder / REVIEWER), "-r", str(town.policy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "recuse review sign" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("accounts",), "name one with --agency"),
        (("public_content", "--agency", PARTNER), "leave away --agency"),
        (("accounts", "--agency", "us.nobody"), "name one of agencies.toml"),
        (("accounts", "--agency", PARTNER, "--content", "x"), "leave away --content"),
        (("public_content", "--log", "x"), "leave away --log"),
        (("audit_records", "--id", "../x"), "use lower-case letters, digits, dots and hyphens"),
    ],
)
def test_what_does_not_go_together_is_refused(town: Town, words: tuple[str, ...], said: str) -> None:
    code, found = town.run("new", *words)
    assert (code, found["remedy"]) == (2, said)
    assert not (town.policy / "reviews").exists()


def test_check_tells_a_malformed_review_with_its_line(town: Town) -> None:
    draft = town.new("accounts", "--agency", PARTNER)
    draft.write_text(draft.read_text().replace("result =", "resolt ="))
    done = subprocess.run(
        [".venv/bin/recuse", "check", "-r", str(town.policy)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    place = f"reviews/{draft.parent.name}/review.toml"
    assert f"{place}:16: unknown key `resolt`" in " ".join(done.stderr.split())
