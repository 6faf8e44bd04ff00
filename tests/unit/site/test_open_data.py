"""Open data: a Data Package as the standard asks, whose files are as it says; every field is in the dictionary."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from recuse.content.values import Content
from recuse.languages import LANGUAGES
from recuse.site.open_data import dictionary
from recuse.site.open_data.package import package
from recuse.site.open_data.pages import SECTION, written
from recuse.site.open_data.tables import TABLES
from recuse.site.sources import Sources
from tests.unit.content import example
from tests.unit.content.test_states import sound
from tests.unit.site.data_package import faults
from tests.unit.site.world import sources, texts


def files(found: Sources) -> dict[str, bytes]:
    return {path.removeprefix("data/"): content for path, content in SECTION.files(found)}


def with_rights(made: Content, *, demonstration: bool) -> Sources:
    """The whole, with the right records of some content."""
    found = sources()
    site = replace(found.content.site, demonstration=demonstration)
    law = replace(found.content, glossary=made.glossary, facts=made.facts, rights=made.rights)
    return replace(found, content=replace(law, site=site, translations=made.translations))


SHOWN = with_rights(example.content(), demonstration=True)
REVIEWED = with_rights(sound(), demonstration=False)


@pytest.mark.parametrize(
    "found",
    [sources(), sources(()), sources(address="https://records.example/"), SHOWN, REVIEWED],
    ids=["whole", "nothing", "address", "rights", "rights in production"],
)
def test_the_package_is_as_the_standard_asks(found: Sources) -> None:
    content = files(found)
    assert faults(content["datapackage.json"], content) == []


def spoilt(change: Callable[[Any], None]) -> list[str]:
    content = files(sources())
    whole = json.loads(content["datapackage.json"])
    change(whole)
    return faults(json.dumps(whole).encode(), content)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda whole: whole.pop("created"), "package: created"),
        (lambda whole: whole.update(more=1), "package: ['more']"),
        (lambda whole: whole["resources"][0].update(bytes=1), "directives: bytes"),
        (lambda whole: whole["resources"][0].update(hash="sha256:" + "0" * 64), "directives: hash"),
        (lambda whole: whole["resources"][0].update(path="/etc/passwd"), "directives: name or path"),
        (lambda whole: whole["resources"][1].update(name="directives"), "package: two resources have one name"),
        (lambda whole: whole["resources"][2]["schema"]["fields"][4].update(type="boolean"), "requests row 2: count"),
        (lambda whole: whole["resources"][2]["schema"]["fields"].pop(), "requests: the head"),
        (lambda whole: whole["resources"][2]["schema"].update(primaryKey=["period"]), "requests: two rows have one"),
    ],
)
def test_a_spoilt_description_is_noticed(change: Callable[[Any], None], fault: str) -> None:
    assert any(each.startswith(fault) for each in spoilt(change)), spoilt(change)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("requests.csv", b"assistance,kind", b"favours,kind", "requests row 2: subject is none of its words"),
        ("verdicts.csv", b"2026-11-28", b"28.11.2026", "verdicts row 2: day is no date"),
        ("directives.csv", b",enforce,", b",,", "directives row 2: stage is empty"),
    ],
)
def test_a_spoilt_file_is_noticed(file: str, old: bytes, new: bytes, fault: str) -> None:
    content = files(sources())
    assert old in content[file]
    changed = {**content, file: content[file].replace(old, new, 1)}
    told = faults(content["datapackage.json"], changed)
    assert any(each.startswith(fault) for each in told), told
    assert any("hash" in each for each in told)


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda each: each.code)
def test_every_field_is_in_the_dictionary(language: Any) -> None:
    said = texts(language)
    fields, tables, types = dictionary.fields(said), dictionary.tables(said), dictionary.types(said)
    assert set(fields) == {(each.name, field.name) for each in TABLES for field in each.fields}
    assert set(tables) == {each.name for each in TABLES}
    assert {field.type for each in TABLES for field in each.fields} <= set(types)
    if language.code != "en":
        assert not set(fields.values()) & set(dictionary.fields(texts(LANGUAGES["en"])).values())


def test_an_example_is_a_value_that_the_field_may_have() -> None:
    """The examples of each table as its one row are a table without a fault."""
    for table in TABLES:
        content = ",".join(f'"{each.name}"' for each in table.fields) + "\r\n"
        content += ",".join('"' + each.example.replace('"', '""') + '"' for each in table.fields) + "\r\n"
        of = {table.file: content.encode()}
        assert faults(package(sources(), of, (table,)), of) == [], table.name


def test_the_rules_in_force_are_all_there() -> None:
    found = sources()
    (rules,) = (each for each in written(found) if each.table.name == "rules")
    assert rules.rows == len(found.rules.rules) + len(found.rules.assistance)


def test_no_table_names_a_system_or_a_login() -> None:
    for name, content in files(sources()).items():
        assert name == "rules.csv" or b"blotter" not in content, "Cedar names tables, and the directive is public"
        assert b"a_login" not in content


def test_the_same_sources_give_the_same_bytes() -> None:
    assert files(sources()) == files(sources())


def rights(found: Sources) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(files(found)["rights.csv"].decode()))]


def test_rights_are_there_with_their_law() -> None:
    rows = rights(SHOWN)
    assert [(each["text"], each["language"], each["claim"], each["fact"]) for each in rows] == [
        ("home-warrant", "en", "1", "EX2"), ("court-promise", "en", "1", "EX1"), ("court-promise", "en", "2", ""),
        ("home-warrant", "es", "1", "EX2"),
    ]  # fmt: skip
    first, promise, last = rows[0], rows[2], rows[3]
    assert (first["status"], first["sure"], first["checked_on"]) == ("disputed", "secondary", "2026-11-28")
    assert {promise[each] for each in ("law_of", "citation", "status", "sure", "checked_on")} == {""}
    assert (last["translation"], last["state"], last["says"][:5]) == ("machine", "withheld", "Usted")


def test_rights_that_nobody_reviewed_are_no_rows() -> None:
    assert {(each["text"], each["language"], each["state"]) for each in rights(REVIEWED)} == {
        ("home-warrant", "en", "shown"), ("court-promise", "en", "shown"), ("home-warrant", "es", "shown"),
    }  # fmt: skip
    assert {each["translation_reviewed_on"] for each in rights(REVIEWED)} == {"", "2026-11-28"}
    bare = {name: replace(each, reviewed=()) for name, each in sound().rights.items()}
    assert rights(with_rights(replace(sound(), rights=bare), demonstration=False)) == []
