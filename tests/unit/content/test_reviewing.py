"""A review written into a file: one review more, and not a byte of the rest."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.content import reviewing
from recuse.content.digests import text_sha256
from recuse.content.folder import parse_content
from recuse.content.reviewing import check_review, check_written, text_of, with_days, with_review
from recuse.content.rights_files import names_no_person
from recuse.content.states import standing
from recuse.content.values import Reviewed
from recuse.content.wording import hidden, one_line
from recuse.errors import InputError, RefusedError
from tests.unit.content.example import COMMITMENT, DAY, RIGHT, SPANISH, changed, content, example


def of(name: str, language: str = "en", files: dict[str, bytes] | None = None) -> Reviewed:
    found = parse_content(files or example())
    return Reviewed("Ben Example", "counsel", DAY, text_sha256(text_of(found, name, language), found.facts))


@pytest.mark.parametrize(("name", "language", "file", "before"), [
    ("court-promise", "en", COMMITMENT, 0), ("home-warrant", "es", SPANISH, 0), ("home-warrant", "en", RIGHT, 1),
])  # fmt: skip
def test_one_review_more_and_nothing_else(name: str, language: str, file: str, before: int) -> None:
    files, found = example(), content()
    text, review = text_of(found, name, language), of(name, language)
    raw = with_review(files[file], text, review)
    again = text_of(parse_content({**files, file: raw}), name, language)
    check_written(text, again, review)
    assert len(again.reviewed) == before + 1
    written = raw.decode().splitlines()
    kept = [line for line in files[file].decode().splitlines() if not line.startswith("reviewed")]
    assert [line for line in kept if line not in written] == []
    assert len(written) - len(files[file].decode().splitlines()) == (1 if before else 2)
    if name == "court-promise":
        assert standing(parse_content({**files, file: raw}), name, "en", DAY).state == "shown"


def test_tables_of_reviews_get_one_more() -> None:
    """Both at the end of a file without its last line feed, and before other tables."""
    promise = "reviewed = []\n"
    table = f'[[reviewed]]\nname = "Ada Example"\nrole = "x"\non = 2026-11-28\ntext_sha256 = "{"0" * 64}"'
    raw = example()[COMMITMENT].decode().replace(promise, "")
    for written in (f"{raw}{table}", f"{raw}{table}\n", raw.replace("[[claim]]", f"{table}\n[[claim]]", 1)):
        files = {**example(), COMMITMENT: written.encode()}
        review = of("court-promise", files=files)
        text = text_of(parse_content(files), "court-promise", "en")
        after = with_review(files[COMMITMENT], text, review)
        found = text_of(parse_content({**files, COMMITMENT: after}), "court-promise", "en")
        check_written(text, found, review)
        assert found.reviewed[-1] == review


def test_days_are_set_with_the_review() -> None:
    found = content()
    text = with_days(text_of(found, "court-promise", "en"), date(2026, 12, 1), date(2027, 6, 1))
    review = Reviewed("Ben Example", "counsel", date(2026, 12, 1), text_sha256(text, found.facts))
    check_review(found, text, review, date(2026, 12, 1))
    raw = with_review(example()[COMMITMENT], text, review)
    again = parse_content({**example(), COMMITMENT: raw})
    check_written(text, again.rights["court-promise"], review)
    record = again.rights["court-promise"]
    assert (record.as_of, record.review_by) == (date(2026, 12, 1), date(2027, 6, 1))
    assert standing(again, "court-promise", "en", date(2027, 5, 1)).state == "shown"


def test_days_that_cannot_be() -> None:
    spanish, record = text_of(content(), "home-warrant", "es"), text_of(content(), "home-warrant", "en")
    assert with_days(spanish, None, None) == spanish
    with pytest.raises(InputError, match="a translation has no days of its own"):
        with_days(spanish, None, DAY)
    with pytest.raises(InputError, match="the next review would be before the day of the text"):
        with_days(record, date(2027, 3, 1), None)


@pytest.mark.parametrize(("values", "kind", "sentence"), [
    ({"text_sha256": "0" * 64}, RefusedError, "is not that of this text"),
    ({"name": "Machine"}, InputError, "`Machine` is not a person's name"),
    ({"name": "translated by a machine"}, InputError, "is not a person's name"),
    ({"name": ""}, InputError, "the name is not one line of text"),
    ({"name": "Ada\nExample"}, InputError, "the name is not one line of text"),
    ({"role": "coun\u202esel"}, InputError, "the role is not one line of text"),
    ({"on": date(2026, 11, 29)}, InputError, "the review is of 2026-11-29, which is to come"),
    ({"on": date(2026, 11, 27)}, InputError, "the text is as of 2026-11-28, which is after the review"),
])  # fmt: skip
def test_what_is_no_review(values: dict[str, object], kind: type[Exception], sentence: str) -> None:
    found = content()
    text = text_of(found, "home-warrant", "en")
    good = Reviewed("Ada Example", "counsel", DAY, text_sha256(text, found.facts))
    check_review(found, text, good, DAY)
    with pytest.raises(kind, match=sentence):
        check_review(found, text, replace(good, **values), DAY)  # type: ignore[arg-type]


def test_a_text_that_changed_meanwhile_is_refused() -> None:
    review = of("court-promise")
    for changes in ((COMMITMENT, "within 30 days", "within 3 days"), (COMMITMENT, 'facts = ["EX1"]', "facts = []"),
                    ("facts/us-ex.toml", 'citation = "Example Code, section 12-3"', 'citation = "x"')):  # fmt: skip
        other = parse_content(changed(changes))
        with pytest.raises(RefusedError, match="is not that of this text"):
            check_review(other, other.rights["court-promise"], review, DAY)


def test_texts_that_are_not_there() -> None:
    with pytest.raises(InputError, match="there is no right record `x`"):
        text_of(content(), "x", "en")
    with pytest.raises(InputError, match="`court-promise` has no translation into `es`"):
        text_of(content(), "court-promise", "es")


def test_another_file_than_was_read() -> None:
    text, review = text_of(content(), "home-warrant", "en"), of("home-warrant")
    for raw in (b"= not TOML", b"format = 1\n"):
        with pytest.raises(InputError, match=r"rights/home/home-warrant\.toml` is not what was read"):
            with_review(raw, text, review)


def test_a_writer_of_another_name_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    text, review = text_of(content(), "court-promise", "en"), of("court-promise")
    pairs = reviewing._pairs(replace(review, name="Somebody"))
    monkeypatch.setattr(reviewing, "_pairs", lambda _: pairs)
    raw = with_review(example()[COMMITMENT], text, review)
    again = parse_content({**example(), COMMITMENT: raw}).rights["court-promise"]
    with pytest.raises(InputError, match="the review cannot be written"):
        check_written(text, again, review)


def test_a_writer_of_another_day_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    text, review = text_of(content(), "court-promise", "en"), of("court-promise")
    value = reviewing._value
    monkeypatch.setattr(reviewing, "_value", lambda source, key, new: value(source, key, new.replace("-28", "-27")))
    raw = with_review(example()[COMMITMENT], text, review)
    again = parse_content({**example(), COMMITMENT: raw}).rights["court-promise"]
    with pytest.raises(InputError, match="the review cannot be written"):
        check_written(text, again, review)


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_name_reads_back(name: str, role: str) -> None:
    found = content()
    text = text_of(found, "court-promise", "en")
    review = Reviewed(name, role, DAY, text_sha256(text, found.facts))
    try:
        check_review(found, text, review, DAY)
    except InputError:
        assert names_no_person(name) or any(each != one_line(each) or hidden(each) for each in (name, role))
        return
    raw = with_review(example()[COMMITMENT], text, review)
    check_written(text, parse_content({**example(), COMMITMENT: raw}).rights["court-promise"], review)
