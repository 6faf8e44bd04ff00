"""Languages that readers are addressed in: their names, direction and forms, and the messages of each.

Dates, numbers and lists are those of the Unicode CLDR, by Babel; messages are gettext catalogues.
"""

from recuse.languages.catalogues import Texts, message, placeholders, read_texts
from recuse.languages.forms import Forms
from recuse.languages.language import ENGLISH, LANGUAGES, Direction, Language, language

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Direction",
    "Forms",
    "Language",
    "Texts",
    "language",
    "message",
    "placeholders",
    "read_texts",
]
