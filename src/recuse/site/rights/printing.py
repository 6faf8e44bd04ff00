"""Sheets of rights as PDF: one for each place, one of all cards; with the same texts, law and states as the pages."""

from collections.abc import Iterator
from typing import Final

from recuse.content.marks import without_marks
from recuse.content.values import PLACES, Kind, Place
from recuse.languages import Language, Texts
from recuse.site.rights.lines import about_lines, brief, citations, claim_lines, spared_line, warnings, withheld_lines
from recuse.site.rights.mixed import line
from recuse.site.rights.saying import place_title
from recuse.site.rights.told import Shelf, Told, by_jurisdiction
from recuse.site.rights.views import shelf_of
from recuse.site.rights.words import explained, first_words
from recuse.site.sheets import CutOut, Foreign, Half, Line, Part, Sheet
from recuse.site.sources import Sources
from recuse.site.words import demonstration, institution

CARDS: Final = "rights/cards.html"


def printed_as(sources: Sources, place: Place | None) -> tuple[tuple[Language, str], ...]:
    """Where the PDFs of a place (None: of the cards) are, below the folder of the site, by language."""
    if not sources.printed:
        return ()
    return tuple(
        (each, f"{each.code}/{_path(place)}")
        for each in sources.settings.languages
        if _worth_printing(shelf_of(sources, each, place), place)
    )


def printed_from(sources: Sources, texts: Texts) -> Line:
    """What stands at the foot of what is printed: as of which day, and from which address where there is one."""
    day, address = texts.say("As of: %(day)s.", day=texts.forms.day(sources.now.date())), sources.settings.address
    return day if address is None else line(day, texts.say("Printed from:"), Foreign(address))


def rights_sheets(sources: Sources, texts: Texts) -> Iterator[tuple[str, Sheet]]:
    """The sheets of a language, by their paths; none of a place with no text to tell."""
    for place in PLACES:
        found = shelf_of(sources, texts.language, place)
        if _worth_printing(found, place):
            yield _path(place), _sheet(sources, texts, place_title(texts, place), tuple(_parts(sources, texts, found)))
    found = shelf_of(sources, texts.language)
    if _worth_printing(found, None):
        cards = tuple(_card(texts, each) for each in found.cards)
        yield _path(None), _sheet(sources, texts, texts.say("Cards to print"), (), cards)


def _path(place: Place | None) -> str:
    return f"rights/{place or 'cards'}.pdf"


def _worth_printing(found: Shelf, place: Place | None) -> bool:
    return bool(found.cards if place is None else found.told)


def _sheet(
    sources: Sources, texts: Texts, title: str, parts: tuple[Part, ...], cards: tuple[CutOut, ...] = ()
) -> Sheet:
    how = texts.say("Cut along the outer lines and fold in the middle.") if cards else ""
    lead = " ".join(filter(None, (how, texts.say("This is not legal advice."))))
    banner = demonstration(sources, texts)
    return Sheet(title, institution(sources, texts), lead, parts, printed_from(sources, texts), banner, cards)


def _parts(sources: Sources, texts: Texts, found: Shelf) -> Iterator[Part]:
    yield from _kind(sources, texts, found, "law", Part(texts.say("What the law says")))
    decided = Part(
        texts.say("What this body has decided itself"),
        (texts.say("These are promises of this body and not law. It can change them."),),
    )
    yield from _kind(sources, texts, found, "commitment", decided)
    yield from _words(sources, texts, found)
    lines = (*filter(None, (spared_line(texts, found),)), *withheld_lines(texts, found))
    yield Part(texts.say("Texts that are not shown"), small=lines)


def _kind(sources: Sources, texts: Texts, found: Shelf, kind: Kind, head: Part) -> Iterator[Part]:
    told = [each for each in found.told if each.record.kind == kind]
    if told:
        yield head
    for jurisdiction, group in by_jurisdiction(told):
        yield Part(sources.names.name("jurisdiction", jurisdiction, texts.language.code), level=3)
        for each in group:
            yield from _text(sources, texts, each)


def _text(sources: Sources, texts: Texts, told: Told) -> Iterator[Part]:
    content, code = sources.content, texts.language.code
    why = warnings(texts, told)
    yield Part(told.title, level=4, notice=(texts.say("Take care with this text:"), *why) if why else ())
    for claim in told.claims:
        yield Part(
            paragraphs=(without_marks(claim.text, content.glossary, code),),
            small=claim_lines(sources.names, texts, told, claim),
        )
    if told.card.do:
        yield Part(paragraphs=(texts.say("What you can do:"),), points=told.card.do)
    if told.card.say:
        yield Part(paragraphs=(texts.say("You can say:"),), points=_said(told))
    yield Part(small=about_lines(texts, told))


def _words(sources: Sources, texts: Texts, found: Shelf) -> Iterator[Part]:
    marked = first_words(claim.text for each in found.told for claim in each.claims)
    words = [explained(sources.content, texts.language.code, word) for group in marked for word in group]
    if words:
        yield Part(texts.say("Words explained"), points=tuple(f"{each.word}: {each.explanation}" for each in words))


def _card(texts: Texts, told: Told) -> CutOut:
    law, said = citations(told), _said(told)
    foot: tuple[Line, ...] = (brief(texts, told), *((law,) if law else ()))
    front = Half(told.title, told.card.do, (place_title(texts, told.record.place),))
    return CutOut(front, Half(texts.say("You can say:") if said else "", said, foot))


def _said(told: Told) -> tuple[Line, ...]:
    """What to say. Who is spoken to may not know the reader's language: each sentence stands in English too."""
    if told.translated_by is None:
        return told.card.say
    pairs = zip(told.card.say, told.record.card.say, strict=True)
    return tuple(line(each, "–", Foreign(english)) for each, english in pairs)
