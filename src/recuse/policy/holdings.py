"""Reads what is held: the institution and its systems, and for each system its tables, columns and derived objects."""

from typing import Final, get_args

from recuse.directive.document import STAGES
from recuse.directive.recurring import LONGEST_DAYS
from recuse.model import (
    ATTRIBUTE_TYPES,
    Derived,
    Institution,
    NewObjectsMode,
    ReadsAs,
    ReviewKind,
    RowAttribute,
    System,
    SystemKind,
    TableMap,
)
from recuse.policy.names import BUILT_IN_ATTRIBUTES, is_identifier, is_table
from recuse.policy.references import Register
from recuse.toml_source import Section

SYSTEM_KINDS: Final[tuple[SystemKind, ...]] = get_args(SystemKind)
NEW_OBJECTS: Final[tuple[NewObjectsMode, ...]] = get_args(NewObjectsMode)


def read_institution(root: Section, register: Register) -> Institution:
    """`[institution]` of `recuse.toml`."""
    section = root.section("institution")
    if section is None:
        return Institution("", "", ())
    name = section.text("id")
    register.refer("agency", name, section, "id")
    institution = Institution(name, section.text("name"), section.texts("jurisdictions"))
    section.close()
    return institution


def read_ledger_origin(root: Section) -> str:
    """`[ledger] origin` of `recuse.toml`."""
    section = root.section("ledger")
    if section is None:
        return ""
    origin = section.text("origin")
    section.close()
    return origin


def read_review_days(root: Section) -> dict[ReviewKind, int]:
    """`[reviews]` of `recuse.toml`: days after which a review is due, none of them more than usual."""
    section = root.section("reviews", optional=True)
    found: dict[ReviewKind, int] = {}
    if section is None:
        return found
    for kind, most in LONGEST_DAYS.items():
        if kind in section:
            found[kind] = section.whole(kind)
            if not 1 <= found[kind] <= most:
                section.report(
                    f"`{kind}` must be from 1 to {most} days", kind, remedy="reviews come sooner, never later"
                )
    section.close()
    return found


def read_systems(root: Section, register: Register) -> dict[str, System]:
    """Every `[[system]]` of `recuse.toml`, still without tables."""
    found: dict[str, System] = {}
    for section in root.sections("system"):
        name = section.text("name")
        if name and not is_identifier(name):
            remedy = "use letters, digits and `_`; it becomes a Cedar namespace"
            section.report(f"`{name}` cannot name a system", "name", remedy=remedy)
        system = System(
            name=name,
            kind=section.choice("kind", SYSTEM_KINDS),
            engine=section.text("engine"),
            service=section.text("service"),
            owner=section.text("owner"),
            stage=section.choice("stage", STAGES),
            new_objects=section.choice("new_objects", NEW_OBJECTS, default="off"),
            tables=(),
            derived=(),
            standbys=section.texts("standbys", optional=True),
        )
        register.refer("agency", system.owner, section, "owner")
        section.close()
        if register.define("system", name, section, "name"):
            found[name] = system
    return found


def read_tables(root: Section, system: str, register: Register) -> tuple[TableMap, ...]:
    """Every `[[table]]` of a file of `categories/`."""
    found = []
    for section in root.sections("table", optional=True):
        table = _table(section, register)
        section.close()
        if register.define("table", f"{system}/{table.name}" if table.name else "", section, "name"):
            found.append(table)
    return tuple(found)


def _table(section: Section, register: Register) -> TableMap:
    name = section.text("name")
    if name and not is_table(name):
        remedy = "write `schema.table`, each of letters, digits and `_` and no word of Cedar's; it becomes a Cedar type"
        section.report(f"`{name}` cannot name a table", "name", remedy=remedy)
    category = section.text("category")
    register.refer("category", category, section, "category")
    table = TableMap(
        name=name,
        category=category,
        key=section.texts("key", optional=True),
        columns=_columns(section, register),
        attributes=_attributes(section),
        public=section.flag("public", default=False),
    )
    for index, column in enumerate(table.key):
        if table.columns.get(column, category) != category:
            message = f"key column `{column}` is mapped to category `{table.columns[column]}`"
            remedy = "a key is readable with any other column: remove it from `columns`, or from `key`"
            section.report(message, "key", index, remedy=remedy)
    return table


