"""A content folder with services, small or as the generator makes it, for the tests here."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from recuse.directory.reading import Directory, read_directory

TODAY: Final = date(2026, 11, 28)
SETTINGS: Final = """
format = 1
stale_after_days = 100
[[feed]]
name = "one"
title = "One"
[[feed]]
name = "two"
title = "Two"
stale_after_days = 10
[[kind]]
id = "schools"
terms = ["kinds:school", "Other Kinds:K-12"]
[[kind]]
id = "food"
terms = ["kinds:food"]
name = { en = "Food", es = "Comida", zh-Hans = "食品", pl = "Żywność", ar = "غذاء" }
[no_id]
documents = ["None", "No ID needed"]
terms = ["kinds:no-id"]
[[area]]
name = "Chicago"
also = ["City of Chicago"]
"""


def item(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": f"Service {name}", "status": "active"} | more


def write(
    folder: Path, one: Any = (), two: Any = (), settings: str = SETTINGS, translations: str | None = None
) -> Path:
    """Two feeds in JSON below `folder`, which is given back."""
    root = folder / "services"
    for name, items in (("one", one), ("two", two)):
        (root / "feeds" / name).mkdir(parents=True, exist_ok=True)
        content = items if isinstance(items, bytes) else json.dumps(list(items)).encode()
        (root / "feeds" / name / "services.json").write_bytes(content)
    (root / "services.toml").write_text(settings)
    if translations is not None:
        (root / "translations.csv").write_text(translations)
    return folder


def read(folder: Path, *args: Any, **more: Any) -> Directory:
    return read_directory(write(folder, *args, **more), TODAY)
