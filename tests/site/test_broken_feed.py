"""Ten thousand broken rows in the feeds: the site is published all the same, and editors have every one as a list."""

import csv
import json
import shutil
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.demo.services.broken import write_broken
from recuse.server.console.editors.listing import items
from recuse.serving.content import read_folder
from tests.site.test_publish_verb import run
from tests.site.world import Site

GOOD: Final = {"good-1", "good-2", "fine-1", "fine-2"}


def test_ten_thousand_broken_rows_are_published_around_and_listed(site: Site, tmp_path: Path) -> None:
    content, out, listed = tmp_path / "content", tmp_path / "site", tmp_path / "rejects.csv"
    shutil.copytree(site.content, content)
    shutil.rmtree(content / "services")
    count = write_broken(content, 10_000)
    words = ("publish", str(content), "-r", str(site.office.policy), "--without-pdf", "--out")

    made = json.loads(run(*words, str(out), "--format", "json")[0])
    assert made["rejects"] == count == 10_000
    for language in made["languages"]:
        data = json.loads((out / language / "places/index.json").read_text())["data"]
        assert data["services"] == len(GOOD)
        assert [each["rejected"] for each in data["feeds"]] == [count // 2, count // 2]
        assert {each.stem for each in (out / language / "places/services").glob("*.html")} == GOOD
    with (out / "data/services.csv").open(newline="") as rows:
        assert {each["id"] for each in csv.DictReader(rows)} == GOOD

    said = run(*words, str(out), "--dry-run")[1]
    assert f"without 10,000 rejects of the services: `recuse directory check {content} --rejects FILE` lists" in said
    run("directory", "check", str(content), "--rejects", str(listed), code=1)
    with listed.open(newline="") as rows:
        table = [*csv.DictReader(rows)]
    places = {(each["feed"], each["file"], each["line"], each["path"]) for each in table}
    assert len(table) == len(places) == count, "each row by itself, where it stands"
    assert all(each["message"] and each["remedy"] for each in table)
    console = [each for each in items(read_folder(content, clock.today()), clock.today()) if each.what == "reject"]
    assert len(console) == count, "and at the console, under what is due"
