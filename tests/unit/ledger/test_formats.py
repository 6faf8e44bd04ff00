"""Checkpoints, receipts, entries and file records: each prints what it parses and parses only what it prints."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.errors import LedgerError
from recuse.ledger.checkpoint import Checkpoint, check_checkpoint, parse_checkpoint
from recuse.ledger.entry import KINDS, decode, encode
from recuse.ledger.merkle import leaf_hash, prove_inclusion, tree_root
from recuse.ledger.proof import Receipt, parse_receipt, verify_receipt
from recuse.ledger.records import LONGEST_ENTRY, entries_of, frame, head_record, parse_heads
from recuse.notes import Signer

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
SIGNER = Signer("example.org/ledger", bytes(range(32)))
AT = datetime(2019, 7, 12, 18, 0, 0, 5, tzinfo=UTC)
HASHES = st.binary(min_size=32, max_size=32)


def test_the_checkpoint_of_the_standard_is_read() -> None:
    text = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"
    checkpoint = parse_checkpoint(text)
    assert checkpoint == Checkpoint("example.com/behind-the-sofa", 20852163, base64.b64decode(ROOT))
    assert str(checkpoint) == text


@given(st.integers(0, 10**18), HASHES)
def test_checkpoints_print_and_parse(size: int, root: bytes) -> None:
    checkpoint = Checkpoint("origin", size, root)
    assert parse_checkpoint(str(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"o\n1\n{ROOT}",
        f"o\n01\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n1 \n{ROOT}\n",
        f"o\n١\n{ROOT}\n",
        f"o\n²\n{ROOT}\n",
        f"o\n\n{ROOT}\n",
        f"o\n{'9' * 30}\n{ROOT}\n",
        f"\n1\n{ROOT}\n",
        f"o\n1\n{ROOT}\nan extension\n",
        "o\n1\nAAAA\n",
        f"o\n1\n{ROOT[:-2]}J=\n",
        "o\n1\n*\n",
    ],
)
def test_other_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(LedgerError, match="the checkpoint is malformed"):
        parse_checkpoint(text)


def test_a_checkpoint_of_another_origin_is_refused_though_the_key_signed_it() -> None:
    note = str(SIGNER.sign(str(Checkpoint("example.org/other", 1, bytes(32))))).encode()
    with pytest.raises(LedgerError, match=r"is of `example.org/other`, its key of `example.org/ledger`"):
        check_checkpoint(note, SIGNER.verifier)


def receipt_of(index: int, size: int = 7) -> tuple[Receipt, list[bytes]]:
    entries = [b"entry %d" % n for n in range(size)]
    leaves = [leaf_hash(e) for e in entries]
    note = str(SIGNER.sign(str(Checkpoint(SIGNER.name, size, tree_root(leaves)))))
    return Receipt(index, prove_inclusion(leaves, index), note), entries


def test_receipts_print_and_parse_and_hold_for_their_entry_alone() -> None:
    for index in range(7):
        receipt, entries = receipt_of(index)
        assert parse_receipt(str(receipt)) == receipt
        for other, entry in enumerate(entries):
            if other == index:
                assert verify_receipt(receipt, entry, SIGNER.verifier).size == 7
            else:
                with pytest.raises(LedgerError, match="it does not lead to the root"):
                    verify_receipt(receipt, entry, SIGNER.verifier)


def test_the_receipt_of_the_only_entry_has_no_hashes() -> None:
    receipt, entries = receipt_of(0, 1)
    assert str(receipt).startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.org/ledger\n1\n")
    verify_receipt(parse_receipt(str(receipt)), entries[0], SIGNER.verifier)


def test_every_flipped_bit_of_a_receipt_is_noticed() -> None:
    receipt, entries = receipt_of(3)
    printed = str(receipt).encode()
    for position in range(len(printed)):
        for bit in range(8):
            changed = bytearray(printed)
            changed[position] ^= 1 << bit
            try:
                text = changed.decode()
            except UnicodeDecodeError:
                continue
            with pytest.raises(LedgerError):
                verify_receipt(parse_receipt(text), entries[3], SIGNER.verifier)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 3", "index 03"),
        ("index 3", "index -3"),
        ("index 3", "extra AAAA\nindex 3"),
        ("index 3\n", ""),
        ("index 3\n", "index 3\nAAAA\n"),
        ("index 3\n", "index 3\n*\n"),
        ("\n\nexample", "\nexample"),
    ],
)
def test_other_receipts_are_refused(old: str, new: str) -> None:
    text = str(receipt_of(3)[0])
    assert old in text
    with pytest.raises(LedgerError, match=r"the (receipt|signed note|checkpoint) is malformed"):
        parse_receipt(text.replace(old, new, 1))


def test_the_printed_entry_is_pinned() -> None:
    data = encode("directed", AT.astimezone(timezone(timedelta(hours=-5))), {"b": [1, None, True], "a": "Zürich\n"})
    assert data.decode() == (
        '{"at":"2019-07-12T18:00:00.000005Z","body":{"a":"Zürich\\n","b":[1,null,true]},"kind":"directed"}'
    )
    entry = decode(data)
    assert (entry.kind, entry.at, entry.body) == ("directed", AT, {"b": [1, None, True], "a": "Zürich\n"})


JSON_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | JSON_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(JSON_TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(sorted(KINDS)),
    st.datetimes(timezones=st.just(UTC)),
    st.dictionaries(JSON_TEXT, JSON_VALUES, max_size=4),
)
def test_entries_print_and_parse_and_the_reverse(kind: str, at: datetime, body: dict[str, object]) -> None:
    data = encode(kind, at, body)  # type: ignore[arg-type]
    assert b"\n" not in data
    entry = decode(data)
    assert (entry.kind, entry.at, entry.body) == (kind, at, body)
    assert encode(entry.kind, entry.at, entry.body) == data


WHOLE = '{"at":"2019-07-12T18:00:00.000005Z","body":{"a":1},"kind":"directed"}'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('{"a":1}', '{"a":1,"a":1}', "a key stands twice"),
        ('{"at"', '{"kind":"directed","at"', "a key stands twice"),
        ('"kind":"directed"', '"kind":"directed","more":1', "an object of `kind`, `at` and `body` was expected"),
        (',"kind":"directed"', "", "an object of `kind`, `at` and `body` was expected"),
        ("directed", "dictated", "`dictated` is none of `accounting_answered`, `accounting_asked`, `answered`"),
        ('"directed"', "1", "`kind` and `at` are text"),
        ('{"a":1}', "[]", "`kind` and `at` are text and `body` is an object"),
        ('{"a":1}', '{"a": 1}', "it is not written as it would be printed"),
        ('{"a":1}', '{"a":1.0e0}', "it is not written as it would be printed"),
        ('{"a":1}', '{"a":"\\u0041"}', "it is not written as it would be printed"),
        ('{"a":1}', '{"a":NaN}', "its body cannot be written as JSON"),
        ('{"a":1}', '{"a":1e999}', "its body cannot be written as JSON"),
        ('{"a":1}', '{"a":"\\ud800"}', "its body cannot be written as JSON"),
        ('{"a":1}', '{"b":1,"a":1}', "it is not written as it would be printed"),
        ("18:00:00.000005Z", "18:00:00Z", "it is not written as it would be printed"),
        ("18:00:00.000005Z", "18:00:00.000005+00:00", "it is not written as it would be printed"),
        ("18:00:00.000005Z", "18:00:00.000005", "its time has no zone"),
        ("18:00:00.000005Z", "25:00:00.000005Z", "is not a time"),
        ("{", "[", "it is not JSON"),
        ("}", "}\n", "it is not written as it would be printed"),
        ('{"a":1}', "[" * 100_000, "it is not JSON"),
        ('{"a":1}', "9" * 10_000, "it is not JSON"),
    ],
)
def test_other_entries_are_refused(old: str, new: str, message: str) -> None:
    decode(WHOLE.encode())
    assert old in WHOLE
    with pytest.raises(LedgerError, match=message):
        decode(WHOLE.replace(old, new, 1).encode())


def test_bytes_that_are_no_text_are_no_entry() -> None:
    with pytest.raises(LedgerError, match="it is not JSON"):
        decode(b"\xff")
    with pytest.raises(LedgerError, match="an object of"):
        decode(json.dumps([1]).encode())


@pytest.mark.parametrize("body", [{"a": float("nan")}, {"a": b"bytes"}, {"a": "\ud800"}])
def test_a_body_that_is_not_json_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(LedgerError, match="its body cannot be written as JSON"):
        encode("directed", AT, body)  # type: ignore[arg-type]


@given(st.lists(st.binary(max_size=300), max_size=5), st.binary(max_size=5))
def test_entries_are_framed_and_read(entries: list[bytes], more: bytes) -> None:
    data = b"".join(frame(e) for e in entries)
    assert list(entries_of(data + more, len(entries))) == entries


def test_the_longest_entry_and_the_first_too_long() -> None:
    assert list(entries_of(frame(bytes(LONGEST_ENTRY)), 1)) == [bytes(65_535)]
    with pytest.raises(LedgerError, match="an entry of 65536 bytes is too long: 65535 is the most"):
        frame(bytes(LONGEST_ENTRY + 1))


def test_a_cut_is_named_by_its_entry() -> None:
    data = frame(b"one") + frame(b"two")
    for length in range(len(data)):
        with pytest.raises(LedgerError, match=f"entry {length // 5} is missing or cut short, though 2"):
            list(entries_of(data[:length], 2))


@given(st.lists(st.binary(min_size=1, max_size=300) | st.none(), max_size=5), st.binary(max_size=40))
def test_head_records_are_read_up_to_what_is_none(records: list[bytes | None], tail: bytes) -> None:
    data = b"".join(b"closed\n" if note is None else head_record(note) for note in records)
    heads = parse_heads(data)
    assert heads.notes == tuple(note for note in records if note is not None)
    assert (heads.length, heads.tail) == (len(data), b"")
    assert parse_heads(data + b"x" + tail).tail == b"x" + tail
