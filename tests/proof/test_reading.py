"""Conditions read back from text: ours and the server's words mean the same, and what PostgreSQL does with them."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Final

import psycopg
import pytest
import z3
from psycopg import sql

from recuse.compiler.proof.prover import unread
from recuse.compiler.proof.space import Space, encode
from recuse.compiler.proof.values import Day, Moment, Value
from recuse.compiler.proof.written import Ask, Not, Unread, Written, answer, leaves
from recuse.model import DAY
from recuse.targets.postgres.condition_sql import condition_text
from recuse.targets.postgres.connect import fix_words
from recuse.targets.postgres.reading.expression import read_condition
from tests.conformance.test_conformance import COMPILED, condition
from tests.conformance.world import ASKING, CREATE, Row, fill, random_rows
from tests.proof.small import TABLE_MAP, prover, read, rules_of

TRUTHS: Final = (True, False, None)
BY_OTHERS: Final = (
    "(district = ANY ('{a,\"b c\",NULL}'::text[]))",
    "(\"Note\" IN ('a', NULL))",
    "(grade BETWEEN 1 AND 5)",
    "(is_sealed = true)",
    "('a'::text = district)",
    "(district ~~ 'a\\%b%'::text)",
    "CASE grade WHEN 1 THEN true ELSE false END",
    '((is_sealed AND ("vi""p")) IS UNKNOWN)',
    "(\"Note\" IS NOT DISTINCT FROM 'a'::text)",
)
NOT_UNDERSTOOD: Final = {
    "(grade > 5.5)": "no int8",
    "(district ~~* 'a%'::text)": "~~*",
    "(length(district) > 5)": "FuncCall",
    "(district < alias)": "ColumnRef in the place of a constant",
    "EXISTS (SELECT 1)": "subLinkType",
    "(CURRENT_USER = district)": "constant",
    "(district = current_setting('x'))": "constant",
    "(SELECT recuse.other()) IS NOT NULL": "recuse.other",
    "(SELECT recuse.gate('x'::name) FROM r) IS NOT NULL": "fromClause",
    "(district = 'a'::character varying(1))": "typmods",
    "(district OPERATOR(public.=) 'a'::text)": "not PostgreSQL's own",
    "is_sealed) OR (true": "not SQL",
    "true, false": "more than one",
    "true; DROP TABLE r": "more than one",
    "true FROM r": "fromClause",
    "(is_sealed": "not SQL",
    "(due = '2020-01-01 00:00:00'::timestamptz)": "zone",
}  # fmt: skip


@pytest.fixture
def words(database: str) -> Iterator[psycopg.Connection]:
    """A connection on which the hostile table is, whose server writes conditions as it does for us."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(CREATE)
        connection.execute("SET search_path = pg_catalog, public, pg_temp")
        fix_words(connection)
        yield connection


def in_its_words(connection: psycopg.Connection, texts: list[str]) -> dict[str, str]:
    """Conditions as the server writes them in a row policy."""
    for number, text in enumerate(texts):
        made = sql.SQL("CREATE POLICY {} ON public.r USING ({})").format(
            sql.Identifier(str(number)),
            sql.SQL(text),
        )
        connection.execute(made)
    found = connection.execute("SELECT polname, pg_catalog.pg_get_expr(polqual, polrelid) FROM pg_catalog.pg_policy")
    return {texts[int(name)]: str(written) for name, written in found}


def test_the_servers_words_mean_what_ours_do(words: psycopg.Connection) -> None:
    texts = sorted({condition_text(condition(name, ASKING[0])) for name in COMPILED} | set(BY_OTHERS))
    proving = prover(rules_of("permit (principal, action, resource);"))
    differing = 0
    for text, written in in_its_words(words, texts).items():
        one, other = read_condition(text), read_condition(written)
        assert unread(one) is None, (text, unread(one))
        assert unread(other) is None, (written, unread(other))
        assert proving.beyond(TABLE_MAP, one, other) is None, (text, written)
        assert proving.beyond(TABLE_MAP, other, one) is None, (text, written)
        differing += text != written
    assert differing >= 10, "the server's words are ours: nothing was told"


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_what_is_not_understood_is_named(text: str) -> None:
    found = read_condition(text)
    assert isinstance(found, Unread)
    assert NOT_UNDERSTOOD[text] in found.why


