"""What is proved of one table is proved of another only where their columns say the same."""

from dataclasses import replace
from typing import Final

import pytest

from recuse.compiler.proof.cedar import Cedar, Kind, Principal, Situation
from recuse.compiler.proof.prover import Prover
from recuse.compiler.proof.said import PolicyDropped, PolicyMade
from recuse.compiler.proof.state import State
from recuse.compiler.proof.written import ALWAYS, NEVER, And, Ask, Compared, Or
from recuse.enforcement.names import CLASS
from recuse.model import RowAttribute, TableMap
from tests.conformance.world import CIRCUMSTANCES
from tests.proof.small import AGENCY, rules_of
from tests.unit.enforcement.small import SYSTEM, account, repository, system_of, table_map

RULES: Final = '@id("one") permit (principal, action, resource) when { resource.first == 1 };'
SHOWN: Final = Ask("a", None, Compared("=", 1))


def table(name: str, first: str, second: str, *, optional: bool = False) -> TableMap:
    attributes = {"first": RowAttribute(first, "Long", optional), "second": RowAttribute(second, "Long", optional)}
    return replace(table_map(), name=name, columns={}, attributes=attributes, key=())


@pytest.mark.parametrize("order", [("straight", "crossed"), ("crossed", "straight")])
def test_two_tables_of_which_columns_are_crossed_share_no_proof(order: tuple[str, str]) -> None:
    """Attributes of the same names and types: of one table the condition is right, of the other it is not."""
    tables = {"straight": table("records.straight", "a", "b"), "crossed": table("records.crossed", "b", "a")}
    system = replace(system_of(table_map()), tables=tuple(tables[name] for name in order))
    cedar = Cedar(repository(system, [account("clerk")]))
    prover = Prover(cedar, rules_of(RULES).rules, system)
    asker = Principal("clear/clerk", AGENCY["clear/clerk"])
    for name in order:
        kind = Kind(SYSTEM, tables[name].name, tables[name].category)
        opened = [prover.opened(Situation(asker, CIRCUMSTANCES[0], "read", kind))]
        assert (prover.wrongly_shown(SHOWN, opened) is None) == (name == "straight")
        assert (prover.wrongly_hidden(SHOWN, opened) is None) == (name == "straight")


def test_two_tables_of_which_one_may_hold_null_share_no_proof() -> None:
    """Where the column may be NULL, the first condition shows a row that the second does not."""
    tables = (table("records.full", "a", "b"), table("records.holed", "a", "b", optional=True))
    system = replace(system_of(table_map()), tables=tables)
    prover = Prover(Cedar(repository(system, [])), rules_of(RULES).rules, system)
    either = Ask("a", None, Compared(">=", 1)), Ask("a", None, Compared("<", 1))
    for each in tables:
        assert (prover.beyond(each, ALWAYS, Or(either)) is None) == (each.name == "records.full")


def test_what_a_class_shows_is_told_anew_when_a_row_policy_goes() -> None:
    state, role = State(), f"{CLASS}somebody"
    state.hear(PolicyMade("records.arrest", "recuse_r", False, "SELECT", (role,), SHOWN, None), "")
    assert state.shown(role, "records.arrest", "SELECT", checking=False) == And((Or((SHOWN,)),))
    state.hear(PolicyDropped("records.arrest", "recuse_r"), "")
    assert state.shown(role, "records.arrest", "SELECT", checking=False) == NEVER
