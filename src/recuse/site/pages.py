"""What a page is, and what a section gives: pages in one language, and files that have none."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.site.sheets import Sheet
from recuse.site.sources import Sources

HOME: Final = "index.html"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its path below the folder of its language, its template with what that needs, and its data as JSON.

    `title` is in the page's language. `above` are the paths of pages that lead to it, from the first page down.
    `in_others` is its path in other languages where that is another one. `wasm` is whether it runs the search, which is
    compiled code. `indexed` is whether a search finds it, and `words` are what it is found by besides its title where
    there is no search engine. `title_language` is that of a title which is a name in another language, and `of` a name
    that is the same in every language, with which a title goes on.
    """

    path: str
    template: str
    title: str
    values: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, JSON] = field(default_factory=dict)
    above: tuple[tuple[str, str], ...] = ()
    wasm: bool = False
    indexed: bool = True
    words: str = ""
    title_language: str | None = None
    of: str = ""
    in_others: str = ""

    @property
    def whole_title(self) -> str:
        """The title with the name that it goes on with."""
        return f"{self.title} – {self.of}" if self.of else self.title


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the site. `nav` is the message that navigation has for it, and `path` where that leads.

    `pages` gives its pages in the language of the texts, `sheets` what is printed of them as PDF, by paths below the
    folder of the language, and `files` what is the same for all languages. `there` is whether there is anything to
    show: without that the section is not in the site, and nothing leads to it. `many` is whether its pages can be so
    many that making them is worth another process.
    """

    name: str
    nav: str | None
    path: str
    pages: Callable[[Sources, Texts], Iterable[Page]]
    files: Callable[[Sources], Iterable[tuple[str, bytes]]] = lambda _sources: ()
    tile: str | None = None
    sheets: Callable[[Sources, Texts], Iterable[tuple[str, Sheet]]] = lambda _sources, _texts: ()
    there: Callable[[Sources], bool] = lambda _sources: True
    many: bool = False
