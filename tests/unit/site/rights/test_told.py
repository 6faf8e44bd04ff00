"""What is told of rights on a day: what a review allows and no more; of the rest numbers alone, nowhere its words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.content.jurisdictions import holds_in
from recuse.content.states import standing
from recuse.content.values import PLACES, STATUSES, SURENESS, Content, Reviewed
from recuse.site.open_data.tables import TABLES
from recuse.site.rights import told as module
from recuse.site.rights.rows import rights_rows
from recuse.site.rights.told import Withheld, by_jurisdiction, shelf
from tests.unit.content.example import DAY, content
from tests.unit.content.test_states import reviewed, sound
from tests.unit.site.rights.example import everything, html, pages, sources

(TABLE,) = (each for each in TABLES if each.name == "rights")
CANARIES = ("Canary-title", "Canary-claim", "Canary-do", "Canary-say", "Canary-citation", "Canary-title-es")


def planted() -> Content:
    """The example with words that stand nowhere else in its unreviewed text, translation and legal fact."""
    found = content()
    record, translation = found.rights["home-warrant"], found.translations["home-warrant", "es"]
    card = replace(record.card, do=("Canary-do",), say=("Canary-say",))
    claims = (replace(record.claims[0], text="Canary-claim"),)
    record = replace(record, title="Canary-title", claims=claims, card=card, reviewed=())
    translation = replace(translation, title="Canary-title-es", claims=("Canary-claim",), card=card, reviewed=())
    facts = {**found.facts, "EX2": replace(found.facts["EX2"], citation="Canary-citation")}
    return replace(
        found, rights={**found.rights, record.id: record}, translations={(record.id, "es"): translation}, facts=facts
    )


def leaks(found: Content) -> dict[str, set[str]]:
    """Which canaries stand where; the open data counts as a place."""
    said = dict(everything(sources(found)))
    said["data/rights.csv"] = TABLE.written(sources(found))[0].decode()
    return {where: there for where, text in said.items() if (there := {each for each in CANARIES if each in text})}


def test_nothing_of_a_text_that_is_withheld_stands_anywhere() -> None:
    assert leaks(planted()) == {}
    assert "home-warrant" not in "".join(text for _, text in everything(sources(planted())))


def test_the_canaries_sing_where_texts_are_told() -> None:
    """The test above can fail: in a demonstration each canary stands on a page, in data, on a sheet, in the rows."""
    found = planted()
    heard = leaks(replace(found, site=replace(found.site, demonstration=True)))
    assert {
        "en/rights/home.html",
        "en/rights/home.html as data",
        "en/rights/home.pdf",
        "data/rights.csv",
    } <= heard.keys()
    assert {"en/rights/cards.html", "es/rights/cards.html as data", "es/rights/cards.pdf"} <= heard.keys()
    assert set().union(*heard.values()) == set(CANARIES)


def test_a_fault_in_what_is_visible_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a shelf that forgets to ask whether a text may be told."""
    kept: Callable[..., Any] = standing

    def forgets(*given: Any) -> Any:
        found = kept(*given)
        return replace(found, visible=all(each.code != "untranslated" for each in found.reasons))

    monkeypatch.setattr(module, "standing", forgets)
    assert set().union(*leaks(planted()).values()) == set(CANARIES)


def test_numbers_say_what_is_withheld_and_why() -> None:
    assert shelf(content(), "en", DAY, "home").withheld == Withheld(0, {})
    assert shelf(planted(), "en", DAY, "home").withheld == Withheld(1, {"unreviewed": 1})
    spanish = shelf(planted(), "es", DAY).withheld
    assert spanish.texts == 2
    assert spanish.reasons == {"machine-unreviewed": 1, "translation-stale": 1, "unreviewed": 2, "untranslated": 1}
    data = pages(sources(planted()), "es")["rights/index.html"].data
    assert data["withheld"] == {"texts": 2, "reasons": dict(spanish.reasons)}
    page = html(sources(planted()), "rights/home.html")
    assert "Texts that are not shown here: 1." in page
    assert "No person has reviewed the English text: 1" in page


