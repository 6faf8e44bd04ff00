"""Names for readers as sentences need them: no name holds what parts names, and no two things of a kind share one.

Of two things with one name each also shows its id, so that a sentence never stands for two rules.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from recuse.content.values import Name, NameKind
from recuse.errors import InputError

JOINTS: Final = ";\u061b\uff1b\n"
"""What parts the names in a sentence, in any language."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a content folder, by kind and id."""

    found: Mapping[tuple[NameKind, str], Name] = field(default_factory=dict)
    _shared: dict[tuple[str, str], Counter[str]] = field(default_factory=dict, compare=False, repr=False)

    def name(self, kind: NameKind, id_: str, language: str) -> str:
        """The name of one thing. InputError for one that a language lacks, and for one that a sentence cannot hold."""
        named = self.found.get((kind, id_))
        if named is None or not named.texts.get(language):
            raise InputError(f"{kind} `{id_}` has no name in `{language}`", "give it one in `names.toml`")
        text = named.texts[language]
        if any(joint in text for joint in JOINTS):
            raise InputError(f"the name `{text}` of {kind} `{id_}` holds a semicolon", "write it without one")
        return f"{text} ({id_})" if self._count(kind, language)[text] > 1 else text

    def _count(self, kind: NameKind, language: str) -> Counter[str]:
        key = (kind, language)
        if key not in self._shared:
            named = (each for (of, _), each in self.found.items() if of == kind)
            self._shared[key] = Counter(each.texts.get(language, "") for each in named)
        return self._shared[key]
