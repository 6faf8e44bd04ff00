"""`make mutants`: every mutant of what lies between a policy and the rows that a database shows, against quick tests.

Modules of Python are mutated by mutmut's operators and tried with the quick suite; the functions of the `recuse` schema
(`gate`) by their tokens, and tried with their checks on a live server.

Takes up where it stopped as long as neither product nor tests have changed. A survivor that `survivors.toml` does not
list makes it fail; one that is listed and no longer survives is named.
"""

import argparse
import functools
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Final

import psycopg
import pytest

from recuse.targets.postgres.throwaway import embedded_binaries, throwaway
from tests.mutation.arguments import SURVIVORS, argued
from tests.mutation.gate_run import run_gate
from tests.mutation.gate_world import FUNCTIONS, make_world
from tests.mutation.operators import mutants_of
from tests.mutation.running import ROOT, Mutated, Result, Running

RESULTS: Final = ROOT / "build" / "mutants"
MODULES: Final = (
    "compiler/residual", "compiler/known", "compiler/reduce", "compiler/fold", "compiler/lower", "compiler/compare",
    "compiler/truth", "compiler/condition", "compiler/atoms", "compiler/merge", "compiler/pattern", "compiler/wanted",
    "targets/postgres/condition_sql", "targets/postgres/render", "targets/postgres/statements",
)  # fmt: skip
QUICK: Final = (
    "tests/unit/compiler", "tests/unit/enforcement", "tests/unit/targets", "tests/conformance", "tests/test_algebra.py",
    "tests/test_mutants.py", "tests/test_differential.py", "tests/mutation/test_soundness.py",
)  # fmt: skip
SETS: Final = 300  # generated rule sets: enough to meet most mutants, and soon done
GATE: Final = "gate"
COLUMNS: Final = ("made", "caught", "timeout", "argued", "survived", "error")
OPTIONS: Final = ("-q", "-s", "-o", "timeout=0", "-p", "no:xdist", "-p", "no:cacheprovider", f"--sets={SETS}")


def digest() -> str:
    """Of everything that can change what becomes of a mutant."""
    files = sorted(
        p for top in ("src", "tests") for p in (ROOT / top).rglob("*") if p.is_file() and "__pycache__" not in p.parts
    )
    found = hashlib.sha256()
    for path in files:
        if path != SURVIVORS:
            found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


class Record:
    """What became of a module's mutants, kept in a file line by line; `hints` say which test caught one before."""

    def __init__(self, module: str) -> None:
        self._path = RESULTS / f"{module.replace('/', '.')}.jsonl"
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        known = [Result(**json.loads(line)) for line in lines[1:]]
        self.hints = {result.mutant: result.by for result in known if result.by}
        self.done: dict[str, Result] = {}
        if lines and lines[0] == digest():
            self.done = {result.mutant: result for result in known}
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(digest() + "\n")

    def add(self, result: Result, *, keep: bool) -> None:
        """Take note of one more, and `keep` it for the next run."""
        self.done[result.mutant] = result
        if not keep:
            return
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")


def keep_recipe(_: pytest.Session) -> None:
    """The oracle's answers do not depend on the product: worked out once, not once a mutant."""
    module = sys.modules.get("tests.test_differential")
    if module is not None:
        module.recipe = functools.cache(module.recipe)  # type: ignore[attr-defined]
        module.recipe(0, SETS)


def run(modules: tuple[str, ...], *, brief: bool) -> dict[str, Mapping[str, Result]]:
    """The results by module, of mutants that are still made."""
    records = {module: Record(module) for module in modules}
    made = {module: list(mutants_of(module)) for module in modules}
    left = [m for module in modules for m in made[module] if m.name not in records[module].done]
    start, number, known = time.monotonic(), 0, argued()
    of = {}

    def next_ones() -> Iterator[Mutated]:
        for mutant in left:
            of[mutant.name] = mutant.module
            yield mutant

    def report(result: Result) -> None:
        nonlocal number
        number += 1
        records[of[result.mutant]].add(result, keep=not brief or result.outcome != "survived")
        if result.outcome != "caught":
            sys.stderr.write(f"{result.outcome}: {of[result.mutant]} {result.mutant} {result.by}\n")
        if number % 50 == 0:
            sys.stderr.write(f"{number} of {len(left)} mutants in {time.monotonic() - start:.0f} s\n")

    if left:
        hints = {name: by for record in records.values() for name, by in record.hints.items()}
        kept = RESULTS / f"suite-{digest()[:16]}.pickle"
        paths = [path for path in QUICK if (ROOT / path).exists()]
        running = Running(
            next_ones(), report, hints, lambda m: brief or known.covers(m.module, m.name), keep_recipe, kept
        )
        code = pytest.main([*OPTIONS, *paths], plugins=[running])
        if code != pytest.ExitCode.OK:
            raise SystemExit(f"the suite could not be run on the sound product: {code!r}")
    return {module: {m.name: records[module].done[m.name] for m in made[module]} for module in modules}


def gate() -> dict[str, Mapping[str, Result]]:
    """The results by function of the schema; a text that the server does not accept is no mutant."""
    found: dict[str, dict[str, Result]] = {}
    with throwaway(binaries=embedded_binaries()) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            make_world(connection)
        for tried in run_gate(server.dsn(), FUNCTIONS):
            name = f"{GATE}/{tried.mutant.file}"
            if tried.outcome != "refused":
                found.setdefault(name, {})[tried.mutant.change] = Result(tried.mutant.change, tried.outcome, tried.by)
            if tried.outcome == "survived":
                sys.stderr.write(f"survived: {name} {tried.mutant.change}\n")
    return dict(found)


def summary(results: Mapping[str, Mapping[str, Result]]) -> tuple[str, bool]:
    """The table by module, with every survivor that is not argued and every argument that is stale."""
    known = argued()
    lines = [" ".join([f"{'module':32}", *(f"{word:>{len(word) + 2}}" for word in COLUMNS)])]
    notes: list[str] = []
    total: Counter[str] = Counter()
    for module, found in results.items():
        counts: Counter[str] = Counter({"made": len(found)})
        for name, result in found.items():
            survived = result.outcome == "survived"
            outcome = "argued" if survived and known.covers(module, name) else result.outcome
            counts[outcome] += 1
            if outcome in ("survived", "error"):
                notes.append(f"{outcome}: {module} {name} {result.by}")
        gone = (n for n in known.named.get(module, ()) if n not in found or found[n].outcome != "survived")
        notes += [f"stale: {module} {name}" for name in gone]
        total += counts
        lines.append(_line(module, counts))
    lines.append(_line("all", total))
    return "\n".join([*lines, "", *notes]), not total["survived"] and not total["error"]


def _line(name: str, counts: Counter[str]) -> str:
    return " ".join([f"{name:32}", *(f"{counts[word]:>{len(word) + 2}}" for word in COLUMNS)])


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("modules", nargs="*", default=(*MODULES, GATE), help="below src/recuse, without .py; or gate")
    parser.add_argument("--brief", action="store_true", help="with the tests that take less than a second only")
    given = parser.parse_args()
    modules = tuple(module for module in given.modules if module != GATE)
    results = run(modules, brief=given.brief) if modules else {}
    text, sound = summary(results | (gate() if GATE in given.modules else {}))
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "summary.txt").write_text(text + "\n")
    print(text)  # noqa: T201 - this is a command
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
