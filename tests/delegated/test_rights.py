"""The rights that applying needs without a superuser: enough with all, refused by name without any one of them."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import psycopg
import pytest
from typer.testing import CliRunner, Result

from recuse.cli import command_line
from recuse.errors import MissingRightError
from recuse.operations import record
from recuse.operations.plan import Planned
from recuse.operations.rights import check_rights
from recuse.targets.records import MissingRight
from recuse.targets.target import target_for
from tests.conftest import ENDS, version_id
from tests.delegated.cases import CASES, Case
from tests.delegated.world import Office, built, declared


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The office before any policy, and a steward who holds what it was said to lack."""
    with built(request.param, tmp_path_factory.mktemp("office")) as made:
        for right in made.missing():
            made.run(right.sql)
        yield made


@dataclass(frozen=True, slots=True)
class Told:
    """What the steward lacks, the sentence by which it is refused, and whether all statements of its plan run."""

    lacking: tuple[MissingRight, ...]
    sentence: str
    ran: bool


def told(office: Office, planned: Planned) -> Told:
    """The same plan with the rights of now: what a login itself holds is in no plan."""
    with target_for("postgresql").open(office.dsn()) as session:
        now = replace(planned, found=session.inspect())
        lacking = session.missing_rights(now.plan, now.found)
        sentence = ""
        try:
            check_rights(session, now, office.workspace().repository)
        except MissingRightError as error:
            sentence = str(error)
    return Told(lacking, sentence, runs(office, [statement.do for statement in planned.statements]))


def runs(office: Office, statements: list[str]) -> bool:
    """Whether statements run to their end, in one transaction that is rolled back. A missing right may stop them."""
    with psycopg.connect(office.dsn()) as connection, suppress(psycopg.errors.InsufficientPrivilege):
        for each in statements:
            connection.execute(each.removeprefix("BEGIN;\n").removesuffix(";\nCOMMIT").encode())
        connection.rollback()
        return True
    return False


NOTHING: Final = Told((), "", ran=True)


def test_each_right_left_out_is_named_and_its_sql_gives_it(office: Office) -> None:
    before, planned = office.facts(), office.plan()
    assert told(office, planned) == NOTHING
    for case in CASES:
        if office.server.version in case.versions:
            one(office, case, planned)
    assert told(office, planned) == NOTHING
    changed = {type(fact).__name__ for fact in before ^ office.facts()}
    assert changed <= {"Membership", "Role"}, "only what a superuser gave"


def one(office: Office, case: Case, usual: Planned) -> None:
    office.run(case.plant)
    without = told(office, office.plan() if case.planted else usual)
    assert tuple(right.right for right in without.lacking) == case.told, case.name
    assert without.sentence.startswith(f"`steward` lacks {case.told[0]} ("), case.name
    assert without.lacking[0].sql in without.sentence, case.name
    assert without.ran is not case.fails, case.name
    for right in without.lacking:
        office.run(right.sql)
    assert told(office, office.plan() if case.planted else usual) == NOTHING, case.name
    if case.after:
        office.run(case.after)


def test_apply_refuses_before_it_records_or_changes_anything(office: Office) -> None:
    before = office.facts()
    document = office.document()
    office.run("REVOKE CREATE ON DATABASE office FROM steward")
    with pytest.raises(MissingRightError) as caught:
        office.apply(document=document)
    assert str(caught.value) == (
        "`steward` lacks CREATE on the database (to keep the schema `recuse`); let a superuser run "
        '`GRANT CREATE ON DATABASE "office" TO "steward";`'
    )
    assert office.facts() == before
    assert record.entries(office.ledger) == ()
    office.run("GRANT CREATE ON DATABASE office TO steward")


@pytest.mark.parametrize("use", ["job", "superuser"])
def test_who_is_not_declared_to_administer_applies_nothing(office: Office, use: str) -> None:
    with declared(office, use), pytest.raises(MissingRightError) as caught:
        office.apply()
    assert caught.value.message == (
        "`steward` is no superuser, and accounts.toml does not declare it as an active administrator of system `office`"
    )
    assert record.entries(office.ledger) == ()


def test_the_command_line_prints_the_sql_and_warns_beside_a_plan(office: Office, tmp_path: Path) -> None:
    """Each statement once; the JSON document has the same; a plan is made all the same, and says what is lacked."""
    office.run("REVOKE CREATE ON DATABASE office FROM steward; ALTER ROLE steward NOCREATEROLE")
    where = ("-r", str(office.policy), "--dsn", office.dsn())
    printed, shown = ran("plan", "--rights", *where), ran("plan", "--rights", "--format", "json", *where)
    planned = ran("plan", "--no-count", "--out", str(tmp_path / "plan.json"), *where)
    assert (printed.exit_code, shown.exit_code, planned.exit_code) == (1, 1, 0)
    sql = [line for line in printed.stdout.splitlines() if not line.startswith("--")]
    assert sql == ['ALTER ROLE "steward" CREATEROLE;', 'GRANT CREATE ON DATABASE "office" TO "steward";']
    (entry,) = json.loads(shown.stdout)
    assert (entry["login"], entry["superuser"]) == ("steward", False)
    assert [each["sql"] for each in entry["missing"]] == sql
    assert "`steward` lacks 2 rights to apply this" in " ".join(planned.stderr.split())
    for statement in sql:
        office.run(statement)
    assert ran("plan", "--rights", *where).exit_code == 0


def ran(*command: str) -> Result:
    return CliRunner().invoke(command_line(command[:1]), command)
