"""Feeds of which every row is broken but a few: each fault that a reader of feeds has to outlive, over and over."""

import json
from pathlib import Path
from typing import Any, Final

_HEADER: Final = "id,name,status,url,email,minimum_age,assured_date,description"
_FAULTS: Final = (
    "{id},Shifted,active,https://a.example/,,5,2026-01-01,too,many,cells",
    "{id},Short,active",
    "{id},A script,active,javascript:alert(1),,,,",
    "{id},No host,active,https://,,,,",
    "{id},A user,active,https://bank.example@evil.example/,,,,",
    "{id},A day that is none,active,,,,2026-02-30,",
    "{id},A day in another form,active,,,,01/02/2026,",
    "{id},A day to come,active,,,,2999-01-01,",
    "{id},No such status,open,,,,,",
    "{id},,active,,,,,no name",
    ",No id,active,,,,,",
    "../{id},A path,active,,,,,",
    "{id},No mail,active,,not-an-address,,,",
    "{id},An age,active,,,five,,",
    "{id},A great age,active,,,900,,",
    "{id},Turned \u202e round,active,,,,,",
    "{id},A bell \x07 rings,active,,,,,",
    '{id},"An open quote,active,,,,,',
    '{id},"A quote" in the middle,active,,,,,',
    "{id},Not UTF-8 \udcff,active,,,,,",
    "good-1,The same id,active,,,,,",
)  # fmt: skip
_OBJECTS: Final[tuple[dict[str, Any], ...]] = (
    {"name": 5}, {"status": ["active"]}, {"status": None}, {"minimum_age": True}, {"url": {"href": "https://a.example"}},
    {"assured_date": 20260101}, {"description": "\ud800"}, {"url": "data:text/html,x"}, {"maximum_age": 1e300},
)  # fmt: skip


def write_broken(folder: Path, number: int = 10_000) -> int:
    """Write `services` into a content folder: `number` broken rows, half in CSV, and four good ones; gives `number`."""
    root = folder / "services"
    for name in ("table", "pages"):
        (root / "feeds" / name).mkdir(parents=True, exist_ok=True)
    half = number // 2
    good = "good-{},A good row,active,https://a.example/,,,2026-01-01,It is still read."
    rows = [
        _HEADER,
        good.format(1),
        *(_FAULTS[n % len(_FAULTS)].format(id=f"bad-{n}") for n in range(half)),
        good.format(2),
    ]
    (root / "feeds/table/services.csv").write_bytes("\n".join(rows).encode(errors="surrogateescape"))
    objects = [_object(n) for n in range(number - half)]
    whole = [{"id": f"fine-{n}", "name": "A good item", "status": "active"} for n in (1, 2)]
    content = json.dumps({"contents": [whole[0], *objects, whole[1]]})
    (root / "feeds/pages/services.json").write_text(content, encoding="utf-8")
    feeds = "".join(f'[[feed]]\nname = "{name}"\ntitle = "Broken"\n' for name in ("table", "pages"))
    (root / "services.toml").write_text(f"format = 1\n{feeds}", encoding="utf-8")
    return number


def _object(number: int) -> object:
    if number % 10 == 9:
        return ["no", "object"]
    return {"id": f"worse-{number}", "name": "Broken", "status": "active"} | _OBJECTS[number % 10]
