"""The application and the nightly job run as they are, and their checks notice each way they could be broken."""

from datetime import UTC, date, datetime

import psycopg
import pytest

from recuse.demo import application, nightly
from recuse.demo.application_checks import CHECKS, Check, failures
from recuse.demo.world import World
from recuse.errors import InputError

NIGHT = date(2019, 6, 1)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_each_check_passes_before_anything_is_applied(world: World, check: Check) -> None:
    check(world.dsn("records_app"))


# A fault, how it is undone, and which checks must notice (True: as a refusal, False: as a wrong answer).
FAULTS = [
    (
        "REVOKE UPDATE ON records.person FROM cpd_editors",
        "GRANT UPDATE ON records.person TO cpd_editors",
        {"updates_contact_information": True},
    ),
    (
        "REVOKE INSERT ON records.custody FROM cpd_editors",
        "GRANT INSERT ON records.custody TO cpd_editors",
        {"books_an_arrest": True},
    ),
    (
        "REVOKE USAGE ON SEQUENCE records.arrest_id_seq FROM cpd_editors",
        "GRANT USAGE ON SEQUENCE records.arrest_id_seq TO cpd_editors",
        {"books_an_arrest": True},
    ),
    (
        "REVOKE DELETE ON records.case_note FROM cpd_editors",
        "GRANT DELETE ON records.case_note TO cpd_editors",
        {"deletes_a_draft_note": True},
    ),
    (
        "REFRESH MATERIALIZED VIEW records.arrest_report WITH NO DATA",
        "REFRESH MATERIALIZED VIEW records.arrest_report",
        {"reads_the_report": False},
    ),
    (
        "REVOKE SELECT ON records.arrest_report FROM cpd_staff",
        "GRANT SELECT ON records.arrest_report TO cpd_staff",
        {"reads_the_report": True},
    ),
    (
        "ALTER TABLE records.person ENABLE ROW LEVEL SECURITY; CREATE POLICY s ON records.person USING (NOT is_sealed)",
        "DROP POLICY s ON records.person; ALTER TABLE records.person DISABLE ROW LEVEL SECURITY",
        {"keeps_closed_rows": False},
    ),
    (
        "ALTER TABLE records.case_note ENABLE ROW LEVEL SECURITY;"
        " CREATE POLICY s ON records.case_note USING (NOT is_draft) WITH CHECK (true)",
        "DROP POLICY s ON records.case_note; ALTER TABLE records.case_note DISABLE ROW LEVEL SECURITY",
        {"deletes_a_draft_note": True},  # RETURNING shows a row, so the row must be visible
    ),
    (
        "ALTER ROLE records_app NOLOGIN",
        "ALTER ROLE records_app LOGIN",
        {check.__name__: True for check in CHECKS},
    ),
]


@pytest.mark.parametrize(("fault", "undo", "noticed"), FAULTS, ids=[f[0][:40] for f in FAULTS])
def test_the_checks_notice(world: World, fault: str, undo: str, noticed: dict[str, bool]) -> None:
    dsn = world.dsn("records_app")
    with psycopg.connect(world.dsn(), autocommit=True) as connection:
        assert failures(dsn) == ()
        connection.execute(fault.encode())
        try:
            assert {f.check: f.refused for f in failures(dsn)} == noticed
        finally:
            connection.execute(undo.encode())
        assert failures(dsn) == ()


def test_the_application_says_what_is_not_there(world: World) -> None:
    booking = application.Booking(999_999, datetime(2019, 6, 1, tzinfo=UTC), "theft", "D02", "county-1")
    with psycopg.connect(world.dsn("records_app")) as connection:
        with pytest.raises(InputError, match="there is no person `999999`"):
            application.book_arrest(connection, booking)
        with pytest.raises(InputError, match="there is no person `999999`"):
            application.update_contact(connection, 999_999, "1 Example Street", "312-555-0100")
        with pytest.raises(InputError, match="note `999999` is no draft"):
            application.delete_draft(connection, 999_999)
        assert application.custody_of(connection, 999_999) is None


def test_the_night_is_done_once(world: World) -> None:
    first = nightly.run(world.dsn("nightly_job"), NIGHT)
    again = nightly.run(world.dsn("nightly_job"), NIGHT)
    assert first.released > 0
    assert first.mapped > 0
    assert first.reported >= 1_500
    assert (again.released, again.mapped, again.reported) == (0, first.mapped, first.reported)


def test_the_night_shows_new_arrests_in_the_report(world: World) -> None:
    before = nightly.run(world.dsn("nightly_job"), NIGHT).reported
    with psycopg.connect(world.dsn("records_app")) as connection:
        booking = application.Booking(1, datetime(2019, 6, 1, tzinfo=UTC), "theft", "D02", "county-1")
        application.book_arrest(connection, booking)
    assert nightly.run(world.dsn("nightly_job"), NIGHT).reported == before + 1


def test_the_job_owns_no_table_and_leaves_closed_rows_alone(world: World) -> None:
    closed = b"SELECT count(*) FROM records.custody WHERE status = 'held' AND (is_sealed OR is_juvenile)"
    with psycopg.connect(world.dsn(), autocommit=True) as connection:
        owned = connection.execute(
            "SELECT pg_has_role('nightly_job', 'records_owner', 'MEMBER'),"
            " pg_has_role('nightly_job', 'report_owner', 'MEMBER')"
        ).fetchone()
        assert owned == (False, world.server.version < 17)
        before = connection.execute(closed).fetchone()
        nightly.run(world.dsn("nightly_job"), NIGHT)
        assert connection.execute(closed).fetchone() == before


def test_a_refused_night_changes_nothing(world: World) -> None:
    night = date(2019, 6, 2)
    count = b"SELECT count(*) FROM records.crime_map WHERE occurred_on = '2019-06-02'"
    with psycopg.connect(world.dsn(), autocommit=True) as connection:
        before = connection.execute(count).fetchone()
        connection.execute("REVOKE INSERT ON records.crime_map FROM nightly_job")
        try:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                nightly.run(world.dsn("nightly_job"), night)
        finally:
            connection.execute("GRANT INSERT ON records.crime_map TO nightly_job")
        assert connection.execute(count).fetchone() == before
