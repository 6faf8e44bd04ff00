"""The pages of policy and record: no open finding shows where it is, and every page is whole in its language."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from recuse.ledger import verify_receipt
from recuse.ledger.proof import parse_receipt
from recuse.notes import parse_verifier
from recuse.site import access, checking, decided, enforcement, home
from recuse.site.building import build
from recuse.site.checking.section import program
from recuse.site.checking.shown import shown
from recuse.site.openness import cell, ways
from recuse.site.sources import Sources
from tests.published.world import DIRECTIVE, TEXTS, applied, stated, verified, well, with_record

SECTIONS = (home.SECTION, decided.SECTION, access.SECTION, enforcement.SECTION, checking.SECTION)
SECRETS = ("desk", "secret-code", "clear/ice", "pg_catalog")


def site(sources: Sources) -> dict[str, bytes]:
    return dict(build(sources, sections=SECTIONS))


@pytest.fixture(scope="module")
def whole(body: Sources) -> dict[str, bytes]:
    return site(body)


def pages(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    for path, data in files.items():
        if path.endswith((".html", ".json")) and path.split("/", maxsplit=1)[0] in TEXTS:
            yield path, data.decode()


def test_nothing_of_open_findings_shows_where_they_are(body: Sources) -> None:
    open_ = verified("clear", verdict="findings", findings={"secret-code": 2}, doors={"ghost": 2})
    files = site(with_record(body, [*well(), open_]))
    for path, text in [*pages(files), *((p, d.decode()) for p, d in files.items() if p.startswith("record/entries"))]:
        for secret in SECRETS:
            assert secret not in text, path
    for code in TEXTS:
        page = files[f"{code}/enforcement/index.html"].decode()
        told = json.loads(files[f"{code}/enforcement/index.json"])["data"]
        assert [(each["door"], each["count"]) for each in told["doors"]["open"]] == [("ghost", 2)]
        assert {each["why_not"] for each in told["systems"]} == {"open"}, "no page says which system it is"
        assert TEXTS[code].gettext("Ghost: an account that was shut still works") in page
        assert TEXTS[code].gettext("Back door: access that everyone was given") not in page


@pytest.mark.parametrize("kind", ["listing", "attested"])
def test_findings_of_a_system_that_nobody_can_enter_are_counted(body: Sources, kind: Any) -> None:
    systems = {**body.repository.systems}
    systems["warehouse"] = replace(systems["warehouse"], kind=kind)
    closed = replace(body, repository=replace(body.repository, systems=systems))
    open_ = verified("warehouse", verdict="findings", findings={"public": 2}, doors={"back": 2})
    for then, open_doors, told in (
        ([open_], [("back", 2)], True),
        ([open_, verified("warehouse", 0.5, verdict="undetermined")], [], False),
        ([], [], True),
    ):
        (page,) = enforcement._pages(with_record(closed, [*well(("clear",)), *then]), TEXTS["en"])
        doors: Any = page.data["doors"]
        assert ([(each["door"], each["count"]) for each in doors["open"]], doors["told"]) == (open_doors, told)


def test_accounts_that_were_cut_off_are_in_no_file(body: Sources) -> None:
    files = site(with_record(body, [*well(), applied("clear", severed=["ice_ero_017"])]))
    assert not [path for path, data in files.items() if b"ice_ero_017" in data]


def test_every_language_has_every_page_with_headings_in_order(whole: dict[str, bytes]) -> None:
    named = [path.partition("/") for path, _ in pages(whole) if "/a-z/" not in path]
    assert len({frozenset(path for of, _, path in named if of == code) for code in TEXTS}) == 1
    for path, text in pages(whole):
        if path.endswith(".html"):
            levels = [int(each) for each in re.findall(r"<h([1-6])", text)]
            assert levels[0] == 1, path
            assert levels.count(1) == 1, path
            assert all(after - before <= 1 for before, after in pairwise(levels)), path
            tables = text.count("<table")
            assert text.count("<caption>") == tables, path
            assert tables == 0 or 'scope="col"' in text, path


def test_the_matrix_says_what_the_decider_would(body: Sources) -> None:
    openings = body.openings()
    assert cell(openings, "us.dhs.ice", "crime_mapping").word == "yes"
    assert cell(openings, "vendor.platefeed", "alpr_read").only == ("judicial",)
    told = cell(openings, "us.doj.fbi", "arrest_record")
    assert (told.word, told.only, told.part) == ("only", ("judicial", "agreement"), True)
    opened = {(each.purpose, each.authorities, each.some) for each in ways(openings, "us.doj.fbi", ["arrest_record"])}
    assert ("crim", ("judicial.court_order",), False) in opened
    assert ("crim.investigation", ("agreement",), True) in opened
    assert not any(purpose.startswith("imm") for purpose, _, _ in opened)


def test_the_table_has_every_agency_once_with_what_its_own_page_says(body: Sources, whole: dict[str, bytes]) -> None:
    (page, *_) = access._pages(body, TEXTS["en"])
    groups: Any = page.values["groups"]
    named = [agency for group in groups for agency in group.agencies]
    assert sorted(named) == sorted(body.repository.agencies)
    assert len({group.cells for group in groups}) == len(groups) < len(named)
    for group in groups:
        for agency in group.agencies:
            cells = [cell(body.openings(), agency, each) for each in access.held(body)]
            assert group.cells == tuple(cells), agency
    text = whole["en/access/index.html"].decode()
    for group in groups:
        for found in group.cells:
            for each in found.only:
                assert body.names.name("authority", each, "en") in text, "the words behind a number"


def test_the_first_page_leads_to_every_part(whole: dict[str, bytes]) -> None:
    for code in TEXTS:
        page = whole[f"{code}/index.html"].decode()
        for section in SECTIONS[1:]:
            assert f'<h3><a href="{section.path}">' in page, "as a tile"


def test_a_draft_is_shown_nowhere(body: Sources) -> None:
    signed = body.repository.directives[DIRECTIVE]
    draft = replace(signed, directive=replace(signed.directive, id="draft-x", title="Draft"), signature=None)
    directives = {**body.repository.directives, "draft-x": draft}
    files = site(replace(body, repository=replace(body.repository, directives=directives)))
    assert not [path for path, data in files.items() if "draft-x" in path or b"draft-x" in data]


# --- check it yourself ---


def written(files: dict[str, bytes], folder: Path) -> Path:
    for path, data in files.items():
        if path.startswith("record/"):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    return folder / "record"


def check(folder: Path, key: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", folder / "check.py", folder, key],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_the_program_finds_that_everything_holds(body: Sources, whole: dict[str, bytes], tmp_path: Path) -> None:
    folder = written(whole, tmp_path)
    done = check(folder, body.record.verifier)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("everything holds\n")
    assert done.stdout.count("stands in the record: stated") == 1
    assert done.stdout.count("not shown, its digest alone") == 4
    assert whole["en/check/index.html"].decode().count("def root_of") == 1, "the program stands on the page"
    assert (folder / "check.py").read_text() == program()


def test_what_was_stated_of_some_systems_alone_does_not_stand_for_all(body: Sources) -> None:
    """A run of one system that holds, after one of all with findings: the page shows the one of all, whole."""
    failed = ("stated", timedelta(minutes=50), {**stated(2)[2], "verdict": "findings"})
    half = with_record(body, [*well(), failed, verified("clear", 0.5), ("stated", timedelta(minutes=30), stated(1)[2])])
    told = {each.number: each for each in shown(half) if each.kind == "stated"}
    assert [b'"verdict":"findings"' in each.entry for each in told.values() if each.entry] == [True]
    assert [each.number for each in told.values() if each.entry is None] == [len(half.record.entries) - 1]
    assert "holds" not in "".join(each.text for each in told.values())


def test_every_changed_file_is_noticed(body: Sources, whole: dict[str, bytes], tmp_path: Path) -> None:
    folder = written(whole, tmp_path)
    listed = [each for each in folder.rglob("*") if each.is_file() and "directives" not in each.parts]
    for file in listed:
        if file.name in {"check.py", "verifier"}:
            continue
        before = file.read_bytes()
        for place in (len(before) // 3, len(before) // 2, len(before) - 3):
            changed = bytearray(before)
            changed[place] ^= 1
            file.write_bytes(bytes(changed))
            assert check(folder, body.record.verifier).returncode, f"{file.name} at {place}"
        file.write_bytes(before)
    other = body.record.verifier.replace("records.example", "records.another")
    assert check(folder, other).returncode
    assert check(folder, body.record.verifier).returncode == 0


def test_receipts_are_those_of_recuse(body: Sources, whole: dict[str, bytes]) -> None:
    verifier = parse_verifier(body.record.verifier)
    entries = [path for path in whole if re.fullmatch(r"record/entries/\d+\.json", path)]
    assert len(entries) == 3
    for path in entries:
        receipt = parse_receipt(whole[path.replace(".json", ".tlog-proof")].decode())
        assert verify_receipt(receipt, whole[path], verifier).size == len(body.record.raw)


def test_both_signatures_hold_by_ssh_keygen(body: Sources, whole: dict[str, bytes], tmp_path: Path) -> None:
    folder = written(whole, tmp_path) / "directives" / DIRECTIVE
    for who, space, file in (
        ("mayor-2019", "recuse-directive@v1", "directive.toml"),
        ("superintendent-2019", "recuse-confirm@v1", "confirmation.toml"),
    ):
        command = ["ssh-keygen", "-Y", "verify", "-f", str(folder.parent / "allowed_signers"), "-I", who, "-n", space]
        command += ["-s", str(folder / f"{file}.sig")]
        text = (folder / file).read_bytes()
        assert subprocess.run(command, input=text, capture_output=True, check=False).returncode == 0
        assert subprocess.run(command, input=text + b"\n", capture_output=True, check=False).returncode
        page = whole["en/check/index.html"].decode()
        assert f"-I {who} -n {space} -s {file}.sig" in page
