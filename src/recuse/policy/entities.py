"""What Cedar knows of a repository: an entity for each agency, account, purpose, authority, category, and for a row.

Entities are in Cedar's JSON form; the trees become parents, and Cedar itself takes their closure.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final, TypedDict

from recuse.errors import InputError
from recuse.model import Circumstances, Repository, RowAttribute, TableMap, Value
from recuse.policy.names import BUILT_IN_ATTRIBUTES
from recuse.policy.schema import row_type
from recuse.policy.trees import Branch, serves
from recuse.policy.values import fits, in_cedar

BUILT_IN: Final[Mapping[str, frozenset[str]]] = {
    "principal": frozenset({"serves", "personal"}),
    "context": frozenset({"purpose", "authority", "agreed"}),
    "resource": BUILT_IN_ATTRIBUTES,
}


class Entity(TypedDict):
    """An entity in Cedar's JSON form."""

    uid: dict[str, str]
    attrs: dict[str, object]
    parents: list[dict[str, str]]


def uid(kind: str, name: str) -> dict[str, str]:
    """An entity's identity, as requests and `parents` have it."""
    return {"type": kind, "id": name}


def reference(kind: str, name: str) -> dict[str, object]:
    """An entity as the value of an attribute."""
    return {"__entity": uid(kind, name)}


def entities_json(repository: Repository) -> str:
    """All entities that do not depend on a question, as Cedar's JSON text."""
    found: list[Entity] = []
    for account in repository.accounts.values():
        served = [reference("Agency", agency) for agency in sorted(serves(repository, account.agency))]
        attributes: dict[str, object] = {"serves": served, "personal": account.use == "personal"}
        found.append(
            {"uid": uid("Account", account.id), "attrs": attributes, "parents": [uid("Agency", account.agency)]}
        )
    found.extend(tree_entities("Agency", repository.agencies.values()))
    found.extend(tree_entities("Purpose", repository.purposes.values()))
    found.extend(tree_entities("Authority", repository.authorities.values()))
    found.extend(tree_entities("Category", repository.categories.values()))
    return json.dumps(found)


def tree_entities(kind: str, items: Iterable[Branch]) -> Iterable[Entity]:
    """An entity for each item of a tree, below its parent."""
    for item in items:
        parents = [] if item.parent is None else [uid(kind, item.parent)]
        yield {"uid": uid(kind, item.id), "attrs": {}, "parents": parents}


def context_json(circumstances: Circumstances) -> str:
    """Circumstances as the context of a request."""
    return json.dumps(
        {
            "purpose": reference("Purpose", circumstances.purpose),
            "authority": reference("Authority", circumstances.authority),
            "agreed": [reference("Category", category) for category in sorted(circumstances.agreed)],
        }
    )


def is_public(repository: Repository, table: TableMap, category: str) -> bool:
    """Whether a table's columns of a category are public: the category is, or the whole table."""
    return table.public or repository.categories[category].public


def row_entity(repository: Repository, system: str, table: TableMap, category: str, row: Mapping[str, Value]) -> Entity:
    """One row's columns of one category: attributes by name, absent where NULL (None).

    Rules cannot name a row, so its id is simply its content: rows that Cedar cannot tell apart are one entity.
    Raises InputError for an attribute that the table has not, one of another type, or a NULL where none can be.
    """
    for name in row:
        if name not in table.attributes:
            raise InputError(f"table `{table.name}` has no attribute `{name}`", "name attributes, not columns")
    attributes: dict[str, object] = {
        "category": reference("Category", category),
        "public": is_public(repository, table, category),
    }
    for name, attribute in table.attributes.items():
        value = row.get(name)
        _require_fit(table, name, attribute, value)
        if value is not None:
            attributes[name] = in_cedar(attribute.type, value)
    content = json.dumps([category, {name: attributes.get(name) for name in table.attributes}])
    identity = uid(row_type(system, table.name), content)
    return {"uid": identity, "attrs": attributes, "parents": [uid("Category", category)]}


def _require_fit(table: TableMap, name: str, attribute: RowAttribute, value: Value) -> None:
    if value is None:
        if not attribute.optional:
            raise InputError(f"attribute `{name}` of table `{table.name}` is missing", "every row has a value for it")
        return
    if not fits(attribute.type, value):
        message = f"attribute `{name}` of table `{table.name}` cannot be `{value}`"
        raise InputError(message, f"give a {attribute.type}")
