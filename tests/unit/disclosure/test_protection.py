"""What is left out, and what is told coarser."""

from dataclasses import replace

import pytest

from recuse.disclosure.holds import Hold
from recuse.disclosure.lines import Matches
from recuse.disclosure.protection import Protection
from recuse.disclosure.settings import Settings, read_settings
from recuse.errors import RepositoryError
from recuse.model import Repository
from tests.unit.disclosure.world import SETTINGS, TODAY, World, asked, decided, places

E1 = Matches(frozenset({"e1"}), frozenset({"r1"}))


def test_what_protects_a_victim_is_left_out_with_all_below_it(world: World) -> None:
    """`release_date` stands below `custody`, which is withheld; a line keeps what is not."""
    world.add("decisions", "decided", decided("e1", resource="blotter::records::arrest release_date"))
    world.add("acts", "asked", asked("r1", categories=["custody", "person_identity"]))
    (kept,), left = Protection(world.repository, SETTINGS, (), TODAY).sort(world.lines(E1))
    assert kept.categories == ("person_identity",)
    assert [(each.place, each.reason) for each in left] == [("decisions:0", "protected")]


@pytest.mark.parametrize("kind", ["purpose", "authority"])
def test_a_purpose_or_authority_is_withheld_with_all_below_it(world: World, kind: str) -> None:
    world.add("decisions", "decided", decided("e1", purpose="crim.investigation", authority="judicial.warrant"))
    words = {"purpose": "crim", "authority": "judicial"}
    told = replace(SETTINGS, withheld={kind: frozenset({words[kind]})})
    assert [each.reason for each in Protection(world.repository, told, (), TODAY).sort(world.lines(E1))[1]] == [
        "protected"
    ]
    assert Protection(world.repository, SETTINGS, (), TODAY).sort(world.lines(E1))[1] == ()


def test_where_somebody_else_is_concerned_a_person_decides_each_line(world: World) -> None:
    world.add("decisions", "decided", decided("e1"))
    world.add("acts", "asked", asked("r1"))
    data, left = world.answer(E1, alone=False)
    assert b'"lines":[]' in data
    assert {each.reason for each in left} == {"others"}
    _, left = world.answer(E1, alone=False, decided=frozenset({"acts:0"}))
    assert [each.place for each in left] == ["decisions:0"]
    hold = Hold("h1", "chief-2019", "investigation", TODAY, TODAY, entries=("acts:0",))
    _, left = world.answer(E1, [hold], alone=False, decided=frozenset({"acts:0"}))
    assert [each.reason for each in left] == ["held_back", "others"], "no decision tells what is held back"


def test_an_agency_of_one_person_is_told_as_the_one_above(world: World) -> None:
    """`removal` has one personal account; agencies with shared accounts, or without any, name nobody."""
    told = Protection(world.repository, replace(SETTINGS, small_agency=3), (), TODAY)
    assert told.agency("fed.homeland.border.removal") == "fed.homeland.border"
    for agency in ("st.riverton.police.records", "fed.justice.bureau", "fed.homeland.border.inquiry", "unlisted"):
        assert told.agency(agency) == agency
    assert told.agency("fusion.tworivers") == "fusion.tworivers", "nothing stands above it"
    assert Protection(world.repository, SETTINGS, (), TODAY).agency("fed.homeland.border.removal").endswith("removal")


def test_what_is_coarse_is_coarse_in_every_line(world: World) -> None:
    told = Settings(30, 90, (), told_as={"category": {"release_date": "custody"}, "purpose": {"own.records": "own"}})
    world.add("decisions", "decided", decided("e1", resource="blotter::records::arrest release_date"))
    (line,), _ = Protection(world.repository, told, (), TODAY).sort(world.lines(E1))
    assert (line.categories, line.purpose) == (("custody",), "own")


def test_words_that_are_not_kept_any_more_may_be_of_a_case_that_is_held_back(world: World) -> None:
    world.add("acts", "asked", asked("r1"))
    hold = Hold("h1", "chief-2019", "investigation", TODAY, TODAY, cases=("26-CR-1",))
    protection = Protection(world.repository, SETTINGS, (hold,), TODAY)
    assert protection.sort(world.lines(E1, {"r1": None}))[1] == ()
    assert [each.reason for each in protection.sort(world.lines(E1, {}))[1]] == ["held_back"]
    assert [each.reason for each in protection.sort(world.lines(E1, {"r1": "26-CR-1"}))[1]] == ["held_back"]


GOOD = """\
format = 1
days = 30
hold_days = 90
reasons = ["investigation"]
small_agency = 3
[withheld]
category = ["custody"]
[told_as.purpose]
"own.records" = "own"
"""


def test_settings_are_read_strictly(repository: Repository) -> None:
    found = read_settings("s", GOOD.encode(), repository)
    assert (found.days, found.hold_days, found.reasons, found.small_agency) == (30, 90, ("investigation",), 3)
    assert found.withheld["category"] == frozenset({"custody"})
    assert found.told_as["purpose"] == {"own.records": "own"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"custody"', '"victims"', "no category `victims`"),
        ('= "own"', '= "crim"', "`crim` is not above the purpose `own.records`"),
        ('= "own"', '= "own.records"', "is not above the purpose"),
        ("days = 30", "days = 0", "`days` is 0"),
        ("hold_days = 90", "", "missing key `hold_days`"),
        ("[withheld]\ncategory", "[withheld]\nkinds", "unknown key `kinds`"),
        ('[withheld]\ncategory = ["custody"]', "", "missing key `withheld`"),
    ],
)
def test_settings_that_decide_nothing_are_refused(repository: Repository, old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(RepositoryError, match=told):
        read_settings("s", GOOD.replace(old, new, 1).encode(), repository)


def test_places_sort_as_they_stand(world: World) -> None:
    assert [str(each) for each in sorted(places("decisions:2", "decisions:10", "acts:3"))] == [
        "acts:3", "decisions:2", "decisions:10"
    ]  # fmt: skip
