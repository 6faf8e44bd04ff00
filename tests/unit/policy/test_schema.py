"""The schema and the entities generated from a repository, checked by Cedar itself."""

import json
from dataclasses import replace

import cedarpy
import pytest

from recuse.model import Repository, RowAttribute, System, TableMap
from recuse.policy.entities import entities_json, is_public, row_entity
from recuse.policy.schema import cedar_schema
from tests.unit.policy.conftest import ARREST

EXPECTED = """\
entity Agency in [Agency];
entity Account in [Agency] = { serves: Set<Agency>, personal: Bool };
entity Purpose in [Purpose];
entity Authority in [Authority];
entity Category in [Category];
type Circumstances = { purpose: Purpose, authority: Authority, agreed: Set<Category> };
action write;
action read appliesTo { principal: [Account], context: Circumstances,
  resource: [blotter::records::person, blotter::records::arrest, blotter::records::status_exchange, \
blotter::records::crime_map] };
action insert, update, delete in [write] appliesTo { principal: [Account], context: Circumstances,
  resource: [blotter::records::person, blotter::records::arrest, blotter::records::status_exchange, \
blotter::records::crime_map] };
namespace blotter::records {
  entity person in [Category] = { category: Category, public: Bool, sealed: Bool, juvenile: Bool };
  entity arrest in [Category] = { category: Category, public: Bool, sealed: Bool, juvenile?: Bool, \
district: String, charges?: Long };
  entity status_exchange in [Category] = { category: Category, public: Bool };
  entity crime_map in [Category] = { category: Category, public: Bool };
}
"""


def test_the_schema_is_the_examples_shape(repository: Repository) -> None:
    assert cedar_schema(repository) == EXPECTED
    assert cedarpy.Schema.from_str(EXPECTED)


def with_system(repository: Repository, system: System) -> Repository:
    return replace(repository, systems={**repository.systems, system.name: system})


def test_all_systems_and_schemas_are_in_it(repository: Repository) -> None:
    flag = {"flag": RowAttribute("f", "Bool", False)}
    tables = tuple(TableMap(name, "custody", (), {}, flag, False) for name in ("a.t", "b.t", "a.u"))
    other = replace(repository.systems["blotter"], name="docket", tables=tables)
    text = cedar_schema(with_system(repository, other))
    assert text.count("namespace docket::a {") == text.count("namespace docket::b {") == 1
    assert "docket::a::t, docket::b::t, docket::a::u]" in text
    assert cedarpy.Schema.from_str(text)


def test_a_repository_without_tables_has_a_schema(repository: Repository) -> None:
    bare = replace(repository, systems={"blotter": replace(repository.systems["blotter"], tables=())})
    assert cedarpy.Schema.from_str(cedar_schema(bare))


def test_entities_conform_and_carry_trees_and_members(repository: Repository) -> None:
    schema = cedarpy.Schema.from_str(cedar_schema(repository))
    assert len(cedarpy.Entities.from_json_str(entities_json(repository), schema))
    found = {(e["uid"]["type"], e["uid"]["id"]): e for e in json.loads(entities_json(repository))}
    assert len(found) == sum(
        map(
            len,
            (
                repository.agencies,
                repository.accounts,
                repository.purposes,
                repository.authorities,
                repository.categories,
            ),
        )
    )
    assert found["Category", "release_date"]["parents"] == [{"type": "Category", "id": "custody"}]
    analyst = found["Account", "blotter/centre_analyst"]
    assert analyst["parents"] == [{"type": "Agency", "id": "fusion.tworivers"}]
    assert analyst["attrs"]["personal"] is True
    assert [agency["__entity"]["id"] for agency in analyst["attrs"]["serves"]] == [
        "fed.homeland",
        "fed.homeland.border",
        "fed.homeland.border.inquiry",
        "fed.justice.bureau",
    ]
    assert found["Account", "blotter/bureau_task"]["attrs"] == {"serves": [], "personal": False}


def test_a_row_has_its_category_and_no_attribute_where_null(repository: Repository) -> None:
    arrest = repository.systems["blotter"].table("records.arrest")
    row = row_entity(repository, "blotter", arrest, "release_date", {**ARREST, "charges": None})
    assert row["uid"]["type"] == "blotter::records::arrest"
    assert row["parents"] == [{"type": "Category", "id": "release_date"}]
    assert row["attrs"] == {
        "category": {"__entity": {"type": "Category", "id": "release_date"}},
        "public": False,
        "sealed": False,
        "district": "4",
    }
    same = row_entity(repository, "blotter", arrest, "release_date", {**ARREST, "charges": None})
    other = row_entity(repository, "blotter", arrest, "release_date", {**ARREST, "charges": 0})
    assert row["uid"] == same["uid"] != other["uid"]


@pytest.mark.parametrize(
    ("table", "category", "public"), [(True, False, True), (False, True, True), (False, False, False)]
)
def test_public_is_the_categorys_flag_or_the_tables(
    table: bool, category: bool, public: bool, repository: Repository
) -> None:
    categories = {"custody": replace(repository.categories["custody"], public=category)}
    held = TableMap("a.t", "custody", (), {}, {}, table)
    assert is_public(replace(repository, categories=categories), held, "custody") is public
