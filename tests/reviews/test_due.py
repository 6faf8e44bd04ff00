"""What is due and by when, per partner and kind; what `verify` and `watch` tell of it; ends that nobody carried out."""

import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from recuse import clock
from recuse.directive.recurring import due_by
from recuse.errors import RepositoryError
from recuse.ledger import encode
from recuse.model import ReviewKind
from recuse.operations import record
from recuse.operations.reviewing import Desk
from recuse.operations.verify import verify_document, verify_repository
from recuse.operations.watch import Watch
from recuse.operations.watched import Watching
from recuse.operations.workspace import open_with_ledger
from recuse.policy.repository import read_repository
from tests.listing.policy import sign, write_policy
from tests.listing.test_attested import MAP
from tests.reviews.world import CONFIRMER, PARTNER, REVIEWER, Town, build, fill, moved, today

KINDS: tuple[ReviewKind, ...] = ("accounts", "public_content", "audit_records")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return build(tmp_path)


def conditions(town: Town) -> dict[tuple[str, str], str]:
    return {(c.code, c.object): c.severity for c in Desk(town.policy, town.policy / ".ledger").due().conditions()}


def test_time_runs_from_the_ledgers_first_entry(town: Town) -> None:
    said = town.due()
    partners = ["fusion.midstates", "il.chicago.cpd", "il.cook.sheriff", "il.isp", "us.dhs", "us.doj"]
    assert [(each["kind"], each["agency"]) for each in said["reviews"]] == [
        *(("accounts", partner) for partner in [*partners, "vendor.platefeed"]),
        ("public_content", None), ("audit_records", None),
    ]  # fmt: skip
    for each in said["reviews"]:
        assert each["last"] is None
        assert each["by"] == str(due_by(each["kind"], today()))
        assert each["state"] == "later"
    assert conditions(town) == {}


def test_without_a_ledger_everything_is_due_and_nothing_overdue(tmp_path: Path) -> None:
    town = build(tmp_path)
    shutil.rmtree(town.policy / ".ledger")
    code, said = town.run("due")
    assert code == 0
    assert {(each["by"], each["state"]) for each in said["reviews"]} == {(None, "due")}


def test_the_first_record_makes_a_ledger(tmp_path: Path) -> None:
    town = build(tmp_path)
    shutil.rmtree(town.policy / ".ledger")
    assert town.whole("accounts", "--agency", PARTNER)[1]["ledger_index"] == 0
    assert town.duty("accounts", PARTNER)["last"] == str(today())
    assert town.duty("audit_records")["by"] == str(today() + timedelta(days=7))


