"""Reading an export strictly: what it prints it reads, and nothing that hands or tools do to it passes unsaid."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.errors import InputError
from recuse.operations.listed_reach import find, not_examined, reach_export
from recuse.targets.listing.access import Access
from recuse.targets.listing.lines import print_line, print_records, read_records
from recuse.targets.listing.queries import export_queries
from recuse.targets.listing.reading import SUMS, read_listing
from recuse.targets.listing.records import FILES, Granted, Listing, Present
from tests.listing.exporting import EXPORTED, Sketch, seal, write
from tests.listing.test_plan import oracle

HOSTILE: Final = ['A"B', "a,b", "'; DROP TABLE x; --", "=cmd()", "naïve ✓", " space ", "end", "5"]


def hostile() -> Listing:
    """Names that a careless reader would take for something else."""
    found = Sketch("postgresql")
    found.principal("everyone", "public", builtin=True)
    found.login(*HOSTILE)
    found.schema("s", HOSTILE[0])
    for name in HOSTILE:
        found.table("s.t", HOSTILE[0]) if name == HOSTILE[0] else None
        found.grant("SELECT", "s.t", name) if name != HOSTILE[0] else None
    found.present.append(Present("trigger", None, 'triggers: "3" of them, or so'))
    return found.listing()


@pytest.mark.parametrize("made", [hostile, lambda: oracle().listing()], ids=["hostile names", "small"])
def test_what_is_printed_is_read(tmp_path: Path, made: Any) -> None:
    listing = made()
    assert replace(read_listing(write(listing, tmp_path)), sha256="") == listing


@pytest.mark.parametrize("engine", ["oracle", "postgresql", "sqlserver"])
def test_each_shipped_query_prints_the_header_and_end_of_its_file(engine: str) -> None:
    for name, text in export_queries(engine).items():
        names = [field.name for field in fields(FILES[name])]
        end = '"end","', '","' + '","'.join("" for _ in names[2:]) + '"'
        assert f"'{print_line(names)}'" in text
        assert end[0] in text
        assert end[1] in text, name
        assert text.count(";") == (2 if engine == "sqlserver" else 1), "one statement, and what keeps a tool quiet"
        marked = "Not run here" in text
        assert marked == (engine != "postgresql")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw[:-20], "the last line has no end, so that the file may be cut off"),
        (lambda raw: b"\n".join(raw.split(b"\n")[:-2]) + b"\n", "the end line is missing"),
        (
            lambda raw: b"".join(raw.splitlines(keepends=True)[:2] + raw.splitlines(keepends=True)[3:]),
            "records, and there are",
        ),
        (lambda raw: raw + raw.splitlines(keepends=True)[1], "something follows the end line"),
        (lambda raw: raw.replace(b'"on"', b'"On"'), "the header must be"),
        (lambda raw: raw.replace(b'"object"', b"object"), "every field must stand in quotation marks"),
        (lambda raw: raw.replace(b'"no"\n', b'"no" \n', 1), "every field must stand in quotation marks"),
        (lambda raw: raw.replace(b'"no"\n', b'"no","x"\n', 1), "there are 10 fields where 9 belong"),
        (lambda raw: raw.replace(b'"no"\n', b'"maybe"\n', 1), "`denied` is `maybe`, and must be `yes` or `no`"),
        (lambda raw: raw.replace(b"SELECT", b"SEL\x1b[2JECT", 1), "there is a control character in it"),
        (lambda raw: raw.replace(b"SELECT", b"SEL\xffECT", 1), "it is not text in UTF-8"),
        (lambda raw: raw.replace(b"\n", b"\r\n", 1), "there is a control character in it"),
        (lambda raw: raw.replace(b"SELECT", b"S" * 20_000, 1), "it is longer than 16384 characters"),
        (lambda raw: raw + b"\n", "something follows the end line"),
        (lambda raw: b"", "the header must be"),
    ],
)
def test_a_file_that_is_not_as_the_queries_print_it_is_refused(change: Any, message: str) -> None:
    raw = print_records(Granted, oracle().listing().grants)
    with pytest.raises(InputError) as error:
        read_records("grants.csv", change(raw), Granted)
    assert message in str(error.value)
    assert str(error.value).startswith("grants.csv:")
    assert str(error.value).isprintable()


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_ends_of_lines_and_a_mark_may_be_those_of_windows(ends: bytes, mark: bytes) -> None:
    grants = oracle().listing().grants
    assert read_records("grants.csv", mark + print_records(Granted, grants).replace(b"\n", ends), Granted) == grants


def _damages(listing: Listing) -> Iterator[tuple[str, int, str]]:
    """Every field of every record of every file."""
    for name, kind in FILES.items():
        count = len(getattr(listing, name[:-4])) if name != "about.csv" else 1
        yield from ((name, number, field.name) for number in range(count) for field in fields(kind))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damaged_byte_passes_the_seal(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = write(oracle().listing(), tmp_path_factory.mktemp("sealed"))
    name = data.draw(st.sampled_from([*FILES, SUMS]))
    raw = bytearray((folder / name).read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    (folder / name).write_bytes(raw)
    with pytest.raises(InputError):
        read_listing(folder)


def test_each_field_damaged_alone_is_refused_or_read_as_what_it_now_says(tmp_path: Path) -> None:
    """Sealed again after the damage, as a forger could: the records are refused, or they are not those of before."""
    listing = read_listing(write(oracle().listing(), tmp_path))
    tried = refused = 0
    for name, number, field in _damages(listing):
        lines = (tmp_path / name).read_bytes().decode().split("\n")
        kind = FILES[name]
        at = [each.name for each in fields(kind)].index(field)
        whole = lines[number + 1]
        parts = whole[1:-1].split('","')
        for damage in ("", "nothing-of-the-kind", parts[at] + "x"):
            if damage == parts[at]:
                continue
            lines[number + 1] = print_line([*parts[:at], damage, *parts[at + 1 :]])
            (tmp_path / name).write_bytes("\n".join(lines).encode())
            seal(tmp_path)
            tried += 1
            try:
                assert replace(read_listing(tmp_path), sha256="") != replace(listing, sha256="")
            except InputError:
                refused += 1
        lines[number + 1] = whole
        (tmp_path / name).write_bytes("\n".join(lines).encode())
    assert tried > 500
    assert refused > tried // 2, "most damage does not even fit the rest"


@pytest.mark.parametrize("name", [*FILES, SUMS])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = write(oracle().listing(), tmp_path)
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"`{name}` of the export"):
        read_listing(folder)


def test_a_file_of_another_days_export_is_refused(tmp_path: Path) -> None:
    other = oracle()
    other.login("NEW")
    other.grant("SELECT", "RMS.PERSON", "NEW")
    folder, later = write(oracle().listing(), tmp_path / "a"), write(other.listing(), tmp_path / "b")
    (folder / "grants.csv").write_bytes((later / "grants.csv").read_bytes())
    with pytest.raises(InputError, match="is not the file that SHA256SUMS was made of"):
        read_listing(folder)
    with pytest.raises(InputError, match=r"`grantee` is `NEW`, and principals\.csv does not have it"):
        read_listing(seal(folder))


def test_an_old_or_partial_export_says_so() -> None:
    listing = oracle().listing()
    codes = [code for code, _ in not_examined(listing, EXPORTED)]
    assert codes[0] == "listed"
    assert "old-export" not in codes
    about = replace(listing.about, scope="visible")
    later = [code for code, _ in not_examined(replace(listing, about=about), EXPORTED + timedelta(days=31))]
    assert {"old-export", "scope"} <= set(later)
    assert "clock" in [code for code, _ in not_examined(listing, EXPORTED - timedelta(days=2))]


def test_a_privilege_beyond_the_steps_is_not_examined() -> None:
    sketch = oracle()
    sketch.grant("CREATE ANY TRIGGER", "server", "ANA")
    said = dict(not_examined(sketch.listing(), EXPORTED))
    assert "CREATE ANY TRIGGER" in said["wide-privilege"]


def test_names_are_found_as_a_person_types_them(tmp_path: Path) -> None:
    listing = oracle().listing()
    assert find(listing, "rms.person.phone") == (("RMS", "PERSON"), "PHONE")
    assert find(listing, '"RMS"."PERSON"') == (("RMS", "PERSON"), None)
    with pytest.raises(InputError, match=r"did you mean `RMS\.PERSON`"):
        find(listing, "RMS.PERSONS")
    with pytest.raises(InputError, match="does not name a table or a column"):
        find(listing, "PERSON")
    with pytest.raises(InputError, match="has no column `NONE`"):
        find(listing, "RMS.PERSON.NONE")
    with pytest.raises(InputError, match="no account `NOBODY`"):
        reach_export(write(listing, tmp_path), None, ["NOBODY"], EXPORTED)


def test_a_filter_on_a_table_leaves_some_rows() -> None:
    sketch = Sketch("oracle")
    sketch.principal("everyone", "PUBLIC", builtin=True)
    sketch.principal("login", "SYS", builtin=True)
    sketch.login("RMS", "ANA")
    sketch.schema("RMS", "RMS")
    sketch.table("RMS.PERSON", "RMS", filtered=True)
    for login in ("RMS", "ANA"):
        sketch.grant("CREATE SESSION", "server", login)
    sketch.grant("SELECT", "RMS.PERSON", "ANA")
    access = Access.of(sketch.listing())
    seen = {login: access.rows(login, ("RMS", "PERSON"), ["table:RMS.PERSON"]) for login in access.logins}
    assert seen == {"ANA": "some", "RMS": "all", "SYS": "all"}
