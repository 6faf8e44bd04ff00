"""Requests as a table: every problem with its row and column, cells as data, rows as many as there are."""

import csv
import io
from collections.abc import Mapping
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.model import Repository
from recuse.requests import table as module
from recuse.requests.store import Found
from recuse.requests.table import LISTED, REQUIRED, Clerk, columns, export, read_table, template
from recuse.requests.written import kept_request, parse_request, payload
from tests.unit.requests.world import ASKED, BY_JUDGE, NOW

ROW: Mapping[str, str] = {
    "source": "mail-1", "received": "2026-01-15T02:00:00-06:00", "kind": "detainer",
    "on_behalf_of": "fed.homeland.border.removal", "asked_by": "Office 7", "purpose": "imm.civil_enforcement",
    "authority": "administrative.detainer", "lapses": "2026-01-17T02:00:00Z",
}  # fmt: skip


def clerk() -> Clerk:
    numbers = count()
    return Clerk("Desk 4", NOW, lambda: f"id{next(numbers)}")


def made(*rows: Mapping[str, str], header: tuple[str, ...] | None = None) -> bytes:
    names = header or tuple(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, names)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def test_every_cell_is_read(repository: Repository) -> None:
    whole = {
        **ROW, "sender": "fed.homeland", "recipients": "fed.justice.bureau; fed.homeland.border",
        "agreement": "2010-border-exchange", "case": "=1+1", "instrument": "I-247A", "kind": "bulk_extract",
        "categories": "custody;arrest_record", "until": "2026-02-01T00:00:00Z", "note": "two\r\nlines, \"quoted\"",
        "issuing_court": "@SUM(A1)", "judge": "-1", "issued": "2026-01-14", "document_sha256": "ab" * 32,
        "citation": "+8 USC 1373",
    }  # fmt: skip
    assert set(whole) == set(columns(repository))
    (request,), problems = read_table(b"\xef\xbb\xbf" + made(whole), repository, clerk())
    assert problems == ()
    assert (request.id, request.recorded_by, request.recorded) == ("id0", "Desk 4", NOW)
    assert (request.case, request.note) == ("=1+1", 'two\r\nlines, "quoted"')
    assert request.recipients == ("fed.justice.bureau", "fed.homeland.border")
    assert request.categories == ("custody", "arrest_record")
    assert dict(request.evidence) == {
        "issuing_court": "@SUM(A1)", "judge": "-1", "issued": "2026-01-14", "document_sha256": "ab" * 32,
        "citation": "+8 USC 1373",
    }  # fmt: skip
    assert request.received.isoformat() == "2026-01-15T02:00:00-06:00"
    assert parse_request(payload(request)) == request


def test_the_template_is_a_table_without_rows(repository: Repository) -> None:
    assert read_table(template(repository).encode(), repository, clerk()) == ((), ())


