"""The synthetic directory as a content folder has it: three overlapping feeds, settings, translations."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from recuse.csv_text import csv_text
from recuse.demo.services.making import KINDS, TAXONOMY, WORDS, Dice, service
from recuse.directory.exporting import package
from recuse.directory.reading import read_directory
from recuse.directory.records import Service
from recuse.directory.settings import TRANSLATED
from recuse.directory.texts import Text
from recuse.directory.translating import COLUMNS, EVERY, MACHINE

_PAGE: Final = 100
_LINKS: Final = ("taxonomy", "code", "name")


def write_services(folder: Path, number: int, today: date, seed: int = 2026, *, once: bool = True) -> None:
    """Write `services` into a content folder: about `number` services after merging, and their machine translations.

    `once`: a text that many records have is translated in one row. Without it each service has rows of its own.
    """
    root = folder / "services"
    every = [service(seed, index, today) for index in range(number)]
    half, last = number // 2, number - number // 20
    city, county, partners = every[:half], every[half:last], every[last:]
    county += [_again(each, seed) for each in city[:: max(1, len(city) // max(1, number // 33))]]
    partners += [_alike(each, seed) for each in county[:: max(1, len(county) // max(1, number // 50))]]
    for name in ("city", "county", "partners"):
        (root / "feeds" / name).mkdir(parents=True, exist_ok=True)
    for page in range(0, len(city), _PAGE):
        content = {"total_items": len(city), "contents": [plain(each) for each in city[page : page + _PAGE]]}
        _write(root / f"feeds/city/services-{page // _PAGE + 1:03}.json", content)
    for name, text in package(county).items():
        (root / "feeds/county" / name).write_bytes(text.encode())
    _write(root / "feeds/partners/services.json", {"contents": [plain(each) for each in partners]})
    (root / "services.toml").write_text(_settings(), encoding="utf-8")
    (root / "translations.csv").unlink(missing_ok=True)
    texts = read_directory(folder, today).texts
    (root / "translations.csv").write_bytes(_translations(texts, seed, once).encode())


def _again(found: Service, seed: int) -> Service:
    """The same service as another feed has it: the same id, not all of the fields, assured at another time."""
    kept = Dice(seed, "again", found.id).chance(50)
    wait = "About two weeks" if kept else None
    return replace(found, url=None, wait_time=wait, description=found.description if kept else None, assured_date=None)


def _alike(found: Service, seed: int) -> Service:
    """The same service in a feed that does not know it: another id, other letters, the same number and address."""
    own = f"partner-{found.id[:13]}-{seed}"
    return replace(found, id=own, name=found.name.upper(), fees="No fees", attributes=())


def plain(value: Any) -> Any:
    """A record as JSON of HSDS 3, without what is absent."""
    if is_dataclass(value):
        found = {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.name != "incomplete"}
        if {*_LINKS, "value"} <= found.keys():
            term = {name: found.pop(name) for name in _LINKS if found[name] is not None}
            found["taxonomy_term"] = {"id": f"term-{found['id']}"} | term
        return {name: each for name, each in found.items() if each not in (None, [])}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _settings() -> str:
    feeds = "\n".join(
        f'[[feed]]\nname = "{name}"\ntitle = "{title} (synthetic)"\n'
        for name, title in (("city", "City services"), ("county", "County services"), ("partners", "Partners"))
    )
    kinds = "\n".join(
        f'[[kind]]\nid = "{kind}"\nterms = ["{TAXONOMY}:{WORDS["kind"][kind]["code"]}"]\n' for kind in KINDS
    )
    head = "# The demonstration's services directory. Nothing in it is real.\nformat = 1\nstale_after_days = 180\n"
    no_id = f'[no_id]\ndocuments = ["{WORDS["common"]["none"]}"]\n'
    merge = '[merge]\nsame_name_and = ["phone", "address"]\n'
    area = '[[area]]\nname = "Chicago"\nalso = ["City of Chicago"]\n'
    return "\n".join((head, feeds, merge, kinds, no_id, area))


def _translations(texts: Sequence[Text], seed: int, once: bool) -> str:
    rows: dict[tuple[str | None, ...], None] = {}
    for text in texts:
        for language in TRANSLATED:
            found = WORDS["translation"].get(text.source, {}).get(language)
            if found is None:
                continue
            own = text.table == "service" and not once
            name = text.id if own else EVERY
            chance = Dice(seed, text.id, text.field, language).number(100) if own else 50
            if not chance:  # one in a hundred is missing, and one stale
                continue
            digest = "0" * 64 if chance == 1 else text.sha256
            rows[(text.table, name, text.field, language, found, digest, MACHINE, None, None)] = None
    return csv_text([COLUMNS, *sorted(rows, key=_order)])


def _order(row: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(each or "" for each in row)
