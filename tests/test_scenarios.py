"""Scenarios of the law paper on the demo world (LAW B.4): W1 the cut, W2 sibling, W3 warehouse, W6 ghost, W7 extract.

One world at PostgreSQL 18. The first policy is the demo's own; the second bars an agency by its name alone, as the
announcement of 2019 did, and forgets the rest of its department.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from recuse import clock
from recuse.demo.repository import write_repository
from recuse.demo.world import build
from recuse.directive.signature import ACCEPT_NAMESPACE
from recuse.errors import SignatureError
from recuse.operations.finding import Finding
from recuse.operations.signing import sign_acceptance
from recuse.operations.verify import Looking, Verified, verify_in
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import binaries_of
from tests.remembering import remembering
from tests.test_main_job import Job, make_keys, quiet

RULES = "directives/2019-07-12-civil-immigration/directive.cedar"
BY_NAME = """
@id("the-agency-refused")
forbid (principal in Agency::"us.dhs.ice", action, resource)
unless { resource.public };
"""
EXTRACT = """format = 1
[[extract]]
id = "2021-bulk"
system = "clear"
categories = ["gang_designation"]
held_by = "us.dhs.ia"
object = "analysis.gang_extract"
taken = 2021-06-01
delete_by = 2022-06-30
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """The demo's world and policy, not applied."""
    folder = tmp_path_factory.mktemp("scenarios")
    with ExitStack() as stack:
        stack.enter_context(remembering())
        server = stack.enter_context(throwaway(binaries=binaries_of(18)))
        job = Job(build(server, people=500), folder)
        write_repository(job.policy, make_keys(folder), "unused")
        yield job


@pytest.fixture(scope="module")
def second(first: Job) -> Job:
    """The policy that bars one agency by name, signed and applied."""
    path = first.policy / RULES
    text = path.read_text()
    text = re.sub(r'@id\("civil-immigration-refused"\).*?;\n', BY_NAME, text, flags=re.DOTALL)
    text = re.sub(r'(@id\("criminal-by-agreement"\).*?)\nunless \{[^}]*\};', r"\1;", text, flags=re.DOTALL)
    path.write_text(text)
    (first.policy / "extracts.toml").write_text(EXTRACT)
    officials = first.policy / "officials.toml"
    officials.write_text(officials.read_text().replace('roles = ["officer"]', 'roles = ["officer", "accept"]'))
    first.sign()
    first.apply()
    return first


@pytest.fixture(scope="module")
def at_first(second: Job) -> Verified:
    """What is found where nothing else was done: each test that does something undoes it."""
    return looked(second)


def looked(job: Job, log: Path | None = None) -> Verified:
    looking = Looking(lambda _: job.world.dsn(), quiet, log)
    (found,) = verify_in(looking, job.workspace(), job.ledger)
    return found


def weighing(found: Verified) -> list[Finding]:
    return [finding for finding in found.findings if finding.severity != "low"]


def agencies(job: Job) -> dict[str, str]:
    """The agency of each account, by the account's id."""
    return {account.id: account.agency for account in job.workspace().repository.accounts.values()}


def test_w1_the_cut_takes_what_was_announced_and_no_more(first: Job) -> None:
    planned, _ = first.plan()
    agency_of = agencies(first)
    lost: dict[str, set[str]] = {}
    for loss in planned.plan.loses:
        lost.setdefault(agency_of[loss.account], set()).add(loss.category)
    assert lost["us.dhs.ice.ero"] >= {"arrest_record", "incident_narrative"}
    for agency in ("us.doj.fbi", "us.doj.dea", "us.doj.atf"):
        contexts = (d.context for d in planned.classes.declared if agency_of[f"clear/{d.login}"] == agency)
        declared = {context.circumstances.purpose for context in contexts}
        assert "crim.investigation" in declared, agency
    content = planned.classes.contents[planned.classes.standing["uscis_desk"]]
    assert [rights.table for rights in content.tables if rights.read] == [
        "records.crime_map",
        "records.status_exchange",
    ]


def test_w2_a_sibling_that_no_rule_names_is_found(second: Job, at_first: Verified) -> None:
    found = at_first
    assert found.verdict == "findings"
    assert {f.code for f in weighing(found)} == {"sibling", "fusion", "extract-overdue"}
    agency_of = agencies(second)
    siblings = {agency_of[f.account] for f in found.findings if f.code == "sibling"}
    assert siblings == {"us.dhs.cbp", "us.dhs.uscis", "us.dhs.ia"}
    assert {agency_of[f.account] for f in found.findings if f.code == "fusion"} == {"fusion.midstates"}


WAREHOUSE = """
CREATE SCHEMA stock;
CREATE EXTENSION postgres_fdw;
CREATE SERVER register FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}', port '{port}', dbname 'clear');
CREATE USER MAPPING FOR fusion_desk SERVER register OPTIONS (user 'records_app', password '{password}');
CREATE FOREIGN TABLE stock.incident (incident_id int, narrative text) SERVER register
  OPTIONS (schema_name 'records', table_name 'incident');
CREATE TABLE stock.gang_extract (card_id int, person_id int, designation text, filed_on date);
GRANT USAGE ON SCHEMA stock TO fusion_desk, dea_201;
GRANT SELECT ON stock.incident TO fusion_desk;
GRANT SELECT ON stock.gang_extract TO dea_201;
"""


