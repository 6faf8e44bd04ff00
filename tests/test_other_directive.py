"""The second directive of the demo decides otherwise on each point, and exactly its effects are found: none are ours.

Each directive is applied to a world of its own. What differs is written down below by hand; every context that a login
may declare is then really entered and tried on both servers, and the difference must be that and nothing else.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

import recuse
from recuse.compiler.classes import with_undeclared
from recuse.demo.repository import write_repository
from recuse.demo.world import build
from recuse.enforcement.facts import TableShape
from recuse.model import System, TableMap
from recuse.operations.verify import Verified
from recuse.policy.contexts import Context
from recuse.targets.postgres.throwaway import throwaway
from recuse.targets.records import AskedColumn, Sample
from recuse.targets.target import Prober, target_for
from tests.conftest import binaries_of
from tests.remembering import remembering
from tests.test_main_job import Job, make_keys

PUBLIC = frozenset({"crime_mapping"})
ALL = PUBLIC | {
    "person_identity", "contact_information", "place_of_birth", "citizenship_immigration_status", "arrest_record",
    "custody", "release_date", "incident_narrative", "case_note", "gang_designation", "alpr_read", "victim_witness",
}  # fmt: skip
CUSTODY = frozenset({"custody", "release_date"})
WHO_AND_WHETHER_HELD = CUSTODY | {"person_identity"}
ARRESTS_AND_CUSTODY = CUSTODY | {"arrest_record"}
STATUS = frozenset({"citizenship_immigration_status"})
JUDICIAL = {"judicial", "judicial.warrant", "judicial.court_order", "judicial.subpoena"}
ADMINISTRATIVE = {"administrative", "administrative.warrant", "administrative.detainer"}
IMMIGRATION = {"imm.civil_enforcement", "imm.status_exchange_1373"}
CRIMINAL = {"crim.investigation", "crim.trafficking"}
AGREED = {
    "2012-immigration-exchange": frozenset({"arrest_record", "person_identity"}),
    "2013-fusion-centre": frozenset({"arrest_record", "gang_designation", "person_identity"}),
}


@dataclass(frozen=True)
class Asked:
    """A login and what it declares; `standing` where it holds without declaring."""

    login: str
    purpose: str
    authority: str
    agreement: str = ""
    standing: bool = False


@dataclass(frozen=True)
class Governed:
    """A world under one directive: the verdict, and the categories that each context really reads."""

    verified: Verified
    read: Mapping[Asked, frozenset[str]]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Governed, Governed]:
    """The first directive on one server, the other on another."""
    return governed(tmp_path_factory.mktemp("first"), other=False), governed(
        tmp_path_factory.mktemp("other"), other=True
    )


def governed(folder: Path, *, other: bool) -> Governed:
    with ExitStack() as stack:
        stack.enter_context(remembering())
        server = stack.enter_context(throwaway(binaries=binaries_of(18)))
        job = Job(build(server, people=1_000), folder)
        write_repository(job.policy, make_keys(folder), "recuse-test", other)
        job.sign()
        job.apply()
        return Governed(job.verify(), dict(everything_tried(job)))


def everything_tried(job: Job) -> Iterator[tuple[Asked, frozenset[str]]]:
    """Every context of every active account, entered and tried. Rules name no account: those that are alike are one."""
    workspace = job.workspace(draft=False)
    repository, system = workspace.repository, next(workspace.systems())
    seen: set[object] = set()
    with target_for("postgresql").open(job.world.dsn()) as session:
        shapes = session.inspect().shapes
        with session.probing() as prober:
            places = tuple(sampled(prober, system, shapes))
            for account in repository.accounts.values():
                alike = (account.agency, account.standing, account.may_declare)
                if account.use == "superuser" or not account.active or alike in seen:
                    continue
                seen.add(alike)
                for context in with_undeclared(repository, account, workspace.at.date()):
                    told = context.circumstances
                    agreement = context.agreement or ""
                    asked = Asked(account.login, told.purpose, told.authority, agreement, context.standing)
                    yield asked, read_as(prober, account.login, context, places)


@dataclass(frozen=True)
class Place:
    """The columns of one category in one table, with ordinary rows of it: none sealed, none a juvenile's."""

    table: str
    category: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Sample, ...]


