"""The stage canary in proofs: what its row policy says is read back, and who is an other enters no class."""

import pytest

from recuse.compiler.proof.said import Joined, PolicyMade
from recuse.compiler.proof.state import State
from recuse.compiler.proof.written import ALWAYS, And, Fixed, Not, Or, Others, Unknown, asked_by
from recuse.errors import RefutedError
from recuse.targets.postgres.reading.reader import PostgresReader

TEXT = """(SELECT recuse.others('{"a b",desk}'::name[])) IS NOT NULL"""
CLASS = "recuse_c_0123456789ab"


def test_the_row_policy_of_the_others_is_read_back() -> None:
    assert PostgresReader().condition(TEXT) == Not(Unknown(Others(("a b", "desk"))))
    stored = """(( SELECT recuse.others('{"a b",desk}'::name[]) AS others) IS NOT NULL)"""
    assert PostgresReader().condition(stored) == PostgresReader().condition(TEXT)


@pytest.mark.parametrize(
    ("login", "answer"), [("desk", Fixed(None)), ("a b", Fixed(None)), (None, Fixed(None)), ("x", ALWAYS)]
)
def test_each_login_meets_its_own_answer(login: str | None, answer: Fixed) -> None:
    asked = Or((Fixed(False), And((Not(Unknown(Others(("a b", "desk")))),))))
    assert asked_by(asked, login) == Or((Fixed(False), And((Not(Unknown(answer)),))))


@pytest.mark.parametrize(("member", "refuted"), [("desk", False), ("visitor", True), ("recuse_d_7", False)])
def test_nobody_enters_a_class_whom_the_stage_leaves_open(member: str, refuted: bool) -> None:
    state = State()
    whole = PostgresReader().condition(TEXT)
    state.hear(PolicyMade("lab.ward", "recuse_others", False, "ALL", ("public",), whole, None), TEXT)
    state.hear(Joined(CLASS, member, True, True, False), "")
    if refuted:
        with pytest.raises(RefutedError, match="`visitor` enters a class, and is left open by the stage canary"):
            state.check_canaries()
    else:
        state.check_canaries()
