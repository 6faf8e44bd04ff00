"""Cedar's strict validation, some rules at a time: rules and types of rows grow together, and their product does not.

Cedar tries every rule on every type of row. Types with the same attributes differ in nothing but their name, and a rule
that does not name them cannot tell them apart: what holds of one holds of all. So each few rules are validated against
the types that they name and one of each other shape. Only that everything is sound is told in this way: whatever looks
wrong is put to Cedar as a whole, whose words are then those of the whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Final

import cedarpy
from cedarpy import pst

from recuse.model import Repository, System, TableMap
from recuse.policy.schema import attributes_text, row_type, schema_of

_TOGETHER: Final = 4
"""Rules validated at a time: making a schema costs as much as trying a rule on some types of rows."""
_FEW: Final = 20
"""Types of rows up to which the whole is validated at once."""


@dataclass(slots=True)
class Strictly:
    """The validator for one repository."""

    repository: Repository
    _whole: cedarpy.Schema = field(init=False)
    _tables: Mapping[str, tuple[System, TableMap]] = field(init=False)
    _alike: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        tables = [(system, table) for system in self.repository.systems.values() for table in system.tables]
        self._whole = cedarpy.Schema.from_str(schema_of(tables))
        self._tables = {row_type(system.name, table.name): (system, table) for system, table in tables}
        shapes: dict[str, str] = {}
        for name, (_, table) in self._tables.items():
            shapes.setdefault(attributes_text(table), name)
        self._alike = frozenset(shapes.values())

    def errors(
        self, text: str, parts: Sequence[str], templates: Sequence[pst.Template]
    ) -> Sequence[cedarpy.ValidationError]:
        """What Cedar says against a text of rules; `parts` are the texts of its rules, `templates` what they mean."""
        if len(self._tables) > _FEW and len(parts) == len(templates):
            groups = self._groups(templates)
            if all(self._sound([parts[n] for n in group], [templates[n] for n in group]) for group in groups):
                return ()
        return cedarpy.validate_policies(text, self._whole).errors

    def _groups(self, templates: Sequence[pst.Template]) -> Iterator[Sequence[int]]:
        """The numbers of rules to be validated together: beside each other those that name the same types."""
        named = [sorted(set(_types(template))) for template in templates]
        order = sorted(range(len(named)), key=named.__getitem__)
        return (order[start : start + _TOGETHER] for start in range(0, len(order), _TOGETHER))

    def _sound(self, parts: Sequence[str], templates: Sequence[pst.Template]) -> bool:
        text = "\n".join(parts)
        if not means(text, templates):
            return False
        named = {name for template in templates for name in _types(template)}
        known = [self._tables[name] for name in sorted(self._alike | (named & self._tables.keys()))]
        return not cedarpy.validate_policies(text, cedarpy.Schema.from_str(schema_of(known))).errors


def means(text: str, templates: Sequence[pst.Template]) -> bool:
    """Whether a text is these rules and no others."""
    try:
        nodes = cedarpy.policies_to_pst(text)
    except ValueError:
        return False
    found = {**nodes.static_policies, **nodes.templates}
    wanted = {f"policy{n}": replace(template, id=f"policy{n}") for n, template in enumerate(templates)}
    return found == wanted


def _types(node: object) -> Iterator[str]:
    """The types that a rule names, wherever it does."""
    if isinstance(node, pst.EntityType):
        yield str(node)
    elif isinstance(node, tuple):
        for each in node:
            yield from _types(each)
    elif isinstance(node, Mapping):
        for each in node.values():
            yield from _types(each)
    elif is_dataclass(node):
        for each in fields(node):
            yield from _types(getattr(node, each.name))
