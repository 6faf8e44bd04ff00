"""`recuse accounting` on the demonstration's signed policy: two persons, refusals that record nothing, drafts."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from recuse import clock
from recuse.disclosure.answer import written
from recuse.ledger.entry import JSON
from recuse.operations import record
from tests.requests.test_request_verb import Office, office, whole
from tests.serve.test_accounting import SETTINGS

__all__ = ["office", "whole"]  # fixtures
CHIEF: Final = "counsel-2016"
NAMES: Final = ("CANARY", "26-CR-1", "Field office", "A Judge", "Desk 4", "person-4711")


@pytest.fixture
def desk(office: Office) -> Office:
    (office.policy / ".accounting.toml").write_text(SETTINGS)
    (office.folder / "found.txt").write_text("clear::records::person=person-4711\n\n")
    return office


def run(desk: Office, *words: str, code: int = 0) -> str:
    return "".join(desk.run(*words, code=code, group="accounting"))


def document(desk: Office, *words: str, code: int = 0) -> Any:
    return desk.document(*words, code=code, group="accounting")


def new(desk: Office, *more: str, code: int = 0, **changes: str) -> Any:
    today = str(clock.today())
    given = {"records": str(desk.folder / "found.txt"), "from": today, "to": today, "received": today, "seen-on": today,
             "identity": "passport", "seen-by": "Desk 4 CANARY", "by": "Desk 4 CANARY"} | changes  # fmt: skip
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    return document(desk, "new", *words, *more, code=code)


def kinds(desk: Office) -> list[str]:
    return [kind for kind, _ in desk.entries]


def assisted(desk: Office) -> str:
    """A request for assistance about the person, answered; its id."""
    name = str(desk.ask("--category", "custody", "--note", "about CANARY", kind="data_access")["request"])
    desk.run("answer", name, "complied", "--by", "Desk 9")
    return name


def test_a_request_to_people_is_told_without_a_word_of_theirs(desk: Office) -> None:
    request = assisted(desk)
    name = new(desk, "--language", "pl")["accounting"]
    said = document(desk, "prepare", name, "--by", "Desk 4", "--assistance", request)
    assert (said["found"], said["told"], said["left_out"], said["unknown"]) == (2, 2, [], [])
    assert "Staff answered such a request." not in run(desk, "show", name)
    assert "Pracownicy odpowiedzieli na taką prośbę." in run(desk, "show", name)
    out = desk.folder / "given"
    done = document(desk, "release", name, "--by", CHIEF, "--out", str(out))
    assert done["signed"] is False
    whole = json.loads((out / "answer.json").read_text())
    assert [(each["action"], each["outcome"], each["categories"]) for each in whole["lines"]] == [
        ("data_access", "asked", ["custody"]), ("data_access", "complied", ["custody"])
    ]  # fmt: skip
    everything = "".join(path.read_text() for path in out.iterdir())
    for each in NAMES:
        assert each not in everything, each
    assert kinds(desk) == ["asked", "answered", "accounting_asked", "accounting_answered"]
    ledger: JSON = [body for kind, body in desk.entries if kind.startswith("accounting")]
    for each in (*NAMES, "passport", "clear::records::person", '"lines"'):
        assert each not in json.dumps(ledger), each
    again = desk.folder / "again"
    document(desk, "show", name, "--out", str(again))
    assert {path.name: path.read_text() for path in out.iterdir()} == {
        path.name: path.read_text() for path in again.iterdir()
    }


def test_nobody_releases_what_they_prepared_nor_without_the_role(desk: Office) -> None:
    request, name = assisted(desk), new(desk)["accounting"]
    before = kinds(desk)
    out = ("--out", str(desk.folder / "given"))
    assert "has no draft" in run(desk, "release", name, "--by", CHIEF, *out, code=2)
    document(desk, "prepare", name, "--by", f" {CHIEF.upper()} ", "--assistance", request)
    assert "let another person release it" in run(desk, "release", name, "--by", CHIEF, *out, code=1)
    document(desk, "prepare", name, "--by", "Fictional counsel (Demonstration)", "--assistance", request)
    assert "let another person release it" in run(desk, "release", name, "--by", CHIEF, *out, code=1)
    document(desk, "prepare", name, "--by", "Desk 4", "--assistance", request)
    assert "has not the role `attest`" in run(desk, "release", name, "--by", "mayor-2019", *out, code=1)
    assert "no official `nobody`" in run(desk, "release", name, "--by", "nobody", *out, code=2)
    wrong = ("--key", str(desk.folder / "mayor-2019"))
    assert "is signed with a key of `mayor-2019`" in run(desk, "release", name, "--by", CHIEF, *wrong, *out, code=2)
    (desk.folder / "given").mkdir()
    assert "is there already" in run(desk, "release", name, "--by", CHIEF, *out, code=2)
    assert kinds(desk) == before
    assert document(desk, "release", name, "--by", CHIEF, "--dry-run", "--out", str(desk.folder / "x"))["entry"] is None
    assert kinds(desk) == before
    assert not (desk.folder / "x").exists()


def test_a_draft_that_tells_what_is_held_back_since_is_not_released(desk: Office) -> None:
    """Also of a request whose words are kept beside the ledger alone: its case is held back."""
    request, name = assisted(desk), new(desk)["accounting"]
    document(desk, "prepare", name, "--by", "Desk 4", "--assistance", request)
    until = str(clock.today() + timedelta(days=9))
    words = ("hold", "--case", "26-cr-1", "--reason", "investigation", "--until", until, "--by", CHIEF)
    document(desk, *words, "--dry-run")
    assert "held_back" not in kinds(desk)
    document(desk, *words)
    out = ("--out", str(desk.folder / "given"))
    assert "what is to be left out by now" in run(desk, "release", name, "--by", CHIEF, *out, code=1)
    said = document(desk, "prepare", name, "--by", "Desk 4", "--assistance", request)
    assert (said["told"], {each["reason"] for each in said["left_out"]}) == (0, {"held_back"})
    document(desk, "release", name, "--by", CHIEF, *out)
    assert "This answer lists no entry" in (desk.folder / "given/answer.en.txt").read_text()
    for wrong, told in (("acts:99", "there is no entry"), ("acts:2", "says of no record"),
                        ("decisions:1", "a ledger that is not there")):  # fmt: skip
        assert told in run(desk, "hold", "--entry", wrong, *words[3:], code=2)
    assert "without a number" in run(desk, "hold", "--case", " ", *words[3:], code=2)
    late = str(clock.today() + timedelta(days=91))
    assert "later than an entry may be held back" in run(desk, *words[:6], late, "--by", CHIEF, code=1)
    assert "has not the role" in run(desk, *words[:6], until, "--by", "mayor-2019", code=1)
    for path in (desk.policy / ".ledger/accounting").glob("hold-*"):
        path.unlink()
    assert "until then nothing is answered" in run(desk, "prepare", name, "--by", "Desk 4", code=2)


def test_a_draft_is_released_only_if_all_that_it_tells_would_be_told_so_today(desk: Office) -> None:
    """Also of a record of decisions that who releases does not name: nobody could see what of it is held back."""
    request, name = assisted(desk), new(desk)["accounting"]
    decisions, settings = desk.folder / "decisions", desk.policy / ".accounting.toml"
    record.open_or_create(decisions, "records.example/decisions").close()
    words = ("prepare", name, "--by", "Desk 4", "--assistance", request)
    release = ("release", name, "--by", CHIEF, "--out", str(desk.folder / "given"))
    document(desk, *words, "--decisions", str(decisions))
    assert "a record of decisions that is not there" in run(desk, *release, code=2)
    document(desk, *words)
    settings.write_text(SETTINGS + '[told_as.purpose]\n"crim.investigation" = "crim"\n')
    assert "told otherwise" in run(desk, *release, code=1)
    assert "accounting_answered" not in kinds(desk)
    document(desk, *words)
    document(desk, *release)


def test_where_somebody_else_is_concerned_a_person_decides(desk: Office) -> None:
    request, name = assisted(desk), new(desk, "--others")["accounting"]
    found = ("prepare", name, "--by", "Desk 4", "--assistance", request)
    assert document(desk, *found)["told"] == 0
    assert document(desk, *found, "--tell", "acts:1")["told"] == 1
    assert "is not among what was found" in run(desk, *found, "--tell", "acts:2", code=2)


def test_a_draft_is_taken_away_and_an_accounting_is_erased(desk: Office) -> None:
    name = new(desk)["accounting"]
    document(desk, "prepare", name, "--by", "Desk 4")
    document(desk, "discard", name, "--dry-run")
    document(desk, "discard", name)
    assert "has no draft" in run(desk, "discard", name, code=2)
    folder = desk.policy / ".ledger/accounting"
    assert (folder.stat().st_mode & 0o777, (folder / f"{name}.json").stat().st_mode & 0o777) == (0o700, 0o600)
    document(desk, "erase", name, "--dry-run")
    document(desk, "erase", name)
    assert not any("4711" in path.read_text() for path in folder.iterdir())
    assert [each["state"] for each in document(desk, "due")["duties"]] == ["erased"]
    assert "no accounting" in run(desk, "show", name, code=2)
    assert "no accounting" in run(desk, "show", "../key", code=2)


def test_what_cannot_be_taken_in_is_told_and_nothing_is_recorded(desk: Office) -> None:
    assert "holds a number" in new(desk, code=2, identity="passport 1234 5678")["error"]
    assert "not a day" in new(desk, code=2, received="soon")["error"]
    assert "no way to ask" in new(desk, code=2, behalf="friend")["error"]
    (desk.folder / "bad.txt").write_text("person-4711\n")
    told = new(desk, code=2, records=str(desk.folder / "bad.txt"))
    assert "not TYPE=KEY" in told["error"]
    assert "4711" not in str(told)
    assert new(desk, "--dry-run")["recorded"] is False
    assert not (desk.policy / ".ledger").exists()
    (desk.policy / ".accounting.toml").unlink()
    assert "cannot be read" in new(desk, code=2)["error"]


def test_what_is_late_is_told(desk: Office) -> None:
    day = str(clock.today() - timedelta(days=1))
    assert "before the request was received" in new(desk, "--due", day, code=2)["error"]
    assert run(desk, "due").strip() == "no accounting is recorded"
    name = new(desk, "--due", day, received=day)["accounting"]
    (duty,) = document(desk, "due", code=1)["duties"]
    assert (duty["days_left"], duty["late"]) == (-1, True)
    assert re.search(rf"{name} │ open\s+│", run(desk, "due", code=1)), "with its whole id, which every verb asks for"


def test_what_is_in_no_entry_is_told(desk: Office) -> None:
    name, ids = new(desk)["accounting"], desk.folder / "ids.txt"
    ids.write_text("e-none\n")
    secret = desk.folder / "marks.key"
    secret.write_text("x" * 40)
    secret.chmod(0o600)
    marks = ("prepare", name, "--by", "Desk 4", "--marks", str(secret))
    assert "no record of decisions to look for marks in" in run(desk, *marks, code=2)
    said = document(desk, "prepare", name, "--by", "Desk 4", "--evaluations", str(ids), code=1)
    assert said["unknown"] == ["e-none"]
    assert "in no entry" in run(desk, "prepare", name, "--by", "Desk 4", "--evaluations", str(ids), code=1)


def test_an_answer_that_lacks_what_every_answer_has_is_refused_in_a_sentence(desk: Office, tmp_path: Path) -> None:
    request, name = assisted(desk), new(desk)["accounting"]
    document(desk, "prepare", name, "--by", "Desk 4", "--assistance", request)
    document(desk, "release", name, "--by", CHIEF, "--out", str(tmp_path / "given"))
    whole, spoilt = json.loads((tmp_path / "given/answer.json").read_text()), tmp_path / "spoilt.json"
    lines = [{key: value for key, value in each.items() if key != "purpose"} for each in whole["lines"]]
    copy = ("--ledger", str(desk.policy / ".ledger"))
    for each in ({"lines": lines}, {"covers": 3}, {"accounting": None}):
        spoilt.write_bytes(written({key: value for key, value in (whole | each).items() if value is not None}))
        said = run(desk, "check", str(spoilt), *copy, code=2)
        assert "lacks something that every answer has" in said or "not what was recorded" in said


def test_names_for_readers_are_taken_and_others_are_refused(desk: Office, tmp_path: Path) -> None:
    request, name = assisted(desk), new(desk, "--language", "es")["accounting"]
    document(desk, "prepare", name, "--by", "Desk 4", "--assistance", request)
    names = tmp_path / "names.toml"
    names.write_text('format = 1\n[category.custody]\nes = "Detención"\nen = "Custody"\n')
    assert "Tipo de datos: Detención" in run(desk, "show", name, "--names", str(names))
    names.write_text("format = 1\ncategory = 1\n")
    assert "names.toml:2: " in run(desk, "show", name, "--names", str(names), code=2)
    names.write_text('format = 1\n[category.custody]\nes = "Detención"\n')
    assert "missing English" in run(desk, "show", name, "--names", str(names), code=2)
    assert "cannot be read" in run(desk, "show", name, "--names", str(tmp_path / "none"), code=2)
