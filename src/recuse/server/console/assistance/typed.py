"""What somebody typed into a form, kept as it is so that nothing typed is lost, and read field by field.

A document that is sent along is hashed and not kept.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from starlette.datastructures import FormData, UploadFile

_MOMENT: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})? ?(?:Z|UTC)?")
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a form: the last text of each name, and all of those that may stand several times."""

    values: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What was typed, without blanks around it."""
        return self.values.get(name, "").strip()

    def one(self, name: str) -> str | None:
        """The same; None where nothing was."""
        return self.text(name) or None

    def all(self, name: str) -> tuple[str, ...]:
        """All that was chosen, each once."""
        return tuple(dict.fromkeys(self.lists.get(name, ())))

    def moment(self, name: str, problems: dict[str, str]) -> datetime | None:
        """A moment in UTC; None where nothing was typed, or what cannot be read, with the problem."""
        text = self.text(name)
        found = _MOMENT.fullmatch(text)
        if not text:
            return None
        try:
            if found is not None:
                return datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ':00'}").replace(tzinfo=UTC)
        except ValueError:
            pass
        problems[name] = f"“{text[:40]}” is not a time: write it as 2026-01-31 14:30, in UTC."
        return None

    def needed(self, names: Mapping[str, str], problems: dict[str, str]) -> None:
        """Note what is missing; `names` are fields with what to do about each."""
        problems.update({name: what for name, what in names.items() if not self.text(name)})

    def having(self, **changes: str) -> "Typed":
        """The same with other texts."""
        return replace(self, values={**self.values, **changes})


def typed(form: FormData, several: Iterable[str]) -> Typed:
    """What a form says; files are left out."""
    pairs = [(name, value.replace("\r\n", "\n")) for name, value in form.multi_items() if isinstance(value, str)]
    lists = {name: tuple(value for key, value in pairs if key == name) for name in several}
    return Typed(dict(pairs), lists)


def sent_file(form: FormData, name: str) -> bytes | None:
    """The bytes of a file that was sent; None where none was chosen."""
    found = form.get(name)
    if not isinstance(found, UploadFile) or not found.filename:
        return None
    found.file.seek(0)
    return found.file.read()


def typed_with(form: FormData, document: str, several: Iterable[str] = ()) -> tuple[Typed, dict[str, str]]:
    """What a form says, with the digest of the document that came with it in the field of this name; what disagrees."""
    found, problems = typed(form, several), dict[str, str]()
    digest, said = sent_digest(form, "document"), found.text(document).lower()
    if digest is not None and said and said != digest:
        problems[document] = "The document that was sent has another hash: clear one of the two."
    elif digest is not None:
        found = found.having(**{document: digest})
    return found, problems


def sent_digest(form: FormData, name: str) -> str | None:
    """The SHA-256 of a file that was sent; None where none was chosen."""
    found = form.get(name)
    if not isinstance(found, UploadFile) or not found.filename:
        return None
    found.file.seek(0)
    digest = hashlib.sha256()
    while chunk := found.file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
