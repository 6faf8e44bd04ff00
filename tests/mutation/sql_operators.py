"""Every mutant of a function written in SQL or PL/pgSQL, made from its tokens. No tool known to us mutates either.

What is changed: comparisons, AND and OR, NULL tests, NOT; every operand of every condition, to true and to false;
constants; the pairs of a comparison of rows; joins; the order and the limit; the order of arguments; COALESCE; whole
statements; session_user and clock_timestamp; and the function's own attributes. What the server does not accept is no
mutant: it is counted apart.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tests.mutation.describing import change

_TOKEN: Final = re.compile(
    r"(?P<space>\s+|--[^\n]*)|(?P<text>'(?:[^']|'')*')|(?P<word>\$recuse\$|\$\d+|[A-Za-z_]\w*)|(?P<number>\d+)"
    r"|(?P<sign>\|\||::|:=|=>|<=|>=|<>|!~|[^\s\w])"
)
_COMPARED: Final = {
    "=": ("<>",), "<>": ("=",), "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
    "~": ("!~",), "!~": ("~",),
}  # fmt: skip
_WORDS: Final = {
    "AND": ("OR",), "OR": ("AND",), "NOT": ("",), "TRUE": ("false",), "FALSE": ("true",), "DESC": ("",),
    "SESSION_USER": ("current_user",), "CLOCK_TIMESTAMP": ("now",), "MAX": ("min",), "MIN": ("max",),
}  # fmt: skip
_SIGNS: Final = {"+": ("-",), "-": ("+",), "#": ("+",)}
_ATTRIBUTES: Final = (
    (r"STABLE", ("VOLATILE", "IMMUTABLE")),
    (r"VOLATILE", ("STABLE", "IMMUTABLE")),
    (r"IMMUTABLE", ("STABLE", "VOLATILE")),
    (r"SECURITY DEFINER", ("SECURITY INVOKER",)),
    (r"SECURITY INVOKER", ("SECURITY DEFINER",)),
    (r"PARALLEL SAFE", ("PARALLEL RESTRICTED", "PARALLEL UNSAFE")),
    (r"PARALLEL RESTRICTED", ("PARALLEL SAFE", "PARALLEL UNSAFE")),
    (r"PARALLEL UNSAFE", ("PARALLEL SAFE", "PARALLEL RESTRICTED")),
    (r"SET search_path = pg_catalog, pg_temp", (
        "", "SET search_path = pg_catalog", "SET search_path = pg_temp, pg_catalog",
        "SET search_path = public, pg_catalog, pg_temp",
    )),
)  # fmt: skip
_BEFORE_CONDITION: Final = {"WHERE", "ON", "IF", "ELSIF", "WHEN"}
_AFTER_CONDITION: Final = {
    "THEN", "JOIN", "LEFT", "WHERE", "GROUP", "ORDER", "LIMIT", "LOOP", "ELSE", "END", ";", "RETURN",
}  # fmt: skip
_AFTER_LIST: Final = {"FROM", "INTO", "LIMIT", "ORDER", ";", "WHERE", "LOOP"}
_BEFORE_STATEMENT: Final = {"THEN", "ELSE", "BEGIN", "LOOP", ";"}
_STATEMENTS: Final = {"PERFORM", "RAISE", "INSERT", "UPDATE", "DELETE", "RETURN"}


@dataclass(frozen=True, slots=True)
class SqlMutant:
    """One changed function: the file it comes from, what changed, and its whole text."""

    file: str
    change: str
    source: str


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    kind: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.text.upper()


Edit = tuple[int, int, str]
Span = tuple[int, int]
"""Tokens from the first up to, and without, the second."""


def sql_mutants(file: str, text: str) -> Iterator[SqlMutant]:
    """All mutants of a function's file, each once."""
    sources, seen = {text}, Counter[str]()
    for edits in (*_of_head(text), *_of_body(text)):
        source = _edited(text, edits)
        if source in sources:
            continue
        sources.add(source)
        words = change(text, source)
        seen[words] += 1
        yield SqlMutant(file, words if seen[words] == 1 else f"{words} (again, {seen[words]})", source)


