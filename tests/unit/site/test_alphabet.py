"""Titles by alphabet, as readers of each language look them up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.languages import LANGUAGES
from recuse.site.alphabet import OTHER, letter, letters, order


@pytest.mark.parametrize(
    ("code", "title", "under"),
    [
        ("en", "“At the door”", "a"), ("en", "École", "e"), ("en", "24-hour clinic", OTHER), ("en", "", OTHER),
        ("es", "Ñandú", "ñ"), ("es", "Ábaco", "a"), ("pl", "Łódź", "ł"), ("pl", "Órgano", "ó"), ("pl", "Équipe", "e"),
        ("ar", "العيادة", "ع"), ("ar", "أحياء", "ا"), ("ar", "ال", "ا"), ("ar", "مدرسة", "م"), ("ar", "Clinic", OTHER),
        ("zh-Hans", "权利", "q"), ("zh-Hans", "在门口", "z"), ("zh-Hans", "阿", "a"), ("zh-Hans", "Clinic", "c"),
        ("zh-Hans", "彧", OTHER), ("zh-Hans", "龘", OTHER), ("zh-Hans", "、", OTHER),
    ],
)  # fmt: skip
def test_a_title_stands_under_its_letter(code: str, title: str, under: str) -> None:
    assert letter(title, code) == under


def test_the_order_is_that_of_the_language() -> None:
    assert sorted(["żaba", "zebra", "źdźbło", "łoś", "lis", "mysz"], key=order("pl")) == [
        "lis", "łoś", "mysz", "zebra", "źdźbło", "żaba",
    ]  # fmt: skip
    assert sorted(["oso", "ñandú", "nube", "árbol", "azul"], key=order("es")) == [
        "árbol",
        "azul",
        "nube",
        "ñandú",
        "oso",
    ]
    assert sorted(["医院", "法院", "学校", "诊所"], key=order("zh-Hans")) == ["法院", "学校", "医院", "诊所"]
    assert sorted(["المدرسة", "عيادة", "الباب"], key=order("ar")) == ["الباب", "عيادة", "المدرسة"]
    assert sorted(["A long name", "Two", "المدرسة", "One"], key=order("ar")) == ["المدرسة", "A long name", "One", "Two"]
    assert sorted(["911 desk", "24-hour clinic", "Desk"], key=order("en")) == ["Desk", "24-hour clinic", "911 desk"]


@pytest.mark.parametrize("code", LANGUAGES)
@given(titles=st.lists(st.text(max_size=8), max_size=8))
def test_titles_of_one_letter_stand_together_and_in_the_same_order(code: str, titles: list[str]) -> None:
    key = order(code)
    ordered, backwards = sorted(titles, key=key), titles[::-1]
    assert ordered == sorted(backwards, key=key)
    places = [letter(each, code) for each in ordered]
    assert places == sorted(places, key=[*letters(code), OTHER].index)
