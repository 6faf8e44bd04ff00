"""Values of feeds: what is taken, what is refused, and that nothing taken can run, hide or lead astray."""

from datetime import date
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.directory import values
from recuse.directory.values import WrongValueError
from recuse.seen import seen


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org",
        "HTTP://example.org:8080/a?b=c#d",
        "https://example.org/%E5%AD%A6",
        "tel:+13125550100",
        "mailto:desk@example.org",
        "https://xn--nxasmq6b.example/",
    ],
)
def test_links_that_are_taken(link: str) -> None:
    assert values.url(link) == link


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "example.org",
        "https://",
        "https:///x",
        "https://user@example.org",
        "https://bank.example@evil.example/",
        "https://localhost",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://example.org:99999/",
        "https://exa mple.org",
        'https://example.org/"x',
        "https://example.org/\\@evil.example",
        "https://еxample.org",
        "https://example.org/\u202e",
        "mailto:nobody",
        "tel:abc",
        "https://example.org/\nx",
        "vbscript:x",
        "file:///etc/passwd",
        "https://-a.example",
        "https://a..example",
    ],
)
def test_links_that_are_refused(link: str) -> None:
    with pytest.raises(WrongValueError):
        values.url(link)


@given(st.text(max_size=60) | st.from_regex(r"(https?|tel|mailto|javascript):.{0,30}"))
def test_a_link_that_is_taken_has_one_of_four_schemes_and_a_host(text: str) -> None:
    try:
        found = values.url(text)
    except WrongValueError:
        return
    parts = urlsplit(found)
    assert parts.scheme in ("https", "http", "tel", "mailto")
    if parts.scheme.startswith("http"):
        assert parts.hostname
        assert "@" not in parts.netloc
        assert found.isascii()


@given(st.text(max_size=80))
def test_text_that_is_taken_hides_nothing_and_is_taken_again(text: str) -> None:
    try:
        found = values.text(text)
    except WrongValueError:
        return
    assert seen(found) == found
    assert values.text(found) == found
    found.encode()  # no half of a pair


@given(
    st.text(max_size=80) | st.text("a é\n\t\r\u200b\u202e\xa0", max_size=20) | st.integers(498, 503).map("x".__mul__)
)
def test_a_line_is_a_text_without_breaks_that_is_not_too_long(text: str) -> None:
    def read(reader: values.Reader) -> object:
        try:
            return reader(text)
        except WrongValueError as error:
            return error.message.partition(" ")[0]

    found = read(values.text)
    told = isinstance(found, str) and (len(found) > 500 or {"\n", "\t"} & {*found})
    assert read(values.line) == ("has" if told else found)


@pytest.mark.parametrize(
    "character", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff", "\ud800"]
)
def test_what_hides_or_reorders_is_refused_by_name(character: str) -> None:
    with pytest.raises(WrongValueError) as refused:
        values.text(f"a{character}b")
    assert character not in f"{refused.value.message}{refused.value.remedy}"


def test_markup_and_formulas_are_text() -> None:
    for text in ("<script>alert(1)</script>", '=HYPERLINK("https://evil.example")', "{{ x }}", "学校 – مدرسة"):
        assert values.text(text) == text


@pytest.mark.parametrize("number", ["(312) 555-0100", "312-555-0100", "+1 312 555 0100", "988", "312.555.0100"])
def test_numbers_that_are_taken(number: str) -> None:
    assert values.phone(number) == number


@pytest.mark.parametrize(
    "number", ["", "12", "555-0100 x12", "555-HELP", "1234567890123456", "555;ext=1", "٣١٢٥٥٥", "5550100<b>"]
)
def test_numbers_that_are_refused(number: str) -> None:
    with pytest.raises(WrongValueError):
        values.phone(number)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "01/02/2026", "20260101", "2026-W01-1", "0001-01-01", "2026-1-1", "", "٢٠٢٦-٠١-٠١"]
)
def test_days_that_are_refused(text: str) -> None:
    with pytest.raises(WrongValueError):
        values.day(text)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert values.day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("09:00", "09:00"),
        ("09:00:00", "09:00"),
        ("24:00", "24:00"),
        ("09:00Z", "09:00Z"),
        ("09:00:00-06:00", "09:00-06:00"),
    ],
)
def test_times_that_are_taken(text: str, read: str) -> None:
    assert values.time(text) == read


@pytest.mark.parametrize("text", ["9:00", "24:30", "25:00", "9am", "09:00:30", "09.00"])
def test_times_that_are_refused(text: str) -> None:
    with pytest.raises(WrongValueError):
        values.time(text)


@pytest.mark.parametrize(
    "value", [True, None, "nan", "inf", "1e3", float("nan"), float("inf"), [], {}, "0x10", 151, "-1"]
)
def test_numbers_that_are_none(value: object) -> None:
    with pytest.raises(WrongValueError):
        values.number(0, 150)(value)


@pytest.mark.parametrize("text", ["..", "../x", "a/b", "a b", "", "a" * 129, "-x", ".x", "a\n"[0] + "%"])
def test_ids_that_are_refused(text: str) -> None:
    with pytest.raises(WrongValueError):
        values.identifier(text)
