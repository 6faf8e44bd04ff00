"""The enforced database against Cedar: each login, on its own connection, reaches exactly the rows Cedar allows.

Every generated rule set goes the product's own way (classes, rights, wanted facts, diff, order, SQL) onto a live
server of each version; then three accounts of three agencies read, update, delete, insert, merge and upsert, standing
and under a permit. Only row policies, grants and memberships change between sets. The decision point answers the same
questions. A row reached that Cedar denies is reported apart and first, and its case made small.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from random import Random
from typing import Final

import pytest

from recuse.model import Decision
from recuse.policy.decide import Decider
from recuse.targets.postgres.throwaway import throwaway
from tests.conformance.faults import TEXT_FAULTS
from tests.conftest import EVERY, binaries_of, installed, version_id
from tests.live.comparison import Case, Comparison, Tally
from tests.live.fuzz import Chunk, chunks, result_of, run, workers
from tests.live.oracle import Asked
from tests.live.rows import KINDS
from tests.live.rules import PARTS
from tests.live.server import Live, live_on
from tests.live.shrink import report, shrunk
from tests.test_mutants import FAULTS as MUTANTS

SETS: Final = 800  # of all versions together, unless --sets says otherwise
LEAST: Final = 200_000  # decisions compared in a test run


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[Mapping[int, list[Future[Tally]]]]:
    """All versions that are installed, at work beside each other."""
    seed, chosen = request.config.getoption("--seed"), request.config.getoption("--sets")
    sets = SETS if chosen == 2000 else chosen
    print(f"seed {seed}, {sets} rule sets")  # noqa: T201 - belongs in the report of a failure
    with workers(installed()) as pools:
        yield {v: [pools[v].submit(run, chunk) for chunk in chunks(v, seed, sets // len(EVERY))] for v in installed()}


@pytest.fixture(scope="module", params=EVERY, ids=version_id)
def compared(request: pytest.FixtureRequest, running: Mapping[int, list[Future[Tally]]]) -> Tally:
    binaries_of(request.param)  # skips loudly
    tally = merged(running[request.param])
    print(f"PostgreSQL {request.param}: {tally.sentence()}")  # noqa: T201 - belongs in the report of a failure
    return tally


def merged(jobs: list[Future[Tally]]) -> Tally:
    whole = Tally()
    for job in jobs:
        whole.add(job.result())
    return whole


def test_each_login_reaches_what_cedar_allows(compared: Tally) -> None:
    assert not compared.wrong()


def test_the_recipe_is_not_degenerate(compared: Tally) -> None:
    """Tripwires: most sets are enforced, oracles are mixed, every try reaches rows, every closed door was tried."""
    counts = compared.counts
    assert counts["refused"] <= 0.25 * counts["sets"]
    for kind in ("read", "update", "delete"):
        much = compared.group(f"oracle {kind}")
        assert much["none"] <= 0.8 * sum(much.values()), kind
        assert much["some"] >= 0.1 * sum(much.values()), kind
    assert counts["permits"] >= 0.3 * counts["sets"]
    assert counts["decided"] >= 0.25 * counts["decisions"]
    assert set(compared.group("rows")) == {kind for kind, _ in KINDS}
    assert set(compared.group("closed")) == {"none", "another's", "expired", "revoked"}
    assert 0.25 < counts["nulls"] / counts["values"] < 0.42


def test_every_construct_and_type_decides(running: Mapping[int, list[Future[Tally]]]) -> None:
    """Each is part of sets that show some rows and hide others; and enough was decided in all."""
    whole = merged([job for jobs in running.values() for job in jobs])
    met = whole.group("mixed")
    print(f"{whole.counts['decisions']} decisions, {whole.counts['mixed']} mixed sets made of {met}")  # noqa: T201
    share = whole.counts["sets"] / SETS
    assert set(met) == PARTS
    assert min(met.values()) >= 4 * share
    assert all(n >= 20 * share for part, n in met.items() if part.startswith("type "))
    assert whole.counts["decisions"] >= LEAST * share


def test_a_chunk_that_breaks_off_is_no_success() -> None:
    job: Future[Tally] = Future()
    job.set_exception(AssertionError("planted"))
    tally = result_of(Chunk(18, 0, 3), job)
    assert tally.counts == {"broken": 1}
    assert tally.reports == ["chunk 0/18/3 broke off: AssertionError('planted')"]


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with throwaway(binaries=binaries_of(18)) as server, live_on(server) as live:
        yield live


PLANTED: Final = {
    **{
        name: MUTANTS[name].plant
        for name in ("gate dropped", "update of rows that may not be read", "every column with any category")
    },
    **{name: TEXT_FAULTS[name] for name in ("NULL counts as true", "a text ends at its quote")},
}


def first_case(live: Live) -> tuple[Tally, Case]:
    """Generated sets until one does not match."""
    tally = Comparison(live, Random(7), stop_at_first=True).run(150)  # noqa: S311 - the same each time
    assert tally.mismatches
    return tally, tally.cases[0]


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_noticed(live: Live, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that cannot fail guards nothing: with each fault the same comparison finds a mismatch soon."""
    PLANTED[fault](monkeypatch)
    tally, _ = first_case(live)
    assert "grants; the first" in tally.wrong()


def test_a_decision_point_that_lets_errors_pass_is_noticed(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault planted: what Cedar itself answers, which skips a forbid rule that errs."""

    def as_cedar(self: Decider, result: object, active: bool) -> Decision:
        return Decision(result.allowed, (), ())  # type: ignore[attr-defined]

    monkeypatch.setattr(Decider, "_decision", as_cedar)
    tally, _ = first_case(live)
    assert all(isinstance(mismatch.where, Asked) and mismatch.over for mismatch in tally.mismatches)


@pytest.mark.parametrize("fault", ["NULL counts as true", "gate dropped"])
def test_a_mismatch_is_made_small(live: Live, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One rule, one account, at most one row, and the report names what to look at."""
    PLANTED[fault](monkeypatch)
    _, case = first_case(live)
    small, found = shrunk(live, case, over=True)
    assert all(mismatch.over for mismatch in found)
    assert len(small.rules.rules) == len(small.rules.contexts) == 1
    assert len(small.rules.text) <= min(120, len(case.rules.text))
    assert len(small.rows.all) <= 1
    told = report(live, small, found)
    assert small.rules.text in told
    assert "INSERT INTO records.arrest" in told
    assert "CREATE POLICY" in told or "recuse_cut" in told


def test_without_a_fault_the_same_sets_agree(live: Live) -> None:
    assert not Comparison(live, Random(7)).run(20).wrong()  # noqa: S311 - the same each time
