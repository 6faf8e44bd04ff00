"""Services and rights are found by words of each language, also in other forms: served, and from a stick."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import chromium  # noqa: F401  # a fixture
from tests.site.browsing import visiting
from tests.site.world import Site

SERVED: Final = {
    "en": ("vaccination", "family", "library computers", "Example Clinic", "spanish"),
    "es": ("vacuna", "familia", "bibliotecas", "abogado", "español"),
    "zh-Hans": ("疫苗", "学校", "法律援助", "孩子"),
    "pl": ("szczepienia", "rodzin", "biblioteki", "hiszpański"),
    "ar": ("العيادات", "عيادة", "المدرسة", "مدرسة", "التطعيمات", "الأطفال"),
}
STICK: Final = {
    "en": ("vaccination", "clinic", "chicago", "spanish"),
    "es": ("vacunas", "clinica", "biblioteca", "espanol"),
    "zh-Hans": ("疫苗", "学校", "法律援助"),
    "pl": ("szczepienia", "biblioteka", "hiszpanski"),
    "ar": ("العيادات", "عيادات", "مدرسة"),
}
RIGHTS: Final = {"en": "judges", "es": "tribunales", "zh-Hans": "法官", "pl": "nakazy", "ar": "مذكرات"}


def found(page: Page, words: str) -> list[str]:
    """The addresses of the pages that a search shows."""
    page.fill("#words", words)
    expect(page.locator("#told")).not_to_have_text("", timeout=20_000)
    page.wait_for_timeout(400)
    hrefs: list[str] = page.eval_on_selector_all("#results a", "all => all.map(each => each.href)")
    page.fill("#words", "")
    expect(page.locator("#told")).to_have_text("")
    return hrefs


@pytest.mark.parametrize("code", SERVED)
def test_the_engine_finds_services_by_other_forms_of_words(chromium: Browser, address: str, code: str) -> None:  # noqa: F811
    with visiting(chromium) as visit:
        visit.page.goto(f"{address}/{code}/search.html")
        missed = [
            words for words in SERVED[code] if not any("/places/services/" in each for each in found(visit.page, words))
        ]
        assert missed == []
        assert any(f"/{code}/pagefind/" in each for each in visit.asked), "the engine, and not the plain search"
        assert visit.elsewhere(address) == []
        first = found(visit.page, SERVED[code][0])[0]
        visit.page.goto(first)
        expect(visit.page.locator("h1")).to_be_visible()
        assert f"/{code}/" in visit.page.url


@pytest.mark.parametrize("code", STICK)
def test_from_a_stick_titles_kinds_and_places_are_found(chromium: Browser, site: Site, code: str) -> None:  # noqa: F811
    with visiting(chromium) as visit:
        visit.page.goto(f"{Path(site.folder).as_uri()}/{code}/search.html")
        missed = [
            words for words in STICK[code] if not any("/places/services/" in each for each in found(visit.page, words))
        ]
        assert missed == []


@pytest.mark.parametrize("code", RIGHTS)
def test_rights_are_found_and_what_stands_nowhere_is_not(
    chromium: Browser,  # noqa: F811
    site: Site,
    address: str,
    code: str,
) -> None:
    """By both engines: each leads to pages of its language alone, and neither makes something of nothing."""
    for start in (address, site.folder.as_uri()):
        with visiting(chromium) as visit:
            visit.page.goto(f"{start}/{code}/search.html")
            hrefs = found(visit.page, RIGHTS[code])
            assert any(f"/{code}/rights/" in each for each in hrefs), start
            assert all(each.startswith(f"{start}/{code}/") for each in hrefs), start
            assert not any("/places/services/" in each for each in found(visit.page, "zyzzyva")), start
