"""Each benchmark once, small: answers equal, plans as they should be, figures in their form. No time is judged here."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench.__main__ import BENCHMARKS, main
from bench.chart import FILE
from bench.enforcement import QUERIES
from bench.measure import DifferentAnswerError, Rows, Samples, check_answers, estimate, exact, interleaved, more, ratio
from bench.place import TOOLS
from bench.plans import DifferentPlanError, Node, check_plan, check_same
from bench.result import Place, Result, in_words, read, renewed
from bench.sides import COPY, NO_POLICY, OTHERS, OURS, ROW_FUNCTION
from bench.verdict import check_agreement
from tests.conftest import binaries_of, skip_loudly

KEYS = ("name", "value", "unit", "against", "aim", "holds", "spread", "machine", "versions")
HERE = Place("a machine", {"postgresql": "18.0"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a whole small run has written its results."""
    binaries_of(18)
    if not (TOOLS / "rowstile").is_dir():
        skip_loudly("rowstile is not installed: make .venv/.bench")
    out = tmp_path_factory.mktemp("bench")
    assert main(["--rows", "20000", "--rounds", "2", "--out", str(out)]) in (0, 1)
    return out


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, Result]:
    return {each.name: each for each in read(folder)}


def test_the_form_for_machines(folder: Path, results: dict[str, Result]) -> None:
    documents = json.loads((folder / "results.json").read_text())
    assert len(documents) == len(results), "every name once"
    assert {name.partition("/")[0] for name in results} == set(BENCHMARKS)
    for document in documents:
        assert tuple(document) == KEYS
        low, high = document["spread"]
        assert low <= document["value"] <= high
        assert (document["holds"] is None) == (document["aim"] is None)
        bare = document["name"].startswith(("decision/", "site/"))
        asked = {"recuse", "rowstile"} | (set() if bare else {"postgresql"})
        assert asked <= set(document["versions"])


def test_every_query_on_every_side(results: dict[str, Result]) -> None:
    wanted = {
        f"enforcement/{query.name}/{side.name}/{how}/{mode}"
        for query in QUERIES
        for side in (NO_POLICY, COPY, *OURS, *OTHERS)
        for how in ("prepared", "unprepared")
        for mode in ("serial", "parallel")
        if not (query.large and how == "unprepared" and side in OTHERS)
    }
    assert wanted <= set(results)


def test_what_is_served_is_counted(results: dict[str, Result]) -> None:
    names = {name for name in results if name.startswith("serving/")}
    assert names == {"serving/one-a-request/took", "serving/twenty-a-request/took", "serving/unrecorded"}


def test_decisions_are_compared_with_all_rules(results: dict[str, Result]) -> None:
    names = {name for name in results if name.startswith("decision/")}
    assert names == {"decision/slices/took", "decision/all-rules/took", "decision/slices/times-all"}


def test_the_aims_are_asked_of_ours_alone(results: dict[str, Result]) -> None:
    aims = {name: each.aim for name, each in results.items() if each.aim is not None}
    assert aims.pop("sever/last-byte/p99") == 1000.0
    assert aims.pop("downtime/new-table/recuse-close/open") == 0.0
    assert aims.pop("site/first-page/gzipped") == 60.0
    assert (aims.pop("site/build/took"), aims.pop("site/third-parties")) == (10.0, 0.0)
    assert {aims.pop(name) for name in list(aims) if name.startswith("downtime/")} == {2.0}
    assert aims.pop("systems/3/times-one") == 2.0
    assert (aims.pop("serving/one-a-request/took"), aims.pop("serving/unrecorded")) == (333.3, 0.0)
    assert {name.split("/")[2] for name in aims} == {side.name for side in OURS}
    assert {aim for name, aim in aims.items() if name.endswith("/more")} == {15.0}
    assert {aim for name, aim in aims.items() if not name.endswith("/more")} == {1.05}
    assert len(aims) == 2 * 2 * 2 * len(QUERIES)


def test_ours_keeps_the_parallel_plan_and_the_estimate(results: dict[str, Result]) -> None:
    for side in OURS:
        assert results[f"enforcement/sum/{side.name}/prepared/parallel/workers"].value == 2
        assert 0.9 < results[f"enforcement/sum/{side.name}/prepared/serial/estimated-rows"].value < 1.1


