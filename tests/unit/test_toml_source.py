"""Strict TOML: the line of everything, and all problems of a table at once."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.errors import Problem
from recuse.toml_source import KeyPath, Section, Source, parse

TEXT = b"""\
# a heading
format = 1
name = "x"        # a note
"quoted key" = 'y'
dotted.inner.deep = 2
[plain]
day = 2019-07-12
[plain.sub]
flag = true
[[item]]
id = "first"
[[item]]
id = "second"
[item.extra]
words = [
  "one",   # a note inside
  "two",
]
[[item.part]]
n = 1
[[item.part]]
inline = { a = { b = 1 }, c.d = [ { e = 2 } ] }
"""


def read(raw: bytes) -> Source:
    problems: list[Problem] = []
    source = parse("file.toml", raw, problems)
    assert source is not None
    assert problems == []
    return source


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("format",), 2),
        (("quoted key",), 4),
        (("dotted",), 5),
        (("dotted", "inner", "deep"), 5),
        (("plain",), 6),
        (("plain", "day"), 7),
        (("plain", "sub", "flag"), 9),
        (("item", 0), 10),
        (("item", 0, "id"), 11),
        (("item", 1), 12),
        (("item", 1, "id"), 13),
        (("item", 1, "extra"), 14),
        (("item", 1, "extra", "words", 0), 16),
        (("item", 1, "extra", "words", 1), 17),
        (("item", 1, "part", 0, "n"), 20),
        (("item", 1, "part", 1), 21),
        (("item", 1, "part", 1, "inline", "a", "b"), 22),
        (("item", 1, "part", 1, "inline", "c", "d", 0, "e"), 22),
        (("item", 1, "missing"), 12),
        (("missing",), 1),
    ],
)
def test_the_line_of_a_key(path: KeyPath, line: int) -> None:
    assert read(TEXT).line(path) == line


def leaves(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def test_every_value_has_its_span_and_the_span_holds_it() -> None:
    source = read(TEXT)
    found = list(leaves(source.values))
    assert len(found) == 13
    for path, value in found:
        span = source.spans[path]
        assert tomllib.loads(f"v = {TEXT[span.start : span.end].decode()}")["v"] == value
        assert TEXT[: span.start].count(b"\n") + 1 == span.line


KEYS = st.sampled_from(["a", "b-c", '"d e"', "'f.g'", '"\\u00e9"', "a.b", 'x."y z".w'])
VALUES = st.recursive(
    st.sampled_from(["1", "true", '"t"', "'''m\nn'''", "2019-07-12", "1.5", '"é"']),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"k{n} = {item}" for n, item in enumerate(items)) + "}"
        )
    ),
    max_leaves=5,
)
PAIRS = st.tuples(KEYS, VALUES).map(" = ".join)
HEADERS = st.sampled_from(["[[t]]", "[t.u]", "[[t.v]]", "[w]", '[w."x y"]', "[[w.z]]", "# note", ""])


@given(st.lists(PAIRS | HEADERS, max_size=8))
def test_any_text_gives_a_span_for_each_value_or_one_problem(lines: list[str]) -> None:
    raw = "\n".join(lines).encode()
    problems: list[Problem] = []
    source = parse("file.toml", raw, problems)
    if source is None:
        (problem,) = problems
        assert 0 < problem.line <= len(raw.splitlines()) + 1
        return
    for path, value in leaves(source.values):
        span = source.spans[path]
        assert tomllib.loads(f"v = {raw[span.start : span.end].decode()}")["v"] == value


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        (b"a = 1\nb = \n", 2, "not valid TOML: invalid value"),
        (b'a = 1\nb = "x', 2, "not valid TOML: unterminated string"),
        (b"a = 1\na = 2\n", 2, "not valid TOML: cannot overwrite a value"),
        (b"[a]\n[a]\n", 2, "not valid TOML: cannot declare `a` twice"),
        (b"[a.b]\n[a.b]\n", 2, "not valid TOML: cannot declare `a.b` twice"),
        (b"a = 1\nb = '\xff'\n", 2, "not text in UTF-8"),
        (b"a = " + b"[" * 5000, 0, "nested too deeply"),
        (b"a = " + b"9" * 5000, 0, "not valid TOML: a value cannot be read"),
    ],
)
def test_a_broken_file_is_one_problem_with_its_line(raw: bytes, line: int, message: str) -> None:
    problems: list[Problem] = []
    assert parse("file.toml", raw, problems) is None
    (problem,) = problems
    assert (problem.file, problem.line, problem.message) == ("file.toml", line, message)
    assert problem.remedy


def test_values_by_type() -> None:
    problems: list[Problem] = []
    root = Section(
        read(TEXT.replace(b"format = 1", b"format = 1\nat = 2019-07-12T02:00:00+02:00\nlist = []")), problems
    )
    root.expect("format", 1)
    assert root.text("name") == "x"
    assert root.choice("name", ("x", "y")) == "x"
    assert root.moment("at") == datetime(2019, 7, 12, tzinfo=UTC)
    assert root.moment("at").tzinfo is UTC
    assert root.texts("list") == ()
    assert root.optional_text("absent") is None
    assert root.texts("absent", optional=True) == ()
    assert root.flag("absent", default=True) is True
    assert root.whole("absent", optional=True) == 0
    assert root.choice("absent", ("x", "y"), default="y") == "y"
    assert root.section("absent", optional=True) is None
    assert root.sections("absent", optional=True) == ()
    plain = root.section("plain")
    assert plain is not None
    assert plain.day("day") == date(2019, 7, 12)
    first, second = root.sections("item")
    assert (first.text("id"), second.text("id")) == ("first", "second")
    extra = second.section("extra")
    assert extra is not None
    assert extra.texts("words") == ("one", "two")
    assert list(extra) == ["words"]
    assert second.holds_table("extra")
    assert not second.holds_table("id")
    assert problems == []


WRONG = b"""\
format = true
text = 1
blank = ""
words = ["a", 1]
twice = ["a", "a"]
flag = 1
whole = true
day = 2019-07-12T00:00:00Z
moment = 2019-07-12T00:00:00
early = 0001-01-01T00:00:00+23:59
choice = ["x"]
table = []
tables = {}
unasked = 1
"""


def test_all_problems_of_a_table_at_once() -> None:
    problems: list[Problem] = []
    root = Section(read(WRONG), problems)
    root.expect("format", 1)
    assert root.text("text") == ""
    assert root.text("blank") == ""
    assert root.texts("words") == ()
    root.texts("twice")
    assert root.flag("flag") is False
    assert root.whole("whole") == 0
    assert root.day("day") == date.min
    assert root.moment("moment") == root.moment("early") == datetime.min.replace(tzinfo=UTC)
    assert root.choice("choice", ("x", "y")) == "x"
    assert root.section("table") is None
    assert root.sections("tables") == ()
    assert root.text("missing") == ""
    root.close()
    assert [str(problem) for problem in problems] == [
        "file.toml:1: `format` must be 1",
        "file.toml:2: `text` must be text that is not empty",
        "file.toml:3: `blank` must be text that is not empty",
        "file.toml:4: `words` must be a list of texts",
        "file.toml:5: `a` stands twice in `twice` (name it once)",
        "file.toml:6: `flag` must be true or false",
        "file.toml:7: `whole` must be a whole number",
        "file.toml:8: `day` must be a day such as 2019-07-12",
        "file.toml:9: `moment` must be a moment with its offset, such as 2019-07-12T00:00:00Z",
        "file.toml:10: `early` must be a moment with its offset, such as 2019-07-12T00:00:00Z",
        "file.toml:11: `choice` must be one of `x`, `y`",
        "file.toml:12: `table` must be a table",
        "file.toml:13: `tables` must be a list of tables (`[[tables]]`)",
        "file.toml:1: missing key `missing` (add `missing`: text that is not empty)",
        "file.toml:14: unknown key `unasked` (known here: `blank`, `choice`, `day`, `early`, `flag`, `format`, "
        "`missing`, `moment`, `table`, `tables`, `text`, `twice`, `whole`, `words`)",
    ]


def test_a_blank_text_where_one_may_be() -> None:
    problems: list[Problem] = []
    assert Section(read(b'text = ""'), problems).text("text", blank=True) == ""
    assert problems == []


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_parser(raw: bytes) -> None:
    problems: list[Problem] = []
    assert (parse("file.toml", raw, problems) is None) is bool(problems)
