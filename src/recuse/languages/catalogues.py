"""Messages by language: English is what the program says, and catalogues (`*.po`) say it in other languages.

Nothing falls back to English: a message that a language lacks, or has only in doubt, is an error that names it. So a
page is either wholly in its language or not there.
"""

import gettext
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from recuse.errors import InputError
from recuse.languages.forms import Forms
from recuse.languages.language import ENGLISH, Language

_PLACE: Final = re.compile(r"%\((\w+)\)s|%(.)")


def message(text: str) -> str:
    """The text as it is: marks a literal that is said later, so that it is found among the messages."""
    return text


class Texts:
    """The messages of one language, with how it writes days and numbers."""

    def __init__(self, language: Language, catalogues: Iterable[gettext.GNUTranslations]) -> None:
        self.language = language
        self.forms = Forms(language)
        self._catalogue = _Strict(language)
        for each in reversed(tuple(catalogues)):
            each.add_fallback(self._catalogue)
            self._catalogue = each  # type: ignore[assignment]  # a chain that ends in the strict one
        self.gettext = cache(self._catalogue.gettext)  # a chain is slow, and some messages are said on every page
        """As `say`, without values: for templates."""

    def say(self, message: str, /, **values: object) -> str:
        """A message with its values: `%(name)s` in it. InputError where the language lacks it."""
        return self.gettext(message) % values if values else self.gettext(message)

    def count(self, one: str, several: str, number: int, /, **values: object) -> str:
        """A message about so many things, in the form that the language has for that number; `%(n)s` is the number."""
        return self._catalogue.ngettext(one, several, number) % {"n": self.forms.number(number), **values}

    def ngettext(self, one: str, several: str, number: int) -> str:
        """As `count`, without values: for templates."""
        return self._catalogue.ngettext(one, several, number)


class _Strict(gettext.NullTranslations):
    """What the chain of catalogues ends in: of English the message itself, of another language an error."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def gettext(self, message: str) -> str:
        self._check(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self._check(msgid1)
        return msgid1 if n == 1 else msgid2

    def _check(self, message: str) -> None:
        if self._language is not ENGLISH:
            raise InputError(
                f"there is no {self._language.code} for the message `{message}`", "add it to a catalogue of `locales`"
            )


def read_texts(language: Language, folder: Traversable) -> Texts:
    """The messages of a language from `<code>/*.po` below a folder. InputError for a catalogue that is not whole."""
    if language is ENGLISH:
        return Texts(language, ())
    files = sorted((folder / language.code).iterdir(), key=lambda file: file.name)
    return Texts(language, [_read(file, language) for file in files if file.name.endswith(".po")])


def placeholders(message: str) -> frozenset[str]:
    """The values that a message has places for. InputError for a `%` that is no such place."""
    found = list(_PLACE.finditer(message))
    if any(each[2] not in (None, "%") for each in found):
        raise InputError(f"the message `{message}` has a `%` that stands for nothing", "write `%(name)s`, or `%%`")
    return frozenset(each[1] for each in found if each[1])


def _read(file: Traversable, language: Language) -> gettext.GNUTranslations:
    try:
        catalogue = read_po(BytesIO(file.read_bytes()), locale=language.locale, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise InputError(f"catalogue `{language.code}/{file.name}` cannot be read: {error}", "mend it") from error
    for each in catalogue:
        if not each.id:
            continue
        said = each.string if isinstance(each.string, tuple | list) else (each.string,)
        if each.fuzzy or not all(said):
            raise InputError(f"`{language.code}/{file.name}` lacks `{each.id}`", "translate it, or take its doubt away")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
