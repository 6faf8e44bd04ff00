"""Plans of listings: what the script does, in which order, what it leaves open and says so, what it refuses by name."""

import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from recuse.operations import record
from recuse.operations.apply import apply_repository
from recuse.operations.document import plan_document
from recuse.operations.listed import Refused, plans
from recuse.operations.listed_plan import ListedPlan
from recuse.operations.listed_script import script, undo_script
from recuse.operations.plan import plan_system
from recuse.operations.scripts import Written, write_scripts
from recuse.operations.verify import Verified, verify_document, verify_repository
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.targets.listing.access import Access
from recuse.targets.listing.changes import changed
from recuse.targets.listing.records import Listing
from recuse.targets.postgres.throwaway import Server
from recuse.targets.target import target_for
from tests.conftest import binaries_of
from tests.listing.exporting import EXPORTED, Sketch, export, write
from tests.listing.policy import RULES, sign, write_policy
from tests.unit.audit.logs import line, write_csv

TABLES: Final = """
[[table]]
name = "RMS.PERSON"
category = "identity"
key = ["ID"]
[table.columns]
PHONE = { category = "contact" }
"""
ACCOUNTS: Final = {
    "rms/RMS": "city.police superuser",
    "rms/ANA": "city.police personal",
    "rms/ICE": "us.ice",
    "rms/USM": "us.marshals",
    "rms/ASKS": "us.ice personal!",
}


def oracle() -> Sketch:
    """RMS owns; ANA reads and writes by a role, ICE in five ways, USM by a role that more is granted to."""
    rms = Sketch("oracle")
    rms.principal("everyone", "PUBLIC", builtin=True)
    rms.principal("login", "SYS", builtin=True)
    rms.login("RMS", "ANA", "ICE", "USM", "ASKS")
    rms.role("STAFF", "PARTNERS", "NIGHT")
    rms.schema("RMS", "RMS")
    rms.table("RMS.PERSON", "RMS", "ID", "NAME", "PHONE")
    rms.table("RMS.LOG", "RMS", "ID")
    for login in ("ANA", "ICE", "USM", "ASKS"):
        rms.grant("CREATE SESSION", "server", login)
    for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        rms.grant(privilege, "RMS.PERSON", "STAFF", grantor="RMS")
    rms.grant("SELECT", "RMS.PERSON", "PARTNERS", grantor="RMS")
    rms.grant("SELECT", "RMS.PERSON", "ICE", grantor="ANA")
    rms.grant("SELECT", "RMS.LOG", "PARTNERS", grantor="RMS")
    rms.grant("SELECT ANY TABLE", "server", "NIGHT")
    rms.grant("CONNECT THROUGH", "principal ANA", "ICE")
    rms.grant("SELECT", "RMS.PERSON", "PUBLIC", grantor="RMS")
    rms.member("STAFF", "ANA", set_=True)
    rms.member("PARTNERS", "ICE", "USM", "ASKS", set_=True)
    rms.member("NIGHT", "ICE", inherit=False, set_=True)
    return rms


def repository(folder: Path, sketch: Sketch, *, rules: str = RULES, tables: str = TABLES, **accounts: str) -> Path:
    write(sketch.listing(), folder / "export")
    every = ACCOUNTS | {f"rms/{login}": said for login, said in accounts.items()}
    systems = {"rms": ("listing", sketch.engine, str(folder / "export"))}
    return write_policy(folder, systems, every, {"rms": tables}, rules)


def workspace(policy: Path, *, draft: bool = True) -> Workspace:
    return open_with_ledger(policy, record.ledger_folder(policy, None), draft=draft)


def planned(policy: Path) -> ListedPlan:
    (found,) = plans(workspace(policy))
    assert isinstance(found, ListedPlan), found
    return found


def after(plan: ListedPlan) -> Listing:
    return changed(plan.listing, plan.changes)


def refusal(policy: Path) -> str:
    (found,) = plans(workspace(policy))
    assert isinstance(found, Refused)
    return str(found.error)


