"""The lines that stand under a text on rights, the same on pages and sheets: its law, its days, who looked at it."""

from collections.abc import Iterator

from recuse.content.basis import Basis
from recuse.content.naming import Names
from recuse.content.values import Kind, LegalFact, Reviewed
from recuse.languages import ENGLISH, Texts
from recuse.site.rights.mixed import line
from recuse.site.rights.saying import how_sure, reason_word, status_word
from recuse.site.rights.told import Shelf, Told, ToldClaim
from recuse.site.sheets import Foreign, Line


def claim_lines(names: Names, texts: Texts, told: Told, claim: ToldClaim) -> tuple[Line, ...]:
    """The law of a claim, fact by fact; where there are several, also how far they hold together."""
    if claim.basis is None:
        return (texts.say("This rests on our own decision. It names no law."),)
    if not claim.facts:
        return (texts.say("This names no law. Do not rely on it."),)
    kind = told.record.kind
    lines = tuple(dict.fromkeys(_law(names, texts, told, fact) for fact in claim.facts))
    together = line(texts.say("All of this together:"), *how_far(texts, claim.basis, kind))
    return (*lines, together) if len(lines) > 1 else lines


def about_lines(texts: Texts, told: Told) -> tuple[Line, ...]:
    """The days of a text, who reviewed it, and who translated it."""
    record, forms = told.record, texts.forms
    days = line(
        texts.say("As of: %(day)s.", day=forms.day(record.as_of)),
        texts.say("To be reviewed again by: %(day)s.", day=forms.day(record.review_by)),
    )
    if texts.language is ENGLISH:
        return days, line(*_review(texts, told.english))
    return (
        days,
        line(texts.say("English text:"), *_review(texts, told.english)),
        line(*_translated(texts, told), *_review(texts, told.standing.reviewed)),
    )


def warnings(texts: Texts, told: Told) -> tuple[str, ...]:
    """Why a text is not simply shown, each reason once; in a demonstration also those that would withhold it."""
    codes = dict.fromkeys(each.code for each in told.standing.reasons)
    return tuple(reason_word(texts, code) for code in codes)


def withheld_lines(texts: Texts, shelf: Shelf) -> Iterator[str]:
    """How many texts are not shown, then for how many each reason holds."""
    kept, forms = shelf.withheld, texts.forms
    if not kept.texts:
        yield texts.say("No text is withheld here.")
        return
    number = forms.number(kept.texts)
    yield texts.say("Texts that are not shown here: %(n)s. One text may have several reasons.", n=number)
    for code, times in kept.reasons.items():
        yield f"{reason_word(texts, code)}: {forms.number(times)}"


def spared_line(texts: Texts, shelf: Shelf) -> str:
    """Of a demonstration, how many texts it shows that would be withheld otherwise; empty where there are none."""
    if not shelf.spared:
        return ""
    number = texts.forms.number(shelf.spared)
    return texts.say("This is a demonstration. Texts that would not be shown without that: %(n)s.", n=number)


def brief(texts: Texts, told: Told) -> str:
    """What a card says of its text: day, status and sureness of the weakest law, reviews, translation."""
    parts = [texts.say("As of: %(day)s.", day=texts.forms.day(told.record.as_of))]
    if told.basis is not None:
        parts += how_far(texts, told.basis, told.record.kind)
    if told.standing.reviewed is None or told.english is None:
        parts.append(texts.say("No person has reviewed this text yet."))
    if told.standing.machine:
        parts.append(texts.say("Translated by a machine."))
    return " ".join((*parts, texts.say("Not legal advice.")))


def citations(told: Told) -> Line:
    """The citations of a text, each once."""
    found = dict.fromkeys(fact.citation for claim in told.claims for fact in claim.facts)
    return (Foreign("; ".join(found)),) if found else ""


def _law(names: Names, texts: Texts, told: Told, fact: LegalFact) -> Line:
    law = fact.jurisdiction
    kind = told.record.kind
    parts = list(how_far(texts, fact, kind))
    if law != told.record.jurisdiction:
        parts.append(texts.say("Law of: %(name)s.", name=names.name("jurisdiction", law, texts.language.code)))
    if fact.effective is not None:
        parts.append(texts.say("It holds from: %(day)s.", day=texts.forms.day(fact.effective)))
    if fact.until is not None:
        parts.append(texts.say("It holds until: %(day)s.", day=texts.forms.day(fact.until)))
    label = texts.say("Law:") if kind == "law" else texts.say("Rests on:")
    return line(label, Foreign(fact.citation), "–", *parts)


def how_far(texts: Texts, told: LegalFact | Basis, kind: Kind) -> tuple[str, str]:
    """The status of what something rests on, and how sure that is, each as a sentence."""
    return texts.say("Status: %(status)s.", status=status_word(texts, told.status)), how_sure(texts, told, kind)


def _review(texts: Texts, review: Reviewed | None) -> tuple[str | Foreign, ...]:
    if review is None:
        return (texts.say("No person has reviewed this text yet."),)
    # Names and roles stand in the files of the English texts, as their writers have them.
    who = Foreign(f"{review.name} ({review.role})")
    return texts.say("Reviewed by:"), who, "–", f"{texts.forms.day(review.on)}."


def _translated(texts: Texts, told: Told) -> tuple[str | Foreign, ...]:
    if told.standing.machine:
        return (texts.say("Translated by a machine."),)
    return texts.say("Translated by:"), Foreign(told.translated_by or ""), "–"
