"""The reader: what it makes of a sound repository, and every problem it finds in a spoilt one, with file and line."""

import os
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recuse.errors import Problem, RepositoryError
from recuse.model import Circumstances, Derived, ReadsAs, Repository, RowAttribute, Standing
from recuse.policy.repository import read_repository
from tests.unit.policy.conftest import DIRECTIVE, FIXTURE, Spoil

DIRECTIVE_TOML = f"directives/{DIRECTIVE}/directive.toml"
ANY_DIGEST = "0" * 64
CONFIRMATION = f"""\
format = 1
directive_sha256 = "{ANY_DIGEST}"
directive_signature_sha256 = "{ANY_DIGEST}"
decision = "confirm"
conditions = ""
effective = 2019-07-12T18:00:00Z
confirmed_by = "nobody"
"""


def problems(folder: Path) -> list[str]:
    with pytest.raises(RepositoryError) as raised:
        read_repository(folder)
    return [str(problem).split(" (")[0] for problem in raised.value.problems]


def test_the_records_are_read_as_written(repository: Repository) -> None:
    blotter = repository.systems["blotter"]
    arrest = blotter.table("records.arrest")
    assert arrest.columns == {"release_at": "release_date"}
    assert arrest.attributes == {
        "sealed": RowAttribute("is_sealed", "Bool", False),
        "juvenile": RowAttribute("is_juvenile", "Bool", True),
        "district": RowAttribute("district", "String", False),
        "charges": RowAttribute("charge_count", "Long", True),
    }
    assert blotter.table("records.crime_map").key == ()
    assert blotter.derived == (
        Derived(
            "records.arrest_report",
            "arrest_record",
            ReadsAs("st.riverton.police.records", "own.report", "official_duty"),
            ("records.arrest",),
            "blotter/nightly_job",
        ),
    )
    task = repository.accounts["blotter/bureau_task"]
    agreed = frozenset({"arrest_record", "person_identity"})
    circumstances = Circumstances("crim.investigation", "agreement", agreed)
    assert task.standing == Standing(circumstances, "2016-bureau-task-force", date(2035, 12, 31))
    directive = repository.directives[DIRECTIVE].directive
    assert directive.effective == datetime(2019, 7, 12, tzinfo=UTC)
    assert directive.raw == (FIXTURE / DIRECTIVE_TOML).read_bytes()
    assert repository.agencies["fusion.tworivers"].member_agencies == {
        "fed.homeland.border.inquiry",
        "fed.justice.bureau",
    }


