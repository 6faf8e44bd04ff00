"""The messages of the site, as templates and modules have them, and what every catalogue makes of them.

A message is a literal: `texts.say("…")`, `texts.count("…", "…", n)`, `{% trans %}` or `_("…")` in a template, the
`nav` or `tile` of a section, or `message("…")` where it is kept for later.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from gettext import c2py
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from recuse.errors import InputError
from recuse.languages import Language, placeholders
from recuse.site.pages import Section
from tests.site.tongues import SCRIPTS, english_in

METHODS: Final = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.xml", "jinja2")]
KEYWORDS: Final = {
    "say": None, "count": (1, 2), "message": None, "_": None, "gettext": None, "ngettext": (1, 2),
}  # fmt: skip
OPTIONS: Final = {
    "**/templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "false", "silent": "false"},
    "**/templates/**.xml": {"extensions": "jinja2.ext.i18n", "trimmed": "false", "silent": "false"},
}
MARK: Final = "translated by machine"

Wanted = Mapping[str, str | None]
"""Each message with its plural, or with None."""


def wanted(folder: Path, sections: Iterable[Section]) -> Wanted:
    """Every message of the package in this folder."""
    every = tuple(sections)
    found: dict[str, str | None] = {said: None for each in every for said in (each.nav, each.tile) if said}
    for _, _, said, _, _ in extract_from_dir(
        folder, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS, comment_tags=()
    ):
        one, several = (said[0], said[1]) if isinstance(said, tuple) else (said, None)
        if one and found.get(one) is None:
            found[one] = several
    return found


def catalogues(folder: Path, language: Language) -> dict[str, Catalog]:
    """Those of a language, by their domains."""
    files = sorted((folder / language.code).glob("*.po"))
    return {file.stem: read_po(BytesIO(file.read_bytes()), locale=language.locale) for file in files}


def faults(messages: Wanted, made: Mapping[str, Catalog], language: Language) -> Iterator[str]:
    """What a language's catalogues lack, have too much of, or say wrongly."""
    seen: dict[str, str] = {}
    for domain, catalogue in made.items():
        yield from _head(domain, catalogue, language)
        for each in catalogue:
            if not each.id:
                continue
            one = each.id[0] if isinstance(each.id, tuple | list) else each.id
            if one in seen:
                yield f"`{one}` stands in `{seen[one]}` and in `{domain}`"
            seen[one] = domain
            if one not in messages:
                yield f"`{domain}` has `{one}`, which nothing says"
                continue
            yield from (f"`{domain}`, `{one[:60]}`: {fault}" for fault in _message(each, messages[one], language))
    yield from (f"no catalogue has `{one}`" for one in messages if one not in seen)


def _head(domain: str, catalogue: Catalog, language: Language) -> Iterator[str]:
    plural = get_plural(language.locale.partition("_")[0])
    # CLDR counts millions apart in Spanish, which no page has: languages are compared by how they count to a thousand.
    mine, theirs = ([c2py(rule)(n) for n in range(1000)] for rule in (catalogue.plural_expr, plural.plural_expr))
    kinds = {*mine}
    same = len({*zip(mine, theirs, strict=True)}) == len(kinds) == len({*theirs}) == catalogue.num_plurals
    if not same:
        yield f"`{domain}` counts by `{catalogue.plural_forms}`, not by `{plural}`"
    if MARK not in catalogue.header_comment and "reviewed by" not in catalogue.header_comment:
        yield f"`{domain}` does not say who translated it"
    if any(each.id for each in catalogue.obsolete.values()):
        yield f"`{domain}` keeps messages that are over"


def _message(each: Message, several: str | None, language: Language) -> Iterator[str]:
    counted = isinstance(each.id, tuple | list)
    if counted != (several is not None):
        yield "it is counted in one place and not in the other"
        return
    one, other = str(each.id[0] if counted else each.id), str(each.id[1]) if counted else None
    said = [str(text or "") for text in (each.string if isinstance(each.string, tuple | list) else [each.string])]
    if each.fuzzy or not all(said):
        yield "it is in doubt, or not whole"
        return
    if other != several:
        yield f"its plural is `{other}`, not `{several}`"
    places = placeholders(one) | (placeholders(several) if several else frozenset())
    for text in said:
        try:
            found = placeholders(text)
        except InputError as error:
            yield str(error)
            continue
        # A form for one thing or none may leave the number out.
        if found != places and not (counted and found == places - {"n", "number"}):
            yield f"`{text[:60]}` has places for {sorted(found)}, not for {sorted(places)}"
        yield from _text(one, text, language)


def _text(one: str, text: str, language: Language) -> Iterator[str]:
    if (text != text.strip()) != (one != one.strip()):
        yield "there are spaces at its ends in one place alone"
    bare = re.sub(r"%\(\w+\)s|<[^>]+>", " ", text)
    why = english_in(bare, language)
    if why:
        yield f"`{text[:60]}` has {why}"
    if text == one and len(re.findall(r"[A-Za-z]{2,}", bare)) > 1:
        yield "it is as in English"
    letters = SCRIPTS.get(language.code)
    if letters and re.search(r"[A-Za-z]{4,}", re.sub(r"%\(\w+\)s", "", one)) and not letters[0].search(text):
        same = not re.search(r"[a-z]", re.sub(r"%\(\w+\)s", "", one))
        if not same:
            yield f"`{text[:60]}` has no {letters[1]} letters"
