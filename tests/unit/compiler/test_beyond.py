"""Which keys reach rows that a class may not see, and of which tables it learns by writing."""

from dataclasses import replace

import pytest

from recuse.compiler.beyond import acting_keys, computed_columns, telling_tables, upserting
from recuse.compiler.classes import ClassContent, ClassMap
from recuse.compiler.condition import ALWAYS, NEVER, Condition, Flag
from recuse.compiler.rights import TableRights
from recuse.compiler.wanted import Catalog, wanted
from recuse.enforcement.facts import ConflictGuard
from recuse.enforcement.links import ForeignKey, KeyAction, Links
from tests.unit.enforcement.small import TABLE, accounts, catalog, classified, system_of, table_map

SOME = Flag("open", True)
KEY = ForeignKey("lab.visit", "visit_key", "lab.holder", ("id",), "cascade", "no action")


def rights(table: str, *, read: Condition = SOME, write: Condition = SOME, delete: Condition = SOME) -> TableRights:
    columns = () if write == NEVER else ("id", "body")
    return TableRights(table, ("id", "body"), read, columns, write, columns, write, delete)


def class_map(*tables: TableRights) -> ClassMap:
    content = ClassContent("lab", False, tables)
    owner = ClassContent("lab", False, (rights("lab.owned"),))
    contents = {each.role: each for each in (content, owner)}
    return ClassMap(contents, {"desk": content.role}, (), {"lab.view": owner}, {})


HOLDER = rights("lab.holder")


@pytest.mark.parametrize(
    ("tables", "on_delete", "on_update", "acting"),
    [
        ((HOLDER, rights("lab.visit")), "cascade", "no action", ["delete"]),
        ((HOLDER, rights("lab.visit")), "restrict", "no action", []),
        ((HOLDER, rights("lab.visit")), "set null", "cascade", ["delete", "update"]),
        ((HOLDER,), "cascade", "no action", ["delete"]),
        ((HOLDER, rights("lab.visit", delete=ALWAYS)), "cascade", "no action", []),
        ((HOLDER, rights("lab.visit", delete=ALWAYS)), "set default", "no action", ["delete"]),
        ((HOLDER, rights("lab.visit", write=ALWAYS)), "set default", "cascade", []),
        ((rights("lab.holder", delete=NEVER), rights("lab.visit")), "cascade", "cascade", ["update"]),
        ((rights("lab.holder", delete=NEVER, write=NEVER), rights("lab.visit")), "cascade", "cascade", []),
        ((rights("lab.visit"),), "cascade", "cascade", []),
    ],
)
def test_keys_that_act_on_rows_a_class_may_not_change(
    tables: tuple[TableRights, ...], on_delete: KeyAction, on_update: KeyAction, acting: list[str]
) -> None:
    links = Links(keys=(replace(KEY, on_delete=on_delete, on_update=on_update),))
    assert [each.action for each in acting_keys(class_map(*tables), links)] == acting


def test_a_key_to_a_part_is_set_off_through_the_whole() -> None:
    links = Links(keys=(replace(KEY, references="lab.holder_1"),), parts=frozenset({("lab.holder", "lab.holder_1")}))
    assert [each.table for each in acting_keys(class_map(HOLDER), links)] == ["lab.holder"]


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ((HOLDER,), {"lab.holder", "lab.visit"}),
        ((rights("lab.holder", read=ALWAYS, delete=NEVER, write=NEVER),), set()),
        ((rights("lab.holder", read=ALWAYS),), {"lab.visit"}),
        ((rights("lab.visit"),), {"lab.holder"}),
        ((rights("lab.visit", write=NEVER, delete=NEVER),), set()),
        ((rights("lab.visit"), rights("lab.holder", read=ALWAYS, write=NEVER, delete=NEVER)), set()),
    ],
)
def test_tables_of_whose_hidden_rows_a_writer_learns(tables: tuple[TableRights, ...], told: set[str]) -> None:
    links = Links(keys=(KEY,), unique=frozenset({"lab.holder"}))
    assert telling_tables(class_map(*tables), links) == told


def test_who_may_insert_and_update_where_rows_are_hidden_upserts() -> None:
    links = Links(unique=frozenset({"lab.holder", "lab.owned", "lab.event_1"}),
                  parts=frozenset({("lab.event", "lab.event_1")}))  # fmt: skip
    tables = (HOLDER, rights("lab.event"), rights("lab.free"), rights("lab.shown", read=ALWAYS))
    classes = class_map(*tables)
    role = classes.standing["desk"]
    assert list(upserting(classes, links)) == [(role, "lab.holder"), (role, "lab.event")]
    read_only = class_map(rights("lab.holder", write=NEVER))
    assert list(upserting(read_only, links)) == []


def test_a_generated_column_shows_what_it_is_computed_from() -> None:
    links = Links(computed=frozenset({("lab.holder", "body", "id"), ("lab.holder", "body", "remark")}))
    classes = class_map(HOLDER)
    assert list(computed_columns(classes, links)) == [(classes.standing["desk"], "lab.holder", "body", "remark")]
    assert list(computed_columns(class_map(), links)) == []


def test_a_guard_stands_only_where_the_server_shows_what_is_hidden() -> None:
    """On a repaired server, or where every row is seen, nobody's statements are refused."""
    rules = "permit (principal, action, resource); forbid (principal, action, resource) when { resource.sealed };"
    classes = classified(rules)
    found = replace(catalog(), links=Links(unique=frozenset({TABLE})))
    showing = replace(found, conflicting=True)
    assert guards(classes, found) == []
    (guard,) = guards(classes, showing)
    assert set(guard.roles) == {classes.standing["clerk"], *(d.role for d in classes.declared)}
    assert guards(classified("permit (principal, action, resource);"), showing) == []


def guards(classes: ClassMap, found: Catalog) -> list[ConflictGuard]:
    facts = wanted(system_of(table_map()), {each.login: each for each in accounts()}, classes, found)
    return [fact for fact in facts if isinstance(fact, ConflictGuard)]