def _edited(text: str, edits: Sequence[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _of_head(text: str) -> Iterator[Sequence[Edit]]:
    head = text.partition("$recuse$")[0]
    for pattern, others in _ATTRIBUTES:
        for found in re.finditer(rf"(?<=\s){pattern}(?=\s)", head):
            for other in others:
                yield [(found.start(), found.end(), other)]


def _of_body(text: str) -> Iterator[Sequence[Edit]]:
    tokens = [
        _Token(found.group(), str(found.lastgroup), found.start(), found.end())
        for found in _TOKEN.finditer(text)
        if found.lastgroup != "space"
    ]
    first = next((number for number, token in enumerate(tokens) if token.text == "$recuse$"), -1) + 1
    body = tokens[first:]
    for each in (_of_tokens, _of_conditions, _of_rows, _of_lists, _of_calls, _of_clauses, _of_statements):
        yield from each(body)


def _of_tokens(tokens: Sequence[_Token]) -> Iterator[Sequence[Edit]]:
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        others: tuple[str, ...] = (
            _COMPARED.get(token.text, ()) + _WORDS.get(token.word, ()) + _SIGNS.get(token.text, ())
        )
        if token.word == "IS" and following is not None:
            others = ("IS NOT",) if following.word != "NOT" else ()
        elif token.kind == "number":
            others = (str(int(token.text) + 1),)
        elif token.kind == "text":
            others = (f"'XX{token.text[1:]}", *_more(token.text))
        for other in others:
            yield [(token.start, token.end, other)]


def _more(text: str) -> tuple[str, ...]:
    """A text with its first number raised by one, if there is one."""
    raised = re.sub(r"\d+", lambda found: str(int(found.group()) + 1), text, count=1)
    return () if raised == text else (raised,)


def _of_conditions(tokens: Sequence[_Token]) -> Iterator[Sequence[Edit]]:
    """Each operand of AND and OR, and each condition that is one alone, is true, or is false."""
    for number, token in enumerate(tokens):
        before = tokens[number - 1].word if number else ""
        starts = token.word in _BEFORE_CONDITION and not (token.word == "IF" and before == "END")
        if not starts and not (token.text == "(" and before in {"AND", "OR", "NOT"}):
            continue
        for first, last in _split(tokens, number + 1, {"AND", "OR"}, _AFTER_CONDITION):
            for truth in ("true", "false"):
                yield [(tokens[first].start, tokens[last - 1].end, truth)]


def _split(tokens: Sequence[_Token], start: int, between: set[str], after: set[str]) -> list[Span]:
    """The parts from `start` on, divided by `between` and ended by `after`, outside of brackets and CASE."""
    parts, first, depth = [], start, 0
    for number in range(start, len(tokens)):
        word = tokens[number].word
        if depth == 0 and (word in after or word == ")" or word in between):
            parts.append((first, number))
            first = number + 1
            if word not in between:
                break
        elif word in {"(", "[", "CASE"}:
            depth += 1
        elif word in {")", "]", "END"}:
            depth -= 1
    return [part for part in parts if part[0] < part[1]]


def _closing(tokens: Sequence[_Token], opening: int) -> int:
    depth = 0
    for number in range(opening, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[number].text, 0)
        if depth == 0:
            return number
    raise AssertionError("brackets do not close")


def _of_rows(tokens: Sequence[_Token]) -> Iterator[Sequence[Edit]]:
    """A comparison of rows without one of its pairs."""
    for number, token in enumerate(tokens):
        if token.text != "=" or tokens[number - 1].text != ")" or tokens[number + 1].text != "(":
            continue
        opening = next(
            n for n in range(number - 1, -1, -1) if tokens[n].text == "(" and _closing(tokens, n) == number - 1
        )
        sides = [_split(tokens, start + 1, {","}, set()) for start in (opening, number + 1)]
        for pair in zip(*sides, strict=True):
            yield [_without(tokens, span) for span in pair]


def _without(tokens: Sequence[_Token], span: Span) -> Edit:
    first, last = span
    if tokens[last].text == ",":
        return tokens[first].start, tokens[last + 1].start, ""
    return tokens[first - 1].start, tokens[last - 1].end, ""


def _of_lists(tokens: Sequence[_Token]) -> Iterator[Sequence[Edit]]:
    """Two neighbours of a list change places: arguments, members of a row, selected columns, keys of an order."""
    for number, token in enumerate(tokens):
        if token.text == "(" or token.word in {"SELECT", "BY"}:
            parts = _split(tokens, number + 1, {","}, set() if token.text == "(" else _AFTER_LIST)
            if parts and tokens[parts[-1][1]].word == "INTO":
                continue  # into a record, whose fields have names
            for one, other in pairwise(parts):
                yield [_placed(tokens, one, other), _placed(tokens, other, one)]


def _placed(tokens: Sequence[_Token], where: Span, what: Span) -> Edit:
    words = " ".join(token.text for token in tokens[what[0] : what[1]]).replace(" . ", ".").replace(" :: ", "::")
    return tokens[where[0]].start, tokens[where[1] - 1].end, words


def _of_calls(tokens: Sequence[_Token]) -> Iterator[Sequence[Edit]]:
    """COALESCE, and whatever else takes two arguments of which the first could stand alone, is one of them."""
    for number, token in enumerate(tokens[:-1]):
        if token.word in {"COALESCE", "LEFT", "SHA256"} and tokens[number + 1].text == "(":
            closing = _closing(tokens, number + 1)
            for part in _split(tokens, number + 2, {","}, set()):
                kept = _placed(tokens, part, part)[2]
                yield [(token.start, tokens[closing].end, f"({kept})")]


def _of_clauses(tokens: Sequence[_Token]) -> Iterator[Sequence[Edit]]:
    """Joins, LIMIT, and each side of a concatenation."""
    for number, token in enumerate(tokens):
        before = tokens[number - 1] if number else token
        if token.word == "JOIN" and before.word != "LEFT":
            yield [(token.start, token.end, "LEFT JOIN")]
        elif token.word == "LEFT" and tokens[number + 1].word == "JOIN":
            yield [(token.start, token.end, "")]
        elif token.word == "LIMIT" or (token.text == "||" and tokens[number + 1].kind == "text"):
            yield [(token.start, tokens[number + 1].end, "")]


def _of_statements(tokens: Sequence[_Token]) -> Iterator[Sequence[Edit]]:
    """A statement is left out."""
    for number, token in enumerate(tokens):
        if number and tokens[number - 1].word not in _BEFORE_STATEMENT:
            continue
        assigned = tokens[number + 1].text == ":=" if number + 1 < len(tokens) else False
        if token.word in _STATEMENTS or assigned:
            end = _split(tokens, number, set(), {";"})[0][1]
            yield [(token.start, tokens[end].start, "NULL")]