def test_a_condition_within_another_is_not_skipped() -> None:
    found = read_condition("(is_sealed OR (length(district) > 5))")
    assert isinstance(found, Unread)


OPERATORS: Final = (
    "(NOT {0})", "({0} AND {1})", "({0} OR {1})", "({0} IS NULL)", "({0} IS NOT NULL)", "({0} IS TRUE)",
    "({0} IS NOT TRUE)", "({0} IS FALSE)", "({0} IS NOT FALSE)", "({0} IS UNKNOWN)", "({0} IS NOT UNKNOWN)",
    "COALESCE({0}, {1})", "CASE WHEN {0} THEN {1} ELSE {2} END", "CASE WHEN {0} THEN {1} END",
    "CASE WHEN {0} THEN {1} WHEN {2} THEN {0} ELSE {2} END",
)  # fmt: skip


def expressions(random: Random) -> Iterator[str]:
    """Every operator on its own, and nested at random."""
    for operator in OPERATORS:
        yield operator.format("a", "b", "c")
    for _ in range(60):
        inner = [random.choice(OPERATORS).format(*random.choices(("a", "b", "c", "true", "NULL::boolean"), k=3))
                 for _ in range(3)]  # fmt: skip
        yield random.choice(OPERATORS).format(*inner)


def test_three_valued_logic_is_postgresqls(database: str) -> None:
    """Over all combinations of TRUE, FALSE and NULL, each condition is TRUE, FALSE or NULL where PostgreSQL says so."""
    space = Space(dict.fromkeys("abc", TRUTHS))
    rows = list(product(TRUTHS, repeat=3))
    seen = set()
    with psycopg.connect(database) as connection:
        for text in expressions(Random(3)):  # noqa: S311
            three = encode(read_condition(text), space)
            for row in rows:
                chosen = [(space._column(n), z3.BitVecVal(TRUTHS.index(v), 3)) for n, v in zip("abc", row, strict=True)]
                true, null = (z3.is_true(z3.simplify(z3.substitute(f, *chosen))) for f in (three.true, three.null))
                query = sql.SQL("SELECT {} FROM (VALUES ({}::boolean, {}::boolean, {}::boolean)) AS t (a, b, c)")
                (expected,) = connection.execute(query.format(sql.SQL(text), *map(sql.Literal, row))).fetchone() or (
                    "nothing",
                )
                assert (None if null else true) == expected, (text, row)
                seen.add(expected)
    assert seen == {True, False, None}


def test_answers_about_values_are_postgresqls(database: str) -> None:
    """Every question that the shapes ask, on hostile rows: what `answer` says is what the server says."""
    texts = sorted({condition_text(condition(name, ASKING[0])) for name in COMPILED})
    single = [text for text in texts if len(list(leaves(read_condition(text)))) == 1]
    assert len(single) >= 40
    rows = random_rows(Random(5), 60)  # noqa: S311
    with psycopg.connect(database) as connection:
        fill(connection, rows)
        for text in single:
            written = read_condition(text)
            found = connection.execute(sql.SQL("SELECT id, {} FROM r").format(sql.SQL(text))).fetchall()
            for index, expected in found:
                assert evaluated(written, rows[index]) == expected, (text, rows[index])


def evaluated(written: Written, row: Row) -> bool | None:
    """A condition of one question, perhaps negated, on a row of the conformance world."""
    match written:
        case Not(part):
            inner = evaluated(part, row)
            return None if inner is None else not inner
        case Ask(column, _, test):
            return answer(test, in_proofs(column, row[column]))
        case _:
            raise AssertionError(written)


def in_proofs(column: str, value: object) -> Value:
    """A value of the conformance world as proofs have it: whole milliseconds become microseconds."""
    kind = next(a.type for a in TABLE_MAP.attributes.values() if a.column == column)
    match kind, value:
        case (_, None):
            return None
        case ("datetime", float()):
            return Moment(value)
        case ("datetime", int()):
            return Moment(value * 1000 + (0, 1, 999)[value % 3])
        case ("date", float()):
            return Day(value)
        case ("date", int()):
            return Day(value // DAY)
        case _:
            return value  # type: ignore[return-value]


def test_ours_is_read_as_one_tree() -> None:
    assert read(condition(COMPILED[0], ASKING[0])) == read(condition(COMPILED[0], ASKING[0]))
