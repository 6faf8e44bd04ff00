"""Words of the glossary in a text, and lines with words of another language in them."""

from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from recuse.content.marks import Marked, Plain, without_marks, write_marks
from recuse.site.rights.mixed import line, marked_up, plain
from recuse.site.rights.words import first_words, stretches
from recuse.site.sheets import Foreign
from tests.unit.content.example import content

SIGNS = st.text(alphabet="ab .,;。،<&\"'", max_size=6)
MARKS = st.builds(Marked, st.just("warrant"), st.none() | st.sampled_from(("paper", "a judge's paper", "<b>")))
TEXTS = st.lists(MARKS | SIGNS.map(Plain), max_size=6).map(write_marks)


@settings(deadline=None)
@given(text=TEXTS)
def test_stretches_read_as_the_text(text: str) -> None:
    found = content()
    parts = stretches(found, "en", text)
    assert "".join(each.text + each.after for each in parts) == without_marks(text, found.glossary, "en")
    assert sum(bool(each.word) for each in parts) == text.count("{word:")
    for each in parts:
        assert each.text or each.word
        assert each.word or not each.after


def test_signs_that_close_stay_with_their_word() -> None:
    [before, word, rest] = stretches(content(), "en", "Ask for a {word:warrant}, then read it.")
    assert (before.text, word.text, word.after, rest.text) == ("Ask for a ", "warrant", ",", " then read it.")


@given(texts=st.lists(TEXTS, max_size=5))
def test_a_word_is_explained_where_it_first_stands(texts: list[str]) -> None:
    found = [word for group in first_words(texts) for word in group]
    assert found == (["warrant"] if any("{word:" in each for each in texts) else [])


@given(parts=st.lists(st.text(max_size=8) | st.builds(Foreign, st.text(max_size=8)), max_size=5))
def test_a_line_as_html_is_its_text_escaped(parts: list[str | Foreign]) -> None:
    made = line(*parts)
    whole = str(marked_up(made))
    for tag in ('<bdi lang="en" dir="ltr">', "</bdi>"):
        assert whole.count(tag) == sum(isinstance(each, Foreign) for each in parts)
        whole = whole.replace(tag, "")
    assert whole == str(escape(plain(made)))


def test_a_chinese_sign_brings_its_space() -> None:
    assert plain(line("法律依据：", Foreign("8 USC 1373"), "–", "状态：有效。", "凭记忆")) == (
        "法律依据：8 USC 1373 – 状态：有效。凭记忆"
    )
