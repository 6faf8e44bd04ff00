"""What a person is given: the answer as data, as a page for print and as text, and the proof that it was recorded."""

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from recuse.content.folder import parse_names
from recuse.disclosure.answer import read_written
from recuse.disclosure.telling import Names, Teller
from recuse.errors import InputError
from recuse.ledger import inclusion, read_entries
from recuse.model import Repository
from recuse.operations.folders import write_new_folder


def names_of(repository: Repository, path: Path | None) -> Names:
    """Names for readers: those of the file, and beneath them the names of agencies in the policy, which are English."""
    agencies: Names = {("agency", each.id): {"en": each.name} for each in repository.agencies.values()}
    if path is None:
        return agencies
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise InputError(f"`{path}` cannot be read: {reason}", "name a names.toml with --names") from error
    return {**agencies, **{key: each.texts for key, each in parse_names(path.name, raw).items()}}


def teller(language: str, names: Names) -> Teller:
    """Who tells an answer in a language; InputError where the extra for that is not installed."""
    try:
        from recuse.languages import language as named  # noqa: PLC0415 - an extra
        from recuse.languages import read_texts  # noqa: PLC0415
    except ImportError as error:
        remedy = "install the extra with `pip install 'recuse[site]'`"
        raise InputError("babel is not installed, so that no answer can be written for people", remedy) from error
    return Teller(read_texts(named(language), files("recuse.disclosure") / "locales"), names)


def given(answer: str, language: str, names: Names) -> dict[str, bytes]:
    """What a person is given, but for the proof: the answer, and made from it texts and pages.

    In the person's language, and in English, which counts.
    """
    whole, found = read_written(answer.encode()), {"answer.json": answer.encode()}
    for each in dict.fromkeys((language, "en")):
        tells = teller(each, names)
        found |= {f"answer.{each}.txt": tells.text(whole).encode(), f"answer.{each}.html": tells.page(whole).encode()}
    return found


def check_new(to: Path) -> None:
    """Raise InputError where a folder cannot be made: before anything is recorded."""
    if os.path.lexists(to):
        raise InputError(f"`{to}` is there already", "name a new folder with --out")
    if not to.absolute().parent.is_dir():
        raise InputError(f"there is no folder `{to.absolute().parent}`", "name a new folder in one that is there")


def write_given(to: Path, answer: Mapping[str, bytes], ledger: Path, entry: int) -> list[str]:
    """Write what is given into a new folder for its owner alone, with the proof that it was recorded; the files' names.

    InputError where the folder is there already or cannot be made, with nothing written.
    """
    recorded = {
        "recorded.json": read_entries(ledger)[entry],
        "recorded.tlog-proof": str(inclusion(ledger, entry)).encode(),
    }
    whole = {**answer, **recorded}
    remedy = f"the answer is recorded as entry {entry}: write it elsewhere with `recuse accounting show --out`"
    write_new_folder(to, whole, remedy, 0o700)
    return sorted(whole)