def test_a_demonstration_spares_and_says_so() -> None:
    found = replace(content(), site=replace(content().site, demonstration=True))
    whole = shelf(found, "en", DAY)
    assert (len(whole.told), whole.withheld.texts) == (2, 0)
    assert whole.spared == sum(standing(found, name, "en", DAY).state == "withheld" for name in found.rights) > 0
    assert f"would not be shown without that: {whole.spared}" in html(sources(found), "rights/index.html")
    # A text without a translation has no words to show, in a demonstration either.
    assert shelf(found, "es", DAY).withheld.texts == 1


def test_past_its_review_a_text_stands_with_a_warning() -> None:
    late = sources(sound())
    late = replace(late, now=late.now + timedelta(days=100))
    assert "The day for a new review has passed" in html(late, "rights/home.html")
    assert "The day for a new review has passed" not in html(sources(sound()), "rights/home.html")


JURISDICTIONS = st.sampled_from(("us", "us-il", "us-il-chicago", "us-il-cook", "us-ca", "us-ex", "us-ex-exampleton"))


@settings(deadline=None)
@given(places=st.lists(st.tuples(JURISDICTIONS, st.integers(0, 3)), min_size=1, max_size=8), own=st.sets(JURISDICTIONS))
def test_law_stands_widest_first_branch_by_branch(places: list[tuple[str, int]], own: set[str]) -> None:
    base = content().rights["home-warrant"]
    rights = {
        f"text-{number}": replace(base, id=f"text-{number}", jurisdiction=jurisdiction, order=order)
        for number, (jurisdiction, order) in enumerate(places)
    }
    found = replace(content(), rights=rights, site=replace(content().site, demonstration=True))
    told = shelf(found, "en", DAY, "home", own).told
    assert {each.record.id for each in told} == rights.keys()
    seen = [each.record.jurisdiction for each in told]
    groups = [name for name, _ in by_jurisdiction(told)]
    assert [name for name in seen if name in groups] == sorted(seen, key=groups.index), "one group a jurisdiction"
    for number, name in enumerate(groups):
        assert not any(holds_in(later, name) for later in groups[number + 1 :]), "no wider law behind a narrower"
    for _, group in by_jurisdiction(told):
        assert [each.record.order for each in group] == sorted(each.record.order for each in group)


@settings(deadline=None)
@given(
    status=st.sampled_from(STATUSES), sure=st.sampled_from(SURENESS), review=st.booleans(), late=st.integers(0, 400),
    language=st.sampled_from(("en", "es")),
)  # fmt: skip
def test_every_text_is_told_or_counted(status: Any, sure: Any, review: bool, late: int, language: str) -> None:
    found = content()
    law = replace(found.facts["EX2"], status=status, sure=sure, checked_on=None if sure == "memory" else DAY)
    found = replace(found, facts={**found.facts, "EX2": law})
    found = reviewed(found) if review else found
    on = DAY + timedelta(days=late)
    whole = shelf(found, language, on)
    assert len(whole.told) + whole.withheld.texts == len(found.rights)
    assert sum(len(shelf(found, language, on, place).told) for place in PLACES) == len(whole.told)
    for each in whole.told:
        assert each.standing.state != "withheld"
        assert isinstance(each.english, Reviewed)
        assert all(fact.sure != "memory" for claim in each.claims for fact in claim.facts)
    assert max(whole.withheld.reasons.values(), default=0) <= whole.withheld.texts
    assert bool(whole.withheld.reasons) == bool(whole.withheld.texts)
    rows = list(rights_rows(found, on, [language]))
    assert {row[0] for row in rows} == {each.record.id for each in whole.told}
    assert all(len(row) == len(TABLE.fields) for row in rows)
