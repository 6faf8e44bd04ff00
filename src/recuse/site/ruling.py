"""The rules of a directive as sentences, and what one directive changed in another; of one untold its Cedar text."""

from collections.abc import Mapping
from dataclasses import dataclass

from recuse.model import Agency, Directive
from recuse.policy.plain.comparing import Change, Said, differences, said
from recuse.site.saying import Sayer


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its sentences, None where only its Cedar text says what it means."""

    id: str
    sentence: str | None
    cedar: str


@dataclass(frozen=True, slots=True)
class Step:
    """One rule before and after."""

    id: str
    change: Change
    before: Rule | None
    after: Rule | None


def rules_of(cedar: str, agencies: Mapping[str, Agency], sayer: Sayer) -> tuple[Rule, ...]:
    """Every rule of a text in its order."""
    return tuple(_rule(each, sayer) for each in said(cedar, agencies))


def steps_of(old: Directive, new: Directive, agencies: Mapping[str, Agency], sayer: Sayer) -> tuple[Step, ...]:
    """What is new, ended or changed from one directive to another; rules that are the same are left out."""
    found = differences(said(old.cedar, agencies), said(new.cedar, agencies))
    return tuple(
        Step(each.id, each.change, _maybe(each.before, sayer), _maybe(each.after, sayer))
        for each in found
        if each.change != "same"
    )


def _maybe(each: Said | None, sayer: Sayer) -> Rule | None:
    return None if each is None else _rule(each, sayer)


def _rule(each: Said, sayer: Sayer) -> Rule:
    return Rule(each.id, None if each.rule is None else sayer.rule(each.rule), each.cedar)