ONE_EACH = {
    "unknown key": (
        "agencies.toml",
        'name = "Youth Desk"',
        'nam = "Youth Desk"',
        "agencies.toml:18: unknown key `nam`",
    ),
    "unknown key of a file": (
        "agencies.toml",
        "format = 1\n",
        "format = 1\ncolour = 2\n",
        "agencies.toml:2: unknown key `colour`",
    ),
    "unknown key of a column": (
        "categories/blotter.toml",
        'phone = { category = "contact_information"',
        'phone = { category = "contact_information", why = "x"',
        "categories/blotter.toml:10: unknown key `why`",
    ),
    "unknown key of an attribute": (
        "categories/blotter.toml",
        'type = "Long", optional',
        'type = "Long", nullable',
        "categories/blotter.toml:25: unknown key `nullable`",
    ),
    "missing key": ("agencies.toml", 'name = "Youth Desk"\n', "", "agencies.toml:15: missing key `name`"),
    "wrong type": (
        "accounts.toml",
        "active = false",
        'active = "no"',
        "accounts.toml:41: `active` must be true or false",
    ),
    "wrong word": (
        "accounts.toml",
        'use = "job"',
        'use = "robot"',
        "accounts.toml:16: `use` must be one of `personal`, `shared`, `gateway`, `job`, `backup`, `replication`, "
        "`administrator`, `superuser`",
    ),
    "format": ("purposes.toml", "format = 1", "format = 2", "purposes.toml:1: `format` must be 1"),
    "format of an agreement": (
        "agreements/2010-border-exchange.toml",
        "format = 1\n",
        "",
        "agreements/2010-border-exchange.toml:1: missing key `format`",
    ),
    "not an id": (
        "categories.toml",
        'id = "custody"',
        'id = "Custody!"',
        "categories.toml:17: `Custody!` is not an id",
    ),
    "id twice": (
        "purposes.toml",
        'id = "own.report"',
        'id = "own.records"',
        "purposes.toml:22: purpose `own.records` is defined twice",
    ),
    "account twice": (
        "accounts.toml",
        '"blotter/youth_desk"',
        '"blotter/nightly_job"',
        "accounts.toml:24: account `blotter/nightly_job` is defined twice",
    ),
    "listed twice": (
        "agencies.toml",
        '"fed.justice.bureau"]',
        '"fed.homeland.border.inquiry"]',
        "agencies.toml:57: `fed.homeland.border.inquiry` stands twice in `member_agencies`",
    ),
    "circle of agencies": (
        "agencies.toml",
        'id = "fed.homeland"\n',
        'id = "fed.homeland"\nparent = "fed.homeland.border.removal"\n',
        "agencies.toml:23: agency `fed.homeland` is above itself: "
        "`fed.homeland` → `fed.homeland.border.removal` → `fed.homeland.border` → `fed.homeland`",
    ),
    "circle of purposes": (
        "purposes.toml",
        'id = "crim"\n',
        'id = "crim"\nparent = "crim"\n',
        "purposes.toml:28: purpose `crim` is above itself: `crim` → `crim`",
    ),
    "circle of authorities": (
        "authorities.toml",
        'id = "judicial"\n',
        'id = "judicial"\nparent = "judicial.warrant"\n',
        "authorities.toml:15: authority `judicial` is above itself: `judicial` → `judicial.warrant` → `judicial`",
    ),
    "circle of categories": (
        "categories.toml",
        'id = "custody"\n',
        'id = "custody"\nparent = "release_date"\n',
        "categories.toml:18: category `custody` is above itself: `custody` → `release_date` → `custody`",
    ),
    "account without agency": (
        "accounts.toml",
        'agency = "st.riverton.police.youth"\n',
        "",
        "accounts.toml:23: missing key `agency`",
    ),
    "account of no agency": (
        "accounts.toml",
        '"st.riverton.police.youth"',
        '"st.riverton.police.yuoth"',
        "accounts.toml:25: unknown agency `st.riverton.police.yuoth`",
    ),
    "account of no system": (
        "accounts.toml",
        '"blotter/youth_desk"',
        '"bloter/youth_desk"',
        "accounts.toml:24: unknown system `bloter`",
    ),
    "no account id": (
        "accounts.toml",
        '"blotter/youth_desk"',
        '"youth_desk"',
        "accounts.toml:24: `youth_desk` is not an account id",
    ),
    "account's purpose": (
        "accounts.toml",
        '"imm.civil_enforcement", ',
        '"imm.civil",\n  ',
        "accounts.toml:35: unknown purpose `imm.civil`",
    ),
    "undeclared declared": (
        "accounts.toml",
        '["own.policing"]',
        '["undeclared"]',
        "accounts.toml:28: `undeclared` cannot be declared",
    ),
    "standing's purpose": (
        "accounts.toml",
        'purpose = "own.report"',
        'purpose = "own.reprot"',
        "accounts.toml:19: unknown purpose `own.reprot`",
    ),
    "standing's authority": (
        "accounts.toml",
        'authority = "official_duty"',
        'authority = "duty"',
        "accounts.toml:10: unknown authority `duty`",
    ),
    "standing's agreement": (
        "accounts.toml",
        'agreement = "2016-bureau-task-force"',
        'agreement = "2016-task-force"',
        "accounts.toml:53: unknown agreement `2016-task-force`",
    ),
    "agreement of another agency": (
        "accounts.toml",
        'agreement = "2016-bureau-task-force"',
        'agreement = "2010-border-exchange"',
        "accounts.toml:53: agreement `2010-border-exchange` does not cover agency `fed.justice.bureau` "
        "for purpose `crim.investigation`",
    ),
    "agreement for another purpose": (
        "accounts.toml",
        'purpose = "crim.investigation"\nauthority = "agreement"',
        'purpose = "court_process"\nauthority = "agreement"',
        "accounts.toml:53: agreement `2016-bureau-task-force` does not cover agency `fed.justice.bureau` "
        "for purpose `court_process`",
    ),
    "agreement left out": (
        "accounts.toml",
        'agreement = "2016-bureau-task-force"\n',
        "",
        "accounts.toml:50: missing key `agreement`",
    ),
    "agreement too much": (
        "accounts.toml",
        'authority = "agreement"',
        'authority = "judicial"',
        "accounts.toml:53: `agreement` does not go with authority `judicial`",
    ),
    "duty of another's agency": (
        "accounts.toml",
        'authority = "agreement"\nagreement = "2016-bureau-task-force"',
        'authority = "official_duty"',
        "accounts.toml:52: agency `fed.justice.bureau` is not below the institution and has no `official_duty` here",
    ),
    "agreement's party": (
        "agreements/2010-border-exchange.toml",
        '"fed.homeland.border"',
        '"fed.border"',
        "agreements/2010-border-exchange.toml:3: unknown agency `fed.border`",
    ),
    "agreement's purpose": (
        "agreements/2010-border-exchange.toml",
        '"crim.investigation"',
        '"crim.inquiry"',
        "agreements/2010-border-exchange.toml:4: unknown purpose `crim.inquiry`",
    ),
    "agreement's category": (
        "agreements/2010-border-exchange.toml",
        '"arrest_record"',
        '"arrests"',
        "agreements/2010-border-exchange.toml:5: unknown category `arrests`",
    ),
    "agreement's official": (
        "agreements/2010-border-exchange.toml",
        '"counsel-2016"',
        '"counsel-2010"',
        "agreements/2010-border-exchange.toml:7: unknown official `counsel-2010`",
    ),
    "agreement's id": (
        "agreements/2010-border-exchange.toml",
        'id = "2010-border-exchange"',
        'id = "2011-border-exchange"',
        "agreements/2010-border-exchange.toml:2: `id` is `2011-border-exchange`, "
        "but the file is `2010-border-exchange.toml`",
    ),
    "agreement's unusable id": (
        "agreements/2010-border-exchange.toml",
        'id = "2010-border-exchange"',
        'id = "2010 border exchange"',
        "agreements/2010-border-exchange.toml:2: `2010 border exchange` is not an id",
    ),
    "agreement's dates": (
        "agreements/2010-border-exchange.toml",
        "renewal = 2015-01-01",
        "renewal = 2009-01-01",
        "agreements/2010-border-exchange.toml:9: the dates of `2010-border-exchange` are not in the order "
        "`from`, `renewal`, `until`",
    ),
    "agreement's document": (
        "agreements/2010-border-exchange.toml",
        '"1111',
        '"x111',
        "agreements/2010-border-exchange.toml:11: `document_sha256` must be a SHA-256 in lower-case hexadecimal",
    ),
    "official's term": (
        "officials.toml",
        "until = 2035-05-15",
        "until = 2019-05-15",
        "officials.toml:10: the term of `mayor-2019` ends before it begins",
    ),
    "official's role": (
        "officials.toml",
        '["direct"]',
        '["direct", "command"]',
        "officials.toml:8: unknown role `command`",
    ),
    "member of a centre": (
        "agencies.toml",
        '"fed.justice.bureau"]',
        '"fed.justice"]',
        "agencies.toml:57: unknown agency `fed.justice`",
    ),
    "parent": (
        "categories.toml",
        'parent = "custody"',
        'parent = "costody"',
        "categories.toml:21: unknown category `costody`",
    ),
    "institution": (
        "recuse.toml",
        'id = "st.riverton.police"',
        'id = "st.riverton.polis"',
        "recuse.toml:4: unknown agency `st.riverton.polis`",
    ),
    "no institution": (
        "recuse.toml",
        "[institution]",
        "[institute]",
        "recuse.toml:1: missing key `institution`",
    ),
    "no ledger": (
        "recuse.toml",
        '[ledger]\norigin = "records.example/riverton"\n',
        "",
        "recuse.toml:1: missing key `ledger`",
    ),
    "derived as nobody": (
        "categories/blotter.toml",
        "reads_as = {",
        "reads_like = {",
        "categories/blotter.toml:37: missing key `reads_as`",
    ),
    "attribute of no kind": (
        "categories/blotter.toml",
        'sealed = "is_sealed"',
        "sealed = 7",
        "categories/blotter.toml:12: `sealed` must be text that is not empty",
    ),
    "system's owner": (
        "recuse.toml",
        '"st.riverton.police.records"',
        '"st.riverton.police.record"',
        "recuse.toml:16: unknown agency `st.riverton.police.record`",
    ),
    "system's name": (
        "recuse.toml",
        'name = "blotter"',
        'name = "the-blotter"',
        "recuse.toml:12: `the-blotter` cannot name a system",
    ),
    "undeclared missing": (
        "purposes.toml",
        'id = "undeclared"',
        'id = "unsaid"',
        "purposes.toml:1: missing built-in purpose `undeclared`",
    ),
    "below undeclared": (
        "purposes.toml",
        'parent = "crim"',
        'parent = "undeclared"',
        "purposes.toml:32: purpose `undeclared` stands alone: nothing is below it or above it",
    ),
    "above undeclared": (
        "purposes.toml",
        'id = "undeclared"\n',
        'id = "undeclared"\nparent = "own"\n',
        "purposes.toml:5: purpose `undeclared` stands alone: nothing is below it or above it",
    ),
    "none missing": (
        "authorities.toml",
        'id = "none"',
        'id = "nothing"',
        "authorities.toml:1: missing built-in authority `none`",
    ),
    "table's category": (
        "categories/blotter.toml",
        'category = "arrest_record"\nkey',
        'category = "arrests"\nkey',
        "categories/blotter.toml:17: unknown category `arrests`",
    ),
    "column's category": (
        "categories/blotter.toml",
        'phone = { category = "contact_information" }',
        'phone = { category = "contact" }',
        "categories/blotter.toml:10: unknown category `contact`",
    ),
    "column's shape": (
        "categories/blotter.toml",
        'phone = { category = "contact_information" }',
        'phone = "contact_information"',
        "categories/blotter.toml:10: `phone` must be a table",
    ),
    "key of another category": (
        "categories/blotter.toml",
        'key = ["person_id"]',
        'key = ["person_id",\n "phone"]',
        "categories/blotter.toml:8: key column `phone` is mapped to category `contact_information`",
    ),
    "attribute's name": (
        "categories/blotter.toml",
        'sealed = "is_sealed"',
        'public = "is_sealed"',
        "categories/blotter.toml:12: `public` cannot name an attribute",
    ),
    "attribute's type": (
        "categories/blotter.toml",
        'type = "Long"',
        'type = "Float"',
        "categories/blotter.toml:25: `type` must be one of `Bool`, `String`, `Long`, `datetime`, `date`, `ipaddr`, "
        "`Set<String>`, `uuid`, `Agency`, `Purpose`, `Authority`, `Category`, `Account`",
    ),
    "attribute without type": (
        "categories/blotter.toml",
        '{ column = "district", type = "String" }',
        '{ column = "district" }',
        "categories/blotter.toml:24: missing key `type`",
    ),
    "column of two attributes": (
        "categories/blotter.toml",
        'column = "charge_count"',
        'column = "district"',
        "categories/blotter.toml:25: column `district` is also attribute `district`, with another type or optionality",
    ),
    "table's name": (
        "categories/blotter.toml",
        '"records.crime_map"',
        '"crime map"',
        "categories/blotter.toml:33: `crime map` cannot name a table",
    ),
    "table's reserved name": (
        "categories/blotter.toml",
        '"records.crime_map"',
        '"records.Category"',
        "categories/blotter.toml:33: `records.Category` cannot name a table",
    ),
    "table twice": (
        "categories/blotter.toml",
        '"records.crime_map"',
        '"records.person"',
        "categories/blotter.toml:33: table `blotter/records.person` is defined twice",
    ),
    "table and derived": (
        "categories/blotter.toml",
        '"records.arrest_report"',
        '"records.person"',
        "categories/blotter.toml:38: `records.person` is also a table",
    ),
    "map of another system": (
        "categories/blotter.toml",
        'system = "blotter"',
        'system = "docket"',
        "categories/blotter.toml:2: `system` is `docket`, but the file is `blotter.toml`",
    ),
    "derived's table": (
        "categories/blotter.toml",
        'tables = ["records.arrest"]',
        'tables = ["records.arrests"]',
        "categories/blotter.toml:40: unknown table `blotter/records.arrests`",
    ),
    "derived of no table": (
        "categories/blotter.toml",
        'tables = ["records.arrest"]',
        "tables = []",
        "categories/blotter.toml:40: `tables` is empty",
    ),
    "derived's agency": (
        "categories/blotter.toml",
        '{ agency = "st.riverton.police.records"',
        '{ agency = "st.riverton.clerk"',
        "categories/blotter.toml:41: unknown agency `st.riverton.clerk`",
    ),
    "derived's foreign agency": (
        "categories/blotter.toml",
        '{ agency = "st.riverton.police.records"',
        '{ agency = "fed.justice.bureau"',
        "categories/blotter.toml:41: agency `fed.justice.bureau` is not below the institution "
        "and has no `official_duty` here",
    ),
    "derived's purpose": (
        "categories/blotter.toml",
        'purpose = "own.report"',
        'purpose = "own.reports"',
        "categories/blotter.toml:41: unknown purpose `own.reports`",
    ),
    "derived's refresher": (
        "categories/blotter.toml",
        '"blotter/nightly_job"',
        '"blotter/nightly"',
        "categories/blotter.toml:42: unknown account `blotter/nightly`",
    ),
    "derived's refresher elsewhere": (
        "categories/blotter.toml",
        '"blotter/nightly_job"',
        '"docket/nightly_job"',
        "categories/blotter.toml:42: `docket/nightly_job` is not an account of system `blotter`",
    ),
    "directive's official": (
        DIRECTIVE_TOML,
        '"mayor-2019"',
        '"mayor-2020"',
        f"{DIRECTIVE_TOML}:6: unknown official `mayor-2020`",
    ),
    "directive's counsel": (
        DIRECTIVE_TOML,
        '"counsel-2016"',
        '"counsel-2017"',
        f"{DIRECTIVE_TOML}:16: unknown official `counsel-2017`",
    ),
    "directive's predecessor": (
        DIRECTIVE_TOML,
        "supersedes = []",
        'supersedes = ["2018-01-01-other"]',
        f"{DIRECTIVE_TOML}:8: unknown directive `2018-01-01-other`",
    ),
    "directive and itself": (
        DIRECTIVE_TOML,
        "supersedes = []",
        f'supersedes = ["{DIRECTIVE}"]',
        f"{DIRECTIVE_TOML}:8: a directive cannot supersede itself",
    ),
    "directive's canary": (
        DIRECTIVE_TOML,
        'stage = "enforce"\ncanary_accounts = []',
        'stage = "canary"\ncanary_accounts = ["blotter/nobody"]',
        f"{DIRECTIVE_TOML}:10: unknown account `blotter/nobody`",
    ),
    "directive's folder": (
        DIRECTIVE_TOML,
        f'id = "{DIRECTIVE}"',
        'id = "2019-07-13-other"',
        f"{DIRECTIVE_TOML}:2: `id` is `2019-07-13-other`, but the folder is `{DIRECTIVE}`",
    ),
    "half-written file": (
        "accounts.toml",
        'use = "job"',
        'use = "job',
        "accounts.toml:16: not valid TOML: illegal character '\\n'",
    ),
}


