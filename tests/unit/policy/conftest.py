"""The fictional repository of tests/fixtures/policy: read once, or copied to be spoilt."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from recuse.model import Circumstances, Directive, Repository
from recuse.policy.decide import Decider, Question
from recuse.policy.repository import read_repository
from recuse.policy.validate import RuleSet, validate

FIXTURE = Path(__file__).parents[2] / "fixtures" / "policy"
DIRECTIVE = "2019-07-12-civil-immigration"
ON = date(2026, 1, 15)

Spoil = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "policy"))


@pytest.fixture
def spoil(folder: Path) -> Spoil:
    """Replaces one text, which must stand in the file, by another; an empty one appends."""

    def write(file: str, old: str, new: str) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1) if old else text + new)

    return write


@pytest.fixture(scope="session")
def repository() -> Repository:
    return read_repository(FIXTURE)


@pytest.fixture(scope="session")
def directive(repository: Repository) -> Directive:
    return repository.directives[DIRECTIVE].directive


@pytest.fixture(scope="session")
def rules(repository: Repository, directive: Directive) -> RuleSet:
    return validate(repository, [directive])


@pytest.fixture(scope="session")
def decider(repository: Repository, rules: RuleSet) -> Decider:
    return Decider(repository, rules)


def with_cedar(directive: Directive, cedar: str) -> Directive:
    return replace(directive, cedar=cedar)


ARREST: dict[str, bool | str | int | None] = {"sealed": False, "juvenile": None, "district": "4", "charges": 1}
PERSON: dict[str, bool | str | int | None] = {"sealed": False, "juvenile": False}
ROWS = {
    "records.person": ("person_identity", PERSON),
    "records.arrest": ("arrest_record", ARREST),
    "records.status_exchange": ("citizenship_immigration_status", {}),
    "records.crime_map": ("crime_mapping", {}),
}


def ask(account: str, circumstances: Circumstances, table: str = "records.arrest", **changes: object) -> Question:
    """A question about reading an ordinary row; `changes` replace fields, or attributes of the row."""
    category, row = ROWS[table]
    fields = {key: changes.pop(key) for key in ("action", "category") if key in changes}
    question = Question(
        account=f"blotter/{account}",
        action="read",
        system="blotter",
        table=table,
        category=category,
        row={**row, **changes},  # type: ignore[dict-item]
        circumstances=circumstances,
    )
    return replace(question, **fields)  # type: ignore[arg-type]
