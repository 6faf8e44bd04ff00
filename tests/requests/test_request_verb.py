"""`recuse request` from intake to certificate, on the demonstration's signed policy and on the other one."""

import csv
import io
import json
import shutil
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from recuse import cli, clock
from recuse.cli.console import fail
from recuse.demo.repository import write_repository
from recuse.directive.in_force import Moment
from recuse.directive.officials import allowed_signers
from recuse.errors import RecuseError
from recuse.ledger import verify_ledger
from recuse.operations import record
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.operations.workspace import open_workspace
from recuse.policy.repository import read_repository
from tests.requests.conftest import State
from tests.test_main_job import make_keys

COURT: Final = ("issuing_court=Cook County", "judge=A Judge", "issued=2026-01-15", "document_sha256=" + "ab" * 32)
ERO: Final = "us.dhs.ice.ero"


@dataclass
class Office:
    """A signed policy, and the program run on it."""

    folder: Path

    @property
    def policy(self) -> Path:
        return self.folder / "policy"

    @property
    def entries(self) -> list[tuple[str, dict[str, Any]]]:
        return [(entry.kind, dict(entry.body)) for entry in record.entries(self.policy / ".ledger")]

    def run(self, *arguments: str, code: int = 0, group: str = "request") -> tuple[str, str]:
        printed, told = io.StringIO(), io.StringIO()
        with redirect_stdout(printed), redirect_stderr(told):
            try:
                found = cli.app([group, *arguments, "-r", str(self.policy)], standalone_mode=False) or 0
            except RecuseError as error:
                found = fail(error)
        assert found == code, printed.getvalue() + told.getvalue()
        return printed.getvalue(), told.getvalue()

    def document(self, *arguments: str, code: int = 0, group: str = "request") -> Any:
        return json.loads(self.run(*arguments, "--format", "json", code=code, group=group)[0])

    def ask(self, *more: str, code: int = 0, evidence: tuple[str, ...] = COURT, **options: str) -> Any:
        now = clock.now()
        given = {
            "kind": "custody_transfer", "for": ERO, "asked_by": "Field office", "by": "Desk 4", "case": "26-CR-1",
            "purpose": "crim.investigation", "authority": "judicial.warrant",
            "received": (now - timedelta(hours=1)).isoformat(), "lapses": (now + timedelta(hours=48)).isoformat(),
        } | options  # fmt: skip
        words = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]
        words += [word for each in evidence for word in ("--evidence", each)]
        return self.document("ask", *words, *more, code=code)


