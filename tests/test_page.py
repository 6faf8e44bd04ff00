"""The one-page report: asks nothing of anybody, escapes everything, can be read by everybody, cannot overclaim."""

import base64
import hashlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

from recuse.errors import InputError
from recuse.operations.page import (
    Bar,
    Basis,
    Cell,
    Count,
    Directed,
    Door,
    Ended,
    Limit,
    Matrix,
    MatrixRow,
    PageData,
    Record,
    Replay,
    Signer,
    Tries,
    Verdict,
    render_page,
)

DATA = PageData(
    institution="Riverton Police Department (fictional)",
    banner="Demonstration – not issued by any city",
    verdict=Verdict("holds", 0, "system blotter (7 accounts, 4 categories)", "15 January 2026"),
    directive=Directed(
        id="2019-07-12-civil-immigration",
        title="Access for civil immigration enforcement is terminated",
        effective="12 July 2019",
        stage="enforce",
        directed_by=Signer("mayor-2019", "Fictional Mayor", "Mayor"),
        confirmed_by=Signer("chief-2019", "Fictional Chief", "Chief of Police"),
        counsel="Fictional Counsel",
        basis=(Basis("Riverton Code 2-173", "in force", "2019-07-12"),),
    ),
    matrix=Matrix(
        ("arrest record", "crime mapping"),
        (
            MatrixRow("Removal Office", (Cell("all", "none"), Cell("all", "all"))),
            MatrixRow("Bureau of Inquiry", (Cell("some", "permit"), Cell("none", "some"))),
        ),
    ),
    doors=(Door("definer view", "It ran with its owner’s rights.", "It runs as one class.", "closed"),),
    tries=(Tries("read", 1200, 1200, 0), Tries("update", 300, 300, 0)),
    ended=Ended(3, 0.0831, 0),
    replay=Replay(
        first="2009-07-01",
        last="2019-06-30",
        lines=5000,
        total=Bar("all", 4000, 1000),
        criminal=Bar("criminal", 2000, 1),
        agencies=(Bar("Removal Office", 800, 800), Bar("Bureau of Inquiry", 3200, 200)),
        purposes=(Bar("imm.civil_enforcement", 800, 800),),
        years=(Bar("2018", 3000, 600), Bar("2019", 1000, 400)),
        causes=(Count("civil-immigration-refused", 999), Count("no rule permits it", 1)),
        criminal_causes=(Count("no rule permits it", 1),),
        refused_then=990,
        opened=7,
        untold=(Count("account", 10),),
    ),
    residual=(Limit("table-sizes", "every account can see how large a table is"),),
    outside=(Limit("backups", "who can read dumps?"),),
    not_examined=(),
    record=Record(
        "records.example/riverton", 9, "records.example/riverton\n9\nAAAA\n", "records.example/riverton+1a+B="
    ),
)
VOID = {"meta", "img", "br", "hr", "link", "input", "wbr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    parent: "Element | None" = None
    children: list["Element"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        yield self
        for child in self.children:
            yield from child.walk()

    def all(self, *tags: str) -> list["Element"]:
        return [each for each in self.walk() if each.tag in tags]

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


class Tree(HTMLParser):
    """Elements of a page; fails on tags that do not close in order. Self-closing tags are those of SVG."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self._here = Element("", {})
        self.feed(page)
        self.close()
        assert self._here is self.root, f"<{self._here.tag}> is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        child = Element(tag, dict(attrs), self._here)
        assert len(child.attributes) == len(attrs), f"<{tag}> has an attribute twice"
        self._here.children.append(child)
        if tag not in VOID:
            self._here = child

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._here.children.append(Element(tag, dict(attrs), self._here))

    def handle_endtag(self, tag: str) -> None:
        assert self._here.tag == tag, f"</{tag}> closes <{self._here.tag}>"
        assert self._here.parent is not None
        self._here = self._here.parent

    def handle_data(self, data: str) -> None:
        here: Element | None = self._here
        while here is not None:
            here.texts.append(data)
            here = here.parent


def tree(data: PageData = DATA) -> Element:
    return Tree(render_page(data)).root


# It asks nothing of anybody.


def test_nothing_is_requested_and_nothing_runs() -> None:
    page = render_page(DATA)
    root = Tree(page).root
    allowed = {
        "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "footer", "h1", "h2",
        "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "bdi", "small", "a", "code", "pre", "figure",
        "figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "rect", "text",
    }  # fmt: skip
    assert {each.tag for each in root.walk()} - {""} <= allowed
    for each in root.walk():
        assert not {"src", "srcset", "style", "action", "ping"} & each.attributes.keys()
        assert not any(name.startswith("on") for name in each.attributes)
        assert (each.attributes.get("href") or "#").startswith("#")
    assert not re.search(r"https?:|//|url\(|@import", re.sub(r"/\*.*?\*/", "", page))


def test_only_this_style_is_allowed() -> None:
    root = tree()
    (style,) = root.all("style")
    digest = base64.b64encode(hashlib.sha256("".join(style.texts).encode()).digest()).decode()
    (policy,) = [m for m in root.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy.attributes["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    head = root.all("head")[0].children
    assert head.index(policy) < head.index(style)


# Everything given is text.

HOSTILE = "</style></title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}&lt;\u202e\x07"


def spoilt(value: Any, text: str) -> Any:
    """The same record with `text` in place of each free text."""
    if isinstance(value, tuple):
        return tuple(spoilt(each, text) for each in value)
    if isinstance(value, str):
        return text
    if not is_dataclass(value) or isinstance(value, type):
        return value
    free = [each.name for each in fields(value) if each.name not in {"kind", "before", "after"}]
    return replace(value, **{name: spoilt(getattr(value, name), text) for name in free})


def shape(root: Element) -> list[tuple[str, list[str]]]:
    return [(each.tag, sorted(each.attributes)) for each in root.walk()]


def test_hostile_text_changes_no_element() -> None:
    data = replace(DATA, verdict=replace(DATA.verdict, kind="undetermined"), not_examined=("rules",))
    page = render_page(spoilt(data, HOSTILE))
    assert shape(Tree(page).root) == shape(tree(data))
    assert "<script" not in page
    assert "<img" not in page
    assert "{{ 7*7 }}" in page
    assert "\u202e" not in page
    assert "\x07" not in page
    assert page.count("\ufffd\ufffd") >= 40
    heading = Tree(page).root.all("h1")[0].text
    assert heading == HOSTILE.replace("\u202e", "\ufffd").replace("\x07", "\ufffd")


def test_a_hostile_id_stays_one_word_of_the_command() -> None:
    signer = Signer("a'; rm -rf ~ #", "n", "o")
    root = tree(replace(DATA, directive=replace(DATA.directive, directed_by=signer)))
    commands = [shlex.split(each.text) for each in root.all("pre")]
    assert commands[0] == [
        "ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", signer.id, "-n", "recuse-directive@v1",
        "-s", "directive.toml.sig", "<", "directive.toml",
    ]  # fmt: skip
    assert commands[1][6:9] == ["chief-2019", "-n", "recuse-confirm@v1"]
    assert commands[2] == ["recuse", "ledger", "verify", "LEDGER", "--key", "records.example/riverton+1a+B="]


# Everybody can read it.


def test_language_title_and_headings() -> None:
    root = tree()
    assert root.all("html")[0].attributes["lang"] == "en"
    assert root.all("title")[0].text.endswith("Riverton Police Department (fictional)")
    levels = [int(each.tag[1]) for each in root.all("h1", "h2", "h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_verdict_comes_first() -> None:
    body = tree().all("body")[0].text
    assert (
        body.index("Demonstration – not issued by any city") < body.index("✓ Holds") < body.index("What was directed")
    )


def test_every_table_has_a_caption_and_scopes() -> None:
    tables = tree().all("table")
    assert len(tables) == 10
    for table in tables:
        assert table.children[0].tag == "caption"
        assert table.children[0].text
        (head,), (body,) = table.all("thead"), table.all("tbody")
        assert all(each.attributes.get("scope") == "col" for each in head.all("th"))
        width = len(head.all("th"))
        for row in body.children:
            assert row.children[0].tag == "th"
            assert row.children[0].attributes.get("scope") == "row"
            assert len(row.children) == width


def test_references_lead_somewhere_once() -> None:
    root = tree()
    ids = [each.attributes["id"] for each in root.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for each in root.walk():
        assert each.attributes.get("aria-labelledby", ids[0]) in ids
        if "href" in each.attributes:
            assert (each.attributes["href"] or "").removeprefix("#") in ids
    assert len(root.all("nav")[0].all("a")) == len(root.all("h2"))


def test_every_drawing_has_its_table_beside_it() -> None:
    root = tree()
    drawings = root.all("svg")
    assert drawings
    for each in drawings:
        here: Element | None = each
        hidden = False
        while here is not None and here.attributes.get("class") != "beside":
            hidden = hidden or here.attributes.get("aria-hidden") == "true"
            here = here.parent
        assert hidden
        assert here is not None
        assert here.all("table")


def test_every_mark_stands_beside_its_word() -> None:
    marks = [each for each in tree().walk() if each.attributes.get("class") == "mark"]
    assert {each.text for each in marks} >= {"●", "◐", "○", "◇", "✓"}
    for each in marks:
        assert each.parent is not None
        assert re.search(r"[a-zA-Z]{3}", each.parent.text)


def test_bars_are_as_long_as_their_figures() -> None:
    bars = next(each for each in tree().walk() if each.attributes.get("class") == "bars")
    assert [each.attributes["width"] for each in bars.all("rect") if each.attributes["class"] == "filled"] == [
        "100.0%",
        "6.25%",
    ]
    years = next(each for each in tree().walk() if each.attributes.get("class") == "years")
    heights = [(each.attributes["class"], each.attributes["height"]) for each in years.all("rect")]
    assert heights == [("filled", "32.0"), ("frame", "160.0"), ("filled", "21.3"), ("frame", "53.3")]


def cells(root: Element, caption: str) -> list[list[str]]:
    (table,) = [each for each in root.all("table") if each.children[0].text == caption]
    return [[cell.text for cell in row.children] for row in table.all("tbody")[0].children]


def test_the_figures_are_those_given() -> None:
    root = tree()
    assert cells(root, "What each agency reads of each category, before and after") == [
        ["Removal Office", "before: ● all → after: ○ none", "● all"],
        ["Bureau of Inquiry", "before: ◐ some → after: ◇ permit", "before: ○ none → after: ◐ some"],
    ]
    assert cells(root, "Attempts as every account") == [
        ["read", "1,200", "1,200", "0", "0"],
        ["update", "300", "300", "0", "0"],
    ]
    assert cells(root, "Replayed searches by agency") == [
        ["Removal Office", "800", "800", "100%"],
        ["Bureau of Inquiry", "3,200", "200", "6.2%"],
    ]
    assert cells(root, "Searches without an answer") == [["account", "10"]]
    text = root.all("main")[0].text
    assert "Today’s rules would refuse 1,000 of these (25.0%)." in text
    assert "Of the 2,000 replayed for a criminal purpose, 1 (< 0.1%) would be refused." in text
    assert "990 searches had been refused when made; today’s rules would allow 7 of these." in text
    assert "3 open sessions were ended; the last was gone after 0.08 seconds. None was left." in text


@pytest.mark.parametrize(
    ("bar", "share"),
    [
        (Bar("x", 0, 0), "–"),
        (Bar("x", 7, 0), "0%"),
        (Bar("x", 7, 7), "100%"),
        (Bar("x", 100_000, 1), "< 0.1%"),
        (Bar("x", 100_000, 99_999), "> 99.9%"),
        (Bar("x", 1000, 1), "0.1%"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(bar: Bar, share: str) -> None:
    assert DATA.replay is not None
    root = tree(replace(DATA, replay=replace(DATA.replay, agencies=(bar,))))
    assert cells(root, "Replayed searches by agency")[0][-1] == share


def test_what_did_not_happen_is_said() -> None:
    bare = replace(
        DATA, banner=None, doors=(), tries=(), ended=None, replay=None, residual=(), outside=(),
        directive=replace(DATA.directive, basis=(), counsel=None),
    )  # fmt: skip
    text = tree(bare).all("body")[0].text
    assert "✓ Holds by catalog" in text
    assert "it was not tried as every account" in text
    assert "No session was ended." in text
    assert "names no legal basis" in text
    assert "replayed" not in text.partition("What this does not prove")[0]


def test_what_an_official_answers_for_is_shown_where_something_is() -> None:
    heading = "answered for by an official until a day"
    answered = (Limit("version-floor", "the server lacks repairs; until 2027-02-25"),)
    text = tree(replace(DATA, accepted=answered)).all("body")[0].text
    assert "version-floor" in text.partition(heading)[2]
    assert "until 2027-02-25" in text.partition(heading)[2]
    assert heading not in tree(DATA).all("body")[0].text


# It cannot say more than its figures.


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (
            Verdict("findings", 1, "system x", "day y"),
            "In system x, on day y, the directive did not hold: 1 way past it",
        ),
        (Verdict("findings", 2, "system x", "day y"), "did not hold: 2 ways past it were found."),
        (Verdict("undetermined", 0, "system x", "day y"), "it could not be determined whether the directive holds."),
    ],
)
def test_other_verdicts(verdict: Verdict, words: str) -> None:
    parts = {"not_examined": ("foreign servers",), "doors": (replace(DATA.doors[0], after="open"),)}
    root = tree(replace(DATA, verdict=verdict, **parts))  # type: ignore[arg-type]
    assert words in root.all("header")[0].text
    assert "Holds" not in root.all("header")[0].text
    assert "✗ open" in root.all("main")[0].text
    assert "foreign servers" in root.all("main")[0].text


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"verdict": replace(DATA.verdict, findings=1)}, "its verdict is `holds` with 1 findings"),
        ({"verdict": replace(DATA.verdict, kind="findings")}, "its verdict is `findings` with 0 findings"),
        ({"not_examined": ("rules",)}, "it says `holds` and lists 1 parts that were not examined"),
        ({"doors": (replace(DATA.doors[0], after="open"),)}, "it says `holds` and way `definer view` is open"),
        ({"doors": (replace(DATA.doors[0], after="unknown"),)}, "it says `holds` and way `definer view` is unknown"),
        ({"tries": (Tries("read", 9, 8, 0),)}, "it says `holds` and 1 attempts `read` did not agree"),
        ({"tries": (Tries("read", 9, 8, 1),)}, "it says `holds` and 1 attempts `read` did not agree"),
        ({"tries": (Tries("read", 9, 9, 1),)}, "attempts `read` are more than were tried"),
        ({"ended": Ended(3, 1.0, 1)}, "it says `holds` and 1 sessions were left"),
        ({"directive": replace(DATA.directive, stage="canary")}, "not confirmed and enforced"),
        ({"directive": replace(DATA.directive, confirmed_by=None)}, "not confirmed and enforced"),
        ({"matrix": replace(DATA.matrix, categories=("one",))}, "agency `Removal Office` has 2 cells for 1 categories"),
        ({"replay": replace(DATA.replay, criminal=Bar("c", 1, 2))}, "`c` has 2 refused of 1"),  # type: ignore[type-var]
    ],
)
def test_a_page_that_contradicts_itself_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError) as caught:
        render_page(replace(DATA, **changes))
    assert caught.value.message.startswith("the page contradicts itself: ")
    assert problem in caught.value.message


# Contrast, by the formula of WCAG 2.1 (1.4.3 and 1.4.11).


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def palettes() -> list[dict[str, str]]:
    style = (files("recuse.operations") / "templates" / "page.css").read_text()
    blocks = re.findall(r":root \{([^}]*)\}", style)
    return [dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block)) for block in blocks]


def test_the_formula() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark", "print"])
def test_contrast(palette: dict[str, str]) -> None:
    names = {"paper", "ink", "muted", "line", "frame", "accent", "tint", "good", "bad", "doubt", "note"}
    assert palette.keys() == names
    for text, ground in [
        ("ink", "paper"),
        ("muted", "paper"),
        ("accent", "paper"),
        ("good", "paper"),
        ("bad", "paper"),
        ("doubt", "paper"),
        ("ink", "tint"),
        ("ink", "note"),
    ]:
        assert contrast(palette[text], palette[ground]) >= 4.5, (text, ground)
    for drawn in ("frame", "accent", "good", "bad", "doubt"):
        assert contrast(palette[drawn], palette["paper"]) >= 3, drawn


def test_what_only_is_read_aloud_widens_no_page() -> None:
    """It stands outside the flow: without this it would lie beside a wide table, and the whole page would scroll."""
    style = (files("recuse.operations") / "templates" / "page.css").read_text()
    assert re.search(r"\.unseen \{ position: absolute;", style)
    assert re.search(r"\.scroll \{ position: relative;", style)


def test_the_style_names_no_colour_outside_the_palette() -> None:
    style = (files("recuse.operations") / "templates" / "page.css").read_text()
    rest = re.sub(r":root \{[^}]*\}", "", style)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl|gradient", rest)
