"""Health: what cannot be told is not a pass. And access: a matrix is shown as it was worked out, or not at all."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from recuse.errors import InputError
from recuse.ledger import KINDS, Entry
from recuse.operations.page import Reach as PlannedReach
from recuse.server.console import PREFIX
from recuse.server.console.access import Reach, parse_matrices
from recuse.server.console.sentences import sentence
from tests.console import world
from tests.console.world import NOW, Made, verified

UNTOLD: Final = "It cannot be told whether the policy holds in 2 of 2 systems"
HOUR: Final = timedelta(hours=1)


def told(folder: Path, *made: Made) -> tuple[str, dict[str, str]]:
    """The heading of the page on this record, and each system's verdict."""
    world.write(folder / "ledger", iter(made))
    page = TestClient(world.served(folder)).get(f"{PREFIX}/health").text
    heading = re.search(r'usa-alert__heading">(.*?)</h2>', page)
    rows = re.findall(r"<bdi>(\w+)</bdi>.*?r-status.*?</svg>\s*([^<]*)</span>", page, re.DOTALL)
    assert heading
    return heading[1], {name: words.strip() for name, words in rows}


def both(at: Any, verdict: str, findings: Mapping[str, int] | None = None, by: str = "attempt") -> list[Made]:
    return [verified(system, at, verdict, findings or {}, by) for system in ("records", "warehouse")]


@pytest.mark.parametrize(
    ("made", "heading", "words"),
    [
        (both(NOW - HOUR, "holds"), "The policy holds in 2 systems", "Holds"),
        (both(NOW - 25 * HOUR, "holds"), UNTOLD, "Too old to count"),
        (both(NOW + HOUR, "holds"), UNTOLD, "Too old to count"),
        (both(NOW - HOUR, "holds", by="catalog"), UNTOLD, "Holds by catalog"),
        (both(NOW - HOUR, "undetermined"), UNTOLD, "Could not be told"),
        (both(NOW - HOUR, "splendid"), UNTOLD, "Could not be told"),
        (both(NOW - HOUR, "findings", {"drift": 2}), "The policy does not hold in 2 of 2 systems", "Findings"),
        (both(NOW - 99 * HOUR, "findings", {"drift": 2}), "The policy does not hold in 2 of 2 systems", "Findings"),
        ([], UNTOLD, "Never verified"),
    ],
)  # fmt: skip
def test_only_a_fresh_verdict_by_attempt_is_a_pass(tmp_path: Path, made: list[Made], heading: str, words: str) -> None:
    assert told(tmp_path, *made) == (heading, {"records": words, "warehouse": words})


def test_one_system_that_was_not_verified_is_no_pass(tmp_path: Path) -> None:
    heading, words = told(tmp_path, verified("records", NOW - HOUR, "holds", {}))
    assert heading == "It cannot be told whether the policy holds in 1 of 2 systems"
    assert words == {"warehouse": "Never verified", "records": "Holds"}


def test_a_system_of_yesterday_is_shown_and_counts_for_nothing(tmp_path: Path) -> None:
    heading, words = told(
        tmp_path, *both(NOW - HOUR, "holds"), verified("former", NOW - HOUR, "findings", {"drift": 1})
    )
    assert heading == "The policy holds in 2 systems"
    assert words["former"] == "Findings"


def test_the_last_verdict_counts(tmp_path: Path) -> None:
    _, words = told(tmp_path, *both(NOW - 3 * HOUR, "findings", {"drift": 1}), *both(NOW - HOUR, "holds"))
    assert {*words.values()} == {"Holds"}


def test_decisions_are_counted_by_day(client: TestClient) -> None:
    page = client.get(f"{PREFIX}/health").text
    rows = re.findall(
        r'<th scope="row">([\d-]+)</th><td class="r-number">(\d+)</td><td class="r-number">(\d+)</td>', page
    )
    counted = {day: (int(allowed), int(denied)) for day, allowed, denied in rows}
    expected = {day: [0, 0] for day in counted}
    for _, at, body in world.decisions():
        expected[at.date().isoformat()][0 if body["allow"] else 1] += 1
    assert len(counted) == 14
    assert counted == {day: tuple(each) for day, each in expected.items()}
    assert sum(map(sum, counted.values())) == world.DECISIONS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_sentence_even_without_particulars(kind: str) -> None:
    assert sentence(Entry(kind, NOW, {}))
    assert sentence(Entry(kind, NOW, {"findings": 1, "sessions": "x", "changes": None, "began": [], "until": {}}))


# --- access ---


def document(**changes: Any) -> bytes:
    whole = {"at": "2026-01-15T09:30:00+00:00", "systems": [{"system": "records", **asdict(world.MATRIX)}]}
    return json.dumps(whole | changes).encode()


def test_the_words_are_those_of_the_plan() -> None:
    assert {*Reach.__args__} == {*PlannedReach.__args__}  # type: ignore[attr-defined]


def test_a_matrix_is_read_as_it_was_worked_out() -> None:
    (found,) = parse_matrices(document()).systems
    assert found.categories == world.MATRIX.categories
    assert [asdict(row) for row in found.rows] == [asdict(row) for row in world.MATRIX.rows]


def cell(said: dict[str, str]) -> bytes:
    """A document of one cell."""
    return document(systems=[{"system": "r", "categories": ["a"], "rows": [{"agency": "x", "cells": [said]}]}])


CELL: Final = {"before": "all", "after": "none"}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"x", "a part is missing or of another type"),
        (b"[]", "a part is missing or of another type"),
        (document(at="2026-01-15T09:30:00"), "its time has no zone"),
        (document(systems=[{"system": "r", "categories": ["a"], "rows": [{"agency": "x", "cells": []}]}]),
         "`x` has 0 cells for 1 categories"),
        (document(systems=[{"system": "r", "categories": [1], "rows": []}]), "a part is missing or of another type"),
        (cell({"before": "all"}),
         "a part is missing or of another type"),
        (cell(CELL | {"after": "?"}),
         "a cell is none of none, permit, some, all"),
    ],
)  # fmt: skip
def test_a_matrix_with_a_part_missing_is_not_shown(tmp_path: Path, data: bytes, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_matrices(data)
    assert problem in caught.value.message
    world.write(tmp_path / "ledger", iter(()))
    (tmp_path / "access.json").write_bytes(data)
    page = TestClient(world.served(tmp_path)).get(f"{PREFIX}/access")
    assert page.status_code == 503
    assert "The matrix cannot be shown" in page.text
    assert "r-reach--all" not in page.text.partition("usa-hint")[0]


def test_each_cell_says_before_and_after(client: TestClient) -> None:
    page = client.get(f"{PREFIX}/access").text
    table = page.partition('id="matrix-1"')[2].partition("</table>")[0]
    rows = re.findall(r'<tr role="row"><th scope="row".*?</tr>', table, re.DOTALL)
    words = {"all": "all rows", "some": "some rows", "permit": "by permit", "none": "none"}
    assert len(rows) == len(world.MATRIX.rows)
    for html, row in zip(rows, world.MATRIX.rows, strict=True):
        assert f"<bdi>{row.agency}</bdi>" in html
        cells = re.findall(r'<td role="cell".*?</td>', html, re.DOTALL)
        for shown, cell in zip(cells, row.cells, strict=True):
            said = [words[cell.after]] if cell.before == cell.after else [words[cell.before], words[cell.after]]
            assert re.findall(r"</span> ([a-z ]+)</span>", shown) == said
