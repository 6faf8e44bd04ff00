"""What is remembered of a policy is used again for what is equal, and for nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from recuse import clock
from recuse.model import Repository
from recuse.operations.policy import Policy
from recuse.operations.workspace import Workspace
from recuse.policy.validate import RuleSet
from tests.conftest import LONGEST
from tests.remembering import remembering
from tests.unit.enforcement.small import DAY, TABLE, accounts, repository, rules, shape, system_of, table_map

SYSTEM = system_of(table_map())
WHOLE = repository(SYSTEM, accounts())
RULES = 'permit (principal in Agency::"city", action, resource) when { !resource.sealed };'


class _Rules:
    """As much of validated rules as a policy needs."""

    def __init__(self, text: str) -> None:
        self.rules = rules(text)


def opened(text: str = RULES, whole: Repository = WHOLE) -> Workspace:
    return Workspace(Path(), whole, cast("RuleSet", _Rules(text)), ("one",), (), clock.now())


def test_a_workspace_gives_one_policy_and_the_next_its_own() -> None:
    workspace = opened()
    assert workspace.policy() is workspace.policy()
    assert workspace.policy().prover(SYSTEM) is workspace.policy().prover(SYSTEM)
    assert opened().policy().prover(SYSTEM) is not workspace.policy().prover(SYSTEM)


def test_a_table_of_another_shape_is_classified_anew() -> None:
    policy = Policy(WHOLE, rules(RULES), ("one",), DAY)
    first = policy.classifier(SYSTEM, {TABLE: shape()}, "clear")
    assert policy.classifier(SYSTEM, {TABLE: shape()}, "clear") is first
    fewer = replace(shape(), columns=shape().columns[:-1])
    assert policy.classifier(SYSTEM, {TABLE: fewer}, "clear") is not first
    assert policy.classifier(SYSTEM, {TABLE: fewer}, "clear").shapes[TABLE] == fewer


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (opened, True),
        (lambda: opened(whole=replace(WHOLE, policy_sha256="another")), True),
        (lambda: opened(RULES + 'forbid (principal in Agency::"nation", action, resource);'), False),
        (lambda: opened(RULES.replace("!", "")), False),
        (lambda: opened(whole=replace(WHOLE, accounts={})), False),
        (lambda: opened(whole=replace(WHOLE, systems={})), False),
    ],
)
def test_proofs_are_shared_by_what_says_the_same(other: Callable[[], Workspace], same: bool) -> None:
    with remembering():
        first, second = opened().policy(), other().policy()
        assert (second.prover(SYSTEM) is first.prover(SYSTEM)) == same
        assert (
            second.classifier(SYSTEM, {TABLE: shape()}, "clear") is first.classifier(SYSTEM, {TABLE: shape()}, "clear")
        ) == same
        assert second is not first
    assert opened().policy().prover(SYSTEM) is not first.prover(SYSTEM)


def test_the_longest_files_are_there() -> None:
    assert [name for name in LONGEST if not (Path(__file__).parents[1] / name).is_file()] == []
