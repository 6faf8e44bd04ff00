"""`recuse new directive`: at a terminal, from a file and by options; whole or not at all, and never over anything."""

import io
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from recuse import cli
from recuse.directive.document import read_directive
from recuse.directive.drafting import Draft, Head, name_of, render_head
from recuse.errors import InputError, PolicyError, RepositoryError
from recuse.model import LegalBasis
from recuse.operations.drafting import read_answers, repository_files, write_draft
from recuse.policy.drafting import fit
from recuse.policy.plain import Branches, PlainRule, Terms, to_rules
from recuse.policy.repository import read_repository

FIXTURE: Final = Path(__file__).parents[1] / "fixtures/policy"
OLD: Final = "2019-07-12-civil-immigration"
PROGRAM: Final = Path(sys.executable).with_name("recuse")
ANSWERS: Final = """\
format = 1
title = "Arrests: who reads them"
id = "2026-02-01-arrests"
issued = 2026-02-01
effective = 2026-02-02T00:00:00Z
directed_by = "mayor-2019"
supersedes = []
stage = "enforce"
counsel = ""
legal_basis = [{ citation = "8 USC 1373", status = "not checked", checked_on = 2026-01-15 }]

[[rule]]
id = "arrests-read"
may = true
does = ["read", "update"]
agencies = ["st.riverton.police"]
categories = ["=arrest_record"]
purposes = ["own"]
authorities = ["=official_duty"]
[rule.unless]
marked = ["sealed"]
serving = ["fed.homeland.border"]
"""
RULE: Final = PlainRule(
    "arrests-read",
    "permit",
    ("read", "update"),
    Terms(
        agencies=Branches(("st.riverton.police",)),
        categories=Branches(alone=("arrest_record",)),
        purposes=Branches(("own",)),
        authorities=Branches(alone=("official_duty",)),
    ),
    unless=Terms(marked=("sealed",), serving=("fed.homeland.border",)),
)


@dataclass
class Office:
    """A policy repository, and the program run on it."""

    policy: Path

    @property
    def directives(self) -> list[str]:
        """Everything in the folder of directives, hidden or not."""
        return sorted(path.name for path in (self.policy / "directives").iterdir())

    def answers(self, text: str = ANSWERS) -> str:
        path = self.policy.parent / "answers.toml"
        path.write_text(text)
        return str(path)

    def run(self, *words: str) -> tuple[int, Any, str]:
        """The exit code, the document and what was said, without a terminal."""
        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["recuse", "new", "directive", "-r", str(self.policy), *words])
            patch.setattr(sys, "stdin", io.StringIO())
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
        document = json.loads(out.getvalue()) if "json" in words else None
        return code, document, " ".join((out.getvalue() + err.getvalue()).split())


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(Path(shutil.copytree(FIXTURE, tmp_path / "policy")))


# --- a file, and options ---


def test_a_file_of_answers_makes_a_draft_that_can_be_planned(office: Office) -> None:
    code, document, _ = office.run("--from", office.answers(), "--format", "json")
    assert code == 0
    assert document["folder"] == str(office.policy / "directives/2026-02-01-arrests")
    assert document["beside"] == [OLD]
    assert document["sentences"][0].startswith("arrests-read: Riverton Police Department (fictional) with the agencies")
    found = read_directive(office.policy / "directives/2026-02-01-arrests")
    assert (found.signature, found.directive.cedar_sha256, found.directive.policy_sha256) == (None, "CEDAR", "POLICY")
    assert found.directive.legal_basis == (LegalBasis("8 USC 1373", "not checked", date(2026, 1, 15)),)
    assert found.directive.effective == datetime(2026, 2, 2, tzinfo=UTC)
    assert to_rules(found.directive.cedar) == (RULE,)
    assert read_repository(office.policy).directives.keys() == {OLD, "2026-02-01-arrests"}


