"""Everything that `recuse content check` tells of a content folder on a day, as one value."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from recuse.content.level import Level, record_level
from recuse.content.naming import Missing, Wanted, missing
from recuse.content.states import Standing, standings
from recuse.content.values import ORIGINAL, Content
from recuse.errors import InputError


@dataclass(frozen=True, slots=True)
class Checked:
    """How each text stands, how hard it is to read (by id and language), and what is missing."""

    standings: tuple[Standing, ...]
    levels: Mapping[tuple[str, str], Level]
    missing: tuple[Missing, ...]
    demonstration: bool

    @property
    def hard(self) -> tuple[tuple[str, Level], ...]:
        """Texts that do not pass the gate of their language."""
        return tuple((name, level) for (name, _), level in self.levels.items() if not level.passes)

    @property
    def withheld(self) -> tuple[Standing, ...]:
        """Texts that readers do not see; in a demonstration those alone that there are not."""
        return tuple(each for each in self.standings if not each.visible)

    @property
    def clean(self) -> bool:
        """Whether nothing is withheld, missing or too hard to read."""
        return not (self.withheld or self.missing or self.hard)

    def by_reason(self) -> tuple[tuple[str, int, bool], ...]:
        """Codes of reasons, the number of texts that have each, whether it withholds; the most frequent first."""
        found = {(reason.code, each.id, each.language): reason for each in self.standings for reason in each.reasons}
        counts = Counter((code, reason.withholds) for (code, _, _), reason in found.items())
        return tuple((code, count, withholds) for (code, withholds), count in counts.most_common())


def check_content(content: Content, on: date, wanted: Iterable[Wanted] = ()) -> Checked:
    """Check a content folder; `wanted` are names that the site needs besides those that the content speaks of."""
    return Checked(
        standings=standings(content, on),
        levels=_levels(content),
        missing=missing(content, content.site.languages, wanted),
        demonstration=content.site.demonstration,
    )


def _levels(content: Content) -> Mapping[tuple[str, str], Level]:
    found: dict[tuple[str, str], Level] = {}
    for name in content.rights:
        for code in content.site.languages:
            level = _level(content, name, code)
            if level is not None:
                found[name, code] = level
    return found


def _level(content: Content, name: str, code: str) -> Level | None:
    if code != ORIGINAL and (name, code) not in content.translations:
        return None
    try:
        return record_level(content, name, code)
    except InputError:
        return None  # a word has nothing in this language, which `missing` tells
