"""The changes as a feed in each language (Atom 1.0, RFC 4287), and as a page. There is no second format of the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from posixpath import basename
from typing import Final
from xml.etree import ElementTree

from recuse.languages import ENGLISH, Texts
from recuse.ledger import JSON
from recuse.site.news import News, about, every_news, feed_id, id_of, said
from recuse.site.pages import Page, Section
from recuse.site.sources import Sources
from recuse.site.words import institution, texts_of

PATH: Final = "record/changes.html"
FEED: Final = "record/changes.atom"
ATOM: Final = "http://www.w3.org/2005/Atom"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
MOST: Final = 50
"""So many changes are in a feed; the page has all."""


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    found = every_news(sources)
    values = {"news": [(each, said(each, texts), about(each, sources)) for each in found], "feed": basename(FEED)}
    data: list[JSON] = [
        {"entry": each.index, "day": each.at.date().isoformat(), "what": each.what, "about": each.about}
        for each in found
    ]
    yield Page(PATH, "record/changes.html", texts.say("What changed"), values, {"news": data})


def _files(sources: Sources) -> Iterator[tuple[str, bytes]]:
    found = every_news(sources)[:MOST]
    for language in sources.settings.languages:
        yield f"{language.code}/{FEED}", atom(found, sources, texts_of(language))


def atom(found: tuple[News, ...], sources: Sources, texts: Texts) -> bytes:
    """The feed of these changes. Its addresses are whole where the site has one, and relative to the feed otherwise."""
    code = texts.language.code
    base = sources.settings.address
    prefix = "" if base is None else f"{base.rstrip('/')}/{code}/record/"
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {f"{{{_XML}}}lang": code})
    _add(feed, "id", feed_id(sources, code))
    _add(feed, "title", f"{sources.settings.title[code]} – {texts.say('What changed')}")
    _add(feed, "updated", _moment(found[0].at if found else sources.now))
    _add(_add(feed, "author"), "name", institution(sources, texts))
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{prefix}{basename(FEED)}")
    _add(feed, "link", rel="alternate", type="text/html", hreflang=code, href=f"{prefix}{basename(PATH)}")
    for each in found:
        entry = _add(feed, "entry")
        text = said(each, texts)
        _add(entry, "id", id_of(each, sources, code))
        _add(entry, "title", text)
        _add(entry, "updated", _moment(each.at))
        _add(entry, "link", rel="alternate", type="text/html", href=f"{prefix}{basename(PATH)}#entry-{each.index}")
        if of := about(each, sources):
            _add(entry, "summary", of).set(f"{{{_XML}}}lang", ENGLISH.code)
        _add(entry, "content", texts.say("%(what)s Entry of the record: %(entry)s", what=text, entry=each.index))
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add(parent: ElementTree.Element, name: str, text: object = None, **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = None if text is None else str(text)
    return child


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


SECTION = Section("changes", None, PATH, _pages, _files)
