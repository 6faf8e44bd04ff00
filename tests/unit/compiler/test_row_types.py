"""Which rules speak of which tables: the compiler and the proofs each leave rules out by an index of their own.

Cedar is asked about rows of three types, of which rules name two, by rules that are put together at random.
"""

from dataclasses import replace
from random import Random
from typing import Final

import cedarpy
import pytest
import z3
from cedarpy import pst

from recuse.compiler import row_types as index
from recuse.compiler.lower import lower
from recuse.compiler.proof import speaking
from recuse.compiler.proof.cedar import Cedar, Kind, Situation
from recuse.compiler.proof.cedar import Principal as Asker
from recuse.compiler.proof.opened import fold, visible
from recuse.compiler.proof.prover import Prover
from recuse.compiler.proof.questions import Answered, Reader
from recuse.compiler.proof.space import Space
from recuse.compiler.residual import RuleText, residuals, specialise, whole
from recuse.compiler.row_types import row_types
from recuse.model import ACTIONS, System, TableMap
from tests.conformance.world import CIRCUMSTANCES, HIERARCHY, KIND, PRINCIPALS, rules_of
from tests.proof.small import AGENCY
from tests.unit.enforcement.small import SYSTEM, account, repository, system_of, table_map

TYPES: Final = ("clear::records::a", "clear::records::b", "clear::records::c")
ATOMS: Final = (
    *(f"resource is {name}" for name in TYPES[:2]),
    *(f'resource is {TYPES[0]} in Category::"{name}"' for name in ("arrest_record", "release_date")),
    'context.purpose in Purpose::"crime"', "principal.personal", 'action in Action::"write"',
    'resource in Category::"release_date"', 'resource.category == Category::"arrest_record"', "resource.public",
    "true", "false", "principal == 1", '(if principal.personal then 1 else "x") == 1', '"nothing" like "some*"',
    "context.agreed.contains(resource.category)",
)  # fmt: skip
ERRS: Final = "resource.nothing"
"""No row has it, so that asking for it errs."""
SCOPES: Final = ("resource", f"resource is {TYPES[0]}", f'resource is {TYPES[1]} in Category::"arrest_record"')


def condition(random: Random, depth: int) -> str:
    if depth == 0 or random.random() < 0.2:
        return f"({random.choice((*ATOMS, ERRS))})"
    parts = [condition(random, depth - 1) for _ in range(3)]
    match random.randrange(4):
        case 0:
            return f"({parts[0]} && {parts[1]})"
        case 1:
            return f"({parts[0]} || {parts[1]})"
        case 2:
            return f"(!{parts[0]})"
        case _:
            return f"(if {parts[0]} then {parts[1]} else {parts[2]})"


def rule(random: Random, number: int) -> str:
    effect = random.choice(("permit", "permit", "forbid"))
    clauses = [f"{random.choice(('when', 'when', 'unless'))} {{ {condition(random, 3)} }}" for _ in range(2)]
    return f'@id("r{number}") {effect} (principal, action, {random.choice(SCOPES)}) {" ".join(clauses)};'


def rule_set(random: Random) -> cedarpy.PolicySet:
    return cedarpy.PolicySet.from_str("\n".join(rule(random, number) for number in range(4)))


def tables() -> tuple[TableMap, ...]:
    plain = replace(table_map(), columns={}, attributes={}, key=())
    return tuple(
        replace(plain, name=name.removeprefix("clear::").replace("::", "."), category=category)
        for name, category in zip(TYPES, ("arrest_record", "release_date", "arrest_record"), strict=True)
    )


@pytest.fixture(scope="module")
def world() -> tuple[System, Cedar]:
    system = replace(system_of(table_map()), tables=tables())
    return system, Cedar(repository(system, [account(login) for login in ("clerk", "agent", "analyst")]))


def true_of(cedar: Cedar, each: pst.Template, situation: Situation) -> bool:
    """Whether a rule's condition is true of a row, by Cedar: an error is not."""
    alone = replace(each, id="alone", effect="permit", annotations={})
    return cedar.decide([RuleText("alone", "permit", alone)], situation, {})