def test_options_count_before_the_file(office: Office) -> None:
    options = ("--id", "other", "--title", "Other", "--supersedes", OLD, "--begin-with", OLD, "--stage", "observe")
    more = ("--effective", "2026-03-01T00:00:00Z", "--legal-basis", "none", "--counsel", "none")
    code, document, _ = office.run("--from", office.answers(), *options, *more, "--format", "json")
    assert code == 0
    found = read_directive(office.policy / "directives/other").directive
    assert (found.title, found.supersedes, found.stage, found.legal_basis) == ("Other", (OLD,), "observe", ())
    old = read_repository(office.policy).directives[OLD].directive
    assert found.cedar.startswith(old.cedar.strip())
    assert [rule.id for rule in to_rules(found.cedar)] == [*(rule.id for rule in to_rules(old.cedar)), "arrests-read"]
    assert document["beside"] == []


def test_options_alone_are_enough(office: Office) -> None:
    rules = office.policy.parent / "rules.cedar"
    rules.write_text('// Nobody.\n@id("nobody") forbid (principal, action, resource);\n')
    code, document, said = office.run(
        "--title", "Nobody — nothing", "--directed-by", "mayor-2019", "--supersedes", "none", "--stage", "canary",
        "--canary-account", "blotter/records_app", "--legal-basis", "MCC 2-173 | not checked | 2026-01-15",
        "--cedar", str(rules), "--format", "json", "--step-back-until", "2026-12-31",
    )  # fmt: skip
    assert code == 0, said
    assert document["directive"].endswith("-nobody-nothing")
    found = read_directive(Path(document["folder"])).directive
    assert found.cedar == rules.read_text()
    assert (found.stage, found.canary_accounts, found.step_back_until) == (
        "canary", ("blotter/records_app",), date(2026, 12, 31)
    )  # fmt: skip


def test_a_dry_run_writes_nothing(office: Office) -> None:
    code, _, said = office.run("--from", office.answers(), "--dry-run")
    assert (code, office.directives) == (0, [OLD])
    assert "not written: this was a dry run" in said
    assert 'supersedes = [] stage = "enforce"' in said
    assert "may read or change `arrest_record` for the purpose `own` or below it" in said


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"own"', '"owm"', "unknown purpose `owm` (did you mean `own`?)"),
        ('"mayor-2019"', '"mayor-2020"', "unknown official `mayor-2020` (did you mean `mayor-2019`?)"),
        ('id = "arrests-read"', 'id = "sealed"', "rule `sealed` has the `@id` of another rule"),
        ('may = true', 'may = "yes"', "answers.toml:14: `may` must be true or false"),
        ('"update"', '"change"', "answers.toml:15: unknown action `change`"),
        ('"update"', '"interview"', "is about rows and about assistance"),
        ('marked =', 'mark =', "answers.toml:21: unknown key `mark`"),
        ('stage =', 'stages =', "answers.toml:8: unknown key `stages`"),
        ('title = "Arrests: who reads them"', '', "no answer to `title`"),
        ('format = 1', '', "missing key `format`"),
        ('supersedes = []', 'supersedes = ["none"]', "unknown directive `none`"),
        ('"2026-02-01-arrests"', '"../x"', "`../x` cannot name a directive"),
        ('"2026-02-01-arrests"', f'"{OLD}"', "is there already"),
        ("format", "for mat", "answers.toml:1: not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_is_written(office: Office, old: str, new: str, message: str) -> None:
    before = {path: path.read_bytes() for path in office.policy.rglob("*") if path.is_file()}
    assert ANSWERS.count(old) >= 1
    code, _, said = office.run("--from", office.answers(ANSWERS.replace(old, new, 1)))
    assert code == 2
    assert message in said
    assert {path: path.read_bytes() for path in office.policy.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--stage", "later"), "`later` is no stage"),
        (("--effective", "2026-02-02"), "`2026-02-02` has no time zone"),
        (("--legal-basis", "MCC"), "`MCC` is no legal basis"),
        (("--legal-basis", "MCC | not checked | soon"), "`soon` is not a day"),
        (("--begin-with", "nothing"), "there is no directive `nothing` to begin with"),
        (("--cedar", "missing.cedar"), "`missing.cedar` cannot be read"),
        (("--supersedes", "a"), "unknown directive `a`"),
    ],
)
def test_wrong_options_are_told(office: Office, words: tuple[str, ...], message: str) -> None:
    code, _, said = office.run("--from", office.answers(), *words)
    assert (code, office.directives) == (2, [OLD])
    assert message in said