WRONG = [
    ({"received": "yesterday"}, "received", "`yesterday` is not a time: write it as 2026-01-31T12:00:00Z"),
    ({"received": "2026-01-15T02:00:00"}, "received", "`2026-01-15T02:00:00` has no time zone"),
    ({"received": "2036-01-15T02:00:00Z", "lapses": "2037-01-01T00:00:00Z"}, "received", "received after it was"),
    ({"lapses": "2026-01-01T00:00:00Z"}, "lapses", "it lapses before it was received"),
    ({"until": "2026-01-01T00:00:00Z"}, "until", "ends before it was received"),
    ({"kind": "detaner"}, "kind", "unknown kind `detaner`: did you mean `detainer`?"),
    ({"kind": "bulk_extract"}, "categories", "`bulk_extract` names at least one category of data"),
    ({"kind": "standing_access", "categories": "custody"}, "until", "nothing is without an end"),
    ({"on_behalf_of": "zzz"}, "on_behalf_of", "write `unlisted` for one that agencies.toml does not have"),
    ({"sender": "fed.homland"}, "sender", "did you mean `fed.homeland`?"),
    ({"recipients": "fed.homeland;;"}, "recipients", "unknown recipients ``"),
    ({"purpose": "imm.civil"}, "purpose", "unknown purpose `imm.civil`"),
    ({"authority": " none"}, "authority", "unknown authority ` none`: did you mean `none`?"),
    ({"agreement": "x"}, "agreement", "unknown agreement `x`"),
    ({"categories": "custody;custody"}, "categories", "a category stands twice"),
    ({"instrument": "Ι-205"}, "instrument", "in plain letters"),  # a Greek iota
    ({"document_sha256": "AB"}, "document_sha256", "a SHA-256 in lower-case hexadecimal"),
    ({"issued": "14.1.2026"}, "issued", "issued is a day, as 2026-01-31"),
    ({"asked_by": " "}, "asked_by", "is empty"),
    ({"judge": "two\nlines"}, "judge", "is not one line"),
    ({"note": "\x07"}, "note", "control characters"),
    ({"case": "x" * 501}, "case", "at most 500 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "column", "message"), WRONG)
def test_what_is_wrong_is_told_by_row_and_column(
    change: dict[str, str], column: str, message: str, repository: Repository
) -> None:
    _, problems = read_table(made(ROW, {**ROW, "source": "mail-2", **change}), repository, clerk())
    told = [(each.row, each.column) for each in problems]
    assert (3, column) in told
    assert any(message in each.message and f"row 3, column `{column}`" in str(each) for each in problems)


def test_all_problems_are_told_at_once(repository: Repository) -> None:
    rows = [{**ROW, "source": f"mail-{n}", **change} for n, (change, _, _) in enumerate(WRONG)]
    _, problems = read_table(made(*rows), repository, clerk())
    assert {each.row for each in problems} == set(range(2, len(WRONG) + 2))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "row 1, column `source`: is missing"),
        (made({name: ROW[name] for name in REQUIRED if name != "kind"}), "row 1, column `kind`: is missing"),
        (made({**ROW, "Kind": ""}), "row 1, column `Kind`: is no column; the columns are source, received,"),
        (made(ROW).replace(b"lapses", b"kind", 1), "row 1, column `kind`: stands twice"),
        (made(ROW) + b"a,b\r\n", "row 3: 2 cells where the header has 8"),
        (made(ROW) + b'"a', "the file: not CSV: unexpected end of data"),
        (made(ROW) + b"\xff", "the file: byte "),
        (made(ROW, ROW), "row 3, column `source`: `mail-1` is also the source of row 2"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_told(data: bytes, expected: str, repository: Repository) -> None:
    _, problems = read_table(data, repository, clerk())
    assert any(str(each).startswith(expected) for each in problems), [*map(str, problems)]


@given(
    notes=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20), max_size=8
    )
)
def test_as_many_requests_as_rows_and_every_note_as_it_stands(notes: list[str], repository: Repository) -> None:
    rows = [{**ROW, "source": f"s{n}", "note": note} for n, note in enumerate(notes)]
    requests, problems = read_table(made(*rows, header=(*ROW, "note")), repository, clerk())
    strange = {each.row for each in problems}
    assert len(requests) == len(notes)
    assert [each.note for n, each in enumerate(requests) if n + 2 not in strange] == [
        note for n, note in enumerate(notes) if n + 2 not in strange
    ]
    assert strange == {n + 2 for n, note in enumerate(notes) if module_control(note)}


def module_control(text: str) -> bool:
    return any((ord(letter) < 32 and letter not in "\t\n\r") or ord(letter) == 127 for letter in text)


def test_a_lost_row_is_seen(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    original = module._request
    lost = iter([False, True, False])

    def losing(*given: object) -> object:
        request, wrong = original(*given)  # type: ignore[arg-type]
        return (None if next(lost) else request), wrong

    monkeypatch.setattr(module, "_request", losing)  # the fault
    rows = [{**ROW, "source": f"s{n}"} for n in range(3)]
    _, problems = read_table(made(*rows), repository, clerk())
    assert [*map(str, problems)] == ["the file: 3 rows and 2 requests: a row was lost; report this with the file"]


def test_an_export_holds_nothing_sealed_and_no_formula() -> None:
    from recuse.model import Ruling

    ruling = Ruling("permitted", (), (), ("judicial.warrant",))
    kept = kept_request(BY_JUDGE, ruling, bytes(32))
    formula = kept_request(ASKED, ruling, bytes(32))
    object.__setattr__(formula, "agency", "=HYPERLINK(1)")
    text = export([Found(kept, None, None), Found(formula, None, "other")], NOW)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == LISTED
    assert rows[0]["state"] == "open"
    assert (rows[1]["state"], rows[1]["on_behalf_of"]) == ("superseded", "'=HYPERLINK(1)")
    for secret in ("Ms. Ü", "26-CR-1", "A Judge", "County Court"):
        assert secret not in text
