"""A `like` pattern as the texts between its wildcards: `a*b` is ("a", "b"), and `a*` is ("a", "").

A pattern without a wildcard has one piece. Empty texts between two wildcards are dropped, since `**` matches what `*`
does. Source: Cedar language reference, operator `like`; `*` matches any characters, line breaks included.
"""

from cedarpy import pst


def pieces(pattern: tuple[pst.PatternElem, ...]) -> tuple[str, ...]:
    """The texts before, between and after the wildcards of a pattern, in order."""
    texts = [""]
    for element in pattern:
        match element:
            case pst.Char(value):
                texts[-1] += value
            case pst.Wildcard():
                texts.append("")
    return (texts[0], *(text for text in texts[1:-1] if text), *texts[1:][-1:])


def matches(parts: tuple[str, ...], text: str) -> bool:
    """Whether a text is the pieces of `parts` in order, with anything where a wildcard stood."""
    if len(parts) == 1:
        return text == parts[0]
    first, *middle, last = parts
    position, end = len(first), len(text) - len(last)
    if position > end or not (text.startswith(first) and text.endswith(last)):
        return False
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True