def test_a_directive_without_rules_says_nothing(office: Office) -> None:
    code, _, said = office.run("--from", office.answers(ANSWERS.partition("[[rule]]")[0]))
    assert code == 2
    assert "a directive without rules says nothing" in said


# --- the folder ---

DAY: Final = date(2026, 1, 1)
MOMENT: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HEAD: Final = Head("a-draft", 'A "title" \u202e', DAY, MOMENT, "mayor-2019", "confirm", (), "enforce")


def test_a_head_is_read_back_as_it_was(office: Office) -> None:
    heads = [
        HEAD,
        Head(
            "a-draft", "T", DAY, MOMENT, "mayor-2019", "confirm", (OLD,), "canary",
            ("blotter/records_app",), (LegalBasis("a", "b", date(2026, 1, 3)),) * 2, "chief-2019",
            date(2026, 5, 5),
        ),
    ]  # fmt: skip
    for head in heads:
        draft = Draft(head.id, render_head(head), '@id("x") forbid (principal, action, resource);')
        assert Head.of(fit(repository_files(office.policy), draft).directive) == head
    assert "\u202e" not in render_head(HEAD).decode()


def test_a_draft_is_written_whole_or_not_at_all(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = Draft("a-draft", render_head(HEAD), "")
    write_draft(office.policy, draft)
    for name, data in draft.files.items():
        assert (office.policy / "directives/a-draft" / name).read_bytes() == data
    with pytest.raises(InputError, match="is there already"):
        write_draft(office.policy, draft)
    (office.policy / "directives/linked").symlink_to("nowhere")
    with pytest.raises(InputError, match="is there already"):
        write_draft(office.policy, Draft("linked", b"", ""))

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_draft(office.policy, Draft("b-draft", b"x", ""))
    assert office.directives == [OLD, "a-draft", "linked"]


def test_a_draft_that_never_counts_is_told(office: Office) -> None:
    later = Head("b-draft", "T", DAY, MOMENT, "mayor-2019", "confirm", ("a-draft",), "enforce")
    rules = '@id("x") forbid (principal, action, resource);'
    write_draft(office.policy, Draft("a-draft", render_head(HEAD), rules))
    write_draft(office.policy, Draft("b-draft", render_head(later), rules))
    with pytest.raises(PolicyError, match="is superseded by another directive"):
        fit(repository_files(office.policy), Draft("a-draft", render_head(HEAD), rules))


def test_names_of_folders() -> None:
    day = date(2026, 1, 5)
    assert name_of("Access is ended – for Ä & B!", day) == "2026-01-05-access-is-ended-for-a-b"
    assert name_of("令", day) == "2026-01-05-directive"
    assert len(name_of("word " * 50, day)) <= 72
    assert name_of("w" * 100, day) == f"2026-01-05-{'w' * 60}"


def test_answers_are_read_strictly() -> None:
    with pytest.raises(RepositoryError) as caught:
        read_answers("a.toml", b'format = 1\nstage = "x"\nlegal_basis = [{}]\nunknown = 1\n')
    assert len(caught.value.problems) == 5


# --- a terminal ---


@dataclass
class Terminal:
    """The program at a terminal of its own, with a person who answers each question when it is asked."""

    process: subprocess.Popen[bytes]
    master: int
    seen: str = ""

    @classmethod
    def start(cls, office: Office, *words: str) -> "Terminal":
        master, terminal = pty.openpty()
        process = subprocess.Popen(
            [str(PROGRAM), "new", "directive", "-r", str(office.policy), *words],
            stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
            env=os.environ | {"TERM": "dumb", "COLUMNS": "200", "NO_COLOR": "1"},
        )  # fmt: skip
        os.close(terminal)
        return cls(process, master)

    def until(self, text: str) -> None:
        """Wait until a text has been shown since the last one."""
        end = time.monotonic() + 30
        while text not in self.seen:
            assert time.monotonic() < end, f"`{text}` is not asked; seen: {self.seen[-2000:]}"
            try:
                self.seen += os.read(self.master, 65536).decode()
            except OSError:
                raise AssertionError(f"`{text}` is not asked; seen: {self.seen[-2000:]}") from None
        self.seen = self.seen[self.seen.index(text) + len(text) :]

    def answer(self, pairs: Iterable[tuple[str, str]]) -> None:
        for question, answer in pairs:
            self.until(question)
            self.until("> ")
            os.write(self.master, f"{answer}\n".encode())

    def stop(self) -> None:
        """Press Ctrl-C, and again as a person would: Python keeps one that comes between the prompt and its read."""
        end = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < end:
            os.killpg(self.process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(5)

    def end(self) -> int:
        """The exit code, with everything shown."""
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            if not data:
                break
            self.seen += data.decode()
        os.close(self.master)
        return self.process.wait(30)


TALK: Final = [
    ("What is the directive called?", "Arrests"),
    ("A citation that it rests on", "8 USC 1373"),
    ("Its status, as counsel states it", "not checked"),
    ("On which day was that checked?", "soon"),
    ("`soon` is not a day", "2026-01-15"),
    ("A citation that it rests on", ""),
    ("Who directs it?", "mayor"),
    ("`mayor` is none of these; did you mean `mayor-2019`?", "mayor-2019"),
    ("Counsel who read it", ""),
    ("Which directives does it supersede?", ""),
    ("Up to which stage?", "enforce"),
    ("Its id, which names its folder", OLD),
    (f"`{OLD}` is taken", "arrests"),
    ("Effective from", "2026-02-02T00:00:00Z"),
    ("Until which day may an operator step back?", ""),
    ("Add a rule?", "yes"),
    ("A short name", "sealed"),
    ("another rule is called `sealed`", "arrests-read"),
    ("May somebody do something", "may"),
    ("Do what?", "read, update"),
    ("Who?", "agency:st.riverton.police"),
    ("With which categories of data?", "=arrest_record"),
    ("For which purposes?", "owm"),
    ("there is no purpose `owm`; did you mean `own`?", "own"),
    ("Under which authorities?", "=official_duty"),
    ("Only rows marked", ""),
    ("What is public", "both"),
    ("Only as far as the agreement", "no"),
    ("Except where?", "mark:sealed serving:fed.homeland.border"),
    ("This does not apply to any agency that serves Border Service (fictional) or to rows marked `sealed`.", "yes"),
    ("Add a rule?", "no"),
]


def test_a_person_is_asked_in_plain_words_and_answers_again_what_cannot_be(office: Office) -> None:
    terminal = Terminal.start(office)
    terminal.answer(TALK)
    assert terminal.end() == 0, terminal.seen
    assert "next: recuse plan shows the effect" in " ".join(terminal.seen.split())
    found = read_directive(office.policy / "directives/arrests").directive
    assert to_rules(found.cedar) == (RULE,)
    assert found.legal_basis == (LegalBasis("8 USC 1373", "not checked", date(2026, 1, 15)),)


@pytest.mark.parametrize("after", [1, 12, len(TALK) - 1])
def test_ctrl_c_leaves_nothing(office: Office, after: int) -> None:
    terminal = Terminal.start(office)
    terminal.answer(TALK[:after])
    terminal.until("> ")
    terminal.stop()
    assert terminal.end() == 2
    assert "stopped, and nothing was written" in terminal.seen
    assert office.directives == [OLD]


def test_the_end_of_the_answers_is_told(office: Office) -> None:
    terminal = Terminal.start(office)
    terminal.until("> ")
    os.write(terminal.master, b"\x04")
    assert terminal.end() == 2
    assert "the answers ended before the questions did" in terminal.seen
    assert office.directives == [OLD]


def test_what_was_typed_is_shown_when_the_whole_does_not_fit(office: Office) -> None:
    terminal = Terminal.start(office, "--begin-with", OLD, "--supersedes", "none", "--from", office.answers(SHORT))
    terminal.answer([("Add a rule?", "no")])
    assert terminal.end() == 2
    assert 'title = "Twice"' in terminal.seen
    assert "has the `@id` of another rule" in terminal.seen


SHORT: Final = """\
format = 1
title = "Twice"
id = "twice"
effective = 2026-02-02T00:00:00Z
directed_by = "mayor-2019"
stage = "observe"
counsel = ""
legal_basis = []
"""
