"""Plain rules: the same after writing and reading, decided as Cedar decides, and never read from what says more."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from recuse.errors import InputError, PolicyError
from recuse.model import ACTIONS, ASSISTANCE, Circumstances, Directive, Repository
from recuse.policy.assisting import Assisting, Help
from recuse.policy.decide import Decider
from recuse.policy.plain import (
    Branches,
    PlainRule,
    Terms,
    Untold,
    append,
    reading,
    records,
    remove,
    replace_rule,
    texts,
    to_cedar,
    to_rules,
    to_sentence,
    writing,
)
from recuse.policy.repository import read_repository
from recuse.policy.trees import Branch
from recuse.policy.validate import validate
from tests.unit.policy.conftest import FIXTURE, ROWS, ask
from tests.unit.policy.plain.made import MARKS, decides, helps, plain_rules

REPOSITORY = read_repository(FIXTURE)
ROW_RULES = st.lists(plain_rules(REPOSITORY, helping=False), min_size=1, max_size=3, unique_by=lambda rule: rule.id)
HELP_RULES = st.lists(plain_rules(REPOSITORY, helping=True), min_size=1, max_size=3, unique_by=lambda rule: rule.id)
DRAFT = next(iter(REPOSITORY.directives.values())).directive
ASKED = 160
QUIET = settings(
    deadline=None, max_examples=60, phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


@QUIET
@given(st.one_of(ROW_RULES, HELP_RULES))
def test_what_is_written_is_read_back(rules: list[PlainRule]) -> None:
    assert to_rules(to_cedar(rules)) == tuple(rules)


@QUIET
@given(ROW_RULES, HELP_RULES)
def test_what_is_written_is_accepted(rows: list[PlainRule], helping: list[PlainRule]) -> None:
    rules = [replace(rule, id=f"r{place}") for place, rule in enumerate([*rows, *helping])]
    found = validate(REPOSITORY, [replace(DRAFT, cedar=to_cedar(rules))])
    assert (len(found.rules), len(found.assistance)) == (len(rows), len(helping))


def agree_on_rows(rules: list[PlainRule], chance: Random, seen: Counter[bool]) -> None:
    """Cedar and the rules themselves say the same of some accounts, actions, rows and circumstances."""
    decider = Decider(REPOSITORY, validate(REPOSITORY, [replace(DRAFT, cedar=to_cedar(rules))]))
    logins = [account.login for account in REPOSITORY.accounts.values() if account.system == "blotter"]
    questions = []
    for _ in range(ASKED):
        table = chance.choice(list(ROWS))
        row = {mark: chance.random() < 0.5 for mark in MARKS if mark in ROWS[table][1]}
        login, action = chance.choice(logins), chance.choice(ACTIONS)
        questions.append(ask(login, circumstances(chance), table, action=action, **row))
    for asked, found in zip(questions, decider.decide_many(questions), strict=True):
        assert found.allow == decides(REPOSITORY, rules, asked), (asked, to_cedar(rules))
        seen[found.allow] += 1


def circumstances(chance: Random) -> Circumstances:
    agreed = frozenset(chance.sample(sorted(REPOSITORY.categories), 4))
    trees = (REPOSITORY.purposes, REPOSITORY.authorities)
    purpose, authority = (chance.choice([*tree, *below(tree)]) for tree in trees)
    return Circumstances(purpose, authority, agreed)


def below(tree: Mapping[str, Branch]) -> list[str]:
    return [item.id for item in tree.values() if item.parent is not None] * 2


def test_rules_on_rows_say_what_cedar_decides() -> None:
    seen: Counter[bool] = Counter()

    @QUIET
    @given(ROW_RULES, st.integers(0, 1 << 32).map(Random))
    def agree(rules: list[PlainRule], chance: Random) -> None:
        agree_on_rows(rules, chance, seen)

    agree()
    assert min(seen[True], seen[False]) > 100, "questions that all have one answer show nothing"


def agree_on_help(rules: list[PlainRule], chance: Random, seen: Counter[bool]) -> None:
    """The same of requests for assistance, with other agencies taking part and without."""
    assisting = Assisting(REPOSITORY, validate(REPOSITORY, [replace(DRAFT, cedar=to_cedar(rules))]))
    for _ in range(ASKED // 4):
        agencies = tuple(chance.sample(sorted(REPOSITORY.agencies), chance.choice((1, 2))))
        categories = tuple(chance.sample(sorted(REPOSITORY.categories), chance.choice((0, 3))))
        asked = Help(chance.choice(ASSISTANCE), agencies, categories, circumstances(chance))
        for category, found in zip(categories or (None,), assisting.decide(asked), strict=True):
            assert found.allow == helps(REPOSITORY, rules, asked, category), (asked, category, to_cedar(rules))
            seen[found.allow] += 1


def test_rules_on_assistance_say_what_cedar_decides() -> None:
    seen: Counter[bool] = Counter()

    @QUIET
    @given(HELP_RULES, st.integers(0, 1 << 32).map(Random))
    def agree(rules: list[PlainRule], chance: Random) -> None:
        agree_on_help(rules, chance, seen)

    agree()
    assert min(seen[True], seen[False]) > 100


# --- the tests themselves: each fault is found ---


def _without_exceptions(rule: PlainRule) -> str:
    return written(replace(rule, unless=Terms()))


def _alone_as_within(variable: str, kind: str, branches: Branches) -> list[str]:
    return [f'{variable} in {kind}::"{each}"' for each in (*branches.within, *branches.alone)]


written: Callable[[PlainRule], str] = writing._rule

WRITING_FAULTS: dict[str, tuple[str, object]] = {
    "exceptions are lost": ("_rule", _without_exceptions),
    "alone becomes with everything below": ("_tree", _alone_as_within),
    "any becomes all": ("_any_of", " && ".join),
    "what is public is not asked": ("_whether", lambda _rule: iter(())),
}


@pytest.mark.parametrize("fault", WRITING_FAULTS)
def test_a_fault_in_writing_is_found_by_decisions_and_by_reading(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, wrong = WRITING_FAULTS[fault]
    monkeypatch.setattr(writing, name, wrong)
    for test in (test_rules_on_rows_say_what_cedar_decides, test_what_is_written_is_read_back):
        with pytest.raises((AssertionError, BaseExceptionGroup)):
            test()


READING_FAULTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "what is denied is asked": lambda patch: patch.setattr(reading._Reading, "denied", reading._Reading.asked),
    "marks are lost": lambda patch: patch.setattr(reading, "_mark", lambda _: None),
    "a group of actions is an action": lambda patch: patch.setattr(reading, "_GROUPS", {}),
    "below is not told from alone": lambda patch: patch.setattr(
        reading, "_in_tree", lambda variable, uid, below: (reading._TREES[(variable, str(uid.type))], True, uid.id)
    ),
}


@pytest.mark.parametrize("fault", READING_FAULTS)
def test_a_fault_in_reading_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    READING_FAULTS[fault](monkeypatch)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        test_what_is_written_is_read_back()


# --- forms ---


def only(text: str) -> PlainRule | Untold:
    (rule,) = to_rules(text)
    return rule


HEAD = '@id("a") permit (principal, action == Action::"read", resource)'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('permit (principal, action, resource);', "has no `@id`"),
        ('@id("a") @note("b") permit (principal, action, resource);', "has annotations besides `@id`"),
        ('@id("a") permit (principal, action, resource is a::b::c);', "names a type, or a slot"),
        ('@id("a") permit (principal == Account::"clear/x", action, resource);', "compares with something that"),
        ('@id("a") permit (principal == ?principal, action, resource);', "names a type, or a slot"),
        ('@id("a") permit (principal == Agency::"x", action, resource);', "names an agency without those"),
        ('@id("a") permit (principal, action == Action::"write", resource);', "names a group of actions"),
        ('@id("a") permit (principal, action in [Action::"read", Action::"interview"], resource);', "is about rows"),
        (f"{HEAD} when {{ resource.grade < 5 }};", "asks something that no"),
        (f"{HEAD} when {{ resource.public || context.purpose == Purpose::\"own\" }};", "asks something that no"),
        (f'{HEAD} when {{ context.purpose == Purpose::"own" || resource in Category::"c" }};', "joins different"),
        (f'{HEAD} when {{ context.purpose in Purpose::"a" && context.purpose in Purpose::"b" }};', "asks the same"),
        (f'{HEAD} unless {{ resource.public && context.purpose in Purpose::"b" }};', "asks something that no"),
        (f"{HEAD} when {{ resource.public }} unless {{ resource.public }};", "asks for something and its opposite"),
        (f"{HEAD} when {{ [].contains(context.purpose) }};", "asks for something of nothing"),
        (f"{HEAD} when {{ resource has sealed && resource.juvenile }};", "asks something that no"),
        (f"{HEAD} when {{ resource has sealed }};", "asks something that no"),
        (f'{HEAD} unless {{ principal in [Agency::"a"] && resource.public }};', "asks something that no"),
    ],
)  # fmt: skip
def test_another_form_is_said_to_be_one(text: str, why: str) -> None:
    found = only(text)
    assert isinstance(found, Untold)
    assert why in found.why


def test_the_ways_of_writing_one_thing_read_the_same() -> None:
    both = Branches(alone=("a", "b"))
    purposes = PlainRule("a", "permit", ("read",), Terms(purposes=both))
    for text in (
        f'{HEAD} when {{ context.purpose == Purpose::"a" || context.purpose == Purpose::"b" }};',
        f'{HEAD} when {{ [Purpose::"a", Purpose::"b"].contains(context.purpose) }};',
        f'{HEAD} when {{ [Purpose::"a", Purpose::"b", Purpose::"a"].contains(context.purpose) }};',
    ):
        assert only(text) == purposes
    assert only(f'{HEAD} when {{ context.purpose in [Purpose::"a"] }};') == replace(
        purposes, where=Terms(purposes=Branches(within=("a",)))
    )
    hidden = PlainRule("a", "permit", ("read",), public=False, unless=Terms(marked=("sealed",)))
    for text in (
        f"{HEAD} when {{ !resource.public && !(resource has sealed && resource.sealed) }};",
        f"{HEAD} unless {{ resource.public || (resource has sealed && resource.sealed) }};",
        f"{HEAD} unless {{ resource has sealed && resource.sealed }} unless {{ resource.public }};",
        f"{HEAD} when {{ !(resource.public || (resource has sealed && resource.sealed)) }};",
    ):
        assert only(text) == hidden
    write = only('@id("a") permit (principal, action in Action::"write", resource);')
    assert write == PlainRule("a", "permit", ("insert", "update", "delete"))


def test_every_rule_of_the_directives_in_this_repository_is_read(directive: Directive, repository: Repository) -> None:
    for rule in to_rules(directive.cedar):
        assert isinstance(rule, PlainRule), rule
        assert to_sentence(rule, repository.agencies).endswith(".")


ROOT = Path(__file__).parents[4]
UNTOLD = {
    "bench/world": {"other-districts"}, "tests/delegated": {"high-grades-are-nobodys"},
    "tests/statements": {"undecided"},
}  # fmt: skip


def test_of_every_directive_here_it_is_known_which_rules_only_cedar_shows() -> None:
    folders = ("src/recuse/demo", "tests/delegated", "tests/restore", "tests/statements", "bench/world")
    texts = {path: path.read_text() for folder in folders for path in (ROOT / folder).rglob("directive.cedar")}
    assert len(texts) == 6
    for path, text in texts.items():
        place = "/".join(path.relative_to(ROOT).parts[:2])
        rules = to_rules(text)
        assert {rule.id for rule in rules if isinstance(rule, Untold)} == UNTOLD.get(place, set())
        plain = tuple(rule for rule in rules if isinstance(rule, PlainRule))
        assert to_rules(to_cedar(plain)) == plain


def test_what_no_rule_can_say_is_refused() -> None:
    rule = PlainRule("a", "permit", ("read",))
    for wrong, message in (
        (replace(rule, actions=()), "names no action"),
        (replace(rule, actions=("update", "read")), "not in their order"),
        (replace(rule, actions=("read", "interview")), "is about rows and about assistance"),
        (replace(rule, where=Terms(parties=("a",))), "asks who takes part, of rows"),
        (replace(rule, data=True), "asks whether data is asked for, of rows"),
        (replace(rule, unless=Terms(marked=("has",))), "asks for a mark that no row can have"),
        (replace(rule, actions=("interview",), where=Terms(marked=("sealed",))), "asks how rows are marked"),
        (replace(rule, actions=("interview",), where=Terms(categories=Branches(alone=("c",)))), "a category alone"),
    ):
        with pytest.raises(InputError, match=message):
            to_cedar([wrong])


def test_an_id_cannot_leave_its_quotes() -> None:
    name = 'a") || true //\n\u202e\\'
    rule = PlainRule("a", "permit", ("read",), Terms(purposes=Branches(alone=(name,)), agencies=Branches((name,))))
    text = to_cedar([rule])
    assert to_rules(text) == (rule,)
    assert text.replace("\n", "").isprintable()


# --- one rule of a text ---

TEXT = """// A directive.

