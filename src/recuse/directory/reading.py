"""The one module here that reads files: the folder `services` of a content folder, as one directory.

A row that is wrong never stops the reading, nor does a feed: it is a reject. Only settings that cannot be used do.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from recuse.directory.areas import Area, areas
from recuse.directory.csv_feed import read_csv
from recuse.directory.json_feed import read_json
from recuse.directory.making import Making
from recuse.directory.merging import Merge, merge
from recuse.directory.records import Entry, Service
from recuse.directory.rejects import Place, Reject, Tally
from recuse.directory.rows import Row, row
from recuse.directory.settings import Feed, Settings, read_settings
from recuse.directory.survey import Surveyed, survey
from recuse.directory.texts import Text, texts
from recuse.directory.tiles import TileFolder
from recuse.directory.translating import Key, Reading, State, Translation, known_texts, read_translations, translated
from recuse.directory.values import plainly
from recuse.errors import InputError

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one file."""
_PACKAGE: Final = "datapackage.json"


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What became of a feed: rows read, kept, rejected and left out; services among the kept; fields nobody reads."""

    feed: str
    rows: int
    kept: int
    rejected: int
    left_out: int
    services: int
    unread: Mapping[str, int]


@dataclass(frozen=True)
class Directory:
    """The services directory of a content folder, with all that was lost or merged on the way to it."""

    settings: Settings
    entries: tuple[Entry, ...]
    merges: tuple[Merge, ...]
    rejects: tuple[Reject, ...]
    feeds: tuple[FeedReport, ...]
    translations: Mapping[Key, Translation]
    today: date
    read: tuple[tuple[str, tuple[Service, ...]], ...]
    """The services of each feed, in order, as they were before they were merged."""
    tiles: TileFolder

    @cached_property
    def shown(self) -> tuple[Entry, ...]:
        """What readers see: services that are offered, or closed for a time."""
        return tuple(entry for entry in self.entries if entry.shown)

    @cached_property
    def surveyed(self) -> tuple[Surveyed, ...]:
        """What readers see, each with what follows from its record."""
        return survey(self.shown, self.settings, self.today)

    @cached_property
    def rows(self) -> Mapping[str, Row]:
        """What readers see, as rows by id, in its order."""
        return {each.entry.id: row(each, self.settings, self.today) for each in self.surveyed}

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """Where what readers see is, and where it is offered."""
        return areas(self.shown, self.settings)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every text that readers see and that can be translated, once."""
        return tuple(dict.fromkeys(text for entry in self.shown for text in texts(entry.service)))

    def translated(self, text: Text, language: str) -> tuple[Translation | None, State]:
        """The translation of a text, stale or not, and how it stands."""
        return translated(self.translations, text, language)


def read_directory(content: Path, today: date) -> Directory:
    """Read it; raises InputError when there is no `services/services.toml`, or it cannot be used."""
    folder = content / "services"
    settings = read_settings("services/services.toml", _settings_bytes(folder / "services.toml"))
    rejects: list[Reject] = []
    read: list[tuple[str, list[Service]]] = []
    reports = []
    for feed in settings.feeds:
        tally = Tally(feed.name)
        services = _feed(folder / "feeds" / feed.name, Making(tally, today, frozenset(feed.local_offsets)))
        read.append((feed.name, services))
        reports.append(_report(tally, len(services)))
        rejects += tally.rejects
    rejects += _unnamed(folder / "feeds", settings.feeds)
    entries, merges = merge(read, settings.same_name_and)
    known = known_texts(text for entry in entries for text in texts(entry.service))
    tally = Tally("")
    translations = _translations(folder / "translations.csv", Reading(known, today), tally)
    rejects += tally.rejects
    return Directory(
        settings, entries, merges, tuple(rejects), tuple(reports), translations, today,
        tuple((feed, tuple(services)) for feed, services in read), TileFolder(content),
    )  # fmt: skip


def _settings_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise InputError(f"`{path}` cannot be read: {reason}", "name a content folder with services") from error


def _report(tally: Tally, services: int) -> FeedReport:
    unread = dict(sorted(tally.unread.items()))
    return FeedReport(tally.feed, tally.rows, tally.kept, tally.rejected, tally.left_out, services, unread)


def _feed(folder: Path, making: Making) -> list[Service]:
    tally, whole = making.tally, Place(making.tally.feed, "")
    if folder.is_symlink():
        tally.whole(whole, "is a link, which is not followed", "put a copy of the folder there")
        return []
    try:
        names = [name for name in _names(folder) if name != _PACKAGE]
    except OSError as error:
        remedy = "mend its rights" if isinstance(error, PermissionError) else "add its folder below `services/feeds`"
        tally.whole(whole, f"cannot be read: {(error.strerror or '').lower()}", remedy)
        return []
    files = {name: raw for name in names if (raw := _bytes(folder / name, tally)) is not None}
    forms = {name.rpartition(".")[2] for name in files}
    if forms == {"json"}:
        return read_json(files, making)
    if forms == {"csv"}:
        return read_csv(files, making)
    if files or not names:  # else each of its files is told already
        told = "holds other files than one form's" if files else "holds no file"
        tally.whole(whole, told, "put either `.json` files or `.csv` files of one package there")
    return []


def _bytes(path: Path, tally: Tally) -> bytes | None:
    place = Place(tally.feed, plainly(path.name))
    try:
        if place.file != path.name:
            tally.whole(place, "has a name with characters that cannot be shown", "give the file another name")
        elif path.is_symlink() or not path.is_file():
            tally.whole(place, "is not a plain file", "put a copy of the file there")
        elif path.stat().st_size > LARGEST:
            tally.whole(place, f"has more than {LARGEST // 1024**2} MiB", "split it")
        else:
            return path.read_bytes()
    except OSError as error:
        tally.whole(place, f"cannot be read: {(error.strerror or '').lower()}", "mend its rights")
    return None


def _unnamed(folder: Path, feeds: Sequence[Feed]) -> list[Reject]:
    known = {feed.name for feed in feeds}
    try:
        found = _names(folder)
    except OSError:
        return []  # then no feed can be read, and each is a reject
    return [
        Reject(Place(name, ""), "", "is not named in `services.toml`, so it was not read", "name it there", whole=True)
        for name in map(plainly, found) if name not in known
    ]  # fmt: skip


def _names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if not each.name.startswith("."))


def _translations(path: Path, reading: Reading, tally: Tally) -> Mapping[Key, Translation]:
    if not os.path.lexists(path):
        return {}
    raw = _bytes(path, tally)
    return {} if raw is None else read_translations(path.name, raw, reading, tally)
