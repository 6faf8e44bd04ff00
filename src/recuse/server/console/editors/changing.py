"""What was kept, as changes of files: which edits still fit, and what each file of the content folder would be. Pure.

The files are those that `recuse content reviewed` and a feed would be: a person puts them into the folder, looks at the
difference, and commits it. What is there already is told by reading the folder.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from recuse.content.folder import parse_content
from recuse.content.reviewing import check_review, text_of, with_days, with_review
from recuse.content.values import ORIGINAL
from recuse.directory.exporting import package
from recuse.directory.records import Service
from recuse.directory.settings import read_settings
from recuse.errors import ContentError, InputError, RefusedError
from recuse.server.console.editors.correcting import corrected
from recuse.server.console.editors.desk import FEED, FEED_FOLDER, SERVICES, SETTINGS, Folder
from recuse.server.console.editors.kept import Edit, TextReview
from recuse.toml_text import quoted

State = Literal["to take away", "in the folder", "no longer fits"]
_FIRST: Final = re.compile(r"^\[\[feed\]\]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """An edit with how it stands; `why` where it no longer fits."""

    edit: Edit
    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Every edit that was not withdrawn, and the files that differ from those of the folder, by path.

    Where a file would not read as what was meant there are none, and `wrong` says why.
    """

    every: tuple[Change, ...]
    files: Mapping[str, bytes]
    wrong: InputError | None = None


@dataclass(slots=True)
class _Making:
    folder: Folder
    on: date
    files: dict[str, bytes] = field(default_factory=dict)
    days: dict[str, tuple[date | None, date | None]] = field(default_factory=dict)
    own: dict[str, Service] = field(default_factory=dict)

    def change(self, edit: Edit) -> Change:
        """How an edit stands; one that fits is in the files by then."""
        try:
            there = self._review(edit) if edit.kind == "review" else self._service(edit)
        except (InputError, RefusedError) as error:
            return Change(edit, "no longer fits", error.message)
        return Change(edit, "in the folder" if there else "to take away")

    def _review(self, edit: Edit) -> bool:
        found = TextReview.of(edit)
        if found is None:
            raise InputError("it was withdrawn", "review the text again")
        content = self.folder.content
        old = text_of(content, found.id, found.language)
        if found.review in old.reviewed:
            return True
        days = (found.as_of, found.review_by)
        if self.days.get(old.file, days) != days:
            raise InputError("another review that is kept here sets other days for this text", "review it again")
        text = with_days(old, *days)
        check_review(content, text, found.review, max(self.on, found.review.on))
        raw = self.files.get(old.file, self.folder.files[old.file])
        self.files[old.file] = with_review(raw, text, found.review)
        self.days[old.file] = days
        return False

    def _service(self, edit: Edit) -> bool:
        directory, entry = self.folder.directory, self.folder.entry(edit.subject)
        if directory is None or self.folder.feed_wrong:
            raise InputError(self.folder.feed_wrong, "mend it in the content folder")
        if entry is None or edit.said is None:
            raise InputError("no feed has this service any more", "withdraw it")
        own, problems = corrected(edit.said, entry, directory)
        if own is None:
            raise InputError(" ".join(f"{name}: {told}" for name, told in problems.items()), "correct it again")
        if own == self._feed().get(own.id):
            return True
        self.own[own.id] = own
        return False

    def _feed(self) -> dict[str, Service]:
        read = dict(self.folder.directory.read) if self.folder.directory else {}
        return {each.id: each for each in read.get(FEED, ())}

    def with_services(self) -> None:
        """Put the whole of our own feed into the files, and name it first where nothing does."""
        if not self.own:
            return
        services = sorted({**self._feed(), **self.own}.values(), key=lambda each: each.id)
        for name, text in package(services).items():
            path = f"{FEED_FOLDER}/{name}"
            if text.count("\n") > 1 or path in self.folder.files:  # a table without rows only where it takes rows away
                self.files[path] = text.encode()
        self.files[SETTINGS] = with_feed(self.folder.files[SETTINGS], self.folder)


def changes(folder: Folder, edits: Iterable[Edit], on: date) -> Changes:
    """What the edits that were kept change of a folder."""
    making = _Making(folder, on)
    every = tuple(making.change(each) for each in edits if each.said is not None)
    try:
        making.with_services()
        made = {name: raw for name, raw in making.files.items() if folder.files.get(name) != raw}
        if making.days:
            _check_reads(folder, made, every)
    except InputError as error:
        return Changes(every, {}, error)
    return Changes(every, made)


def with_feed(raw: bytes, folder: Folder) -> bytes:
    """The settings of the services with our own feed first: the rest stays byte by byte.

    The records in it are assured again as early as those of the feed that asks for it soonest.
    """
    settings = read_settings(SETTINGS, raw)
    if any(each.name == FEED for each in settings.feeds):
        return raw
    days = min(settings.stale_after(each.name) for each in settings.feeds)
    office = folder.content.names["office", folder.content.site.contact.office].texts[ORIGINAL]
    text = raw.decode()
    place = _FIRST.search(text)
    start = place.start() if place else len(text)
    added = f'[[feed]]\nname = "{FEED}"\ntitle = {quoted(office)}\nstale_after_days = {days}\n\n'
    made = (text[:start] + added + text[start:]).encode()
    refused = InputError(
        f"the feed `{FEED}` cannot be written into `{SETTINGS}`", "write it there by hand, as the first"
    )
    try:
        if read_settings(SETTINGS, made).feeds[1:] == settings.feeds:
            return made
    except InputError as error:
        raise refused from error
    raise refused


def _check_reads(folder: Folder, made: Mapping[str, bytes], every: Iterable[Change]) -> None:
    """Every review stands in the file of its text, which reads as before but for that. InputError where it does not."""
    try:
        content = parse_content({
            name: raw for name, raw in {**folder.files, **made}.items() if not name.startswith(SERVICES)
        })  # fmt: skip
    except ContentError as error:
        raise InputError("the content folder could not be read with these reviews in it", "withdraw them") from error
    for each in every:
        found = TextReview.of(each.edit) if each.edit.kind == "review" else None
        if each.state != "to take away" or found is None:
            continue
        new = text_of(content, found.id, found.language)
        if found.review not in new.reviewed:
            raise InputError(f"the review cannot be written into `{new.file}`", "write it there by hand")
        check_review(content, new, found.review, found.review.on)
