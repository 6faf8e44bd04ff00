"""Marked words: what is printed reads back, what reads prints back, and a slip is refused."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.content.marks import Marked, Plain, Stretch, marked_words, read_marks, shown, without_marks, write_marks
from recuse.errors import InputError
from tests.unit.content.example import content

IDS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True)
TEXTS = st.text(st.characters(exclude_characters="{}|", exclude_categories=["C"]), min_size=1)
WRITTEN = TEXTS.filter(lambda text: text == text.strip(" "))
STRETCHES = st.one_of(
    st.builds(Plain, st.text(st.characters(exclude_characters="{}", exclude_categories=["C"]), min_size=1)),
    st.builds(Marked, IDS, st.none() | WRITTEN),
)


def parted(stretches: list[Stretch]) -> bool:
    """Whether no two plain stretches touch: those would read as one."""
    return not any(isinstance(a, Plain) and isinstance(b, Plain) for a, b in pairwise(stretches))


@given(st.lists(STRETCHES).filter(parted))
def test_what_is_printed_reads_back(stretches: list[Stretch]) -> None:
    assert list(read_marks(write_marks(stretches))) == stretches


@given(st.text(st.sampled_from("{}|:word a-")) | st.text())
def test_what_reads_prints_back(text: str) -> None:
    try:
        found = read_marks(text)
    except InputError:
        assert "{" in text or "}" in text
    else:
        assert write_marks(found) == text


@pytest.mark.parametrize("text", [
    "{word:}", "{word:Warrant}", "{word:warrant", "word:warrant}", "{{word:warrant}}", "{word:warrant|}",
    "{word: warrant}", "{word:warrant|a|b}", "{term:warrant}", "{word:a--b}", "{word:warrant|{x}}", "{}",
])  # fmt: skip
def test_a_slip_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="braces mark words of the glossary, and these do not"):
        read_marks(f"before {text} after")


def test_spaces_stand_outside() -> None:
    with pytest.raises(InputError, match="has a space at an end"):
        read_marks("{word:warrant| paper}")


def test_what_a_reader_sees() -> None:
    glossary = content().glossary
    text = "Ask for a {word:warrant}, the {word:warrant|judge's paper}."
    assert without_marks(text, glossary, "en") == "Ask for a warrant, the judge's paper."
    assert marked_words(text) == ("warrant", "warrant")
    assert shown(Marked("warrant"), glossary, "es") == "orden judicial"
    with pytest.raises(InputError, match="the word `warrant` has nothing in `pl`"):
        without_marks(text, glossary, "pl")
    with pytest.raises(InputError, match="the word `permit` has nothing in `en`"):
        shown(Marked("permit"), glossary, "en")