@pytest.mark.parametrize("case", ONE_EACH)
def test_one_problem_is_found_alone_with_its_line(case: str, folder: Path, spoil: Spoil) -> None:
    file, old, new, expected = ONE_EACH[case]
    spoil(file, old, new)
    found = problems(folder)
    assert expected in found
    # A changed id leaves what referred to the old one behind; nothing else may follow from one fault.
    follows = (": unknown ", "missing key", "missing file", "does not cover", "is not an account of system")
    rest = [problem for problem in found if problem != expected]
    assert all(any(words in problem for words in follows) for problem in rest), rest


def test_many_problems_come_at_once_in_order(folder: Path, spoil: Spoil) -> None:
    spoil("purposes.toml", 'parent = "crim"', 'parent = "krim"')
    spoil("purposes.toml", 'niem = "C"', 'neim = "C"')
    spoil("agencies.toml", 'jurisdiction = "fed"', "jurisdiction = 7")
    spoil("accounts.toml", "active = true", 'active = "')
    (folder / "authorities.toml").unlink()
    assert problems(folder) == [
        "accounts.toml:7: not valid TOML: illegal character '\\n'",
        "agencies.toml:24: `jurisdiction` must be text that is not empty",
        "authorities.toml: missing file",
        "purposes.toml:32: unknown purpose `krim`",
        "purposes.toml:35: unknown key `neim`",
    ]


