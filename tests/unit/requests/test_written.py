"""Records as they are written: each prints what it parses and parses only that; the ledger names nobody."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.errors import LedgerError
from recuse.model import AssistanceRequest, Custody, Outcome, Repository, Request, Ruling
from recuse.permits import refused_body
from recuse.requests.written import (
    SAME,
    Under,
    answered_body,
    asked_body,
    kept_outcome,
    kept_request,
    parse_outcome,
    parse_request,
    payload,
    same,
)
from tests.unit.requests.world import ASKED, ENDED, NOW

MOMENTS = st.timedeltas(timedelta(days=-10_000), timedelta(days=10_000)).map(lambda before: NOW - before)
TEXTS = st.text(max_size=20)
REQUESTS = st.builds(
    AssistanceRequest, id=TEXTS, source=st.none() | TEXTS, supersedes=st.none() | TEXTS, received=MOMENTS,
    recorded=MOMENTS, recorded_by=TEXTS, asked_by=TEXTS, kind=st.just("detainer"), on_behalf_of=TEXTS,
    sender=st.none() | TEXTS, recipients=st.lists(TEXTS, max_size=3).map(tuple), purpose=TEXTS, authority=TEXTS,
    agreement=st.none() | TEXTS, case=st.none() | TEXTS, instrument=st.none() | TEXTS,
    evidence=st.dictionaries(TEXTS, TEXTS, max_size=3), categories=st.lists(TEXTS, max_size=3).map(tuple),
    lapses=MOMENTS, until=st.none() | MOMENTS, note=TEXTS,
)  # fmt: skip
CUSTODIES = st.builds(
    Custody, st.none() | MOMENTS, st.none() | MOMENTS, st.none() | MOMENTS, transferred_to=st.none() | TEXTS
)
OUTCOMES = st.builds(
    Outcome, TEXTS, TEXTS, st.none() | TEXTS, MOMENTS, TEXTS, st.just("refused"),
    st.lists(TEXTS, max_size=2).map(tuple), st.lists(TEXTS, max_size=2).map(tuple), st.booleans(), CUSTODIES, TEXTS,
)  # fmt: skip


@given(REQUESTS)
def test_requests_print_and_parse(request: AssistanceRequest) -> None:
    assert parse_request(payload(request)) == request


@given(OUTCOMES)
def test_outcomes_print_and_parse(outcome: Outcome) -> None:
    assert parse_outcome(payload(outcome)) == outcome


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"\xff", payload(ASKED)[:-1], payload(ASKED).replace(b": ", b":"),
        payload(ASKED).replace(b'"note"', b'"notes"'), payload(ASKED).replace(b"+00:00", b"Z"), payload(ENDED),
    ],
)  # fmt: skip
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(LedgerError, match="a kept request is not as this program writes it"):
        parse_request(data)


SECRET = replace(
    ASKED, asked_by="SECRET", recorded_by="SECRET", case="SECRET", evidence={"judge": "SECRET"}, note="SECRET",
    source="SECRET", instrument="I-247A SECRET",
)  # fmt: skip
RULING = Ruling("refused", ("r",), (), ("administrative.detainer",))
UNDER = Under(("d",), "0" * 64)


def test_the_ledgers_part_names_nobody_and_the_commitment_binds_the_rest() -> None:
    kept = kept_request(SECRET, RULING, bytes(32))
    assert kept.sealed is not None
    body = asked_body(SECRET, RULING, ["I-247A"], UNDER, kept.sealed.commitment)
    assert "SECRET" not in repr(body)
    assert "12:00" not in str(body["received"])
    other = kept_request(replace(SECRET, case="another"), RULING, bytes(32))
    assert other.sealed is not None
    assert other.sealed.commitment != kept.sealed.commitment
    outcome = replace(ENDED, by="SECRET", note="SECRET", detention=Custody(bail_posted=NOW, released=NOW))
    ended = kept_outcome(outcome, bytes(32))
    assert ended.sealed is not None
    body = answered_body(outcome, RULING, UNDER, ended.sealed.commitment)
    assert "SECRET" not in repr(body)
    assert NOW.isoformat()[:13] not in repr(body)


def test_what_one_source_says_is_compared_field_by_field() -> None:
    assert same(ASKED, replace(ASKED, id="x", recorded=ASKED.lapses, recorded_by="another"))
    assert {each.name for each in fields(AssistanceRequest)} - SAME == {"id", "recorded", "recorded_by"}
    for name in SAME:
        assert not same(ASKED, replace(ASKED, **{name: "another"}))  # type: ignore[arg-type]


def test_a_refused_request_for_a_permit_is_counted_coarsely(repository: Repository) -> None:
    account = next(iter(repository.accounts.values()))
    asked = Request(
        "p1", NOW, "SECRET", "SECRET", account.system, account.login, "crim", "judicial.warrant", None, "SECRET",
        "Form I-205", {"judge": "SECRET"}, NOW,
    )  # fmt: skip
    body = refused_body(repository, asked)
    assert body == {
        "request": "p1", "agency": account.agency, "system": account.system, "purpose": "crim",
        "authority": "judicial.warrant", "decided_as": ["administrative.warrant"], "instruments": ["I-205"],
    }  # fmt: skip
    for unknown in ({"login": "nobody"}, {"purpose": "fun"}, {"authority": "hope"}):
        assert refused_body(repository, replace(asked, **unknown)) is None  # type: ignore[arg-type]
