"""Roles that no one may hold together, and acts that no one may do alone: all sets of roles, and all acts."""

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, product
from typing import Final

import pytest

from recuse.server.identity.acts import ACTS, DEMANDS, FRESH, LOCAL, Act, Done, Person, Visitor, may, refusal
from recuse.server.identity.roles import ROLES, Role, apart, why_apart

AT: Final = datetime(2026, 11, 28, 9, tzinfo=UTC)
ALONE: Final[dict[Role, Act]] = {"reviewer": "review", "official": "direct", "administrator": "apply"}
ISSUER: Final = "https://login.example.gov"


def every_set() -> list[frozenset[Role]]:
    sets = chain.from_iterable(combinations(ROLES, size) for size in range(len(ROLES) + 1))
    return [frozenset(each) for each in sets]


def visitor(*roles: Role, subject: str = "a", issuer: str = ISSUER, since: datetime | None = AT) -> Visitor:
    return Visitor(issuer, subject, "A Person", frozenset(roles), "pd.records", None, since, 1)


def done(act: Act, subject: str, issuer: str = ISSUER) -> Done:
    return Done(act, Person(issuer, subject))


def test_the_table_of_roles() -> None:
    """Of the 64 sets of roles eight may be held: none, each alone, and reviewer with counsel."""
    allowed = {each for each in every_set() if apart(each) is None}
    singles = {frozenset({role}) for role in ROLES}
    assert allowed == {frozenset[Role](), frozenset({"reviewer", "counsel"}), *singles}


@pytest.mark.parametrize("roles", every_set(), ids=lambda roles: "+".join(sorted(roles)) or "none")
def test_nobody_approves_signs_and_applies(roles: frozenset[Role]) -> None:
    """Whoever may hold a set of roles may do at most one of: approving, signing, applying."""
    if apart(roles) is not None:
        return
    who = visitor(*roles)
    before = {"review": [done("ask", "x")], "direct": [], "apply": [done("direct", "x"), done("confirm", "y")]}
    can = [act for act in ALONE.values() if may(who, act, before[act], AT)]
    assert len(can) <= 1
    assert {act for role, act in ALONE.items() if role in roles} == set(can)


def test_an_auditor_only_reads() -> None:
    others = [done("ask", "x"), done("direct", "x"), done("confirm", "y")]
    assert [act for act in ACTS if may(visitor("auditor"), act, others, AT)] == ["read"]


def test_every_pair_that_is_apart_says_why() -> None:
    pairs = [pair for pair in combinations(ROLES, 2) if apart(frozenset(pair)) is not None]
    assert len(pairs) == 14
    assert all(why_apart(pair).startswith(f"`{pair[0]}` and `{pair[1]}` are two persons' roles: ") for pair in pairs)


def test_one_person_does_one_act_in_a_matter() -> None:
    """By no order of acts does one person do two steps of a matter, whatever roles a change has given them since."""
    steps: list[Act] = [act for act in ACTS if act not in {"read", "end", "administer"}]
    for earlier, act in product(steps, steps):
        role = next(iter(DEMANDS[act].roles))
        others = [done(each, f"other-{each}") for each in steps] + [done(earlier, "a")]
        assert may(visitor(role), act, others, AT) == (earlier == act), (earlier, act)


@pytest.mark.parametrize("act", [act for act in ACTS if DEMANDS[act].after])
def test_what_another_must_have_done(act: Act) -> None:
    who, needed = visitor(next(iter(DEMANDS[act].roles))), DEMANDS[act].after
    full = [done(each, f"by-{each}") for each in needed]
    assert may(who, act, full, AT)
    for missing in needed:
        found = refusal(who, act, [each for each in full if each.act != missing], AT)
        assert found is not None
        assert (found.code, f"`{missing}`" in found.sentence) == ("needs_other", True)


def test_director_and_confirmer_are_two_persons() -> None:
    admin = visitor("administrator")
    one = refusal(admin, "apply", [done("direct", "d"), done("confirm", "d")], AT)
    assert one is not None
    assert one.code == "same_person"
    assert may(admin, "apply", [done("direct", "d"), done("confirm", "c")], AT)


def test_the_same_subject_elsewhere_is_another_person() -> None:
    official = visitor("official", subject="d")
    here = refusal(official, "confirm", [done("direct", "d")], AT)
    assert here is not None
    assert here.code == "own_matter"
    assert may(official, "confirm", [done("direct", "d", "https://other.example.gov")], AT)


@pytest.mark.parametrize("act", ACTS)
def test_fresh_authentication(act: Act) -> None:
    """Who authenticated long ago, or nobody says when, may read, ask and advise, and nothing else."""
    others = [done(each, f"by-{each}") for each in DEMANDS[act].after]
    role = next(iter(DEMANDS[act].roles))
    for since in (None, AT - FRESH - timedelta(seconds=1)):
        found = refusal(visitor(role, since=since), act, others, AT)
        assert (found is None) == (act in {"read", "ask", "advise"})
        assert found is None or found.code == "not_fresh"
    assert may(visitor(role, since=AT - FRESH), act, others, AT)
    assert not may(visitor(role, since=AT - FRESH), "direct", (), AT, timedelta(minutes=5))


def test_a_local_account_is_for_setting_up() -> None:
    who = visitor("administrator", issuer=LOCAL)
    others = [done("direct", "x"), done("confirm", "y")]
    assert [act for act in ACTS if may(who, act, others, AT)] == ["read", "administer"]


def test_a_role_that_is_missing() -> None:
    for act, role in product(ACTS, ROLES):
        found = refusal(visitor(role), act, [done("ask", "x"), done("direct", "y"), done("confirm", "z")], AT)
        assert (found is not None and found.code == "no_role") == (role not in DEMANDS[act].roles)
    nobody = refusal(visitor(), "read", (), AT)
    assert nobody is not None
    assert nobody.code == "no_role"