def signed(folder: Path, *, other: bool = False) -> Office:
    write_repository(folder / "policy", make_keys(folder), "recuse-test", other)
    policy = folder / "policy"
    officials = policy / "officials.toml"
    assert officials.read_text().count('["officer", ') == 1
    officials.write_text(officials.read_text().replace('["officer", ', '["officer", "attest", '))
    (directive,) = open_workspace(policy, Moment(clock.now()), draft=True).directives
    repository = read_repository(policy)
    named = repository.directives[directive].directive
    confirming = next(o.id for o in repository.officials.values() if "confirm" in o.roles)
    sign_directive(policy, directive, folder / named.directed_by)
    answer = Answer("confirm", "", clock.now().replace(microsecond=0))
    confirm_directive(policy, directive, confirming, folder / confirming, answer)
    return Office(folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return signed(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(whole: Office, tmp_path: Path) -> Office:
    """The signed policy without a ledger's requests: each test begins a record of its own."""
    subprocess.run(["cp", "-R", f"{whole.folder}/.", str(tmp_path)], check=True)
    return Office(tmp_path)


def test_a_judges_warrant_at_two_in_the_morning(office: Office) -> None:
    """W9, as far as it is assistance: taken in, decided at once, answered, and every step in the ledger."""
    asked = office.ask("--category", "custody", kind="data_access")
    assert (asked["verdict"], asked["rules"], asked["recorded"]) == ("permitted", ["assist-criminal-by-judge"], True)
    name = asked["request"]
    done = office.document("answer", name, "complied", "--by", "Desk 9")
    assert (done["word"], done["contrary"], done["rules"]) == ("complied", False, ["assist-criminal-by-judge"])
    assert [kind for kind, _ in office.entries] == ["asked", "answered"]
    assert office.entries[1][1]["categories"] == ["custody"]
    (listed,) = office.document("list", "--in-state", "complied")["requests"]
    assert listed["request"] == name
    shown = office.document("show", name)
    assert shown["words"]["evidence"]["judge"] == "A Judge"
    assert shown["outcomes"][0]["words"]["by"] == "Desk 9"


def test_an_i205_called_a_warrant(office: Office) -> None:
    """W10: refused, recorded and counted; a judge's warrant opens what it asked for."""
    asked = office.ask("--instrument", "I-205", code=1)
    assert (asked["verdict"], asked["decided_as"]) == ("refused", ["administrative.warrant"])
    assert asked["rules"] == ["assist-administrative-opens-nothing"]
    assert {"purpose": "crim", "authority": "judicial"} in asked["would_change"]
    ((kind, body),) = office.entries
    assert (kind, body["verdict"], body["authority"], body["instruments"], body["counsel"]) == (
        "asked", "refused", "judicial.warrant", ["I-205"], False
    )  # fmt: skip
    said = office.run("answer", asked["request"], "complied", "--by", "Desk 9", code=1)[1]
    assert "the policy in force refuses this request by assist-administrative-opens-nothing" in " ".join(said.split())
    office.document("answer", asked["request"], "refused", "--by", "Desk 9")
    assert [each["state"] for each in office.document("list", "--agency", "us.dhs")["requests"]] == ["refused"]
    assert office.document("list", "--agency", "us.doj")["requests"] == []
    assert office.ask()["verdict"] == "permitted"
    wrong = office.run("certify-nil", f"{clock.today():%Y-%m}", "--by", "superintendent-2019", code=1)[1]
    assert "is not over" in wrong


def test_an_i205_called_a_warrant_at_the_desk_for_permits(office: Office) -> None:
    """The same for who asks for a permit: refused, and counted by an entry of its own."""
    until = (clock.now() + timedelta(hours=2)).isoformat()
    evidence = [word for each in COURT for word in ("--evidence", each)]
    words = (
        "request", "clear/ice_hsi_005", "--by", "Desk 4", "--for", "HSI", "--purpose", "crim.investigation",
        "--authority", "judicial.warrant", "--case", "26-CR-1", "--until", until, "--instrument", "I-205", *evidence,
    )  # fmt: skip
    assert office.run(*words, "--dry-run", code=1, group="permit")
    assert office.entries == []
    said = office.document(*words, code=1, group="permit")
    assert said["error"] == "`I-205` is an instrument of `administrative.warrant`, not of `judicial.warrant`"
    ((kind, body),) = office.entries
    assert (kind, body["agency"], body["decided_as"]) == ("refused", "us.dhs.ice.hsi", ["administrative.warrant"])
    assert "26-CR-1" not in repr(body)


def test_help_is_refused_for_civil_enforcement_and_what_must_stay_open_does(office: Office) -> None:
    """R4, R14, R18."""
    civil = {"purpose": "imm.civil_enforcement", "evidence": ()}
    forms = (
        ("detainer", "administrative.detainer", "I-247A"), ("notification_of_release", "none", ""),
        ("interview", "none", ""), ("facility_use", "administrative.warrant", "I-200"), ("joint_operation", "none", ""),
    )  # fmt: skip
    for kind, authority, form in forms:
        more = ("--instrument", form) if form else ()
        asked = office.ask(*more, kind=kind, authority=authority, code=1, **civil)  # type: ignore[arg-type]
        assert "assist-civil-immigration-refused" in asked["rules"]
    clarify = {"kind": "clarification", "purpose": "clarify_nature_of_hit", "authority": "none", "evidence": ()}
    assert office.ask(**clarify)["rules"] == ["assist-clarify"]  # type: ignore[arg-type]
    office.ask("--category", "custody", code=1, **clarify)  # type: ignore[arg-type]
    status = office.ask(
        "--category", "citizenship_immigration_status", kind="data_access", purpose="imm.status_exchange_1373",
        authority="statute.8usc1373", evidence=("citation=8 USC 1373",),
    )  # fmt: skip
    assert status["rules"] == ["assist-status-exchange"]
    assert len(office.entries) == len(forms) + 3


def test_what_a_court_did_not_sign_whole_goes_to_counsel(office: Office) -> None:
    asked = office.ask(code=1, evidence=COURT[2:])
    assert (asked["verdict"], asked["counsel"], asked["missing"]) == ("refused", True, ["issuing_court", "judge"])
    assert len(office.document("list", "--in-state", "counsel")["requests"]) == 1
    mended = office.ask("--supersedes", asked["request"])
    assert (mended["verdict"], mended["counsel"]) == ("permitted", False)
    states = [each["state"] for each in office.document("list")["requests"]]
    assert sorted(states) == ["open", "superseded"]


def test_a_body_that_shares_more_decides_otherwise(tmp_path: Path) -> None:
    office = signed(tmp_path, other=True)
    asked = office.ask(
        "--instrument", "I-247A", kind="detainer", purpose="imm.civil_enforcement", evidence=(),
        authority="administrative.detainer",
    )  # fmt: skip
    assert (asked["verdict"], asked["rules"]) == ("permitted", ["assist-immigration"])
    moved = ("--transferred", clock.now().isoformat(), "--transferred-to", ERO)
    assert office.document("answer", asked["request"], "complied", "--by", "Desk 9", *moved)["contrary"] is False


def table(office: Office, rows: int, path: Path, **change: str) -> Path:
    header = office.run("template")[0].strip().split(",")
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        for number in range(rows):
            day = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=number % 8000)
            writer.writerow({
                "source": f"log-{number}", "received": day.isoformat(), "kind": "detainer", "on_behalf_of": ERO,
                "asked_by": "=cmd|'/C calc'!A0", "purpose": "imm.civil_enforcement", "case": "",
                "authority": "judicial.warrant", "instrument": "I-247A",
                "lapses": (day + timedelta(days=2)).isoformat(),
            } | change)  # fmt: skip
    return path


def test_a_table_in_entries_out_and_twice_is_once(office: Office, tmp_path: Path) -> None:
    file = table(office, 10_000, tmp_path / "log.csv")
    dry = office.document("import", str(file), "--by", "Desk 4", "--dry-run")
    assert (dry["recorded"], dry["verdicts"]["refused"]) == (False, 10_000)
    assert office.entries == []
    began = clock.now()
    done = office.document("import", str(file), "--by", "Desk 4")
    assert (done["added"], done["known"], done["verdicts"]["refused"]) == (10_000, 0, 10_000)
    assert clock.now() - began < timedelta(seconds=40)
    again = office.document("import", str(file), "--by", "Desk 5")
    assert (again["added"], again["known"]) == (0, 10_000)
    kinds = [kind for kind, _ in office.entries]
    assert kinds == ["asked"] * 10_000
    assert {tuple(body["decided_as"]) for _, body in office.entries} == {("administrative.detainer",)}
    target = tmp_path / "out.csv"
    office.run("list", "--since", "2025-03-01", "--before", "2025-04-01", "--out", str(target))
    with target.open() as exported:
        months = {row["received"][:7] for row in csv.DictReader(exported)}
    assert months == {"2025-03"}


def test_a_table_with_problems_is_not_taken_in_at_all(office: Office, tmp_path: Path) -> None:
    file = table(office, 3, tmp_path / "log.csv")
    text = file.read_text().replace("log-1,2025-01-01T01:00:00+00:00,detainer", "log-1,soon,detaner")
    file.write_text(text)
    said = office.document("import", str(file), "--by", "Desk 4", code=2)
    assert said["problems"] == [
        {"row": 3, "column": "received", "message": "`soon` is not a time: write it as 2026-01-31T12:00:00Z"}
    ]
    told = office.run("import", str(file), "--by", "Desk 4", code=2)[1]
    assert "row 3, column `received`" in told
    assert office.entries == []


def test_a_nil_period_is_certified_and_can_be_checked_with_stock_tools(office: Office, tmp_path: Path) -> None:
    now = clock.now()
    old = datetime(now.year - 1, 5, 5, tzinfo=UTC)
    office.ask("--instrument", "I-205", received=old.isoformat(), lapses=(old + timedelta(days=2)).isoformat(), code=1)
    repository = read_repository(office.policy)
    official = next(o for o in repository.officials.values() if "attest" in o.roles)
    key = str(office.folder / official.id)
    by = ("--by", official.id)
    refused = office.run("certify-nil", str(now.year - 1), *by, "--key", key, code=1)[1]
    assert f"1 request was received in {now.year - 1}" in refused
    name = f"{now.year - 1}-Q1"
    assert office.document("certify-nil", name, *by, "--dry-run")["recorded"] is False
    stranger = next(path for path in office.folder.glob("*.pub") if path.stem != official.id).with_suffix("")
    assert "certificate" in office.run("certify-nil", name, *by, "--key", str(stranger), code=2)[1]
    done = office.document("certify-nil", name, *by, "--key", key)
    assert [kind for kind, _ in office.entries] == ["asked", "certified"]
    (tmp_path / "signers").write_text(allowed_signers(repository.officials))
    (tmp_path / "sig").write_text(done["signature"])
    command = [
        "ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "signers"), "-I", official.id, "-n", "recuse-attest@v1",
        "-s", str(tmp_path / "sig"),
    ]  # fmt: skip
    subprocess.run(command, input=done["certificate"].encode(), check=True, capture_output=True)
    late = datetime(now.year - 1, 2, 2, tzinfo=UTC)
    office.ask(received=late.isoformat(), lapses=(late + timedelta(days=2)).isoformat(), kind="interview")
    (mismatch,) = office.document("list", code=1)["mismatches"]
    assert mismatch["about"] == name
    assert "certified as nil, and 1 request received in it is recorded" in mismatch["message"]


def test_a_report_counts_what_the_ledger_has_and_a_copy_is_enough(office: Office, tmp_path: Path) -> None:
    """Figures lead to ids, the checkpoint is the ledger's own, and erasing changes nothing."""
    year, name = f"{clock.now():%Y}", office.ask("--instrument", "I-205", code=1)["request"]
    office.run("answer", name, "refused", "--by", "Desk 9")
    other = office.ask(kind="interview")["request"]
    found = office.document("report", year, "--rows", "kind")
    assert [(each["row"], each["column"], each["requests"]) for each in found["cells"]] == [
        ("custody_transfer", "refused", [name]), ("interview", "open", [other]),
    ]  # fmt: skip
    assert (found["total"], found["over"]) == (2, False)
    (of,) = found["records"]
    assert of == {"record": "acts", "entries": 3, "checkpoint": verify_ledger(office.policy / ".ledger").checkpoint}
    office.run("erase", name)
    copy = shutil.copytree(office.policy / ".ledger", tmp_path / "copy")
    again = office.document("report", year, "--rows", "kind", "--ledger", str(copy))
    assert again["cells"] == found["cells"]
    told = office.run("report", year, "--rows", "kind", "--out", str(tmp_path / "asked.csv"))[0]
    assert "2 requests of" in told
    assert (tmp_path / "asked.csv").read_bytes().splitlines() == [
        b"kind,refused,open,total", b"custody_transfer,1,0,1", b"interview,0,1,1", b"total,1,1,2",
    ]  # fmt: skip
    shown = office.run("report", year, "--rows", "kind")[0]
    assert "figures will grow" in shown
    assert "custody_transfer" in shown
    assert office.document("report", year, "--permits")["total"] == 0


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("soon",), "`soon` is no period"),
        (("2026", "--rows", "kin"), "`kin` is no particular remedy did you mean `kind`?"),
        (("2026", "--permits", "--rows", "kind"), "`kind` is no particular"),
        (("2026", "--rows", "outcome"), "rows and columns are both `outcome` remedy name two particulars"),
        (("2026", "--ledger", "nowhere"), "there is no ledger in `nowhere`"),
    ],
)
def test_a_report_that_cannot_be_made_is_refused_in_a_sentence(
    whole: Office, said: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("kept")
    printed, wrong = whole.run("report", *said, "--out", "t.csv", code=2)
    assert printed == ""
    assert told in " ".join(wrong.split())
    assert (tmp_path / "t.csv").read_text() == "kept"


def test_words_are_erased_and_the_count_stays(office: Office) -> None:
    asked = office.ask("--note", "5 High Street")
    assert office.document("show", asked["request"])["words"]["note"] == "5 High Street"
    office.document("erase", asked["request"])
    assert office.document("show", asked["request"])["words"] is None
    kept = "".join(path.read_text() for path in (office.policy / ".ledger" / "assistance").iterdir() if path.is_file())
    assert "High Street" not in kept
    assert office.document("list")["requests"][0]["request"] == asked["request"]
    assert [kind for kind, _ in office.entries] == ["asked", "erased"]


def test_the_shared_state_keeps_requests_too(office: Office, state: State) -> None:
    at = ("--state", state.dsn)
    asked = office.ask(*at)
    assert office.document("withdraw", asked["request"], "--by", "Desk 4", *at)["word"] == "withdrawn"
    assert [each["state"] for each in office.document("list", *at)["requests"]] == ["withdrawn"]
    assert not (office.policy / ".ledger" / "assistance").exists()
    assert "is recorded and not kept" in office.document("list", code=1)["mismatches"][0]["message"]


def test_people_read_sentences(office: Office) -> None:
    asked = office.ask("--instrument", "I-205", code=1)
    shown = " ".join(office.run("show", asked["request"])[0].split())
    assert "refused by assist-administrative-opens-nothing" in shown
    assert "decided as administrative.warrant, not as judicial.warrant: the instrument's type says so" in shown
    assert "would be permitted for crim under judicial" in shown
    assert asked["request"] in office.run("list")[0]
    assert "there is no request `none`" in office.run("show", "none", code=2)[1]