def test_what_others_lose_is_seen(results: dict[str, Result]) -> None:
    """Plans, not times: EXISTS gives up workers, sub-selects of settings give up the estimate."""
    assert results["enforcement/sum/permits-table/prepared/parallel/workers"].value == 0
    assert results["enforcement/sum/settings-in-select/prepared/serial/estimated-rows"].value < 0.1


def test_ddl_with_the_event_trigger_and_without(results: dict[str, Result]) -> None:
    for kind in ("create-table", "create-view", "create-function", "grant", "grant-column"):
        assert results[f"downtime/{kind}/without/took"].value > 0
        assert {results[f"downtime/{kind}/recuse-{mode}/added"].unit for mode in ("report", "close")} == {"ms"}


def test_the_whole_verdict_on_both_sides(results: dict[str, Result]) -> None:
    for side in ("recuse", "pgrls", "reach"):
        assert results[f"verdict/{side}/took"].unit == "s"
        assert results[f"verdict/{side}/memory"].unit == "MiB"
    assert results["verdict/pgrls/times-the-memory"].value > 0


def test_the_table_and_the_chart_have_what_was_measured(folder: Path, results: dict[str, Result]) -> None:
    table = (folder / "results.md").read_text()
    assert all(f"| {name} |" in table for name in results)
    drawing = ElementTree.fromstring((folder / FILE).read_text())  # noqa: S314 - our own drawing
    texts = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {side.title for side in (*OURS, NO_POLICY, *OTHERS)} <= set(texts)


def test_a_single_benchmark_keeps_the_results_of_others() -> None:
    old = [HERE.result(name, exact(1), "×", None) for name in ("a/x", "a/y", "ab/x")]
    fresh = [HERE.result("a/x", exact(2), "×", None)]
    assert [(each.name, each.value) for each in renewed(old, fresh, ["a"])] == [("a/x", 2.0), ("ab/x", 1.0)]


# --- what a benchmark refuses ---


@dataclass(frozen=True)
class Fixed:
    """Something that always answers the same."""

    name: str
    rows: Rows
    parameters: Sequence[Sequence[Any]] = ((),)

    def answer(self) -> Rows:
        return self.rows

    def __hash__(self) -> int:
        return hash(self.name)


def test_a_different_answer_is_not_timed() -> None:
    check_answers(Fixed("hand", [(1,)]), [Fixed("same", [(1,)])])
    with pytest.raises(DifferentAnswerError, match="`other` does not answer as `hand`"):
        check_answers(Fixed("hand", [(1,)]), [Fixed("same", [(1,)]), Fixed("other", [(1,), (2,)])])


@pytest.mark.parametrize("nothing", [[], [(None,)]])
def test_an_empty_answer_compares_nothing(nothing: Rows) -> None:
    with pytest.raises(DifferentAnswerError, match="finds nothing"):
        check_answers(Fixed("hand", nothing), [Fixed("same", nothing)])


OURS_READS: dict[str, Any] = {"logins": {"u1": {"table:s1.t1": ["all", 0]}}, "steps": [["grant SELECT", "granted"]]}
BECOMES = ["SET ROLE", "it may become one who reads"]
OURS_NOT: dict[str, Any] = {"logins": {"u1": {}}, "steps": []}


def matrix(verdict: str, note: str | None = None) -> dict[str, Any]:
    return {"rows": [{"table": "s1.t1", "command": "SELECT", "access": {"u1": {"verdict": verdict, "note": note}}}]}


def test_both_sides_agree_with_the_server_on_grants() -> None:
    reads, no = ("u1", "s1.t1", True, True), ("u1", "s1.t1", False, False)
    check_agreement([reads], OURS_READS, matrix("open"))
    others = [reads, ("u1", "s1.t1", False, True)]  # a column, or no USAGE: not compared
    check_agreement(others, OURS_READS, matrix("open"))
    for held, ours, theirs in (
        (reads, OURS_NOT, matrix("open")), (reads, OURS_READS, matrix("denied")), (no, OURS_READS, matrix("denied")),
        (no, OURS_NOT, matrix("open")), (no, OURS_NOT, matrix("denied")),
    ):  # fmt: skip
        with pytest.raises(DifferentAnswerError):
            check_agreement([held], ours, theirs)


