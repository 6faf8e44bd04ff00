"""The ledger says what the record of decisions was, and a record that was rewritten is told apart by that alone."""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from recuse.errors import InputError, LedgerError
from recuse.ledger import JSON, create_ledger, encode, open_ledger, read_entries, verify_ledger
from recuse.operations import binding
from recuse.operations.binding import bind, check_binding
from tests.console.world import NOW
from tests.serve.world import PROGRAM

ORIGIN = "records.example/recuse/decisions"
DAY = timedelta(days=1)


def decided(first: int, count: int, caller: str = "portal") -> list[bytes]:
    return [encode("decided", NOW, {"evaluation": f"e-{n}", "caller": caller}) for n in range(first, first + count)]


def more(record: Path, first: int, count: int) -> None:
    with open_ledger(record) as writer:
        writer.append(decided(first, count))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """With three checkpoints of the record beside it: at 5, 12 and 13 entries of 20."""
    create_ledger(tmp_path / "ledger", "records.example/recuse").close()
    create_ledger(tmp_path / "record", ORIGIN).close()
    first = 0
    for day, count in enumerate((5, 7, 1)):
        more(tmp_path / "record", first, count)
        assert bind(tmp_path / "ledger", tmp_path / "record", NOW + day * DAY)
        first += count
    more(tmp_path / "record", first, 7)
    return tmp_path / "ledger"


@pytest.fixture
def record(ledger: Path) -> Path:
    return ledger.parent / "record"


def test_a_record_that_only_grew_agrees(ledger: Path, record: Path) -> None:
    found = check_binding(ledger, record)
    assert [(each.number, each.size) for each in found.bound] == [(0, 5), (1, 12), (2, 13)]
    assert (found.size, found.note) == (20, verify_ledger(record).checkpoint)
    assert found.bound[2].at == NOW + 2 * DAY


def test_a_folder_without_a_ledger_is_named(ledger: Path, record: Path, tmp_path: Path) -> None:
    for given, what in (((tmp_path / "no", record), "ledger"), ((ledger, tmp_path / "no"), "record of decisions")):
        with pytest.raises(InputError, match=f"`.*/no` is no folder of a {what}"):
            bind(*given, NOW)
    assert not (tmp_path / "no").exists()


@pytest.fixture(params=[1, 3, 1000])
def in_steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "_STEP", request.param)


def anew(record: Path, entries: list[bytes], origin: str = ORIGIN) -> None:
    """Another history, signed and whole by itself."""
    shutil.rmtree(record)
    with create_ledger(record, origin) as writer:
        writer.append(entries)
    assert verify_ledger(record).size == len(entries)


def one_changed(record: Path, entries: list[bytes]) -> None:
    anew(record, [*entries[:12], *decided(12, 1, "nobody"), *entries[13:]])


def one_left_out(record: Path, entries: list[bytes]) -> None:
    anew(record, entries[1:])


def one_put_in(record: Path, entries: list[bytes]) -> None:
    anew(record, [*decided(99, 1), *entries])


def two_changed_places(record: Path, entries: list[bytes]) -> None:
    anew(record, [entries[1], entries[0], *entries[2:]])


def cut_off(record: Path, entries: list[bytes]) -> None:
    anew(record, entries[:12])


def emptied(record: Path, _: list[bytes]) -> None:
    shutil.rmtree(record)
    create_ledger(record, ORIGIN).close()


def of_another(record: Path, entries: list[bytes]) -> None:
    anew(record, entries, "elsewhere.example/decisions")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (one_changed, "entry 2 of the ledger .* its first 13 entries are others now"),
        (one_left_out, "entry 0 of the ledger .* its first 5 entries are others now"),
        (one_put_in, "entry 0 of the ledger"),
        (two_changed_places, "entry 0 of the ledger"),
        (cut_off, "entry 2 of the ledger .* it holds 12 entries now"),
        (emptied, "it holds 0 entries now"),
        (of_another, "it is of `elsewhere.example/decisions` now"),
    ],
)
@pytest.mark.usefixtures("in_steps")
def test_a_record_that_was_rewritten_is_found(
    ledger: Path, record: Path, fault: Callable[..., None], told: str
) -> None:
    fault(record, [*read_entries(record)])
    with pytest.raises(LedgerError, match=told):
        check_binding(ledger, record)
    before = read_entries(ledger)
    with pytest.raises(LedgerError, match=told):
        bind(ledger, record, NOW + 9 * DAY)
    assert read_entries(ledger) == before, "nothing new is said of it"


def test_what_no_checkpoint_covers_can_still_change_unseen(ledger: Path, record: Path) -> None:
    """Why it is written daily."""
    anew(record, [*read_entries(record)[:13], *decided(13, 7, "nobody")])
    assert check_binding(ledger, record).size == 20


def test_one_that_cannot_be_compared_is_found(ledger: Path, record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the tests: without the comparison of roots a changed entry goes unseen."""
    one_changed(record, [*read_entries(record)])
    monkeypatch.setattr(binding, "_compare", lambda *_: None)
    assert check_binding(ledger, record).size == 20


@pytest.mark.parametrize(
    "body", [{}, {"origin": ORIGIN, "size": -1, "root": ""}, {"origin": 1, "size": 1, "root": "x"}]
)
def test_an_entry_that_says_no_checkpoint_is_told(ledger: Path, record: Path, body: dict[str, JSON]) -> None:
    with open_ledger(ledger) as writer:
        writer.append([encode("decisions_checkpoint", NOW, body)])
    with pytest.raises(LedgerError, match="entry 3 of the ledger says no checkpoint"):
        check_binding(ledger, record)


def test_it_is_written_once_in_an_interval_and_only_when_there_is_more(ledger: Path, record: Path) -> None:
    at = NOW + 2 * DAY
    assert bind(ledger, record, at + timedelta(hours=23), DAY) is None
    done = bind(ledger, record, at + DAY, DAY)
    assert done
    assert (done.number, done.size) == (3, 20)
    assert bind(ledger, record, at + 5 * DAY, DAY) is None, "the record has not grown"


def recuse(*words: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, check=False)


def test_the_verbs(ledger: Path, record: Path) -> None:
    bound = recuse("ledger", "bind", ledger, record, "--every", "0", "--format", "json")
    assert json.loads(bound.stdout)["bound"]["size"] == 20
    assert "nothing to write" in recuse("ledger", "bind", ledger, record).stdout
    whole = json.loads(recuse("ledger", "verify", ledger, "--record", record, "--format", "json").stdout)
    assert whole["record"] == {"size": 20, "bound": [{"entry": n, "size": s} for n, s in enumerate((5, 12, 13, 20))]}
    assert "the record agrees with 4 checkpoints" in recuse("ledger", "verify", ledger, "--record", record).stdout
    assert "not bound" in recuse("ledger", "verify", record, "--record", record).stdout
    one_changed(record, [*read_entries(record)])
    for words in (("verify", ledger, "--record", record), ("bind", ledger, record)):
        done = recuse("ledger", *words)
        assert done.returncode == 2
        assert "the record is not what entry" in done.stderr
    assert recuse("ledger", "verify", ledger).returncode == 0
