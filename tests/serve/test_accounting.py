"""Who looked at a record, by a real decision point: no name leaves, a delay shows nowhere, tampering is seen."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from recuse import clock
from recuse.ledger import parse_receipt, verify_receipt
from recuse.notes import parse_verifier
from tests.serve.world import CLERK, DECLARED, DETECTIVE, PERSON, Institution, Serving, serving

OTHER: Final = "canary-other-person-88"
CASE: Final = "CANARY-26-CR-77"
NAMES: Final = (
    CLERK,
    DETECTIVE,
    "ice_",
    OTHER,
    CASE,
    DECLARED["case"],
    "canary",
    "CANARY",
    "person-4711",
    "records-app",
)
SETTINGS: Final = """\
format = 1
days = 30
hold_days = 90
reasons = ["investigation"]
[withheld]
category = ["victim_witness"]
"""
CHIEF: Final = "counsel-2016"


@dataclass
class Office:
    """Staff of an institution, at a checkout of its policy in which an official may attest."""

    institution: Institution
    folder: Path

    @property
    def ledger(self) -> Path:
        return self.institution.job.policy / ".ledger"

    def run(self, *words: str, code: int = 0) -> str:
        return self.institution.run(
            "accounting", *words, "-r", str(self.folder / "policy"), *self.places(words), code=code
        )

    def places(self, words: tuple[str, ...]) -> tuple[str, ...]:
        at = () if words[0] == "check" else ("--ledger", str(self.ledger))
        needs = words[0] in ("prepare", "release")
        return (*at, "--decisions", str(self.institution.record)) if needs else at

    def document(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--format", "json", code=code))

    def take_in(self) -> str:
        """A person's request about one record; its id."""
        (self.folder / "found.txt").write_text("clear::records::person=person-4711\n")
        today = clock.today()
        words = [
            "--records",
            str(self.folder / "found.txt"),
            "--from",
            str(today - timedelta(days=1)),
            "--to",
            str(today),
        ]
        words += ["--received", str(today), "--identity", "state identity card", "--seen-by", "canary clerk"]
        return str(
            self.document("new", *words, "--seen-on", str(today), "--by", "canary clerk", "--language", "es")[
                "accounting"
            ]
        )


@pytest.fixture(scope="module")
def running(institution: Institution) -> Iterator[Serving]:
    secret = institution.folder / "marks.key"
    secret.write_text(clock.random_name(64))
    secret.chmod(0o600)
    with serving(institution, institution.state(), more=f'\n[marks]\nsecret_file = "{secret}"\n') as found:
        yield found


@pytest.fixture
def office(institution: Institution, tmp_path: Path) -> Office:
    shutil.copytree(institution.job.policy, tmp_path / "policy", ignore=shutil.ignore_patterns(".*"))
    officials = tmp_path / "policy/officials.toml"
    officials.write_text(officials.read_text().replace('["officer", ', '["officer", "attest", '))
    (tmp_path / "policy/.accounting.toml").write_text(SETTINGS)
    return Office(institution, tmp_path)


def ask(running: Serving, login: str, person: str = OTHER, **context: str) -> str:
    """A program asks about one row, and notes the answer's number beside the record, as its log may."""
    properties = {"sealed": False, "juvenile": False, "note": OTHER, "person_id": person}
    body = {"subject": {"type": "account", "id": f"clear/{login}"}, "action": {"name": "read"},
            "resource": {**PERSON, "properties": properties}, "context": context}  # fmt: skip
    reply = running.post("evaluation", body)
    assert reply.status == 200, reply
    return str(reply.document["context"]["evaluation_id"])


def answered(office: Office, name: str, found: list[str], more: tuple[str, ...] = ()) -> dict[str, str]:
    """Everything that the person is given, by name; prepared by one and released by another."""
    (office.folder / "evaluations.txt").write_text("\n".join(found))
    office.run("prepare", name, "--by", "canary clerk", "--evaluations", str(office.folder / "evaluations.txt"), *more)
    to = office.folder / clock.random_name(8)
    office.run("release", name, "--by", CHIEF, "--key", str(office.institution.folder / CHIEF), "--out", str(to))
    return {path.name: path.read_text() for path in to.iterdir()}


