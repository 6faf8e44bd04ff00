"""The questions about one rule of a draft, in plain words, and what was understood, said back."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal

from recuse.cli.console import err, plain
from recuse.cli.questions import Questions
from recuse.errors import InputError
from recuse.model import ACTIONS, ASSISTANCE, Repository
from recuse.policy.plain import EVERYTHING, Effect, PlainRule, Terms, check, to_cedar, to_sentence
from recuse.policy.plain.filed import ALONE, terms
from recuse.policy.references import nearest
from recuse.policy.validate import is_rule_id

_EFFECTS: Final[Mapping[str, Effect]] = {"may": "permit", "may-not": "forbid"}
_TREE: Final = f"an id with everything below it; {ALONE}ID that one alone"
_EXCEPT: Final = "agency:ID, serving:ID, purpose:ID, authority:ID, category:ID or mark:NAME"
_Dimension = Literal["agencies", "serving", "parties", "categories", "purposes", "authorities", "marked"]
_PREFIXES: Final[Mapping[str, _Dimension]] = {
    "agency": "agencies", "serving": "serving", "party": "parties", "category": "categories", "purpose": "purposes",
    "authority": "authorities", "mark": "marked",
}  # fmt: skip


def ask_rules(questions: Questions, repository: Repository, taken: set[str]) -> Iterator[PlainRule]:
    """Rules as they are answered, until there are to be no more; `taken` are names that other rules have."""
    while questions.yes("rule", "Add a rule?"):
        rule = ask_rule(questions, repository, taken)
        err.print(f"\n{plain(to_sentence(rule, repository.agencies))}\n", soft_wrap=True)
        err.print(f"[dim]{plain(to_cedar([rule]))}[/]", soft_wrap=True)
        if questions.yes("rule", "Is that what it is to say?"):
            taken.add(rule.id)
            yield rule


def ask_rule(questions: Questions, repository: Repository, taken: set[str]) -> PlainRule:
    """One rule, by its answers."""
    name = questions.read(
        "rule.id", "A short name for the rule, for example warrant-in-hand", lambda n: _free(n, taken)
    )
    effect = questions.one("rule.may", "May somebody do something, or may they not?", {"may": "", "may-not": ""})
    does = questions.read(
        "rule.does", f"Do what? {', '.join(EVERYTHING)}; rows (all four) or help (of any kind)", _does
    )
    helping = does[0] in ASSISTANCE
    known = _known_ids(repository, helping=helping)
    who = "Who? Nothing typed: every agency. agency:ID with those below it, serving:ID who serves it"
    who += ", party:ID where it takes part" if helping else ""
    where = [
        *questions.words("rule.agencies", who, lambda word: _term(word, known, only={"agency", "serving", "party"}))
    ]
    for prefix, noun in (("category", "With which categories of data"), ("purpose", "For which purposes"),
                         ("authority", "Under which authorities")):  # fmt: skip
        where += questions.words(
            f"rule.{prefix}", f"{noun}? Nothing typed: all. {_TREE}", _of_tree(prefix, known, questions)
        )
    if not helping and known["mark"]:
        marks = questions.several("rule.marked", "Only rows marked by one of these?", dict.fromkeys(known["mark"], ""))
        where += [("marked", mark) for mark in marks]
    public = {"both": None, "public": True, "not-public": False}
    asked = questions.one("rule.public", "What is public, what is not, or both?", dict.fromkeys(public, ""))
    data = {"both": None, "with-data": True, "without": False}
    about = questions.one("rule.data", "With data, without, or both?", dict.fromkeys(data, "")) if helping else "both"
    agreed = questions.yes("rule.agreed", "Only as far as the agreement in force covers the category?")
    unless = questions.words("rule.unless", f"Except where? {_EXCEPT}", lambda word: _term(word, known, only={*known}))
    rule = PlainRule(name, _EFFECTS[effect], does, _terms(where), public[asked], agreed, data[about], _terms(unless))
    check(rule)
    return rule


def _free(name: str, taken: set[str]) -> str:
    if name in taken or not is_rule_id(name):
        said = f"another rule is called `{name}`" if name in taken else f"`{name}` cannot name a rule"
        raise InputError(said, "give it a name of its own, of letters, digits, `.`, `_` and `-`")
    return name


def _does(line: str) -> tuple[str, ...]:
    words = line.replace(",", " ").split()
    groups = {"rows": ACTIONS, "help": ASSISTANCE}
    found = [action for word in words for action in groups.get(word, (word,))]
    for word in found:
        if word not in EVERYTHING:
            raise InputError(
                f"`{word}` is nothing that a rule names", nearest(word, EVERYTHING) or "take it from the list"
            )
    actions = tuple(action for action in EVERYTHING if action in found)
    check(PlainRule("new", "permit", actions))
    return actions


def _known_ids(repository: Repository, *, helping: bool) -> dict[str, tuple[str, ...]]:
    """The ids that each prefix may have after it."""
    tables = [table for system in repository.systems.values() for table in system.tables]
    marks = {name for table in tables for name, row in table.attributes.items() if row.type == "Bool"}
    agencies = tuple(repository.agencies)
    found: dict[str, tuple[str, ...]] = {
        "agency": agencies, "serving": agencies, "category": tuple(repository.categories),
        "purpose": tuple(repository.purposes), "authority": tuple(repository.authorities),
    }  # fmt: skip
    return found | ({"party": agencies} if helping else {"mark": tuple(sorted(marks))})


def _of_tree(
    prefix: str, known: Mapping[str, tuple[str, ...]], questions: Questions
) -> Callable[[str], tuple[_Dimension, str]]:
    questions.say(f"  [dim]{plain(', '.join(known[prefix]))}[/]")
    return lambda word: _term(f"{prefix}:{word}", known, only={prefix})


def _term(word: str, known: Mapping[str, tuple[str, ...]], *, only: set[str]) -> tuple[_Dimension, str]:
    """A word `prefix:id` as the dimension it belongs to and the id as `branches` takes it."""
    prefix, _, name = word.partition(":")
    allowed = only & known.keys()
    if prefix not in allowed or not name:
        raise InputError(f"`{word}` is not understood", f"write {', '.join(f'{each}:…' for each in sorted(allowed))}")
    plain_name = name.removeprefix(ALONE)
    if plain_name not in known[prefix]:
        remedy = nearest(plain_name, known[prefix]) or "name one that the policy repository has"
        raise InputError(f"there is no {prefix} `{plain_name}`", remedy)
    return _PREFIXES[prefix], name


def _terms(named: list[tuple[_Dimension, str]] | tuple[tuple[_Dimension, str], ...]) -> Terms:
    return terms(lambda dimension: tuple(name for where, name in named if where == dimension))
