"""Writes plain rules as Cedar of exactly the profile that `validate` accepts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from recuse.model import ACTIONS, ASSISTANCE
from recuse.policy.assistance_schema import ASSIST
from recuse.policy.plain.records import Branches, PlainRule, Terms, check, on_assistance

_ESCAPED: Final = {"\\": "\\\\", '"': '\\"'}
_SPECIAL: Final = re.compile(r'[\\"\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]')
_WIDTH: Final = 100
_AGREED: Final = "context.agreed.contains(resource.category)"


def to_cedar(rules: Iterable[PlainRule]) -> str:
    """The text of these rules, one after another. Raises `InputError` for one that no rule can say."""
    return "\n".join(map(_rule, rules))


def _rule(rule: PlainRule) -> str:
    check(rule)
    scope, conditions = _scope(rule)
    text = f"@id({_quoted(rule.id)})\n{rule.effect} ({scope})"
    if conditions:
        text += f"\nwhen {_braced(conditions, '&&')}"
    if rule.unless:
        exceptions = [atom for dimension in _dimensions(rule.unless) for atom in dimension]
        text += f"\nunless {_braced(exceptions, '||')}"
    return f"{text};\n"


def _scope(rule: PlainRule) -> tuple[str, list[str]]:
    """The head of a rule, and what has to be said below it; the head takes one agency and one category."""
    where = rule.where
    who, what, *others = _dimensions(where)
    head = ["principal", _action(rule), "resource"]
    if len(who) == 1 and len(where.agencies.within) == 1:
        head[0], who = who[0], []
    if len(what) == 1 and len(where.categories.within) == 1:
        head[2], what = what[0], []
    groups = [group for group in (who, what, *others) if group]
    return ", ".join(head), [*_whether(rule), *map(_any_of, groups)]


def _action(rule: PlainRule) -> str:
    named = [f"Action::{_quoted(action)}" for action in rule.actions]
    if rule.actions == ACTIONS:
        return "action"
    if rule.actions == ASSISTANCE:
        return f"action in Action::{_quoted(ASSIST)}"
    return f"action == {named[0]}" if len(named) == 1 else f"action in [{', '.join(named)}]"


def _whether(rule: PlainRule) -> Iterator[str]:
    if rule.public is not None:
        yield "resource.public" if rule.public else "!resource.public"
    if rule.data is not None:
        yield "resource has category" if rule.data else "!(resource has category)"
    if rule.agreed:
        yield f"(if resource has category then {_AGREED} else true)" if on_assistance(rule) else _AGREED


def _dimensions(terms: Terms) -> tuple[list[str], ...]:
    """What each dimension asks, as single conditions: who, which category, which purpose, authority and mark."""
    who = _tree("principal", "Agency", terms.agencies)
    who += [f"principal.serves.contains(Agency::{_quoted(each)})" for each in terms.serving]
    who += [f"context.parties.contains(Agency::{_quoted(each)})" for each in terms.parties]
    what = [f"resource in Category::{_quoted(each)}" for each in terms.categories.within]
    what += [f"resource.category == Category::{_quoted(each)}" for each in terms.categories.alone]
    purposes = _tree("context.purpose", "Purpose", terms.purposes)
    authorities = _tree("context.authority", "Authority", terms.authorities)
    marks = [f"(resource has {each} && resource.{each})" for each in terms.marked]
    return who, what, purposes, authorities, marks


def _tree(variable: str, kind: str, branches: Branches) -> list[str]:
    within = [f"{variable} in {kind}::{_quoted(each)}" for each in branches.within]
    return within + [f"{variable} == {kind}::{_quoted(each)}" for each in branches.alone]


def _any_of(atoms: Sequence[str]) -> str:
    return atoms[0] if len(atoms) == 1 else f"({' || '.join(atoms)})"


def _braced(parts: Sequence[str], joint: str) -> str:
    line = f"{{ {f' {joint} '.join(parts)} }}"
    return line if len(line) <= _WIDTH else f"{{\n  {f' {joint}{chr(10)}  '.join(parts)}\n}}"


def _quoted(text: str) -> str:
    """A string of Cedar; nothing in it is hidden."""
    return '"' + _SPECIAL.sub(lambda found: _ESCAPED.get(found[0]) or f"\\u{{{ord(found[0]):x}}}", text) + '"'
