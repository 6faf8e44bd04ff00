"""The pages of rights: the six places, one page for each, the cards, and the words explained."""

from collections.abc import Iterator
from typing import Final

from recuse.content.values import PLACES, STATUSES, Place
from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.site.pages import Page, Section
from recuse.site.rights.lines import spared_line, withheld_lines
from recuse.site.rights.mixed import marked_up
from recuse.site.rights.printing import CARDS, printed_as, printed_from, rights_sheets
from recuse.site.rights.rows import shelf_data
from recuse.site.rights.saying import place_title, status_meaning, status_word
from recuse.site.rights.told import Shelf
from recuse.site.rights.views import card_view, place_groups, shelf_of
from recuse.site.rights.words import glossary_pages
from recuse.site.sources import Sources

PATH: Final = "rights/index.html"


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    whole = shelf_of(sources, texts.language)
    yield _index(sources, texts, whole)
    for place in PLACES:
        yield _place(sources, texts, place)
    yield _cards(sources, texts, whole)
    yield from glossary_pages(sources, texts)


def _index(sources: Sources, texts: Texts, whole: Shelf) -> Page:
    counts = {place: sum(each.record.place == place for each in whole.told) for place in PLACES}
    reviewed = sum(each.english is not None and each.standing.reviewed is not None for each in whole.told)
    by_machine = sum(each.standing.machine for each in whole.told)
    there = {fact.status for each in whole.told for claim in each.claims for fact in claim.facts}
    values = {
        "places": [(place_title(texts, each), f"rights/{each}.html", counts[each]) for each in PLACES],
        "told": len(whole.told), "reviewed": reviewed, "by_machine": by_machine,
        "statuses": [(status_word(texts, each), status_meaning(texts, each)) for each in STATUSES if each in there],
        **_withheld(texts, whole),
    }  # fmt: skip
    data: dict[str, JSON] = {
        "places": {str(place): number for place, number in counts.items()}, "texts": len(whole.told),
        "reviewed": reviewed, "translated_by_machine": by_machine,
        "withheld": shelf_data(sources.content, texts.language.code, whole)["withheld"],
    }  # fmt: skip
    return Page(PATH, "rights/index.html", texts.say("Your rights"), values, data)


def _place(sources: Sources, texts: Texts, place: Place) -> Page:
    found, code = shelf_of(sources, texts.language, place), texts.language.code
    values = {
        "groups": place_groups(sources, texts, found), "cards": bool(found.cards),
        "pdfs": printed_as(sources, place), "printed_from": marked_up(printed_from(sources, texts)),
        **_withheld(texts, found),
    }  # fmt: skip
    data = {"place": place, **shelf_data(sources.content, code, found)}
    words = " ".join(each.title for each in found.told)
    return Page(
        f"rights/{place}.html", "rights/place.html", place_title(texts, place), values, data, _above(texts), words=words
    )


def _cards(sources: Sources, texts: Texts, whole: Shelf) -> Page:
    cards = [card_view(each, texts) for each in whole.cards]
    data: dict[str, JSON] = {
        "cards": [{"id": each.record.id, "title": each.title, "do": [*each.card.do], "say": [*each.card.say],
                   "state": each.standing.state} for each in whole.cards],
    }  # fmt: skip
    foot = marked_up(printed_from(sources, texts))
    values = {"cards": cards, "pdfs": printed_as(sources, None), "printed_from": foot}
    return Page(CARDS, "rights/cards.html", texts.say("Cards to print"), values, data, _above(texts))


def _withheld(texts: Texts, found: Shelf) -> dict[str, object]:
    return {"withheld": tuple(withheld_lines(texts, found)), "spared": spared_line(texts, found)}


def _above(texts: Texts) -> tuple[tuple[str, str], ...]:
    return ((texts.say("Your rights"), PATH),)


SECTION = Section(
    "rights", "Your rights", PATH, _pages, sheets=rights_sheets,
    tile="At home, at work, at school, in court, at a hospital, on the street: each with its law, and how sure it is.",
    there=lambda sources: bool(sources.content.rights),
)  # fmt: skip
