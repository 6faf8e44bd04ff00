"""Order of titles by alphabet, and the letter that each stands under, for the languages of the site.

Latin letters follow the alphabet of the language (Polish ą after a, Spanish ñ after n), Arabic its own without the
article, and Chinese the pinyin of the first character: the order of GB 2312 for common characters. What no alphabet has
stands under `#`, last, in the order of Unicode.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

OTHER: Final = "#"
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS: Final = {
    "en": _LATIN,
    "es": "abcdefghijklmnñopqrstuvwxyz",
    "pl": "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
}
_ARABIC: Final = str.maketrans("أإآٱىئؤة", "ااااييوه", "ءـ")
_ARTICLE: Final = "ال"
# First GB 2312 codes of common characters (level 1) by the first letter of their pinyin; none begins with i, u or v.
_PINYIN: Final = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"), (0xB8C1, "g"),
    (0xB9FE, "h"), (0xBBF7, "j"), (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"), (0xC4C3, "n"), (0xC5B6, "o"),
    (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"), (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"),
    (0xD1B9, "y"), (0xD4D1, "z"),
)  # fmt: skip
_LAST: Final = 0xD7F9

_SIGNS: Final = re.compile(r"[\W_]+")
"""All but letters and digits; marks upon letters are neither."""

Key = tuple[int, tuple[int, ...], str]


def letters(code: str) -> str:
    """The letters of a language in their order, without the one for all others."""
    return _ALPHABETS.get(code, _LATIN)


def letter(title: str, code: str) -> str:
    """The letter that a title stands under, in lower case."""
    said = _plain(title, code)
    first = _pinyin(said[:1]) if code == "zh-Hans" else said[:1]
    return first if first and first in letters(code) else OTHER


def order(code: str) -> Callable[[str], Key]:
    """The key by which titles of a language are sorted."""
    alphabet = letters(code)

    @cache
    def placed(each: str) -> int:
        """What the alphabet lacks stands after it, in an order of its own: many a name is not translated."""
        return alphabet.index(each) if each in alphabet else len(alphabet) + ord(each)

    def key(title: str) -> Key:
        said, first = _plain(title, code), letter(title, code)
        place = alphabet.index(first) if first != OTHER else len(alphabet)
        if code == "zh-Hans":
            return place, tuple(said.encode("gb18030")), title
        return place, tuple(map(placed, said)), title

    return key


@lru_cache(maxsize=1 << 14)  # a title is sorted in lists of its own, and in that of all pages
def _plain(title: str, code: str) -> str:
    """A title as it is sorted: small letters of its alphabet, without marks that are no letters and without spaces."""
    alphabet = letters(code)
    small = unicodedata.normalize("NFC", title).casefold()
    if code == "ar":
        small = small.translate(_ARABIC)
        small = small.removeprefix(_ARTICLE) if len(small) > len(_ARTICLE) + 1 else small
    bare = small if small.isascii() else "".join(
        each if each in alphabet else unicodedata.normalize("NFD", each) for each in small
    )  # fmt: skip
    return _SIGNS.sub("", bare)


def _pinyin(character: str) -> str:
    if character.isascii():
        return character
    try:
        number = int.from_bytes(character.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return OTHER
    if not _PINYIN[0][0] <= number <= _LAST:
        return OTHER
    return [sound for start, sound in _PINYIN if start <= number][-1]
