"""The picture of `recuse reach`: says what the answers say, asks nothing of anybody, is refused if it does not fit."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from recuse.cli.console import Format
from recuse.cli.reach import reach as verb
from recuse.errors import InputError
from recuse.operations.reach import Surveyed, survey
from recuse.operations.reach_graph import BOX, Drawing, Step, draw
from recuse.operations.reach_grid import Scope, reach_page, read_scope
from recuse.operations.reach_page import WIDER, Cell, ReachPage, render_reach
from recuse.policy.repository import read_repository
from recuse.targets.postgres.access import service_of
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of
from tests.test_page import Element, Tree, contrast, palettes

PROGRAM: Final = Path(sys.executable).parent / "recuse"
POLICY: Final = Path(__file__).parent / "fixtures" / "policy"
AT: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOSTILE: Final = "</title></style><script>alert(1)</script>{{ 7*7 }}"
TURNED: Final = "cell\u202e\"'&lt;"

WORLD: Final = """
CREATE ROLE owner1;
CREATE ROLE readers;
CREATE ROLE staff;
CREATE ROLE removal_017 LOGIN;
CREATE ROLE bureau_task LOGIN;
CREATE ROLE records_app LOGIN;
CREATE ROLE youth_desk LOGIN;
CREATE ROLE "HOSTILE" LOGIN;
CREATE ROLE "TURNED" LOGIN;
GRANT readers TO staff;
GRANT staff TO records_app, "TURNED";
CREATE SCHEMA records AUTHORIZATION owner1;
GRANT USAGE ON SCHEMA records TO PUBLIC;
SET ROLE owner1;
CREATE TABLE records.person (
  person_id integer PRIMARY KEY, name text, home_address text, phone text, is_sealed boolean, is_juvenile boolean
);
CREATE TABLE records.arrest (
  arrest_id integer, person_id integer, release_at date, district text, charge_count integer, is_sealed boolean,
  is_juvenile boolean
);
CREATE TABLE records.status_exchange (person_id integer, status text);
CREATE TABLE records.crime_map (block text);
CREATE VIEW records.contact AS SELECT home_address FROM records.person;
CREATE FUNCTION records.phones() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC SELECT phone FROM records.person; END;
REVOKE EXECUTE ON FUNCTION records.phones() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records.phones() TO readers;
GRANT SELECT ON records.contact TO removal_017, "HOSTILE";
GRANT SELECT (phone) ON records.person TO "HOSTILE";
GRANT SELECT ON records.crime_map TO PUBLIC;
GRANT SELECT (person_id) ON records.person TO youth_desk;
GRANT SELECT ON records.arrest TO readers, bureau_task, "HOSTILE";
GRANT SELECT (status) ON records.status_exchange TO staff;
ALTER TABLE records.arrest ENABLE ROW LEVEL SECURITY;
CREATE POLICY open ON records.arrest FOR SELECT TO bureau_task, "HOSTILE" USING (NOT is_sealed);
CREATE POLICY whole ON records.arrest FOR SELECT TO readers USING (true);
RESET ROLE;
""".replace("HOSTILE", HOSTILE).replace("TURNED", TURNED.replace('"', '""'))


@dataclass(frozen=True)
class Seen:
    """The world looked at once, and its page by agency and by category."""

    server: Server
    surveyed: Surveyed
    scope: Scope
    page: ReachPage
    html: str

    @property
    def root(self) -> Element:
        return Tree(self.html).root


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    with throwaway(binaries=binaries_of(18)) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(WORLD)
        surveyed = survey(server.dsn(), None)
        scope = read_scope(POLICY, None, None)
        page = reach_page(surveyed, scope, "blotter", AT)
        yield Seen(server, surveyed, scope, page, render_reach(page))


def said(page: ReachPage) -> dict[tuple[str, str], Cell]:
    return {(row.name, name): cell for row in page.rows for name, cell in zip(page.columns, row.cells, strict=True)}


# --- it says what the answers say ---


def answered(server: Server, name: str) -> dict[str, str]:
    """The rows that each login reads of a column or table, by the JSON answer about that one alone."""
    return {each["account"]: each["rows"] for each in survey(server.dsn(), name).document["accounts"]}


CATEGORIES: Final = {
    "person_identity": ("person.name", "person.is_sealed", "person.is_juvenile"),
    "contact_information": ("person.home_address", "person.phone"),
    "arrest_record": tuple(f"arrest.{each}" for each in ("district", "charge_count", "is_sealed", "is_juvenile")),
    "release_date": ("arrest.release_at",),
    "citizenship_immigration_status": ("status_exchange.person_id", "status_exchange.status"),
    "crime_mapping": ("crime_map.block",),
}


def test_each_cell_says_what_the_answers_of_its_columns_say(seen: Seen) -> None:
    columns = {name: [answered(seen.server, f"records.{c}") for c in of] for name, of in CATEGORIES.items()}
    assert set(seen.page.columns) == set(columns)
    agencies = {a.login: seen.scope.repository.agencies[a.agency].name for a in seen.scope.repository.accounts.values()}
    cells = said(seen.page)
    assert {row.name for row in seen.page.rows} > {"no agency"}
    assert seen.page.rows[-1].name == "no agency"
    assert sum(row.accounts for row in seen.page.rows) == len(seen.surveyed.accounts) == 7
    for (agency, category), cell in cells.items():
        reads = {
            login: max((answer[login] for answer in columns[category]), key=WIDER.index)
            for login in seen.surveyed.accounts
            if agencies.get(login, "no agency") == agency
        }
        shown = {reader.account: reader.rows for reader in (*cell.drawn, *cell.listed)}
        assert shown == {login: rows for login, rows in reads.items() if rows != "none"}
        assert cell.rows == max(reads.values(), key=WIDER.index)
        assert (cell.reading, cell.accounts) == (len(shown), len(reads))
    assert {cell.rows for cell in cells.values()} == {"none", "some", "all"}
    assert {reader.rows for reader in cells["no agency", "arrest_record"].drawn} == {"some", "all"}
    assert "none" in {cells[row.name, "person_identity"].rows for row in seen.page.rows}


def test_without_a_repository_rows_are_logins(seen: Seen) -> None:
    page = reach_page(seen.surveyed, None, None, AT)
    assert (page.across, page.institution, page.left_out) == ("table", None, 0)
    assert page.columns == seen.surveyed.tables
    assert [row.name for row in page.rows] == list(seen.surveyed.accounts)
    for column in page.columns:
        answers = answered(seen.server, column)
        assert {name: cell.rows for (name, of), cell in said(page).items() if of == column} == answers
    assert "service" not in Tree(render_reach(page)).root.all("header")[0].text


def test_an_object_has_its_columns_across(seen: Seen) -> None:
    surveyed = survey(seen.server.dsn(), "records.person", ("removal_017", "records_app"))
    page = reach_page(surveyed, seen.scope, None, AT)
    assert page.across == "column"
    assert set(page.columns) == {"person_id", "name", "home_address", "phone", "is_sealed", "is_juvenile"}
    reading = {(of, reader.account) for (_, of), cell in said(page).items() for reader in cell.drawn}
    assert reading == {("home_address", "removal_017"), ("phone", "records_app")}
    single = reach_page(survey(seen.server.dsn(), "records.person.phone"), None, None, AT)
    assert single.columns == ("phone",)


def test_tables_without_a_place_are_counted(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recuse.operations.reach_grid.TABLES", 1)
    page = reach_page(seen.surveyed, None, None, AT)
    assert page.columns == ("records.crime_map",)
    assert page.left_out == len(seen.surveyed.tables) - 1 == 3
    assert "3 more tables are reached" in Tree(render_reach(page)).root.all("main")[0].text


@pytest.mark.parametrize("most", [8, 1, 0])
def test_of_many_accounts_some_are_drawn_and_all_are_there(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    counts = [cell.reading for cell in said(seen.page).values()]
    assert max(counts) == 3
    monkeypatch.setattr("recuse.operations.reach_grid._PICTURES", sum(min(most, each) for each in counts))
    page = reach_page(seen.surveyed, seen.scope, None, AT)
    cell = said(page)["no agency", "crime_mapping"]
    assert (len(cell.drawn), len(cell.listed)) == (min(most, 3), 3 - min(most, 3))
    root = Tree(render_reach(page)).root
    (section,) = [each for each in root.walk() if each.attributes.get("id") == cell.id]
    assert all(words(reader.account) in section.text for reader in (*cell.drawn, *cell.listed))
    assert len(section.all("svg")) == len(cell.drawn)
    shown = [route.reproduce for reader in (*cell.drawn, *cell.listed) for route in reader.routes]
    assert [each.text for each in section.all("pre")] == [words(text) for text in shown]
    assert all(reader.more + 1 >= len(reader.routes) == 1 for reader in cell.listed)


# --- steps have ids ---


def test_the_same_database_gives_the_same_page(seen: Seen) -> None:
    again = reach_page(survey(seen.server.dsn(), None), read_scope(POLICY, None, None), "blotter", AT)
    assert render_reach(again) == seen.html
    texts = [(s.source, s.target, s.kind, s.reason) for s in again.steps]
    assert texts == sorted(set(texts))
    assert [s.id for s in again.steps] == [f"g{n}" for n in range(1, len(texts) + 1)]


def test_chains_views_and_public_are_on_the_page(seen: Seen) -> None:
    kinds = {step.kind for step in seen.page.steps}
    assert kinds >= {"membership", "view", "SECURITY DEFINER", "PUBLIC", "grant SELECT", "row security", "superuser"}
    (phone,) = [r for r in said(seen.page)["no agency", "contact_information"].drawn if r.account.startswith("cell")]
    steps = {step.id: step for step in seen.page.steps}
    assert [steps[each].target for each in phone.routes[0].steps] == [
        "role:staff", "role:readers", "function:records.phones()", "column:records.person.phone",
    ]  # fmt: skip
    assert "records.phones()" in phone.routes[0].reproduce
    assert all((step.page or "").startswith("https://www.postgresql.org/docs/18/") for step in seen.page.steps)


# --- it asks nothing of anybody, and everybody can read it ---


def test_nothing_is_requested_and_nothing_runs(seen: Seen) -> None:
    allowed = {
        "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "footer", "h1", "h2",
        "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "bdi", "wbr", "a", "code", "pre", "figure",
        "figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "svg", "desc", "g",
        "path", "rect", "text",
    }  # fmt: skip
    root = seen.root
    assert {each.tag for each in root.walk()} - {""} <= allowed
    links = 0
    for each in root.walk():
        assert not {"src", "srcset", "style", "action", "ping", "xlink:href"} & each.attributes.keys()
        assert not any(name.startswith("on") for name in each.attributes)
        target = each.attributes.get("href") or "#"
        assert target.startswith("#") or (each.tag == "a" and target.startswith("https://www.postgresql.org/docs/"))
        links += not target.startswith("#")
    assert links == len(seen.page.steps)
    (style,) = root.all("style")
    assert not re.search(r"https?:|//|url\(|@import", re.sub(r"/\*.*?\*/", "", "".join(style.texts)))
    (policy,) = [m for m in root.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert (policy.attributes["content"] or "").startswith("default-src 'none'; style-src 'sha256-")


def test_hostile_names_are_text(seen: Seen) -> None:
    assert "<script" not in seen.html
    assert "\u202e" not in seen.html
    text = seen.root.all("body")[0].text
    assert HOSTILE in text
    assert TURNED.replace("\u202e", "\ufffd") in text


def test_every_link_leads_somewhere_once(seen: Seen) -> None:
    root = seen.root
    ids = [each.attributes["id"] for each in root.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for each in root.walk():
        for reference in ("aria-labelledby", "aria-describedby"):
            assert each.attributes.get(reference, ids[0]) in ids
        if (each.attributes.get("href") or "").startswith("#"):
            assert (each.attributes["href"] or "")[1:] in ids
    leading = {each.attributes["href"] for each in root.all("table")[0].all("a")}
    assert leading == {f"#{cell.id}" for cell in said(seen.page).values() if cell.reading}
    assert len(root.all("nav")[0].all("a")) == len(root.all("h2")) - 1  # not to what it does not prove
    assert {a.attributes["href"] for svg in root.all("svg") for a in svg.all("a")} == {
        f"#{step.id}" for step in seen.page.steps
    }


def test_each_picture_has_its_steps_as_sentences_and_sql(seen: Seen) -> None:
    figures = seen.root.all("figure")
    steps = {step.id: step for step in seen.page.steps}
    readers = [reader for cell in said(seen.page).values() for reader in cell.drawn]
    for figure, reader in zip(figures, readers, strict=True):
        (svg,) = figure.all("svg")
        assert [each.tag for each in svg.children[:2]] == ["title", "desc"]
        lists = [[item.text for item in each.all("li")] for each in figure.all("ol")]
        assert lists == [[words(f"{s} {steps[s].reason}") for s in route.steps] for route in reader.routes]
        assert {a.text for a in svg.all("a")} == {s for route in reader.routes for s in route.steps}
        assert [each.text for each in figure.all("pre")] == [words(route.reproduce) for route in reader.routes]
        assert figure.all("figcaption")[0].text.startswith(words(f"{reader.account} reads {reader.rows} rows"))


def words(text: str) -> str:
    """A text as the page has it and as a reader of the page has it."""
    return " ".join(text.replace("\u202e", "\ufffd").split())


def test_headings_and_tables(seen: Seen) -> None:
    levels = [int(each.tag[1]) for each in seen.root.all("h1", "h2", "h3")]
    assert levels.count(1) == 1 == levels[0]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in seen.root.all("table"):
        assert table.children[0].tag == "caption"
        width = len(table.all("thead")[0].all("th"))
        assert all(each.attributes.get("scope") == "col" for each in table.all("thead")[0].all("th"))
        for row in table.all("tbody")[0].children:
            assert row.children[0].attributes.get("scope") == "row"
            assert len(row.children) == width
        assert table.parent is not None
        assert table.parent.attributes.get("tabindex") == "0"


def test_it_says_first_what_it_is_and_last_what_it_is_not(seen: Seen) -> None:
    text = seen.root.all("body")[0].text
    first = text[: text.index("Who reaches what")]
    for part in ("Riverton Police Department", "database postgres", "PostgreSQL 18.", "service blotter", "2026-01-15"):
        assert part in first
    assert "Known by catalog" in first
    assert seen.server.password not in seen.html
    assert str(seen.server.port) not in first
    end = text[text.index("What stays open", text.index("Every step of the paths")) :]
    for title in ("residual", "outside", "not_examined"):
        assert seen.surveyed.document[title] or title == "not_examined"
        assert all(f"{item['code']} " in end or item["code"] in end for item in seen.surveyed.document[title])
    assert "below 18" in text or "has every known repair" in text


def test_the_style_keeps_to_the_palette() -> None:
    style = (files("recuse.operations") / "templates" / "reach.css").read_text()
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl|gradient", style)
    for palette in palettes():
        assert set(re.findall(r"var\(--(\w+)\)", style)) <= palette.keys()
        assert min(contrast(palette[text], palette["tint"]) for text in ("accent", "muted", "ink")) >= 4.5


# --- a page that does not fit is refused ---


def damaged(page: ReachPage, change: Callable[[Cell], Cell]) -> ReachPage:
    """The page with the first cell changed that somebody reads by two paths or more."""
    rows = list(page.rows)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row.cells):
            if any(len(reader.routes) > 1 for reader in cell.drawn[:1]):
                rows[y] = replace(row, cells=(*row.cells[:x], change(cell), *row.cells[x + 1 :]))
                return replace(page, rows=tuple(rows))
    raise AssertionError("no cell has two paths")


def drop_path(cell: Cell) -> Cell:
    first, *others = cell.drawn
    return replace(cell, drawn=(replace(first, routes=first.routes[1:]), *others))


def drop_paths(cell: Cell) -> Cell:
    return replace(cell, drawn=(replace(cell.drawn[0], routes=()), *cell.drawn[1:]))


def drop_reader(cell: Cell) -> Cell:
    return replace(cell, drawn=cell.drawn[1:])


def say_none(cell: Cell) -> Cell:
    return replace(cell, rows="none")


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (drop_path, r"is said to be on \d+ paths and is on \d+"),
        (drop_paths, "is shown without a path"),
        (drop_reader, r"it says \d of \d accounts, and shows \d of \d|it says `\w+`, and its accounts read"),
        (say_none, "it says `none`, and its accounts read `all`"),
    ],
)
def test_a_planted_fault_is_noticed(seen: Seen, fault: Callable[[Cell], Cell], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        render_reach(damaged(seen.page, fault))


def test_a_step_left_unexplained_is_noticed(seen: Seen) -> None:
    with pytest.raises(InputError, match="step `g1` is not explained"):
        render_reach(replace(seen.page, steps=seen.page.steps[1:]))
    with pytest.raises(InputError, match=r"has 6 cells for 5 columns"):
        render_reach(replace(seen.page, columns=seen.page.columns[1:]))


# --- which system, and a map that is not of this database ---


def test_the_system_is_told_or_asked_for(tmp_path: Path) -> None:
    assert read_scope(POLICY, "blotter", None).system.name == "blotter"
    with pytest.raises(InputError, match=r"no system `ledgers` in recuse\.toml"):
        read_scope(POLICY, "ledgers", None)
    for path in POLICY.rglob("*.*"):
        copy = tmp_path / path.relative_to(POLICY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    text = (POLICY / "recuse.toml").read_text()
    second = text[text.index("[[system]]") :].replace("blotter", "second")
    (tmp_path / "recuse.toml").write_text(f"{text}\n{second}")
    (tmp_path / "categories" / "second.toml").write_text('format = 1\nsystem = "second"\n')
    assert set(read_repository(tmp_path).systems) == {"blotter", "second"}
    assert read_scope(tmp_path, None, service_of("service=recuse-second user=x")).system.name == "second"
    assert service_of("host=localhost dbname=x") is None
    with pytest.raises(InputError, match=r"which system of recuse\.toml this database"):
        read_scope(tmp_path, None, None)


def test_a_map_of_another_database_is_refused(seen: Seen) -> None:
    system = seen.scope.system
    first, *rest = system.tables
    for changed, what in (
        (replace(first, name="records.persons"), "the table `records.persons`"),
        (replace(first, columns={"fax": "contact_information"}), "the column `records.person.fax`"),
    ):
        scope = Scope(seen.scope.repository, replace(system, tables=(changed, *rest)))
        with pytest.raises(InputError, match=f"names {what}, which is not in `postgres`"):
            reach_page(seen.surveyed, scope, None, AT)


# --- the verb ---


def run(seen: Seen, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    server = seen.server
    (folder / "services").write_text(
        f"[recuse-blotter]\nhost={server.host}\nport={server.port}\ndbname=postgres\nuser=postgres\n"
    )
    (folder / "passwords").touch(mode=0o600)
    (folder / "passwords").write_text(f"*:*:*:*:{server.password}\n")
    names = {"PGSERVICEFILE": "services", "PGPASSFILE": "passwords"}
    environment = os.environ | {name: str(folder / file) for name, file in names.items()} | {"COLUMNS": "1000"}
    command = [str(PROGRAM), "reach", "service=recuse-blotter", *options]
    return subprocess.run(
        command, cwd=folder, env=environment, text=True, capture_output=True, timeout=120, check=False
    )


def test_the_verb_writes_the_page_beside_its_answer(seen: Seen, tmp_path: Path) -> None:
    done = run(seen, tmp_path, "--html", "reach.html", "-r", str(POLICY), "--format", "json")
    assert done.returncode == 0, done.stderr
    tables: list[dict[str, Any]] = json.loads(done.stdout)["tables"]
    assert [row["object"] for row in tables] == list(seen.surveyed.tables)
    assert "page written to reach.html" in done.stderr
    page = (tmp_path / "reach.html").read_text()
    assert "service <bdi>recuse-blotter</bdi>" in page
    assert re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "", page) == re.sub(
        r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "", seen.html.replace("<bdi>blotter</bdi>", "<bdi>recuse-blotter</bdi>")
    )


def test_the_verb_says_where_the_page_lies(seen: Seen, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "phone.html"
    verb(seen.server.dsn(), "records.person.phone", html=file)
    said = "".join(capsys.readouterr().out.split("\n"))
    assert "records.phones() reads it as its owner" in said
    assert said.endswith(f"page written to {file}")
    assert "records.person.phone" in file.read_text()
    assert seen.server.password not in file.read_text()


def test_where_no_page_can_be_written_nothing_is_printed(
    seen: Seen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        verb(seen.server.dsn(), html=tmp_path / "nowhere" / "reach.html", format_=Format.json)
    assert capsys.readouterr().out == ""


def test_options_that_would_do_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="do nothing here without --html"):
        verb("service=nowhere", repository=POLICY)
    with pytest.raises(InputError, match="do nothing here without --html"):
        verb("service=nowhere", system="blotter")
    with pytest.raises(InputError, match="names a system of a policy repository"):
        verb("service=nowhere", html=tmp_path / "x.html", system="blotter")


# --- the drawing ---


def drawing(*paths: str) -> Drawing:
    """Paths as words of nodes, each step with an id of its own."""
    pairs = dict.fromkeys(pair for path in paths for pair in pairwise(path.split()))
    ids = {pair: f"g{n}" for n, pair in enumerate(pairs, 1)}
    return draw([[Step(ids[pair], *pair) for pair in pairwise(path.split())] for path in paths])


@pytest.mark.parametrize(
    "paths",
    [
        ("l:a r:b t:c",),
        ("l:a t:c", "l:a r:b v:d t:c", "l:a r:b t:c"),  # lines over one and over two layers
        ("l:a r:b t:x", "l:a r:c t:y", "l:a r:b t:y", "l:a r:c t:x"),  # lines that cross
        ("l:a r:b r:c t:x", "l:a r:c r:b t:x"),  # a circle
    ],
)
def test_no_box_or_number_hides_another(paths: tuple[str, ...]) -> None:
    found = drawing(*paths)
    for one, other in ((a, b) for a in found.boxes for b in found.boxes if a is not b):
        assert abs(one.x - other.x) >= BOX[0] or abs(one.y - other.y) >= BOX[1]
    labels = [label for line in found.lines for label in line.labels]
    for a, b in ((a, b) for a in labels for b in labels if a is not b):
        assert abs(a.x - b.x) >= 36 or abs(a.y - b.y) >= 17
    assert all(0 <= box.x <= found.width - BOX[0] and 0 <= box.y <= found.height - BOX[1] for box in found.boxes)
    assert {box.node for box in found.boxes} == {node for path in paths for node in path.split()}


def test_a_line_over_layers_passes_between_boxes() -> None:
    found = drawing("l:a r:b v:d t:c", "l:a t:c")
    (straight,) = [line for line in found.lines if line.labels[0].id == "g4"]
    heights = {float(y) for y in re.findall(r" ([\d.]+)H", straight.course)}
    assert len(heights) == 1
    assert not any(box.y <= min(heights) <= box.y + BOX[1] for box in found.boxes if box.node in {"r:b", "v:d"})
    assert straight.tip == next((box.x, box.y + BOX[1] / 2) for box in found.boxes if box.node == "t:c")


def test_long_names_keep_both_ends() -> None:
    (box, _) = drawing(f"column:records.person.{'x' * 40}_status t:c").boxes
    assert box.name.startswith("records.")
    assert box.name.endswith("_status")
    assert len(box.name) == 23
    (wide, _) = drawing(f"role:{'表' * 30} t:c").boxes
    assert len(wide.name) <= 12


def test_two_grants_of_one_step_stand_one_below_the_other() -> None:
    found = draw([[Step("g1", "l:a", "t:b")], [Step("g2", "l:a", "t:b")]])
    ((line,), (one, two)) = found.lines, found.lines[0].labels
    assert (one.x, one.y + 17) == (two.x, two.y)
    assert line.tip[0] > one.x