// The first.
@id("one")
permit (principal, action, resource);

// The second; it has a semicolon; and "quotes".
@id("two")
forbid (principal, action, resource);
// The end.
"""


def test_one_rule_is_changed_and_nothing_else() -> None:
    assert [text.split("\n")[0] for text in texts(TEXT)] == ['@id("one")', '@id("two")']
    new = to_cedar([PlainRule("new", "permit", ("read",))])
    changed = replace_rule(TEXT, 1, new)
    assert changed == TEXT.replace('@id("two")\nforbid (principal, action, resource);', new.rstrip())
    assert remove(TEXT, 0) == TEXT.replace('// The first.\n@id("one")\npermit (principal, action, resource);\n\n', "")
    assert [rule.id for rule in to_rules(remove(TEXT, 1))] == ["one"]
    assert "second" not in remove(TEXT, 1)
    assert [rule.id for rule in to_rules(append(TEXT, new))] == ["one", "two", "new"]
    assert append("", new) == new
    assert remove(new, 0) == ""


def test_a_text_that_cannot_be_cut_is_not_changed() -> None:
    new = to_cedar([PlainRule("new", "permit", ("read",))])
    for place in (-1, 2):
        with pytest.raises(InputError, match="there is no rule number"):
            replace_rule(TEXT, place, new)
    with pytest.raises(PolicyError, match="not valid Cedar"):
        remove("permit (", 0)
    with pytest.raises(PolicyError, match="not valid Cedar"):
        to_rules("permit (")


@QUIET
@given(st.lists(plain_rules(REPOSITORY, helping=False), min_size=2, max_size=4), st.data())
def test_any_rule_of_many_is_changed_alone(rules: list[PlainRule], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rules) - 1))
    text, new = to_cedar(rules), data.draw(plain_rules(REPOSITORY, helping=False))
    assert to_rules(replace_rule(text, place, to_cedar([new]))) == (*rules[:place], new, *rules[place + 1 :])
    assert to_rules(remove(text, place)) == (*rules[:place], *rules[place + 1 :])
    assert to_rules(append(text, to_cedar([new]))) == (*rules, new)


# --- sentences ---


def test_sentences(repository: Repository) -> None:
    said = {rule.id: to_sentence(rule, repository.agencies) for rule in to_rules(RULES) if isinstance(rule, PlainRule)}
    assert said == SENTENCES


RULES = """
@id("staff") permit (principal in Agency::"st.riverton.police", action, resource)
when { context.purpose in Purpose::"own" && context.authority == Authority::"official_duty" };
@id("agreed") permit (principal, action == Action::"read", resource)
when { context.authority == Authority::"agreement" && context.agreed.contains(resource.category) }
unless { principal in Agency::"fed.homeland.border" || principal.serves.contains(Agency::"fed.homeland.border") };
@id("nobody") forbid (principal, action, resource)
when { !resource.public && context.purpose in Purpose::"imm.civil_enforcement" };
@id("others") forbid (principal in Agency::"fed.homeland.border", action in Action::"write", resource)
when { resource has sealed && resource.sealed && resource.public };
@id("help") permit (principal, action in [Action::"interview", Action::"clarification"], resource)
unless { resource has category || context.parties.contains(Agency::"fed.homeland.border") };
@id("unknown") permit (principal in Agency::"nobody", action in Action::"assist", resource in Category::"custody")
when { resource.public && resource has category };
"""
SENTENCES = {
    "staff": "Riverton Police Department (fictional) with the agencies below it may read, add, change or delete "
    "everything for the purpose `own` or below it under the authority `official_duty`.",
    "agreed": "Every agency may read everything under the authority `agreement` as far as the agreement in force "
    "covers the category. This does not apply to Border Service (fictional) with the agencies below it or to any "
    "agency that serves Border Service (fictional).",
    "nobody": "Nobody may read, add, change or delete anything that is not public for the purpose "
    "`imm.civil_enforcement` or below it, whatever other rules open.",
    "others": "Border Service (fictional) with the agencies below it may not add, change or delete anything that is "
    "public and in rows marked `sealed`, whatever other rules open.",
    "help": "Every agency may be given a clarification or an interview without any data. This does not apply to any "
    "agency where Border Service (fictional) takes part or is served.",
    "unknown": "`nobody` with the agencies below it may be given help of any kind about `custody` or below it that "
    "concerns public data with data.",
}


def test_a_name_that_two_agencies_have_is_told_by_its_id(repository: Repository) -> None:
    twice = {name: replace(agency, name="Same") for name, agency in repository.agencies.items()}
    rule = PlainRule("a", "permit", ("read",), Terms(agencies=Branches(("st.riverton.police",))))
    assert to_sentence(rule, twice).startswith("Same (`st.riverton.police`) with the agencies below it may read")


def test_each_dimension_counts_as_something() -> None:
    assert not Terms()
    for name in ("serving", "parties", "marked"):
        assert Terms(**{name: ("a",)})  # type: ignore[arg-type]
    assert records.on_assistance(PlainRule("a", "permit", ("interview",)))
