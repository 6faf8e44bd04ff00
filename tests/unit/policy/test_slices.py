"""Cedar's answer on the rules whose heads can apply is its answer on all of them: decision, reasons and errors."""

import json
import random
from dataclasses import replace
from itertools import product

import cedarpy
import pytest

from recuse.model import ACTIONS, Circumstances, Directive, Repository
from recuse.policy import slices
from recuse.policy.entities import context_json, entities_json, row_entity, uid
from recuse.policy.schema import cedar_schema
from recuse.policy.slices import Slices
from recuse.policy.validate import RuleSet, validate
from tests.unit.policy.conftest import ROWS

PURPOSES = ("undeclared", "crim.investigation", "imm.civil_enforcement")


def many(repository: Repository, directive: Directive, number: int) -> RuleSet:
    """Rules of every form of head, on top of the directive's."""
    chance = random.Random(7)  # noqa: S311 - the same rules each time
    agencies, accounts = list(repository.agencies), list(repository.accounts)
    rows = [f"blotter::records::{table.partition('.')[2]}" for table in ROWS]
    categories = list(repository.categories)

    def rule(name: int) -> str:
        principal = chance.choice((
            "principal", "principal is Account", f'principal in Agency::"{chance.choice(agencies)}"',
            f'principal == Account::"{chance.choice(accounts)}"',
            f'principal is Account in Agency::"{chance.choice(agencies)}"',
        ))  # fmt: skip
        action = chance.choice((
            "action", 'action == Action::"read"', 'action in Action::"write"',
            'action in [Action::"insert", Action::"delete"]',
        ))  # fmt: skip
        category = f'Category::"{chance.choice(categories)}"'
        resource = chance.choice((
            "resource", f"resource in {category}", f"resource is {chance.choice(rows)}",
            f"resource is {chance.choice(rows)} in {category}",
        ))  # fmt: skip
        effect = chance.choice(("permit", "permit", "forbid"))
        purpose = chance.choice(PURPOSES)
        head = f'@id("x{name}")\n{effect} ({principal}, {action}, {resource})'
        return f'{head} when {{ context.purpose in Purpose::"{purpose}" }};\n'

    return validate(repository, [replace(directive, cedar=directive.cedar + "".join(map(rule, range(number))))])


def differing(repository: Repository, rules: RuleSet) -> tuple[int, int]:
    """How many questions are answered otherwise on their slice; and how many rules a slice has at most."""
    schema, found, largest = cedarpy.Schema.from_str(cedar_schema(repository)), 0, 0
    entities = cedarpy.Entities.from_json_str(entities_json(repository), schema)  # with the groups of actions
    sliced = Slices(repository, rules.rules)
    tables = repository.systems["blotter"].tables
    places = [(each, category) for each in tables for category in each.categories]
    for account, action, (table, category), purpose in product(repository.accounts, ACTIONS, places, PURPOSES):
        chosen = sliced.of(account, action, ("blotter", table.name, category))
        row = row_entity(repository, "blotter", table, category, ROWS[table.name][1])
        request = {
            "principal": uid("Account", account), "action": uid("Action", action), "resource": row["uid"],
            "context": context_json(Circumstances(purpose, "none", frozenset())),
        }  # fmt: skip
        known = entities.with_added_json_str(json.dumps([row]))
        [whole] = cedarpy.is_authorized_batch([request], rules.policies, known)
        [part] = cedarpy.is_authorized_batch([request], sliced.handle(chosen), known)
        same = (whole.decision, sorted(whole.diagnostics.reasons), sorted(whole.diagnostics.errors)) == (
            part.decision, sorted(part.diagnostics.reasons), sorted(part.diagnostics.errors)
        )  # fmt: skip
        found += not same
        largest = max(largest, chosen.bit_count())
    return found, largest


def test_a_slice_answers_as_all_rules_do(repository: Repository, directive: Directive) -> None:
    rules = many(repository, directive, 200)
    found, largest = differing(repository, rules)
    assert (found, largest < len(rules.rules) / 2) == (0, True), largest


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("principal_agencies", lambda _repository, agency: {agency}),
        ("above", lambda _tree, category: {category}),
        ("row_type", lambda _system, table: table),
        ("WRITE", "writing"),
    ],
)
def test_a_slice_that_leaves_out_too_much_is_noticed(
    repository: Repository, directive: Directive, monkeypatch: pytest.MonkeyPatch, name: str, wrong: object
) -> None:
    rules = many(repository, directive, 200)
    monkeypatch.setattr(slices, name, wrong)
    assert differing(repository, rules)[0] > 0
