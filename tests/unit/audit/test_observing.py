"""What enforcing would have refused of new lines: counted by hand, and the same as the backtest counts."""

from collections import Counter
from pathlib import Path

from recuse import clock
from recuse.audit.accesslog import read_log
from recuse.audit.backtest import backtest
from recuse.audit.observing import observe
from recuse.audit.placing import Placing
from recuse.model import Repository
from recuse.policy.validate import RuleSet
from tests.unit.audit.logs import write_parquet
from tests.unit.audit.test_backtest import LET_THROUGH, REFUSED, UNTOLD, all_lines, quiet


def test_new_lines_are_judged_as_the_backtest_judges_them(
    tmp_path: Path, repository: Repository, rules: RuleSet
) -> None:
    log, system = write_parquet(tmp_path / "log.parquet", all_lines()), repository.systems["blotter"]
    attributes = Placing(repository, rules, system, clock.today()).attributes
    found = observe(read_log(log, "blotter", attributes).lines, repository, rules, system, clock.today())
    whole = backtest(log, repository, rules, "blotter", quiet)
    causes: Counter[object] = Counter()
    for each in found.refused:
        causes[each.cause] += each.count
    assert dict(causes) == dict(whole.by_cause)
    assert found.judged == whole.replayable == sum(n for n, _ in LET_THROUGH) + sum(n for n, *_ in REFUSED)
    assert dict(found.untold) == {reason: n for reason, (n, _) in UNTOLD.items()}
    first = found.refused[0]
    assert first.count == 4
    assert first.sentence() == (
        "`blotter/removal_017` would have been refused to read `arrest_record` of `records.arrest` for "
        "`imm.civil_enforcement` under `none` by `civil-immigration-refused`: forbidden, 4 lines"
    )


def test_no_lines_say_nothing(repository: Repository, rules: RuleSet) -> None:
    found = observe([], repository, rules, repository.systems["blotter"], clock.today())
    assert (found.judged, found.refused, found.untold) == (0, (), ())
