"""All files of a site: the pages of every section by language, their data, and what has no language."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from typing import Final

from recuse.design import files_below, vendored
from recuse.languages import ENGLISH, Texts
from recuse.site.ahead import ahead
from recuse.site.finding import finding_pages, plain_index
from recuse.site.pages import Page, Section
from recuse.site.rendering import Renderer
from recuse.site.sections import SECTIONS
from recuse.site.serving_notes import notes
from recuse.site.sheets import Printer
from recuse.site.sources import Sources
from recuse.site.words import texts_of

Progress = Callable[[str, int, int], None]
"""Called before each step with its name, its number from 0, and the number of steps; once more when all are done."""

_LARGE: Final = 400
"""Services from which a site is made by two processes."""
File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class _Part:
    """The pages of a section in one language, without what only their templates need, and their files."""

    pages: tuple[Page, ...]
    files: tuple[File, ...]


def build(
    sources: Sources,
    printer: Printer | None = None,
    progress: Progress = lambda *_: None,
    sections: Sequence[Section] = SECTIONS,
) -> Iterator[File]:
    """Every file by its path; sheets as PDF where there is a printer.

    Raises InputError for a message or a name that a language lacks, and for a language that no font serves.
    """
    sections = [section for section in sections if section.there(sources)]
    renderer = Renderer(sources, sections)
    spoken = [texts_of(language) for language in sources.settings.languages]
    steps = len(spoken) + 1
    many = [partial(_part, each, sources, texts, renderer) for texts in spoken for each in sections if each.many]
    parts = ahead(many, large=_large(sources))
    for number, texts in enumerate(spoken):
        progress(texts.language.name, number, steps)
        yield from _pages(sources, texts, renderer, sections, parts)
        if printer is not None:
            yield from _printed(sources, texts, printer, sections)
    parts.close()
    progress("files", steps - 1, steps)
    yield "index.html", renderer.choice(texts_of(ENGLISH))
    for section in sections:
        yield from section.files(sources)
    yield from _static()
    yield from notes(sources)
    progress("done", steps, steps)


def _large(sources: Sources) -> bool:
    """Whether the work is worth another process."""
    return sources.directory is not None and len(sources.directory.shown) >= _LARGE


def _pages(
    sources: Sources, texts: Texts, renderer: Renderer, sections: Sequence[Section], parts: Iterator[_Part]
) -> Iterator[File]:
    made: list[Page] = []
    for section in sections:
        if section.many:
            part = next(parts)
            made += part.pages
            yield from part.files
            continue
        for page in section.pages(sources, texts):
            made.append(page)
            yield from _page(page, sources, texts, renderer)
    for page in finding_pages(made, texts):
        yield from _page(page, sources, texts, renderer)
    yield plain_index(made, texts)


def _part(section: Section, sources: Sources, texts: Texts, renderer: Renderer) -> _Part:
    pages: list[Page] = []
    files: list[File] = []
    for page in section.pages(sources, texts):
        files += _page(page, sources, texts, renderer)
        pages.append(replace(page, values={}, data={}))
    return _Part(tuple(pages), tuple(files))


def _page(page: Page, sources: Sources, texts: Texts, renderer: Renderer) -> Iterator[File]:
    path = f"{texts.language.code}/{page.path}"
    yield path, renderer.page(page, texts)
    yield f"{path.removesuffix('.html')}.json", _document(page, sources, texts)


def _printed(sources: Sources, texts: Texts, printer: Printer, sections: Sequence[Section]) -> Iterator[File]:
    printer.check(texts.language)
    for section in sections:
        for path, sheet in section.sheets(sources, texts):
            yield f"{texts.language.code}/{path}", printer.pdf(sheet, texts.language)


def _document(page: Page, sources: Sources, texts: Texts) -> bytes:
    whole = {
        "page": page.path, "title": page.title, "language": texts.language.code, "data": page.data,
        "as_of": sources.now.isoformat(timespec="seconds"), "demonstration": sources.settings.demonstration,
    }  # fmt: skip
    return (json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def _static() -> Iterator[File]:
    own = dict(files_below(files("recuse.site") / "static"))
    look = own.pop("site.css")
    for name, content in vendored():
        if name.startswith("uswds/uswds."):
            # One style sheet: of two, a browser that was given the first asks for signs that the second puts away.
            yield f"static/{name.replace('uswds.', 'site.')}", content + look
        elif name.startswith("uswds/"):
            yield f"static/{name}", content
    for name, content in own.items():
        yield f"static/{name}", content