def sampled(prober: Prober, system: System, shapes: Mapping[str, TableShape]) -> Iterator[Place]:
    for table in system.tables:
        names = [column.name for column in shapes[table.name].columns]
        key = table.key or (names[0],)
        found = prober.sample(table.name, key, [AskedColumn(name, "Bool") for name in flags(table)])
        rows = tuple(sample for sample in found if not any(sample.attributes.values()))
        assert rows
        for category in table.categories:
            columns = [name for name in names if table.columns.get(name, table.category) == category]
            yield Place(table.name, category, key, tuple(name for name in columns if name not in key), rows)


def flags(table: TableMap) -> list[str]:
    return [table.attributes[name].column for name in ("sealed", "juvenile") if name in table.attributes]


def read_as(prober: Prober, login: str, context: Context, places: tuple[Place, ...]) -> frozenset[str]:
    """The categories read, all their ordinary rows in all their tables; one that is read in part is named as such."""
    told = context.circumstances
    permit = {"purpose": told.purpose, "authority": told.authority, "agreement": context.agreement or ""}
    found: dict[str, set[bool]] = {}
    with prober.acting_as(login, None if context.standing else permit) as refusal:
        for place in places:
            tried = prober.read(place.table, place.key, place.columns, place.rows)
            reached = frozenset[tuple[object, ...]]() if refusal is not None else tried.rows
            assert reached is not None
            found.setdefault(place.category, set()).update(row.key in reached for row in place.rows)
    whole = {category for category, reached in found.items() if reached == {True}}
    part = {f"part of {category}" for category, reached in found.items() if len(reached) == 2}
    return frozenset(whole | part)


# The points, one by one ---------------------------------------------------------------------------------------------

WARRANT, ORDER, ADMINISTRATIVE_WARRANT = "judicial.warrant", "judicial.court_order", "administrative.warrant"
POINTS: Mapping[str, tuple[Asked, frozenset[str], frozenset[str]]] = {
    "civil immigration enforcement, by the department that has it": (
        Asked("ice_ero_desk", "imm.civil_enforcement", WARRANT), PUBLIC, PUBLIC | WHO_AND_WHETHER_HELD,
    ),
    "civil immigration enforcement, by a sibling in the department": (
        Asked("cbp_desk", "imm.civil_enforcement", WARRANT), PUBLIC, PUBLIC | WHO_AND_WHETHER_HELD,
    ),
    "civil immigration enforcement, by a centre that serves it": (
        Asked("fusion_003", "imm.civil_enforcement", WARRANT), PUBLIC, PUBLIC,
    ),
    "8 USC 1373, standing": (
        Asked("uscis_desk", "imm.status_exchange_1373", "statute.8usc1373", standing=True), PUBLIC | STATUS, PUBLIC,
    ),
    "8 USC 1373, declared": (
        Asked("ice_ero_desk", "imm.status_exchange_1373", "statute.8usc1373"), PUBLIC | STATUS, PUBLIC,
    ),
    "an administrative warrant, civil": (
        Asked("ice_ero_desk", "imm.civil_enforcement", ADMINISTRATIVE_WARRANT),
        PUBLIC, PUBLIC | WHO_AND_WHETHER_HELD | ARRESTS_AND_CUSTODY,
    ),
    "an administrative warrant, criminal": (
        Asked("fbi_101", "crim.investigation", ADMINISTRATIVE_WARRANT), PUBLIC, PUBLIC | ARRESTS_AND_CUSTODY,
    ),
    "a detainer, through the centre": (
        Asked("fusion_003", "imm.civil_enforcement", "administrative.detainer"), PUBLIC, PUBLIC | ARRESTS_AND_CUSTODY,
    ),
    "an agreement with the immigration agency": (
        Asked("ice_ero_desk", "crim.investigation", "agreement", "2012-immigration-exchange"),
        PUBLIC, PUBLIC | AGREED["2012-immigration-exchange"],
    ),
    "an agreement with a centre that serves it": (
        Asked("fusion_desk", "crim.investigation", "agreement", "2013-fusion-centre", standing=True),
        PUBLIC, PUBLIC | AGREED["2013-fusion-centre"],
    ),
    "an agreement with another agency": (
        Asked("fbi_cleartask", "crim.investigation", "agreement", "2016-fbi-task-force", standing=True),
        PUBLIC | {"arrest_record", "person_identity"}, PUBLIC | {"arrest_record", "person_identity"},
    ),
    "a judge's warrant in a criminal investigation": (
        Asked("fbi_101", "crim.investigation", WARRANT), ALL, ALL - {"incident_narrative"},
    ),
    "a judge's warrant, by the immigration agency": (
        Asked("ice_ero_desk", "crim.investigation", WARRANT), ALL, ALL - {"incident_narrative"},
    ),
    "a judge's warrant in a court's process": (Asked("fbi_101", "court_process", WARRANT), ALL, PUBLIC),
    "a court's order": (Asked("fbi_101", "court_process", ORDER), ALL, ALL),
}  # fmt: skip


