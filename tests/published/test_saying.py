"""Plain rules in five languages: each says its parts, all of them and no other, and no two rules sound the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recuse.content.naming import Names
from recuse.content.values import Name, NameKind
from recuse.errors import InputError
from recuse.policy.plain import PlainRule, Terms, to_rules
from recuse.policy.repository import read_repository
from recuse.site.ruling import rules_of, steps_of
from recuse.site.saying import Sayer
from recuse.site.sources import Sources
from tests.published.world import TEXTS
from tests.unit.policy.conftest import FIXTURE
from tests.unit.policy.plain.made import MARKS, plain_rules

GOLDEN = Path(__file__).parent / "sentences"
REPOSITORY = read_repository(FIXTURE)
RULES = st.booleans().flatmap(lambda helping: plain_rules(REPOSITORY, helping=helping))
QUIET = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])


def made_names() -> Names:
    """For every id of the fixture a name that is no part of another one."""
    trees: list[tuple[NameKind, list[str]]] = [
        ("agency", [*REPOSITORY.agencies]), ("category", [*REPOSITORY.categories]), ("mark", [*MARKS]),
        ("purpose", [*REPOSITORY.purposes]), ("authority", [*REPOSITORY.authorities]),
    ]  # fmt: skip
    found: dict[tuple[NameKind, str], Name] = {}
    for kind, ids in trees:
        for number, id_ in enumerate(ids):
            texts = dict.fromkeys(TEXTS, f"[{kind} {number}]")
            found[kind, id_] = Name(kind, id_, texts, "names.toml")
    return Names(found)


NAMES = made_names()
SAYERS = {code: Sayer(texts, NAMES) for code, texts in TEXTS.items()}


def named(terms: Terms) -> Iterator[str]:
    for agency in (*terms.agencies.within, *terms.agencies.alone, *terms.serving, *terms.parties):
        yield NAMES.name("agency", agency, "en")
    trees: tuple[tuple[NameKind, tuple[str, ...]], ...] = (
        ("category", (*terms.categories.within, *terms.categories.alone)),
        ("purpose", (*terms.purposes.within, *terms.purposes.alone)),
        ("authority", (*terms.authorities.within, *terms.authorities.alone)), ("mark", terms.marked),
    )  # fmt: skip
    for kind, ids in trees:
        yield from (NAMES.name(kind, each, "en") for each in ids)


def content(rule: PlainRule) -> PlainRule:
    """What a rule says, without what it is called."""
    return replace(rule, id="")


@QUIET
@given(rule=RULES)
def test_each_part_is_named_and_no_other(rule: PlainRule) -> None:
    wanted = sorted([*named(rule.where), *named(rule.unless)])
    for code, sayer in SAYERS.items():
        sentence = sayer.rule(rule)
        every = sorted(word for (kind, id_) in NAMES.found for word in [NAMES.name(kind, id_, code)])
        assert [word for word in every for _ in range(sentence.count(word))] == wanted
        assert "%(" not in sentence


@QUIET
@given(rules=st.lists(RULES, min_size=2, max_size=12))
def test_two_rules_never_sound_the_same(rules: list[PlainRule]) -> None:
    different = {content(rule) for rule in rules}
    for sayer in SAYERS.values():
        assert len({sayer.rule(rule) for rule in different}) == len(different)


@QUIET
@given(rule=RULES)
def test_a_small_change_is_heard(rule: PlainRule) -> None:
    """Its effect, what is public and agreed, and a name with or without all below it."""
    others = [
        replace(rule, effect="permit" if rule.effect == "forbid" else "forbid"),
        replace(rule, agreed=not rule.agreed),
    ]
    others += [replace(rule, public=public) for public in (None, True, False) if public is not rule.public]
    turned = replace(rule.where.purposes, within=rule.where.purposes.alone, alone=rule.where.purposes.within)
    if turned != rule.where.purposes:
        others.append(replace(rule, where=replace(rule.where, purposes=turned)))
    others += [replace(rule, where=rule.unless, unless=rule.where)] if rule.where != rule.unless else []
    for sayer in SAYERS.values():
        assert sayer.rule(rule) not in [sayer.rule(other) for other in others]


def test_a_sayer_that_forgets_a_part_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sayer, "_exceptions", lambda _self, _unless: iter(()))
    with pytest.raises(AssertionError):
        test_each_part_is_named_and_no_other()


@pytest.mark.parametrize("code", TEXTS)
def test_the_demonstrations_directive_sounds_as_written_down(body: Sources, code: str) -> None:
    """`RECUSE_GOLDEN=1` is not read here: a change of these files is made by hand, after somebody has read it."""
    sayer = Sayer(TEXTS[code], body.names)
    cedar = body.attested[0].directive.cedar
    told = [f"{each.id}: {each.sentence}" for each in rules_of(cedar, body.repository.agencies, sayer)]
    assert told == (GOLDEN / f"{code}.txt").read_text(encoding="utf-8").splitlines()
    assert len(told) == len(to_rules(cedar))


def test_an_untold_rule_has_its_text_and_no_sentence(body: Sources) -> None:
    condition = 'resource has district && resource.district == "7"'
    cedar = f'@id("odd") permit (principal, action == Action::"read", resource) when {{ {condition} }};'
    (rule,) = rules_of(cedar, body.repository.agencies, Sayer(TEXTS["pl"], body.names))
    assert (rule.sentence, rule.cedar) == (None, cedar)


def test_differences_are_of_rules_that_changed(body: Sources) -> None:
    new = body.attested[0].directive
    old = replace(
        new, cedar=new.cedar.replace('in Purpose::"imm.civil_enforcement"', '== Purpose::"imm.civil_enforcement"')
    )
    found = steps_of(old, new, body.repository.agencies, Sayer(TEXTS["en"], body.names))
    assert {(each.id, each.change) for each in found} == {
        ("civil-immigration-refused", "changed"), ("assist-civil-immigration-refused", "changed"),
    }  # fmt: skip
    for each in found:
        assert each.before is not None
        assert each.after is not None
        assert each.before.sentence != each.after.sentence


def test_names_that_would_blur_a_sentence() -> None:
    both: dict[tuple[NameKind, str], Name] = {
        ("mark", each): Name("mark", each, {"en": "same"}, "x") for each in ("a", "b")
    }
    assert Names(both).name("mark", "a", "en") == "same (a)"
    with pytest.raises(InputError, match="mark `a` has no name in `pl`"):
        Names(both).name("mark", "a", "pl")
