"""The survivors that are argued: `survivors.toml`, each with the reason why nothing tells it from the product."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SURVIVORS: Final = Path(__file__).parent / "survivors.toml"


@dataclass(frozen=True, slots=True)
class Argued:
    """By module those named whole, and patterns that a mutant's name may match in any module."""

    named: Mapping[str, frozenset[str]]
    patterns: tuple[re.Pattern[str], ...]

    def covers(self, module: str, name: str) -> bool:
        """Whether this mutant is argued."""
        return name in self.named.get(module, ()) or any(pattern.search(name) for pattern in self.patterns)


def argued() -> Argued:
    """What the file says; ValueError for an entry without a reason."""
    told = tomllib.loads(SURVIVORS.read_text())
    named: dict[str, set[str]] = {}
    for entry in (*told.get("argued", []), *told.get("everywhere", [])):
        if not entry["why"]:
            raise ValueError(entry)
    for entry in told.get("argued", []):
        for mutant in entry["mutants"]:
            named.setdefault(entry["module"], set()).add(mutant)
    patterns = tuple(re.compile(entry["pattern"]) for entry in told.get("everywhere", []))
    return Argued({module: frozenset(names) for module, names in named.items()}, patterns)
