"""docs/reference/identity.md and asvs.md name tests that are there, and mark those whose control was taken out."""

import re
from pathlib import Path
from typing import Final, get_args

from recuse.ledger.entry import KINDS
from recuse.server.identity import throttle
from recuse.server.identity.acts import DEMANDS
from recuse.server.identity.people import Limits
from recuse.server.identity.recording import Kind
from recuse.server.identity.roles import ROLES
from tests.identity.test_faults import FAULTS, PURE

HERE: Final = Path(__file__).parent
PAGE: Final = (HERE.parent.parent / "docs/reference/identity.md").read_text()
CONTROLS: Final = PAGE.partition("## Controls")[2]
ASVS: Final = (HERE.parent.parent / "docs/reference/asvs.md").read_text()


def test_every_test_named_is_there() -> None:
    there = set(re.findall(r"^def (test_\w+)", "".join(each.read_text() for each in HERE.glob("test_*.py")), re.M))
    named = set(re.findall(r"`(test_\w+)`", CONTROLS))
    assert len(named) > 40
    assert named - there == set()


def test_the_marks_are_those_of_the_faults() -> None:
    marked = set(re.findall(r"✓ `(test_\w+)`", CONTROLS))
    marked |= set(re.findall(r"✓ `tests/identity/\w+\.py::(test_\w+)`", ASVS))
    assert marked == {each.noticed_by.__name__ for each in (*FAULTS, *PURE)}


def test_every_row_has_a_requirement() -> None:
    rows = [line for line in CONTROLS.splitlines() if line.startswith("| ") and not line.startswith("| requirement")]
    assert all(re.match(r"\| V\d+\.\d+\.\d+(, V\d+\.\d+\.\d+)* \| ", row) for row in rows)


def test_numbers_of_the_page() -> None:
    rates = (throttle.LOGIN, throttle.PASSWORD_HERE, throttle.PASSWORD, throttle.POST_ADDRESS, throttle.POST_PERSON)
    table = [line for line in PAGE.splitlines() if re.match(r"\| (steps|passwords|forms)[ ,]", line)]
    for line, rate in zip(table, rates, strict=True):
        count, unit = line.split(" | ")[2].rstrip(" |").split()
        minutes = int(count) * (60 if unit == "hour" else 1)
        assert (line.split(" | ")[1], minutes) == (f"{rate.most:,}", rate.each.total_seconds() / 60)
    most = Limits()
    for name, limit in (("idle", most.idle), ("session", most.lasting), ("fresh", most.fresh)):
        assert re.search(rf"^{name}_minutes = {int(limit.total_seconds() // 60)}\b", PAGE, re.M)


def test_acts_and_roles_of_the_page() -> None:
    table = PAGE.partition("## Roles and acts")[2].partition("\n\nOne person")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if line.startswith("| ")][1:]
    assert {act.split()[0] for _, act, _, _ in rows} == set(DEMANDS)
    for named, act, after, fresh in rows:
        demand = DEMANDS[act.split()[0]]  # type: ignore[index]
        assert set(ROLES if named == "all" else named.split(", ")) == demand.roles
        assert set(re.findall("|".join(DEMANDS), after)) == set(demand.after)
        assert (fresh == "yes") == demand.fresh


def test_kinds_of_entries_are_documented() -> None:
    assert [kind for kind in get_args(Kind) if kind not in KINDS or f"| `{kind}` |" not in PAGE] == []
