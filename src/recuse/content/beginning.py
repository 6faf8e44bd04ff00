"""A content folder to begin with: settings, and a name for every id of a policy repository, each a guess to be mended.

It begins as a demonstration, so that nothing of it can be taken for an institution's word before a person says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from recuse.content.values import ORIGINAL, NameKind
from recuse.content.words_files import JOINTS
from recuse.errors import InputError
from recuse.model import Repository
from recuse.policy.references import nearest
from recuse.toml_text import block, comment, key

OFFICE: Final = "records"
"""The id of the office that answers for the site, until its names are written."""
_SITE: Final = """\
# The public site's settings: docs/reference/content.md. Titles are needed in every language that is offered.
format = 1
"""
_NAMES: Final = """\
# What readers call the ids of the policy repository. Each is a guess: write what somebody says who has never seen the
# id, and the same in every language that site.toml offers.
format = 1
"""
_COMMAS: Final = str.maketrans(dict.fromkeys(JOINTS, ","))


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a person has to say for a beginning: the first page's question, languages, and where the exit leads."""

    agency: str
    purpose: str
    languages: tuple[str, ...]
    exit_to: str


def begin(repository: Repository, chosen: Beginning) -> Mapping[str, str]:
    """The files by their paths. InputError for an agency or a purpose that the policy repository does not have."""
    for noun, name, known, file in (
        ("agency", chosen.agency, repository.agencies, "agencies.toml"),
        ("purpose", chosen.purpose, repository.purposes, "purposes.toml"),
    ):
        if name not in known:
            remedy = nearest(name, known) or f"name one that {file} has"
            raise InputError(f"no {noun} `{name}` in the policy repository", remedy)
    return {"site.toml": _site(repository, chosen), "names.toml": _names(repository, chosen.languages)}


def _site(repository: Repository, chosen: Beginning) -> str:
    closed = [each.id for each in repository.categories.values() if not each.public]
    title = f"Who may see records: {repository.institution.name}"
    parts = (
        block("", {"languages": chosen.languages, "demonstration": True, "exit_to": chosen.exit_to}),
        block("[title]", dict.fromkeys(chosen.languages, title)),
        block("[contact]", {"office": OFFICE, "address": "Write the office's address here"}),
        block("[question]", {"agency": chosen.agency, "purpose": chosen.purpose, "categories": closed}),
    )
    return _SITE + "\n".join(parts)


def _names(repository: Repository, languages: Iterable[str]) -> str:
    others = [code for code in languages if code != ORIGINAL]
    tables = []
    for kind, name, guess in (*guesses(repository), ("office", OFFICE, "Records office")):
        lines = [comment(f"{key(code)} = ") for code in others]
        table = block(f"[{kind}.{key(name)}]", {ORIGINAL: guess.translate(_COMMAS)})
        tables.append(table + "".join(f"{line}\n" for line in lines))
    return "\n".join((_NAMES, *tables))


def guesses(repository: Repository) -> Iterator[tuple[NameKind, str, str]]:
    """Every id of a policy repository that a page may speak of, with what it might be called."""
    yield from (("agency", each.id, each.name) for each in repository.agencies.values())
    yield from (("category", name, _spoken(name)) for name in repository.categories)
    yield from (("purpose", name, _spoken(name)) for name in repository.purposes)
    yield from (("authority", name, _spoken(name)) for name in repository.authorities)
    yield from (("system", name, _spoken(name)) for name in repository.systems)
    tables = (table for system in repository.systems.values() for table in system.tables)
    # Rules say of rows that they are marked where an attribute is true.
    marks = {name for table in tables for name, each in table.attributes.items() if each.type == "Bool"}
    yield from (("mark", name, _spoken(name)) for name in sorted(marks))
    yield from (("office", each.id, each.office) for each in repository.officials.values())
    yield from (("directive", name, each.directive.title) for name, each in sorted(repository.directives.items()))


def _spoken(name: str) -> str:
    return name.replace(".", " ").replace("_", " ").strip() or name
