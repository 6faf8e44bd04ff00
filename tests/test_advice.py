"""The advice of a plan is true: what it foretells before apply is what the accounts meet afterwards, on 18 and 15."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from recuse.audit.statements import read_statements
from recuse.errors import InputError
from recuse.operations.advice import LOCK_TABLE, SYSTEM_COLUMNS, Wanted, advise
from recuse.operations.apply import apply_repository
from recuse.operations.document import compared, plan_document, read_plan
from recuse.operations.plan import plan_system
from recuse.targets.advice import Logged
from recuse.targets.postgres.advice.measure import conditions
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.throwaway import throwaway
from recuse.targets.target import target_for
from tests.conftest import binaries_of
from tests.test_main_job import Job, job_on

STATEMENTS = (
    "SELECT * FROM records.person WHERE family_name = 'Ada'",
    "SELECT person_id, family_name FROM records.person WHERE family_name = 'Ada'",
    "SELECT given_name FROM records.person WHERE family_name LIKE 'Ad%'",
    "SELECT given_name FROM records.person WHERE family_name ^@ 'Ad'",
    "SELECT person_id FROM records.person WHERE lower(family_name) = 'ada'",
    "SELECT person_id, xmin FROM records.person WHERE person_id = 5",
    "SELECT p FROM records.person AS p",
    "SELECT row_to_json(a) FROM records.arrest AS a WHERE a.arrest_id = 7",
    "INSERT INTO records.case_note (incident_id, author, body) VALUES (1, 'a', 'b') RETURNING *",
    "INSERT INTO records.case_note (incident_id, author, body) VALUES (1, 'a', 'b') RETURNING note_id",
    "UPDATE records.person SET phone = '1' WHERE person_id = 1",
    "DELETE FROM records.case_note WHERE note_id = 1",
    "WITH held AS (SELECT * FROM records.custody) SELECT facility FROM held",
    "SELECT a.charge, p.phone FROM records.arrest a JOIN records.person p USING (person_id) WHERE p.person_id = 5",
)
OTHERS = (
    "LOCK TABLE records.person IN SHARE MODE",
    "COPY records.arrest FROM STDIN",
    "SELECT * FROM records.arrest_report",
    "SELECT records.nobodys(phone) FROM records.person",
    "SELECT 1",
)


@dataclass
class Foretold:
    """A plan with its advice as it was before apply, and the job after apply."""

    job: Job
    document: bytes
    advice: dict[str, Any]
    holder: int
    plain: dict[str, Any]


def planned(job: Job, wanted: Wanted, dsn: str | None = None) -> tuple[bytes, dict[str, Any]]:
    workspace = job.workspace()
    system = next(workspace.systems())
    with target_for("postgresql").open(dsn or job.world.dsn()) as session:
        plan = plan_system(session, workspace.policy(), system)
        advice = advise(session, workspace.policy(), plan, wanted)
    document = plan_document(workspace, (plan,), None, (advice,))
    return document, read_plan(document)["advice"][0]


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def foretold(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foretold]:
    with ExitStack() as stack:
        job = job_on(stack, request.param, tmp_path_factory.mktemp("advice"))
        job.sign()
        logged = tuple(Logged(text, 1) for text in (*STATEMENTS, *OTHERS))
        with psycopg.connect(job.world.dsn()) as holder:
            holder.execute("CREATE INDEX person_lower ON records.person (lower(family_name)); COMMIT; BEGIN")
            holder.execute("SELECT 'not to be told' FROM records.custody LIMIT 1")
            document, advice = planned(job, Wanted(logged=logged))
            pid = holder.info.backend_pid
            _, plain = planned(job, Wanted(), job.world.dsn("uscis_desk"))
        apply_repository(job.policy, document, job.ledger, lambda _: job.world.dsn())
        yield Foretold(job, document, advice, pid, plain)


def meets(job: Job, account: str, statement: str, *, explain: bool = True) -> str:
    """What an account meets: `refused`, or the index conditions of the plan."""
    with psycopg.connect(job.world.dsn()) as connection:
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute(f"SET LOCAL SESSION AUTHORIZATION {account.partition('/')[2]}")
        try:
            row = connection.execute((f"EXPLAIN (FORMAT JSON) {statement}" if explain else statement).encode())
        except psycopg.errors.InsufficientPrivilege:
            return "refused"
        return " ".join(sorted(conditions(list(row.fetchone() or ())))) if explain else ""


def test_statements_are_refused_to_those_foretold_and_to_nobody_else(foretold: Foretold) -> None:
    """Whoever may do something of the kind today, in the standing class: exactly as the plan said."""
    by_text = {each["text"]: each for each in foretold.advice["statements"]}
    assert len(by_text) == len(STATEMENTS) + 3, "two of the others touch no governed table"
    checked = {"refused": 0, "allowed": 0}
    staff = [f"clear/{login}" for login in ("records_app", "patrol_104", "detective_211", "isp_desk", "fbi_cleartask")]
    for statement in STATEMENTS:
        advice = next(each for text, each in by_text.items() if text == normal(statement))
        assert advice["unmeasured"] is None
        said = {account for each in advice["refused"] for account in each["accounts"]}
        for account in sorted(said | set(staff)):
            refused = meets(foretold.job, account, statement) == "refused"
            if account in said:
                assert refused, (account, statement)
                checked["refused"] += 1
            elif not refused:
                checked["allowed"] += 1
            else:  # what it could not do before, or a table that is closed to it: told under `loses`, not here
                assert account not in ("clear/records_app", "clear/patrol_104"), (account, statement)
    assert checked["refused"] > 20
    assert checked["allowed"] > 20


def normal(statement: str) -> str:
    import pgparse

    return " ".join(str(pgparse.normalize(statement)).split())


def test_statements_lose_the_indexes_foretold_and_no_others(foretold: Foretold) -> None:
    """As the application, on the very table: what was to be lost is, and what was not is reached."""
    lost = {each["text"]: each["lost"] for each in foretold.advice["statements"]}
    assert lost[normal(STATEMENTS[2])] == ["((family_name >= …::text) AND (family_name < …::text))"]
    assert lost[normal(STATEMENTS[4])] == ["(lower(family_name) = …::text)"]
    assert "family_name" not in meets(foretold.job, "clear/records_app", STATEMENTS[2])
    assert "lower" not in meets(foretold.job, "clear/records_app", STATEMENTS[4])
    for number in (0, 1, 3, 5, 10, 13):
        assert lost[normal(STATEMENTS[number])] == []
    assert "family_name" in meets(foretold.job, "clear/records_app", STATEMENTS[1])
    assert "family_name" in meets(foretold.job, "clear/records_app", STATEMENTS[3])
    assert "ada" not in json.dumps(foretold.advice).lower(), "no constant of a statement stands in a plan"


def test_what_cannot_be_asked_is_told_by_its_form_or_its_reason(foretold: Foretold) -> None:
    by_text = {each["text"]: each for each in foretold.advice["statements"]}
    lock = by_text["LOCK TABLE records.person IN SHARE MODE"]
    assert lock["hazards"] == [{"code": "lock-table", "table": "records.person"}]
    copy = by_text["COPY records.arrest FROM STDIN"]
    assert copy["hazards"] == [{"code": "copy-from", "table": "records.arrest"}]
    foreign = by_text["SELECT records.nobodys(phone) FROM records.person"]
    assert foreign["unmeasured"] == "it names `records.nobodys`, from outside pg_catalog"
    assert foreign["refused"] is None
    assert foreign["lost"] is None


def test_what_column_grants_refuse_is_refused(foretold: Foretold) -> None:
    """Each line of the advice, as one of its accounts: what is listed is refused, what is not goes through."""
    assert len(foretold.advice["columns"]) > 5
    for each in foretold.advice["columns"]:
        table, account = each["table"], each["accounts"][0]
        star = meets(foretold.job, account, f"SELECT * FROM {table}") == "refused"
        assert star == ("SELECT *" in each["refused"]) == bool(each["missing"])
        whole = meets(foretold.job, account, f"SELECT x FROM {table} AS x") == "refused"
        assert whole == ("the whole row" in each["refused"])
        assert SYSTEM_COLUMNS in each["refused"]
        assert meets(foretold.job, account, f"SELECT xmin FROM {table}") == "refused"
        lock = meets(foretold.job, account, f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE", explain=False) == "refused"
        assert lock == (LOCK_TABLE in each["refused"]), (table, account)


def test_rows_with_null_are_counted_and_shown_as_foretold(foretold: Foretold) -> None:
    (juvenile,) = foretold.advice["nulls"]
    with psycopg.connect(foretold.job.world.dsn()) as connection:
        row = connection.execute("SELECT count(*), count(*) - count(is_juvenile) FROM records.arrest").fetchone()
    assert (juvenile["rows"], juvenile["nulls"], juvenile["how"]) == (*(row or ()), "counted")
    assert juvenile["nulls"] > 0
    assert juvenile["rules"] == [
        {
            "rule": "juvenile", "attribute": "juvenile", "effect": "shown",
            "rewording": "unless { resource has juvenile && !resource.juvenile }",
        }
    ]  # fmt: skip
    seen = 0
    for account in juvenile["shown_to"]:
        with psycopg.connect(foretold.job.world.dsn()) as connection, suppress(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SET LOCAL SESSION AUTHORIZATION {account.partition('/')[2]}")
            told = "SELECT count(*) FILTER (WHERE is_juvenile IS NULL), count(*) FROM records.arrest"
            nulls, rows = connection.execute(told).fetchone() or (0, 0)
            assert bool(nulls) == bool(rows), account  # an account that needs a permit for it sees neither without
            seen += bool(nulls)
    assert seen > 1


def test_locks_name_who_is_in_the_way_without_a_query(foretold: Foretold) -> None:
    (custody,) = (lock for lock in foretold.advice["locks"] if lock["objects"] == ["records.custody"])
    (holder,) = custody["in_the_way"]
    assert (holder["pid"], holder["login"], holder["state"]) == (foretold.holder, "postgres", "idle in transaction")
    assert "not to be told" not in foretold.document.decode()
    (report,) = (lock for lock in foretold.advice["locks"] if "records.arrest_report" in lock["objects"][-1:]
                 and lock["step"] == "shape")  # fmt: skip
    assert report["held"] == 'as long as REFRESH MATERIALIZED VIEW "records"."arrest_report" runs'
    assert report["refreshed_bytes"] > 0


def test_a_plan_is_compared_without_its_advice(foretold: Foretold) -> None:
    """The plan above, made while somebody held a table, was applied when nobody did. An edited lock is noticed."""
    whole = read_plan(foretold.document)
    assert whole["advice"]
    assert json.loads(compared(foretold.document))["advice"] is None
    change = next(change for change in whole["changes"] if change["lock"]["mode"] != "none")
    assert change["lock"]["held"].encode() in compared(foretold.document)


def test_after_apply_nothing_is_left_to_lock_or_to_lose(foretold: Foretold) -> None:
    _, advice = planned(foretold.job, Wanted())
    assert advice["locks"] == []
    assert advice["columns"] == []
    assert [index for index in advice["indexes"] if index["measured"] is None] == []


def test_a_login_with_no_right_to_speak_of_is_advised_too(foretold: Foretold) -> None:
    """CONNECT and the catalogs, as for the plan itself; what that does not allow is told with the right it takes."""
    plain = foretold.plain
    judged = {(i["index"], i["key"], i["kind"]) for i in foretold.advice["indexes"]}
    assert {(i["index"], i["key"], i["kind"]) for i in plain["indexes"]} == judged
    assert {i["unmeasured"] for i in plain["indexes"] if i["measured"] is None} >= {
        "permission denied for table person"
    }
    (juvenile,) = plain["nulls"]
    assert juvenile["how"] == "not counted"
    assert "needs SELECT on the columns of `records.arrest`" in juvenile["why"]
    (custody,) = (lock for lock in plain["locks"] if lock["objects"] == ["records.custody"])
    assert [holder["pid"] for holder in custody["in_the_way"]] == [foretold.holder]


def test_without_rights_it_estimates_and_says_so(foretold: Foretold) -> None:
    """A login that row security binds counts nothing; no row is read where none is to be."""
    with psycopg.connect(foretold.job.world.dsn(), autocommit=True) as connection:
        connection.execute("ANALYZE records.arrest")
    _, advice = planned(foretold.job, Wanted(count=False))
    (estimated,) = advice["nulls"]
    assert (estimated["how"], estimated["why"]) == ("estimated", "no row was to be read")
    with connect(foretold.job.world.dsn("records_app")) as bound:
        from recuse.targets.postgres.advice.nulls import null_counts

        (count,) = null_counts(bound, {"records.arrest": ("is_juvenile",)})
    assert count.how == "not counted"
    assert count.nulls is None
    assert "needs SELECT on the columns of `records.arrest`" in str(count.why)


def test_pg_stat_statements_and_csvlog_are_read(tmp_path: Path) -> None:
    """From a real server, which logs and remembers what was really said to it."""
    settings = (
        "shared_preload_libraries = 'pg_stat_statements'", "logging_collector = on", "log_destination = csvlog",
        "log_directory = 'log'", "log_filename = 'said.log'", "log_statement = all", "log_file_mode = 0644",
    )  # fmt: skip
    with throwaway(binaries=binaries_of(18), settings=settings) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            with (
                target_for("postgresql").open(server.dsn()) as session,
                pytest.raises(InputError, match="not installed"),
            ):
                session.remembered()
            connection.execute("CREATE EXTENSION pg_stat_statements; CREATE TABLE public.said (id int)")
            for number in range(3):
                connection.execute(f"SELECT id FROM public.said WHERE id = {number}")
            connection.execute("SELECT id FROM public.said WHERE id = %s", (7,))
        with target_for("postgresql").open(server.dsn()) as session:
            found = [each for each in session.remembered() if "public.said WHERE" in each.text]
            assert [(each.calls, each.logins) for each in found] == [(3, ("postgres",)), (1, ("postgres",))]
            (judged,) = session.judge(found, {}, ("public.said",))
            assert (judged.calls, judged.unmeasured, judged.lost) == (4, None, ())
        log = next((server.folder / "log").glob("*.csv"))
        read = {each.text: each for each in read_statements(log)}
        assert read["SELECT id FROM public.said WHERE id = 2"].logins == ("postgres",)
        assert "SELECT id FROM public.said WHERE id = $1" in read


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("log.sql", "SELECT FROM FROM", "is not SQL: syntax error"),
        ("log.csv", "a,b\n", "is no csvlog: a line has 2 columns"),
        ("log.txt", "", "neither `.sql` nor `.csv`"),
    ],
)
def test_a_file_that_is_no_log_is_refused_by_name(tmp_path: Path, name: str, content: str, match: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=match):
        read_statements(tmp_path / name)
