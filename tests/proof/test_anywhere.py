"""Where nothing is asked, nothing is held: the indexes that spare a question agree with the question itself."""

import random
from typing import Final

import pytest

from recuse.compiler.proof.reach import COMMANDS, Reach
from recuse.compiler.proof.written import ALWAYS
from recuse.enforcement.facts import Fact, Grant, Membership, ObjectRef, Owner, Privilege, Role
from recuse.enforcement.held import ROW_PRIVILEGES, Holdings

NAMES: Final = ("u1", "u2", "g1", "g2", "g3", "pg_read_all_data")
TABLES: Final = tuple(ObjectRef("table", ("s", f"t{number}")) for number in range(4))


def facts(seed: int) -> frozenset[Fact]:
    """Some roles, memberships, owners and grants: few enough that most tables stay out of reach."""
    chosen = random.Random(seed)  # noqa: S311 - not for secrets
    found: set[Fact] = {
        Role(name, login=name[0] == "u", superuser=chosen.random() < 0.05, inherit=True, bypass_rls=False,
             create_role=False)
        for name in NAMES
    }  # fmt: skip
    for _ in range(chosen.randrange(4)):
        role, member = chosen.sample(NAMES, 2)
        kind = chosen.random() < 0.5
        found.add(Membership(role, member, "postgres", admin=False, inherit=kind, set_=chosen.random() < 0.5))
    for _ in range(chosen.randrange(4)):
        table = chosen.choice(TABLES)
        on = table if chosen.random() < 0.5 else ObjectRef("column", (*table.name, "a"))
        privilege: Privilege = chosen.choice(ROW_PRIVILEGES)
        found.add(Grant(on, privilege, chosen.choice((*NAMES, None)), "postgres", grantable=False))
    if chosen.random() < 0.5:
        found.add(Owner(chosen.choice(TABLES), chosen.choice(NAMES)))
    return frozenset(found)


@pytest.mark.parametrize("start", range(4))
def test_what_is_reached_is_never_left_out(start: int) -> None:
    reached = 0
    for seed in range(start * 500, start * 500 + 500):
        reach = Reach.of_facts(facts(seed), lambda policy, text: ALWAYS)
        for login in ("u1", "u2"):
            anywhere = reach.anywhere(login)
            for table in TABLES:
                for action in COMMANDS:
                    if reach.of(login, table, action, ("a", "b")):
                        reached += 1
                        assert anywhere is None or table.name in anywhere
    assert reached


@pytest.mark.parametrize("settable", [False, True])
def test_who_holds_nothing_of_a_relation_has_no_right_there(*, settable: bool) -> None:
    held = 0
    for seed in range(1000):
        found = facts(seed)
        holdings = Holdings(found, settable)
        for login in ("u1", "u2"):
            roles = holdings.roles(login)
            great = any(isinstance(f, Role) and f.superuser and f.name in roles for f in found)
            for table in TABLES:
                owned = any(isinstance(f, Owner) and f.of == table and f.role in roles for f in found)
                for on in (table, ObjectRef("column", (*table.name, "a"))):
                    for privilege in ROW_PRIVILEGES:
                        granted = any(
                            isinstance(f, Grant) and f.on in (on, table) and f.privilege == privilege
                            and (f.grantee is None or f.grantee in roles)
                            for f in found
                        )  # fmt: skip
                        held += granted
                        assert holdings.has(login, on, privilege) == (great or owned or granted)
    assert held