@pytest.mark.demo
@pytest.mark.parametrize("point", POINTS)
def test_a_point_is_decided_as_its_directive_says(worlds: tuple[Governed, Governed], point: str) -> None:
    first, other = worlds
    asked, under_first, under_other = POINTS[point]
    assert (first.read[asked], other.read[asked]) == (under_first, under_other)


# All else -----------------------------------------------------------------------------------------------------------


def closed(asked: Asked) -> frozenset[str]:
    """What the first directive opens and the other does not."""
    if (asked.purpose, asked.authority) == ("imm.status_exchange_1373", "statute.8usc1373"):
        return STATUS
    if asked.purpose in CRIMINAL and asked.authority in JUDICIAL:
        return frozenset({"incident_narrative"})
    if asked.purpose == "court_process" and asked.authority in JUDICIAL - {ORDER}:
        return ALL - PUBLIC
    return frozenset()


def opened(asked: Asked) -> frozenset[str]:
    """What the other directive opens and the first does not."""
    found = frozenset[str]()
    if asked.purpose == "imm.civil_enforcement" and asked.login.startswith(("ice_", "cbp_", "uscis_", "dhs_")):
        found |= WHO_AND_WHETHER_HELD
    if asked.purpose in CRIMINAL | IMMIGRATION and asked.authority in ADMINISTRATIVE:
        found |= ARRESTS_AND_CUSTODY
    if asked.purpose in CRIMINAL and asked.agreement in AGREED:
        found |= AGREED[asked.agreement]
    return found


@pytest.mark.demo
def test_the_difference_is_exactly_that_of_the_directives(worlds: tuple[Governed, Governed]) -> None:
    first, other = worlds
    assert first.read.keys() == other.read.keys()
    wrong = {
        asked: (sorted(read - other.read[asked]), sorted(other.read[asked] - read))
        for asked, read in first.read.items()
        if (read - other.read[asked], other.read[asked] - read) != (closed(asked), opened(asked))
    }
    assert wrong == {}


@pytest.mark.demo
def test_the_difference_is_neither_nothing_nor_everything(worlds: tuple[Governed, Governed]) -> None:
    """The guard of the test above: enough contexts, of which enough differ and enough do not."""
    first, other = worlds
    alike = sum(first.read[asked] == other.read[asked] for asked in first.read)
    assert len(first.read) > 150
    assert len(first.read) - alike > 60
    assert alike > 60
    assert {asked.login for asked in first.read} >= {point[0].login for point in POINTS.values()}


