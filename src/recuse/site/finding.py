"""How a reader finds a page: lists from A to Z, which need nothing, and a search that runs on the reader's device.

The search engine needs a web server. Opened from a stick, or where it cannot run, the search page matches titles and
words by itself, from a file of them. No words are sent to anybody: the page has no form that could.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from recuse.languages import Texts
from recuse.site.alphabet import OTHER, letter, letters, order
from recuse.site.pages import HOME, Page, Section
from recuse.site.sources import Sources

SEARCH: Final = "search.html"
A_TO_Z: Final = "a-z/index.html"


def finding_pages(pages: Sequence[Page], texts: Texts) -> Iterator[Page]:
    """The search page and the lists from A to Z of these pages, those of one language."""
    code = texts.language.code
    by_letter: dict[str, list[Page]] = defaultdict(list)
    placed = order(code)
    for page in sorted(_found(pages), key=lambda page: placed(page.whole_title)):
        by_letter[letter(page.title, code)].append(page)
    names = [(each, _path(each), len(by_letter[each])) for each in (*letters(code), OTHER) if each in by_letter]
    title = texts.say("From A to Z")
    yield Page(A_TO_Z, "finding/a_to_z.html", title, {"letters": names}, indexed=False)
    for name, path, _ in names:
        shown = name.upper() if name != OTHER else texts.say("Others")
        yield Page(
            path, "finding/letter.html", shown, {"pages": by_letter[name], "letters": names}, above=((title, A_TO_Z),),
            indexed=False, in_others=A_TO_Z,
        )  # fmt: skip
    yield Page(SEARCH, "finding/search.html", texts.say("Search"), {"letters": names}, wasm=True, indexed=False)


def plain_index(pages: Iterable[Page], texts: Texts) -> tuple[str, bytes]:
    """Titles, paths and words of the pages of one language, as a script: from a stick a page may read nothing else."""
    found = [[page.whole_title, page.path, page.words] for page in _found(pages)]
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return f"{texts.language.code}/pages.js", f"globalThis.recusePages={text};\n".encode()


def _found(pages: Iterable[Page]) -> Iterator[Page]:
    return (page for page in pages if page.indexed and page.path != HOME)


def _path(name: str) -> str:
    """The file of a letter: its name where it is one of a file's, or its number."""
    return f"a-z/{name if name.isascii() and name.isalpha() else f'u{ord(name):04x}'}.html"


def _nothing(_sources: Sources, _texts: Texts) -> Iterator[Page]:
    return iter(())


SECTION: Final = Section("finding", "Search", SEARCH, _nothing)
"""Its pages are made of those of all other sections, when these are done."""
