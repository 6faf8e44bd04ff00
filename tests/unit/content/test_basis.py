"""A claim is as sure as its weakest fact, for every combination; jurisdictions lie in each other."""

from dataclasses import replace
from datetime import date
from itertools import product

from recuse.content.basis import Basis, basis_of, cited, claim_basis, record_basis
from recuse.content.jurisdictions import holds_in, is_jurisdiction, layers
from recuse.content.values import STATUSES, SURENESS, Claim
from tests.unit.content.example import content

FOUND = content()
FACT = FOUND.facts["EX1"]
LAW = FOUND.rights["home-warrant"]
COMMITMENT = FOUND.rights["court-promise"]


def test_the_weakest_counts_for_every_pair() -> None:
    for a, b, sure_a, sure_b in product(STATUSES, STATUSES, SURENESS, SURENESS):
        found = basis_of([replace(FACT, status=a, sure=sure_a), replace(FACT, status=b, sure=sure_b)])
        assert STATUSES.index(found.status) == max(STATUSES.index(a), STATUSES.index(b))
        assert SURENESS.index(found.sure) == max(SURENESS.index(sure_a), SURENESS.index(sure_b))


def test_the_earliest_check_counts_and_none_where_one_was_not_checked() -> None:
    early, late = replace(FACT, checked_on=date(2026, 1, 1)), replace(FACT, checked_on=date(2026, 2, 1))
    assert basis_of([late, early]).checked_on == date(2026, 1, 1)
    assert basis_of([late, replace(FACT, checked_on=None)]).checked_on is None


def test_nothing_is_the_weakest_basis() -> None:
    nothing = Basis("unknown", "memory", None)
    assert basis_of([]) == nothing
    assert claim_basis(LAW, Claim("x", ()), FOUND.facts) == nothing
    assert record_basis(replace(LAW, claims=(*LAW.claims, Claim("x", ()))), FOUND.facts) == nothing


def test_a_commitment_may_rest_on_itself() -> None:
    assert claim_basis(COMMITMENT, COMMITMENT.claims[1], FOUND.facts) is None
    assert claim_basis(COMMITMENT, COMMITMENT.claims[0], FOUND.facts) == Basis("in force", "read", FACT.checked_on)
    assert record_basis(COMMITMENT, FOUND.facts) == Basis("in force", "read", FACT.checked_on)
    assert record_basis(replace(COMMITMENT, claims=COMMITMENT.claims[1:]), FOUND.facts) is None


def test_a_record_is_no_surer_than_its_claims() -> None:
    both = replace(LAW, claims=(Claim("x", ("EX1", "EX2")), Claim("y", ("EX1",))))
    assert cited(both) == ("EX1", "EX2")
    assert record_basis(both, FOUND.facts) == Basis("disputed", "secondary", FACT.checked_on)


def test_jurisdictions() -> None:
    assert layers("us-il-chicago") == ("us", "us-il", "us-il-chicago")
    assert holds_in("us-il", "us-il-chicago")
    assert holds_in("us", "us")
    assert not holds_in("us-il-chicago", "us-il")
    assert not holds_in("us-i", "us-il")
    assert not holds_in("us-ca", "us-il-chicago")
    assert [each for each in ("us", "us-il", "US", "usa", "us-", "us--il", "us.il", "") if is_jurisdiction(each)] == [
        "us", "us-il"
    ]  # fmt: skip
