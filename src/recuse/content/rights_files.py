"""rights/<place>/<id>.toml and <id>.<language>.toml: right records and their translations, each read by itself."""

from pathlib import PurePosixPath
from typing import Final

from recuse.content.found import Found
from recuse.content.jurisdictions import take_jurisdiction
from recuse.content.marks import marked_words
from recuse.content.values import KINDS, ORIGINAL, PLACES, Card, Claim, Reviewed, RightRecord, Translation
from recuse.content.wording import take_content_id, take_language, take_line, take_lines
from recuse.errors import InputError
from recuse.policy.names import take_digest
from recuse.toml_source import Section

RIGHTS: Final = "rights/"


def read_right(root: Section, place: str, found: Found) -> None:
    """One right record; the file is named for its id, its folder for the place."""
    record = RightRecord(
        id=take_content_id(root),
        place=root.choice("place", PLACES),
        kind=root.choice("kind", KINDS),
        jurisdiction=take_jurisdiction(root),
        order=root.whole("order"),
        as_of=root.day("as_of"),
        review_by=root.day("review_by"),
        reviewed=_reviewed(root),
        title=_unmarked(root, "title"),
        claims=tuple(_claim(section, found) for section in root.sections("claim")),
        card=_card(root),
        file=root.file,
    )
    if {"as_of", "review_by"} <= {*root} and record.review_by < record.as_of:
        root.report("`review_by` is before `as_of`", "review_by", remedy="mend one of the two days")
    if record.id and PurePosixPath(root.file).stem != record.id:
        root.report(f"`{record.id}` is not the file's name", "id", remedy=f"name the file {record.id}.toml")
    if "place" in root and record.place != place:
        remedy = f"put the file into {RIGHTS}{record.place}/"
        root.report(f"place `{record.place}` in the folder of `{place}`", "place", remedy=remedy)
    if record.id:
        found.keep(found.rights, record.id, record, root)
    found.sections[root.file] = root
    root.close()


def read_translation(root: Section, found: Found) -> None:
    """One translation; the file is named for record and language."""
    translation = Translation(
        id=take_content_id(root),
        language=take_language(root, "language"),
        source_sha256=take_digest(root, "source_sha256"),
        translated_by=take_line(root, "translated_by"),
        reviewed=_reviewed(root),
        title=_unmarked(root, "title"),
        claims=tuple(_translated(section, found) for section in root.sections("claim")),
        card=_card(root),
        file=root.file,
    )
    key = (translation.id, translation.language)
    if translation.language == ORIGINAL:
        root.report("English is no translation", "language", remedy="texts are written in English first")
    elif all(key) and PurePosixPath(root.file).stem != ".".join(key):
        remedy = f"name the file {'.'.join(key)}.toml"
        root.report(f"`{'.'.join(key)}` is not the file's name", "language", remedy=remedy)
    if all(key):
        found.keep(found.translations, key, translation, root)
    found.register.refer("right record", translation.id, root, "id")
    found.sections[root.file] = root
    root.close()


def _claim(section: Section, found: Found) -> Claim:
    claim = Claim(_marked(section, found), section.texts("facts"))
    found.register.refer_all("legal fact", claim.facts, section, "facts")
    section.close()
    return claim


def _translated(section: Section, found: Found) -> str:
    text = _marked(section, found)
    section.close()
    return text


def _marked(section: Section, found: Found) -> str:
    """A text that may mark words of the glossary."""
    text = take_line(section, "text")
    try:
        words = marked_words(text)
    except InputError as error:
        section.report(error.message, "text", remedy=error.remedy)
        return text
    for word in words:
        found.register.refer("word", word, section, "text")
    return text


def _unmarked(section: Section, key: str) -> str:
    text = take_line(section, key)
    _refuse_braces(section, text, key)
    return text


def _refuse_braces(section: Section, text: str, *keys: str | int) -> None:
    if "{" in text or "}" in text:
        section.report("words of the glossary are marked in claims alone", *keys, remedy="write it without braces")


def _card(root: Section) -> Card:
    section = root.section("card", optional=True)
    if section is None:
        return Card()
    card = Card(take_lines(section, "do", optional=True), take_lines(section, "say", optional=True))
    for key, lines in (("do", card.do), ("say", card.say)):
        for index, text in enumerate(lines):
            _refuse_braces(section, text, key, index)
    if not card.do and not card.say:
        section.report("the card is empty", remedy="add `do` or `say`, or remove `[card]`")
    section.close()
    return card


def _reviewed(root: Section) -> tuple[Reviewed, ...]:
    return tuple(_review(section) for section in root.sections("reviewed"))


def _review(section: Section) -> Reviewed:
    review = Reviewed(
        name=take_line(section, "name"),
        role=take_line(section, "role"),
        on=section.day("on"),
        text_sha256=take_digest(section, "text_sha256"),
    )
    if names_no_person(review.name):
        section.report(f"`{review.name}` is not a person's name", "name", remedy="a person reviews, and gives a name")
    section.close()
    return review


def names_no_person(name: str) -> bool:
    """Whether a name says outright that nobody reviewed: a machine, or a role without a name."""
    return name.casefold() in _NOBODY


_NOBODY: Final = frozenset(
    {"machine", "a machine", "translated by a machine", "machine translation", "automatic", "bot", "robot", "ai"}
    | {"nobody", "none", "unknown", "anonymous", "n/a", "-", "?"}
)
