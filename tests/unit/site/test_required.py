"""Reports that laws ask for: counts of periods that are over, nothing surer than it was checked, and nobody named."""

import csv
import io
from dataclasses import replace
from typing import Any, Final

import pytest

from recuse.errors import InputError
from recuse.languages import LANGUAGES
from recuse.site.open_data.pages import template, written
from recuse.site.personal import FORMS, check_no_person
from recuse.site.required import REPORTS, rows, say
from tests.unit.site import world
from tests.unit.site.world import RECORD, REMOVAL, answered, asked, certified, sources, texts

CANARIES = {
    "an e-mail address": "j.doe@example.invalid",
    "a telephone number": "(312) 555-0100",
    "a social security number": "078-05-1120",
    "a number of a person": "A012345678",
    "a number of a case": "26-CR-7719003",
    "an hour": "02:14",
    "a day": "2026-02-03",
}


WHOLE: Final = world.content()


def counts(report: str, entries: Any = RECORD) -> dict[tuple[str, str], str]:
    (found,) = (each for each in REPORTS if each.id == report)
    rows = csv.DictReader(io.StringIO(template(found, sources(entries)).decode(), newline=""))
    return {(row["period"], row["field"]): row["count"] for row in rows}


def test_what_the_record_has_is_counted_by_year() -> None:
    entries = [
        asked("a", "2025-03-01"), asked("b", "2025-03-02"), asked("c", "2026-01-01"), certified("2024"),
        asked("d", "2025-04-01", purpose="crim.investigation", kind="data_access"),
        asked("e", "2025-04-01", agency="fed.justice.bureau"),
        answered("a", "complied", transferred_to=REMOVAL), answered("b", "refused", transferred_to=REMOVAL),
        answered("b", "refused"),
    ]  # fmt: skip
    found = counts("il-trust", entries)
    assert {period for period, _ in found} == {"2024", "2025"}, "2026 is not over"
    of = ("dhs-requests", "dhs-addressed", "detainer-received", "transferred-to")
    assert [found["2025", each] for each in of] == ["2", "2", "3", "1"]
    assert (found["2025", "bail-posted"], found["2024", "nil"], found["2025", "nil"]) == ("", "1", "0")
    assert found["2024", "dhs-requests"] == "0"


def test_without_a_word_on_whose_requests_none_of_them_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "content", lambda: replace(WHOLE, site=replace(WHOLE.site, homeland_security=None)))
    found = counts("il-trust", [asked("a", "2025-03-01")])
    assert [found["2025", each] for each in ("dhs-requests", "dhs-addressed", "detainer-received")] == ["", "", "1"]


def test_quarters_have_their_own_report() -> None:
    found = counts("chicago")
    assert {period for period, _ in found} == {"2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"}
    assert [found[f"2026-Q{n}", "detainer-received"] for n in (1, 2)] == ["3", "1"]
    assert found["2026-Q1", "transferred-to"] == "1"


def test_with_nothing_there_is_an_empty_template() -> None:
    assert set(counts("california", ()).values()) == {""}


def test_nothing_is_surer_than_it_was_checked() -> None:
    """LAW: the statute of Illinois was read; the ordinance and California's section were not."""
    assert [(each.id, each.sure, each.draft) for each in REPORTS] == [
        ("il-trust", "read", False), ("chicago", "memory", False), ("california", "memory", True),
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda each: each.code)
def test_everything_asked_has_a_name(language: Any) -> None:
    said = say(texts(language))
    assert {each.id for each in REPORTS} | {one.id for each in REPORTS for one in each.asked} == set(said)


@pytest.mark.parametrize("form", FORMS)
def test_a_planted_canary_is_refused(form: str) -> None:
    with pytest.raises(InputError, match=f"row 2 of `x.csv` has {form}") as told:
        check_no_person("x.csv", [("head",), (f"said {CANARIES[form]} there",)])
    assert CANARIES[form] not in str(told.value)


@pytest.mark.parametrize(
    "cell",
    [
        "312\u2011555\u20110100", "3125550100", 3125550100, "078051120", "a 012-345-678", "A\u200b012345678",
        "2026 CF 001234", "1:26-cv-01234", "JH 123456", "\uff12\uff1a\uff11\uff14", "\u0660\u0662:\u0661\u0664",
        "2 pm", "02/03/2026", "3 February 2026", "Feb. 3",
    ],
)  # fmt: skip
def test_a_canary_in_other_dress_is_refused(cell: str | int) -> None:
    with pytest.raises(InputError, match=r"row 1 of `x\.csv` has an? "):
        check_no_person("x.csv", [(cell,)])


def test_a_canary_that_reaches_a_table_of_figures_stops_it() -> None:
    odd = [*RECORD, asked("odd", "2026-03-03", agency="asked by Q. Oddsworth, 312-555-0100")]
    with pytest.raises(InputError, match=r"`requests.csv` has a telephone number"):
        written(sources(odd))


def test_a_canary_that_reaches_a_template_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows
    monkeypatch.setattr(
        "recuse.site.open_data.pages.rows",
        lambda *given: [*whole(*given), ("il-trust", "", "", "asked by Q. Oddsworth, 312-555-0100")],
    )
    with pytest.raises(InputError, match="a telephone number"):
        template(REPORTS[0], sources())
