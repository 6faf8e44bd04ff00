"""A statement of one page: how things stand by the record, what that does not say, and how to check and embed it."""

from collections.abc import Iterator
from typing import Final

from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.site.counted import years
from recuse.site.dated import address_of, files, fragment, fragment_file, frame_file
from recuse.site.pages import Page, Section
from recuse.site.requested import quarters_of
from recuse.site.sources import Sources
from recuse.site.verified import Verified, counted_from, verified_of
from recuse.site.words import institution, office

PATH: Final = "press/index.html"
EMBED: Final = "press/embed.html"


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    verified, head = verified_of(sources), counted_from(sources.record)
    every = years(sources.record.entries, sources.now)
    contact = sources.content.site.contact
    quarters = quarters_of(every[0], texts) if every else []
    attested = [
        (each, office(sources, each.directed_by.id, texts), office(sources, each.confirmed_by.id, texts))
        for each in sources.attested
    ]
    values = {
        "verified": verified, "attested": attested, "body": institution(sources, texts), "contact": contact,
        "office": office(sources, contact.office, texts), "counted_from": head,
        "year": every[0] if every else None, "quarters": quarters, "embed": EMBED, "verifier": sources.record.verifier,
    }  # fmt: skip
    data: dict[str, JSON] = {
        "counted_from": head,
        **verified.document(),
        "directives": [each.directive.id for each in sources.attested],
        "requests": {"year": every[0].name, **every[0].totals} if every else None,
    }
    yield Page(PATH, "press/index.html", texts.say("Statement for the press"), values, data)
    yield _embed(sources, texts, verified)


def _embed(sources: Sources, texts: Texts, verified: Verified) -> Page:
    code = texts.language.code
    values = {
        "verified": verified, "frame": frame_file(code), "fragment": fragment_file(code),
        "address": address_of(sources, frame_file(code)), "code": fragment(sources, texts),
    }  # fmt: skip
    data: dict[str, JSON] = {"frame": frame_file(code), "fragment": fragment_file(code), **verified.document()}
    above = ((texts.say("Statement for the press"), PATH),)
    return Page(EMBED, "press/embed.html", texts.say("A dated text for other sites"), values, data, above)


SECTION = Section(
    "press", "For the press", PATH, _pages, files,
    tile="A statement of one page, and a dated text that other sites can show.",
)  # fmt: skip
