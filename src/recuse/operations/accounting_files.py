"""What a person is given: the answer as data, as a page for print and as text, and the proof that it was recorded."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from recuse.disclosure.answer import read_written
from recuse.disclosure.telling import Names, Teller
from recuse.errors import InputError
from recuse.ledger import inclusion, read_entries
from recuse.model import Repository

_KINDS: Final = ("agency", "purpose", "authority", "category")


def names_of(repository: Repository, path: Path | None) -> Names:
    """Names for readers: those of the file, and beneath them the names of agencies in the policy, which are English."""
    found: dict[tuple[str, str], dict[str, str]] = {
        ("agency", each.id): {"en": each.name} for each in repository.agencies.values()
    }
    for kind, ids in _read(path).items():
        for name, texts in ids.items():
            found[kind, name] = found.get((kind, name), {}) | texts
    return found


def _read(path: Path | None) -> dict[str, Mapping[str, dict[str, str]]]:
    if path is None:
        return {}
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
        found = {kind: whole.get(kind, {}) for kind in _KINDS}
        if all(isinstance(text, str) for ids in found.values() for texts in ids.values() for text in texts.values()):
            return found
    except (OSError, ValueError, AttributeError):
        pass
    raise InputError(f"`{path.name}` holds no names", 'write for example [agency."us.dhs"] and below it en = "…"')


def texts(data: bytes, language: str, names: Names) -> tuple[str, str]:
    """The answer in a language, as text and as a page."""
    try:
        from recuse.languages import language as named  # noqa: PLC0415 - an extra
        from recuse.languages import read_texts  # noqa: PLC0415
    except ImportError as error:
        remedy = "install the extra with `pip install 'recuse[site]'`"
        raise InputError("babel is not installed, so that no answer can be written for people", remedy) from error
    messages = read_texts(named(language), files("recuse.disclosure") / "locales")
    teller, whole = Teller(messages, names), read_written(data)
    return teller.text(whole), teller.page(whole)


def check_new(to: Path) -> None:
    """Raise InputError where a folder cannot be made: before anything is recorded."""
    if to.exists() or not to.parent.is_dir():
        raise InputError(f"`{to}` is there already, or its parent is not", "name a new folder with --out")


def write_answer(to: Path, answer: tuple[bytes, str, Names], ledger: Path, entry: int) -> list[str]:
    """Write what is given into a new folder, in the person's language and in English, which counts; the files' names.

    InputError where the folder is there already or cannot be made.
    """
    data, language, names = answer
    given: dict[str, bytes] = {"answer.json": data}
    for each in dict.fromkeys((language, "en")):
        text, page = texts(data, each, names)
        given |= {f"answer.{each}.txt": text.encode(), f"answer.{each}.html": page.encode()}
    given["recorded.json"] = read_entries(ledger)[entry]
    given["recorded.tlog-proof"] = str(inclusion(ledger, entry)).encode()
    try:
        to.mkdir(mode=0o700)
        for name, content in given.items():
            (to / name).write_bytes(content)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise InputError(
            f"`{to}` cannot be written: {reason}", "write it elsewhere with `recuse accounting show --out`"
        ) from error
    return sorted(given)
