"""What the templates of rights are given: texts with their lines as HTML, words explained where they first stand."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from recuse.content.values import Explained, Place
from recuse.languages import Language, Texts
from recuse.site.rights.lines import about_lines, brief, citations, claim_lines, warnings
from recuse.site.rights.mixed import marked_up
from recuse.site.rights.saying import place_title
from recuse.site.rights.told import Shelf, Told, by_jurisdiction, shelf
from recuse.site.rights.words import Stretch, explained, first_words, stretches
from recuse.site.sources import Sources


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A paragraph: its stretches, the words explained below it, and its law."""

    stretches: tuple[Stretch, ...]
    words: tuple[tuple[str, Explained], ...]
    law: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class CardView:
    """What to do and say; `say` has each sentence in the reader's language, then in English where that is another."""

    title: str
    place: str
    do: tuple[str, ...]
    say: tuple[tuple[str, str], ...]
    brief: str
    law: Markup


@dataclass(frozen=True, slots=True)
class TextView:
    """A text: `warnings` say why it is not simply shown, `about` its days and who looked at it."""

    id: str
    title: str
    claims: tuple[ClaimView, ...]
    card: CardView
    warnings: tuple[str, ...]
    about: tuple[Markup, ...]


Group = tuple[str, tuple[TextView, ...]]
"""A jurisdiction by its name, with its texts."""


def place_groups(sources: Sources, texts: Texts, found: Shelf) -> dict[str, tuple[Group, ...]]:
    """The texts of a page by kind, law before what this body decided; then by jurisdiction."""
    ordered = [each for kind in ("law", "commitment") for each in found.told if each.record.kind == kind]
    words = iter(first_words(claim.text for each in ordered for claim in each.claims))
    views = {each.record.id: _text(sources, texts, each, [next(words) for _ in each.claims]) for each in ordered}
    return {kind: _groups(sources, texts, (each for each in ordered if each.record.kind == kind), views)
            for kind in ("law", "commitment")}  # fmt: skip


def card_view(told: Told, texts: Texts) -> CardView:
    """The card of a text; nothing to do or say where it has none."""
    english = told.record.card.say if told.translated_by is not None else ("",) * len(told.card.say)
    pairs = tuple(zip(told.card.say, english, strict=True))
    place = place_title(texts, told.record.place)
    return CardView(told.title, place, told.card.do, pairs, brief(texts, told), marked_up(citations(told)))


def shelf_of(sources: Sources, language: Language, at: Place | None = None) -> Shelf:
    """The texts of a place on the day of publishing, in the order for the body that publishes."""
    own = sources.repository.institution.jurisdictions
    return shelf(sources.content, language.code, sources.now.date(), at, own)


def _groups(sources: Sources, texts: Texts, told: Iterable[Told], views: dict[str, TextView]) -> tuple[Group, ...]:
    code = texts.language.code
    return tuple(
        (sources.names.name("jurisdiction", jurisdiction, code), tuple(views[each.record.id] for each in group))
        for jurisdiction, group in by_jurisdiction(told)
    )


def _text(sources: Sources, texts: Texts, told: Told, words: list[tuple[str, ...]]) -> TextView:
    content, code = sources.content, texts.language.code
    claims = tuple(
        ClaimView(
            stretches(content, code, claim.text),
            tuple((word, explained(content, code, word)) for word in new),
            tuple(marked_up(each) for each in claim_lines(sources.names, texts, told, claim)),
        )
        for claim, new in zip(told.claims, words, strict=True)
    )
    about = tuple(marked_up(each) for each in about_lines(texts, told))
    return TextView(told.record.id, told.title, claims, card_view(told, texts), warnings(texts, told), about)
