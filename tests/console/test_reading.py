"""The record is read once, only as far as it is signed, and beside a writer; what was changed in it is not shown."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from recuse.errors import LedgerError
from recuse.ledger import create_ledger, encode, open_ledger, read_entries, verify_ledger
from recuse.ledger.following import Following
from recuse.server.console import PREFIX, Index, index
from tests.console import world
from tests.console.world import NOW


def heads(folder: Path, sizes: Iterator[int] | list[int]) -> Path:
    """A ledger with a head after each of so many entries."""
    with create_ledger(folder, "records.example/recuse") as ledger:
        for size in sizes:
            ledger.append([encode("searched", NOW, {"found": n, "account": f"a/{n}"}) for n in range(size)])
    return folder


@pytest.mark.parametrize("most", [1, 2, 7, 1000])
@pytest.mark.parametrize("sizes", [[], [1], [3, 1, 40, 2, 2], [1] * 30])
def test_in_steps_all_of_it_is_given_once(tmp_path: Path, sizes: list[int], most: int) -> None:
    folder = heads(tmp_path / "ledger", sizes)
    following, given = Following(folder), list[bytes]()
    for _ in range(100):
        more = following.more(most)
        assert all(following.entry(each.offset) == each.data for each in more)
        given += [each.data for each in more]
        assert following.size == len(given)
        if following.size == following.signed:
            break
    assert tuple(given) == read_entries(folder)
    assert following.note == verify_ledger(folder).checkpoint
    assert following.more(most) == ()


def test_beside_a_writer_what_was_added_is_read_and_no_more(tmp_path: Path) -> None:
    folder = heads(tmp_path / "ledger", [5])
    found = Index(folder)
    assert found.catch_up().size == 5
    world.append(folder, [("searched", NOW, {"found": 1})] * 3)
    with (folder / "entries").open("ab") as file:
        file.write(b"\x00\x02{}")  # no head covers it yet
    assert (found.catch_up().size, len(found.offsets)) == (8, 8)
    with (folder / "heads").open("ab") as file:
        file.write(b"head 200 00")  # a record that is being written
    assert found.catch_up().size == 8


def test_a_page_says_how_far_the_record_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heads(tmp_path / "ledger", [10, 10, 10])
    world.matrices(tmp_path / "access.json")
    monkeypatch.setattr(index, "STEP", 10)
    client = TestClient(world.served(tmp_path, patience=0.0))
    assert client.get(f"{PREFIX}/record/export.json").status_code == 503
    page = client.get(f"{PREFIX}/record").text
    assert "The first 20 of 30 entries were read so far" in page
    assert "All of the 20 entries" in page
    assert "still being read" not in client.get(f"{PREFIX}/health").text
    assert client.get(f"{PREFIX}/record/export.json").status_code == 200


# --- what was changed ---


def changed(folder: Path) -> None:
    entries = folder / "entries"
    entries.write_bytes(entries.read_bytes().replace(b'"a/3"', b'"a/9"', 1))


def cut_short(folder: Path) -> None:
    entries = folder / "entries"
    entries.write_bytes(entries.read_bytes()[:-1])


def unsigned(folder: Path) -> None:
    head = folder / "heads"
    note = head.read_bytes()
    head.write_bytes(note[: note.rindex(b"head ")])


def gone(folder: Path) -> None:
    shutil.rmtree(folder)


def another(folder: Path) -> None:
    shutil.rmtree(folder)
    heads(folder, [5, 3])


@pytest.mark.parametrize("fault", [changed, cut_short, gone])
def test_what_is_not_what_was_signed_is_not_shown(tmp_path: Path, fault: object) -> None:
    heads(tmp_path / "ledger", [5])
    assert callable(fault)
    fault(tmp_path / "ledger")
    client = TestClient(world.served(tmp_path))
    for path in ("/record", "/health", "/record/1", "/record/export.csv"):
        answer = client.get(PREFIX + path)
        assert answer.status_code == 503
        assert "what does not verify proves nothing" in answer.text
        assert "a/1" not in answer.text


@pytest.mark.parametrize("fault", [unsigned, gone, another])
def test_a_record_that_was_rewritten_since_is_noticed(tmp_path: Path, fault: object) -> None:
    folder = heads(tmp_path / "ledger", [5, 3])
    found = Index(folder)
    assert found.catch_up().size == 8
    assert callable(fault)
    fault(folder)
    with pytest.raises(LedgerError):
        found.catch_up()


def test_an_entry_is_shown_with_its_exact_bytes(client: TestClient, folder: Path) -> None:
    page = client.get(f"{PREFIX}/record/8").text
    raw = read_entries(folder / "ledger")[8].decode()
    assert raw.replace('"', "&#34;") in page
    assert "<h1>Entry 8: decided</h1>" in page


def test_a_ledger_is_read_without_its_lock(tmp_path: Path) -> None:
    folder = heads(tmp_path / "ledger", [2])
    with open_ledger(folder) as writer:
        writer.append([encode("searched", NOW + timedelta(seconds=1), {"found": 0})])
        assert Index(folder).catch_up().size == 3


def test_a_signed_entry_that_is_none_of_ours_ends_the_index(tmp_path: Path) -> None:
    """Also for who asks again: the entries after it would stand at wrong numbers."""
    folder = heads(tmp_path / "ledger", [3])
    client = TestClient(world.served(tmp_path))
    assert client.get(f"{PREFIX}/record").status_code == 200
    with open_ledger(folder) as ledger:
        ledger.append([encode("searched", NOW, {}), b"{}", encode("searched", NOW, {})])
    for _ in range(2):
        answer = client.get(f"{PREFIX}/record")
        assert (answer.status_code, "The entry is malformed" in answer.text) == (503, True)


def test_what_is_read_while_others_ask_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = heads(tmp_path / "ledger", [50] * 20)
    monkeypatch.setattr(index, "STEP", 10)
    found = Index(folder)
    with ThreadPoolExecutor(8) as pool:
        sizes = {each.result().size for each in [pool.submit(found.catch_up) for _ in range(32)]}
    assert sizes == {1000}
    assert len(found.offsets) == len(found.kinds) == len(found.columns["account"]) == 1000
    assert [found.entry(n)[1].body["found"] for n in range(0, 1000, 50)] == [0] * 20
