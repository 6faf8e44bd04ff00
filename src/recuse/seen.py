"""What a person sees of a text: a character that would hide or reorder its neighbours shows as U+FFFD."""

import re
from typing import Final

# Controls, and what changes the direction of text around it (Unicode TR 36, TR 9): a name could hide what follows it.
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def seen(value: object) -> object:
    """A plain text as a person may be shown it; anything else, such as markup of a template, as it is."""
    return _UNSEEN.sub("\ufffd", value) if type(value) is str else value
