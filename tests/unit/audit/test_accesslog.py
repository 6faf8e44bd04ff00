"""Logs are read strictly: each fault is one sentence with a remedy, and what a cell holds stays data."""

import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from recuse.audit.accesslog import Line, read_log
from recuse.errors import InputError
from recuse.model import AttributeType
from tests.unit.audit.logs import TYPES, Cells, line, write_csv, write_parquet

ASKED: dict[str, AttributeType] = {"sealed": "Bool", "juvenile": "Bool"}
LINES = [
    line("records_app", "own.records", "official_duty", ts_utc="2009-12-31 23:59:59.99"),
    line("records_app", "own.records", "official_duty", ts_utc="2009-01-01 00:00:00", reason_text="another"),
    line("records_app", "own.records", "official_duty", ts_utc="2010-01-01 00:00:00", row_juvenile=None),
    line(None, None, None, system="garage"),
    line("removal_017", "crim.investigation", "none", system=None),
]


@pytest.fixture(params=["parquet", "csv", "csv with CRLF"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "parquet":
        return write_parquet(tmp_path / "log.parquet", LINES)
    return write_csv(tmp_path / "log.csv", LINES, "\r\n" if "CRLF" in request.param else "\n")


def test_equal_lines_are_counted_once_a_year(log: Path) -> None:
    found = read_log(log, "blotter", ASKED)
    same = {
        "login": "records_app", "object": "records.arrest", "category": "arrest_record", "action": "read",
        "purpose": "own.records", "authority": "official_duty", "agreement": None, "decision": "allow",
    }  # fmt: skip
    assert sorted(found.lines, key=lambda each: each.year or 0) == [
        Line(**same, row={"juvenile": False, "sealed": False}, year=2009, count=2, last=date(2009, 12, 31)),
        Line(**same, row={"juvenile": None, "sealed": False}, year=2010, count=1, last=date(2010, 1, 1)),
    ]
    assert found.elsewhere == 2
    assert (found.first, found.last) == (date(2009, 1, 1), date(2010, 1, 1))
    assert found.sha256 == sha256(log.read_bytes()).hexdigest()


def test_attributes_that_nobody_asks_for_divide_nothing(log: Path) -> None:
    found = read_log(log, "blotter", {})
    assert [(each.row, each.count) for each in found.lines] == [({}, 2), ({}, 1)]


def test_an_empty_log_has_no_days(tmp_path: Path) -> None:
    found = read_log(write_parquet(tmp_path / "log.parquet", []), "blotter", ASKED)
    assert (found.lines, found.elsewhere, found.first, found.last) == ((), 0, None, None)


HOSTILE = ["'); DROP TABLE log; --", "=HYPERLINK()", "a\nb", 'a"b,c', "{{ 7*7 }}", "$path", "%s", "é\u202eñ", "NULL"]


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_what_a_cell_holds_is_data(form: str, tmp_path: Path) -> None:
    lines = [line(text, text, text) for text in HOSTILE]
    path = tmp_path / f"it's a log.{form}"
    written = write_csv(path, lines) if form == "csv" else write_parquet(path, lines)
    found = read_log(written, "blotter", ASKED)
    assert {each.login for each in found.lines} == set(HOSTILE)
    assert all(each.purpose == each.login == each.authority and each.count == 1 for each in found.lines)


def test_a_column_with_a_hostile_name_is_left_unread(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    names = [*TYPES, 'row_"); SELECT 1; --', "row_'x", ""]
    path.write_text(
        ",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names)
        + "\n2018-01-01 00:00:00,blotter,a,records.arrest,arrest_record,read,p,none,,inv,true,false,allow,1,2,3\n"
    )
    (found,) = read_log(path, "blotter", ASKED).lines
    assert (found.login, found.row) == ("a", {"juvenile": False, "sealed": True})


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_log(path, "blotter", ASKED)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
    return caught.value.message


def test_a_relative_path_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_parquet(tmp_path / "log.parquet", LINES)
    monkeypatch.chdir(tmp_path)
    assert read_log(Path("log.parquet"), "blotter", ASKED).elsewhere == 2


def test_missing_columns_are_all_named(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "log.parquet", [], without=["purpose", "authority"])
    assert refusal(path) == "the log lacks `purpose`, `authority`"


@pytest.mark.parametrize(
    ("column", "kind"),
    [("login", "INTEGER"), ("ts_utc", "VARCHAR"), ("ts_utc", "TIMESTAMP WITH TIME ZONE"), ("row_sealed", "INTEGER")],
)
def test_a_column_of_another_type_is_refused(column: str, kind: str, tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "log.parquet", [], **{column: kind})
    assert refusal(path) == f"column `{column}` of the log is {kind}"


@pytest.mark.parametrize("name", ["log.txt", "log"])
def test_another_suffix_is_refused(name: str, tmp_path: Path) -> None:
    assert refusal(tmp_path / name) == f"`{name}` is neither `.parquet` nor `.csv`"


@pytest.mark.parametrize("name", ["*.parquet", "log[1].csv"])
def test_what_is_no_single_file_is_refused(name: str, tmp_path: Path) -> None:
    write_parquet(tmp_path / "one.parquet", LINES)
    (tmp_path / "log[1].csv").write_text("")
    assert refusal(tmp_path / name).endswith("is not the path of a log")


@pytest.mark.parametrize("path", ["absent.parquet", "s3://somewhere/log.parquet"], ids=["missing", "an address"])
def test_what_is_not_there_is_refused_and_not_fetched(path: str) -> None:
    assert refusal(Path(path)).startswith("there is no log `")


def csv_of(tmp_path: Path, *changed: Cells, edit: tuple[str, str] = ("", "")) -> Path:
    path = write_csv(tmp_path / "log.csv", [line("a", "p", "none"), *changed])
    path.write_text(path.read_text().replace(*edit, 1) if edit[0] else path.read_text())
    return path


def test_a_parquet_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    path.write_text("login,purpose\n")
    assert "cannot be read: " in refusal(path)


@pytest.mark.parametrize(
    "edit",
    [
        ("allow", "allow,more"),
        (",allow", ""),
        ("2018-05-01", "yesterday"),
        ("12:00:00", "12:00:00+02"),
        ("inv", '"inv'),
    ],
    ids=["too many cells", "too few cells", "no time", "a time with an offset", "an open quote"],
)
def test_a_broken_line_of_csv_is_refused(edit: tuple[str, str], tmp_path: Path) -> None:
    assert "cannot be read: " in refusal(csv_of(tmp_path, edit=edit))


def test_no_line_of_data_is_taken_for_the_header(tmp_path: Path) -> None:
    path = csv_of(tmp_path, *[line("b", "p", "none")] * 5, edit=("2018-05-01 12:00:00,blotter,a", "a"))
    assert "cannot be read: " in refusal(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = csv_of(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"inv", b"\xff"))
    assert "cannot be read" in refusal(path)


@pytest.mark.parametrize("value", ["yes", "1", "True", " true"])
def test_a_flag_is_written_in_one_way(value: str, tmp_path: Path) -> None:
    path = csv_of(tmp_path, line("a", "p", "none", row_sealed=value))
    assert refusal(path) == f"`{value}` in column `row_sealed` of the log is no Bool"


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    assert refusal(csv_of(tmp_path, edit=("reason_text", "Login"))) == "column `login` is there twice in the log"


def test_without_the_extra_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_parquet(tmp_path / "log.parquet", [])
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(InputError, match=r"duckdb is not installed; install the extra with .*recuse\[analytics\]"):
        read_log(path, "blotter", ASKED)


def test_the_connection_opens_nothing_but_the_log(tmp_path: Path) -> None:
    from recuse.audit.accesslog import _connection

    log, other = tmp_path / "log.csv", tmp_path / "other.csv"
    log.write_text("a\n1\n")
    other.write_text("a\n2\n")
    with _connection(log) as connection:
        assert connection.execute("SELECT a FROM read_csv($p)", {"p": str(log)}).fetchall() == [(1,)]
    with pytest.raises(InputError, match="cannot be read"), _connection(log) as connection:
        connection.execute("SELECT a FROM read_csv($p)", {"p": str(other)})
    with duckdb.connect() as open_one:  # the same statement runs where nothing forbids it
        assert open_one.execute("SELECT a FROM read_csv($p)", {"p": str(other)}).fetchall() == [(2,)]
