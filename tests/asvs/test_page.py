"""docs/reference/asvs.md: whole, with tests that are there, and with every fault that was planted."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.asvs.faults import FAULTS
from tests.identity import test_faults as of_identity

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/reference/asvs.md").read_text()
WHOLE: Final = {
    "V7.1": 3, "V7.2": 4, "V7.3": 2, "V7.4": 5, "V7.5": 2, "V7.6": 2, "V8.1": 2, "V8.2": 3, "V8.3": 1, "V8.4": 1,
    "V14.1": 2, "V14.2": 4, "V14.3": 3, "V16.1": 1, "V16.2": 5, "V16.3": 4, "V16.4": 3, "V16.5": 3,
}  # fmt: skip
"""How many requirements of levels 1 and 2 each section of the four chapters has: always its first ones."""
ANSWERS: Final = ("Met", "In part", "Not met", "Not applicable")


def rows(page: str) -> list[list[str]]:
    """The cells of each row about requirements: numbers, level, what it asks, how it is met, tests."""
    lines = re.findall(r"^\| (V\d.*) \|$", page, re.M)
    return [line.split(" | ") for line in lines]


def named_in(text: str, mark: str = "") -> set[str]:
    return set(re.findall(rf"{mark}`(tests/[\w/]+\.py::\w+)`", text))


def place(test: object) -> str:
    module, name = test.__module__, test.__name__  # type: ignore[attr-defined]
    return f"{module.replace('.', '/')}.py::{name}"


def faults_of(page: str) -> set[str]:
    """What is wrong with a page, each in a few words."""
    found = set[str]()
    numbers = [number for row in rows(page) for number in row[0].split(", ")]
    wanted = {f"{section}.{number}" for section, count in WHOLE.items() for number in range(1, count + 1)}
    found |= {f"{number} is missing" for number in wanted - {*numbers}}
    found |= {f"{number} stands twice" for number in numbers if numbers.count(number) > 1}
    for row in rows(page):
        if len(row) != 5 or not row[3].startswith(ANSWERS):
            found.add(f"{row[0]} is not answered")
        elif not named_in(row[4]) and not (row[4] == "–" and row[3].startswith(("Not met", "Not applicable"))):
            found.add(f"{row[0]} has neither test nor reason")
    planted = {place(each.noticed_by) for each in FAULTS}
    identity = {place(each.noticed_by) for each in (*of_identity.FAULTS, *of_identity.PURE)}
    found |= {f"{test} is not marked" for test in planted - named_in(page, "✓ ")}
    found |= {f"{test} is marked, and was not seen to fail" for test in named_in(page, "✓ ") - planted - identity}
    found |= {
        f"{test} is marked here and not there"
        for test in named_in(page, "✓ ") & named_in(re.sub("✓ `[^`]+`", "", page))
    }
    return found


def test_the_page_is_whole_and_its_marks_are_those_of_the_faults() -> None:
    assert faults_of(PAGE) == set()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("| V7.1.2 |", "| V7.1.9 |", "V7.1.2 is missing"),
        ("| V16.5.2 |", "| V16.5.1 |", "V16.5.1 stands twice"),
        ("| Not met by itself", "| Perhaps", "V16.4.3 is not answered"),
        ("| Not applicable: nothing of that kind", "| Met: nothing of that kind", "V7.5.1 has neither test nor reason"),
        ("✓ `tests/unit/server/test_deciding.py::test_answers_are_those_of", "`x",
         "V8.2.3 has neither test nor reason"),
        ("| `tests/unit/server/test_http.py::test_other_", "| ✓ `tests/unit/server/test_http.py::test_other_",
         "tests/unit/server/test_http.py::test_other_methods_are_refused is marked, and was not seen to fail"),
    ],
)  # fmt: skip
def test_a_page_that_is_wrong_is_noticed(old: str, new: str, told: str) -> None:
    assert old in PAGE
    found = faults_of(PAGE.replace(old, new))
    assert told in found


def test_every_test_named_is_collected() -> None:
    named = named_in(PAGE)
    assert len(named) > 90
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider", "-o", "addopts="]
    ran = subprocess.run([*command[:4], "-q", *command[5:], *sorted({each.partition("::")[0] for each in named})],
                         env={name: text for name, text in os.environ.items() if name != "PYTEST_ADDOPTS"},
                         cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)  # fmt: skip
    collected = {line.partition("[")[0] for line in ran.stdout.splitlines() if "::" in line}
    assert named - collected == set(), ran.stdout[-2000:]


def test_levels_are_those_of_the_page() -> None:
    """Each kind of data has a level, and each level says where, for whom, in which logs and until when."""
    table = PAGE.partition("## What is protected")[2].partition("\n## ")[0]
    found = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    assert {row[0] for row in found} == {
        "rows", "secret", "private", "personal", "confidential", "open within the institution"
    }  # fmt: skip
    assert all(len(row) == 6 and all(row) for row in found)


def test_loggers_are_those_of_the_page() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "src/recuse").rglob("*.py"))
    loggers = set(re.findall(r'getLogger\("(recuse[.\w]*)"\)', sources))
    table = PAGE.partition("## What is logged")[2]
    assert loggers == set(re.findall(r"`(recuse\.\w+)`", table))
    assert not re.findall(
        r"logging\.(?:basicConfig|FileHandler|handlers)|SysLogHandler|logging\.(?:info|warning)\(", sources
    )


def test_the_console_stores_nothing_in_a_browser() -> None:
    static = ROOT / "src/recuse/server/console/static"
    own = "".join(path.read_text() for path in [*static.rglob("*.js"), *static.parent.rglob("*.html")])
    assert not re.findall(r"localStorage|sessionStorage|indexedDB|document\.cookie", own)
