"""`recuse content`, on a folder on the disk: exit codes, what is written, and that nothing is by a refusal."""

import io
import json
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from recuse import cli, clock
from recuse.cli import console
from recuse.content.folder import read_content
from recuse.content.states import standing
from recuse.operations import review_subjects
from tests.content_texts.texts import CONTENT, LANGUAGES, content_files, hardened
from tests.unit.content.example import COMMITMENT, DAY, SPANISH, changed, example
from tests.unit.content.test_folder import write
from tests.unit.content.test_level import HARD
from tests.unit.policy.conftest import FIXTURE

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    write(tmp_path, example())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clock, "today", lambda: DAY)
    monkeypatch.setattr(console.out, "width", 200)

    def content(*arguments: str) -> tuple[int, str]:
        out = io.StringIO()
        monkeypatch.setattr(sys, "argv", ["recuse", "content", *arguments])
        with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as left:
            cli.main()
        return int(left.value.code or 0), out.getvalue()

    return content


def loaded(run: Run, *arguments: str) -> dict[str, Any]:
    found = json.loads(run(*arguments, "--format", "json")[1])
    assert isinstance(found, dict)
    return found


def test_check(run: Run) -> None:
    code, text = run("check")
    assert code == 1
    for line in ("Who may see what in Exampleton", "2 right records, 1 translation, 2 legal facts, 6 names, 1 word",
                 "missing in es: right record `court-promise`", "withheld: unreviewed: 2 texts"):  # fmt: skip
        assert line in text
    found = loaded(run, "check")
    assert [(each["id"], each["language"], each["state"]) for each in found["texts"]] == [
        ("home-warrant", "en", "shown with warnings"), ("home-warrant", "es", "withheld"),
        ("court-promise", "en", "withheld"), ("court-promise", "es", "withheld"),
    ]  # fmt: skip


def test_check_of_a_demonstration_in_english(run: Run, tmp_path: Path) -> None:
    write(tmp_path, changed(("site.toml", "demonstration = false", "demonstration = true"),
                            ("site.toml", '["en", "es"]  ', '["en"]  ')))  # fmt: skip
    code, text = run("check")
    assert (code, "a demonstration" in text) == (0, True)


def test_check_tells_what_is_hard_to_read(run: Run, tmp_path: Path) -> None:
    hard = "Notwithstanding administrative determinations, documentation constitutes jurisdictional authorization."
    write(tmp_path, changed((COMMITMENT, "The city answers you within 30 days.", hard)))
    code, text = run("check")
    assert code == 1
    assert "hard to read in en: court-promise: school grade" in text
    assert "at most 8.0 (Flesch–Kincaid)" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_of_the_demo_stops_a_hard_text_in_every_language(run: Run, tmp_path: Path, language: str) -> None:
    files = hardened(content_files(), "home-silence", language, HARD[language])
    write(tmp_path / "demo", {file: raw.encode() for file, raw in files.items()})
    code, text = run("check", "-c", "demo")
    assert code == 1
    assert re.findall("hard to read in (.*?): (.*?): ", text) == [(language, "home-silence")]
    write(tmp_path / "demo", {file: raw.encode() for file, raw in content_files().items()})
    assert run("check", "-c", "demo")[0] == 0


def test_check_with_the_policy_tells_its_ids_without_a_name(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "demo", {file: raw.encode() for file, raw in content_files().items()})
    assert run("check", "-c", "demo", "-r", str(CONTENT.parent / "policy"))[0] == 0
    code, text = run("check", "-c", "demo", "-r", str(FIXTURE))
    assert code == 1
    assert "missing in pl: agency `fed.homeland.border.removal`" in text
    code, text = run("check", "-c", "demo", "-r", "nowhere")
    assert (code, "not a folder" in text) == (2, True)


