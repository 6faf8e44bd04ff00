"""Names of roles: of one database, never taken for another's, and never too long."""

from collections.abc import Callable

import pytest

from recuse.enforcement.names import SHARED, class_role, door_role, of_another, owner_role

LONGEST = 63  # bytes of a PostgreSQL name


@pytest.mark.parametrize("role", [class_role, owner_role])
@pytest.mark.parametrize("database", ["clear", "Clear", "x" * LONGEST, "données", ""])
def test_a_name_says_whose_it_is(role: Callable[[str, str], str], database: str) -> None:
    name = role(database, "0123456789ab")
    assert len(name.encode()) <= LONGEST
    assert name.endswith("_0123456789ab")
    assert not of_another(name, database)
    assert of_another(name, database + "2")


def test_a_door_is_of_one_database_too() -> None:
    assert of_another(door_role("clear", 4294967295), "warehouse")
    assert not of_another(door_role("clear", 4294967295), "clear")


@pytest.mark.parametrize("name", [*SHARED, "recuse_c_0123456789ab", "recuse_d_7", "clerk", ""])
def test_what_carries_no_digits_of_a_database_is_nobody_elses(name: str) -> None:
    assert not of_another(name, "clear")