def test_a_remedy_names_the_nearest_id(folder: Path, spoil: Spoil) -> None:
    spoil("accounts.toml", '"st.riverton.police.youth"', '"st.riverton.police.yuoth"')
    with pytest.raises(RepositoryError, match=r"did you mean `st\.riverton\.police\.youth`\?"):
        read_repository(folder)


def test_two_standing_entries_are_refused_in_either_writing(folder: Path, spoil: Spoil) -> None:
    spoil("accounts.toml", "[account.standing]", "[[account.standing]]")
    assert problems(folder) == ["accounts.toml:8: `standing` must be a table"]
    spoil("accounts.toml", "[[account.standing]]", "[account.standing]\nuntil = 2030-01-01\n[account.standing]")
    assert problems(folder) == ["accounts.toml:10: not valid TOML: cannot declare `account.standing` twice"]


def test_a_table_in_two_files(folder: Path) -> None:
    shutil.copy(folder / "categories/blotter.toml", folder / "categories/copy.toml")
    found = problems(folder)
    assert "categories/copy.toml: unknown system `copy`" in found
    assert "categories/copy.toml:2: `system` is `blotter`, but the file is `copy.toml`" in found
    assert "categories/copy.toml:5: table `blotter/records.person` is defined twice" in found
    assert "categories/copy.toml:38: derived `blotter/records.arrest_report` is defined twice" in found


