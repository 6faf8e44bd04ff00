"""Guesses from names and types, the vocabularies they lead to, and the TOML in which they are written."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse import toml_text
from recuse.enforcement.facts import ColumnShape, TableShape
from recuse.operations import guesses
from recuse.operations.guesses import UNRECOGNISED, guess_attribute, guess_column, guess_key, guess_table, guess_use
from recuse.toml_source import parse

WORDS = tomllib.loads(guesses.vocabulary("guesses"))
# Every character that PostgreSQL takes in a name; half characters are not text.
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=63)


def column(name: str, type_name: str = "text", *, nullable: bool = True, generated: bool = False) -> ColumnShape:
    return ColumnShape(name, type_name, nullable, True, generated)


def guessed(name: str, type_name: str = "text", *, in_recognised: bool = False) -> str | None:
    found = guess_column(column(name, type_name), in_recognised=in_recognised)
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("home_address", ("home", "address")),
        ("HomeAddresses2", ("home", "address", "2")),
        ("SSN", ("ssn",)),
        ("personDOB", ("person", "dob")),
        ("DOBDate", ("dob", "date")),
        ("place of birth", ("place", "of", "birth")),
        ("custody_status", ("custody", "status")),
        ("agencies", ("agency",)),
        ("naïveNames", ("naïve", "name")),
        ("电话", ("电话",)),
        ('"]\n', ()),
    ],
)
def test_words_of_a_name(name: str, words: tuple[str, ...]) -> None:
    assert guesses.words_of(name) == words


@pytest.mark.parametrize(
    ("name", "type_name", "category"),
    [
        ("home_address", "text", "contact_information"),
        ("ip_address", "inet", None),
        ("phone_number", "character varying(20)", "contact_information"),
        ("country_of_birth", "text", "place_of_birth"),
        ("birth_rate", "numeric", None),
        ("citizenship", "text", "citizenship_immigration_status"),
        ("visa_type", "text", "citizenship_immigration_status"),
        ("taxpayer_id", "text", "tax_id"),
        ("social_security_number", "text", "tax_id"),
        ("release_at", "timestamp with time zone", "release_date_time"),
        ("release_notes", "text", "incident_narrative"),
        ("release_version", "text", None),
        ("fingerprint", "bytea", "person.biometric"),
        ("diagnosis", "text", "health_record"),
        ("gang_affiliation", "text", "gang_designation"),
        ("victim_name", "text", "victim_witness"),
        ("arrest_id", "integer", None),
        ("victim_uuid", "uuid", None),
        ("photo_key", "text", None),
        ("plate", "text", "vehicle_registration"),
        ("DOB", "date", "person.identity"),
        ("colour", "text", None),
    ],
)
def test_a_column_by_its_name_and_type(name: str, type_name: str, category: str | None) -> None:
    assert guessed(name, type_name) == category


def test_weak_words_give_way_to_the_name_of_the_table() -> None:
    assert guessed("name") == "person.identity"
    assert guessed("name", in_recognised=True) is None
    assert guessed("phone", in_recognised=True) == "contact_information"


def test_reasons_name_the_word_and_the_type() -> None:
    found = guess_column(column("released_at", "date"), in_recognised=False)
    assert found is not None
    assert found.reason == "word `released` in its name, type date"
    assert guess_table("case_notes") == guesses.Guessed("incident_narrative", "words `case note` in its name")
    assert guess_table("pgbench_accounts") is None


@pytest.mark.parametrize(
    ("login", "use"),
    [
        ("records_app", "shared"),
        ("front_desk", "shared"),
        ("detective_211", "personal"),
        ("jane.doe", "personal"),
        ("jdoe@records.example", "personal"),
        ("nightly_job", "job"),
        ("etl", "job"),
        ("pg_backup", "backup"),
        ("replicator", "replication"),
        ("something", "shared"),
        ("", "shared"),
    ],
)
def test_the_use_of_a_login(login: str, use: str) -> None:
    assert guess_use(login).value == use
    assert guesses.use_of(use) == use


@pytest.mark.parametrize(
    ("first", "key"),
    [
        (column("person_id", "integer", nullable=False), "person_id"),
        (column("id", "uuid", nullable=False), "id"),
        (column("id", "integer"), None),
        (column("name", "integer", nullable=False), None),
        (column("id", "text", nullable=False), None),
    ],
)
def test_the_key_of_a_table(first: ColumnShape, key: str | None) -> None:
    found = guess_key(TableShape("a.b", "table", (first, column("x")), ()))
    assert (found and found.value) == key


def test_attributes_are_booleans_by_name() -> None:
    names = {"is_sealed": "sealed", "expunged": "expunged", "isJuvenile": "juvenile", "restricted": "restricted"}
    for name, attribute in names.items():
        found = guess_attribute(column(name, "boolean"))
        assert found is not None
        assert found.value == attribute
        assert guess_attribute(column(name, "text")) is None
    assert guess_attribute(column("is_active", "boolean")) is None


@pytest.mark.parametrize("kind", ["table", "column"])
def test_no_pattern_is_hidden_by_another(kind: str) -> None:
    """Every pattern by itself gives its own entry: a longer or earlier one that hides it is a slip in the list."""
    moments = {"moment": "date", "text": "text", "bytes": "bytea", "number": "integer", "flag": "boolean"}
    for entry in WORDS[kind]:
        for pattern in entry["words"]:
            name = pattern.replace(" ", "_")
            if kind == "table":
                found = guess_table(name)
            else:
                family = entry.get("types", ["text"])[0]
                found = guess_column(column(name, moments[family]), in_recognised=False)
            assert found is not None, pattern
            assert found.value == entry["category"], pattern


def test_every_category_and_use_is_one_of_the_vocabulary() -> None:
    categories = {entry["id"] for entry in tomllib.loads(guesses.vocabulary("categories"))["category"]}
    named = {entry["category"] for kind in ("table", "column", "check") for entry in WORDS[kind]}
    assert named <= categories
    assert UNRECOGNISED in categories
    assert {entry["use"] for entry in WORDS["use"]} <= {"backup", "replication", "job", "shared", "personal"}
    assert {entry["name"] for entry in WORDS["attribute"]} == {"sealed", "expunged", "juvenile", "restricted"}
    assert {kind for entry in WORDS["column"] for kind in entry.get("types", ())} <= {
        "moment", "text", "number", "flag", "bytes",
    }  # fmt: skip


def test_the_vocabularies_hold_what_the_reader_demands() -> None:
    purposes = {entry["id"] for entry in tomllib.loads(guesses.vocabulary("purposes"))["purpose"]}
    authorities = {entry["id"] for entry in tomllib.loads(guesses.vocabulary("authorities"))["authority"]}
    assert {"undeclared", "own.functions", "own.derived", "court_process"} <= purposes
    assert {"none", "official_duty", "agreement"} <= authorities


@given(NAMES)
def test_any_name_is_a_value_and_comes_back(name: str) -> None:
    assert tomllib.loads(f"x = {toml_text.quoted(name)}\n") == {"x": name}
    assert len(toml_text.quoted(name).splitlines()) == 1


@given(NAMES, st.dictionaries(NAMES, st.booleans() | NAMES, max_size=3), st.lists(NAMES, max_size=3))
def test_any_name_is_a_key_and_comes_back_with_its_line(
    name: str, inner: Mapping[str, bool | str], texts: list[str]
) -> None:
    text = toml_text.block("[table]", {name: inner}, ["above"]) + toml_text.block("[other]", {name: texts})
    problems: list[object] = []
    source = parse("x.toml", text.encode(), problems)  # type: ignore[arg-type]
    assert source is not None
    assert source.values == {"table": {name: inner}, "other": {name: texts}}
    assert source.line(("table", name)) == 3
    assert problems == []


@given(NAMES)
def test_no_name_breaks_out_of_a_comment(name: str) -> None:
    text = toml_text.comment(toml_text.named(name)) + "\n"
    assert tomllib.loads(text) == {}
    assert all(character.isprintable() for character in text[:-1])


@given(NAMES, NAMES)
def test_different_names_look_different(one: str, other: str) -> None:
    assert (toml_text.named(one) == toml_text.named(other)) == (one == other)


def test_values_of_each_kind() -> None:
    values: dict[str, toml_text.Value] = {
        "flag": True, "number": 1, "day": date(2026, 3, 1), "none": (), "moment": datetime(2026, 3, 1, tzinfo=UTC),
    }  # fmt: skip
    written = "flag = true\nnumber = 1\nday = 2026-03-01\nnone = []\nmoment = 2026-03-01T00:00:00Z\n"
    assert toml_text.block("", values) == written
    assert tomllib.loads(written) == {**values, "none": []}
    assert toml_text.quoted("\u202e\x7f\U000e0001") == '"\\u202e\\u007f\\U000e0001"'
