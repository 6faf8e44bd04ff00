"""A standby shows what its primary shows, and from the moment of its promotion on nothing, until it is resumed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, version_id
from tests.context.world import PASSWORD, Enforced, enforced, rows
from tests.restore.copies import (
    CLOSED,
    OPEN,
    REPLICATING,
    base_backup,
    followed,
    forced,
    moved,
    seen,
    settle,
    standby,
    wait_for,
)


@contextmanager
def primary(version: int) -> Iterator[Enforced]:
    settings = (*REPLICATING, "checkpoint_timeout=1h")
    with throwaway(binaries=binaries_of(version), settings=settings) as server, enforced(server) as world:
        world.permit("p", "analyst", seconds=7200)
        assert settle(server.dsn(world.database))
        yield world


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def origin(request: pytest.FixtureRequest) -> Iterator[Enforced]:
    with primary(request.param) as world:
        yield world


class Watching:
    """Reads on and on, each time after asking whether the server is still a standby."""

    def __init__(self, server: Server, database: str) -> None:
        self.dsn = server.dsn(database, "app", PASSWORD)
        self.stop, self.begun = threading.Event(), threading.Event()
        self.as_standby = self.promoted = self.shown_after = 0
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            while not self.stop.is_set():
                recovering = connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
                seen = rows(connection)
                if recovering:
                    self.as_standby += bool(seen)
                    self.begun.set()
                else:
                    self.promoted += 1
                    self.shown_after += bool(seen)

    def __enter__(self) -> "Watching":
        self.thread.start()
        assert self.begun.wait(30), "it has read once before the promotion"
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()


def test_a_standby_serves_and_closes_with_its_promotion(origin: Enforced) -> None:
    """Not with the checkpoint after it, up to which the control file names the timeline before it."""
    with standby(origin.server) as copy:
        origin.admin.execute("CREATE TABLE public.ballast AS SELECT generate_series(1, 100000)")
        followed(origin.server, copy)
        assert moved(copy.dsn(origin.database)) is None
        assert seen(copy, origin.database) == OPEN
        assert forced(copy, origin) is True
        with Watching(copy, origin.database) as watching:
            copy.control("promote")
            with psycopg.connect(copy.dsn()) as admin:
                asked = "SELECT timeline_id FROM pg_control_checkpoint()"
                assert admin.execute(asked).fetchone() == (1,), "the control file knows nothing yet"
            assert moved(copy.dsn(origin.database)) == "timeline"
            assert seen(copy, origin.database) == CLOSED
            assert forced(copy, origin) is None
            with psycopg.connect(copy.dsn(), autocommit=True) as admin:
                admin.execute("CHECKPOINT")
                assert admin.execute(asked).fetchone() == (2,)
            assert seen(copy, origin.database) == CLOSED
        assert watching.as_standby > 0
        assert watching.promoted > 0
        assert watching.shown_after == 0
        assert not settle(copy.dsn(origin.database)), "looking again opens nothing"
        assert settle(copy.dsn(origin.database), resuming=True)
        assert seen(copy, origin.database) == OPEN
        copy.control("restart")
        assert seen(copy, origin.database) == OPEN
    origin.admin.execute("DROP TABLE public.ballast")
    assert seen(origin.server, origin.database) == OPEN


def test_a_standby_goes_on_while_its_primary_is_started_again(origin: Enforced) -> None:
    with standby(origin.server) as copy:
        origin.admin.execute("CREATE TABLE public.sign ()")
        followed(origin.server, copy)
        origin.server.control("stop", "--mode", "fast")
        try:
            wait_for(copy, "NOT EXISTS (SELECT FROM pg_stat_wal_receiver)")
            assert seen(copy, origin.database) == OPEN
            with_less_patience(copy, origin)
        finally:
            origin.server.control("start")
    with psycopg.connect(origin.server.dsn(origin.database), autocommit=True) as admin:
        admin.execute("DROP TABLE public.sign")


def with_less_patience(copy: Server, origin: Enforced) -> None:
    """An hour after the last change that it replayed it closes: asked with an hour for a microsecond."""
    with psycopg.connect(copy.dsn(origin.database)) as admin:
        source = admin.execute("SELECT prosrc FROM pg_proc WHERE oid = 'recuse.here'::regproc").fetchone()
        assert source is not None
        fresh = "pg_last_xact_replay_timestamp() > clock_timestamp() - interval '1 hour'"
        assert fresh in source[0]
        asked = f"SELECT {fresh}, {fresh.replace('1 hour', '1 microsecond')}"
        assert admin.execute(asked.encode()).fetchone() == (True, False)


def test_the_standby_of_a_standby_follows(origin: Enforced) -> None:
    """It shows what it showed until it knows the new timeline, then nothing; resumed upstream, it opens again."""
    with standby(origin.server) as first, standby(first) as second:
        followed(origin.server, second)
        assert seen(second, origin.database) == OPEN
        first.control("promote")
        with psycopg.connect(first.dsn(), autocommit=True) as admin:
            admin.execute("CHECKPOINT")
        followed_on(first, second)
        with psycopg.connect(second.dsn(), autocommit=True) as admin:
            admin.execute("CHECKPOINT")
        assert moved(second.dsn(origin.database)) == "timeline"
        assert seen(second, origin.database) == CLOSED
        assert settle(first.dsn(origin.database), resuming=True)
        followed_on(first, second)
        assert seen(first, origin.database) == OPEN
        assert seen(second, origin.database) == OPEN


def followed_on(first: Server, second: Server) -> None:
    with psycopg.connect(first.dsn(), autocommit=True) as admin:
        admin.execute("CREATE TABLE public.later (); DROP TABLE public.later")
    followed(first, second)


def test_a_standby_on_an_older_backup_shows_nothing_alone(origin: Enforced) -> None:
    """Its primary is not there: nobody says how old it is."""
    taken = base_backup(origin.server)
    nowhere = ("primary_conninfo='host=127.0.0.1 port=1'",)
    with standby(origin.server, settings=nowhere, backup=taken) as copy:
        assert moved(copy.dsn(origin.database)) == "unfed"
        assert seen(copy, origin.database) == CLOSED
