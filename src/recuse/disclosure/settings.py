"""What a body decides about accountings: days, what is never told, what is told coarser. Read strictly from a file.

What protects victims and witnesses is a decision of people that stands in a file, never in code. A file is needed:
without one nobody would have decided, and nothing is answered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from recuse.errors import Problem, RepositoryError
from recuse.model import Repository
from recuse.policy.trees import Branch, above
from recuse.toml_source import Section, parse

KINDS: Final = ("category", "purpose", "authority")


@dataclass(frozen=True, slots=True)
class Settings:
    """`days` until an answer is due; `hold_days` that an entry is held back at once, at most; `reasons` for that.

    `small_agency`: an agency with fewer personal accounts than this, and no other account, is told as the one above it,
    since it would name a person. `withheld` are ids of each kind whose lines, and those of all below them, are never
    told. `told_as` gives ids that are told as one above them.
    """

    days: int
    hold_days: int
    reasons: tuple[str, ...]
    small_agency: int = 0
    withheld: Mapping[str, frozenset[str]] = field(default_factory=dict)
    told_as: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_settings(name: str, raw: bytes, repository: Repository) -> Settings:
    """The settings in these bytes; RepositoryError with every problem, each with its line."""
    found: list[Problem] = []
    source = parse(name, raw, found)
    settings = Settings(1, 1, ())
    if source is not None:
        root = Section(source, found)
        root.expect("format", 1)
        days, hold, small = root.whole("days"), root.whole("hold_days"), root.whole("small_agency", optional=True)
        for key, number in (("days", days), ("hold_days", hold)):
            if key in root and number < 1:
                root.report(f"`{key}` is {number}", key, remedy="give a number of days above 0")
        reasons = root.texts("reasons")
        withheld, told_as = _withheld(root, repository), _told_as(root, repository)
        settings = Settings(days, hold, reasons, small, withheld, told_as)
        root.close()
    if found:
        raise RepositoryError(tuple(sorted(found, key=lambda each: each.line)))
    return settings


def tree(repository: Repository, kind: str) -> Mapping[str, Branch]:
    """The tree of a kind of id."""
    trees: Mapping[str, Mapping[str, Branch]] = {
        "category": repository.categories, "purpose": repository.purposes, "authority": repository.authorities,
    }  # fmt: skip
    return trees[kind]


def _withheld(root: Section, repository: Repository) -> dict[str, frozenset[str]]:
    inside = root.section("withheld")
    found: dict[str, frozenset[str]] = {}
    if inside is not None:
        for kind in KINDS:
            ids = inside.texts(kind, optional=True)
            for index, each in enumerate(ids):
                if each not in tree(repository, kind):
                    inside.report(f"no {kind} `{each}`", kind, index, remedy="name one of the policy repository")
            found[kind] = frozenset(ids)
        inside.close()
    return found


def _told_as(root: Section, repository: Repository) -> dict[str, Mapping[str, str]]:
    inside = root.section("told_as", optional=True)
    if inside is None:
        return {}
    found: dict[str, Mapping[str, str]] = {kind: dict(_pairs(inside, kind, repository)) for kind in KINDS}
    inside.close()
    return found


def _pairs(inside: Section, kind: str, repository: Repository) -> Iterator[tuple[str, str]]:
    table = inside.section(kind, optional=True)
    for name in table or ():
        wide = table.text(name) if table is not None else ""
        if table is not None and wide not in above(tree(repository, kind), name) - {name}:
            remedy = "an id is told as one above it, or not at all: else the answer would be wrong"
            table.report(f"`{wide}` is not above the {kind} `{name}`", name, remedy=remedy)
        yield name, wide
