"""Parts of a table are governed as the whole is, or refused by name; so is a relation without row policies."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from recuse.compiler.catalog import check_catalog
from recuse.compiler.classes import ClassContent, ClassMap
from recuse.compiler.condition import ALWAYS, NEVER, Condition
from recuse.compiler.parts import check_parts, check_rights
from recuse.compiler.rights import TableRights
from recuse.compiler.wanted import wanted
from recuse.enforcement.facts import ColumnShape, ObjectRef, RowPolicy, RowSecurity, TableShape
from recuse.enforcement.links import Links
from recuse.errors import PlanError, UnsupportedRuleError
from recuse.model import RowAttribute, System, TableMap
from recuse.targets.postgres.column_types import column_types
from tests.unit.enforcement.small import catalog, classified, system_of, table_map

WHOLE = TableMap(
    "lab.asset", "open", ("id",), {"remark": "file"}, {"hidden": RowAttribute("hidden", "Bool", False)}, False
)
PART = replace(WHOLE, name="lab.vehicle")
LINKS = Links(parts=frozenset({("lab.asset", "lab.vehicle")}))


def shape(name: str, columns: Iterable[str], kind: str = "table") -> TableShape:
    made = (ColumnShape(c, "boolean" if c == "hidden" else "text", False, True, False) for c in columns)
    return TableShape(name, kind, tuple(made), ())  # type: ignore[arg-type]


COLUMNS = ("id", "remark", "hidden")
SHAPES = {"lab.asset": shape("lab.asset", COLUMNS), "lab.vehicle": shape("lab.vehicle", (*COLUMNS, "plate"))}


def system(*tables: TableMap) -> System:
    return replace(system_of(WHOLE), tables=tables)


def test_a_part_that_stands_as_its_whole_does_is_accepted() -> None:
    check_parts(system(WHOLE, replace(PART, columns={"remark": "file", "plate": "file"})), SHAPES, LINKS)


def test_a_part_that_is_not_listed_and_has_nothing_of_its_own_is_accepted() -> None:
    check_parts(system(WHOLE), {**SHAPES, "lab.vehicle": shape("lab.vehicle", COLUMNS)}, LINKS)


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        ((WHOLE,), "`lab.vehicle`, a child of `lab.asset`, has columns of its own without a category: `plate`"),
        ((WHOLE, replace(PART, category="file")), "is a part of `lab.asset` and has another category, key or `public`"),
        ((WHOLE, replace(PART, key=())), "is a part of `lab.asset` and has another category, key or `public`"),
        ((WHOLE, replace(PART, public=True)), "is a part of `lab.asset` and has another category, key or `public`"),
        ((WHOLE, replace(PART, columns={})), "`lab.vehicle.remark` has another category than `lab.asset.remark`"),
        ((WHOLE, replace(PART, attributes={})), "attribute `hidden` of `lab.vehicle` is not that of `lab.asset`"),
    ],
)
def test_a_part_that_stands_otherwise_is_refused_by_name(tables: tuple[TableMap, ...], problem: str) -> None:
    with pytest.raises(PlanError, match="does not fit the parts of its tables") as refusal:
        check_parts(system(*tables), SHAPES, LINKS)
    assert problem in refusal.value.message


def rights(
    table: str, *, rows: Condition = ALWAYS, columns: tuple[str, ...] = ("id",), delete: Condition = NEVER
) -> TableRights:
    return TableRights(table, columns, rows, columns, rows, columns, rows, delete)


def class_map(*tables: TableRights) -> ClassMap:
    content = ClassContent("lab", False, tables)
    return ClassMap({content.role: content}, {"desk": content.role}, (), {}, {})


def test_equal_rights_on_a_part_are_accepted() -> None:
    both = rights("lab.asset"), rights("lab.vehicle", columns=("id", "plate"))
    check_rights(system(WHOLE, PART), class_map(*both), LINKS)
    check_rights(system(WHOLE, PART), class_map(), LINKS)


@pytest.mark.parametrize(
    ("tables", "action"),
    [
        ((rights("lab.asset"),), "any action"),
        ((rights("lab.vehicle"),), "any action"),
        ((rights("lab.asset"), rights("lab.vehicle", rows=NEVER)), "read"),
        ((rights("lab.asset", delete=ALWAYS), rights("lab.vehicle")), "delete"),
        ((rights("lab.asset", columns=("id", "remark")), rights("lab.vehicle")), "read"),
    ],
)
def test_other_rights_on_a_part_are_refused_by_name(tables: tuple[TableRights, ...], action: str) -> None:
    """Deleting through the whole would delete what may not be deleted by the part's own name."""
    with pytest.raises(UnsupportedRuleError) as refusal:
        check_rights(system(WHOLE, PART), class_map(*tables), LINKS)
    assert refusal.value.message.startswith(
        f"the rules open `lab.vehicle` otherwise than `lab.asset` for `{action}`, and its rows are rows of both"
    )


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("foreign", "a foreign table, which carries no row policies: leave it out, and it is closed here"),
        ("matview", "a materialized view, which carries no row policies: list it under [[derived]]"),
        ("view", "a view, which carries no row policies: list it under [[derived]]"),
    ],
)
def test_what_carries_no_row_policies_is_refused_by_name(kind: str, place: str) -> None:
    shapes = {"lab.asset": shape("lab.asset", COLUMNS, kind)}
    with pytest.raises(PlanError) as refusal:
        check_catalog(system(WHOLE), shapes, column_types())
    assert f"`lab.asset` is {place}" in refusal.value.message


def test_a_part_that_is_not_listed_is_closed_by_its_own_name() -> None:
    """Unless it is a foreign table, which carries nothing: it has no grant, and that is all."""
    base = catalog()
    below = {"records.arrest_1": "table", "records.arrest_2": "foreign"}
    found = replace(
        base,
        shapes={**base.shapes, **{name: shape(name, COLUMNS, kind) for name, kind in below.items()}},
        links=Links(parts=frozenset(("records.arrest", name) for name in below)),
    )
    facts = wanted(system_of(table_map()), {}, classified("permit (principal, action, resource);"), found)
    part = ObjectRef("table", ("records", "arrest_1"))
    assert RowSecurity(part, enabled=True, forced=True) in facts
    assert [f.name for f in facts if isinstance(f, RowPolicy) and f.table == part] == ["recuse_cut"]
    assert not any(isinstance(f, RowSecurity) and f.table.name[1] == "arrest_2" for f in facts)
