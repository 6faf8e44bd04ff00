"""The first line claims only what rules and record both show, in every language; each planted fault changes it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from recuse.compiler.opening import Openings
from recuse.content.values import Question
from recuse.errors import UnsupportedRuleError
from recuse.model import Acceptance, SignedAcceptance
from recuse.policy.plain.editing import texts as texts_of
from recuse.policy.validate import validate
from recuse.site import first_line
from recuse.site.first_line import Answer, answer, said
from recuse.site.sources import Settings, Sources
from recuse.site.standing import standings
from tests.published.world import DIRECTIVE, SYSTEMS, TEXTS, Made, applied, stated, verified, well, with_record

CATEGORIES = (
    "citizenship_immigration_status", "arrest_record", "release_date", "contact_information", "gang_designation",
    "incident_narrative",
)  # fmt: skip
CLAIM = "%(agency)s may not see, for %(purpose)s: %(data)s."


def asked(sources: Sources) -> Question:
    return replace(sources.content.site.question, categories=CATEGORIES)


def lines(sources: Sources) -> dict[str, str]:
    found = answer(sources, asked(sources))
    return {code: said(found, sources, texts) for code, texts in TEXTS.items()}


def found(sources: Sources) -> Answer:
    return answer(sources, asked(sources))


def test_all_is_well(body: Sources) -> None:
    told = found(body)
    assert told.closed == asked(body).categories
    assert told.known == SYSTEMS
    assert (told.opened, told.untold, told.unknown) == ((), (), ())
    day, name = TEXTS["en"].forms.day(body.now.date()), body.names.name
    data = "; ".join(name("category", each, "en") for each in CATEGORIES)
    assert lines(body)["en"] == (
        f"As of {day}: {name('agency', 'us.dhs.ice', 'en')} may not see, for civil immigration enforcement: {data}. "
        f"Checked in: {name('system', 'clear', 'en')}; {name('system', 'warehouse', 'en')}. Unknown: no system."
    )


FAULTS: dict[str, Callable[[], Iterable[Made]]] = {
    "findings": lambda: [*well(), verified("clear", verdict="findings", findings={"public": 1}, doors={"back": 1})],
    "undetermined": lambda: [*well(), verified("clear", verdict="undetermined")],
    "by catalog": lambda: [*well(), verified("clear", verdict="holds by catalog", known_by="catalog")],
    "stale": lambda: [*well(("warehouse",)), applied("clear"), verified("clear", ago=25)],
    "of the future": lambda: [*well(("warehouse",)), applied("clear"), verified("clear", ago=-1)],
    "never verified": lambda: [*well(("warehouse",)), applied("clear")],
    "never applied": lambda: [*well(("warehouse",)), verified("clear")],
    "of another directive": lambda: [*well(("warehouse",)), applied("clear", directives=["other"]), verified("clear")],
    "with one more": lambda: [*well(("warehouse",)), applied("clear", directives=[DIRECTIVE, "x"]), verified("clear")],
    "canary": lambda: [*well(("warehouse",)), applied("clear", stage="canary"), verified("clear")],
    "undone": lambda: [*well(("warehouse",)), applied("clear", undo=7), verified("clear")],
    "told from settings alone": lambda: [*well(), verified("clear", known_by="catalog")],
    "begun before the apply ended": lambda: [*well(("warehouse",)), applied("clear"), verified("clear", began=3)],
    "begun long ago": lambda: [*well(("warehouse",)), applied("clear", ago=30), verified("clear", began=25)],
    "resumed while looking": lambda: [
        *well(("warehouse",)),
        applied("clear", ago=4),
        ("resumed", timedelta(hours=2), {"system": "clear"}),
        verified("clear", began=3),
    ],
    "overlapped by a newer look": lambda: [
        *well(),
        verified("clear", ago=0.5, verdict="undetermined", began=0.8),
        verified("clear", 0.25, began=0.9),
    ],
    "stepped back": lambda: [*well(), ("staged", timedelta(0), {"system": "clear", "stage": "observe"})],
    "cut short": lambda: [*well(), ("planned", timedelta(0), {"system": "clear", "stage": "enforce"})],
    "applied after": lambda: [*well(), applied("clear")],
    "resumed": lambda: [*well(), ("resumed", timedelta(0), {"system": "clear"})],
    "drift": lambda: [*well(), ("watched", timedelta(0), {"systems": {"clear": {"fingerprint": "f2"}}})],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_record_takes_the_claim_away_in_each_language(body: Sources, fault: str) -> None:
    before = lines(with_record(body, well()))
    faulty = with_record(body, FAULTS[fault]())
    told = found(faulty)
    assert "clear" in told.unknown
    assert "clear" not in told.known
    for code, line in lines(faulty).items():
        name = faulty.names.name("system", "clear", code)
        assert line != before[code]
        assert name in line[line.rindex(faulty.names.name("category", "incident_narrative", code)) :]
        assert "back" not in line


def test_while_any_finding_is_open_nothing_is_claimed_anywhere(body: Sources) -> None:
    faulty = with_record(body, FAULTS["findings"]())
    told = found(faulty)
    assert (told.closed, told.known, told.unknown) == ((), (), SYSTEMS)
    assert told.untold == asked(body).categories
    for code, texts in TEXTS.items():
        claim = texts.gettext(CLAIM) % {
            "agency": body.names.name("agency", "us.dhs.ice", code), "data": "",
            "purpose": body.names.name("purpose", "imm.civil_enforcement", code),
        }  # fmt: skip
        assert claim.rstrip("。.") not in lines(faulty)[code]


def test_findings_stay_open_until_a_verdict_that_could_tell(body: Sources) -> None:
    """A run that could not tell comes after one with findings; of the other system alone it was told that it holds."""
    since = [*well(), verified("clear", 0.9, verdict="findings"), verified("clear", 0.8, verdict="undetermined")]
    assert found(with_record(body, [*since, verified("warehouse", 0.7)])).known == ()
    assert found(with_record(body, [*since, verified("warehouse", 0.7), verified("clear", 0.6)])).known == SYSTEMS


def test_a_verdict_of_one_system_alone_tells_nothing_of_another(body: Sources) -> None:
    half = [*well(), verified("clear", 0.9, verdict="findings"), verified("warehouse", 0.9, verdict="findings")]
    assert found(with_record(body, [*half, verified("clear", 0.5)])).known == ()
    assert found(with_record(body, [*half, verified("clear", 0.5), stated(1)])).known == ()


@pytest.mark.parametrize(("hours", "known"), [(2, SYSTEMS), (1, ())])
def test_how_long_a_verdict_counts_is_a_setting(body: Sources, hours: int, known: tuple[str, ...]) -> None:
    settings = Settings.of(replace(body.content.site, verdict_hours=hours))
    late = with_record(replace(body, settings=settings), well())
    assert found(replace(late, now=late.now + timedelta(minutes=1))).known == known


def test_a_clock_that_was_set_back_makes_no_verdict_fresh(body: Sources) -> None:
    late: Made = ("watched", timedelta(hours=-30), {"systems": {}})
    assert found(with_record(body, [*well(), late])).known == ()
    assert found(with_record(body, [late, *well()])).known == SYSTEMS, "verified again since the clock is right"


@pytest.mark.parametrize("what", ["agreement", "acceptance"])
def test_what_began_or_ended_since_the_verdict_takes_the_claim_away(body: Sources, what: str) -> None:
    """What was verified on one day is not what the rules open on the next: a database does not read a calendar."""
    noon = replace(body, now=body.now.replace(hour=12))
    yesterday = noon.now.date() - timedelta(days=1)
    late = with_record(noon, [*(applied(each, 40) for each in SYSTEMS), *(verified(each, 13) for each in SYSTEMS)])
    assert {each.why for each in standings(late)} == {""}
    agreements, acceptances = {**body.repository.agreements}, {**body.repository.acceptances}
    if what == "agreement":
        name, agreement = next(iter(agreements.items()))
        agreements[name] = replace(agreement, until=yesterday)
    else:
        one = Acceptance("x", b"", "mayor-2019", "", yesterday, yesterday, ())
        acceptances["x"] = SignedAcceptance(one, b"")
    ended = replace(body.repository, agreements=agreements, acceptances=acceptances)
    assert {each.why for each in standings(replace(late, repository=ended))} == {"changed"}


def test_findings_that_an_official_answers_for_are_said_in_the_line(body: Sources) -> None:
    faulty = with_record(body, [*well(), verified("clear", accepted={"backup": 2}), verified("warehouse")])
    assert found(faulty).accepted == 2
    assert found(faulty).closed == asked(body).categories
    for code, line in lines(faulty).items():
        assert line != lines(with_record(body, well()))[code]
    assert "An official answers with a signature for 2 findings there." in lines(faulty)["en"]


def test_a_watch_that_sees_the_same_facts_takes_nothing_away(body: Sources) -> None:
    seen: Made = ("watched", timedelta(0), {"systems": {"clear": {"fingerprint": "f1"}}})
    assert found(with_record(body, [*well(), seen])).known == SYSTEMS


def test_one_system_may_be_unknown_and_the_other_is_said(body: Sources) -> None:
    told = found(with_record(body, FAULTS["stale"]()))
    assert told.known == ("warehouse",)
    assert told.unknown == ("clear",)
    held = {each for table in body.repository.systems["warehouse"].tables for each in table.categories}
    assert told.closed == tuple(each for each in CATEGORIES if each in held)
    assert set(told.untold) == {*CATEGORIES} - held != set()


@pytest.mark.parametrize("kind", ["listing", "attested"])
def test_a_system_that_nobody_can_enter_is_unknown(body: Sources, kind: str) -> None:
    systems = {**body.repository.systems}
    systems["warehouse"] = replace(systems["warehouse"], kind=kind)  # type: ignore[arg-type]
    told = found(replace(body, repository=replace(body.repository, systems=systems)))
    assert (told.known, told.unknown) == (("clear",), ("warehouse",))


def without(sources: Sources, *rules: str) -> Sources:
    kept = tuple(rule for rule in sources.rules.rules if rule.id not in rules)
    assert len(kept) == len(sources.rules.rules) - len(rules)
    return replace(sources, rules=replace(sources.rules, rules=kept))


def test_a_rule_that_is_gone_changes_the_line_in_each_language(body: Sources) -> None:
    question = replace(asked(body), purpose="crim.investigation", categories=("arrest_record",))
    faulty = without(body, "criminal-by-judge")
    before, after = answer(body, question), answer(faulty, question)
    assert [each.only for each in before.opened] == [("judicial",)]
    # The homeland investigators' agreement is one that the rule on agreements refuses them.
    assert (after.opened, after.closed) == ((), ("arrest_record",))
    for texts in TEXTS.values():
        assert said(after, faulty, texts) != said(before, body, texts)


def test_what_an_authority_opens_is_said_only_with_it(body: Sources) -> None:
    question = replace(asked(body), purpose="crim.investigation", categories=("arrest_record", "crime_mapping"))
    told = answer(body, question)
    assert [(each.category, each.extent, each.only) for each in told.opened] == [
        ("arrest_record", "all", ("judicial",)), ("crime_mapping", "all", ()),
    ]  # fmt: skip
    line = said(told, body, TEXTS["en"])
    judge = body.names.name("authority", "judicial", "en")
    assert f"only with this legal basis: {judge} – arrest records." in line
    crime_map = body.names.name("category", "crime_mapping", "en")
    purpose = body.names.name("purpose", "crim.investigation", "en")
    assert f"may see, for {purpose}: {crime_map}." in line


def test_a_kind_of_data_is_asked_for_with_its_parts(body: Sources) -> None:
    """The release date is a part of custody: a rule that opens it alone is an answer about custody."""
    question = replace(asked(body), categories=("custody",))
    assert answer(body, question).closed == ("custody",)
    opened = with_rule(body, 'permit (principal, action == Action::"read", resource in Category::"release_date");')
    told = answer(opened, question)
    assert told.closed == ()
    assert [each.category for each in told.opened] == ["custody"]


@pytest.mark.parametrize(
    "condition",
    ['principal.serves.contains(Agency::"us.dhs.ice")', 'context.purpose == Purpose::"imm"'],
    ids=["open to who serves the agency", "open for a purpose that this one is part of"],
)
def test_what_is_open_a_step_beside_is_not_known(body: Sources, condition: str) -> None:
    rule = f'permit (principal, action == Action::"read", resource) when {{ {condition} }};'
    told = answer(with_rule(body, rule), asked(body))
    assert (told.closed, told.opened, told.untold) == ((), (), CATEGORIES)


@pytest.mark.parametrize("part", ["agency", "purpose", "categories"])
def test_what_the_repository_does_not_have_is_not_known(body: Sources, part: str) -> None:
    nobody: Any = ("nothing",) if part == "categories" else "nothing"
    assert answer(body, replace(asked(body), **{part: nobody})).closed == ()


def with_rule(sources: Sources, cedar: str) -> Sources:
    """The rules in force without what forbids, and with one more."""
    (attested,) = sources.attested
    kept = "".join(each for each in texts_of(attested.directive.cedar) if "forbid (" not in each)
    directive = replace(attested.directive, cedar=f'{kept}\n@id("one-more")\n{cedar}')
    return replace(sources, rules=validate(sources.repository, [directive]))


def test_what_cannot_be_lowered_is_not_known(body: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object) -> None:
        raise UnsupportedRuleError("rule `x` cannot be enforced exactly", "write it otherwise")

    monkeypatch.setattr("recuse.compiler.opening.lower", refused)
    told = found(replace(body))
    assert told.closed == ()
    assert told.untold == asked(body).categories


def test_the_question_is_of_all_offices_and_of_who_serves_them(body: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_of: list[str] = []
    whole = first_line._by_office

    def noting(openings: Openings, office: str, *rest: Any) -> first_line.Tried:
        asked_of.append(office)
        return whole(openings, office, *rest)

    monkeypatch.setattr(first_line, "_by_office", noting)
    found(replace(body))
    assert set(asked_of) == {"us.dhs.ice", "us.dhs.ice.ero", "us.dhs.ice.hsi", "fusion.midstates"}
