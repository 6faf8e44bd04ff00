"""Names of files and of what has an id: kinds of services, areas, parts of a record, kinds of telephones."""

import hashlib
import re
from functools import lru_cache
from typing import Final

from recuse.directory.settings import Settings
from recuse.languages import Texts

INDEX: Final = "places/index.html"
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_DIGEST: Final = 10
_ENDING: Final = re.compile(rf"-[0-9a-f]{{{_DIGEST}}}")
_DEVICE: Final = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
"""Names that no file may have on Windows: the site is also carried there on a stick."""


@lru_cache(maxsize=1 << 14)
def file_name(name: str) -> str:
    """A name for a file or folder: the id itself where it is plain, else its letters and a digest.

    Two ids never have the same one, also where capitals do not count.
    """
    ended = _ENDING.fullmatch(name[-_DIGEST - 1 :])
    if _PLAIN.fullmatch(name) and not ended and not _DEVICE.fullmatch(name):
        return name
    letters = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    return f"{letters or 'id'}-{digest}"


def service_path(service: str) -> str:
    """The page of a service."""
    return f"places/services/{file_name(service)}.html"


def kind_path(kind: str, number: int = 1) -> str:
    """A page of the list of a kind."""
    return f"places/kinds/{file_name(kind)}/{_numbered(number)}"


def area_path(area: tuple[str, ...], kind: str | None = None, number: int = 1) -> str:
    """A page of the list of an area, or of one kind in it."""
    within = f"{file_name(kind)}/" if kind is not None else ""
    whole = "\n".join(area)  # no name of an area has a line break, and some have a slash: `A/B` is not `B` in `A`
    return f"places/areas/{file_name(whole)}/{within}{_numbered(number)}"


def map_path(area: tuple[str, ...]) -> str:
    """The page of the map of an area."""
    return area_path(area).removesuffix(_numbered(1)) + "map.html"


def _numbered(number: int) -> str:
    return "index.html" if number == 1 else f"{number}.html"


def area_name(area: tuple[str, ...]) -> str:
    """An area as an address has it, from the smallest: its names are names in every language."""
    return ", ".join(reversed(area))


def kind_name(kind: str, settings: Settings, texts: Texts) -> str:
    """What a kind is called: as `services.toml` says, or as the site does."""
    own = next((each.names for each in settings.kinds if each.id == kind and each.names), None)
    return own[texts.language.code] if own is not None else _known_kinds(texts)[kind]


def _known_kinds(texts: Texts) -> dict[str, str]:
    return {
        "schools": texts.say("Schools"),
        "courts": texts.say("Courts"),
        "hospitals": texts.say("Hospitals"),
        "clinics": texts.say("Clinics"),
        "legal_aid": texts.say("Legal aid"),
        "libraries": texts.say("Libraries"),
        "other": texts.say("Other services"),
    }


def part_names(texts: Texts) -> dict[str, str]:
    """Parts of a record by their tables, for saying which of them is not whole."""
    return {
        "required_document": texts.say("what to bring"),
        "schedule": texts.say("opening hours"),
        "phone": texts.say("telephone numbers"),
        "language": texts.say("languages"),
        "cost_option": texts.say("fees"),
        "location": texts.say("places"),
        "service_at_location": texts.say("places"),
        "address": texts.say("addresses"),
        "accessibility": texts.say("accessibility"),
        "service_area": texts.say("areas"),
        "organization": texts.say("who offers it"),
    }


def phone_kinds(texts: Texts) -> dict[str, str]:
    """Kinds of telephones that are told; a voice is not."""
    text = texts.say("Text telephone for deaf people")
    return {
        "fax": texts.say("Fax"),
        "textphone": text,
        "tty": text,
        "text": texts.say("Text messages"),
        "sms": texts.say("Text messages"),
    }
