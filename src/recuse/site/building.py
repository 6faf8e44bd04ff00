"""All files of a site: the pages of every section by language, their data, and what has no language."""

import json
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from typing import Final, Generic, TypeVar

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
_EARLY: Final = 2
"""Languages by which what the other process does not make is ahead of what it makes."""
File = tuple[str, bytes]
K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Part(Generic[K]):
    """The pages of a section in one language, without what only their templates need, and its files as kept."""

    pages: tuple[Page, ...]
    files: tuple[tuple[str, K], ...]


def build(
    sources: Sources,
    printer: Printer | None = None,
    progress: Progress = lambda *_: None,
    sections: Sequence[Section] = SECTIONS,
) -> Generator[File, None, None]:
    """Every file by its path; sheets as PDF where there is a printer. Raises as `build_into`."""
    return build_into(lambda _path, content: content, sources, printer, progress, sections)


def build_into(
    keep: Callable[[str, bytes], K],
    sources: Sources,
    printer: Printer | None = None,
    progress: Progress = lambda *_: None,
    sections: Sequence[Section] = SECTIONS,
) -> Generator[tuple[str, K], None, None]:
    """The path of every file with what `keep` gave for its path and content; of some files it is called elsewhere.

    That is in a process that begins with the first file, and is ended with the last one or with the generator. Raises
    InputError for a message or a name that a language lacks, and for a language that no font serves.
    """
    sections = [section for section in sections if section.there(sources)]
    renderer = Renderer(sources, sections)
    spoken = [texts_of(language) for language in sources.settings.languages]
    steps = [*(texts.language.name for texts in spoken), "files", "done"]
    part, sheets = partial(_part, keep, sources, renderer), partial(_sheets, keep, sources, printer, sections)
    many = [partial(part, each, texts) for texts in spoken for each in sections if each.many]
    progress(steps[0], 0, len(spoken) + 1)
    with ahead(many, large=_large(sources)) as parts:
        # What is made here is made some languages ahead, so that next to nothing is waited for.
        for number, (texts, own, printed) in enumerate(_early(_own(part, sheets, sections, spoken), _EARLY), 1):
            yield from (file for each in (*own.values(), printed) for file in each.files)
            far = {section.name: next(parts) for section in sections if section.many}
            yield from (file for each in far.values() for file in each.files)
            pages = [page for section in sections for page in (own | far)[section.name].pages]
            yield from _kept(keep, _finding(pages, sources, texts, renderer))
            progress(steps[number], number, len(spoken) + 1)
    yield from _kept(keep, _of_no_language(sources, renderer, sections))
    progress(steps[-1], len(spoken) + 1, len(spoken) + 1)


def _early(items: Iterable[T], others: int) -> Iterator[T]:
    """The same, each when so many others after it have come."""
    held: deque[T] = deque()
    for each in items:
        held.append(each)
        if len(held) > others:
            yield held.popleft()
    yield from held


def _own(
    part: Callable[[Section, Texts], _Part[K]],
    sheets: Callable[[Texts], _Part[K]],
    sections: Iterable[Section],
    spoken: Iterable[Texts],
) -> Iterator[tuple[Texts, dict[str, _Part[K]], _Part[K]]]:
    """For each language the parts that are made here, by the name of their section, and the sheets."""
    for texts in spoken:
        yield texts, {each.name: part(each, texts) for each in sections if not each.many}, sheets(texts)


def _kept(keep: Callable[[str, bytes], K], files: Iterable[File]) -> Iterator[tuple[str, K]]:
    return ((path, keep(path, content)) for path, content in files)


def _large(sources: Sources) -> bool:
    """Whether the work is worth another process."""
    return sources.directory is not None and len(sources.directory.shown) >= _LARGE


def _part(
    keep: Callable[[str, bytes], K], sources: Sources, renderer: Renderer, section: Section, texts: Texts
) -> _Part[K]:
    pages: list[Page] = []
    files: list[tuple[str, K]] = []
    for page in section.pages(sources, texts):
        files += _kept(keep, _page(page, sources, texts, renderer))
        pages.append(replace(page, values={}, data={}))
    return _Part(tuple(pages), tuple(files))


def _finding(made: Sequence[Page], sources: Sources, texts: Texts, renderer: Renderer) -> Iterator[File]:
    for page in finding_pages(made, texts):
        yield from _page(page, sources, texts, renderer)
    yield plain_index(made, texts)


def _page(page: Page, sources: Sources, texts: Texts, renderer: Renderer) -> Iterator[File]:
    path = f"{texts.language.code}/{page.path}"
    yield path, renderer.page(page, texts)
    yield f"{path.removesuffix('.html')}.json", _document(page, sources, texts)


def _sheets(
    keep: Callable[[str, bytes], K],
    sources: Sources,
    printer: Printer | None,
    sections: Sequence[Section],
    texts: Texts,
) -> _Part[K]:
    files: list[tuple[str, K]] = []
    if printer is not None:
        printer.check(texts.language)
        sheets = (sheet for section in sections for sheet in section.sheets(sources, texts))
        printed = ((f"{texts.language.code}/{path}", printer.pdf(sheet, texts.language)) for path, sheet in sheets)
        files += _kept(keep, printed)
    return _Part((), tuple(files))


def _of_no_language(sources: Sources, renderer: Renderer, sections: Sequence[Section]) -> Iterator[File]:
    yield "index.html", renderer.choice(texts_of(ENGLISH))
    for section in sections:
        yield from section.files(sources)
    yield from _static()
    yield from notes(sources)


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
