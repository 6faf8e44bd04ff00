"""Every account reads without a pause while `apply` is at work: what each received, when, and on which session."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import psycopg
import pytest

from recuse.operations.apply import AppliedSystem, Manner, apply_in
from recuse.targets.postgres import apply
from recuse.targets.records import Severed
from tests.apply.trials import WORKS_ON, Bench
from tests.apply.world import CUT, FIRST, LOGINS, RELATIONS, SECOND, Seen

PAUSE: Final = 0.004
OPEN_TO_ALL: Final = "visit_copy"
"""What is granted to PUBLIC ends for everybody in one moment, with its shape."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gave: `sent` and `since` (its session's begin) by the test's clock; `whole` if all was read."""

    login: str
    relation: str
    sent: float
    came: float
    since: float
    rows: Seen
    whole: bool
    refusal: str | None


@dataclass(slots=True)
class Hammer:
    """Readers of all accounts, until they are stopped."""

    bench: Bench
    state: str
    stop: threading.Event = field(default_factory=threading.Event)
    answers: list[Answer] = field(default_factory=list)

    def work(self, login: str, ask: Callable[["Hammer", psycopg.Connection[Any], str, float], None]) -> None:
        """Log in again whenever the session is ended; who may no longer log in is done."""
        while not self.stop.is_set():
            since = time.monotonic()
            try:
                connection = psycopg.connect(self.bench.town.dsn(login=login), autocommit=True)
            except psycopg.OperationalError:
                if not self.bench.runs[self.state].new[login]:
                    return
                raise
            with suppress(psycopg.OperationalError), connection:
                while not self.stop.is_set():
                    ask(self, connection, login, since)
                    time.sleep(PAUSE)

    def said(self, login: str, relation: str, since: float, read: Callable[[], list[Any]], whole: bool) -> None:
        sent = time.monotonic()
        refusal, rows = None, []
        try:
            rows = read()
        except psycopg.Error as error:
            refusal = error.sqlstate or "lost"
            raise
        finally:
            came = time.monotonic()
            self.answers.append(Answer(login, relation, sent, came, since, frozenset(rows), whole, refusal))


def query(relation: str) -> bytes:
    column = RELATIONS[relation][0]
    return f"SELECT '{relation}', '{column}', id, {column}::text FROM files.{relation}".encode()


def plainly(hammer: Hammer, connection: psycopg.Connection[Any], login: str, since: float) -> None:
    """A prepared statement on each relation."""
    for relation in RELATIONS:
        asked = query(relation)
        with suppress(psycopg.errors.InsufficientPrivilege):
            read = partial(lambda asked: connection.execute(asked, prepare=True).fetchall(), asked)
            hammer.said(login, relation, since, read, whole=True)


def by_cursor(hammer: Hammer, connection: psycopg.Connection[Any], login: str, since: float) -> None:
    """A cursor on each relation, read in pieces in one transaction; under a permit for who has one."""
    for relation in RELATIONS:
        with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
            if (hammer.state, login) == (SECOND, "student"):
                connection.execute("SELECT recuse.declare('study', 'official_duty')")
            connection.execute(b"DECLARE piece CURSOR FOR " + query(relation))
            for _ in range(3):
                hammer.said(
                    login, relation, since, lambda: connection.execute("FETCH 4 FROM piece").fetchall(), whole=False
                )


@contextmanager
def hammering(bench: Bench, state: str) -> Iterator[Hammer]:
    """Two readers for each account, at work before the block begins and until it has ended."""
    hammer = Hammer(bench, state)
    threads = [
        threading.Thread(target=hammer.work, args=(login, ask)) for login in LOGINS for ask in (plainly, by_cursor)
    ]
    for thread in threads:
        thread.start()
    try:
        while {answer.login for answer in list(hammer.answers) if answer.rows} < readers(bench, state):
            time.sleep(PAUSE)
        yield hammer
        time.sleep(10 * PAUSE)
    finally:
        hammer.stop.set()
        for thread in threads:
            thread.join()


def readers(bench: Bench, state: str) -> set[str]:
    return {login for login, seen in bench.runs[state].old.items() if seen}