def test_a_system_without_its_map(folder: Path) -> None:
    (folder / "categories/blotter.toml").unlink()
    assert problems(folder) == ["categories/blotter.toml: missing file"]


def test_a_directive_with_half_its_files(folder: Path) -> None:
    inside = folder / "directives" / DIRECTIVE
    (inside / "directive.cedar").unlink()
    (inside / "confirmation.toml").write_text(CONFIRMATION)
    assert problems(folder) == [
        f"directives/{DIRECTIVE}/confirmation.toml:7: unknown official `nobody`",
        f"directives/{DIRECTIVE}/directive.cedar: missing file",
    ]


@pytest.mark.parametrize(
    "stray", ["agency.toml", "agreement/2020.toml", "directives/loose.toml", f"directives/{DIRECTIVE}/more.cedar"]
)
def test_a_file_under_a_slightly_wrong_name(stray: str, folder: Path) -> None:
    (folder / stray).parent.mkdir(exist_ok=True)
    (folder / stray).write_text("format = 1\n")
    assert problems(folder) == [f"{stray}: unexpected file"]


def test_unsafe_paths_and_links(folder: Path) -> None:
    (folder / "agreements/a b.toml").write_text("format = 1\n")
    (folder / "agreements/2030.toml").symlink_to(folder / "agreements/2010-border-exchange.toml")
    (folder / "categories/elsewhere").symlink_to(folder / "agreements")
    os.mkfifo(folder / "pipe")
    assert problems(folder) == [
        "agreements/2030.toml: is a symbolic link",
        "agreements/a b.toml: unsafe path",
        "categories/elsewhere: is a symbolic link",
        "pipe: neither a file nor a folder",
    ]


