"""What a decision takes in this process, among a thousand rules: asked of the rules that can matter, and of all.

The rules are those of an institution with fifty partner agencies, each with its own for an action and a category.
A question is about another row than the one before it. Cedar decides both ways, and answers alike before it is timed.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench import place
from bench.measure import SEED, Rows, check_answers, interleaved, median, ratio, wall_seconds
from bench.result import Place, Result
from bench.stage import FULL, Stage
from recuse.model import Account, Agency, Circumstances, Repository, Value
from recuse.policy.decide import Decider, Question
from recuse.policy.repository import read_repository
from recuse.policy.slices import Slices
from recuse.policy.validate import RuleSet, validate

MICROSECONDS: Final = 100.0
"""The aim, among 1,000 rules."""
RULES: Final = 1000
_FEW: Final = 60
_AGENCIES: Final = 50
_ASKED: Final = 200
_POLICY: Final = Path(__file__).parent / "world" / "policy"
_UNDER: Final = ("official_duty", "judicial.warrant")


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One way of asking: each question of a sample by itself."""

    name: str
    decider: Decider
    parameters: Sequence[tuple[Question]]

    def answer(self) -> Rows:
        decided = (self.decider.decide(question) for (question,) in self.parameters)
        return [(each.allow, *each.rules) for each in decided]


class _Whole(Slices):
    """All rules, whatever is asked."""

    def of(self, *_: object) -> int:
        return (1 << len(self._rules)) - 1


def run(stage: Stage) -> Iterator[Result]:
    """Both ways in turn; a figure an execution."""
    full = stage.rows >= FULL
    repository, rules = _world(RULES if full else _FEW)
    stage.say(f"decision: {len(rules.rules)} rules")
    slices, whole = Decider(repository, rules), Decider(repository, rules)
    whole._slices = _Whole(repository, rules.rules)
    asked = [(question,) for question in _questions(repository)]
    ours, all_rules = _Side("slices", slices, asked), _Side("all-rules", whole, asked)
    check_answers(all_rules, [ours])
    samples = interleaved({ours: stage.rounds, all_rules: stage.rounds}, wall_seconds)
    versions = {name: version for name, version in place.versions("").items() if name != "postgresql"}
    here = Place(f"{place.machine()}; {len(rules.rules)} rules, in process", versions)
    aim = MICROSECONDS if full else None
    yield here.result("decision/slices/took", median(samples["slices"], 1e6), "µs", None, aim)
    yield here.result("decision/all-rules/took", median(samples["all-rules"], 1e6), "µs", None)
    yield here.result("decision/slices/times-all", ratio(samples, "slices", "all-rules"), "×", "all-rules")


def _world(number: int) -> tuple[Repository, RuleSet]:
    read = read_repository(_POLICY)
    agencies = [Agency(f"partner.{n}", f"Partner {n}", "us", None) for n in range(_AGENCIES)]
    accounts = [
        Account("register", f"partner_{n}", agency.id, "shared", active=True, standing=None, may_declare=frozenset())
        for n, agency in enumerate(agencies)
    ]
    repository = replace(
        read,
        agencies={**read.agencies, **{each.id: each for each in agencies}},
        accounts={**read.accounts, **{each.id: each for each in accounts}},
    )
    [signed] = read.directives.values()
    own = len(validate(repository, [signed.directive]).rules)
    text = "".join(_rule(n, repository) for n in range(number - own))
    return repository, validate(repository, [replace(signed.directive, cedar=signed.directive.cedar + text)])


def _rule(number: int, repository: Repository) -> str:
    categories, purposes = list(repository.categories), list(repository.purposes)
    agency = f'Agency::"partner.{number % _AGENCIES}"'
    action = ("read", "insert", "update", "delete")[number // _AGENCIES % 4]
    head = f'principal in {agency}, action == Action::"{action}", resource in Category::"{categories[number % 2]}"'
    purpose, authority = purposes[number % len(purposes)], _UNDER[number % 2]
    asks = f'context.purpose in Purpose::"{purpose}" && context.authority in Authority::"{authority}"'
    return f'@id("partner-{number}")\npermit ({head})\nwhen {{ {asks} }};\n'


def _questions(repository: Repository) -> Iterator[Question]:
    chance = random.Random(SEED)  # noqa: S311 - the same questions each time
    for number in range(_ASKED):
        account = f"register/partner_{chance.randrange(_AGENCIES)}"
        circumstances = Circumstances(chance.choice(list(repository.purposes)), chance.choice(_UNDER))
        row: dict[str, Value] = {"sealed": False, "juvenile": False, "district": f"d{1 + number % 24:02}"}
        yield Question(account, "read", "register", "register.arrest", "arrest_record", row, circumstances)
