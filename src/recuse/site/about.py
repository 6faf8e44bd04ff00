"""How the site treats its readers, and what it cannot protect them from."""

from collections.abc import Iterator
from typing import Final

from recuse.languages import Texts
from recuse.site.pages import Page, Section
from recuse.site.sources import Sources

PATH: Final = "about/this-site.html"


def _pages(_sources: Sources, texts: Texts) -> Iterator[Page]:
    yield Page(PATH, "this_site.html", texts.say("How this site treats you"))


SECTION = Section("about", None, PATH, _pages)
