"""A service as a small form, and what was typed as a record of our own feed. Pure.

What is typed is written as the CSV of a feed and read again by the directory's own rules, then merged with what the
other feeds say: so nothing is kept that the import would refuse, and nothing that the merge would not show.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from recuse.directory.csv_feed import read_csv
from recuse.directory.exporting import package
from recuse.directory.hours import DAYS, week_of
from recuse.directory.making import Making
from recuse.directory.merging import merge
from recuse.directory.reading import Directory
from recuse.directory.records import Entry, Language, Phone, RequiredDocument, Schedule, Service
from recuse.directory.rejects import Tally
from recuse.directory.settings import Settings
from recuse.directory.standing import no_id
from recuse.directory.words import normal
from recuse.server.console.directives.asked import Fields
from recuse.server.console.editors.desk import FEED

FIELDS: Final[Mapping[str, str]] = {
    "name": "name", "description": "description", "phones": "phones", "hours": "schedules",
    "bring": "required_documents", "languages": "languages", "alert": "alert", "status": "status",
}  # fmt: skip
"""The fields of the form, and those of a service."""
TYPED: Final = (*FIELDS, "no_id", "assured")
_BY_FILE: Final = {
    "phones.csv": "phones", "schedules.csv": "hours", "required_documents.csv": "bring", "languages.csv": "languages",
}  # fmt: skip
_EXTENSION: Final = re.compile(r"(.*\S)\s+ext\.?\s*([0-9]{1,8})", re.IGNORECASE)
_WEEKLY: Final = re.compile(r"([A-Za-z, -]+?)\s+([0-9]{2}:[0-9]{2})\s*[-\u2013]\s*([0-9]{2}:[0-9]{2})")
_MOST: Final = 60
"""Lines of one field."""
_LONGEST: Final = 20_000
"""Characters of one field."""

Said = Mapping[str, str]


def fields_of(service: Service, settings: Settings) -> Fields:
    """A service as the values of its form; nobody is taken to have asked there today."""
    without = [each for each in service.required_documents if normal(each.document or "") in settings.no_id_documents]
    bring = [_document(each) for each in service.required_documents if each not in without]
    values = {
        "name": service.name, "description": service.description or "", "alert": service.alert or "",
        "status": service.status, "phones": _joined(service.phones, _phone), "bring": "\n".join(bring),
        "hours": _joined(service.schedules, _schedule), "languages": _joined(service.languages, _language),
        "no_id": "yes" if without else "",
    }  # fmt: skip
    return Fields({name: (text,) for name, text in values.items() if text})


def said_of(fields: Fields, service: Service, today: date) -> Said:
    """What is kept of a form: texts by field, and the day on which somebody asked there."""
    found = {name: fields.one(name) for name in (*FIELDS, "no_id")}
    asked = today if fields.one("assured") == "yes" else service.assured_date
    return found | {"assured_date": "" if asked is None else str(asked)}


def fields_said(said: Said) -> Fields:
    """What was kept, as the values of its form."""
    return Fields({name: (text,) for name, text in said.items() if text})


def corrected(said: Said, entry: Entry, directory: Directory) -> tuple[Service | None, dict[str, str]]:
    """The record of our own feed that says what was typed, or what is wrong by the name of the field.

    It holds what differs from the other feeds and nothing else, so that what they change later is shown.
    """
    problems = _too_long(said)
    if problems:
        return None, problems
    others = _others(entry, directory)
    base = merge(others, directory.settings.same_name_and)[0][0].service if others else None
    wanted = _typed(said, entry.service, directory.settings)
    own, wrong = _read(_differing(wanted, base), directory)
    if own is None:
        return None, wrong
    shown = merge([(FEED, [own]), *others], directory.settings.same_name_and)[0][0].service
    for name, column in FIELDS.items():
        if getattr(wanted, column) in (None, ()) and getattr(shown, column) not in (None, ()):
            problems[name] = "Another feed says it, and nothing here can empty that: write what holds instead."
    if said["no_id"] and no_id(shown, directory.settings) == "contradicted":
        problems["no_id"] = "A record that asks for a document too contradicts itself: choose one of the two."
    return (None if problems else own), problems


def _too_long(said: Said) -> dict[str, str]:
    lines = {name for name in ("phones", "hours", "bring", "languages") if said[name].count("\n") >= _MOST}
    return dict.fromkeys(sorted(lines), f"Write at most {_MOST} lines.") | {
        name: f"Write at most {_LONGEST:,} characters." for name in FIELDS if len(said[name]) > _LONGEST
    }


def _others(entry: Entry, directory: Directory) -> list[tuple[str, list[Service]]]:
    """The records that the other feeds have of a service, in order."""
    ids = {source.feed: source.id for source in entry.sources if source.feed != FEED}
    found = ((feed, [each for each in services if each.id == ids.get(feed)]) for feed, services in directory.read)
    return [(feed, services) for feed, services in found if services and feed != FEED]


def _typed(said: Said, service: Service, settings: Settings) -> Service:
    """The service as it was typed. What is on a line as before keeps all that its record says besides."""
    documents = said["bring"].split("\n")
    if said["no_id"]:
        old = [_document(each) for each in service.required_documents]
        documents.append(next((each for each in old if normal(each) in settings.no_id_documents), _none(settings)))
    day = said["assured_date"]
    values: dict[str, Any] = {
        "name": said["name"], "description": said["description"] or None, "alert": said["alert"] or None,
        "status": said["status"], "assured_date": date.fromisoformat(day) if day else None,
        "phones": _records(said["phones"].split("\n"), service.phones, (_phone, _new_phone), service.id),
        "schedules": _records(said["hours"].split("\n"), service.schedules, (_schedule, _new_schedule), service.id),
        "languages": _records(said["languages"].split("\n"), service.languages, (_language, _new_language), service.id),
        "required_documents": _records(
            documents, service.required_documents, (_document, _new_document), service.id
        ),
    }  # fmt: skip
    return replace(service, **values)


def _differing(service: Service, base: Service | None) -> Service:
    own: dict[str, Any] = {}
    for column in FIELDS.values():
        value = getattr(service, column)
        if base is None or value != getattr(base, column):
            own[column] = value
    always = {"id": service.id, "name": service.name, "status": service.status, "assured_date": service.assured_date}
    return Service(**{**own, **always})


def _read(service: Service, directory: Directory) -> tuple[Service | None, dict[str, str]]:
    """The record as the import reads it, or why the import would not take it in."""
    tally, problems = Tally(FEED), dict[str, str]()
    files = {name: text.encode("utf-8", "surrogatepass") for name, text in package([service]).items()}
    services = read_csv(files, Making(tally, directory.today))
    for each in tally.rejects:
        if not each.field.endswith("_id"):  # what belongs to a row that is wrong is not itself wrong
            name = _BY_FILE.get(each.place.file, each.field)
            problems.setdefault(name, f"{each.message[:1].upper()}{each.message[1:]}: {each.remedy}.")
    if not services and not problems:
        problems["name"] = "The import would not take it in."
    return (None if problems else services[0]), problems


def _records(lines: Iterable[str], old: Sequence[Any], ways: tuple[Any, Any], of: str) -> tuple[Any, ...]:
    line_of, made = ways
    known: dict[str, list[Any]] = {}
    for each in old:
        known.setdefault(line_of(each), []).append(each)
    found = []
    for line in dict.fromkeys(each.strip() for each in lines if each.strip()):
        name = hashlib.sha256(f"{of}\n{made.__name__}\n{line}".encode("utf-8", "surrogatepass")).hexdigest()
        found += known.get(line) or [made(f"c-{name[:24]}", line)]
    return tuple(found)


def _phone(phone: Phone) -> str:
    return phone.number if phone.extension is None else f"{phone.number} ext. {phone.extension}"


def _new_phone(name: str, line: str) -> Phone:
    found = _EXTENSION.fullmatch(line)
    return Phone(id=name, number=found[1], extension=int(found[2])) if found else Phone(id=name, number=line)


def _schedule(schedule: Schedule) -> str:
    words = " ".join(filter(None, (schedule.description, schedule.notes))).replace("\n", " ")
    if week_of(schedule) is None:
        return words or f"schedule {schedule.id}"
    days = schedule.byday or DAYS[week_of(schedule)[0].day]  # type: ignore[index]
    period = [f"{word} {day}" for word, day in (("from", schedule.valid_from), ("until", schedule.valid_to)) if day]
    told = " ".join([f"{days} {schedule.opens_at}-{schedule.closes_at}", *period])
    return f"{told} ({words})" if words else told


def _new_schedule(name: str, line: str) -> Schedule:
    found = _WEEKLY.fullmatch(" ".join(line.split()))  # runs of spaces would make the pattern slow
    days = None if found is None else _days(found[1].upper())
    if found is None or days is None:
        return Schedule(id=name, description=line)
    return Schedule(id=name, freq="WEEKLY", byday=",".join(days), opens_at=found[2], closes_at=found[3])


def _days(text: str) -> list[str] | None:
    """Days of the week, as `MO,WE` or `MO-FR`; None for anything else."""
    found: list[str] = []
    for part in re.sub(r"\s*-\s*", "-", text).replace(",", " ").split():
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            return None
        start, end = DAYS.index(first), DAYS.index(last or first)
        if end < start:
            return None
        found += DAYS[start : end + 1]
    return sorted(set(found), key=DAYS.index)


def _language(language: Language) -> str:
    return language.name or language.code or f"language {language.id}"


def _new_language(name: str, line: str) -> Language:
    return Language(id=name, name=line)


def _document(document: RequiredDocument) -> str:
    return (document.document or f"document {document.id}").replace("\n", " ")


def _new_document(name: str, line: str) -> RequiredDocument:
    return RequiredDocument(id=name, document=line)


def _none(settings: Settings) -> str:
    return next(iter(sorted(settings.no_id_documents)), "none").capitalize()


def _joined(records: Sequence[Any], line_of: Callable[[Any], str]) -> str:
    return "\n".join(dict.fromkeys(line_of(each) for each in records))
