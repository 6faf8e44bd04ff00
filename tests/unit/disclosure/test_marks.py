"""Marks tie an entry to a record for who holds the secret, and tell nobody else anything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.disclosure.asked import NamedRecord
from recuse.disclosure.marks import key_of, mark_of, marked, secret_in
from recuse.errors import InputError
from recuse.ledger.entry import Entry
from tests.unit.disclosure.world import NOW, decided

SECRET = b"s" * 32
MINE = NamedRecord("blotter::records::person", "4711")


def entry(evaluation: str, record: NamedRecord | None, secret: bytes = SECRET) -> Entry:
    more = {} if record is None else {"record": mark_of(secret, evaluation, record)}
    return Entry("decided", NOW, decided(evaluation, **more))


def test_who_holds_the_secret_finds_the_entries_about_a_record() -> None:
    search = Entry("searched", NOW, {"record": mark_of(SECRET, "None", MINE)})
    entries = [entry("e1", MINE), entry("e2", NamedRecord(MINE.type, "4712")), entry("e3", None), entry("e4", MINE),
               entry("e5", MINE, b"t" * 32), search]  # fmt: skip
    assert marked(entries, [MINE], [SECRET]) == {"e1", "e4"}
    assert marked(entries, [MINE], [SECRET, b"t" * 32]) == {"e1", "e4", "e5"}, "earlier secrets count on"
    assert marked(entries, [MINE], [b"u" * 32]) == frozenset()
    assert marked(entries, [], [SECRET]) == frozenset()


@given(*[st.tuples(st.text(), st.text(), st.text())] * 2)
def test_a_mark_is_of_one_answer_and_one_record(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    """Also where their parts, put together, would be the same text."""
    marks = [mark_of(SECRET, each[0], NamedRecord(*each[1:])) for each in (one, other)]
    assert (marks[0] == marks[1]) == (one == other)


def test_parts_are_told_apart() -> None:
    assert mark_of(SECRET, "a", NamedRecord("b", "c")) != mark_of(SECRET, "ab", NamedRecord("", "c"))
    assert mark_of(SECRET, "a", NamedRecord("b", "c")) != mark_of(SECRET, "a", NamedRecord("bc", ""))


@pytest.mark.parametrize(
    ("names", "said", "key"),
    [
        (["id"], {"id": 4711}, "4711"),
        (["id"], {"id": "a/b"}, "a/b"),
        (["a", "b"], {"b": 2, "a": "1"}, "1/2"),
        (["a", "b"], {"b": "2/3", "a": "1"}, None),
        (["a", "b"], {"a": "1"}, None),
        (["id"], {"id": True}, None),
        (["id"], {"id": {"x": 1}}, None),
        ([], {}, None),
    ],
)
def test_a_key_is_the_key_columns_in_their_order(names: list[str], said: dict[str, Any], key: str | None) -> None:
    assert key_of(names, said) == key


def test_a_short_secret_is_none() -> None:
    assert secret_in(b" " + SECRET + b"\n") == SECRET
    with pytest.raises(InputError, match="less than 32 characters"):
        secret_in(SECRET[:31] + b"\n")