def test_an_enormous_file_is_refused(folder: Path) -> None:
    with (folder / "notes.md").open("wb") as file:
        file.truncate(8 * 1024 * 1024 + 1)
    assert problems(folder) == ["notes.md: larger than 8388608 bytes"]


def test_what_the_system_cannot_open_is_a_problem(folder: Path) -> None:
    """Below a path that is nearly as long as paths can be; rights would not stop root."""
    deep, here = folder, os.open(folder, os.O_RDONLY)
    while len(str(deep)) < 3800:
        os.mkdir("d" * 200, dir_fd=here)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        deep, here = deep / ("d" * 200), below
    os.mkdir("e" * 250, dir_fd=here)
    os.close(os.open("f" * 250, os.O_CREAT | os.O_WRONLY, dir_fd=here))
    inner = os.open("e" * 250, os.O_RDONLY, dir_fd=here)
    os.mkdir("g" * 250, dir_fd=inner)
    os.close(inner)
    os.close(here)
    found = problems(folder)
    assert found
    assert all(problem.endswith(": cannot be read: file name too long") for problem in found)
    assert {Path(problem.split(":")[0]).name[0] for problem in found} <= {"e", "f", "g"}
    assert any(Path(problem.split(":")[0]).name[0] == "f" for problem in found)


