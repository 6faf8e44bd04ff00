"""The ledger on a real folder: creating, appending, reopening, one writer, receipts, tampering, a killed process."""

import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from recuse.errors import LedgerError
from recuse.ledger import (
    create_ledger,
    inclusion,
    open_ledger,
    parse_receipt,
    read_entries,
    verify_ledger,
    verify_receipt,
)
from recuse.ledger.log import Ledger, create_on, open_on
from recuse.ledger.merkle import EMPTY_ROOT, leaf_hash, tree_root
from recuse.ledger.reading import verify_storage
from recuse.notes import new_signer, parse_verifier
from tests.unit.ledger.disk import PowerLossError, SimulatedDisk

ORIGIN = "example.org/ledger"
ENTRIES = [b"entry %d" % n for n in range(10)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed ledger of ten entries, appended as 1, 2, 3 and 4."""
    with create_ledger(tmp_path / "ledger", ORIGIN) as ledger:
        for first, end in ((0, 1), (1, 3), (3, 6), (6, 10)):
            assert ledger.append(ENTRIES[first:end]) == first
    return tmp_path / "ledger"


def test_a_new_ledger_is_empty_and_signed(tmp_path: Path) -> None:
    with create_ledger(tmp_path / "a" / "b", ORIGIN) as ledger:
        assert (ledger.size, ledger.root) == (0, EMPTY_ROOT)
        assert ledger.checkpoint().startswith(
            f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— {ORIGIN} "
        )
    verified = verify_ledger(tmp_path / "a" / "b")
    assert (verified.origin, verified.size, verified.root) == (ORIGIN, 0, EMPTY_ROOT)
    assert read_entries(tmp_path / "a" / "b") == ()


def test_the_private_key_is_its_owners_alone_and_the_public_one_is_text(folder: Path) -> None:
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    text = (folder / "verifier").read_text()
    assert parse_verifier(text.strip()).name == ORIGIN
    assert sorted(p.name for p in folder.iterdir()) == ["entries", "heads", "key", "lock", "verifier"]


def test_a_key_file_left_by_a_crash_lends_its_rights_to_none(tmp_path: Path) -> None:
    left = tmp_path / "key.new"
    left.write_text("")
    left.chmod(0o666)
    create_ledger(tmp_path, ORIGIN).close()
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_entries_are_kept_as_their_exact_bytes(folder: Path) -> None:
    assert read_entries(folder) == tuple(ENTRIES)
    odd = [b"", b"\n", bytes(65_535), b"\xff\x00"]
    with open_ledger(folder) as ledger:
        assert ledger.append(odd) == 10
        assert ledger.append([]) == 14
        assert (ledger.size, ledger.root) == (14, tree_root([leaf_hash(e) for e in (*ENTRIES, *odd)]))
        told = ledger.checkpoint()
    assert read_entries(folder) == (*ENTRIES, *odd)
    assert verify_ledger(folder).checkpoint == told


def test_an_entry_that_is_too_long_leaves_the_ledger_as_it_was(folder: Path) -> None:
    with open_ledger(folder) as ledger:
        with pytest.raises(LedgerError, match="is too long"):
            ledger.append([b"short", bytes(65_536)])
        assert ledger.append([b"next"]) == 10
    assert read_entries(folder)[10:] == (b"next",)


def test_a_ledger_is_not_made_over_another(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is a ledger already: `key` exists; choose another folder"):
        create_ledger(folder, ORIGIN)
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="the ledger could not use `file`: file exists"):
        create_ledger(tmp_path / "file", ORIGIN)
    with pytest.raises(LedgerError, match="`two words` cannot name a key"):
        create_ledger(tmp_path / "new", "two words")
    assert not (tmp_path / "new").exists()


def test_what_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    for act in (open_ledger, verify_ledger, read_entries):
        with pytest.raises(
            LedgerError, match=r"could not use `verifier`: no such file or directory; check that the path"
        ):
            act(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_second_writer_is_told_so_in_one_sentence(folder: Path) -> None:
    with open_ledger(folder):
        with pytest.raises(LedgerError, match=r"^another process is writing to the ledger in `.*`; wait until"):
            open_ledger(folder)
        assert verify_ledger(folder).size == 10
    open_ledger(folder).close()


def test_a_closed_writer_writes_no_more(folder: Path) -> None:
    ledger = open_ledger(folder)
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerError, match="the ledger's writer has stopped"):
        ledger.append([b"late"])


def test_opening_and_closing_changes_nothing(folder: Path) -> None:
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    open_ledger(folder).close()
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_bytes_that_no_head_covers_are_counted_and_dropped_on_start(folder: Path) -> None:
    with (folder / "entries").open("ab") as file:
        file.write(b"\0\5half")
    assert verify_ledger(folder).unheaded == 6
    assert read_entries(folder) == tuple(ENTRIES)
    open_ledger(folder).close()
    assert verify_ledger(folder).unheaded == 0


def test_a_receipt_holds_offline(folder: Path) -> None:
    verifier = parse_verifier((folder / "verifier").read_text().strip())
    for index, entry in enumerate(ENTRIES):
        receipt = parse_receipt(str(inclusion(folder, index)))
        assert verify_receipt(receipt, entry, verifier).size == 10
    for index in (-1, 10):
        with pytest.raises(LedgerError, match=f"there is no entry {index}: the ledger holds 10"):
            inclusion(folder, index)


def test_the_key_that_was_published_decides(folder: Path) -> None:
    key = (folder / "verifier").read_text()
    assert verify_ledger(folder, key).size == 10
    other = str(new_signer(ORIGIN).verifier)
    with pytest.raises(LedgerError, match="the note is not signed by"):
        verify_ledger(folder, other)
    (folder / "verifier").write_text(f"{other}\n")
    assert verify_ledger(folder, key).size == 10
    with pytest.raises(LedgerError, match="private key is not that of its verifier key"):
        open_ledger(folder)


@pytest.mark.parametrize("name", ["entries", "heads", "verifier"])
def test_every_flipped_byte_is_noticed(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    for position in range(len(whole)):
        (folder / name).write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(LedgerError):
            verify_ledger(folder)


def test_every_flipped_byte_of_the_private_key_stops_the_writer(folder: Path) -> None:
    whole = (folder / "key").read_bytes()
    for position in range(len(whole)):
        (folder / "key").write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(LedgerError) as caught:
            open_ledger(folder)
        assert whole.decode()[60:100] not in str(caught.value)


@pytest.mark.parametrize("name", ["entries", "heads", "verifier"])
def test_every_cut_is_noticed(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    boundaries = set()
    if name == "heads":  # an earlier whole ledger: only who kept the later checkpoint can tell
        starts = [n for n in range(len(whole)) if whole.startswith((b"head ", b"closed\n"), n)]
        boundaries = {n for n in starts if n and whole[n - 1 : n] == b"\n"}
    for length in range(0, len(whole), 3):
        if length not in boundaries:
            (folder / name).write_bytes(whole[:length])
            with pytest.raises(LedgerError):
                verify_ledger(folder)


@pytest.mark.parametrize(
    ("index", "words"),
    [(0, "entry 0 is"), (1, "entries 1 to 2 are"), (4, "entries 3 to 5 are"), (9, "entries 6 to 9 are")],
)
def test_a_changed_entry_is_named_as_closely_as_it_was_committed(folder: Path, index: int, words: str) -> None:
    whole = (folder / "entries").read_bytes()
    (folder / "entries").write_bytes(whole.replace(b"entry %d" % index, b"Entry %d" % index))
    with pytest.raises(LedgerError, match=f"^{words} not what was signed; restore the file `entries`$"):
        verify_ledger(folder)
    with pytest.raises(LedgerError, match="not what was signed"):
        open_ledger(folder)
    assert (folder / "entries").read_bytes() == whole.replace(b"entry %d" % index, b"Entry %d" % index)


def test_a_head_that_was_copied_is_refused(folder: Path) -> None:
    heads = (folder / "heads").read_bytes()
    second, third = (heads.index(b"\nhead ", 2 + 200 * n) + 1 for n in (0, 1))
    (folder / "heads").write_bytes(heads[:third] + heads[second:])
    with pytest.raises(LedgerError, match="head record 2 does not grow the ledger"):
        verify_ledger(folder)


def test_symbolic_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "entries").rename(tmp_path / "elsewhere")
    (folder / "entries").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LedgerError, match="could not use `entries`: too many levels of symbolic links"):
        verify_ledger(folder)


WRITER = """
    import sys
    from pathlib import Path
    from recuse.ledger import open_ledger
    with open_ledger(Path(sys.argv[1])) as ledger:
        while True:
            first = ledger.append([b"%d" % ledger.size, b"%d" % (ledger.size + 1)])
            print(ledger.size, ledger.root.hex(), flush=True)
"""


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    create_ledger(folder, ORIGIN).close()
    told: list[str] = []
    for round_ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), folder], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        told += [writer.stdout.readline().strip() for _ in range(3 + round_)]
        writer.send_signal(signal.SIGKILL)
        told += [line.strip() for line in writer.stdout if line.endswith("\n")]
        writer.wait()
        with open_ledger(folder) as ledger:
            assert ledger.size >= int(told[-1].split()[0])
        entries = read_entries(folder)
        assert entries == tuple(b"%d" % n for n in range(len(entries)))
        for line in told:
            size, root = line.split()
            assert tree_root([leaf_hash(e) for e in entries[: int(size)]]).hex() == root
        verify_ledger(folder)


def test_a_full_disk_stops_the_writer(tmp_path: Path) -> None:
    """A real short write: the kernel refuses bytes beyond the process's file size limit."""
    folder = tmp_path / "ledger"
    create_ledger(folder, ORIGIN).close()
    program = textwrap.dedent("""
        import resource, signal, sys
        from pathlib import Path
        from recuse.errors import LedgerError
        from recuse.ledger import open_ledger
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        ledger = open_ledger(Path(sys.argv[1]))
        ledger.append([b"kept"])
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        for entry in (bytes(3000), b"refused"):
            try:
                ledger.append([entry])
            except LedgerError as error:
                print(error.message)
        ledger.close()
    """)
    done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True)
    assert done.stdout == "the ledger could not use `its files`: file too large\nthe ledger's writer has stopped\n"
    with open_ledger(folder) as ledger:
        assert ledger.append([b"next"]) == 1
    assert read_entries(folder) == (b"kept", b"next")