def _columns(table: Section, register: Register) -> dict[str, str]:
    section = table.section("columns", optional=True)
    found: dict[str, str] = {}
    if section is None:
        return found
    for column in section:
        inner = section.section(column)
        if inner is not None:
            found[column] = inner.text("category")
            register.refer("category", found[column], inner, "category")
            inner.close()
    return found


def _attributes(table: Section) -> dict[str, RowAttribute]:
    section = table.section("attributes", optional=True)
    found: dict[str, RowAttribute] = {}
    if section is None:
        return found
    for name in section:
        attribute = _attribute(section, name)
        if not is_identifier(name) or name in BUILT_IN_ATTRIBUTES:
            remedy = "use letters, digits and `_`; `category` and `public` are every row's own"
            section.report(f"`{name}` cannot name an attribute", name, remedy=remedy)
        for other, earlier in found.items():
            if earlier.column == attribute.column != "" and earlier != attribute:
                message = f"column `{attribute.column}` is also attribute `{other}`, with another type or optionality"
                section.report(message, name, remedy="describe the column alike in both")
        found[name] = attribute
    return found


def _attribute(section: Section, name: str) -> RowAttribute:
    """`name = "column"` is a Bool that is never NULL; `name = { column, type, optional }` says all."""
    inner = section.section(name) if section.holds_table(name) else None
    if inner is None:
        return RowAttribute(section.text(name), "Bool", optional=False)
    attribute = RowAttribute(
        inner.text("column"), inner.choice("type", ATTRIBUTE_TYPES), inner.flag("optional", default=False)
    )
    inner.close()
    return attribute


def read_derived(root: Section, system: str, register: Register) -> tuple[Derived, ...]:
    """Every `[[derived]]` of a file of `categories/`: views, materialized views, definer functions."""
    found = []
    for section in root.sections("derived", optional=True):
        derived = _derived(section, system, register)
        section.close()
        name = f"{system}/{derived.name}" if derived.name else ""
        if name in register.defined.get("table", {}):
            section.report(f"`{derived.name}` is also a table", "name", remedy="describe it once")
        elif register.define("derived", name, section, "name"):
            found.append(derived)
    return tuple(found)


def _derived(section: Section, system: str, register: Register) -> Derived:
    derived = Derived(
        name=section.text("name"),
        category=section.text("category"),
        reads_as=_reads_as(section, register),
        tables=section.texts("tables"),
        refreshed_by=section.optional_text("refreshed_by"),
    )
    register.refer("category", derived.category, section, "category")
    register.refer("account", derived.refreshed_by, section, "refreshed_by")
    for index, table in enumerate(derived.tables):
        register.refer("table", f"{system}/{table}", section, "tables", index)
    if "tables" in section and not derived.tables:
        section.report("`tables` is empty", "tables", remedy="name every table that it may read")
    if derived.refreshed_by and not derived.refreshed_by.startswith(f"{system}/"):
        message = f"`{derived.refreshed_by}` is not an account of system `{system}`"
        section.report(message, "refreshed_by", remedy="name a login of the same system")
    return derived


def _reads_as(derived: Section, register: Register) -> ReadsAs:
    section = derived.section("reads_as")
    if section is None:
        return ReadsAs("", "", "")
    reads_as = ReadsAs(section.text("agency"), section.text("purpose"), section.text("authority"))
    register.refer("agency", reads_as.agency, section, "agency")
    register.refer("purpose", reads_as.purpose, section, "purpose")
    register.refer("authority", reads_as.authority, section, "authority")
    section.close()
    return reads_as
