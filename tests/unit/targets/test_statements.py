"""Reading logged statements: what each touches, how it is asked about, and what is not asked about at all."""

import pytest

from recuse.errors import InputError
from recuse.targets.postgres.advice.statements import Read, read_statement, split

GOVERNED = ("records.person", "records.arrest", 'records.Odd "Name', "exchange.arrest")


def read(text: str) -> Read:
    found = read_statement(text, GOVERNED)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "tables", "asked"),
    [
        ("SELECT 1 FROM records.person", ["records.person"], "SELECT 1 FROM  person"),
        ("SELECT 1 FROM person", ["records.person"], "SELECT 1 FROM person"),
        ('SELECT 1 FROM "records" . "person" p', ["records.person"], 'SELECT 1 FROM  "person" p'),
        ("SELECT 'ä', 1 FROM records.person", ["records.person"], "SELECT 'ä', 1 FROM  person"),
        ('SELECT 1 FROM records."Odd ""Name"', ['records.Odd "Name'], 'SELECT 1 FROM  "Odd ""Name"'),
        ("UPDATE records.person SET phone = $1", ["records.person"], "UPDATE  person SET phone = $1"),
        ("DELETE FROM records.person", ["records.person"], "DELETE FROM  person"),
        (
            "INSERT INTO records.arrest SELECT * FROM records.person",
            ["records.arrest", "records.person"],
            "INSERT INTO  arrest SELECT * FROM  person",
        ),
        (
            "WITH p AS (SELECT 1 FROM records.person) SELECT 1 FROM p",
            ["records.person"],
            "WITH p AS (SELECT 1 FROM  person) SELECT 1 FROM p",
        ),
    ],
)
def test_tables_are_named_without_their_schema(text: str, tables: list[str], asked: str) -> None:
    found = read(text)
    assert list(found.tables) == tables
    assert found.asked == asked
    assert found.why is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT records.f(phone) FROM records.person", "it names `records.f`, from outside pg_catalog"),
        ("SELECT phone::records.t FROM records.person", "it names `records.t`, from outside pg_catalog"),
        ("SELECT 1 FROM records.person WHERE a OPERATOR(x.=) b", "it names `x.=`, from outside pg_catalog"),
        ("SELECT 1 FROM records.person ORDER BY a COLLATE x.y", "it names `x.y`, from outside pg_catalog"),
        ("SELECT 1 FROM records.person, records.other", "it reads `records.other`, which is not a governed table"),
        ("SELECT 1 FROM records.person, view", "it reads `view`, which is not a governed table"),
        (
            "SELECT 1 FROM records.arrest a, exchange.arrest b",
            "two of its tables have the same name in different schemas",
        ),
        ("TRUNCATE records.person", "it is no SELECT, INSERT, UPDATE, DELETE or MERGE"),
        ("EXPLAIN ANALYZE DELETE FROM records.person", "it is no SELECT, INSERT, UPDATE, DELETE or MERGE"),
    ],
)
def test_what_would_run_or_read_something_else_is_not_asked(text: str, why: str) -> None:
    found = read(text)
    assert (found.asked, found.why) == (None, why)


def test_the_servers_own_names_are_asked_about() -> None:
    text = "SELECT pg_catalog.lower(phone)::pg_catalog.text FROM records.person, pg_catalog.pg_class"
    assert read(text).why is None


@pytest.mark.parametrize(
    ("text", "hazards"),
    [
        ("SELECT * FROM records.person", [("every-column", "records.person")]),
        ("SELECT count(*) FROM records.person", []),
        ("SELECT a.* FROM records.person p, records.arrest a", [("every-column", "records.arrest")]),
        ("SELECT p.phone FROM records.person p", []),
        ("DELETE FROM records.person RETURNING *", [("every-column", "records.person")]),
        ("LOCK TABLE records.person", [("lock-table", "records.person")]),
        ("COPY records.person FROM STDIN", [("copy-from", "records.person")]),
        ("COPY records.person TO STDOUT", [("copy-to", "records.person")]),
        ("TRUNCATE records.person", [("truncate", "records.person")]),
    ],
)
def test_hazards_follow_from_the_form(text: str, hazards: list[tuple[str, str]]) -> None:
    assert list(read(text).hazards) == hazards


def test_no_constant_is_shown_and_parameters_are_counted() -> None:
    found = read("SELECT 1 FROM records.person WHERE name = 'Ada' AND id = $2 AND age > 17")
    assert "Ada" not in found.shown
    assert "17" not in found.shown
    assert found.parameters == 2


@pytest.mark.parametrize(
    "text", ["SELECT 1", "SELECT FROM FROM", "SELECT 1 FROM arrest", "VACUUM", "", "SELECT 1; SELECT 2"]
)
def test_what_touches_no_governed_table_is_left_out(text: str) -> None:
    """`arrest` alone could be either of two tables; it is not guessed which."""
    assert read_statement(text, GOVERNED) is None


def test_a_text_is_split_as_the_server_would() -> None:
    text = "SELECT 'a;b' ;\n-- no; more\nSELECT $$;$$;\n"
    assert split(text, "x.sql") == ("SELECT 'a;b'", "-- no; more\nSELECT $$;$$")
    with pytest.raises(InputError, match=r"`x.sql` is not SQL: syntax error at or near \"FROM\""):
        split("SELECT 1; SELECT FROM FROM", "x.sql")