@pytest.mark.demo
@pytest.mark.parametrize("which", [0, 1], ids=["first", "other"])
def test_every_attempt_agrees_with_cedar(worlds: tuple[Governed, Governed], which: int) -> None:
    found = worlds[which].verified
    assert (found.verdict, found.not_examined) == ("holds", ())
    assert {finding.severity for finding in found.findings} <= {"low"}
    assert len(found.attempts) > 2_000
    assert [attempt for attempt in found.attempts if not attempt.agrees] == []
    allowed = sum(attempt.allowed for attempt in found.attempts)
    assert 0 < allowed < sum(attempt.tried for attempt in found.attempts)


# Nothing of either is in the code -----------------------------------------------------------------------------------

PACKAGE = Path(recuse.__file__).parent
# The demonstration itself, and the lists of words from which `init` proposes: data that a person reads and corrects.
DATA = (PACKAGE / "demo", PACKAGE / "operations" / "data")
BUILT_IN = {
    "undeclared", "none", "agreement", "official_duty",
    "vendor",  # also a door
    "administrative",  # also a kind of purpose, which the model names: civil, criminal, administrative
}  # fmt: skip


def demo_ids() -> frozenset[str]:
    """Every id of the demo's policy, of both directives: of agencies, purposes, categories, rules and all the rest."""
    found: set[str] = set()
    for folder in ("policy", "policy_other"):
        for path in (PACKAGE / "demo" / folder).rglob("*.toml"):
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            found.update(item["id"] for item in tables(document) if "id" in item)
        for path in (PACKAGE / "demo" / folder).rglob("*.cedar"):
            found.update(re.findall(r'@id\("([^"]+)"\)', path.read_text(encoding="utf-8")))
    return frozenset({name.removeprefix("clear/") for name in found} - BUILT_IN - {"postgres"})


def tables(value: object) -> Iterator[dict[str, str]]:
    match value:
        case dict():
            yield value
            for each in value.values():
                yield from tables(each)
        case list():
            for each in value:
                yield from tables(each)


def texts_of(path: Path) -> Iterator[str]:
    """The texts that the program acts on: of Python its constants but docstrings, of others all, and what is quoted."""
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield content
        yield from re.findall(r"['\"]([^'\"\n]*)['\"]", content)
        return
    tree = ast.parse(content)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def named_in(folder: Path, ids: frozenset[str]) -> set[tuple[str, str]]:
    """Files below a folder, with each id that they name: a plain word as a whole text, any other wherever it stands."""
    joined = {name for name in ids if re.search(r"[._-]", name)}
    pattern = re.compile(
        r"(?<![\w.-])(?:" + "|".join(map(re.escape, sorted(joined, key=len, reverse=True))) + r")(?!\w)"
    )
    found: set[tuple[str, str]] = set()
    for path in folder.rglob("*"):
        if not path.is_file() or path.suffix in {".pyc", ".typed"} or any(path.is_relative_to(d) for d in DATA):
            continue
        for text in texts_of(path):
            names = {text} & ids | set(pattern.findall(text))
            found.update((str(path.relative_to(folder)), name) for name in names)
    return found


def test_no_id_of_the_demo_is_in_the_code() -> None:
    assert len(demo_ids()) > 120
    assert named_in(PACKAGE, demo_ids()) == set()


def test_an_id_in_the_code_would_be_found(tmp_path: Path) -> None:
    """Planted: a purpose in Python, an authority in SQL, a plain word as a whole text; docstrings and prose are not."""
    (tmp_path / "decide.py").write_text(
        '"""Such as `imm.civil_enforcement`."""\nif purpose == "imm.civil_enforcement":\n    x = "custody"\n'
    )
    (tmp_path / "gate.sql").write_text("SELECT authority = 'judicial.warrant' -- the custody of a lock\n")
    (tmp_path / "prose.py").write_text('message = "the custody of a lock, sealed"\n')
    assert named_in(tmp_path, demo_ids()) == {
        ("decide.py", "imm.civil_enforcement"),
        ("decide.py", "custody"),
        ("gate.sql", "judicial.warrant"),
    }