def test_no_repository_at_all(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere") == [
        f"{tmp_path}/nowhere: not a folder",
    ]


def sha256sum(folder: Path) -> str:
    """What a person computes with coreutils."""
    command = (
        r"find . -type f ! -path './directives/*' ! -path '*/.*' ! -name '*.sig' -printf '%P\n'"
        " | LC_ALL=C sort | xargs sha256sum | sha256sum"
    )
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


def test_the_digest_is_what_coreutils_print(folder: Path, spoil: Spoil) -> None:
    first = read_repository(folder).policy_sha256
    assert first == sha256sum(folder)
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text("hidden")
    (folder / "agreements/2010-border-exchange.toml.sig").write_text("a signature")
    spoil(f"directives/{DIRECTIVE}/directive.toml", "Access", "All access")
    assert read_repository(folder).policy_sha256 == first == sha256sum(folder)
    # Sorted bytewise: upper case before lower case, `-` before `.` before letters.
    for name in ("Z.md", "a.md", "categories-old.md", "categories.md", "categories/note.md"):
        (folder / name).write_text(name)
    second = read_repository(folder).policy_sha256
    assert second == sha256sum(folder) != first


@pytest.mark.parametrize("file", ["agencies.toml", "README.md", "agreements/2016-bureau-task-force.toml"])
def test_one_byte_outside_the_directives_changes_the_digest(file: str, folder: Path, repository: Repository) -> None:
    with (folder / file).open("a") as out:
        out.write("\n")
    assert read_repository(folder).policy_sha256 != repository.policy_sha256


FILES = sorted(str(path.relative_to(FIXTURE)) for path in FIXTURE.rglob("*") if path.is_file())
FRAGMENTS = [b'"', b"[[", b"]]", b"=", b"\n", b"\x00", b"\xff", b"[" * 2000, b"9" * 5000, b"format = 1", b"parent"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_mutation_of_a_file_crashes_the_reader(data: st.DataObject, tmp_path: Path) -> None:
    folder = tmp_path / "policy"
    shutil.copytree(FIXTURE, folder, dirs_exist_ok=True)
    file = folder / data.draw(st.sampled_from(FILES))
    raw = file.read_bytes()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 60)))
    lines = raw.splitlines(keepends=True)
    insert = data.draw(st.sampled_from(FRAGMENTS) | st.binary(max_size=8) | st.sampled_from(lines))
    file.write_bytes(raw[:start] + insert + raw[end:])
    assert told(folder), "what cannot be read is told, and what can be has a digest"


def told(folder: Path) -> str | tuple[Problem, ...]:
    """The digest of a repository, or the problems for which it is refused; nothing else may come of reading one."""
    try:
        return read_repository(folder).policy_sha256
    except RepositoryError as error:
        return error.problems