def test_the_answer_of_a_real_record_holds_no_name_and_can_be_checked(running: Serving, office: Office) -> None:
    ask(running, CLERK)  # about somebody else
    found = [ask(running, CLERK), ask(running, DETECTIVE, **DECLARED | {"case": CASE})]
    name = office.take_in()
    files = answered(office, name, found)
    lines = json.loads(files["answer.json"])["lines"]
    assert [(each["agency"], each["purpose"], each["outcome"]) for each in lines] == [
        ("il.chicago.cpd.records", "own.records", "allowed"), ("us.dhs.ice.hsi", "crim.investigation", "denied")
    ]  # fmt: skip
    assert set(files) == {"answer.json", "answer.es.txt", "answer.es.html", "answer.en.txt", "answer.en.html",
                          "recorded.json", "recorded.tlog-proof"}  # fmt: skip
    for file, text in files.items():
        for each in NAMES:
            assert each not in text, f"{each} is in {file}"
    proof = parse_receipt(files["recorded.tlog-proof"])
    key = parse_verifier((office.ledger / "verifier").read_text().strip())
    verify_receipt(proof, files["recorded.json"].encode(), key)
    saved = office.folder / "answer.json"
    saved.write_text(files["answer.json"])
    copies = ("--ledger", str(office.ledger), "--decisions", str(office.institution.record))
    done = office.document("check", str(saved), *copies)
    assert (done["proved"], done["recorded"], done["compared"]) == (2, proof.index, True)
    for old, new in (('"denied"', '"allowed"'), ('"us.dhs.ice.hsi"', '"us.dhs.ice"'), ('"size":', '"size": ')):
        saved.write_text(files["answer.json"].replace(old, new, 1))
        office.run("check", str(saved), *copies, code=2)
    office.institution.run("ledger", "verify", str(office.ledger))
    office.institution.run("ledger", "verify", str(office.institution.record))


def test_what_is_held_back_shows_nowhere_and_is_owed_once_the_delay_ends(running: Serving, office: Office) -> None:
    """Two persons with the same finds but one that is held back for the other: only id and salt differ."""
    seen, hidden = ask(running, CLERK), ask(running, DETECTIVE, **DECLARED | {"case": CASE})
    plain, held = office.take_in(), office.take_in()
    until = str(clock.today() + timedelta(days=30))
    words = ("--by", CHIEF, "--reason", "investigation")
    hold = office.document("hold", "--case", CASE, "--until", until, *words)["hold"]
    said = office.document("prepare", held, "--by", "canary clerk", "--evaluations", str(_listed(office, seen, hidden)))
    assert [each["reason"] for each in said["left_out"]] == ["held_back"]
    with_hold, without = answered(office, held, [seen, hidden]), answered(office, plain, [seen])
    assert with_hold.keys() == without.keys()
    assert [_same(with_hold, each) for each in sorted(with_hold)] == [_same(without, each) for each in sorted(without)]
    assert CASE not in office.institution.run("ledger", "list", str(office.ledger), "--format", "json")
    assert {each["state"] for each in office.document("due")["duties"] if each["accounting"] in (plain, held)} == {
        "answered"
    }
    office.run("hold", "--renew", hold, "--until", str(clock.today() - timedelta(days=1)), *words)
    owed = {each["accounting"]: each["owed"] for each in office.document("due", code=1)["duties"] if each["owed"]}
    assert list(owed) == [held]
    files = answered(office, held, [])
    assert len(json.loads(files["answer.json"])["lines"]) == 2
    assert {each["state"] for each in office.document("due")["duties"] if each["accounting"] == held} == {"answered"}


def _listed(office: Office, *found: str) -> Path:
    path = office.folder / "listed.txt"
    path.write_text("\n".join(found))
    return path


def _same(files: dict[str, str], name: str) -> object:
    """A file without what is each answer's own: its id, salt, digest, signature and the ledger's head of its moment."""
    if name == "answer.json":
        whole = json.loads(files[name])
        for each in whole["covers"]:
            del each["checkpoint"], each["size"], each["last"]
        for each in whole["lines"]:
            del each["proof"]
        return {key: value for key, value in whole.items() if key not in ("accounting", "salt")}
    if name.startswith("recorded"):
        return len(files[name].splitlines()) > 0
    whole, digest = json.loads(files["answer.json"]), json.loads(files["recorded.json"])["body"]["answer_sha256"]
    return files[name].replace(whole["accounting"], "").replace(digest, "")


def test_entries_are_found_by_their_marks_and_by_nobody_without_the_secret(running: Serving, office: Office) -> None:
    """The program says which record it means; the entry shows it to the keeper of the secret, and to nobody else."""
    ask(running, CLERK, "another")
    mine = [ask(running, CLERK, "person-4711"), ask(running, DETECTIVE, "person-4711", **DECLARED)]
    entries = {each["evaluation"]: each for each in office.institution.decisions() if each["kind"] == "decided"}
    assert entries[mine[0]]["record"] != entries[mine[1]]["record"], "two entries about one record share nothing"
    assert "person-4711" not in str(entries)
    name = office.take_in()
    secret, wrong = office.institution.folder / "marks.key", office.folder / "wrong.key"
    wrong.write_text("x" * 40)
    words = ("prepare", name, "--by", "canary clerk", "--dry-run", "--marks")
    assert "can be read by others" in office.document(*words, str(wrong), code=2)["error"]
    wrong.chmod(0o600)
    assert office.document(*words, str(wrong))["found"] == 0
    said = office.document(*words, str(secret))
    assert (said["found"], said["told"], said["prepared"]) == (2, 2, False)
