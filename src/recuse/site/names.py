"""Names for readers: of an agency, a category, a purpose, an authority, a system, an office, a mark, a directive.

A name that a language lacks is an error, so that no page falls back to an id or to English. Of two things with one name
each also shows its id, so that a sentence never stands for two rules.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from recuse.errors import InputError

NameKind = Literal["agency", "category", "purpose", "authority", "system", "office", "mark", "directive"]
JOINTS: Final = ";\u061b\uff1b\n"
"""What parts the names in a sentence, in any language: no name may hold it."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names by kind, id and language code, as `names.toml` has them."""

    texts: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    _shared: dict[tuple[str, str], Counter[str]] = field(default_factory=dict, compare=False, repr=False)

    def name(self, kind: NameKind, id_: str, language: str) -> str:
        """The name of one thing. InputError for one that a language lacks, and for one that a sentence cannot hold."""
        found = self.texts.get(kind, {}).get(id_, {}).get(language, "")
        if not found:
            raise InputError(f"{kind} `{id_}` has no name in `{language}`", "give it one in `names.toml`")
        if any(joint in found for joint in JOINTS):
            raise InputError(f"the name `{found}` of {kind} `{id_}` holds a semicolon", "write it without one")
        return f"{found} ({id_})" if self._count(kind, language)[found] > 1 else found

    def _count(self, kind: str, language: str) -> Counter[str]:
        key = (kind, language)
        if key not in self._shared:
            self._shared[key] = Counter(each.get(language, "") for each in self.texts.get(kind, {}).values())
        return self._shared[key]
