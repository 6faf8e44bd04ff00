"""What the files define and what they refer to; every reference to something undefined is a problem with its line."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from recuse.errors import Problem
from recuse.toml_source import Section

Noun = Literal[
    "agency", "purpose", "authority", "category", "official", "agreement",
    "system", "account", "table", "derived", "directive", "acceptance", "attestation", "review",
    "extract",
    "legal fact", "right record", "translation", "word", "name",  # of a content folder
]  # fmt: skip


def nearest(word: str, known: Iterable[str]) -> str | None:
    """A remedy naming the closest known word, if one is close."""
    close = difflib.get_close_matches(word, sorted(known), 1)
    return f"did you mean `{close[0]}`?" if close else None


@dataclass(slots=True)
class Register:
    """Filled while the files are read; `settle` then judges the references, so that the order of files is free.

    `unread` holds the nouns of which a file is missing or broken: references to them cannot be judged.
    """

    problems: list[Problem] = field(default_factory=list)
    defined: dict[Noun, dict[str, Section]] = field(default_factory=dict)
    unread: set[Noun] = field(default_factory=set)
    _references: list[tuple[Noun, str, Section, tuple[str | int, ...]]] = field(default_factory=list)

    def define(self, noun: Noun, name: str, section: Section, key: str = "id") -> bool:
        """Record a definition; False, and a problem, when the name is taken. `""` (not readable) is taken by nobody."""
        known = self.defined.setdefault(noun, {})
        if name == "":
            return False
        if name in known:
            first = f"{known[name].file}:{known[name].line(key)}"
            section.report(f"{noun} `{name}` is defined twice", key, remedy=f"it is already at {first}")
            return False
        known[name] = section
        return True

    def refer(self, noun: Noun, name: str | None, section: Section, *keys: str | int) -> None:
        """Record that a key of a section names a noun; nothing for a name that could not be read."""
        if name:
            self._references.append((noun, name, section, keys))

    def refer_all(self, noun: Noun, names: Iterable[str], section: Section, key: str) -> None:
        """Record a list of names, each with its own line."""
        for index, name in enumerate(names):
            self.refer(noun, name, section, key, index)

    def settle(self) -> None:
        """Report every reference to what no file defines."""
        for noun, name, section, keys in self._references:
            known = self.defined.get(noun, {})
            if name not in known and noun not in self.unread:
                section.report(f"unknown {noun} `{name}`", *keys, remedy=nearest(name, known) or f"define the {noun}")
