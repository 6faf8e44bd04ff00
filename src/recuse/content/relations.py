"""What right records, translations and legal facts may not say together: rules over all files of a content folder.

- A record rests on law that holds where it speaks: its own jurisdiction's, or that of one around it.
- A commitment is what this body itself decided: it never passes federal law off as its own promise.
- A translation goes claim by claim and line by line with its English, and lies in the same place.
"""

from recuse.content.found import Found
from recuse.content.jurisdictions import FEDERAL, holds_in
from recuse.content.values import Card, RightRecord, Translation
from recuse.toml_source import Section


def relate(found: Found) -> None:
    """Report what contradicts the rules, at its line."""
    for record in found.rights.values():
        _rests(record, found)
    for translation in found.translations.values():
        if translation.id in found.rights:
            _follows(translation, found.rights[translation.id], found.sections[translation.file])


def _rests(record: RightRecord, found: Found) -> None:
    section = found.sections[record.file]
    if record.kind == "commitment" and record.jurisdiction == FEDERAL:
        section.report("a commitment is never federal", "jurisdiction", remedy="name the jurisdiction that promises it")
    for index, claim in enumerate(record.claims):
        for name in claim.facts:
            fact = found.facts.get(name)
            if fact is None or not fact.jurisdiction or not record.jurisdiction:
                continue  # told already
            if record.kind == "commitment" and fact.jurisdiction == FEDERAL:
                remedy = "put it into a record of the kind `law`"
                section.report(f"a commitment rests on federal law, `{name}`", "claim", index, "facts", remedy=remedy)
            elif not holds_in(fact.jurisdiction, record.jurisdiction):
                message = f"`{name}` is law of `{fact.jurisdiction}`, which does not hold in `{record.jurisdiction}`"
                section.report(message, "claim", index, "facts", remedy="name another fact or another jurisdiction")


def _follows(translation: Translation, record: RightRecord, section: Section) -> None:
    if translation.file.rpartition("/")[0].rpartition("/")[2] != record.place:
        remedy = f"put the file into rights/{record.place}/"
        section.report(f"a translation of a record of the place `{record.place}`", "id", remedy=remedy)
    if len(translation.claims) != len(record.claims):
        message = f"{len(translation.claims)} claims where the English has {len(record.claims)}"
        section.report(message, "claim", remedy="translate claim by claim, in the same order")
    if _shape(translation.card) != _shape(record.card):
        message = f"a card with {_told(translation.card)} where the English has {_told(record.card)}"
        section.report(message, "card", remedy="translate line by line, in the same order")


def _shape(card: Card) -> tuple[int, int]:
    return len(card.do), len(card.say)


def _told(card: Card) -> str:
    return f"{len(card.do)} of `do` and {len(card.say)} of `say`"