def test_problems_are_told_together(run: Run, tmp_path: Path) -> None:
    write(tmp_path, changed(("site.toml", "demonstration = false", "demo = false"), (COMMITMENT, "order = 10", "")))
    code, text = run("check")
    assert code == 2
    assert "site.toml" in text
    assert f"{COMMITMENT}:1: missing key `order`" in text


def test_due(run: Run) -> None:
    code, text = run("due")
    assert (code, "never reviewed" in text) == (1, True)
    found = loaded(run, "due", "--on", "2027-03-01")
    assert found["on"] == "2027-03-01"
    assert [each["state"] for each in found["due"]][:3] == ["overdue", "overdue", "overdue"]
    code, text = run("due", "--on", "tomorrow")
    assert (code, "`tomorrow` is not a day" in text) == (2, True)


def test_a_review_from_showing_to_being_shown(run: Run, tmp_path: Path) -> None:
    shown = loaded(run, "show", "home-warrant", "-l", "es")
    assert (shown["state"], shown["label"]) == ("withheld", "translated by a machine, not reviewed")
    words = ("home-warrant", "-l", "es", "--name", "Ana Ejemplo", "--role", "reviewer")
    before = (tmp_path / SPANISH).read_bytes()
    code, text = run("reviewed", *words, "--text-sha256", shown["text_sha256"], "--dry-run")
    assert (code, "would write: rights/home/home-warrant.es.toml" in text) == (0, True)
    assert text.index("En la puerta") < text.index("would write")
    assert (tmp_path / SPANISH).read_bytes() == before
    written = loaded(run, "reviewed", *words, "--text-sha256", shown["text_sha256"])
    assert (written["done"], written["on"]) == (True, "2026-11-28")
    found = standing(read_content(tmp_path), "home-warrant", "es", DAY)
    assert (found.state, found.label) == ("shown with warnings", "translated by a machine, reviewed by Ana Ejemplo")


def test_a_stale_digest_is_refused_and_nothing_written(run: Run, tmp_path: Path) -> None:
    digest = loaded(run, "show", "court-promise")["text_sha256"]
    write(tmp_path, changed((COMMITMENT, "within 30 days", "within 3 days")))
    before = (tmp_path / COMMITMENT).read_bytes()
    words = ("court-promise", "--name", "Ada Example", "--role", "counsel", "--text-sha256", digest)
    code, text = run("reviewed", *words)
    assert (code, "is not that of this text" in text) == (1, True)
    assert (tmp_path / COMMITMENT).read_bytes() == before
    assert run("reviewed", *words[:2], "machine", *words[3:])[0] == 2


def test_the_reviewer_sets_the_days(run: Run, tmp_path: Path) -> None:
    days = ("--as-of", "2026-11-20", "--review-by", "2027-05-31")
    code, text = run("show", "court-promise", *days)
    assert code == 0
    digest = text.partition("text_sha256: ")[2].split()[0]
    assert digest == loaded(run, "show", "court-promise", *days)["text_sha256"]
    words = ("court-promise", "--name", "Ada Example", "--role", "counsel", "--text-sha256", digest)
    assert run("reviewed", *words)[0] == 1
    code, text = run("reviewed", *words, *days, "--on", "2026-11-21")
    assert (code, "written: rights/court/court-promise.toml" in text) == (0, True)
    record = read_content(tmp_path).rights["court-promise"]
    assert (record.as_of, record.review_by, record.reviewed[0].on) == (
        date(2026, 11, 20), date(2027, 5, 31), date(2026, 11, 21)
    )  # fmt: skip


def test_no_such_text(run: Run) -> None:
    code, text = run("show", "home-door")
    assert (code, "there is no right record `home-door`" in text) == (2, True)


def test_recuse_review_finds_the_day_of_a_text() -> None:
    raw = example()[COMMITMENT]
    assert "to be looked at by 2027-02-28" in [*review_subjects._file(COMMITMENT, raw, DAY)]
    assert "to be looked at by 2027-02-28, which has passed" in [
        *review_subjects._file(COMMITMENT, raw, date(2027, 3, 1))
    ]
