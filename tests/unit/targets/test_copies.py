"""Which relations look like copies: what must be told, and what must not."""

import pytest

from recuse.targets.postgres.edges.copies import Relation, Shape, copies, relations

PERSON = "id:number name ssn immigration district:number"


def relation(name: str, columns: str, kind: str = "r", family: str | None = None) -> Relation:
    """Written as `name:type` (text without), with `*` behind a column that alone is unique, `>s.t.c` behind a key."""
    shapes = []
    for written in columns.split():
        column, _, refers = written.partition(">")
        named, _, type_ = column.rstrip("*").partition(":")
        shapes.append(
            Shape(
                relation=name, short=name.partition(".")[2], kind=kind, family=family or name, name=named,
                written=named, type=type_ or "text", refers=[refers] if refers else [], alone="*" in column,
            )
        )  # fmt: skip
    [found] = relations(shapes)
    return found


def looks(copy: Relation, original: Relation, *others: Relation, same: bool = True) -> tuple[str, ...] | None:
    """The columns by which the one looks like a copy of the other, beside others."""
    found = [like for like in copies([original, *others], [copy, *others], {original.name}, same=same)
             if (like.copy, like.original) == (copy, original)]  # fmt: skip
    assert len(found) <= 1
    return found[0].columns if found else None


@pytest.mark.parametrize(("name", "columns", "agree"), [
    ("x.report", PERSON, "id name ssn immigration district"),
    ("x.report", "ID:number NAME SSN immigration district:number", "id name ssn immigration district"),
    ("x.loaded", "id name ssn immigration district", "id name ssn immigration district"),
    ("x.two", "name ssn", "name ssn"),
    ("x.one", "ssn", "ssn"),
    ("x.two", "immigration district:number", "immigration district"),
    ("x.kept", "name ssn loaded_at:time delete_after:time batch_id:number", "name ssn"),
    ("x.more", f"{PERSON} risk:number model note", "id name ssn immigration district"),
    ("x.keyed", f"copy_no:number* {PERSON}", "id name ssn immigration district"),
])  # fmt: skip
def test_copies_are_told(name: str, columns: str, agree: str) -> None:
    original = relation("cpd.person", PERSON.replace("id:number", "id:number*"))
    assert looks(relation(name, columns), original) == tuple(agree.split())


@pytest.mark.parametrize(("name", "columns"), [
    ("x.district", "id:number name"),
    ("x.staff", "id:number name phone district:number"),
    ("x.payroll", "id:number ssn salary:number hired:time bank_account"),
    ("x.statuses", "immigration* name"),
    ("x.patrol", "id:number district:number"),
    ("x.visit", "id:number person_id:number>cpd.person.id district:number visited_on:time"),
    ("x.audit", "audit_id:number* id:number>cpd.person.id ssn>cpd.person.ssn changed_at:time"),
    ("x.names", "id:number name"),
    ("x.other", "id:number name ssn:bytea immigration:bool"),
    ("x.applicant", "applicant_id:number* name ssn immigration district:number"),
])  # fmt: skip
def test_lookalikes_are_not(name: str, columns: str) -> None:
    original = relation("cpd.person", PERSON.replace("id:number", "id:number*"))
    assert looks(relation(name, columns), original) is None


def test_what_unlike_relations_share_does_not_tell() -> None:
    """The four tables of pgbench share their keys, which no constraint explains, and a filler."""
    branches = relation("p.branches", "bid:number bbalance:number filler")
    tellers = relation("p.tellers", "tid:number bid:number tbalance:number filler")
    accounts = relation("p.accounts", "aid:number bid:number abalance:number filler")
    history = relation("p.history", "tid:number bid:number aid:number delta:number mtime:time filler")
    tables = [branches, tellers, accounts, history]
    assert not [each for one in tables for each in copies(tables, tables, {one.name}, same=True)]
    taken = relation("p.taken", "aid:number abalance:number filler")
    assert looks(taken, accounts, branches, tellers, history) is None, "two numbers and a filler"


def test_many_copies_do_not_hide_one_another() -> None:
    original = relation("cpd.person", PERSON)
    years = [relation(f"x.y{year}", PERSON) for year in range(2000, 2030)]
    assert all(looks(year, original, *(y for y in years if y is not year)) for year in years)


def test_what_is_asked_about_is_no_copy_of_itself() -> None:
    """Of one table for each of many tenants each looks like a copy of all: they are asked about together, or alone."""
    tenants = [relation(f"tenant_{number}.person", PERSON) for number in range(50)]
    names = {each.name for each in tenants}
    assert not list(copies(tenants, tenants, names, same=True))
    assert len(list(copies(tenants, tenants, names, same=False))) == 50 * 50
    [left, *known] = tenants
    found = list(copies(tenants, tenants, names - {left.name}, same=True))
    pairs = sorted((each.copy.name, each.original.name) for each in found)
    assert pairs == sorted((left.name, one.name) for one in known)


def test_a_shared_reference_explains_a_column() -> None:
    original = relation("s.arrest", "id:number person>s.person.id offence>s.offence.code plate")
    other = relation("s.stop", "id:number person>s.person.id offence>s.offence.code camera")
    assert looks(other, original) is None


def test_parts_of_one_whole_are_described_elsewhere() -> None:
    whole, part = relation("s.log", PERSON, "p", "s.log"), relation("s.log_1", PERSON, "r", "s.log")
    assert looks(part, whole) is None
    assert looks(part, whole, same=False) is not None, "in another database it is a copy of the whole"


def test_the_same_name_and_columns_tell_by_themselves() -> None:
    contact = "id:number name phone email"
    assert looks(relation("archive.contact_2019", contact), relation("crm.contact", contact)) is not None
    assert looks(relation("archive.supplier", contact), relation("crm.contact", contact)) is None


def test_the_reason_names_the_columns() -> None:
    [like] = copies([relation("cpd.person", PERSON)], [relation("x.one", "ssn")], {"cpd.person"}, same=True)
    assert like.reason == "x.one looks like a copy of cpd.person: the column ssn agrees"
