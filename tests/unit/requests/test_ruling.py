"""What the policy says of a request: forms by their type, what was not shown, and what goes to counsel."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.model import AssistanceRequest, Authority, Repository
from recuse.policy.assisting import Assisting
from recuse.policy.instruments import codes, is_type, recognised
from recuse.requests import ruling as module
from recuse.requests.ruling import rule_on
from tests.unit.policy.assistance import assisting
from tests.unit.policy.conftest import ON
from tests.unit.requests.world import ASKED, BY_JUDGE, COURT

FORMS = ("I-200", "I-203", "I-205", "I-286", "I-247A")


def test_a_judges_warrant_opens_what_a_detainer_does_not(point: Assisting) -> None:
    opened = rule_on(point, BY_JUDGE, ON)
    assert (opened.verdict, opened.rules) == ("permitted", ("assist-criminal-by-judge",))
    assert (opened.gaps, opened.counsel, opened.would_change) == ((), False, ())
    closed = rule_on(point, ASKED, ON)
    assert (closed.verdict, closed.decided_as) == ("refused", ("administrative.detainer",))
    assert closed.rules == ("assist-administrative-opens-nothing", "assist-civil-refused")
    assert [(each.purpose, each.authority) for each in closed.would_change] == [
        ("crim", "judicial"), ("court_process", "judicial")
    ]  # fmt: skip
    assert not closed.counsel


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_what_its_type_is(form: str, point: Assisting) -> None:
    """W10: called a judge's warrant, with everything a judge's warrant has."""
    called = replace(BY_JUDGE, instrument=f"Form {form} (warrant of removal)")
    found = rule_on(point, called, ON)
    (decided,) = found.decided_as
    assert decided.startswith("administrative.")
    assert (found.verdict, found.rules) == ("refused", ("assist-administrative-opens-nothing",))
    assert not found.counsel


def test_the_tests_see_it_when_instruments_are_not_looked_at(point: Assisting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "recognised", lambda repository, stated, instrument: (stated,))  # the fault
    with pytest.raises(AssertionError):
        test_a_form_is_what_its_type_is(FORMS[0], point)


@pytest.mark.parametrize(
    ("written", "code", "expected"),
    [
        ("I-205", "I-205", True), ("i205", "I-205", True), ("Form I 205", "I-205", True),
        ("DHS I-247A (3/17)", "I-247A", True),
        ("I-2050", "I-205", False), ("XI-205", "I-205", False), ("I-247", "I-247A", False), ("205", "I-205", False),
        ("search warrant", "I-205", False), ("", "I-205", False), ("anything", "-", False),
    ],
)  # fmt: skip
def test_how_a_type_may_be_written(written: str, code: str, expected: bool) -> None:
    assert is_type(written, code) is expected


@given(st.sampled_from(FORMS), st.text(" -./()", max_size=3), st.sampled_from(["", "form", "dhs", "warrant"]))
def test_no_spelling_hides_a_type(code: str, between: str, word: str) -> None:
    letter, number = code.split("-")
    for written in (
        f"{word} {letter}{between}{number}",
        f"{letter}{between}{number} {word}",
        f"({code.lower()}){word}",
    ):
        assert is_type(written, code)


@pytest.mark.parametrize(
    ("stated", "instrument", "expected"),
    [
        ("judicial.warrant", None, ("judicial.warrant",)),
        ("judicial.warrant", "search warrant", ("judicial.warrant",)),
        ("judicial.warrant", "I-205", ("administrative.warrant",)),
        ("none", "I-205", ("administrative.warrant",)),
        ("administrative", "I-205", ("administrative.warrant",)),
        ("administrative.warrant", "I-205", ("administrative.warrant",)),
        ("administrative.warrant", "I-247A", ("administrative.detainer",)),
        ("judicial", "I-205 and I-247A", ("administrative.warrant", "administrative.detainer")),
    ],
)
def test_under_which_authority_it_is_decided(
    stated: str, instrument: str | None, expected: tuple[str, ...], repository: Repository
) -> None:
    assert recognised(repository, stated, instrument) == expected


def test_a_type_of_two_authorities_is_decided_under_both(repository: Repository) -> None:
    other = Authority("court.form", None, instruments=("I-205",), judicial=True)
    both = replace(repository, authorities=dict(repository.authorities) | {"court.form": other})
    assert recognised(both, "court.form", "I-205") == ("court.form",)
    assert recognised(both, "none", "I-205") == ("administrative.warrant", "court.form")
    assert codes(both, "I-205 or I-200") == ("I-200", "I-205")


@pytest.mark.parametrize(
    ("changes", "gaps", "missing", "counsel"),
    [
        ({"evidence": {**COURT, "judge": " "}}, ("evidence_missing",), ("judge",), True),
        ({"evidence": {}}, ("evidence_missing",), tuple(COURT), True),
        ({"case": None}, ("case_missing",), (), True),
        ({"case": "  "}, ("case_missing",), (), True),
        ({"on_behalf_of": "unlisted"}, ("unlisted_agency",), (), True),
        ({"recipients": ("unlisted",)}, ("unlisted_agency",), (), True),
        # a civil matter is refused under a judge's warrant too: nothing for counsel to mend
        ({"evidence": {}, "purpose": "imm.civil_enforcement"}, ("evidence_missing",), tuple(COURT), False),
        ({"authority": "agreement"}, ("evidence_missing", "agreement_missing"), ("agreement",), False),
        ({"authority": "official_duty", "purpose": "own"}, ("not_own_agency",), (), False),
        ({"authority": "administrative.warrant", "evidence": {}}, ("instrument",), (), False),
    ],
)  # fmt: skip
def test_what_was_not_shown_opens_nothing(
    changes: dict[str, Any], gaps: tuple[str, ...], missing: tuple[str, ...], counsel: bool, point: Assisting
) -> None:
    found = rule_on(point, replace(BY_JUDGE, **changes), ON)
    assert (found.verdict, found.gaps, found.missing, found.counsel) == ("refused", gaps, missing, counsel)


def test_what_was_not_shown_still_closes(repository: Repository) -> None:
    """A body that helps with anything but under an administrative form: leaving the form away opens nothing."""
    rules = """
    @id("all") permit (principal, action in Action::"assist", resource);
    @id("no-forms") forbid (principal, action in Action::"assist", resource)
    when { context.authority in Authority::"administrative" };
    """
    point = assisting(repository, rules)
    assert rule_on(point, replace(BY_JUDGE, evidence={}), ON).verdict == "permitted"  # under no authority, too
    assert rule_on(point, replace(ASKED, authority="administrative.warrant", instrument=None), ON).verdict == "refused"
    assert rule_on(point, replace(ASKED, authority="none", instrument=None), ON).verdict == "permitted"


def test_a_court_is_obeyed_whatever_the_matter(point: Assisting) -> None:
    """R17."""
    for kind in ("detainer", "custody_transfer", "interview", "bulk_extract"):
        ordered = replace(
            BY_JUDGE, kind=kind, purpose="court_process", authority="judicial.court_order",
            categories=("custody", "contact_information"),
        )  # fmt: skip
        found = rule_on(point, ordered, ON)
        assert (found.verdict, found.categories) == ("permitted", ("custody", "contact_information"))


def test_status_and_nothing_else_is_exchanged(point: Assisting) -> None:
    """R14, R15."""
    exchange = replace(
        ASKED, kind="data_access", purpose="imm.status_exchange_1373", authority="statute.8usc1373", instrument=None,
        evidence={"citation": "8 USC 1373"}, categories=("citizenship_immigration_status", "release_date"),
    )  # fmt: skip
    found = rule_on(point, exchange, ON)
    assert (found.verdict, found.categories) == ("permitted_in_part", ("citizenship_immigration_status",))
    assert rule_on(point, replace(exchange, categories=exchange.categories[:1]), ON).verdict == "permitted"
    assert rule_on(point, replace(exchange, evidence={}, categories=exchange.categories[:1]), ON).verdict == "refused"


def test_who_takes_part_counts(point: Assisting, repository: Repository) -> None:
    name, agreement = next((k, a) for k, a in repository.agreements.items() if "fed.justice.bureau" in a.parties)
    asked = replace(
        BY_JUDGE, kind="data_access", on_behalf_of="fed.justice.bureau", authority="agreement", agreement=name,
        evidence={}, categories=tuple(sorted(agreement.categories))[:1],
    )  # fmt: skip
    on = agreement.start
    assert rule_on(point, asked, on).verdict == "permitted"
    assert rule_on(point, replace(asked, sender="fed.homeland.border.removal"), on).verdict == "refused"
    assert rule_on(point, replace(asked, recipients=("fed.homeland.border.removal",)), on).verdict == "refused"
    late = rule_on(point, asked, agreement.until.replace(year=agreement.until.year + 1))
    assert (late.verdict, late.gaps) == ("refused", ("agreement_missing",))


@given(data=st.data())
def test_adding_evidence_never_closes_and_a_form_never_opens(data: st.DataObject, point: Assisting) -> None:
    """Whatever is shown besides, a court's authority opens no less; an administrative form beside it opens no more."""
    some = {name: value for name, value in COURT.items() if data.draw(st.booleans())}
    request: AssistanceRequest = replace(
        BY_JUDGE, evidence=some, case=data.draw(st.sampled_from([None, "26-1"])),
        purpose=data.draw(st.sampled_from(sorted(point.repository.purposes))),
        authority=data.draw(st.sampled_from(sorted(point.repository.authorities))),
        categories=tuple(data.draw(st.sets(st.sampled_from(sorted(point.repository.categories)), max_size=3))),
    )  # fmt: skip
    before = rule_on(point, request, ON, explain=False)
    with_all = rule_on(point, replace(request, evidence=COURT), ON, explain=False)
    with_form = rule_on(point, replace(request, evidence=COURT, instrument="I-205"), ON, explain=False)
    order = ("refused", "permitted_in_part", "permitted")
    if not request.authority.startswith("administrative"):
        assert order.index(before.verdict) <= order.index(with_all.verdict)
    assert order.index(with_form.verdict) <= order.index(with_all.verdict)
    if before.counsel:
        assert before.gaps
        assert before.verdict != "permitted"
