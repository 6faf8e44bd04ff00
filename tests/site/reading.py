"""Reads a published page strictly, as a tree: what is not closed, closed twice or named twice is a fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

VOID: Final = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
INLINE: Final = {
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr", "label", "button", "br", "img",
}  # fmt: skip
CODE: Final = {"code", "pre", "samp", "kbd"}
SPOKEN: Final = ("alt", "title", "aria-label", "placeholder", "aria-description", "aria-roledescription", "label")
"""Attributes that a reader hears or sees."""


@dataclass(eq=False)
class Element:
    """One element, with its text and children in order."""

    tag: str
    attributes: Mapping[str, str]
    line: int
    parent: "Element | None" = None
    children: "list[Element | str]" = field(default_factory=list)

    def all(self, *tags: str) -> "Iterator[Element]":
        """This element and all below it, or those of these tags."""
        if not tags or self.tag in tags:
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.all(*tags)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def text(self) -> str:
        """What stands in it, in one line."""
        return " ".join("".join(self._pieces()).split())

    def _pieces(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                edge = "" if child.tag in INLINE and child.tag != "br" else " "
                yield from (edge, *child._pieces(), edge)

    @property
    def inherited_language(self) -> str:
        """The language of its text."""
        if "lang" in self.attributes or self.parent is None:
            return self.get("lang")
        return self.parent.inherited_language


@dataclass(frozen=True)
class Said:
    """A stretch of text in one language, as a block or a spoken attribute has it."""

    text: str
    language: str
    line: int


@dataclass(frozen=True)
class Read:
    """One page: its path in the site, its tree, and what is wrong with its form."""

    path: str
    html: Element
    faults: tuple[str, ...]

    def ids(self) -> set[str]:
        return {each.get("id") for each in self.html.all() if each.get("id")}

    def meta(self, **named: str) -> str | None:
        """The content of the `meta` element with this attribute."""
        ((name, value),) = named.items()
        wanted = name.replace("_", "-")
        found = [each for each in self.html.all("meta") if each.get(wanted).lower() == value.lower()]
        return found[0].get("content") if len(found) == 1 else None

    def main(self) -> Element:
        """What is particular to the page."""
        return next(self.html.all("main"), self.html)

    def said(self) -> list[Said]:
        """All that is read or heard, but code, in stretches of one language."""
        found: list[Said] = []
        _collect(self.html, found, [])
        return found


def _collect(element: Element, found: list[Said], open_: list[tuple[str, str, int]]) -> None:
    """Blocks end what was begun; inline elements go on with it."""
    if element.tag in {"script", "style", "template"}:
        return
    block = element.tag not in INLINE
    if block:
        _flush(found, open_)
    language = element.inherited_language
    for name in SPOKEN:
        if element.get(name).strip():
            found.append(Said(element.get(name), language, element.line))
    if element.tag == "meta" and element.get("name") == "description":
        found.append(Said(element.get("content"), language, element.line))
    for child in element.children if element.tag not in CODE else ():
        if isinstance(child, Element):
            _collect(child, found, open_)
        else:
            open_.append((child, language, element.line))
    if block:
        _flush(found, open_)


def _flush(found: list[Said], open_: list[tuple[str, str, int]]) -> None:
    last: list[tuple[str, str, int]] = []
    for piece in [*open_, ("", "", 0)]:
        if last and piece[1] != last[0][1]:
            text = " ".join("".join(each[0] for each in last).split())
            if text:
                found.append(Said(text, last[0][1], last[0][2]))
            last = []
        last.append(piece)
    open_.clear()


class _Strict(HTMLParser):
    """Builds the tree; every element is closed by name, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, 0)
        self.faults: list[str] = []
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        names = [name for name, _ in attrs]
        if len({*names}) != len(names):
            self.faults.append(f"line {line}: an attribute of <{tag}> stands twice")
        parent = self._open[-1]
        made = Element(tag, {name: value or "" for name, value in attrs}, line, parent)
        parent.children.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()  # of drawings in SVG

    def handle_endtag(self, tag: str) -> None:
        if self._open[-1].tag != tag:
            self.faults.append(f"line {self.getpos()[0]}: </{tag}> while <{self._open[-1].tag}> is open")
            if tag not in {each.tag for each in self._open}:
                return
            while self._open[-1].tag != tag:
                self._open.pop()
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def finish(self) -> None:
        self.close()
        self.faults += [f"<{each.tag}> of line {each.line} is not closed" for each in self._open[1:]]


def read(path: str, text: str) -> Read:
    """A page by its path in the site."""
    parser = _Strict()
    parser.feed(text)
    parser.finish()
    faults = [] if text.lower().startswith("<!doctype html>") else ["it does not begin with <!doctype html>"]
    faults += parser.faults
    html = [each for each in parser.root.children if isinstance(each, Element)]
    if [each.tag for each in html] != ["html"]:
        return Read(path, parser.root, (*faults, "it is not one <html>"))
    if [each.tag for each in html[0].children if isinstance(each, Element)] != ["head", "body"]:
        faults.append("<html> is not one <head> and one <body>")
    ids = [each.get("id") for each in html[0].all() if "id" in each.attributes]
    faults += sorted({f"the id `{each}` stands twice" for each in ids if ids.count(each) > 1 or not each})
    return Read(path, html[0], tuple(faults))


def pages(folder: Path) -> Iterator[Read]:
    """Every HTML page below a folder, found by walking it."""
    for file in sorted(folder.rglob("*.html")):
        yield read(file.relative_to(folder).as_posix(), file.read_text(encoding="utf-8"))
