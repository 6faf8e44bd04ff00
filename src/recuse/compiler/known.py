"""What one stage of compilation knows: of the principal and circumstances first, of action and resource kind later.

An entity of the types Agency, Purpose, Authority, Category and Action is known wholly: it has no attributes, and its
ancestors are those of the signed trees. Of accounts the one that asks is known, and of the others their agencies; of
rows their kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cedarpy import pst

from recuse.model import Action, AttributeType, Circumstances, RowAttribute, TableMap

Key = tuple[str, str]
Attributes = tuple[tuple[str, RowAttribute], ...]

ACTION_ANCESTORS: Final[Mapping[Key, frozenset[Key]]] = {
    ("Action", action): frozenset({("Action", action), ("Action", "write")})
    for action in ("insert", "update", "delete")
}
_TREES: Final = frozenset({"Agency", "Purpose", "Authority", "Category", "Action"})


def attributes_of(table: TableMap) -> Attributes:
    """The row attributes of a table as the compiler takes them: sorted by name."""
    return tuple(sorted(table.attributes.items()))


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: `agencies` is the account's agency with its ancestors, `serves` the agencies of a fusion centre."""

    account: str
    agencies: frozenset[str]
    serves: frozenset[str]
    personal: bool


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The ancestors of each entity, itself included; keys and values are (entity type, id)."""

    # A mapping has no hash; equal hierarchies still hash alike when it is left out.
    ancestors: Mapping[Key, frozenset[Key]] = field(hash=False)


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """The rows of one table as one category; `attributes` are what rules may ask about a row, by name."""

    system: str
    table: str
    category: str
    public: bool
    attributes: Attributes

    @property
    def entity_type(self) -> str:
        """The Cedar type of its rows: `system::schema::table`."""
        return "::".join((self.system, *self.table.split(".")))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known in a stage; None stands for what is still open. The type of rows may be known before their kind."""

    hierarchy: Hierarchy
    principal: Principal | None = None
    circumstances: Circumstances | None = None
    action: Action | None = None
    resource: ResourceKind | None = None
    rows: str | None = None

    @property
    def row_type(self) -> str | None:
        """The Cedar type of the rows asked about."""
        return self.rows if self.resource is None else self.resource.entity_type

    def variable(self, name: pst.VarName) -> pst.Expr:
        """The value of a variable, or the variable itself while it is open; a row's own id stays open always."""
        match name:
            case "principal" if self.principal is not None:
                return entity("Account", self.principal.account)
            case "context" if self.circumstances is not None:
                return _context(self.circumstances)
            case "action" if self.action is not None:
                return entity("Action", self.action)
            case _:
                return pst.Var(name)

    def ancestors(self, uid: pst.EntityUid) -> frozenset[Key] | None:
        """Everything that a known entity is in, itself included; None when the entity is not known."""
        own = key(uid)
        if self.principal is not None and own == ("Account", self.principal.account):
            return frozenset({own, *(("Agency", agency) for agency in self.principal.agencies)})
        if own[0] not in _TREES:
            return self.hierarchy.ancestors.get(own)
        return self.hierarchy.ancestors.get(own) or ACTION_ANCESTORS.get(own) or frozenset({own})

    def attributes(self, uid: pst.EntityUid) -> Mapping[str, pst.Expr] | None:
        """The attributes of a known entity by name; None when the entity is not known."""
        own = key(uid)
        if self.principal is not None and own == ("Account", self.principal.account):
            serves = tuple(entity("Agency", agency) for agency in sorted(self.principal.serves))
            return {"serves": pst.Set(serves), "personal": pst.BoolLit(self.principal.personal)}
        return {} if own[0] in _TREES else None

    def agencies(self, uid: pst.EntityUid) -> tuple[pst.EntityLit, ...]:
        """The agencies directly above the principal, if the entity is the principal."""
        if self.principal is None or key(uid) != ("Account", self.principal.account):
            return ()
        every = self.principal.agencies
        over = {
            above for name in every for above in self.hierarchy.ancestors.get(("Agency", name), ()) if above[1] != name
        }
        return tuple(entity("Agency", name) for name in sorted(every) if ("Agency", name) not in over)

    def within(self, kind: str, uid: pst.EntityUid) -> frozenset[str]:
        """The ids of a type that are in an entity; its own id, should it be of the type, even when no tree has it."""
        above = key(uid)
        found = {name for (of, name), line in self.hierarchy.ancestors.items() if of == kind and above in line}
        return frozenset(found | ({uid.id} if above[0] == kind else set()))

    def attribute_type(self, name: str) -> AttributeType | None:
        """What a row's attribute holds; None when no column holds it, or while the kind of row is open."""
        found = dict(self.resource.attributes if self.resource else ()).get(name)
        return None if found is None else found.type

    def resource_attribute(self, name: str) -> pst.Expr | None:
        """What every row of the kind has alike: `category` and `public`; None for what differs or is still open."""
        if self.resource is None:
            return None
        match name:
            case "category":
                return entity("Category", self.resource.category)
            case "public":
                return pst.BoolLit(self.resource.public)
            case _:
                return None

    def resource_is_in(self, uid: pst.EntityUid) -> bool | None:
        """Whether every row of the kind, or none, is in the entity; None when rows may differ."""
        if self.resource is None or str(uid.type) == self.resource.entity_type:
            return None
        category = pst.EntityUid(pst.EntityType("Category"), self.resource.category)
        return key(uid) in (self.ancestors(category) or ())


def entity(kind: str, name: str) -> pst.EntityLit:
    """The literal `kind::"name"`."""
    return pst.EntityLit(pst.EntityUid(pst.EntityType(kind), name))


def key(uid: pst.EntityUid) -> Key:
    """An entity's (type, id)."""
    return str(uid.type), uid.id


def _context(circumstances: Circumstances) -> pst.Record:
    agreed = tuple(entity("Category", category) for category in sorted(circumstances.agreed))
    fields: dict[str, pst.Expr] = {
        "purpose": entity("Purpose", circumstances.purpose),
        "authority": entity("Authority", circumstances.authority),
        "agreed": pst.Set(agreed),
    }
    return pst.Record(pst.FrozenMap(fields))
