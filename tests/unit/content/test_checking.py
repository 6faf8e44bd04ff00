"""What `recuse content check` gathers: states, levels and gaps of every text in every language."""

from dataclasses import replace

from recuse.content.checking import check_content
from recuse.content.naming import Missing
from tests.unit.content.example import COMMITMENT, DAY, RIGHT, content
from tests.unit.content.test_states import sound


def test_the_example() -> None:
    found = check_content(content(), DAY)
    assert not found.clean
    assert set(found.levels) == {("home-warrant", "en"), ("home-warrant", "es"), ("court-promise", "en")}
    assert found.hard == ()
    assert found.missing == (Missing("right record", "court-promise", "es"),)
    assert found.by_reason()[-1] == ("untranslated", 1, True)
    assert {code: count for code, count, _ in found.by_reason()}["fact-disputed"] == 2


def test_clean() -> None:
    whole = sound()
    english = replace(whole, site=replace(whole.site, languages=("en",)))
    assert check_content(english, DAY).clean
    assert not check_content(english, DAY, [("system", "records")]).clean
    assert check_content(english, DAY, [("agency", "us.dhs.ice")]).clean


def test_a_hard_text_is_a_finding() -> None:
    hard = content((COMMITMENT, "The city answers you within 30 days.", "Notwithstanding administrative "
                    "determinations, documentation constitutes jurisdictional authorization."))  # fmt: skip
    found = check_content(hard, DAY)
    assert [name for name, _ in found.hard] == ["court-promise"]
    assert not found.clean


def test_a_demonstration_withholds_only_what_has_no_words() -> None:
    found = check_content(content(("site.toml", "demonstration = false", "demonstration = true")), DAY)
    assert [(each.id, each.language) for each in found.withheld] == [("court-promise", "es")]


def test_a_word_that_is_missing_is_told_and_not_measured() -> None:
    found = check_content(content(("glossary.toml", "[word.es]", "[word.pl]")), DAY)
    assert Missing("word", "warrant", "es") in found.missing
    assert ("home-warrant", "es") not in found.levels
    assert RIGHT in {each.file for each in content().rights.values()}
