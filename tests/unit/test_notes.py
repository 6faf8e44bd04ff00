"""Signed notes: vectors of the standard, printing and parsing, and every refusal."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.errors import LedgerError
from recuse.notes import (
    Note,
    NoteSignature,
    Signer,
    Verifier,
    decode_base64,
    new_signer,
    parse_note,
    parse_signer,
    parse_verifier,
)

# The example of Go's golang.org/x/mod/sumdb/note, an independent implementation.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SIGNER = Signer("example.org/ledger", bytes(range(32)))
OTHER = Signer("example.org/other", bytes(32))
NAMES = st.text(min_size=1, max_size=20).filter(
    lambda n: not any(c.isspace() or c < " " or c == "+" or "\ud800" <= c <= "\udfff" for c in n)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]).filter(lambda c: c >= " " or c == "\n")).map(
    lambda t: t + "\n"
)


def test_a_note_made_by_another_implementation_verifies() -> None:
    note = parse_note(PETER_NOTE.encode())
    parse_verifier(PETER).verify(note)
    assert str(note) == PETER_NOTE
    with pytest.raises(LedgerError, match="is not signed by"):
        SIGNER.verifier.verify(note)


@settings(max_examples=40, deadline=None)
@given(TEXTS, st.lists(NAMES, max_size=3))
def test_what_is_printed_is_parsed_and_the_reverse(text: str, names: list[str]) -> None:
    signed = SIGNER.sign(text)
    others = tuple(NoteSignature(name, b"abcd", b"of a type unknown to us") for name in names)
    note = Note(text, (*others, *signed.signatures))
    printed = str(note).encode()
    assert parse_note(printed) == note
    assert str(parse_note(printed)).encode() == printed
    SIGNER.verifier.verify(parse_note(printed))


@given(NAMES, st.binary(min_size=32, max_size=32))
def test_keys_print_and_parse(name: str, private: bytes) -> None:
    signer = Signer(name, private)
    assert parse_signer(signer.secret()) == signer
    assert parse_verifier(str(signer.verifier)) == signer.verifier
    assert base64.b64encode(private).decode() not in repr(signer)


def test_new_keys_differ() -> None:
    assert new_signer("n") != new_signer("n")


def test_every_changed_bit_of_a_note_is_noticed() -> None:
    printed = str(SIGNER.sign("one\n\ntwo\n")).encode()
    for position in range(len(printed)):
        for bit in range(8):
            changed = bytearray(printed)
            changed[position] ^= 1 << bit
            with pytest.raises(LedgerError):
                SIGNER.verifier.verify(parse_note(bytes(changed)))


def test_every_changed_bit_of_a_key_is_noticed() -> None:
    for text, parse in ((str(SIGNER.verifier), parse_verifier), (SIGNER.secret(), parse_signer)):
        for position in range(len(text)):
            for bit in range(7):
                changed = text[:position] + chr(ord(text[position]) ^ (1 << bit)) + text[position + 1 :]
                with pytest.raises(LedgerError) as caught:
                    parse(changed)
                assert text[-20:] not in str(caught.value) or text == str(SIGNER.verifier)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a text, an empty line and signature lines were expected"),
        (b"text\n", "a text, an empty line and signature lines were expected"),
        (b"text\n\n", "a text, an empty line and signature lines were expected"),
        (b"text\n\nsigned", "a text, an empty line and signature lines were expected"),
        (b"\xff\n\nx\n", "it is not UTF-8"),
        ("text\n\n— n AAAA\n".encode(), "is too short"),
        ("text\n\n— n AAAAAAA\n".encode(), "is malformed"),
        ("text\n\n— n AAAAAAB=\n".encode(), "is malformed"),
        (b"text\n\n- n AAAAAAA=\n", "is malformed"),
        ("text\n\n—  AAAAAAA=\n".encode(), "`` cannot name a key"),
        ("text\n\n— a+b AAAAAAA=\n".encode(), "`a.b` cannot name a key"),
        ("text\n\n— a\u2003b AAAAAAA=\n".encode(), "cannot name a key"),
        ("te\txt\n\n— n AAAAAAA=\n".encode(), "hold no control characters"),
        ("te\rxt\n\n— n AAAAAAA=\n".encode(), "hold no control characters"),
        ("text\n\n— n AAAAAAA=\r\n".encode(), "is malformed"),
        (b"text\n\nn AAAAAAA=\n", "it is not written as it would be printed"),
        (b"text\n\n" + "— n AAAAAAA=\n".encode() * 101, "between 1 and 100 signatures"),
    ],
)
def test_malformed_notes_are_refused_by_reason(data: bytes, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        parse_note(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n+00000000+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "its id is not that of its name and key"),
        (PETER + " ", "with the key in Base 64"),
        (PETER.replace("c74f20a3", "C74F20A3"), "its id is not that of its name and key"),
        ("n+00000000+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "it is not an Ed25519 key"),
        ("n+00000000+ARpc", "it is not an Ed25519 key"),
        ("n", "it is not an Ed25519 key"),
        ("", "it is not an Ed25519 key"),
    ],
)
def test_malformed_keys_are_refused_by_reason(text: str, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        parse_verifier(text)
    with pytest.raises(LedgerError):
        parse_signer(text)


def test_a_wrong_signature_of_the_known_key_condemns_the_note() -> None:
    good = SIGNER.sign("text\n").signatures[0]
    bad = NoteSignature(good.name, good.key_id, bytes(64))
    short = NoteSignature(good.name, good.key_id, b"s")
    for signatures in ((bad,), (good, bad), (bad, good), (short,)):
        with pytest.raises(LedgerError, match="does not fit the note's text"):
            SIGNER.verifier.verify(Note("text\n", signatures))


def test_same_name_or_same_id_alone_is_another_key() -> None:
    good = SIGNER.sign("text\n").signatures[0]
    for other in (NoteSignature("x", good.key_id, good.signature), NoteSignature(good.name, b"none", good.signature)):
        with pytest.raises(LedgerError, match="is not signed by"):
            SIGNER.verifier.verify(Note("text\n", (other,)))
        SIGNER.verifier.verify(Note("text\n", (other, good)))


def test_a_public_key_that_is_no_point_never_verifies() -> None:
    broken = Verifier("n", b"\xff" * 32)
    note = Note("text\n", (NoteSignature("n", broken.key_id, bytes(64)),))
    with pytest.raises(LedgerError, match="does not fit the note's text"):
        broken.verify(note)


@pytest.mark.parametrize("text", ["", "no newline", "a\0b\n"])
def test_a_text_that_no_note_can_hold_is_not_signed(text: str) -> None:
    with pytest.raises(LedgerError, match="its text must end in a newline"):
        SIGNER.sign(text)


def test_base64_has_one_form() -> None:
    assert decode_base64("AA==") == b"\0"
    for other in ("AB==", "AA=", "AA", "AA==\n", "A A==", "AA==AA=="):
        with pytest.raises(ValueError, match=r".+"):
            decode_base64(other)
