"""The first page of each language: the answer to the one question, and what else there is."""

from collections.abc import Iterator

from recuse.languages import Texts
from recuse.site.first_line import answer, document, said
from recuse.site.pages import HOME, Page, Section
from recuse.site.saying import Sayer
from recuse.site.sources import Sources


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    found = answer(sources, sources.content.site.question)
    line = said(found, sources, texts)
    title = sources.settings.title[texts.language.code]
    yield Page(
        HOME,
        "home.html",
        title,
        {"line": line},
        {"first_line": line, "answer": document(found, Sayer(texts, sources.names))},
    )


SECTION = Section("home", None, HOME, _pages)
