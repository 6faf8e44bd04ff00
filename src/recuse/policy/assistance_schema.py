"""The Cedar schema of assistance: who asks for whom, for what, under which authority, about which kind of data.

It is a schema of its own beside that of rows, with the same agencies, purposes, authorities and categories. So a rule
means what it meant before there were rules on assistance: one that names no action is about rows, whatever it says, and
one on assistance names its actions, and is put to no compiler and no database.

The principal is the agency on whose behalf it is asked. `context.parties` are that agency, the sender and whoever is to
receive what is given, each with the agencies above it and those it serves: who is barred cannot ask through another.
"""

import json
from collections.abc import Iterable
from typing import Final

from cedarpy import pst

from recuse.model import ASSISTANCE, Circumstances, Repository
from recuse.policy.entities import Entity, reference, tree_entities, uid
from recuse.policy.trees import principal_agencies, serves

ASSIST: Final = "assist"
"""The group of all actions of assistance."""
RESOURCE: Final = "Assistance"
NO_CATEGORY: Final = ""
"""The id of assistance that concerns no category of data: no category has it."""

SCHEMA: Final = f"""\
entity Agency in [Agency] = {{ serves: Set<Agency> }};
entity Purpose in [Purpose];
entity Authority in [Authority];
entity Category in [Category];
entity {RESOURCE} in [Category] = {{ category?: Category, public: Bool }};
type Circumstances = {{
  purpose: Purpose, authority: Authority, agreed: Set<Category>, parties: Set<Agency>
}};
action {ASSIST};
action {", ".join(ASSISTANCE)} in [{ASSIST}] appliesTo {{
  principal: [Agency], resource: [{RESOURCE}], context: Circumstances
}};
"""

_ACTIONS: Final = frozenset((*ASSISTANCE, ASSIST))


def on_assistance(template: pst.Template) -> bool:
    """Whether a rule's head names an action of assistance; a rule that names no action is about rows."""
    match template.action:
        case pst.ActionEq(entity):
            return entity.id in _ACTIONS
        case pst.ActionIn(entities):
            return any(entity.id in _ACTIONS for entity in entities)
        case _:
            return False


def assistance_entities(repository: Repository) -> str:
    """All entities that questions about assistance refer to, as Cedar's JSON text: a resource for each category too."""
    found: list[Entity] = []
    for agency in repository.agencies.values():
        served = [reference("Agency", each) for each in sorted(serves(repository, agency.id))]
        parents = [] if agency.parent is None else [uid("Agency", agency.parent)]
        found.append({"uid": uid("Agency", agency.id), "attrs": {"serves": served}, "parents": parents})
    found.extend(tree_entities("Purpose", repository.purposes.values()))
    found.extend(tree_entities("Authority", repository.authorities.values()))
    found.extend(tree_entities("Category", repository.categories.values()))
    found.append({"uid": uid(RESOURCE, NO_CATEGORY), "attrs": {"public": False}, "parents": []})
    for category in repository.categories.values():
        attributes: dict[str, object] = {"category": reference("Category", category.id), "public": category.public}
        identity, above = uid(RESOURCE, category.id), [uid("Category", category.id)]
        found.append({"uid": identity, "attrs": attributes, "parents": above})
    return json.dumps(found)


def parties(repository: Repository, agencies: Iterable[str]) -> frozenset[str]:
    """These agencies, those above each, and those that each serves."""
    every = tuple(agencies)
    above = (principal_agencies(repository, agency) for agency in every)
    served = (serves(repository, agency) for agency in every)
    return frozenset().union(*above, *served)


def assistance_context(circumstances: Circumstances, taking_part: Iterable[str]) -> str:
    """The context of a question about assistance."""
    return json.dumps(
        {
            "purpose": reference("Purpose", circumstances.purpose),
            "authority": reference("Authority", circumstances.authority),
            "agreed": [reference("Category", category) for category in sorted(circumstances.agreed)],
            "parties": [reference("Agency", agency) for agency in sorted(taking_part)],
        }
    )