def recuse(*command: str) -> tuple[int, Any]:
    done = subprocess.run(
        [".venv/bin/recuse", *command, "--format", "json"], capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_every_way_of_who_is_barred_ends_and_all_others_keep_theirs(tmp_path: Path) -> None:
    plan = planned(repository(tmp_path, oracle()))
    lost = {(loss.account, loss.category, loss.action) for loss in plan.loses}
    assert lost >= {("rms/ICE", "identity", "delete"), ("rms/ASKS", "contact", "read")}
    assert {account for account, _, _ in lost} == {"rms/ICE", "rms/ASKS"}
    assert Access.of(after(plan)).columns("ICE", ("RMS", "LOG"), "read"), "what the map does not name is left alone"
    left = {login for login in ("ANA", "ICE", "USM", "ASKS") if _reads(after(plan), login)}
    assert left == {"ANA", "USM"}
    assert not plan.stays
    assert not plan.missing
    assert not plan.gains


def _reads(listing: Listing, login: str) -> bool:
    return bool(Access.of(listing).columns(login, ("RMS", "PERSON"), "read"))


def test_the_script_of_oracle(tmp_path: Path) -> None:
    text = script(planned(repository(tmp_path, oracle())))
    said = [line for line in text.splitlines() if not line.startswith("--") and line]
    assert said[0] == "SET DEFINE OFF"
    assert 'REVOKE SELECT ON "RMS"."PERSON" FROM PUBLIC;' in said
    assert 'REVOKE "NIGHT" FROM "ICE";' in said
    assert 'ALTER USER "ANA" REVOKE CONNECT THROUGH "ICE";' in said
    assert 'REVOKE SELECT ON "RMS"."PERSON" FROM "ICE";' in said
    assert "(run this as ANA)" in text, "who granted it takes it back"
    assert any(line.startswith('GRANT SELECT ON "RMS"."PERSON" TO "recuse_c_') for line in said)
    cut, prepare = text.index("accounts that keep nothing"), text.index("roles without members")
    enter, close = text.index("enter their role"), text.index("everything else")
    assert cut < prepare < enter < close
    assert text.index('REVOKE SELECT ON "RMS"."PERSON" FROM "ICE"') < prepare, "the barred are cut first"
    assert "V$SESSION" in text


def test_planned_again_on_the_export_that_follows_there_is_nothing_to_change(tmp_path: Path) -> None:
    first = planned(repository(tmp_path, oracle()))
    write(after(first), tmp_path / "export")
    again = planned(tmp_path / "policy")
    assert not again.changes
    assert not again.reached


def test_undone_everything_is_as_it_was(tmp_path: Path) -> None:
    plan = planned(repository(tmp_path, oracle()))
    done = [
        line for line in script(plan).splitlines() if line.startswith(("GRANT", "REVOKE", "CREATE", "DROP", "ALTER"))
    ]
    undone = [
        line
        for line in undo_script(plan).splitlines()
        if line.startswith(("GRANT", "REVOKE", "CREATE", "DROP", "ALTER"))
    ]
    assert len(done) == len(undone)
    opposite = {"GRANT": "REVOKE", "REVOKE": "GRANT", "CREATE": "DROP", "DROP": "CREATE", "ALTER": "ALTER"}
    assert [opposite[line.split()[0]] for line in done] == [line.split()[0] for line in reversed(undone)]


def test_what_no_statement_closes_stays_open_and_is_said(tmp_path: Path) -> None:
    """A login that owns the table: nothing that a script takes away closes that."""
    sketch = oracle()
    sketch.grant("CREATE SESSION", "server", "RMS")
    policy = repository(tmp_path, sketch, RMS="us.ice")
    plan = planned(policy)
    assert {each.login for each in plan.stays} == {"RMS"}
    assert "still open: RMS reads RMS.PERSON: RMS owns RMS.PERSON" in script(plan)


@pytest.mark.parametrize(
    ("rules", "tables", "message"),
    [
        (
            RULES + '@id("sealed") forbid (principal in Agency::"us", action, resource) when { resource.sealed };',
            TABLES.replace("[table.columns]", '[table.attributes]\nsealed = "SEALED"\n[table.columns]'),
            "may read only some rows of `RMS.PERSON`, and a grant of Oracle gives all rows",
        ),
        (
            RULES + '@id("phones") forbid (principal in Agency::"us", action, resource) when'
            ' { resource.category == Category::"contact" };',
            TABLES,
            "may read only some columns of `RMS.PERSON`, and a grant of Oracle gives SELECT on a whole table",
        ),
        (
            RULES,
            TABLES.replace("RMS.PERSON", "RMS.PERSONS"),
            "table `RMS.PERSONS` of system `rms` is not in its export",
        ),
        (RULES, TABLES.replace('["ID"]', '["IDENT"]'), "has no column `IDENT` in its export"),
    ],
    ids=["rows", "columns", "table", "column"],
)
def test_what_grants_cannot_say_is_refused_by_name(tmp_path: Path, rules: str, tables: str, message: str) -> None:
    sketch = oracle()
    if "SEALED" in tables:
        sketch.objects = [o for o in sketch.objects if o.name != "PERSON"]
        sketch.columns = [c for c in sketch.columns if c.object != "PERSON"]
        sketch.table("RMS.PERSON", "RMS", "ID", "NAME", "PHONE", "SEALED")
    assert message in refusal(repository(tmp_path, sketch, rules=rules, tables=tables))


def test_a_login_that_nobody_answers_for_is_refused(tmp_path: Path) -> None:
    sketch = oracle()
    sketch.login("STRAY")
    assert "logins of system `rms` that belong to no agency: `STRAY`" in refusal(repository(tmp_path, sketch))


def test_an_export_among_the_signed_files_is_refused(tmp_path: Path) -> None:
    policy = repository(tmp_path, oracle())
    text = (policy / "recuse.toml").read_text()
    (policy / "recuse.toml").write_text(text.replace(str(tmp_path / "export"), "exports/rms"))
    write(oracle().listing(), policy / "exports/rms")
    assert "lies among the files that are signed" in refusal(policy)
    (policy / "exports").rename(policy / ".exports")
    (policy / "recuse.toml").write_text(text.replace(str(tmp_path / "export"), ".exports/rms"))
    assert planned(policy).changes


def test_from_plan_to_script_by_the_verbs(tmp_path: Path) -> None:
    """plan, sign, apply, run by a person (here: the export that follows), verify: 2 and never 0."""
    policy = repository(tmp_path, oracle())
    sign(tmp_path)
    code, verified = recuse("verify", "-r", str(policy), "--no-record")
    assert (code, verified["verdict"]) == (1, "findings")
    assert {f["account"] for f in verified["findings"] if f["code"] == "listed"} == {"rms/ICE", "rms/ASKS"}
    code, whole = recuse("plan", "-r", str(policy), "-o", str(tmp_path / "plan.json"))
    assert code == 0
    assert whole["changes"] == []
    assert whole["listed"][0]["changes"]
    code, applied = recuse("apply", str(tmp_path / "plan.json"), "-r", str(policy), "--yes")
    assert code == 0, applied
    (done,) = applied
    assert Path(done["script"]).name == "plan.rms.sql"
    assert Path(done["script"]).read_text() == script(planned(policy))
    entries = record.entries(record.ledger_folder(policy, None))
    assert [entry.kind for entry in entries] == ["directed", "confirmed", "scripted"]
    code, _ = recuse("apply", str(tmp_path / "plan.json"), "-r", str(policy), "--yes")
    assert code == 0
    assert len(record.entries(record.ledger_folder(policy, None))) == 3, "the same script is recorded once"
    write(after(planned(policy)), tmp_path / "export")
    code, stale = recuse("apply", str(tmp_path / "plan.json"), "-r", str(policy), "--yes")
    assert code == 2
    assert "recuse plan" in stale["remedy"]
    code, verified = recuse("verify", "-r", str(policy))
    assert (code, verified["verdict"]) == (2, "undetermined")
    assert any("listed, not verified" in each["sentence"] for each in verified["not_examined"])
    assert {f["code"] for f in verified["findings"]} == set()
    old = planned(policy).listing
    write(replace(old, about=replace(old.about, exported_at=EXPORTED - timedelta(days=31))), tmp_path / "export")
    code, verified = recuse("verify", "-r", str(policy), "--no-record")
    assert (code, {f["code"] for f in verified["findings"]}) == (1, {"old-export"})


def test_a_broken_export_keeps_nothing_else_from_being_planned_and_is_an_error(tmp_path: Path) -> None:
    policy = repository(tmp_path, oracle())
    sign(tmp_path)
    (tmp_path / "export/grants.csv").write_text("")
    code, whole = recuse("plan", "-r", str(policy), "-o", str(tmp_path / "plan.json"))
    assert code == 2
    assert whole["listed"][0]["refused"] == "`grants.csv` is not the file that SHA256SUMS was made of"
    code, verified = recuse("verify", "-r", str(policy), "--no-record")
    assert (code, verified["verdict"]) == (2, "undetermined")


def test_the_backtest_runs_on_a_listing(tmp_path: Path) -> None:
    """The log's lines are asked of the policy, which is the same wherever the data lies."""
    policy = repository(tmp_path, oracle())
    said = {"system": "rms", "object": "RMS.PERSON", "category": "identity", "action": "read", "authority": "statute"}
    lines = [
        line(**said, login="ICE", purpose="civil.immigration"),
        line(**said, login="USM", purpose="crime"),
    ]
    write_csv(tmp_path / "log.csv", lines)
    code, whole = recuse("plan", "-r", str(policy), "--system", "rms", "--log", str(tmp_path / "log.csv"))
    assert code == 0
    assert (whole["backtest"]["replayable"], whole["backtest"]["refused"]) == (2, 1)


def test_sql_server_by_its_user_and_with_columns(tmp_path: Path) -> None:
    rms = Sketch("sqlserver")
    rms.principal("everyone", "public", "database:public", builtin=True)
    rms.role("sysadmin", "database:db_datareader", builtin=True)
    rms.principal("user", "database:dbo", builtin=True)
    rms.login("RMS", "ANA", "ICE", "USM", "ASKS")
    rms.member("sysadmin", "RMS")
    for name in ("ANA", "ICE", "USM", "ASKS"):
        rms.principal("user", f"database:u_{name}")
        rms.member(f"database:u_{name}", name)
        rms.grant("CONNECT", "database", f"database:u_{name}")
    rms.schema("RMS", "database:dbo")
    rms.table("RMS.PERSON", "database:dbo", "ID", "NAME", "PHONE]x")
    rms.member("database:db_datareader", "database:u_ICE", "database:u_USM")
    rms.grant("SELECT", "RMS.PERSON", "database:u_ASKS", grantor="database:u_ANA")
    rms.grant("UPDATE", "RMS.PERSON", "database:u_ICE", denied=True, grantor="database:dbo")
    policy = repository(tmp_path, rms, tables=TABLES.replace("PHONE =", '"PHONE]x" ='))
    plan = planned(policy)
    text = script(plan)
    assert "ALTER ROLE [db_datareader] DROP MEMBER [u_ICE];" in text
    assert "REVOKE SELECT ON OBJECT::[RMS].[PERSON] FROM [u_ASKS] AS [u_ANA];" in text
    assert "GRANT SELECT ON OBJECT::[RMS].[PERSON] ([ID], [NAME], [PHONE]]x]) TO [recuse_c_" in text
    assert "] ADD MEMBER [u_USM];" in text
    assert "DENY" not in text, "a denial is left where it is"
    assert {loss.account for loss in plan.loses} == {"rms/ICE", "rms/ASKS"}
    assert {gain.account for gain in plan.gains} == {"rms/ANA"}
    assert text.index("ADD MEMBER [u_ANA]") > text.index("DROP MEMBER [u_ICE]"), "what opens comes last"
    write(after(plan), tmp_path / "export")
    assert not planned(policy).changes


POSTGRES: Final = """
CREATE ROLE rms NOLOGIN; CREATE ROLE staff; CREATE ROLE partners; CREATE ROLE night;
CREATE ROLE ana LOGIN PASSWORD 'x'; CREATE ROLE ice LOGIN PASSWORD 'x'; CREATE ROLE usm LOGIN PASSWORD 'x';
CREATE SCHEMA rms AUTHORIZATION rms; GRANT USAGE ON SCHEMA rms TO PUBLIC; SET ROLE rms;
CREATE TABLE rms.person (id integer, name text, phone text); INSERT INTO rms.person VALUES (1, 'a', 'b');
CREATE TABLE rms.log (id integer);
CREATE VIEW rms.people AS SELECT name, phone FROM rms.person;
GRANT SELECT, INSERT, UPDATE, DELETE ON rms.person TO staff; GRANT SELECT ON rms.person TO partners;
GRANT SELECT ON rms.people TO ice, usm; GRANT SELECT (phone) ON rms.person TO PUBLIC;
GRANT SELECT ON rms.log TO partners;
RESET ROLE;
GRANT staff TO ana; GRANT partners TO ice, usm; GRANT pg_read_all_data TO night; GRANT night TO ice;
"""


def test_a_person_runs_the_script_on_a_real_server_and_undoes_it(own_server: Server, tmp_path: Path) -> None:
    """PostgreSQL through the listing alone: psql runs what was written, and the accounts really are where it says."""
    with psycopg.connect(own_server.dsn(), autocommit=True) as admin:
        admin.execute(POSTGRES)
    dsn = own_server.dsn()
    first = export(dsn, tmp_path / "export")
    before = {file.name: file.read_text() for file in sorted(first.glob("*.csv")) if file.name != "about.csv"}
    tables = TABLES.replace("RMS.PERSON", "rms.person").replace("ID", "id").replace("PHONE", "phone")
    accounts = {
        "rms/postgres": "city.police superuser",
        "rms/ana": "city.police",
        "rms/ice": "us.ice",
        "rms/usm": "us.marshals",
    }
    policy = write_policy(tmp_path, {"rms": ("listing", "postgresql", str(first))}, accounts, {"rms": tables})
    assert _columns(own_server, "ice") == _columns(own_server, "usm") == _columns(own_server, "ana") == 3
    plan = planned(policy)
    (tmp_path / "do.sql").write_text(script(plan))
    (tmp_path / "undo.sql").write_text(undo_script(plan))
    _psql(own_server, tmp_path / "do.sql")
    assert (_columns(own_server, "ice"), _columns(own_server, "usm"), _columns(own_server, "ana")) == (0, 3, 3)
    export(dsn, tmp_path / "export")
    assert not planned(policy).changes
    _psql(own_server, tmp_path / "undo.sql")
    export(dsn, tmp_path / "export")
    assert {name: (first / name).read_text() for name in before} == before


def test_beside_live_systems_all_is_done_that_can_be_and_the_rest_is_said(own_server: Server, tmp_path: Path) -> None:
    """A live system is cut and proved as ever; the listing gets its script; the portal is attested or a finding."""
    with psycopg.connect(own_server.dsn(), autocommit=True) as admin:
        admin.execute(POSTGRES)
    write(oracle().listing(), tmp_path / "export")
    systems = {
        "clear": ("live", "postgresql", "clear"),
        "rms": ("listing", "oracle", str(tmp_path / "export")),
        "portal": ("attested", "vendor", "portal"),
    }
    live = TABLES.replace("RMS.PERSON", "rms.person").replace("ID", "id").replace("PHONE", "phone")
    people = {"clear/postgres": "city.police superuser", "clear/ana": "city.police", "clear/ice": "us.ice",
              "clear/usm": "us.marshals"}  # fmt: skip
    policy = write_policy(tmp_path, systems, ACCOUNTS | people, {"clear": live, "rms": TABLES})
    sign(tmp_path)
    ledger = record.ledger_folder(policy, None)
    opened = workspace(policy, draft=False)
    (system,) = opened.systems()
    with target_for("postgresql").open(own_server.dsn()) as session:
        document = plan_document(opened, [plan_system(session, opened.policy(), system)], None)
    (done,) = apply_repository(policy, document, ledger, lambda _: own_server.dsn())
    (script_,) = write_scripts(policy, document, ledger, tmp_path / "plan.json")
    assert done.changes
    assert isinstance(script_, Written)
    assert script_.file == tmp_path / "plan.rms.sql"
    assert (_columns(own_server, "ice"), _columns(own_server, "usm"), _columns(own_server, "ana")) == (0, 3, 3)
    found = verify_repository(workspace(policy), ledger, dsn=lambda _: own_server.dsn(), progress=lambda *_: None)
    assert {each.system: each.verdict for each in found} == {
        "clear": _of_live(found), "rms": "findings", "portal": "findings"
    }  # fmt: skip
    assert verify_document(found)["verdict"] == "findings"
    write(after(planned(policy)), tmp_path / "export")
    assert [each.verdict for each in verify_repository(workspace(policy), ledger, "rms")] == ["undetermined"]


def _of_live(found: tuple[Verified, ...]) -> str:
    """The live system's own verdict: no finding that the listing or the portal could have brought."""
    live = next(each for each in found if each.system == "clear")
    assert not {each.code for each in live.findings} & {"listed", "old-export", "attestation"}
    assert live.attempted
    return live.verdict


def _columns(server: Server, login: str) -> int:
    """How many columns of rms.person a login reads, in any of its ways."""
    seen = set()
    for column in ("id", "name", "phone"):
        for relation in ("rms.person", "rms.people"):
            with psycopg.connect(server.dsn("postgres", login, "x")) as connection:
                try:
                    connection.execute(f"SELECT {column} FROM {relation}".encode())
                    seen.add(column)
                except psycopg.Error:
                    continue
    return len(seen)


def _psql(server: Server, file: Path) -> None:
    binaries = binaries_of(server.version)
    done = subprocess.run(
        [binaries / "psql", "-X", "-d", server.dsn(), "-f", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
