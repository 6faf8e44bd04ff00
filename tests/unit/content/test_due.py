"""What is to be looked at again: nothing forgotten, and on the right side of each day."""

from dataclasses import replace
from datetime import date, timedelta

from recuse.content.due import due
from recuse.content.states import standings
from recuse.content.values import Content
from tests.unit.content.example import DAY, content
from tests.unit.content.test_states import fact, reviewed, sound


def told(found: Content, on: date = DAY) -> set[tuple[str, str, str, str, str]]:
    return {(each.what, each.id, each.language, each.state, each.why) for each in due(found, on)}


def test_the_example() -> None:
    found = due(content(), DAY)
    assert [(each.what, each.id, each.language, each.by) for each in found] == [
        ("text", "court-promise", "en", None),
        ("translation", "home-warrant", "es", None),
        ("text", "home-warrant", "en", date(2027, 2, 28)),
        ("legal fact", "EX1", "en", date(2027, 5, 27)),
        ("legal fact", "EX2", "en", date(2027, 5, 27)),
    ]
    assert [each.state for each in found] == ["overdue", "overdue", "later", "later", "later"]


def test_days_of_a_text() -> None:
    by = date(2027, 2, 28)
    for on, state in (
        (by - timedelta(15), "later"), (by - timedelta(14), "due"), (by, "due"), (by + timedelta(1), "overdue"),
    ):  # fmt: skip
        assert ("text", "home-warrant", "en", state, "reviewed until then") in told(sound(), on)


def test_why() -> None:
    found = sound()
    assert not [each for each in told(found) if each[3] == "overdue"]
    record, spanish = found.rights["home-warrant"], found.translations["home-warrant", "es"]
    changed = replace(found, rights={**found.rights, "home-warrant": replace(record, title="x")})
    assert ("text", "home-warrant", "en", "overdue", "changed since it was reviewed") in told(changed)
    assert ("translation", "home-warrant", "es", "overdue", "the English has changed since") in told(changed)
    other = replace(found, translations={("home-warrant", "es"): replace(spanish, title="x")})
    assert ("translation", "home-warrant", "es", "overdue", "changed since it was reviewed") in told(other)
    memory = reviewed(fact(found, sure="memory", checked_on=None))
    assert ("legal fact", "EX2", "en", "overdue", "told from memory") in told(memory)


def test_a_language_that_is_not_offered_is_nobodys_work() -> None:
    found = content()
    english = replace(found, site=replace(found.site, languages=("en",), who_looked=None))
    assert not [each for each in due(english, DAY) if each.what == "translation"]
    alone = replace(english, rights={})
    assert due(replace(alone, translations={}), DAY) == ()


def test_what_is_withheld_for_want_of_a_review_is_due() -> None:
    """Every text that a review would let be shown is somebody's work."""
    found = content()
    works = {(each.id, each.language) for each in due(found, DAY) if each.what != "legal fact"}
    for each in standings(found, DAY):
        if {reason.code for reason in each.reasons} & {"unreviewed", "machine-unreviewed"}:
            assert (each.id, each.language) in works or (each.id, "en") in works
