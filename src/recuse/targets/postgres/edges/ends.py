"""What ends a step, read from the words in which the catalog queries give it (`ends` of an edge).

grant       kind, privilege, grantee (NULL: PUBLIC), grantor, grantable, and the parts of the object's name
membership  role, member, grantor, admin, inherit, set
attribute   role, attribute
default     owner, schema (NULL: any), kind, privilege, grantee (NULL: PUBLIC)
firing      schema, table (NULL: an event trigger), trigger, when
"""

from collections.abc import Sequence
from typing import Any, cast

from recuse.enforcement.closing import Attribute, Ended
from recuse.enforcement.facts import DefaultPrivilege, Firing, Grant, Membership, ObjectRef
from recuse.targets.postgres.inspect import WHEN


def ended_by(ends: Sequence[str | None]) -> Ended | None:
    """The fact or attribute whose end takes the step away; None where nothing does alone."""
    if not ends:
        return None
    kind, *words = ends
    told: list[Any] = words  # as the query wrote them, and no other way
    match kind:
        case "grant":
            on, privilege, grantee, grantor, grantable, *name = told
            return Grant(ObjectRef(on, tuple(name)), privilege, grantee, grantor, grantable == "true")
        case "membership":
            role, member, grantor, *options = told
            return Membership(role, member, grantor, *(option == "true" for option in options))
        case "attribute":
            return Attribute(*told)
        case "default":
            return DefaultPrivilege(*told)
        case "firing":
            schema, table, name, when = told
            on = None if table is None else ObjectRef("table", (schema, table))
            return Firing(on, name, cast("Any", WHEN[when]))
        case _:
            raise ValueError(f"a step ends by {kind!r}")
