"""The journal: what of it survives a crash, what damage is told, and the sentence that it makes with the ledger."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recuse import clock
from recuse.errors import LedgerError
from recuse.ledger import Ledger, create_ledger, encode
from recuse.ledger.files import Files
from recuse.operations import record
from recuse.operations.journal import FILE, Journal, read_journal, stopped

PLAN = "ab" * 32


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with record.open_or_create(tmp_path / "ledger", "example.org/ledger") as opened:
        yield opened


@pytest.fixture
def folder(ledger: Ledger, tmp_path: Path) -> Path:
    """With an apply of two systems planned in it."""
    for system, severs in (("north", ["app", "ghost"]), ("south", [])):
        body: dict[str, Any] = {"system": system, "plan_sha256": PLAN, "severs": severs}
        ledger.append([encode("planned", clock.now(), body)])
    return tmp_path / "ledger"


def noted(folder: Path) -> None:
    with Journal.open(folder, PLAN) as journal:
        journal.note("north", "apply", "begun")
        journal.note("north", "cut", "done")
        journal.note("north", "shape", "done", 3, 9)
        journal.note("north", "apply", "failed")


def test_what_was_noted_is_read_and_git_does_not_keep_it(folder: Path) -> None:
    noted(folder)
    marks = read_journal(folder)
    assert [(m.step, m.outcome, m.batch, m.of) for m in marks] == [
        ("apply", "begun", 0, 0), ("cut", "done", 0, 0), ("shape", "done", 3, 9), ("apply", "failed", 0, 0),
    ]  # fmt: skip
    assert FILE in (folder / ".gitignore").read_text().split()


def test_the_sentence_says_where_it_stopped_and_what_is_owed(folder: Path) -> None:
    noted(folder)
    north, south = stopped(folder)
    assert north.startswith("the apply of 2")
    assert north.endswith(
        " stopped after batch 3 of 9 of system `north`; going on from what the database is; sessions of `app`, `ghost` "
        "may be left, which the next apply ends"
    )
    assert " did not come to its end, and the journal does not say where, in the plan of system `south`; " in south
    assert "sessions" not in south
    assert stopped(folder, "north") == (north,)


def test_a_journal_that_is_lost_takes_only_the_place_with_it(folder: Path) -> None:
    assert len(stopped(folder)) == 2
    assert all("the journal does not say where" in sentence for sentence in stopped(folder))


def test_an_apply_that_came_to_its_end_is_not_told(folder: Path, ledger: Ledger) -> None:
    noted(folder)
    for system in ("north", "south"):
        ledger.append([encode("applied", clock.now(), {"system": system})])
    assert stopped(folder) == ()


def test_what_an_earlier_apply_of_the_same_plan_did_does_not_count(folder: Path, ledger: Ledger) -> None:
    noted(folder)
    ledger.append([encode("planned", clock.now(), {"system": "north", "plan_sha256": PLAN, "severs": []})])
    with Journal.open(folder, PLAN) as journal:
        journal.note("north", "apply", "begun")
    (north, _) = stopped(folder)
    assert "stopped before the first step was done of system `north`" in north


def test_a_crash_at_any_byte_loses_at_most_the_last_line(folder: Path) -> None:
    noted(folder)
    whole = (folder / FILE).read_bytes()
    marks = read_journal(folder)
    for length in range(len(whole)):
        (folder / FILE).write_bytes(whole[:length])
        assert read_journal(folder) == marks[: whole[:length].count(b"\n")]
    (folder / FILE).write_bytes(whole + bytes(512))  # a length that was kept before what it counts
    assert read_journal(folder) == marks
    with Journal.open(folder, PLAN) as journal:
        journal.note("north", "apply", "begun")
    assert [m.outcome for m in read_journal(folder)] == ["begun", "done", "done", "failed", "begun"]


def test_any_other_damage_is_told(folder: Path) -> None:
    noted(folder)
    whole = (folder / FILE).read_bytes()
    for place in range(whole.rindex(b"\n", 0, -1)):
        (folder / FILE).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(LedgerError, match=r"line [123] of the journal in `.*` is damaged; move the file"):
            read_journal(folder)


@pytest.mark.parametrize("method", ["append", "sync"])
def test_a_failing_disk_is_told_and_stops_nothing_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """What takes away goes on; before anything is loosened, `check` is asked."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", FILE)

    with Journal.open(folder, PLAN) as journal:
        journal.check()
        monkeypatch.setattr(Files, method, full)
        journal.note("north", "cut", "done")
        with pytest.raises(LedgerError, match="could not use `journal`: no space left on device"):
            journal.check()


def test_each_line_is_durable_before_the_next_step(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for method in ("append", "sync"):
        original = getattr(Files, method)

        def noted(files: Files, *given: Any, original: Any = original, method: str = method) -> None:
            done.append(method)
            original(files, *given)

        monkeypatch.setattr(Files, method, noted)
    with Journal.open(folder, PLAN) as journal:
        done.clear()
        journal.note("north", "cut", "done")
        assert done == ["append", "sync"]


def test_a_new_ledger_has_none(tmp_path: Path) -> None:
    assert stopped(tmp_path / "nothing") == ()
    create_ledger(tmp_path / "new", "example.org/ledger").close()
    assert stopped(tmp_path / "new") == ()
