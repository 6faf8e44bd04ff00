"""The decision point answers as the database does: accounts, circumstances, permits and rows, asked of both."""

from datetime import timedelta
from typing import Any, Final

import psycopg
import pytest

from recuse import clock
from recuse.server.authzen import Action as Named
from recuse.server.authzen import Entity, Evaluation
from recuse.server.deciding import DecisionPoint
from recuse.server.holding import Held
from recuse.targets.postgres.desk import PostgresDesk
from tests.context.world import RULES, Enforced, policy, rows
from tests.unit.server.test_deciding import rule_set_of

PLACE: Final = "clear::records::arrest"
STANDS_IN: Final = {"purpose": "own.records", "authority": "official_duty"}  # the application
CASES: Final = (None, "26-CR-1", "26-CR-2")


def answered(world: Enforced, login: str, said: dict[str, str]) -> list[int]:
    """The rows that the decision point lets it read."""
    permits = PostgresDesk(world.admin).permits("clear")
    point = DecisionPoint(policy().repository, rule_set_of(RULES), Held(permits))
    held: list[tuple[Any, ...]] = world.admin.execute(
        "SELECT id, is_sealed, grade FROM records.arrest ORDER BY id"
    ).fetchall()
    subject, found = Entity("account", f"clear/{login}", {}), []
    for key, sealed, grade in held:
        resource = Entity(PLACE, "release_date", {"sealed": sealed, "grade": grade})
        if point.answer(Evaluation(subject, Named("read", {}), resource, said), clock.now()).allow:
            found.append(int(key))
    return found


def read(world: Enforced, login: str, said: dict[str, Any]) -> list[int]:
    """The rows that the database lets it read, in a transaction of its own."""
    with world.login(login) as connection, connection.transaction():
        try:
            if said and not (login == "app" and said.items() >= STANDS_IN.items()):
                declared = said["purpose"], said["authority"], said.get("case")
                connection.execute("SELECT recuse.declare(%s, %s, %s)", declared)
            return rows(connection)
        except psycopg.errors.InsufficientPrivilege:
            return []


def compare(world: Enforced) -> list[list[int]]:
    """Both, for every account and all that it may say; what they agree on."""
    agreed = []
    for login in ("app", "analyst", "second", "desk"):
        declared = ({"purpose": purpose, "authority": authority} | ({"case": case} if case else {})
                    for purpose in ("crime", "own.records", "removal")
                    for authority in ("judicial", "judicial.warrant", "official_duty") for case in CASES)  # fmt: skip
        for said in ({}, *declared):
            expected = read(world, login, said)
            assert answered(world, login, said) == expected, (login, said)
            agreed.append(expected)
    return agreed


def shown(world: Enforced) -> list[tuple[int, ...]]:
    """What both show, wherever they show something."""
    return sorted(tuple(each) for each in compare(world) if each)


def test_both_answer_alike_whatever_permits_there_are(world: Enforced) -> None:
    assert shown(world) == [(1, 3)] * 5, "the application, and the desk that no rule asks for its purpose"
    world.permit("a", "analyst", case="26-CR-1")
    world.permit("b", "second", case="26-CR-2")
    assert shown(world) == [(1, 3)] * 5 + [(2, 3)] * 4
    world.permit("c", "analyst", case="")
    assert shown(world) == [(1, 3)] * 5 + [(2, 3)] * 4, (
        "one for no case serves whoever names none, as another did before"
    )
    world.admin.execute("UPDATE recuse.permit SET revoked_at = now() WHERE permit_id = 'a'")
    times = "UPDATE recuse.permit SET valid_from = now() + %s, valid_until = now() + %s WHERE permit_id = 'b'"
    world.admin.execute(times, (timedelta(hours=-2), timedelta(0)))
    assert shown(world) == [(1, 3)] * 5 + [(2, 3)]


@pytest.mark.parametrize(
    "flaw", ["revoked_at = now()", "valid_until = now()", "valid_from = now() + interval '30 min'"]
)
def test_a_permit_that_is_over_stands_in_no_other_s_way(world: Enforced, flaw: str) -> None:
    """One without a case, or for another case, beside one in force."""
    for case in (None, "26-CR-1", "26-CR-2"):
        world.admin.execute("TRUNCATE recuse.permit, recuse.used")
        world.permit("over", "analyst", case=case)  # type: ignore[arg-type]
        world.admin.execute(
            f"UPDATE recuse.permit SET valid_from = now() - interval '1 hour'; UPDATE recuse.permit SET {flaw}".encode()
        )
        world.permit("fresh", "analyst", case="26-CR-1")
        declared = {"purpose": "crime", "authority": "judicial", "case": "26-CR-1"}
        assert read(world, "analyst", declared) == [2, 3], case
        compare(world)


def test_an_answer_without_a_permit_is_noticed(world: Enforced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Held, "in_force", lambda *_: True)
    with pytest.raises(AssertionError, match="analyst"):
        compare(world)
