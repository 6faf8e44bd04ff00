"""What one text of rules says differently from another: rule by rule, and as text. Pure."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from recuse.errors import PolicyError
from recuse.model import Agency
from recuse.policy.plain.editing import texts
from recuse.policy.plain.reading import to_rules
from recuse.policy.plain.records import PlainRule, Untold
from recuse.policy.plain.saying import to_sentence

Change = Literal["added", "ended", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Said:
    """One rule: its place from 0, its sentence, None where only Cedar shows it, then `why`; and its Cedar text."""

    place: int
    id: str
    sentence: str | None
    why: str
    cedar: str
    rule: PlainRule | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule before and after."""

    id: str
    change: Change
    before: Said | None
    after: Said | None


def said(cedar: str, agencies: Mapping[str, Agency]) -> tuple[Said, ...]:
    """Every rule of a text; nothing for a text that is not Cedar, whose problems are told elsewhere."""
    try:
        rules, each_text = to_rules(cedar), texts(cedar)
    except PolicyError:
        return ()
    return tuple(_said(place, rule, each_text[place], agencies) for place, rule in enumerate(rules))


def differences(before: tuple[Said, ...], after: tuple[Said, ...]) -> tuple[Difference, ...]:
    """Rules that are new, ended, changed or the same, by their ids: those of `after` first, in its order."""
    old = {each.id: each for each in before}
    new = {each.id: each for each in after}
    found = [Difference(each.id, _change(old.get(each.id), each), old.get(each.id), each) for each in after]
    return (*found, *(Difference(each.id, "ended", each, None) for each in before if each.id not in new))


def lines(before: str, after: str) -> Iterator[str]:
    """The lines of a unified difference of two texts."""
    return difflib.unified_diff(before.splitlines(), after.splitlines(), "superseded", "this one", lineterm="", n=3)


def _said(place: int, rule: PlainRule | Untold, cedar: str, agencies: Mapping[str, Agency]) -> Said:
    if isinstance(rule, Untold):
        return Said(place, rule.id, None, rule.why, cedar, None)
    return Said(place, rule.id, to_sentence(rule, agencies), "", cedar, rule)


def _change(before: Said | None, after: Said) -> Change:
    if before is None:
        return "added"
    same = before.rule == after.rule if before.rule and after.rule else before.cedar == after.cedar
    return "same" if same else "changed"
