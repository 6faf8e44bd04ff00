"""Somebody answers for a backup or replication login until a day; a backup is restored and counted."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from recuse import clock
from recuse.operations.signing import sign_acceptance
from recuse.operations.verify import Looking, Verified, verify_in
from recuse.targets.postgres.floor import floor
from recuse.targets.target import target_for
from recuse.targets.whereabouts import Restored
from tests.restore.small import small
from tests.statements.world import HERE, Lab

ACCEPTANCE = (HERE / "policy" / "acceptances" / "copies" / "acceptance.toml").read_text()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with small(18, tmp_path_factory.mktemp("lab")) as lab:
        lab.apply()
        yield lab


def verified(lab: Lab, *, sample: bool = False) -> Verified:
    looking = Looking(lambda _: lab.dsn(), lambda *_: None, None, sample=sample)
    (found,) = verify_in(looking, lab.workspace(), lab.ledger)
    return found


def codes(found: Verified) -> list[tuple[str, str]]:
    return sorted((f.code, f.account) for f in found.weighing)


def accept(lab: Lab, start: int, until: int) -> date:
    """An acceptance from and until so many days from now; its last day."""
    first, last = (clock.today() + timedelta(days=days) for days in (start, until))
    folder = lab.policy / "acceptances" / "copies"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "acceptance.toml").write_text(
        ACCEPTANCE.replace("YESTERDAY", f"{first}").replace("IN-A-MONTH", f"{last}")
    )
    sign_acceptance(lab.policy, "copies", lab.folder / "confirmer")
    return last


def restored(lab: Lab, login: str = "archive", *tables: str) -> Restored:
    with target_for("postgresql").open(lab.dsn()) as session:
        return session.restored(login, tables or ("lab.ward", "lab.letter"))


def test_a_copier_is_a_finding_until_somebody_answers_for_it(lab: Lab) -> None:
    unanswered = [("unbound-backup", "files/archive"), ("unbound-replication", "files/mirror")]
    if floor(lab.admin.info.server_version).unrepaired:
        unanswered.append(("version-floor", ""))
    assert codes(verified(lab)) == unanswered
    accept(lab, -30, -1)
    assert codes(verified(lab)) == unanswered, "it has ended"
    until = accept(lab, -1, 30)
    found = verified(lab)
    assert found.verdict == "holds"
    below = [("version-floor", until)] if floor(lab.admin.info.server_version).unrepaired else []
    assert sorted((each.finding.code, each.until) for each in found.accepted) == [
        ("unbound-backup", until),
        ("unbound-replication", until),
        *below,
    ]


def test_a_sample_is_restored_and_counted(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of its rows are hidden from every account: the backup has them. Nothing is left behind."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = restored(lab)
    assert (found.table, found.expected, found.counted, found.refusal) == ("lab.ward", 100, 100, None)
    assert found.whole
    assert list(tmp_path.iterdir()) == []
    assert "a backup of `lab.ward` as `archive`, restored: 100 of 100 rows" in verified(lab, sample=True).examined


def test_without_bypassrls_a_backup_stops_or_is_empty(lab: Lab, tmp_path: Path) -> None:
    """What people meet who made such a backup, then what verify and plan say, then the remedy."""
    lab.run("ALTER ROLE archive NOBYPASSRLS")
    try:
        file = tmp_path / "short"
        with pytest.raises(Exception, match="query would be affected by row-level security policy"):
            lab.server.run("pg_dump", "--dbname", lab.dsn("archive"), "--table", "lab.ward", "--file", "/dev/null")
        written = lab.server.run(
            "pg_dump", "--dbname", lab.dsn("archive"), "--table", "lab.ward", "--enable-row-security", "--data-only"
        )
        assert "COPY lab.ward" in written
        assert "ward 1\t" not in written
        found = restored(lab)
        assert not found.whole
        assert "row-level security policy for table" in str(found.refusal)
        short = [f for f in verified(lab, sample=True).findings if f.code == "backup-short"]
        assert [f.object for f in short] == ["role:archive", "table:lab.ward"]
        assert short[0].remedy == "ALTER ROLE archive BYPASSRLS"
        assert not file.exists()
        lab.run("ALTER TABLE lab.ward DISABLE ROW LEVEL SECURITY")
        hazards = {h.code: h for change in lab.plan().plan.changes for h in change.hazards}
        assert hazards["backup-short"].sentence.startswith("`archive` makes backups and has no BYPASSRLS")
    finally:
        lab.run("ALTER TABLE lab.ward ENABLE ROW LEVEL SECURITY")
        lab.run("ALTER ROLE archive BYPASSRLS")
    assert "backup-short" not in {f.code for f in verified(lab).findings}
    assert restored(lab).whole


def test_a_backup_that_may_not_read_is_not_whole(lab: Lab) -> None:
    lab.run("REVOKE pg_read_all_data FROM archive")
    try:
        found = restored(lab)
        assert not found.whole
        assert "permission denied" in str(found.refusal)
    finally:
        lab.run("GRANT pg_read_all_data TO archive")


def test_rows_that_come_while_it_is_dumped_are_not_missing(lab: Lab) -> None:
    """Counted in the snapshot that is dumped: a writer at work makes no finding."""
    with psycopg.connect(lab.dsn(), autocommit=True) as writer:
        writer.execute(
            "CREATE FUNCTION public.more() RETURNS void LANGUAGE sql AS "
            "$$ INSERT INTO lab.ward SELECT max(id) + 1, 'late', false FROM lab.ward $$"
        )
        with target_for("postgresql").open(lab.dsn()) as session:
            connection = session.connection  # type: ignore[attr-defined]
            real = connection.execute

            def execute(statement: object, *values: object) -> object:
                answer = real(statement, *values)
                if "pg_export_snapshot" in str(statement):
                    writer.execute("SELECT public.more()")
                return answer

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(connection, "execute", execute, raising=False)
                found = session.restored("archive", ("lab.ward",))
        writer.execute("DROP FUNCTION public.more; DELETE FROM lab.ward WHERE name = 'late'")
    assert (found.expected, found.counted, found.refusal) == (100, 100, None)


def test_what_could_not_be_tried_is_said_and_is_no_finding(lab: Lab) -> None:
    found = restored(lab, "archive", "lab.letter")
    assert (found.told, found.refusal, found.whole) == (False, "no governed table has rows", True)