@dataclass(frozen=True, slots=True)
class Watched:
    """An apply under hammering: the answers, and when its cut was done, its severings, and its last transaction."""

    answers: list[Answer]
    done: AppliedSystem
    cut: float
    severed: list[float]
    shaped: float
    end: float


def watched(bench: Bench, state: str, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """An idle session in a transaction with an open cursor, of an account that is cut, sits on a table besides."""
    moments: dict[str, float] = {}
    severed: list[float] = []
    sever = apply._Run.sever

    def noted(run: apply._Run, *given: Any) -> Severed:
        found = sever(run, *given)
        severed.append(time.monotonic())
        return found

    monkeypatch.setattr(apply._Run, "sever", noted)

    def told(step: str, *_: int) -> None:
        moments[step] = time.monotonic()

    bench.begin(state)
    town = bench.town
    with hammering(bench, state) as hammer, psycopg.connect(town.dsn(login=CUT[state][0])) as idle:
        idle.execute("DECLARE held CURSOR FOR SELECT id FROM files.person")
        idle.execute("FETCH 1 FROM held")
        (done,) = apply_in(Manner(lambda _: town.dsn(), told), town.policy, bench.runs[state].plan, town.ledger)
        idle.close()
    return Watched(hammer.answers, done, moments["cut"], severed, moments["shape"], time.monotonic())


@pytest.mark.parametrize("state", [FIRST, SECOND])
def test_nobody_receives_what_no_policy_shows(found: Bench, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    version = found.cluster.server.version
    if (version, state) in ((18, SECOND), (15, FIRST)):
        pytest.skip("not applicable: each directive is hammered on one version")
    seen, run = watched(found, state, monkeypatch), found.runs[state]
    assert len(seen.answers) > 300
    for answer in seen.answers:
        assert answer.rows <= run.old[answer.login] | run.new[answer.login], answer
    check_cut(seen, state)
    check_severed(seen, run.new)
    check_works_on(seen, run.old[WORKS_ON] & run.new[WORKS_ON])
    assert seen.done.applied is not None


def check_cut(seen: Watched, state: str) -> None:
    """Who keeps nothing receives nothing that is asked for after the cut; what all could read, until that is shaped."""
    cut = [answer for answer in seen.answers if answer.login in CUT[state]]
    assert any(answer.rows and answer.sent < seen.cut for answer in cut), "they read before"
    for answer in cut:
        until = seen.shaped if answer.relation == OPEN_TO_ALL else seen.cut
        opened_before = not answer.whole and answer.since < seen.severed[0]  # a cursor reads on until it is severed
        assert not answer.rows or answer.sent <= (max(until, seen.severed[0]) if opened_before else until), answer


def check_severed(seen: Watched, new: Mapping[str, Seen]) -> None:
    """After the last severing no session from before it gives anybody anything that the new policy does not show."""
    late = [answer for answer in seen.answers if answer.sent > seen.severed[-1]]
    assert late
    for answer in late:
        assert answer.rows <= new[answer.login], answer


def check_works_on(seen: Watched, kept: Seen) -> None:
    """Who works on is never refused and never sees less than what both policies show; a session that ends is told."""
    ours = [answer for answer in seen.answers if answer.login == WORKS_ON]
    for answer in ours:
        relation = {row for row in kept if row[0] == answer.relation}
        if not relation:
            continue
        assert answer.refusal in (None, "57P01", "lost"), answer
        if answer.whole and answer.refusal is None:
            assert {row for row in relation if row[1] == RELATIONS[answer.relation][0]} <= answer.rows, answer


def test_an_empty_moment_would_be_seen(found: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault planted: batches that are no transaction, with a breath between their statements."""
    if found.cluster.server.version != 18:
        pytest.skip("not applicable: what is seen is the same on each version")

    def untransacted(run: apply._Run, changes: Any, step: str, relations: Any) -> None:
        for statement in run.renderer.statements(changes):
            for do in statement.do:
                run.connection.execute(do)
            time.sleep(2 * PAUSE if step == "shape" else 0)
        run.progress(step, 0, 0)

    monkeypatch.setattr(apply._Run, "_transaction", untransacted)
    seen, run = watched(found, SECOND, monkeypatch), found.runs[SECOND]
    with pytest.raises(AssertionError):
        check_works_on(seen, run.old[WORKS_ON] & run.new[WORKS_ON])
