"""A strict reader of Atom feeds, from RFC 4287: what a feed and its entries must have, once, and what they may."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

ATOM: Final = "{http://www.w3.org/2005/Atom}"
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_URN: Final = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ONCE: Final = ("id", "title", "updated")
_FEED: Final = {
    *_ONCE,
    "author",
    "category",
    "contributor",
    "generator",
    "icon",
    "link",
    "logo",
    "rights",
    "subtitle",
    "entry",
}
_ENTRY: Final = {
    *_ONCE,
    "author",
    "category",
    "content",
    "contributor",
    "link",
    "published",
    "rights",
    "source",
    "summary",
}


def faults(content: bytes) -> list[str]:
    """Everything wrong with a feed."""
    feed = ElementTree.fromstring(content)  # noqa: S314  # our own output
    if feed.tag != f"{ATOM}feed":
        return ["no feed"]
    entries = feed.findall(f"{ATOM}entry")
    found = [*_construct(feed, _FEED, "feed")]
    found += [fault for n, each in enumerate(entries) for fault in _construct(each, _ENTRY, f"entry {n}")]
    # 4.1.1: an author of the feed, unless every entry has one.
    if feed.find(f"{ATOM}author") is None and not all(each.find(f"{ATOM}author") is not None for each in entries):
        found.append("feed: no author")
    found += [] if any(each.get("rel") == "self" for each in feed.findall(f"{ATOM}link")) else ["feed: no self"]
    # 4.1.1: entries of one id differ in `updated`.
    keys = Counter((_text(each, "id"), _text(each, "updated")) for each in entries)
    found += [f"{key} twice" for key, count in keys.items() if count > 1]
    newest = max((_text(each, "updated") for each in entries), default=_text(feed, "updated"))
    return found + ([] if newest <= _text(feed, "updated") else ["feed: older than an entry"])


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


def _construct(element: ElementTree.Element, known: set[str], where: str) -> Iterator[str]:
    names = Counter(each.tag.removeprefix(ATOM) for each in element)
    yield from (f"{where}: {name} is not known" for name in names if name not in known)
    yield from (f"{where}: {names[name]} of {name}" for name in _ONCE if names[name] != 1)
    if not _URN.fullmatch(_text(element, "id")):
        yield f"{where}: id"
    if not _text(element, "title").strip():
        yield f"{where}: title"
    moment = _text(element, "updated")
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        yield f"{where}: updated"
    if not _MOMENT.fullmatch(moment):
        yield f"{where}: updated"
    for each in element.findall(f"{ATOM}author"):
        if [one.tag for one in each] != [f"{ATOM}name"] or not _text(each, "name"):
            yield f"{where}: author"
    links = element.findall(f"{ATOM}link")
    kinds = Counter((each.get("rel", "alternate"), each.get("type"), each.get("hreflang")) for each in links)
    yield from (f"{where}: two links {kind}" for kind, count in kinds.items() if count > 1 and kind[0] == "alternate")
    for each in links:
        address = urlsplit(each.get("href", ""))
        if not each.get("href") or address.scheme not in ("", "https"):
            yield f"{where}: link {each.get('href')}"
    # 4.1.2: an entry without content has an alternate.
    if where != "feed" and element.find(f"{ATOM}content") is None and not kinds:
        yield f"{where}: neither content nor link"
