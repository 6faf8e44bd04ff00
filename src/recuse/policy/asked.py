"""What rules ask about: attributes and single accounts that are named anywhere in them."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Protocol

from cedarpy import pst


class HasTemplate(Protocol):
    """A rule, as far as it matters here."""

    @property
    def template(self) -> pst.Template:
        """Its syntax tree."""
        ...


def attributes_asked(rules: Iterable[HasTemplate]) -> frozenset[str]:
    """Every attribute that some rule names, of rows or of anything else."""
    return frozenset(name for rule in rules for name in _attributes_in(rule.template))


def names_accounts(rules: Iterable[HasTemplate]) -> bool:
    """Whether some rule names a single account, so that two accounts of one agency may differ."""
    return any(uid.type.basename == "Account" for rule in rules for uid in pst.entity_uids(rule.template))


def _attributes_in(node: object) -> Iterator[str]:
    match node:
        case pst.GetAttr(_, name):
            yield name
        case pst.HasAttr(_, names):
            yield from names
        case _:
            pass
    if isinstance(node, tuple):
        for part in node:
            yield from _attributes_in(part)
    elif is_dataclass(node):
        for each in fields(node):
            yield from _attributes_in(getattr(node, each.name))
