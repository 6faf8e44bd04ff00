"""The fictional repository of tests/fixtures/policy, and its rules, whole or spoilt."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recuse.model import Repository
from recuse.policy.repository import read_repository
from recuse.policy.validate import RuleSet, validate

FIXTURE = Path(__file__).parents[2] / "fixtures" / "policy"
DIRECTIVE = "2019-07-12-civil-immigration"

Spoilt = Callable[[str, str], RuleSet]


@pytest.fixture(scope="session")
def repository() -> Repository:
    return read_repository(FIXTURE)


@pytest.fixture(scope="session")
def rules(repository: Repository) -> RuleSet:
    return validate(repository, [repository.directives[DIRECTIVE].directive])


@pytest.fixture
def spoilt(repository: Repository) -> Spoilt:
    """The rules with one text, which must stand in them, replaced by another."""

    def write(old: str, new: str) -> RuleSet:
        directive = repository.directives[DIRECTIVE].directive
        assert directive.cedar.count(old) == 1
        return validate(repository, [replace(directive, cedar=directive.cedar.replace(old, new))])

    return write
