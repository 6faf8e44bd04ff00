"""What is looked for on every page without a browser. Each look gives the faults that it finds, as sentences."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, normpath
from typing import Final
from urllib.parse import unquote, urlsplit

from recuse.languages import LANGUAGES, Language
from recuse.site.pages import Page
from recuse.site.rendering import policy_of
from tests.site.reading import Element, Read, pages, read

LOADED: Final = {
    "script": ("src",), "img": ("src", "srcset"), "source": ("src", "srcset"), "video": ("src", "poster"),
    "audio": ("src",), "track": ("src",), "input": ("src",), "image": ("href",), "use": ("href",), "link": ("href",),
}  # fmt: skip
"""Attributes whose addresses a browser loads by itself."""
NOT_LOADED: Final = {"alternate", "canonical"}
"""Relations of `link` that a browser does not follow."""
FORBIDDEN: Final = {"style", "base", "iframe", "frame", "object", "embed", "applet", "portal"}
_OWN: Final = "a-z/"
"""The folder of pages by letter, which each language has of its own; their switch leads to the list of letters."""
FRAMED: Final = "embed/"
"""The folder of what other sites show in a frame of theirs, which has no way out of its own."""
EXIT: Final = "static/site.js"
"""The script that hides a page at once when its reader leaves."""
LEFT_OVER: Final = re.compile(r"\{word:|\{\{|\}\}|\{%|%\}|%\(\w+\)|&(amp|lt|gt|quot|#\d+);|<bound method|\bUndefined\b")


@dataclass(frozen=True)
class Published:
    """A published folder as it was read."""

    folder: Path
    exit_to: str

    @cached_property
    def pages(self) -> Mapping[str, Read]:
        return {each.path: each for each in pages(self.folder)}

    @cached_property
    def files(self) -> frozenset[str]:
        return frozenset(f.relative_to(self.folder).as_posix() for f in self.folder.rglob("*") if f.is_file())

    @cached_property
    def languages(self) -> tuple[Language, ...]:
        return tuple(each for code, each in LANGUAGES.items() if f"{code}/index.html" in self.pages)

    def language_of(self, page: Read) -> Language | None:
        """The language whose folder a page lies in; None outside all of them."""
        first, _, rest = page.path.partition("/")
        return LANGUAGES.get(first) if rest else None

    def in_language(self, language: Language) -> Iterator[Read]:
        return (each for each in self.pages.values() if self.language_of(each) is language)

    def with_page(self, path: str, text: str) -> "Published":
        """The same, with another text of one page: for faults that are planted."""
        made = Published(self.folder, self.exit_to)
        made.__dict__["pages"] = {**self.pages, path: read(path, text)}
        made.__dict__["files"] = self.files | {path}
        return made


Look = Callable[[Read, Published], Iterator[str]]


def form(page: Read, _site: Published) -> Iterator[str]:
    """Well-formed, one heading of the first level in the main text, and no level left out."""
    yield from page.faults
    levels = [(int(each.tag[1]), each) for each in page.html.all("h1", "h2", "h3", "h4", "h5", "h6")]
    if [level for level, _ in levels].count(1) != 1 or levels[0][0] != 1:
        yield "it has not one h1, before all other headings"
    for (before, _), (level, each) in pairwise(levels):
        if level > before + 1:
            yield f"h{level} `{each.text}` follows h{before}"
    yield from (f"an empty <{each.tag}>" for _, each in levels if not each.text)
    if len([*page.html.all("main")]) != 1:
        yield "it has not one <main>"


def tongue(page: Read, site: Published) -> Iterator[str]:
    """`lang` and `dir` of the page, and of what is in another language on it."""
    wanted = site.language_of(page) or LANGUAGES.get(page.html.get("lang"))
    if wanted is None:
        yield f"there is no language `{page.html.get('lang')}`"
        return
    for name, value in (("lang", wanted.code), ("dir", wanted.direction)):
        if page.html.get(name) != value:
            yield f"`{name}` is `{page.html.get(name)}`, not `{value}`"
    for each in page.main().all():
        other = LANGUAGES.get(each.get("lang"))
        if "lang" in each.attributes and other is None:
            yield f"<{each.tag}> has the unknown language `{each.get('lang')}`"
        apart = "dir" in each.attributes or each.tag == "bdi" or any(each.all("bdi"))
        if other is not None and other.direction != wanted.direction and not apart:
            yield f"<{each.tag}> of line {each.line} in {other.name} has no direction of its own"


def title(page: Read, _site: Published) -> Iterator[str]:
    """One title."""
    found = [each.text for each in page.html.all("title") if each.parent and each.parent.tag == "head"]
    if len(found) != 1 or not found[0]:
        yield "it has not one title"


def policy(page: Read, _site: Published) -> Iterator[str]:
    """The content security policy before anything is loaded, no referrer, and readers may enlarge."""
    allowed = {policy_of(Page("", "", "", wasm=wasm)) for wasm in (False, True)}
    if page.meta(http_equiv="Content-Security-Policy") not in allowed:
        yield "its content security policy is not that of the site"
    if page.meta(name="referrer") != "no-referrer":
        yield "it does not say `no-referrer`"
    head = [*page.html.all("meta", "link", "script")]
    names = [each.get("http-equiv") or each.tag for each in head]
    if "Content-Security-Policy" in names and {"link", "script"} & {*names[: names.index("Content-Security-Policy")]}:
        yield "something is loaded before the content security policy"
    if re.search(r"user-scalable|maximum-scale", page.meta(name="viewport") or "user-scalable"):
        yield "readers may not enlarge it"
    if any(each.get("http-equiv").lower() == "refresh" for each in head):
        yield "it goes elsewhere by itself"


def bare(page: Read, _site: Published) -> Iterator[str]:
    """No inline script, style or handler; nothing embedded; no form that sends."""
    for each in page.html.all():
        if each.tag in FORBIDDEN:
            yield f"<{each.tag}> in line {each.line}"
        if each.tag == "script" and (not each.get("src") or each.text):
            yield f"an inline script in line {each.line}"
        for name, value in each.attributes.items():
            if name == "style" or name.startswith("on"):
                yield f"`{name}` of <{each.tag}> in line {each.line}"
            if value.lower().lstrip().startswith(("javascript:", "data:", "vbscript:")):
                yield f"`{value[:20]}…` in line {each.line}"
        if each.tag == "form" and ({"action", "method"} & {*each.attributes}):
            yield f"a form that sends, in line {each.line}"


def links(page: Read, site: Published) -> Iterator[str]:
    """Whatever is loaded is a file of the site, and every link within it leads to a page and place that is there."""
    for each in page.html.all():
        relation = {*each.get("rel").lower().split()}
        if each.tag == "link" and relation & {"preconnect", "dns-prefetch"}:
            yield f"<link rel={each.get('rel')}> in line {each.line}"
        for name in LOADED.get(each.tag, ()):
            if name in each.attributes and not (each.tag == "link" and "canonical" in relation):
                yield from _inside(page, site, each, name)
        if each.tag in {"a", "area"} and "href" in each.attributes:
            parts = urlsplit(each.get("href"))
            if parts.scheme in {"http", "https"} and parts.netloc:
                if each.get("target") and "noopener" not in relation:
                    yield f"`{each.get('href')}` opens a window that holds this one"
            elif parts.scheme not in {"tel", "mailto", "sms"}:
                yield from _inside(page, site, each, "href")
    yield from _labels(page)


def _inside(page: Read, site: Published, each: Element, name: str) -> Iterator[str]:
    value = each.get(name)
    parts = urlsplit(value)
    if parts.scheme or parts.netloc or value.startswith("/"):
        yield f"<{each.tag}> in line {each.line} has the address `{value}`, which is not relative"
        return
    target = normpath(f"{dirname(page.path)}/{unquote(parts.path)}").lstrip("/") if parts.path else page.path
    if target not in site.files:
        yield f"`{value}` of line {each.line} is not there"
    elif parts.fragment and target.endswith(".html") and unquote(parts.fragment) not in site.pages[target].ids():
        yield f"`{value}` of line {each.line} leads to no such place"


def _labels(page: Read) -> Iterator[str]:
    """What other elements are named by is there."""
    ids = page.ids()
    for each in page.html.all():
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers"):
            for wanted in each.get(name).split():
                if wanted not in ids:
                    yield f"`{name}` of line {each.line} names `{wanted}`, which is not there"


def way_out(page: Read, site: Published) -> Iterator[str]:
    """The way out is the second stop, leads where `site.toml` says, and has its script and all that it says."""
    if page.path.startswith(FRAMED):
        return
    stops = [each for each in page.html.all("a", "button", "input", "select", "textarea", "summary") if _is_stop(each)]
    if [(each.get("href"), each.get("id")) for each in stops[:2]] != [("#main", ""), (site.exit_to, "exit")]:
        yield f"its first stops are not past the frame and to `{site.exit_to}`"
        return
    if "noreferrer" not in stops[1].get("rel").split():
        yield "the way out tells where its reader comes from"
    loaded = {normpath(f"{dirname(page.path)}/{each.get('src')}").lstrip("/") for each in page.html.all("script")}
    if EXIT not in loaded:
        yield f"it does not load `{EXIT}`"
    said = [each for each in page.html.all() if each.get("id") == "exit-said"]
    words = {said[0].get(f"data-{when}") for when in ("first", "second", "over", "gone")} if said else set()
    if len(words - {""}) != 4:
        yield "the way out does not say each press"


def _is_stop(each: Element) -> bool:
    return (each.tag != "a" or "href" in each.attributes) and each.get("type") != "hidden"


def switch(page: Read, site: Published) -> Iterator[str]:
    """The same page in every other language is one link away."""
    language = site.language_of(page)
    if language is None:
        return
    _, _, path = page.path.partition("/")
    for kind in ("a", "link"):
        found = {e.get("hreflang"): e for e in page.html.all(kind) if e.get("hreflang") and _is_switch(e)}
        for other in site.languages:
            if other is language and kind == "link":
                continue
            if other.code not in found:
                yield f"no <{kind}> leads to {other.name}"
                continue
            target = normpath(f"{dirname(page.path)}/{found[other.code].get('href')}")
            there = f"{other.code}/{path}"
            if target != there and not (path.startswith(_OWN) and target.startswith(f"{other.code}/{_OWN}")):
                yield f"the <{kind}> to {other.name} leads to `{target}`"


def _is_switch(each: Element) -> bool:
    return each.tag == "link" or bool(
        each.parent and each.parent.parent and "s-languages" in each.parent.parent.get("class")
    )


def twin(page: Read, site: Published) -> Iterator[str]:
    """Its data lie beside it, and say which page they are of."""
    language = site.language_of(page)
    if language is None:
        return
    path = page.path.removesuffix(".html") + ".json"
    if path not in site.files:
        yield "its data are not there"
        return
    found = json.loads((site.folder / path).read_text(encoding="utf-8"))
    _, _, rest = page.path.partition("/")
    if (found["page"], found["language"]) != (rest, language.code):
        yield f"its data are of `{found['page']}` in `{found['language']}`"
    if not next(page.html.all("title")).text.startswith(" ".join(found["title"].split())):
        yield "its data have another title"


def finished(page: Read, _site: Published) -> Iterator[str]:
    """Nothing of templates or of messages is left in what is read."""
    for each in page.said():
        found = LEFT_OVER.search(each.text)
        if found:
            yield f"`{found.group()}` is left in line {each.line}: `{each.text[:60]}`"
        if each.language != "en" and re.search(r"\b(None|True|False|nan)\b", each.text):
            yield f"a value of the program is left in line {each.line}: `{each.text[:60]}`"


def same_pages(site: Published) -> Iterator[str]:
    """Every language has the same pages, and links lead to each of them from its first page."""
    paths = {each.code: {p.path.partition("/")[2] for p in site.in_language(each)} for each in site.languages}
    for code, found in paths.items():
        yield from (f"`{code}` has no `{path}`" for path in sorted(paths["en"] - found) if not path.startswith(_OWN))
        yield from (f"`en` has no `{path}`" for path in sorted(found - paths["en"]) if not path.startswith(_OWN))
        reached, new = set[str](), {f"{code}/index.html"}
        while new:
            reached |= new
            new = {t for path in new for t in _targets(site.pages[path]) if t in site.pages} - reached
        yield from (f"no link leads to `{code}/{path}`" for path in sorted(found) if f"{code}/{path}" not in reached)


def own_titles(site: Published) -> Iterator[str]:
    """No two pages of a language have the same title."""
    for language in site.languages:
        seen: dict[str, str] = {}
        for page in site.in_language(language):
            said = next(page.html.all("title")).text
            if seen.setdefault(said, page.path) != page.path:
                yield f"`{page.path}` and `{seen[said]}` have the same title `{said}`"


def _targets(page: Read) -> Iterator[str]:
    for each in page.html.all("a"):
        parts = urlsplit(each.get("href"))
        if not parts.scheme and parts.path:
            yield normpath(f"{dirname(page.path)}/{unquote(parts.path)}")


LOOKS: Final[Mapping[str, Look]] = {
    "form": form, "tongue": tongue, "title": title, "policy": policy, "bare": bare, "links": links, "way_out": way_out,
    "switch": switch, "twin": twin, "finished": finished,
}  # fmt: skip
