"""The backtest's numbers, counted by hand, and against a naive judge that asks about every line by itself."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from recuse import clock
from recuse.audit.backtest import Backtest, Cause, Tally, backtest
from recuse.audit.placing import Placing
from recuse.errors import InputError
from recuse.model import Circumstances, Decision, Repository, RowAttribute
from recuse.policy.decide import Decider, Question
from recuse.policy.validate import RuleSet
from tests.unit.audit.conftest import Spoilt
from tests.unit.audit.logs import Cells, line, write_csv, write_parquet

TASK_FORCE, BORDER = "2016-bureau-task-force", "2010-border-exchange"
CRIM, CIVIL = "crim.investigation", "imm.civil_enforcement"

# Each line with its number, and what today's policy answers.
LET_THROUGH = [
    (3, line("records_app", "own.records", "official_duty", object="records.person", row_juvenile=True)),
    (2, line("bureau_task", CRIM, "agreement", agreement=TASK_FORCE, ts_utc="2019-02-01 00:00:00")),
    (1, line("centre_analyst", CRIM, "judicial.warrant", ts_utc="2019-02-01 00:00:00")),
    (1, line("removal_017", None, None, object="records.crime_map")),
    (2, line("removal_017", "imm.status_exchange_1373", "statute.8usc1373", object="records.status_exchange")),
    (1, line("records_app", "own.records", "official_duty", object="records.person", action="update")),
]
REFUSED = [
    (4, line("removal_017", CIVIL, "none"), ("civil", "forbidden", ("civil-immigration-refused",))),
    (1, line("removal_017", CIVIL, "administrative.warrant", ts_utc="2019-01-01 00:00:00"),
        ("civil", "forbidden", ("administrative-opens-nothing", "civil-immigration-refused"))),
    (1, line("bureau_task", CRIM, "agreement", agreement=TASK_FORCE, row_sealed=True),
        ("criminal", "forbidden", ("sealed",))),
    # The agreement is not this agency's; then there is none; then it is the agency's, but the purpose is not its.
    (2, line("bureau_task", CRIM, "agreement", agreement=BORDER), ("criminal", "not permitted", ())),
    (1, line("bureau_task", CRIM, "agreement", agreement="gone"), ("criminal", "not permitted", ())),
    (1, line("bureau_task", "court_process", "agreement", agreement=TASK_FORCE),
        ("administrative", "not permitted", ())),
    (2, line("border_inactive", CRIM, "judicial.warrant"), ("criminal", "account inactive", ())),
    (1, line("removal_017", "undeclared", "judicial.warrant"), ("administrative", "not permitted", ())),
    (1, line("removal_017", "own.records", "official_duty"), ("administrative", "not permitted", ())),
    (1, line("bureau_task", CRIM, "agreement", agreement=TASK_FORCE, object="records.person", action="update"),
        ("criminal", "not permitted", ())),
]  # fmt: skip
THEN_REFUSED = [
    (5, line("centre_analyst", CRIM, "judicial.warrant", decision="deny")),  # would be allowed
    (2, line("removal_017", CIVIL, "none", decision="deny")),
]
UNTOLD = {
    "account": (1, line("nobody", CRIM, "none")),
    "action": (2, line("removal_017", CRIM, "none", action="copy")),
    "object": (3, line("removal_017", CRIM, "none", object="records.gone", category="arrest_record")),
    "derived": (4, line("removal_017", "own", "none", object="records.arrest_report", category="arrest_record")),
    "category": (5, line("removal_017", CIVIL, "none", category="custody")),
    "purpose": (6, line("removal_017", "curiosity", "none")),
    "authority": (7, line("removal_017", CIVIL, "a letter")),
    "decision": (8, line("removal_017", CRIM, "none", decision="maybe")),
    "row": (9, line("bureau_task", CRIM, "agreement", agreement=TASK_FORCE, row_sealed=None)),
}
ELSEWHERE = [(2, line("records_app", "own.records", "official_duty", system="garage"))]


def all_lines() -> list[Cells]:
    counted = [*LET_THROUGH, *((n, cells) for n, cells, _ in REFUSED), *THEN_REFUSED, *UNTOLD.values(), *ELSEWHERE]
    lines = [cells for n, cells in counted for _ in range(n)]
    random.Random(1).shuffle(lines)  # noqa: S311 - the same order each time
    return lines


def quiet(step: str, done: int, total: int) -> None:
    pass


def run(path: Path, repository: Repository, rules: RuleSet) -> Backtest:
    return backtest(path, repository, rules, "blotter", quiet)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_parquet(tmp_path / "log.parquet", all_lines())


def test_every_number(log: Path, repository: Repository, rules: RuleSet) -> None:
    found = run(log, repository, rules)
    assert (found.lines, found.elsewhere) == (77, 2)
    assert (found.replayable, found.refused) == (25, 15)
    assert (found.refused_then, found.opened) == (7, 5)
    assert found.untold == tuple((reason, n) for reason, (n, _) in UNTOLD.items())
    assert found.lines == found.replayable + found.refused_then + sum(n for _, n in found.untold)
    assert (found.first, found.last) == (date(2018, 5, 1), date(2019, 2, 1))
    assert found.by_agency == (
        Tally(("fed.homeland.border",), 2, 2),
        Tally(("fed.homeland.border.removal",), 10, 7),
        Tally(("fed.justice.bureau",), 8, 6),
        Tally(("fusion.tworivers",), 1, 0),
        Tally(("st.riverton.police.records",), 4, 0),
    )
    assert found.by_purpose == (
        Tally(("court_process",), 1, 1),
        Tally((CRIM,), 10, 7),
        Tally((CIVIL,), 5, 5),
        Tally(("imm.status_exchange_1373",), 2, 0),
        Tally(("own.records",), 5, 1),
        Tally(("undeclared",), 2, 1),
    )
    assert found.by_agency_and_purpose == (
        Tally(("fed.homeland.border", CRIM), 2, 2),
        Tally(("fed.homeland.border.removal", CIVIL), 5, 5),
        Tally(("fed.homeland.border.removal", "imm.status_exchange_1373"), 2, 0),
        Tally(("fed.homeland.border.removal", "own.records"), 1, 1),
        Tally(("fed.homeland.border.removal", "undeclared"), 2, 1),
        Tally(("fed.justice.bureau", "court_process"), 1, 1),
        Tally(("fed.justice.bureau", CRIM), 7, 5),
        Tally(("fusion.tworivers", CRIM), 1, 0),
        Tally(("st.riverton.police.records", "own.records"), 4, 0),
    )
    assert found.by_category == (
        Tally(("arrest_record",), 17, 14),
        Tally(("citizenship_immigration_status",), 2, 0),
        Tally(("crime_mapping",), 1, 0),
        Tally(("person_identity",), 5, 1),
    )
    assert found.by_year == (Tally((2018,), 21, 14), Tally((2019,), 4, 1))
    assert found.by_kind == (
        Tally(("civil",), 5, 5),
        Tally(("criminal",), 10, 7),
        Tally(("administrative",), 10, 3),
    )
    assert found.criminal == Tally(("criminal",), 10, 7)
    assert found.criminal.share == 0.7
    assert dict(found.untold_by_kind) == {"civil": 12, "criminal": 23, "administrative": 4}


def test_causes_split_what_would_be_refused(log: Path, repository: Repository, rules: RuleSet) -> None:
    expected: Counter[Cause] = Counter()
    for n, _, (kind, why, by) in REFUSED:
        expected[Cause(kind, why, by)] += n  # type: ignore[arg-type]
    found = run(log, repository, rules)
    assert dict(found.by_cause) == dict(expected)
    assert sum(n for _, n in found.by_cause) == found.refused


def test_each_distinct_question_is_put_once(
    log: Path, repository: Repository, rules: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Question] = []
    ask = Decider.decide_many

    def noted(self: Decider, many: Sequence[Question]) -> list[Decision]:
        asked.extend(many)
        return ask(self, many)

    monkeypatch.setattr(Decider, "decide_many", noted)
    found = run(log, repository, rules)
    assert found.questions == len(asked) == len({repr(question) for question in asked})


def test_the_json_document(log: Path, repository: Repository, rules: RuleSet) -> None:
    document = run(log, repository, rules).to_json()
    assert document == run(log, repository, rules).to_json()
    assert list(document) == [
        "system", "log_sha256", "first", "last", "lines", "elsewhere", "replayable", "refused", "refused_then",
        "opened", "questions", "by_kind", "by_agency", "by_purpose", "by_agency_and_purpose", "by_category", "by_year",
        "by_cause", "untold",
    ]  # fmt: skip
    assert (document["first"], document["last"], document["lines"]) == ("2018-05-01", "2019-02-01", 77)
    assert document["by_kind"] == [
        {"kind": "civil", "lines": 5, "refused": 5, "share": 1.0, "untold": 12},
        {"kind": "criminal", "lines": 10, "refused": 7, "share": 0.7, "untold": 23},
        {"kind": "administrative", "lines": 10, "refused": 3, "share": 0.3, "untold": 4},
    ]
    assert {"agency": "fed.homeland.border.removal", "lines": 10, "refused": 7, "share": 0.7} in document["by_agency"]  # type: ignore[operator]
    assert {"kind": "criminal", "why": "forbidden", "rules": ["sealed"], "refused": 1} in document["by_cause"]  # type: ignore[operator]
    assert document["untold"] == [{"unknown": reason, "lines": n} for reason, (n, _) in UNTOLD.items()]


def test_csv_and_parquet_agree(log: Path, repository: Repository, rules: RuleSet) -> None:
    parquet = run(log, repository, rules).to_json()
    text = run(write_csv(log.with_suffix(".csv"), all_lines()), repository, rules).to_json()
    assert text.pop("log_sha256") != parquet.pop("log_sha256")
    assert text == parquet


def test_a_forbid_that_is_missing_changes_the_numbers(
    log: Path, repository: Repository, rules: RuleSet, spoilt: Spoilt
) -> None:
    whole = run(log, repository, rules)
    gone = run(log, repository, spoilt("{ resource has sealed && resource.sealed }", "{ false }"))
    assert whole.refused - gone.refused == 1  # the task force's sealed arrest
    assert dict(whole.untold)["row"] - dict(gone.untold)["row"] == 9  # nobody asks whether it is sealed any more
    assert gone.criminal == Tally(("criminal",), 19, 6)


def test_a_permit_that_is_missing_changes_the_numbers(log: Path, repository: Repository, spoilt: Spoilt) -> None:
    gone = run(
        log,
        repository,
        spoilt('&& context.authority in Authority::"judicial" };\n\n// A court', "&& false };\n\n// A court"),
    )
    assert gone.refused == 16  # the centre's warrant
    assert gone.opened == 0


def test_changing_needs_reading(tmp_path: Path, repository: Repository, rules: RuleSet, spoilt: Spoilt) -> None:
    changes = [line("removal_017", CRIM, "none", action=action) for action in ("update", "delete", "insert")]
    path = write_parquet(tmp_path / "log.parquet", changes)
    blind = spoilt(
        'permit (principal, action == Action::"read", resource)\nwhen { resource.public };',
        'permit (principal, action in [Action::"update", Action::"delete", Action::"insert"], resource);',
    )
    assert run(path, repository, blind).refused == 2
    assert run(path, repository, rules).refused == 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"authority": "judicial.court_order"}, (0, 0)),  # opens every row: it does not matter which it was
        ({"authority": "judicial.warrant"}, (0, 1)),  # opens all but sealed rows
        ({"purpose": CIVIL}, (1, 0)),  # opens no row
    ],
)
def test_without_what_the_row_held_all_rows_must_agree(
    changes: dict[str, str], expected: tuple[int, int], tmp_path: Path, repository: Repository, rules: RuleSet
) -> None:
    cells = {**line("bureau_task", CRIM, "judicial.warrant"), **changes}
    path = write_parquet(tmp_path / "log.parquet", [cells], without=["row_sealed", "row_juvenile"])
    found = run(path, repository, rules)
    assert (found.refused, dict(found.untold)["row"]) == expected


def test_an_attribute_that_is_no_flag_must_be_in_the_log(
    tmp_path: Path, repository: Repository, spoilt: Spoilt
) -> None:
    district = spoilt(
        "{ resource has sealed && resource.sealed }", '{ resource has district && resource.district == "4" }'
    )
    cells = line("bureau_task", CRIM, "agreement", agreement=TASK_FORCE)
    bare = write_parquet(tmp_path / "bare.parquet", [cells])
    assert dict(run(bare, repository, district).untold)["row"] == 1
    for name, refused in (("4", 1), ("5", 0)):
        path = write_parquet(tmp_path / f"{name}.parquet", [{**cells, "row_district": name}], row_district="VARCHAR")
        found = run(path, repository, district)
        assert (found.replayable, found.refused) == (1, refused)


def test_a_null_that_the_row_may_have_is_its_own(tmp_path: Path, repository: Repository, rules: RuleSet) -> None:
    cells = line("bureau_task", CRIM, "agreement", agreement=TASK_FORCE, row_juvenile=None)
    found = run(write_parquet(tmp_path / "log.parquet", [cells]), repository, rules)
    assert (found.replayable, found.refused) == (1, 0)


def test_an_agreement_counts_while_it_is_in_force(
    log: Path, repository: Repository, rules: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = run(log, repository, rules)
    monkeypatch.setattr(clock, "today", lambda: date(2035, 3, 2))  # the day after its end
    later = run(log, repository, rules)
    assert later.refused - now.refused == 2 + 9  # those whose row mattered are refused whatever it was
    assert Cause("criminal", "not permitted", ()) in dict(later.by_cause)


def test_a_line_without_a_time_has_no_year(tmp_path: Path, repository: Repository, rules: RuleSet) -> None:
    lines = [line("removal_017", CIVIL, "none", ts_utc=time) for time in (None, "2018-01-01 00:00:00")]
    found = run(write_parquet(tmp_path / "log.parquet", lines), repository, rules)
    assert found.by_year == (Tally((None,), 1, 1), Tally((2018,), 1, 1))


def test_an_empty_log_has_no_share(tmp_path: Path, repository: Repository, rules: RuleSet) -> None:
    found = run(write_parquet(tmp_path / "log.parquet", []), repository, rules)
    assert found.criminal.share is None
    assert (found.lines, found.questions, found.first) == (0, 0, None)


def test_an_unknown_system_is_refused(tmp_path: Path, repository: Repository, rules: RuleSet) -> None:
    with pytest.raises(InputError, match="unknown system `bloter`; did you mean `blotter`\\?"):
        backtest(tmp_path / "log.parquet", repository, rules, "bloter", quiet)


def test_progress_ends_at_its_total(log: Path, repository: Repository, rules: RuleSet) -> None:
    seen: list[tuple[str, int, int]] = []
    found = backtest(log, repository, rules, "blotter", lambda *step: seen.append(step))
    assert seen == [
        ("log", 0, 1),
        ("log", 1, 1),
        ("decisions", 0, found.questions),
        ("decisions", found.questions, found.questions),
    ]


def test_a_thousand_lines_as_a_naive_judge_counts_them(tmp_path: Path, repository: Repository, rules: RuleSet) -> None:
    """One decision a line, nothing shared with the backtest but the decision point."""
    chance, decider = random.Random(20), Decider(repository, rules)  # noqa: S311 - the same lines each time
    lines: list[Cells] = []
    lost: Counter[tuple[str, str, int]] = Counter()
    for _ in range(1000):
        login = chance.choice(["records_app", "youth_desk", "removal_017", "bureau_task", "border_inactive"])
        purpose = chance.choice([CRIM, CIVIL, "own.policing", "own.records", "court_process"])
        authority = chance.choice(["none", "judicial.warrant", "judicial.court_order", "administrative.detainer"])
        year, sealed, juvenile = chance.randint(2009, 2019), chance.random() < 0.3, chance.choice([True, False, None])
        lines.append(
            line(login, purpose, authority, ts_utc=f"{year}-06-01 00:00:00", row_sealed=sealed, row_juvenile=juvenile)
        )
        row = {"sealed": sealed, "juvenile": juvenile, "district": "9", "charges": 3}
        question = Question(
            f"blotter/{login}",
            "read",
            "blotter",
            "records.arrest",
            "arrest_record",
            row,
            Circumstances(purpose, authority),
        )
        if not decider.decide(question).allow:
            lost[repository.accounts[question.account].agency, purpose, year] += 1
    found = run(write_parquet(tmp_path / "log.parquet", lines), repository, rules)
    assert 0 < found.refused < found.replayable == 1000
    assert found.refused == lost.total()
    for dimension, place in ((found.by_agency, 0), (found.by_purpose, 1), (found.by_year, 2)):
        assert {t.key[0]: t.refused for t in dimension} == {
            key: sum(n for parts, n in lost.items() if parts[place] == key) for (key,) in (t.key for t in dimension)
        }


def test_another_body_has_no_official_duty(tmp_path: Path, repository: Repository, spoilt: Spoilt) -> None:
    anybody = spoilt(
        'permit (principal in Agency::"st.riverton.police", action, resource)', "permit (principal, action, resource)"
    )
    lines = [line(login, "own.policing", "official_duty") for login in ("removal_017", "youth_desk")]
    found = run(write_parquet(tmp_path / "log.parquet", lines), repository, anybody)
    assert found.by_agency == (
        Tally(("fed.homeland.border.removal",), 1, 1),
        Tally(("st.riverton.police.youth",), 1, 0),
    )


def test_what_is_undeclared_has_no_authority(tmp_path: Path, repository: Repository, spoilt: Spoilt) -> None:
    lenient = spoilt('context.purpose == Purpose::"court_process"', 'context.purpose == Purpose::"undeclared"')
    lines = [line("removal_017", purpose, "judicial.warrant") for purpose in ("undeclared", None)]
    found = run(write_parquet(tmp_path / "log.parquet", lines), repository, lenient)
    assert found.refused == 2


def test_a_row_may_have_had_nothing(tmp_path: Path, repository: Repository, spoilt: Spoilt) -> None:
    unrecorded = spoilt("{ resource has juvenile && resource.juvenile }", "{ !(resource has juvenile) }")
    cells = line("bureau_task", CRIM, "agreement", agreement=TASK_FORCE)
    path = write_parquet(tmp_path / "log.parquet", [cells], without=["row_juvenile"])
    assert dict(run(path, repository, unrecorded).untold)["row"] == 1


def test_where_not_every_row_meets_a_forbid_the_permit_is_missing(
    tmp_path: Path, repository: Repository, rules: RuleSet
) -> None:
    path = write_parquet(tmp_path / "log.parquet", [line("removal_017", CRIM, "none")], without=["row_sealed"])
    assert run(path, repository, rules).by_cause == ((Cause("criminal", "not permitted", ()), 1),)


def test_one_column_cannot_hold_two_types(repository: Repository, rules: RuleSet) -> None:
    system = repository.systems["blotter"]
    today = date(2026, 1, 15)
    assert Placing(repository, rules, system, today).attributes == {"sealed": "Bool", "juvenile": "Bool"}
    person, *others = system.tables
    attributes = {**person.attributes, "sealed": RowAttribute("is_sealed", "String", optional=False)}
    mixed = replace(system, tables=(replace(person, attributes=attributes), *others))
    assert Placing(repository, rules, mixed, today).attributes == {"juvenile": "Bool"}
