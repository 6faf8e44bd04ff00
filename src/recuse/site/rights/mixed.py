"""Lines of words in the reader's language with words of another in them, such as a citation in an Arabic sentence.

Pages and sheets are made of the same lines: a page isolates the other words (`bdi`), a sheet sets them in their
direction, and both say their language, so that they are read aloud as what they are.
"""

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from recuse.site.sheets import Foreign, Line

_CLOSE: Final = ("。", "：")
"""Signs that bring their own space."""


def line(*parts: str | Foreign) -> tuple[str | Foreign, ...]:
    """Parts with a space between them."""
    spaced: list[str | Foreign] = []
    for each in parts:
        if spaced and not str(spaced[-1]).endswith(_CLOSE):
            spaced.append(" ")
        spaced.append(each)
    return tuple(spaced)


def plain(text: Line) -> str:
    """A line as plain text."""
    return text if isinstance(text, str) else "".join(each if isinstance(each, str) else each.text for each in text)


def marked_up(text: Line) -> Markup:
    """A line as HTML: everything escaped, other languages isolated and named."""
    pieces: Iterable[str | Foreign] = (text,) if isinstance(text, str) else text
    return Markup("").join(
        each if isinstance(each, str)
        else Markup('<bdi lang="{}" dir="{}">{}</bdi>').format(each.language, each.direction, each.text)
        for each in pieces
    )  # fmt: skip
