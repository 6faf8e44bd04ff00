"""The log has the shapes it promises, and names nothing that the demo's policy does not know."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pytest

from recuse.demo.access_log import write_log
from recuse.demo.repository import accounts
from recuse.errors import InputError

LINES = 120_000
COLUMNS = {
    "event_id": "BIGINT", "ts_utc": "TIMESTAMP", "system": "VARCHAR", "login": "VARCHAR", "agency": "VARCHAR",
    "object": "VARCHAR", "category": "VARCHAR", "action": "VARCHAR", "rows_returned": "INTEGER", "purpose": "VARCHAR",
    "authority": "VARCHAR", "agreement": "VARCHAR", "requested_for": "VARCHAR", "case_no": "VARCHAR",
    "reason_text": "VARCHAR", "row_sealed": "BOOLEAN", "row_juvenile": "BOOLEAN", "decision": "VARCHAR",
}  # fmt: skip


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("log"), lines=LINES)


@pytest.fixture
def ask(log: Path) -> Iterator[Any]:
    with duckdb.connect() as connection:
        connection.read_parquet(str(log)).create_view("log")
        yield lambda query: connection.execute(query).fetchall()


def ids(file: str, noun: str) -> set[str]:
    text = (files("recuse.demo") / "policy" / file).read_text(encoding="utf-8")
    return {entry["id"] for entry in tomllib.loads(text)[noun]}


def test_columns_and_number_of_lines(ask: Any) -> None:
    assert {name: kind for name, kind, *_ in ask("DESCRIBE log")} == COLUMNS
    assert ask("SELECT count(*), count(DISTINCT event_id), min(event_id), max(event_id) FROM log") == [
        (LINES, LINES, 1, LINES)
    ]


def test_ten_years_in_order_to_the_hundredth_of_a_second(ask: Any) -> None:
    assert ask(
        "SELECT min(ts_utc) >= '2009-07-01', max(ts_utc) < '2019-07-01', count(DISTINCT year(ts_utc)) FROM log"
    ) == [(True, True, 11)]
    assert ask("SELECT count(*) FROM log WHERE microsecond(ts_utc) % 10000 <> 0") == [(0,)]
    assert ask("SELECT count(*) FROM log WHERE microsecond(ts_utc) % 1000000 <> 0")[0][0] > LINES * 0.9
    # The file's own order is that of time, and so is the number.
    assert ask("SELECT count(*) FROM log a JOIN log b ON b.event_id = a.event_id + 1 WHERE b.ts_utc < a.ts_utc") == [
        (0,)
    ]
    assert ask("SELECT count(*) FROM (SELECT event_id, row_number() OVER () AS n FROM log) WHERE event_id <> n") == [
        (0,)
    ]


def test_everything_named_exists_in_the_policy(ask: Any) -> None:
    known = {
        "login": {a.login for a in accounts()},
        "purpose": ids("purposes.toml", "purpose"),
        "authority": ids("authorities.toml", "authority"),
        "category": ids("categories.toml", "category"),
        "requested_for": ids("agencies.toml", "agency"),
        "agreement": {
            path.name.removesuffix(".toml") for path in (files("recuse.demo") / "policy" / "agreements").iterdir()
        },
    }
    for column, allowed in known.items():
        named = {value for (value,) in ask(f"SELECT DISTINCT {column} FROM log WHERE {column} IS NOT NULL")}
        assert named <= allowed, column
    assert set(ask("SELECT DISTINCT login, agency FROM log")) <= {(a.login, a.agency) for a in accounts()}
    assert ask("SELECT DISTINCT system, decision FROM log") == [("clear", "allow")]
    assert {a for (a,) in ask("SELECT DISTINCT action FROM log")} == {"read", "insert", "update", "delete"}


def test_categories_lie_where_the_map_says(ask: Any) -> None:
    text = (files("recuse.demo") / "policy" / "categories" / "clear.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    on = {
        (table["name"], category)
        for table in document["table"]
        for category in {table["category"], *(c["category"] for c in table.get("columns", {}).values())}
    }
    assert set(ask("SELECT DISTINCT object, category FROM log")) <= on
    for flag in ("sealed", "juvenile"):
        flagged = {t["name"] for t in document["table"] if flag in t.get("attributes", {})}
        told = {o for (o,) in ask(f"SELECT DISTINCT object FROM log WHERE row_{flag} IS NOT NULL")}
        assert told == flagged & {o for (o,) in ask("SELECT DISTINCT object FROM log")}
        assert ask(f"SELECT count(*) FROM log WHERE row_{flag} IS NULL AND object = 'records.person'") == [(0,)]


def test_immigration_offices_among_the_rest(ask: Any) -> None:
    share = dict(ask("SELECT purpose, count(*) FROM log WHERE agency LIKE 'us.dhs%' GROUP BY 1"))
    assert 0.02 < sum(share.values()) / LINES < 0.06  # tens of thousands of 1,200,000
    assert set(share) == {"imm.civil_enforcement", "imm.status_exchange_1373", "crim.investigation", "undeclared"}
    assert share["imm.civil_enforcement"] > share["crim.investigation"] > share["undeclared"]
    assert ask(
        "SELECT count(*) > 0 FROM log WHERE requested_for = 'us.dhs.ice.ero' AND agency = 'il.cook.sheriff'"
    ) == [(True,)]


def months(ask: Any, login: str) -> tuple[float, float]:
    """Lines a month before and after the cut-over."""
    ((before, after),) = ask(
        "SELECT count(*) FILTER (WHERE ts_utc >= '2016-06-01' AND ts_utc < '2018-06-01') / 24,"
        f" count(*) FILTER (WHERE ts_utc >= '2018-06-01') / 13 FROM log WHERE login = '{login}'"
    )
    return before, after


def test_a_cut_over_with_one_survivor(ask: Any) -> None:
    for login in ("dea_desk", "usms_desk", "cbp_desk"):
        before, after = months(ask, login)
        assert after < before / 4, login
    before, after = months(ask, "fusion_desk")
    assert after > before * 0.8


def test_a_ghost(ask: Any) -> None:
    assert ask("SELECT max(ts_utc) < '2016-10-01' FROM log WHERE login = 'ice_inactive' AND ts_utc < '2019-01-01'") == [
        (True,)
    ]
    assert ask(
        "SELECT CAST(ts_utc AS DATE)::VARCHAR, count(*) FROM log"
        " WHERE login = 'ice_inactive' AND ts_utc >= '2016-10-01' GROUP BY 1 ORDER BY 1"
    ) == [("2019-05-09", 2), ("2019-05-13", 2)]


def test_a_drop_down_hides_the_words(ask: Any) -> None:
    words = "regexp_matches(lower(reason_text), 'immigra|ice|ero')"
    civil = "purpose = 'imm.civil_enforcement'"
    ((before, after),) = ask(
        f"SELECT avg({words}::int) FILTER (WHERE ts_utc < '2018-12-01'),"
        f" avg({words}::int) FILTER (WHERE ts_utc >= '2018-12-01') FROM log WHERE {civil} AND reason_text IS NOT NULL"
    )
    assert before > 0.05
    assert after < 0.02
    texts = {t for (t,) in ask("SELECT DISTINCT reason_text FROM log WHERE ts_utc >= '2018-12-01'")}
    assert texts <= {"Criminal investigation - ", "Other - ", "Immigration (civil/administrative) - "}


def test_agreements_are_named_from_their_first_day(ask: Any) -> None:
    for path in (files("recuse.demo") / "policy" / "agreements").iterdir():
        agreement = tomllib.loads(path.read_text(encoding="utf-8"))
        found = ask(
            f"SELECT count(*) FROM log WHERE agreement = '{agreement['id']}' AND ts_utc < '{agreement['from']}'"
        )
        assert found == [(0,)]
    assert ask("SELECT count(*) FROM log WHERE (authority = 'agreement') <> (agreement IS NOT NULL)") == [(0,)]


def test_the_same_seed_gives_the_same_lines(log: Path, tmp_path: Path) -> None:
    again = write_log(tmp_path / "again", lines=LINES)
    other = write_log(tmp_path / "other", lines=LINES, seed=7)
    with duckdb.connect() as connection:
        sums = [
            connection.read_parquet(str(path)).aggregate(
                "bit_xor(hash(event_id, ts_utc, login, object, action, case_no))"
            )
            for path in (log, again, other)
        ]
        first, second, third = (s.fetchall() for s in sums)
    assert first == second
    assert first != third


def test_too_few_lines_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`10` lines are too few"):
        write_log(tmp_path, lines=10)