@pytest.mark.parametrize(("kind", "lead"), [("accounts", 30), ("public_content", 14), ("audit_records", 2)])
def test_due_then_overdue(town: Town, kind: ReviewKind, lead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    agency = PARTNER if kind == "accounts" else None
    days = (due_by(kind, today()) - today()).days
    key = f"{kind}/{agency or ''}"
    moved(monkeypatch, days=days - lead - 1)
    assert town.duty(kind, agency)["state"] == "later"
    moved(monkeypatch, days=1)
    assert town.duty(kind, agency)["state"] == "due"
    assert conditions(town)["review-due", key] == "low"
    moved(monkeypatch, days=lead)
    assert town.duty(kind, agency)["state"] == "due"
    moved(monkeypatch, days=1)
    assert town.duty(kind, agency)["state"] == "overdue"
    assert conditions(town)["review-overdue", key] == "low"
    assert town.run("due")[0] == 1


def test_a_review_begins_the_time_anew(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    moved(monkeypatch, days=6)
    made = today()
    town.whole("audit_records")
    moved(monkeypatch, days=7)
    assert town.duty("audit_records") == {
        "kind": "audit_records", "agency": None, "last": str(made), "by": str(made + timedelta(days=7)), "state": "due",
    }  # fmt: skip
    moved(monkeypatch, days=1)
    assert town.duty("audit_records")["state"] == "overdue"


def test_a_draft_alone_begins_nothing(town: Town) -> None:
    town.new("accounts", "--agency", PARTNER)
    assert town.duty("accounts", PARTNER)["last"] is None
    (left,) = town.due()["left_out"]
    assert left["reason"] == "a draft, and not recorded in the ledger"


def test_a_partner_is_reviewed_when_all_of_it_is(town: Town) -> None:
    agencies = {a.agency for a in read_repository(town.policy).accounts.values() if a.agency.startswith(PARTNER)}
    tops = sorted({".".join(agency.split(".")[:3]) for agency in agencies})
    assert len(tops) > 2
    for top in tops:
        assert town.duty("accounts", PARTNER)["last"] is None
        town.whole("accounts", "--agency", top)
    assert town.duty("accounts", PARTNER)["last"] == str(today())


def test_what_was_ended_is_to_be_off_within_a_week(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    name, _ = town.whole("accounts", "--agency", PARTNER, result="found", found="x", ice_ero_021="end")
    by = today() + timedelta(days=7)
    expected = {"account": "clear/ice_ero_021", "review": name, "by": str(by), "overdue": False}
    assert town.due()["undone"] == [expected]
    assert conditions(town)["review-undone", "clear/ice_ero_021"] == "low"
    moved(monkeypatch, days=8)
    assert town.due()["undone"] == [expected | {"overdue": True}]
    assert conditions(town)["review-undone", "clear/ice_ero_021"] == "high"
    assert town.run("due")[0] == 1
    text = (town.policy / "accounts.toml").read_text()
    before, _, after = text.partition('id = "clear/ice_ero_021"')
    (town.policy / "accounts.toml").write_text(
        f'{before}id = "clear/ice_ero_021"{after.replace("active = true", "active = false", 1)}'
    )
    assert town.due()["undone"] == []


def test_a_later_review_takes_an_end_back(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.whole("accounts", "--agency", PARTNER, result="found", found="x", ice_ero_021="end")
    moved(monkeypatch, days=1)
    town.whole("accounts", "--agency", PARTNER)
    assert town.due()["undone"] == []


def test_a_lost_review_of_a_span_is_a_gap(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = town.whole("audit_records")
    moved(monkeypatch, days=1)
    town.whole("audit_records")
    assert "first = 3\n" not in town.new("audit_records", "--id", "third").read_text()
    assert "first = 2\nsize = 3\n" in town.new("audit_records", "--id", "fourth").read_text()
    shutil.rmtree(town.policy / "reviews" / first)
    assert "first = 0\nsize = 3\n" in town.new("audit_records", "--id", "fifth").read_text()


# --- intervals ---


def test_intervals_are_shortened(town: Town) -> None:
    file = town.policy / "recuse.toml"
    file.write_text(file.read_text() + "\n[reviews]\naccounts = 180\naudit_records = 1\n")
    days = {"accounts": 180, "public_content": None, "audit_records": 1}
    for each in town.due()["reviews"]:
        assert each["by"] == str(due_by(each["kind"], today(), days[each["kind"]]))
    assert town.duty("audit_records")["state"] == "due"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accounts = 366", "`accounts` must be from 1 to 365 days"),
        ("public_content = 92", "`public_content` must be from 1 to 91 days"),
        ("audit_records = 8", "`audit_records` must be from 1 to 7 days"),
        ("audit_records = 0", "`audit_records` must be from 1 to 7 days"),
        ("audit_records = -1", "`audit_records` must be from 1 to 7 days"),
        ("account = 3", "unknown key `account`"),
    ],
)
def test_intervals_are_never_lengthened(town: Town, text: str, said: str) -> None:
    file = town.policy / "recuse.toml"
    lines = file.read_text().count("\n")
    file.write_text(f"{file.read_text()}\n[reviews]\n{text}\n")
    with pytest.raises(RepositoryError) as raised:
        read_repository(town.policy)
    (problem,) = raised.value.problems
    assert str(problem).startswith(f"recuse.toml:{lines + 3}: {said}")


# --- beside a verdict ---


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    """A policy that no database is needed for, with a ledger that begins now."""
    policy = write_policy(tmp_path, {"portal": ("attested", "vendor", "portal")}, {"portal/desk": "city.police"}, MAP)
    sign(tmp_path)
    with record.open_or_create(policy / ".ledger", "records.example/recuse") as log:
        log.append([encode("staged", clock.now(), {"system": "portal"})])
    return policy


def test_an_overdue_review_is_told_with_a_verdict_and_changes_none(
    portal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = portal / ".ledger"
    before = verify_document(verify_repository(open_with_ledger(portal, ledger, draft=True), ledger))
    moved(monkeypatch, days=8)
    after = verify_document(verify_repository(open_with_ledger(portal, ledger, draft=True), ledger))
    assert before["verdict"] == after["verdict"]
    assert [finding["id"] for finding in before["findings"]] == [finding["id"] for finding in after["findings"]]
    (told,) = (each for each in after["outside"] if each not in before["outside"])
    assert told["code"] == "reviews"
    assert told["sentence"] == (
        f"the review of audit records was due by {today() - timedelta(days=1)}; `recuse review due` tells all"
    )


def test_watch_tells_it_once(portal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(Watching(portal, portal / ".ledger"))
    assert [a.condition for a in watch.round().alerts if a.condition and a.condition.code.startswith("review")] == []
    moved(monkeypatch, days=8)
    (alert,) = watch.round().alerts
    assert alert.condition is not None
    assert (alert.happened, alert.condition.code, alert.condition.object) == (
        "began",
        "review-overdue",
        "audit_records/",
    )
    assert alert.condition.severity == "low"
    assert watch.round().alerts == ()


def test_of_a_leap_day(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    moved(monkeypatch, days=(date(2028, 2, 29) - today()).days)
    town.whole("accounts", "--agency", PARTNER)
    assert town.duty("accounts", PARTNER)["by"] == "2029-02-28"


def test_for_people(town: Town) -> None:
    """The same by the program itself, as people see it."""

    def said(*words: str) -> tuple[int, str]:
        command = [".venv/bin/recuse", "review", *words, "-r", str(town.policy)]
        environment = {"COLUMNS": "300", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    code, text = said("new", "accounts", "--agency", PARTNER)
    name = f"accounts-{PARTNER}-{today()}"
    assert (code, "11 lines to answer" in text) == (0, True)
    fill(town.policy / "reviews" / name / "review.toml", result="found", found="x", ice_ero_021="end")
    code, text = said("sign", name, "--as", REVIEWER, "-k", str(town.folder / REVIEWER))
    assert (code, "signed:" in text) == (0, True)
    code, text = said("confirm", name, "--as", CONFIRMER, "-k", str(town.folder / CONFIRMER))
    assert (code, "confirmed:" in text) == (0, True)
    assert "recorded: entry 1 next: accounts.toml:" in text
    assert "`clear/ice_ero_021`: write `active = false`" in text
    assert said("record", name)[1].startswith("recorded: entry 1 next: ")
    said("new", "audit_records")
    code, text = said("due")
    assert code == 0
    assert f"due: clear/ice_ero_021 is active; {name} ended it: off by {today() + timedelta(days=7)}" in text
    assert f"not counted: audit-records-{today()}: a draft, and not recorded in the ledger" in text
    listed = subprocess.run(
        [".venv/bin/recuse", "ledger", "list", str(town.policy / ".ledger")], capture_output=True, text=True, check=True
    )
    assert "reviewed" in listed.stdout