class Lives(RuleBasedStateMachine):
    """Append, reopen, crash at any operation, in any order: every checkpoint told is a beginning of the next."""

    @initialize(seed=st.integers(0, 2**32))
    def start(self, seed: int) -> None:
        self.disk = SimulatedDisk(seed)
        self.ledger: Ledger = create_on(self.disk, ORIGIN)
        self.kept: list[bytes] = []
        self.told = [(0, EMPTY_ROOT)]

    @rule(entries=st.lists(st.binary(max_size=40), max_size=4))
    def append(self, entries: list[bytes]) -> None:
        assert self.ledger.append(entries) == len(self.kept)
        self.kept += entries
        self.told.append((self.ledger.size, self.ledger.root))

    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.ledger = open_on(self.disk)

    @rule(entries=st.lists(st.binary(max_size=40), min_size=1, max_size=4), at=st.integers(1, 4))
    def crash(self, entries: list[bytes], at: int) -> None:
        self.disk.plan(crash_at=at)
        with pytest.raises(PowerLossError):
            self.ledger.append(entries)
        self.disk.restart()
        self.ledger = open_on(self.disk)
        if self.ledger.size > len(self.kept):
            self.kept += entries

    @invariant()
    def the_ledger_is_what_was_told(self) -> None:
        verified = verify_storage(self.disk, None)
        leaves = [leaf_hash(entry) for entry in self.kept]
        assert (verified.size, verified.root) == (len(leaves), tree_root(leaves))
        assert all(tree_root(leaves[:size]) == root for size, root in self.told)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)


def test_files_opened_by_the_ledger_are_closed(folder: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        open_ledger(folder).close()
        verify_ledger(folder)
        with pytest.raises(LedgerError):
            create_ledger(folder, ORIGIN)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
