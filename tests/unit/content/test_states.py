"""What is shown of a text on a day: each reason by itself, and that an unknown reason withholds."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from recuse.content import states
from recuse.content.digests import source_sha256, text_sha256
from recuse.content.states import WARNS, Reason, Standing, fitting_review, standing, standings
from recuse.content.values import STATUSES, Claim, Content, Reviewed
from tests.unit.content.example import DAY, content


def fact(found: Content, **values: Any) -> Content:
    facts = {**found.facts, "EX2": replace(found.facts["EX2"], **values)}
    return replace(found, facts=facts)


def reviewed(found: Content, *, on: date = DAY) -> Content:
    """With every text and translation reviewed as it is."""
    rights = {
        name: replace(each, reviewed=(Reviewed("Ada Example", "counsel", on, text_sha256(each, found.facts)),))
        for name, each in found.rights.items()
    }
    translations = {
        key: replace(each, reviewed=(Reviewed("Ana Ejemplo", "reviewer", on, text_sha256(each, found.facts)),))
        for key, each in found.translations.items()
    }
    return replace(found, rights=rights, translations=translations)


def sound() -> Content:
    """The example with law that was read and is in force, and every text reviewed."""
    return reviewed(fact(content(), sure="read", status="in force"))


def codes(found: Content, language: str = "en", on: date = DAY, name: str = "home-warrant") -> set[str]:
    return {reason.code for reason in standing(found, name, language, on).reasons}


def test_nothing_against_it() -> None:
    for language in ("en", "es"):
        found = standing(sound(), "home-warrant", language, DAY)
        assert (found.state, found.visible, found.reasons) == ("shown", True, ())


@pytest.mark.parametrize(("values", "code", "state"), [
    ({"sure": "memory", "checked_on": None}, "fact-memory", "withheld"),
    ({"sure": "secondary"}, "fact-secondary", "shown with warnings"),
    ({"status": "disputed"}, "fact-disputed", "shown with warnings"),
    ({"status": "partly enjoined"}, "fact-partly-enjoined", "shown with warnings"),
    ({"status": "pending"}, "fact-pending", "withheld"),
    ({"status": "enjoined"}, "fact-enjoined", "withheld"),
    ({"status": "rescinded"}, "fact-rescinded", "withheld"),
    ({"status": "unknown"}, "fact-unknown", "withheld"),
    ({"effective": DAY + timedelta(1)}, "fact-not-yet", "withheld"),
    ({"until": DAY - timedelta(1)}, "fact-over", "withheld"),
    ({"checked_on": DAY + timedelta(1)}, "fact-checked-later", "withheld"),
    ({"checked_on": DAY - timedelta(181)}, "fact-old", "shown with warnings"),
])  # fmt: skip
def test_each_reason_of_a_fact(values: dict[str, Any], code: str, state: str) -> None:
    found = reviewed(fact(sound(), **values))
    for language in ("en", "es"):
        told = standing(found, "home-warrant", language, DAY)
        assert ([each.code for each in told.reasons], told.state) == ([code], state)
        assert told.visible == (state != "withheld")


@pytest.mark.parametrize("values", [
    {"effective": DAY}, {"until": DAY}, {"checked_on": DAY}, {"checked_on": DAY - timedelta(180)},
])  # fmt: skip
def test_the_last_day_on_which_it_holds(values: dict[str, Any]) -> None:
    assert codes(reviewed(fact(sound(), **values))) == set()


def test_every_status_but_one_is_told() -> None:
    for status in STATUSES[1:]:
        assert codes(reviewed(fact(sound(), status=status))) == {f"fact-{status.replace(' ', '-')}"}


def test_a_fact_about_the_end_of_a_law_is_in_force() -> None:
    """An editor who gives it the status of the law that ended is told so."""
    (told,) = standing(reviewed(fact(sound(), status="rescinded")), "home-warrant", "en", DAY).reasons
    assert told.sentence == (
        "the status of `EX2` is: rescinded; a fact that says that something was rescinded is itself in force"
    )
    (told,) = standing(reviewed(fact(sound(), status="pending")), "home-warrant", "en", DAY).reasons
    assert told.sentence == "the status of `EX2` is: pending"


def test_english_needs_its_review() -> None:
    found = sound()
    record = found.rights["home-warrant"]
    for other, code in (
        (replace(record, reviewed=()), "unreviewed"),
        (replace(record, title="x"), "review-out-of-date"),
    ):
        changed = replace(found, rights={**found.rights, "home-warrant": other})
        assert codes(changed) == {code}
        assert code in codes(changed, "es")
        assert standing(changed, "home-warrant", "es", DAY).state == "withheld"


def test_a_review_is_of_the_law_too() -> None:
    assert codes(fact(sound(), says="Something else.")) == {"review-out-of-date"}
    assert codes(fact(sound(), status="disputed")) == {"review-out-of-date", "fact-disputed"}


def test_a_review_of_tomorrow_is_none_today() -> None:
    found = reviewed(sound(), on=DAY + timedelta(1))
    assert codes(found) == {"review-out-of-date"}
    assert codes(found, on=DAY + timedelta(1)) == set()


def test_the_newest_fitting_review_counts() -> None:
    found = sound()
    record = found.rights["home-warrant"]
    (first,) = record.reviewed
    newer = replace(first, name="Ben Example", on=DAY + timedelta(1))
    wrong = replace(first, name="Cem Example", on=DAY + timedelta(2), text_sha256="0" * 64)
    both = replace(record, reviewed=(newer, first, wrong))
    assert fitting_review(found, both, DAY) == first
    assert fitting_review(found, both, DAY + timedelta(9)) == newer


def test_days_of_the_text() -> None:
    found = sound()
    assert codes(found, on=date(2027, 2, 28)) == set()
    assert codes(found, on=date(2027, 3, 1)) == {"past-review"}
    assert standing(found, "home-warrant", "en", date(2027, 3, 1)).visible
    assert "not-yet" in codes(found, on=DAY - timedelta(1))


def test_a_translation_needs_its_own_review_and_its_english() -> None:
    found = sound()
    spanish = found.translations["home-warrant", "es"]
    cases = (
        (replace(spanish, reviewed=()), {"machine-unreviewed"}),
        (replace(spanish, reviewed=(), translated_by="Eva Ejemplo"), {"translation-unreviewed"}),
        (replace(spanish, title="x"), {"translation-review-out-of-date"}),
        (replace(spanish, source_sha256="0" * 64), {"translation-stale", "translation-review-out-of-date"}),
    )
    for other, wanted in cases:
        changed = replace(found, translations={("home-warrant", "es"): other})
        assert codes(changed, "es") == wanted
        assert codes(changed) == set()
    assert codes(found, "pl") == {"untranslated"}
    told = standing(found, "home-warrant", "pl", DAY)
    assert (told.visible, told.state, told.reviewed, told.machine) == (False, "withheld", None, False)


def test_a_changed_english_word_makes_the_translation_stale() -> None:
    found = sound()
    record = replace(found.rights["home-warrant"], title="At your door")
    assert source_sha256(record) != source_sha256(found.rights["home-warrant"])
    changed = replace(found, rights={**found.rights, "home-warrant": record})
    assert codes(reviewed(changed), "es") == {"translation-stale"}


def test_law_without_a_fact_is_withheld_and_a_commitment_is_not() -> None:
    found = sound()
    record = replace(found.rights["home-warrant"], claims=(Claim("x", ()), Claim("y", ("EX2",)), Claim("z", ())))
    told = standing(reviewed(replace(found, rights={"home-warrant": record})), "home-warrant", "en", DAY)
    assert [each.sentence for each in told.reasons] == [
        "claim 1 rests on no legal fact", "claim 3 rests on no legal fact"
    ]  # fmt: skip
    assert codes(found, name="court-promise") == set()


def test_a_demonstration_shows_what_has_words() -> None:
    found = content(("site.toml", "demonstration = false", "demonstration = true"))
    shown = {(each.id, each.language): (each.state, each.visible) for each in standings(found, DAY)}
    assert shown == {
        ("home-warrant", "en"): ("shown with warnings", True),
        ("home-warrant", "es"): ("withheld", True),
        ("court-promise", "en"): ("withheld", True),
        ("court-promise", "es"): ("withheld", False),
    }


def test_a_reason_nobody_sorted_withholds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a reason with a new code."""
    monkeypatch.setattr(states, "_facts", lambda *_: iter([Reason("thought-of-later", "a new reason")]))
    told = standing(sound(), "home-warrant", "en", DAY)
    assert (told.state, told.visible) == ("withheld", False)
    assert Reason("", "").withholds


def test_what_warns_is_this_and_no_more() -> None:
    assert sorted(WARNS) == ["fact-disputed", "fact-old", "fact-partly-enjoined", "fact-secondary", "past-review"]


def test_labels() -> None:
    by = Reviewed("Ada Example", "counsel", DAY, "")
    labels = [
        Standing("x", language, "shown", (), True, machine, review).label
        for language, machine in (("en", False), ("es", False), ("es", True)) for review in (None, by)
    ]  # fmt: skip
    assert labels == [
        "written in English, not reviewed", "written in English, reviewed by Ada Example",
        "translated, not reviewed", "translated, reviewed by Ada Example",
        "translated by a machine, not reviewed", "translated by a machine, reviewed by Ada Example",
    ]  # fmt: skip