def situations(system: System) -> list[Situation]:
    askers = [Asker(name, agency) for name, agency in AGENCY.items()]
    return [
        Situation(asker, circumstances, action, Kind(SYSTEM, table.name, table.category))
        for asker in askers
        for circumstances in CIRCUMSTANCES[:2]
        for action in ("delete",)
        for table in system.tables
    ]


def left_out(random: Random, system: System, cedar: Cedar, sets: int) -> tuple[int, int]:
    """How often each index leaves out a rule for a type of rows; AssertionError where Cedar says it is true of one."""
    ours = theirs = 0
    for _ in range(sets):
        for each in rules_of(rule_set(random)):
            opened = {s.kind.table for s in situations(system) if true_of(cedar, each.template, s)}
            types = {f"clear::{table.replace('.', '::')}" for table in opened}
            for found in (row_types(whole(each)), speaking.named_types(each)):
                assert found is None or types <= found, (each.template, found, types)
            ours += row_types(whole(each)) is not None
            theirs += speaking.named_types(each) is not None
    return ours, theirs


def test_a_rule_is_true_of_no_row_of_a_type_that_is_left_out(world: tuple[System, Cedar]) -> None:
    ours, theirs = left_out(Random(11), *world, sets=40)  # noqa: S311 - the same sets each time
    assert ours > theirs > 30, (ours, theirs)


def test_narrowing_to_a_table_first_changes_no_decision(world: tuple[System, Cedar]) -> None:
    system, _ = world
    random = Random(5)  # noqa: S311
    opened = 0
    for _ in range(150):
        rules = rules_of(rule_set(random))
        for principal in PRINCIPALS:
            every = specialise(rules, principal, CIRCUMSTANCES[0], HIERARCHY)
            for table, name in zip(system.tables, TYPES, strict=True):
                kind = replace(KIND, table=table.name, category=table.category, attributes=())
                narrowed = every.of_rows(name, HIERARCHY)
                for action in ACTIONS:
                    at_once = lower(residuals(every, action, kind, HIERARCHY), ())
                    assert lower(residuals(narrowed, action, kind, HIERARCHY), ()) == at_once
                    opened += at_once != lower((), ())
    assert opened > 500, opened


def test_a_proof_asks_every_rule_that_can_open_something(world: tuple[System, Cedar]) -> None:
    """What is opened by the rules asked is what is opened by all of them."""
    system, cedar = world
    random = Random(3)  # noqa: S311
    nothing = Space({})
    opened = silent = 0
    for _ in range(80):
        rules = rules_of(rule_set(random))
        prover, reader = Prover(cedar, rules, system), Reader.of({})
        questions = [(each.effect, reader.rule(each)) for each in rules]
        for situation in situations(system):
            asked = prover.opened(situation)
            folded = frozenset((effect, fold(question, situation, cedar)) for effect, question in questions)
            every = replace(asked, rules=frozenset(f for f in folded if f[1] != Answered(False)))
            shown = visible(asked, nothing, cedar)
            assert _is_true(shown) is _is_true(visible(every, nothing, cedar))
            opened += _is_true(shown)
            silent += not prover.opens(situation.principal, situation.circumstances, situation.kind.table)
    assert opened > 200, opened
    assert silent > 200, silent


def _is_true(formula: z3.BoolRef) -> bool:
    return bool(z3.is_true(z3.simplify(formula)))


@pytest.mark.parametrize("fault", ["_both", "_either"])
def test_a_faulty_index_is_seen(fault: str, world: tuple[System, Cedar], monkeypatch: pytest.MonkeyPatch) -> None:
    other = {"_both": lambda one, two: frozenset(), "_either": index._both}[fault]
    monkeypatch.setattr(index, fault, other)
    with pytest.raises(AssertionError):
        left_out(Random(11), *world, sets=40)  # noqa: S311


def test_a_proof_with_a_faulty_index_is_seen(world: tuple[System, Cedar], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "_all", lambda several: next((t for t in several if t is not None), frozenset()))
    with pytest.raises(AssertionError):
        left_out(Random(11), *world, sets=40)  # noqa: S311
