"""At which stage a system is, by what is signed, by the ledger, and by the day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from recuse.directive.document import parse_directive
from recuse.errors import DirectiveError, Problem
from recuse.ledger import JSON, Entry
from recuse.model import Directive, Repository, SignedDirective
from recuse.operations.before import first_apply
from recuse.operations.stages import staged
from recuse.operations.workspace import Workspace
from recuse.policy.repository import read_repository
from recuse.policy.validate import rule_set

FIXTURE = Path(__file__).parents[1] / "fixtures" / "policy"
ID = "2019-07-12-civil-immigration"
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def repository() -> Repository:
    return read_repository(FIXTURE)


def workspace(repository: Repository, *directives: Directive) -> Workspace:
    signed = {each.id: SignedDirective(each, None, None, None) for each in directives}
    whole = replace(repository, directives=signed)
    return Workspace(FIXTURE, whole, rule_set([], ""), tuple(signed), (), NOW)


def directive(repository: Repository, **changes: object) -> Directive:
    whole: Mapping[str, object] = {"stage": "enforce", "step_back_until": date(2026, 1, 15), **changes}
    return replace(repository.directives[ID].directive, **whole)  # type: ignore[arg-type]


def entry(kind: str, **body: JSON) -> Entry:
    return Entry(kind, NOW, {"system": "blotter", **body})


STEPPED = entry("staged", stage="canary", directives=[ID])


def stage(found: Workspace, *entries: Entry) -> str:
    system = replace(next(iter(found.repository.systems.values())), stage="enforce")
    return staged(found, system, entries).stage


def test_a_step_back_lowers_until_the_day_has_passed(repository: Repository) -> None:
    assert stage(workspace(repository, directive(repository))) == "enforce"
    assert stage(workspace(repository, directive(repository)), STEPPED) == "canary"
    for until in (date(2026, 1, 14), None):
        assert stage(workspace(repository, directive(repository, step_back_until=until)), STEPPED) == "enforce"


def test_a_step_can_only_lower(repository: Repository) -> None:
    up = entry("staged", stage="enforce", directives=[ID])
    assert stage(workspace(repository, directive(repository, stage="observe")), up) == "observe"
    assert stage(workspace(repository, directive(repository)), STEPPED, up) == "enforce"


def test_a_step_counts_for_those_very_directives_and_that_system(repository: Repository) -> None:
    other = entry("staged", stage="canary", directives=["another"])
    elsewhere = Entry("staged", NOW, {"system": "garage", "stage": "canary", "directives": [ID]})
    assert stage(workspace(repository, directive(repository)), other, elsewhere) == "enforce"


def test_every_directive_must_allow_it(repository: Repository) -> None:
    second = directive(repository, id="second", step_back_until=None)
    both = entry("staged", stage="observe", directives=[ID, "second"])
    assert stage(workspace(repository, directive(repository), second), both) == "enforce"
    assert stage(workspace(repository, directive(repository), directive(repository, id="second")), both) == "observe"


def test_directives_that_count_together_are_at_one_stage(repository: Repository) -> None:
    second = directive(repository, id="second", stage="canary")
    with pytest.raises(DirectiveError, match=r"at different stages: .* at `enforce`, `second` at `canary`"):
        stage(workspace(repository, directive(repository), second))


def test_a_system_has_a_highest_stage_too(repository: Repository) -> None:
    found = workspace(repository, directive(repository))
    system = replace(next(iter(repository.systems.values())), stage="observe")
    assert staged(found, system, ()).stage == "observe"


def test_the_day_is_a_key_that_may_be_left_out() -> None:
    place = FIXTURE / "directives" / ID
    files = {path.name: path.read_bytes() for path in place.iterdir()}
    problems: list[Problem] = []
    without = parse_directive(ID, files, problems)
    dated = {**files, "directive.toml": b"step_back_until = 2026-03-31\n" + files["directive.toml"]}
    found = parse_directive(ID, dated, problems)
    assert without is not None
    assert found is not None
    assert (without.directive.step_back_until, found.directive.step_back_until) == (None, date(2026, 3, 31))
    assert problems == []
    parse_directive(
        ID, {**dated, "directive.toml": dated["directive.toml"].replace(b"2026-03-31", b'"soon"')}, problems
    )
    assert "`step_back_until` must be a day" in str(problems[0])


def test_the_first_apply_begins_anew_after_the_way_back() -> None:
    def planned(state: str, *directives: str, **more: JSON) -> Entry:
        return entry("planned", fingerprint_before=state, directives=list(directives), **more)

    entries = [planned("raw", "a"), entry("applied", fingerprint_before="raw"), planned("a1", "a")]
    assert first_apply(entries, "blotter") == first_apply(entries, "blotter", ["a"]) == 0
    assert first_apply([*entries, planned("a2", "b")], "blotter", ["b"]) == 3
    assert first_apply([*entries, planned("a2", "b")], "blotter") == 0
    partly = [*entries, planned("a2", "a", undo=2), entry("applied", undo=2)]
    assert first_apply(partly, "blotter", ["a"]) == 0
    back = [*entries, planned("a2", "a", undo=1), entry("applied", undo=1)]
    assert first_apply(back, "blotter", ["a"]) is None
    assert first_apply([*back, planned("raw again", "a")], "blotter", ["a"]) == 5
    gone = [*back, planned("raw", "a", undo=4), entry("applied", undo=4)]  # back to before that way back
    assert first_apply(gone, "blotter", ["a"]) == first_apply(gone, "blotter") == 0
    assert first_apply(entries, "garage") is None
    assert first_apply([entry("planned", directives=["a"])], "blotter") is None  # from before facts were kept
