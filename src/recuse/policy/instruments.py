"""What a document is by its type, whatever its sender calls it: of the authority that lists the type."""

import re
from typing import Final

from recuse.model import Repository
from recuse.policy.trees import above

_WORDS: Final = re.compile(r"[a-z0-9]+")


def recognised(repository: Repository, stated: str, instrument: str | None) -> tuple[str, ...]:
    """The authorities a request is decided under: what is stated, unless its instrument's type is another's.

    An instrument of the stated authority, or of one above it, leaves that; one of an authority below it is that one's.
    """
    if instrument is None:
        return (stated,)
    known = repository.authorities.values()
    found = tuple(each.id for each in known if any(is_type(instrument, code) for code in each.instruments))
    if not found or set(found) & above(repository.authorities, stated):
        return (stated,)
    return found


def is_type(instrument: str, code: str) -> bool:
    """Whether a form's type as written is a code, however it is spelt: `Form I-205 (removal)` is `I-205`."""
    words, wanted = _WORDS.findall(instrument.casefold()), "".join(_WORDS.findall(code.casefold()))
    starts = range(len(words))
    return bool(wanted) and any("".join(words[i:j]) == wanted for i in starts for j in range(i + 1, len(words) + 1))


def codes(repository: Repository, instrument: str | None) -> tuple[str, ...]:
    """The types of authorities.toml that an instrument is."""
    listed = dict.fromkeys(code for each in repository.authorities.values() for code in each.instruments)
    return tuple(code for code in listed if instrument is not None and is_type(instrument, code))
