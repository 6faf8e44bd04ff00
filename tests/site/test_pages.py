"""Every page of every language, found by walking what was published, without a browser."""

import pytest

from tests.site.looking import LOOKS, Look, Published, own_titles, same_pages
from tests.site.tongues import own_tongue


@pytest.mark.parametrize("look", [*LOOKS.values(), own_tongue], ids=lambda look: look.__name__)
def test_every_page(published: Published, look: Look) -> None:
    found = {path: [*look(page, published)] for path, page in published.pages.items()}
    assert not any(found.values()), "\n".join(f"{path}: {each}" for path, all_ in found.items() for each in all_)


def test_every_language_has_every_page(published: Published) -> None:
    assert [each.code for each in published.languages] == ["en", "es", "zh-Hans", "pl", "ar"]
    assert [*same_pages(published)] == []
    assert [*own_titles(published)] == []


def test_the_page_before_all_others_leads_to_every_language(published: Published) -> None:
    first = published.pages["index.html"]
    assert [each.get("href") for each in first.html.all("a") if each.get("hreflang")] == [
        f"{each.code}/index.html" for each in published.languages
    ]
