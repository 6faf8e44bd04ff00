"""Two systems, on 18 and on 15: all are cut before one is shaped, and all are tight before one loosens."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest

from recuse.errors import ApplyError, UnreachableError
from recuse.ledger import verify_ledger
from recuse.operations import record
from recuse.operations.journal import read_journal, stopped
from tests.apply.cluster import Cluster
from tests.apply.pair import two_systems
from tests.apply.proxy import Cut, proxy
from tests.apply.world import Town

NAMES = ("north", "south")


@dataclass(slots=True)
class Pair:
    """Both systems before the first directive was applied, and the plan for them."""

    town: Town
    clusters: dict[str, Cluster]
    plan: bytes
    facts: dict[str, str]
    statements: list[str]
    """Those of an undisturbed apply to the second system."""
    after: dict[str, str]

    def begin(self) -> None:
        for cluster in self.clusters.values():
            cluster.reset("before")
        shutil.rmtree(self.town.ledger, ignore_errors=True)

    def all_facts(self) -> dict[str, str]:
        return {name: self.town.facts(name) for name in NAMES}

    def apply(self, **through: str) -> None:
        """Apply, to some of the systems through another connection string."""
        self.town.apply(self.plan, lambda system: through.get(system.name) or self.town.dsn(system.name))

    def left(self) -> dict[str, set[str]]:
        """The steps that a plan of now would take."""
        return {each.plan.system: {change.step for change in each.plan.changes} for each in self.town.planned()}

    def number_of(self, beginning: str) -> int:
        """Which statement of an apply to the second system is the first that begins so, once a plan is at work."""
        start = self.statements.index("SET client_connection_check_interval = '1s'")
        return next(n for n, text in enumerate(self.statements, 1) if n > start and text.startswith(beginning))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with two_systems(tmp_path_factory.mktemp("many"), NAMES) as (made, clusters):
        found = Pair(made, clusters, made.plan(), {name: made.facts(name) for name in NAMES}, [], {})
        with proxy(made.dsn("south")) as through:
            found.apply(south=through.dsn(made.dsn("south")))
        found.statements.extend(through.statements)
        found.after.update(found.all_facts())
        yield found


@pytest.fixture
def pair(built: Pair) -> Pair:
    built.begin()
    return replace(built)


def test_the_phases_follow_each_other_over_all_systems(built: Pair) -> None:
    """By the journal of the undisturbed apply; it comes first, before another begins anew."""
    marks = [(mark.system, mark.step) for mark in read_journal(built.town.ledger) if mark.outcome == "done"]
    steps = [step for _, step in marks]
    assert set(steps[: steps.index("close")]) == {"prepare", "cut", "sever"}
    assert {system for system, step in marks[: steps.index("close")] if step == "sever"} == set(NAMES)
    assert steps.index("loosen") > max(
        n for n, step in enumerate(steps) if step in ("close", "enter", "shape", "sever")
    )
    assert [system for system, step in marks if step == "loosen"] == list(NAMES)


def test_one_that_is_not_reached_is_named_and_nothing_is_changed_anywhere(pair: Pair) -> None:
    with pytest.raises(UnreachableError, match=r"^system `south`: no connection to .*; nothing was changed in any sys"):
        pair.apply(south="host=127.0.0.1 port=1 dbname=files user=postgres")
    assert pair.all_facts() == pair.facts
    assert record.entries(pair.town.ledger) == ()


def test_one_that_is_lost_in_its_shape_loosens_nothing_anywhere(pair: Pair) -> None:
    shape = pair.number_of("LOCK TABLE")
    with proxy(pair.town.dsn("south"), Cut(shape, "before")) as through, pytest.raises(ApplyError) as caught:
        pair.apply(south=through.dsn(pair.town.dsn("south")))
    assert caught.value.message.startswith("system `south`: the connection was lost in step `shape` (")
    assert caught.value.message.endswith("; tight: `north`; stopped on the way: `south`; nothing was loosened anywhere")
    assert "run `recuse plan` and `recuse apply` again" in str(caught.value.remedy)
    left = pair.left()
    assert left["north"] == {"loosen"}, "it is tight, and shows nothing more"
    assert left["south"] >= {"shape", "loosen"}
    north, south = stopped(pair.town.ledger)
    assert " stopped after step `sever` of system `north`" in north
    assert " stopped after step `enter` of system `south`" in south
    pair.town.apply()
    assert pair.all_facts() == pair.after
    assert stopped(pair.town.ledger) == ()
    verify_ledger(pair.town.ledger)


REFUSING = """
CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no schema today'; END $$;
CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE SCHEMA') EXECUTE FUNCTION public.refuse()
"""


def test_one_that_is_untouched_is_called_so_and_the_other_is_tight(pair: Pair) -> None:
    pair.town.run(REFUSING, "south")
    pair.plan = pair.town.plan()  # a function that runs with its caller's rights is a fact too
    before = pair.town.facts("south")
    with pytest.raises(ApplyError) as caught:
        pair.apply()
    assert caught.value.message.startswith("system `south`: step `prepare` stopped at ")
    assert ": no schema today; " in caught.value.message
    assert caught.value.message.endswith("; tight: `north`; untouched: `south`; nothing was loosened anywhere")
    assert pair.left()["north"] == {"loosen"}
    assert pair.town.facts("south") == before


def test_one_that_is_lost_in_its_first_step_is_not_called_untouched(pair: Pair) -> None:
    """The COMMIT was done, and nobody heard of it."""
    first = pair.number_of("COMMIT")
    dsn = pair.town.dsn("south")
    stopped_there = pytest.raises(ApplyError, match="tight: `north`; stopped on the way: `south`; nothing was loosened")
    with proxy(dsn, Cut(first, "after")) as through, stopped_there:
        pair.apply(south=through.dsn(dsn))
    assert pair.town.facts("south") != pair.facts["south"]


def test_one_that_cannot_be_opened_leaves_all_tight(pair: Pair) -> None:
    declaration = pair.number_of("INSERT INTO recuse.declaration")
    dsn = pair.town.dsn("south")
    stopped_there = pytest.raises(ApplyError, match="wants them: `north`; tight and not opened: `south`; all are tight")
    with proxy(dsn, Cut(declaration, "before")) as through, stopped_there:
        pair.apply(south=through.dsn(dsn))
    assert pair.left() == {"north": set(), "south": {"loosen"}}


def test_the_cut_of_one_waits_for_no_other(pair: Pair) -> None:
    """The first system's cut is held up until the second one's is seen to be done."""
    first = pair.town.dsn("north")
    seen: list[bool] = []

    def other_is_cut() -> None:
        with psycopg.connect(pair.town.dsn("south"), autocommit=True) as watching:
            for _ in range(3000):
                (row,) = watching.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'ghost'").fetchall()
                if not row[0]:
                    break
                time.sleep(0.01)
            seen.append(not row[0])

    with (
        proxy(first, Cut(pair.number_of("CREATE ROLE"), "before", then=other_is_cut)) as through,
        pytest.raises(ApplyError, match="tight: `south`; stopped on the way: `north`"),
    ):
        pair.apply(north=through.dsn(first))
    assert seen == [True]
