"""What a record says, in the language of a page: translated where it is, and marked where that is in doubt.

A text that nobody translated stands in its own language and says so. A translation of what has changed since stands
beside the text of today. What a machine translated and no person checked is marked.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from markupsafe import Markup

from recuse.content.values import ORIGINAL
from recuse.directory.reading import Directory
from recuse.directory.records import Language
from recuse.directory.texts import Text, text_of
from recuse.languages import Texts
from recuse.site.escaping import escaped

_OWN: Final = Markup(' lang="en" dir="ltr"')


@dataclass(frozen=True, slots=True)
class Said:
    """A text as a page shows it.

    `language` is that of a text in another language than the page's; `mark` is what is in doubt about it, and
    `original` the text of today where the translation is of an earlier one.
    """

    text: str
    language: str | None = None
    mark: str = ""
    original: str = ""
    machine: bool = False

    def __html__(self) -> str:
        mark = f' <small class="p-mark" data-pagefind-ignore>{escaped(self.mark)}</small>' if self.mark else ""
        now = f' <span class="p-text"{_OWN}>{escaped(self.original)}</span>' if self.original else ""
        own = _OWN if self.language else ""
        return f'<span class="p-text"{own}>{escaped(self.text)}</span>{mark}{now}'


class Saying:
    """Says the texts of one directory in one language."""

    def __init__(self, directory: Directory, texts: Texts) -> None:
        self.directory, self.texts = directory, texts
        self._code = texts.language.code

    def of(self, table: str, record: object, field: str) -> Said | None:
        """A text of a record; None where it has none."""
        found = text_of(table, record, field)
        return None if found is None else self.text(found)

    def text(self, text: Text) -> Said:
        """A text that can be translated."""
        if self._code == ORIGINAL:
            return Said(text.source)
        translation, state = self.directory.translated(text, self._code)
        if translation is None:
            return Said(text.source, ORIGINAL, self._untranslated)
        if state == "stale":
            return Said(translation.text, None, self._stale, text.source, translation.machine)
        if state == "reviewed":
            return Said(translation.text)
        unchecked = translation.machine and not self._some_checked
        return Said(translation.text, None, "" if unchecked else self._unchecked, machine=translation.machine)

    @cached_property
    def _some_checked(self) -> bool:
        """Whether a person checked any translation: then those that nobody checked are marked one by one."""
        every = self.directory.translations.items()
        return any(key[3] == self._code and each.reviewed_by is not None for key, each in every)

    @cached_property
    def _untranslated(self) -> str:
        return self.texts.say("(not translated: in English)")

    @cached_property
    def _stale(self) -> str:
        return self.texts.say("(this translation is of an earlier text; now it says, in English:)")

    @cached_property
    def _unchecked(self) -> str:
        return self.texts.say("(translation that no person has checked)")

    def tongues(self, languages: tuple[Language, ...]) -> str:
        """Names of languages in a row; one whose code is not known, as the record has it."""
        names = [self._tongue(each) for each in languages]
        return self.texts.forms.listed([each for each in dict.fromkeys(names) if each])

    def _tongue(self, language: Language) -> str:
        code = language.code or ""
        if code not in self._tongues:
            self._tongues[code] = self.texts.forms.tongue(code) if code else None
        return self._tongues[code] or language.name or code

    @cached_property
    def _tongues(self) -> dict[str, str | None]:
        return {}
