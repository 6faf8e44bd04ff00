"""What a server process has read of the ledger: each entry once, all that is signed, and nothing that was rewritten."""

from pathlib import Path
from threading import Thread

import pytest

from recuse import clock
from recuse.errors import LedgerError
from recuse.ledger import Entry, create_ledger, decode, encode, open_ledger
from recuse.operations import record
from recuse.serving import entries as reading
from recuse.serving.entries import Entries


def append(folder: Path, count: int, word: str) -> None:
    with open_ledger(folder) as ledger:
        for number in range(count):
            ledger.append([encode("revoked", clock.now(), {"request": f"{word}-{number}", "system": "clear"})])


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    create_ledger(tmp_path / "ledger", "example.org/entries").close()
    append(tmp_path / "ledger", 5, "a")
    return tmp_path / "ledger"


def test_what_was_read_is_what_anybody_reads_and_grows_with_the_ledger(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_STEP", 2)  # more steps than one
    entries, decoded = Entries(ledger), list[bytes]()

    def counted(data: bytes) -> Entry:
        decoded.append(data)
        return decode(data)

    monkeypatch.setattr("recuse.serving.entries.decode", counted)
    assert tuple(entries.now()) == record.entries(ledger)
    append(ledger, 7, "b")
    assert tuple(entries.now()) == tuple(entries.now()) == record.entries(ledger)
    assert len(decoded) == len({*decoded}) == 12, "each once"


def test_threads_read_it_together(ledger: Path) -> None:
    entries, found = Entries(ledger), []
    threads = [Thread(target=lambda: found.append(tuple(entries.now()))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert {*map(len, found)} == {5}
    assert len(found) == 8


def test_what_was_rewritten_is_read_no_more(ledger: Path, tmp_path: Path) -> None:
    entries = Entries(ledger)
    assert len(entries.now()) == 5
    create_ledger(tmp_path / "other", "example.org/entries").close()
    append(tmp_path / "other", 6, "a")
    for name in ("heads", "entries", "key"):
        (ledger / name).write_bytes((tmp_path / "other" / name).read_bytes())
    for _ in range(2):
        with pytest.raises(LedgerError):
            entries.now()
