"""`[permits]` of a directive: read strictly, named purposes known, and of several directives the strictest."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from recuse.directive.document import DIRECTIVE, read_directive, with_digests
from recuse.errors import DirectiveError, PolicyError
from recuse.model import Directive, PermitTerms
from recuse.permits import Terms, terms_of
from recuse.policy.repository import read_repository
from recuse.policy.validate import validate
from tests.unit.directive.test_document import FIXTURE, NAME

WHOLE = """
[permits]
longest_hours = 48
unused_hours = 6
two_person = ["crim", "imm"]
break_glass_hours = 4
break_glass_purposes = ["crim"]
"""


def told(tmp_path: Path, added: str) -> Directive:
    folder = Path(shutil.copytree(FIXTURE, tmp_path / NAME))
    (folder / DIRECTIVE).write_bytes((folder / DIRECTIVE).read_bytes() + added.encode())
    return read_directive(folder).directive


def test_a_directive_says_nothing_of_permits_unless_it_does(tmp_path: Path) -> None:
    assert told(tmp_path, "").permits is None
    assert told(tmp_path / "one", "[permits]\n").permits == PermitTerms()


def test_all_that_can_be_said_is_read_and_signed(tmp_path: Path) -> None:
    directive = told(tmp_path, WHOLE)
    assert directive.permits == PermitTerms(48, 6, ("crim", "imm"), 4, ("crim",))
    assert directive.raw.endswith(WHOLE.encode())
    assert with_digests(directive.raw, "a" * 64, "b" * 64).endswith(WHOLE.encode())
    assert told(tmp_path / "all", '[permits]\ntwo_person = "all"\n').permits == PermitTerms(two_person=None)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("longest_hours = 73", "`longest_hours` must be whole hours from 1 to 72"),
        ("longest_hours = 0", "`longest_hours` must be whole hours from 1 to 72"),
        ("unused_hours = 0", "`unused_hours` must be whole hours from 1 to 72"),
        ("break_glass_hours = 9", "`break_glass_hours` must be whole hours from 0 to 8"),
        ("break_glass_hours = true", "`break_glass_hours` must be whole hours from 0 to 8"),
        ("break_glass_hours = 1.5", "`break_glass_hours` must be whole hours from 0 to 8"),
        ('two_person = "some"', "`two_person` must be a list of purposes, or `all`"),
        ("two_person = [1]", "`two_person` must be a list of purposes, or `all`"),
        ('two_person = ["crim", "crim"]', "`crim` stands twice in `two_person`"),
        ('break_glass_purposes = ["crim"]', "opens nothing without `break_glass_hours`"),
        ("three_person = []", "unknown key `three_person`"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_line(tmp_path: Path, line: str, expected: str) -> None:
    with pytest.raises(DirectiveError) as refused:
        told(tmp_path, f"[permits]\n{line}\n")
    assert expected in refused.value.message
    assert f"{NAME}/{DIRECTIVE}:" in refused.value.message


def test_a_purpose_that_is_not_there_is_refused(tmp_path: Path) -> None:
    repository = read_repository(FIXTURE.parents[1])
    known = next(iter(repository.purposes))
    directive = told(tmp_path, f'[permits]\ntwo_person = ["{known}", "crime_of_none"]\nbreak_glass_hours = 1\n')
    with pytest.raises(PolicyError, match="unknown purpose `crime_of_none`") as refused:
        validate(repository, [directive])
    line = directive.raw.decode().splitlines().index(f'two_person = ["{known}", "crime_of_none"]') + 1
    assert f"{DIRECTIVE}:{line}" in refused.value.message
    validate(repository, [replace(directive, permits=PermitTerms(two_person=(known,)))])


def test_of_several_directives_the_strictest_counts(tmp_path: Path) -> None:
    silent = told(tmp_path, "")
    assert terms_of([]) == terms_of([silent]) == Terms()
    one = replace(silent, permits=PermitTerms(48, 6, ("crim",), 8, ("crim", "imm")))
    two = replace(silent, permits=PermitTerms(72, 24, ("imm",), 2, None))
    both = terms_of([one, silent, two])
    assert (both.longest, both.unused, both.break_glass) == tuple(timedelta(hours=n) for n in (48, 6, 2))
    assert both.two_person == frozenset({"crim", "imm"})
    assert terms_of([one, replace(silent, permits=PermitTerms(two_person=None))]).two_person is None
    assert terms_of([one, replace(silent, permits=PermitTerms())]).break_glass == timedelta(0)
    repository = read_repository(FIXTURE.parents[1])
    above = {each.id: each.parent for each in repository.purposes.values()}
    inner, outer = next((name, parent) for name, parent in above.items() if parent is not None)
    terms = terms_of([replace(silent, permits=PermitTerms(72, 24, (outer,), 2, (outer,)))])
    other = next(name for name, parent in above.items() if parent is None and name != outer)
    assert [terms.needed(repository, name) for name in (inner, outer, other)] == [2, 2, 1]
    assert [terms.breakable(repository, name) for name in (inner, outer, other)] == [True, True, False]
    narrower = terms_of([
        replace(silent, permits=PermitTerms(break_glass_hours=2, break_glass_purposes=(outer,))),
        replace(silent, permits=PermitTerms(break_glass_hours=2, break_glass_purposes=(other,))),
    ])  # fmt: skip
    assert not any(narrower.breakable(repository, name) for name in above)