def test_w3_a_forgotten_path_through_another_database_is_found(second: Job) -> None:
    """A warehouse beside the register: a foreign table onto it, and a copy that a nightly job left there."""
    server = second.world.server
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE warehouse")
    try:
        with psycopg.connect(server.dsn("warehouse"), autocommit=True) as connection:
            password = second.world.passwords["records_app"]
            connection.execute(WAREHOUSE.format(host=server.host, port=server.port, password=password).encode())
        found = [f for f in looked(second).findings if any("@warehouse" in step.source for step in f.steps)]
    finally:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("DROP DATABASE warehouse WITH (FORCE)")
    by_account = {(f.account, f.category): (f.code, f.door) for f in found}
    assert by_account["clear/fusion_desk", "incident_narrative"][0] in {"foreign-table", "user-mapping"}
    assert by_account["clear/dea_201", "gang_designation"] == ("copy", "copy")
    assert "\\connect warehouse" in next(f.reproduce for f in found if f.account == "clear/dea_201")


def test_w6_an_inactive_account_that_works_again_is_critical(second: Job) -> None:
    """A grant on a table would show it nothing, since no row policy opens a row to it; an owner's role does."""
    login, group = "ALTER ROLE ice_inactive {}", "{} records_owner {} ice_inactive"
    connect = "{} CONNECT ON DATABASE clear {} ice_inactive"
    with psycopg.connect(second.world.dsn(), autocommit=True) as connection:
        for statement in (login.format("LOGIN"), group.format("GRANT", "TO"), connect.format("GRANT", "TO")):
            connection.execute(statement)
        try:
            ghosts = [f for f in looked(second).findings if f.door == "ghost" and f.account == "clear/ice_inactive"]
        finally:
            for statement in (
                login.format("NOLOGIN"),
                group.format("REVOKE", "FROM"),
                connect.format("REVOKE", "FROM"),
            ):
                connection.execute(statement)
    assert {"arrest_record", "gang_designation"} <= {f.category for f in ghosts}
    assert {f.severity for f in ghosts} == {"critical"}


def test_w7_an_extract_past_its_day_is_critical_until_it_is_gone(second: Job, at_first: Verified) -> None:
    [extract] = [f for f in at_first.findings if f.code.startswith("extract")]
    assert (extract.code, extract.door, extract.severity) == ("extract-overdue", "copy", "critical")
    path = second.policy / "extracts.toml"
    path.write_text(EXTRACT + f'deleted = 2023-11-21\ncertificate_sha256 = "{"0" * 64}"\n')
    try:
        [extract] = [f for f in looked(second).findings if f.code.startswith("extract")]
        assert extract.code == "extract-kept", "it is said to be deleted, and the database still has it"
    finally:
        path.write_text(EXTRACT)


def test_an_acceptance_covers_what_it_names_and_no_more(second: Job, at_first: Verified) -> None:
    today = clock.now().date()
    folder = second.policy / "acceptances" / "siblings"
    folder.mkdir(parents=True)
    accounts = sorted({f.account for f in at_first.findings if f.code == "sibling"})
    lines = [
        "format = 1", 'id = "siblings"', 'accepted_by = "counsel-2016"', 'reason = "decided about one by one"',
        f"from = {today}", f"until = {today + timedelta(days=30)}",
        *(f'[[finding]]\ncode = "sibling"\nsystem = "clear"\naccount = "{account}"' for account in accounts[1:]),
        '[[finding]]\ncode = "attempt-over"\nsystem = "clear"',
    ]  # fmt: skip
    (folder / "acceptance.toml").write_text("\n".join(lines) + "\n")
    assert of_siblings(looked(second)) == set(), "a draft accepts nothing"
    with pytest.raises(SignatureError, match="not one of `counsel-2016`'s"):
        sign_acceptance(second.policy, "siblings", second.folder / "mayor-2019")
    sign_acceptance(second.policy, "siblings", second.folder / "counsel-2016")
    found = looked(second)
    assert of_siblings(found) == set(accounts[1:])
    assert {f.account for f in found.findings if f.code == "sibling"} == {accounts[0]}
    second.workspace(draft=False)  # an acceptance is no part of what the directive signed
    signers = second.folder / "allowed"
    key = " ".join((second.folder / "counsel-2016.pub").read_text().split()[:2])
    signers.write_text(f'counsel-2016 namespaces="{ACCEPT_NAMESPACE}" {key}\n')
    command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "counsel-2016", "-n", ACCEPT_NAMESPACE, "-s",
               str(folder / "acceptance.toml.sig")]  # fmt: skip
    subprocess.run(command, input=(folder / "acceptance.toml").read_bytes(), check=True, capture_output=True)
    text = (folder / "acceptance.toml").read_text()
    (folder / "acceptance.toml").write_text(text.replace("one by one", "one and all"))
    with pytest.raises(SignatureError, match="acceptance `siblings`"):
        looked(second)
    (folder / "acceptance.toml").write_text(text)


def of_siblings(found: Verified) -> set[str]:
    """Whose findings are accepted, but for the server's own."""
    return {each.finding.account for each in found.accepted if each.acceptance == "siblings"}


def test_who_uses_an_account_is_known_from_the_log(second: Job) -> None:
    log = second.folder / "log.csv"
    header = "ts_utc,system,login,object,category,action,purpose,authority"
    rows = [
        "2026-06-30 12:00:00,clear,records_app,records.person,person_identity,read,own.records,official_duty",
        "2026-01-30 12:00:00,clear,fbi_101,records.person,person_identity,read,crim.investigation,agreement",
        "2026-06-30 12:00:00,other,fbi_102,records.person,person_identity,read,crim.investigation,agreement",
    ]
    log.write_text("\n".join([header, *rows]) + "\n")
    idle = {f.account: f.reproduce for f in looked(second, log).findings if f.code == "idle-account"}
    assert "clear/records_app" not in idle
    assert "was last used on 2026-01-30" in idle["clear/fbi_101"]
    assert "not in the access log at all" in idle["clear/fbi_102"]
