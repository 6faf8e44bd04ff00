"""Days, moments, numbers and lists as each language writes them; digits are those of documents here, in all of them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.languages import LANGUAGES, Forms

DAY = date(2026, 3, 1)
DAYS = {
    "en": "March 1, 2026",
    "es": "1 de marzo de 2026",
    "zh-Hans": "2026年3月1日",
    "pl": "1 marca 2026",
    "ar": "1 مارس 2026",
}
MOMENTS = {
    "en": "March 1, 2026, 23:30 UTC",
    "es": "1 de marzo de 2026, 23:30 UTC",
    "zh-Hans": "2026年3月1日 23:30 UTC",
    "pl": "1 marca 2026, 23:30 UTC",
    "ar": "1 مارس 2026، 23:30 UTC",
}
MONTHS = {"en": "March 2026", "es": "marzo de 2026", "zh-Hans": "2026年3月", "pl": "marzec 2026", "ar": "مارس 2026"}
LISTS = {"en": "a, b, and c", "es": "a, b y c", "zh-Hans": "a、b和c", "pl": "a, b i c", "ar": "a وb وc"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_days_and_lists(code: str) -> None:
    forms = Forms(LANGUAGES[code])
    assert forms.day(DAY) == DAYS[code]
    assert forms.listed(["a", "b", "c"]) == LISTS[code]


@pytest.mark.parametrize("code", LANGUAGES)
@given(number=st.integers(0, 10**9))
def test_digits_of_counts_are_the_same_everywhere(code: str, number: int) -> None:
    said = Forms(LANGUAGES[code]).number(number)
    assert "".join(each for each in said if each.isdigit()) == str(number)
    assert said.isascii() or not any(each.isdigit() and not each.isascii() for each in said)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_moment_is_in_utc_whatever_its_zone(code: str) -> None:
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    forms = Forms(LANGUAGES[code])
    there = at.astimezone(timezone(timedelta(hours=-6)))
    assert forms.moment(there) == forms.moment(at)
    assert forms.moment(at) == MOMENTS[code]
    assert forms.month(DAY) == MONTHS[code]