def test_what_only_one_side_looks_at_is_not_held_against_it() -> None:
    held = [("u1", "s1.t1", True, True), ("u2", "s1.t1", False, False)]
    logins = {**OURS_READS["logins"], "u2": {"table:s1.t1": ["all", 1]}}
    ours = {"logins": logins, "steps": [*OURS_READS["steps"], BECOMES]}
    theirs = matrix("open")
    theirs["rows"][0]["access"]["u2"] = {"verdict": "open", "note": "through definer view s1.v1"}
    check_agreement(held, ours, theirs)


SCAN = Node("Seq Scan", "arrest", "", False, 0, 1000)
GATHER = Node("Gather", "", "", False, 2, 1000)
INDEX = Node("Index Scan", "arrest", "arrest_pkey", False, 0, 1)


@pytest.mark.parametrize(
    "ours", [(INDEX,), (GATHER, SCAN), (replace(SCAN, rows=900),), (replace(SCAN, parallel=True),)]
)
def test_a_different_plan_is_refused(ours: tuple[Node, ...]) -> None:
    with pytest.raises(DifferentPlanError):
        check_same((SCAN,), ours, "sum")


def test_a_gate_may_take_half_a_percent_of_the_estimate() -> None:
    check_same((SCAN,), (replace(SCAN, rows=990),), "sum")


@pytest.mark.parametrize(("index", "parallel"), [("arrest_pkey", False), (None, True)])
def test_a_plan_that_is_not_the_one_to_measure_is_refused(index: str | None, parallel: bool) -> None:
    check_plan((GATHER, INDEX), "arrest_pkey", parallel=True, name="point")
    with pytest.raises(DifferentPlanError):
        check_plan((SCAN,), index, parallel=parallel, name="point")


# --- how figures come about ---


def test_rounds_are_interleaved_and_each_contender_gets_its_own_count() -> None:
    order: list[str] = []

    def clock(asked: Fixed) -> float:
        order.append(asked.name)
        return float(len(order))

    many, few = Fixed("many", [(1,)]), Fixed("few", [(1,)])
    samples = interleaved({many: 5, few: 2}, clock)
    assert {name: len(taken) for name, taken in samples.items()} == {"many": 5, "few": 2}
    assert [set(order[:2]), set(order[2:4])] == [{"many", "few"}, {"many", "few"}]


def test_ratios_and_differences_are_taken_round_by_round() -> None:
    """A round in which the whole machine was ten times slower changes neither median."""
    samples: Samples = {"hand": [1.0, 1.0, 10.0], "ours": [2.0, 2.0, 20.0]}
    assert ratio(samples, "ours", "hand").value == 2.0
    assert more(samples, "ours", "hand", 1e6).value == 1e6


def test_an_interval_holds_its_median_and_is_the_same_each_time() -> None:
    found = estimate([1.0, 1.1, 1.2, 1.3, 9.0])
    assert found == estimate([1.0, 1.1, 1.2, 1.3, 9.0])
    assert found.low <= found.value == 1.2 <= found.high


def results_of(values: Sequence[float]) -> Iterator[bool | None]:
    for aim in (1.05, None):
        yield HERE.result("a/b", estimate(values), "×", "hand-written", aim).holds


def test_an_aim_holds_when_the_whole_interval_does() -> None:
    assert list(results_of([1.0, 1.01, 1.04])) == [True, None]
    assert list(results_of([1.0, 1.01, 1.2])) == [False, None], "the median is within, the interval is not"


def test_what_cannot_be_told_is_not_called_missed() -> None:
    told = [
        in_words(HERE.result("a/b", estimate(values), "×", "hand-written", 1.05))
        for values in ([1.0, 1.01, 1.04], [1.0, 1.01, 1.2], [1.06, 1.1, 1.2])
    ]
    assert [words.partition("1.05 × ")[2] for words in told] == ["yes", "cannot be told", "**no**"]


def test_the_page_names_every_side_and_every_key() -> None:
    page = (Path(__file__).parent.parent / "docs/reference/benchmarks.md").read_text()
    for side in (*OURS, NO_POLICY, COPY, *OTHERS, ROW_FUNCTION):
        assert f"`{side.name}`" in page
    (example,) = json.loads(page.partition("```json\n")[2].partition("```")[0])
    assert tuple(example) == KEYS
    assert all(f"## `{name}`" in page for name in BENCHMARKS)
