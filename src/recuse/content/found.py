"""What the files of a content folder and its packs define, kept once each; packs that contradict each other are told.

A pack may repeat what the folder or another pack has, word for word, so that packs of law by jurisdiction need not know
each other. Where two differ under one id nobody wins: it is a problem with both places.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from recuse.content.values import LegalFact, Name, RightRecord, Translation, Word
from recuse.policy.references import Noun, Register
from recuse.toml_source import Section

PACKS: Final = "packs/"

Filed = LegalFact | Name | RightRecord | Translation | Word
K = TypeVar("K")
V = TypeVar("V", LegalFact, Name, RightRecord, Translation, Word)


@dataclass(slots=True)
class Found:
    """Everything read so far, with the problems and references in the register."""

    register: Register = field(default_factory=Register)
    names: dict[tuple[str, str], Name] = field(default_factory=dict)
    glossary: dict[str, Word] = field(default_factory=dict)
    facts: dict[str, LegalFact] = field(default_factory=dict)
    rights: dict[str, RightRecord] = field(default_factory=dict)
    translations: dict[tuple[str, str], Translation] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    """Of right records and translations, by file: to say a problem at its line once everything is read."""

    def keep(self, into: MutableMapping[K, V], key: K, value: V, section: Section, at: str = "id") -> None:
        """Keep a record under its key, unless it is there already: alike in another root, or a problem."""
        first = into.get(key)
        if first is not None and root_of(first.file) != root_of(value.file) and _alike(first, value):
            return
        noun, name = _called(value)
        if self.register.define(noun, name, section, at):
            into[key] = value


def root_of(file: str) -> str:
    """`""` for a file of the content folder itself, `packs/NAME/` for one of a pack."""
    return "/".join(file.split("/")[:2]) + "/" if file.startswith(PACKS) else ""


def _alike(first: V, second: V) -> bool:
    return replace(first, file=second.file) == second


def _called(value: Filed) -> tuple[Noun, str]:
    match value:
        case LegalFact():
            return "legal fact", value.id
        case Name():
            return "name", f"{value.kind}/{value.id}"
        case RightRecord():
            return "right record", value.id
        case Translation():
            return "translation", f"{value.id}.{value.language}"
        case _:
            return "word", value.id
