"""The first page of each language."""

from collections.abc import Iterator

from recuse.languages import Texts
from recuse.site.pages import HOME, Page, Section
from recuse.site.sources import Sources


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    yield Page(HOME, "home.html", sources.settings.title[texts.language.code])


SECTION = Section("home", None, HOME, _pages)
