"""The machinery itself: it catches what a test sees, and lets live what no test sees, however the mutant is planted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.arguments import argued
from tests.mutation.running import ROOT

HERE = Path(__file__).parent
PATTERN = (ROOT / "src/recuse/compiler/pattern.py").read_text()
SEEING = "tests/unit/compiler/test_pattern.py"
ELSEWHERE = "tests/unit/test_notes.py"  # reaches no pattern
BLIND = """
from recuse.compiler.pattern import matches

def test_that_looks_away():
    matches(("a", "b"), "ab")
"""
RUN = """
import json, sys
from collections import namedtuple
import pytest
from tests.mutation.running import Running
Mutant = namedtuple("Mutant", "module function source name")
given = json.loads(sys.stdin.read())
found = {}
running = Running([Mutant("compiler/pattern", *m) for m in given["mutants"]],
                  lambda r: found.update({r.mutant: [r.outcome, r.by]}), at_least=4)
options = ["-q", "-s", "-o", "timeout=0", "-p", "no:xdist", "-p", "no:cacheprovider"]
code = pytest.main([*options, *given["paths"]], plugins=[running])
print("\\n" + json.dumps([int(code), found]))
"""


def outcomes(paths: list[str], mutants: dict[str, tuple[str | None, str]]) -> tuple[int, dict[str, list[str]]]:
    """What becomes of mutants of `compiler/pattern` (by name: the function and the whole text) with these tests."""
    asked = {"paths": paths, "mutants": [[function, text, name] for name, (function, text) in mutants.items()]}
    run = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(asked), capture_output=True, text=True, cwd=ROOT, check=True
    )
    code, found = json.loads(run.stdout.splitlines()[-1])
    return code, found


def changed(old: str, new: str) -> str:
    assert PATTERN.count(old) == 1
    return PATTERN.replace(old, new)


@pytest.fixture(scope="module")
def mutants() -> dict[str, tuple[str | None, str]]:
    wrong = changed("position > end or", "position >= end or")
    return {
        "a function, in its place": ("matches", wrong),
        "the same, imported anew": (None, wrong),
        "nothing": ("matches", PATTERN),
        "nothing, imported anew": (None, PATTERN + "\n"),
        "no module at all": (None, "raise ImportError('mutant')"),
        "one without end": (
            "matches",
            changed("    first, *middle, last = parts\n", "    while True:\n        pass\n"),
        ),
    }


def test_what_a_test_sees_is_caught(mutants: dict[str, tuple[str | None, str]]) -> None:
    code, found = outcomes([SEEING], mutants)
    assert code == 0
    assert {name: outcome for name, (outcome, _) in found.items()} == {
        "a function, in its place": "caught",
        "the same, imported anew": "caught",
        "nothing": "survived",
        "nothing, imported anew": "survived",
        "no module at all": "caught",
        "one without end": "timeout",
    }
    for name in ("a function, in its place", "the same, imported anew"):
        assert found[name][1].startswith(f"{SEEING}::")


def test_where_no_test_looks_every_mutant_survives(mutants: dict[str, tuple[str | None, str]], tmp_path: Path) -> None:
    found = outcomes([ELSEWHERE], mutants)[1]
    assert {tuple(each) for each in found.values()} == {("survived", "no test reaches it")}
    blind = tmp_path / "test_blind.py"
    blind.write_text(BLIND)
    wrong = {"a function, in its place": mutants["a function, in its place"]}
    assert outcomes([str(blind)], wrong)[1] == {"a function, in its place": ["survived", ""]}


def test_a_suite_that_fails_on_the_product_judges_nothing(tmp_path: Path) -> None:
    failing = tmp_path / "test_failing.py"
    failing.write_text("def test_that_fails(): assert False")
    code, found = outcomes([str(failing)], {"nothing": ("matches", PATTERN)})
    assert code == 2
    assert found == {}


def test_every_survivor_is_argued_with_a_reason() -> None:
    known = argued()
    assert known.patterns
    assert not known.covers("compiler/lower", "lower: return 1 → return 2")
