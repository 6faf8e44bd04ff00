"""Which languages there are. A code is a BCP 47 tag, as `lang` of HTML and names of folders have it."""

from dataclasses import dataclass
from typing import Final, Literal

from recuse.errors import InputError

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its tag, its own name for itself, the direction it is written in, and its name in CLDR."""

    code: str
    name: str
    direction: Direction
    locale: str


ENGLISH: Final = Language("en", "English", "ltr", "en_US")
LANGUAGES: Final = {
    each.code: each
    for each in (
        ENGLISH,
        Language("es", "Español", "ltr", "es_US"),
        Language("zh-Hans", "简体中文", "ltr", "zh_Hans"),
        Language("pl", "Polski", "ltr", "pl"),
        Language("ar", "العربية", "rtl", "ar"),
    )
}
"""Languages by their codes, English first: the one that the others are translated from."""


def language(code: str) -> Language:
    """The language of a code; InputError for another."""
    if code not in LANGUAGES:
        raise InputError(f"no language `{code}`", f"name some of {', '.join(LANGUAGES)}")
    return LANGUAGES[code]
