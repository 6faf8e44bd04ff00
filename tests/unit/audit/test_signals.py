"""Signals of an access log: each has to be there when it should, and not by a line less."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse import clock
from recuse.audit.accesslog import daily
from recuse.audit.signals import jumps, read_signals, weeks_before
from recuse.model import Repository
from recuse.policy.validate import RuleSet
from tests.unit.audit.logs import Cells, line, write_csv, write_parquet

LAST = date(2018, 5, 31)


def at(day: date, login: str = "removal_017", **changes: object) -> Cells:
    return {**line(login, "imm.civil_enforcement", "administrative.warrant"), "ts_utc": f"{day} 12:00:00", **changes}


def signals(log: Path, repository: Repository, rules: RuleSet) -> dict[str, str]:
    found = read_signals(log, repository, rules, repository.systems["blotter"], clock.today())
    assert [each.name for each in found.signals] == sorted(each.name for each in found.signals)
    return {each.name: each.sentence for each in found.signals}


def counts(log: Path, repository: Repository, rules: RuleSet) -> str:
    return "\n".join(read_signals(log, repository, rules, repository.systems["blotter"], clock.today()).counts)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_lines_are_counted_by_day(form: str, tmp_path: Path) -> None:
    lines = [at(LAST), at(LAST), at(LAST - timedelta(days=1)), at(LAST, "other"), at(LAST, system="elsewhere")]
    write = write_csv if form == "csv" else write_parquet
    log = write(tmp_path / f"log.{form}", [*lines, {**at(LAST), "login": None}, at(LAST, ts_utc=None)])
    assert daily(log, "blotter") == {
        "removal_017": {LAST: 2, LAST - timedelta(days=1): 1},
        "other": {LAST: 1},
    }


def test_who_is_refused_often(tmp_path: Path, repository: Repository, rules: RuleSet) -> None:
    def log(refused: int, allowed: int) -> Path:
        lines = [at(LAST, decision="deny")] * refused + [at(LAST)] * allowed
        return write_parquet(tmp_path / f"{refused}-{allowed}.parquet", lines)

    name = "refused/blotter/removal_017"
    assert signals(log(11, 98), repository, rules)[name] == "refused: 11 of 109 lines"
    assert name not in signals(log(11, 99), repository, rules)
    assert name not in signals(log(10, 0), repository, rules)


def test_ghosts_and_what_rules_refuse_today(tmp_path: Path, repository: Repository, rules: RuleSet) -> None:
    inactive = next(a for a in repository.accounts.values() if not a.active and a.system == "blotter")
    log = write_parquet(tmp_path / "log.parquet", [at(LAST), at(LAST, inactive.login), at(LAST, "stranger")] * 2)
    found = signals(log, repository, rules)
    assert set(found) == {
        f"inactive/{inactive.id}", "unknown/blotter/stranger", "front/blotter/removal_017"
    }  # fmt: skip
    assert (
        "2 forbidden by `administrative-opens-nothing`, `civil-immigration-refused`, for `imm.civil"
        in found["front/blotter/removal_017"]
    )
    denied = [at(LAST, login, decision="deny") for login in ("removal_017", inactive.login, "stranger")]
    assert signals(write_parquet(tmp_path / "denied.parquet", denied), repository, rules) == {}


def test_idle_is_told_within_a_log_that_is_long_enough(tmp_path: Path, repository: Repository, rules: RuleSet) -> None:
    def log(days: int) -> Path:
        first = LAST - timedelta(days=days)
        return write_parquet(tmp_path / f"{days}.parquet", [at(first), at(LAST, "detective_01")])

    assert not [name for name in signals(log(90), repository, rules) if name.startswith("idle/")]
    assert "idle accounts were not looked for" in counts(log(90), repository, rules)
    found = signals(log(91), repository, rules)
    assert found["idle/blotter/removal_017"] == f"active, and was last used on {LAST - timedelta(days=91)}; " + (
        f"the log ends on {LAST}"
    )
    assert "idle accounts were not looked for" not in counts(log(91), repository, rules)
    idle = {name.removeprefix("idle/") for name in found if name.startswith("idle/")}
    assert all(repository.accounts[name].active for name in idle)
    assert not [name for name in idle if repository.accounts[name].use in {"superuser", "backup", "replication"}]


def test_a_log_of_another_system_says_so(tmp_path: Path, repository: Repository, rules: RuleSet) -> None:
    log = write_parquet(tmp_path / "log.parquet", [at(LAST, system="elsewhere")])
    assert counts(log, repository, rules) == "`blotter`: the access log has no line about it"
    assert signals(log, repository, rules) == {}


def jump(weeks: list[int], newest: int) -> list[str]:
    """The signals of a login that has so many lines a week, oldest first, and so many in the last seven days."""
    days = {LAST - timedelta(days=7 * (len(weeks) - n)): count for n, count in enumerate(weeks)} | {LAST: newest}
    first = LAST - timedelta(days=7 * (len(weeks) + 1) - 1)
    return [each.name for each in jumps("blotter", {"desk": days}, first, LAST)]


def test_a_jump_is_three_times_the_mean_and_a_hundred_more() -> None:
    assert jump([50, 50, 50, 50], 150) == ["jump/blotter/desk"]
    assert jump([50, 50, 50, 50], 149) == []
    assert jump([100, 0, 100, 0], 150) == ["jump/blotter/desk"]
    assert jump([60, 60, 60, 60], 179) == []
    assert jump([0, 0, 0, 0], 100) == ["jump/blotter/desk"]
    assert jump([0, 0, 0, 0], 99) == []
    assert jump([0, 0, 0], 10_000) == [], "three weeks are too few to compare with"


@given(st.integers(0, 400))
def test_weeks_are_whole(days: int) -> None:
    weeks = weeks_before(LAST - timedelta(days=days), LAST)
    assert 7 * (weeks + 1) <= days + 1 or weeks == 0
    assert 7 * (weeks + 2) > days + 1


def test_too_short_to_compare_is_said(tmp_path: Path, repository: Repository, rules: RuleSet) -> None:
    log = write_parquet(tmp_path / "log.parquet", [at(LAST - timedelta(days=33)), at(LAST)])
    assert "volumes were not compared" in counts(log, repository, rules)
    log = write_parquet(tmp_path / "log.parquet", [at(LAST - timedelta(days=34)), at(LAST)])
    assert "volumes were not compared" not in counts(log, repository, rules)
