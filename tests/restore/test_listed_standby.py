"""On a standby that recuse.toml lists sessions end too, when the cut has arrived there; its lag is a finding."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from recuse.errors import ApplyError
from recuse.operations import permit as permits
from recuse.operations import record
from recuse.operations.apply import Manner, apply_in
from recuse.operations.document import plan_document
from recuse.operations.finding import Finding
from recuse.operations.permit import Office as Desk
from recuse.operations.since import Cut
from recuse.operations.standbys import look, old_standby_sessions, severed_there, standby_findings
from recuse.targets.postgres.throwaway import Server
from recuse.targets.target import target_for
from tests.restore.copies import followed, standby
from tests.restore.small import permit, small
from tests.sessions.test_emergency import BOX, Office, forbidding
from tests.statements.world import DATABASE, Lab

SERVICE = "recuse-files-second"


@dataclass(frozen=True)
class Pair:
    """An enforced primary and its standby, which the connection service file names."""

    lab: Lab
    second: Server

    def login(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self.second.dsn(DATABASE, name, name), autocommit=True)

    def replay(self, word: str) -> None:
        with psycopg.connect(self.second.dsn(), autocommit=True) as admin:
            admin.execute(f"SELECT pg_wal_replay_{word}()".encode())
            if word == "pause":
                while admin.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() != ("paused",):
                    time.sleep(0.01)

    def findings(self, *, listed: bool = True) -> list[Finding]:
        """What `verify` says of standbys."""
        lab, entries = self.lab, record.entries(self.lab.ledger)
        system = next(lab.workspace().systems())
        system = system if listed else replace(system, standbys=())
        with target_for("postgresql").open(lab.dsn()) as session:
            seen = look(session, system)
        cut = Cut.of(entries, lab.plan())
        there = severed_there(entries, system.name)
        return [*standby_findings(seen, system), *old_standby_sessions(seen, system, cut, there)]

    def apply(self, seconds: float) -> None:
        plan = plan_document(self.lab.workspace(), (self.lab.plan(),), None)
        apply_in(Manner(lambda _: self.lab.dsn(), standby_seconds=seconds), self.lab.policy, plan, self.lab.ledger)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("lab")
    with small(18, folder) as lab, pytest.MonkeyPatch.context() as patch:
        listing(lab)
        services = folder / "services"
        patch.setenv("PGSERVICEFILE", str(services))
        with standby(lab.server) as second:
            write_services(services, second)
            lab.apply()
            followed(lab.server, second)
            yield Pair(lab, second)


def listing(lab: Lab) -> None:
    """The standby in recuse.toml, before the directive was signed: it is part of what is signed."""
    file = lab.policy / "recuse.toml"
    file.write_text(file.read_text() + f'standbys = ["{SERVICE}"]\n')
    office = Office(lab)
    office.direct("2026-01-06-standby", {})
    office.answer("2026-01-06-standby", "confirm")


def write_services(file: Path, second: Server) -> None:
    pairs = f"host={second.host}\nport={second.port}\ndbname={DATABASE}\nuser=postgres\npassword={second.password}\n"
    file.write_text(f"[{SERVICE}]\n{pairs}")
    file.chmod(0o600)


@contextmanager
def ended(pair: Pair, name: str) -> Iterator[None]:
    """A directive under which the desk's rule stands no more."""
    office = Office(pair.lab)
    office.direct(name, {BOX: forbidding(BOX)}, ("2026-01-06-standby",))
    office.answer(name, "confirm")
    yield


def test_sessions_on_a_standby_end_when_the_cut_has_arrived(pair: Pair) -> None:
    """Not before: a session ended too early could come back to what is still open there."""
    assert pair.findings() == []
    with ended(pair, "2026-01-07-box-ends"), pair.login("box") as old:
        old.execute("BEGIN")
        old.execute("SELECT 1")
        pair.replay("pause")
        with pytest.raises(
            ApplyError, match=f"standby `{SERVICE}` of system `files` may still show what was cut: it has"
        ):
            pair.apply(0.3)
        assert old.execute("SELECT 1").fetchone() == (1,), "nothing was ended before the cut was there"
        waiting = [f for f in pair.findings() if f.code == "live-session"]
        assert [f.account for f in waiting] == ["files/box"]
        threading.Timer(0.5, pair.replay, ["resume"]).start()
        pair.apply(30)
        with pytest.raises(psycopg.OperationalError):
            old.execute("SELECT 1")
    last = record.entries(pair.lab.ledger)[-1]
    assert (last.kind, list(last.body["standbys"])) == ("applied", [SERVICE])  # type: ignore[arg-type]
    assert pair.findings() == []
    with pair.login("box"):
        assert pair.findings() == [], "a session that began after it holds nothing"


def test_what_was_cut_is_readable_on_a_standby_that_lags(pair: Pair) -> None:
    """The finding says what is true: the read is tried before, and after it has replayed."""
    lab = pair.lab
    followed(lab.server, pair.second)
    pair.replay("pause")
    try:
        lab.run("UPDATE recuse.account SET active = false WHERE login = 'desk'")
        with pair.login("desk") as desk:
            assert desk.execute("SELECT count(*) FROM lab.ward").fetchone() == (50,)
        assert pair.findings() == [], "a moment behind is no finding"
        lab.run("SET synchronous_commit = local")
        lab.run("CREATE TABLE public.ballast AS SELECT repeat('x', 500) FROM generate_series(1, 40000)")
        (found,) = [f for f in pair.findings() if f.code == "standby-lags"]
        assert found.object == f"standby:{SERVICE}"
        assert "what was cut on the primary is readable until it is replayed" in found.reproduce
    finally:
        pair.replay("resume")
    followed(lab.server, pair.second)
    with pair.login("desk") as desk:
        assert desk.execute("SELECT count(*) FROM lab.ward").fetchone() == (0,)
    assert pair.findings() == []
    lab.run("UPDATE recuse.account SET active = true WHERE login = 'desk'; DROP TABLE public.ballast")


def test_a_revoked_permit_ends_its_sessions_there_too(pair: Pair) -> None:
    name = permit(pair.lab)
    followed(pair.lab.server, pair.second)
    desk = Desk.open(pair.lab.policy, pair.lab.ledger, lambda _: pair.lab.dsn(), giving=False)
    with pair.login("visitor") as reader, pair.login("desk") as other:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT recuse.declare('study', 'official_duty')")
        assert reader.execute("SELECT count(*) FROM lab.ward").fetchone() == (50,)
        assert permits.revoke(desk, name, None, dry_run=False) == 1
        with pytest.raises(psycopg.OperationalError):
            reader.execute("SELECT count(*) FROM lab.ward")
        assert other.execute("SELECT 1").fetchone() == (1,)
    with pair.login("visitor") as reader, pytest.raises(psycopg.errors.InsufficientPrivilege, match="was revoked"):
        reader.execute("SELECT recuse.declare('study', 'official_duty')")


def test_a_standby_that_nobody_listed_is_a_finding(pair: Pair) -> None:
    (found,) = pair.findings(listed=False)
    assert (found.code, found.remedy) == (
        "standby-unlisted", "list the service of each under `standbys` of the system in recuse.toml",
    )  # fmt: skip


def test_one_that_is_none_is_told_and_not_called_closed(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    services = tmp_path / "services"
    write_services(services, pair.lab.server)
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    found = pair.lab.verify()
    assert f"standby {SERVICE}: `{SERVICE}` is no standby" in found.not_examined
    assert found.verdict != "holds"
