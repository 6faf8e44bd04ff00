import psycopg
import pytest
from psycopg import sql

from recuse.compiler.condition import (
    ALWAYS,
    NEVER,
    All,
    Any,
    Condition,
    Flag,
    Like,
    Null,
    Ordered,
    one_of,
)
from recuse.targets.postgres.condition_sql import condition_sql, condition_text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (ALWAYS, "true"),
        (NEVER, "false"),
        (Flag("a", True), '"a"'),
        (Flag("a", False), '(NOT "a")'),
        (Null("a", True), '("a" IS NULL)'),
        (Null("a", False), '("a" IS NOT NULL)'),
        (one_of('a"b', ["it's"]), "(\"a\"\"b\" = 'it''s'::text)"),
        (one_of("a", ["\\'"], False), "(\"a\" <> '\\'''::text)"),
        (one_of("a", ["b", "a"]), "(\"a\" = ANY (ARRAY['a'::text, 'b'::text]))"),
        (one_of("a", [-1, 2], False), "(\"a\" <> ALL (ARRAY['-1'::bigint, '2'::bigint]))"),
        (Ordered("a", ">=", -(2**63)), "(\"a\" >= '-9223372036854775808'::bigint)"),
        (Like("a", ("b%", ""), True), "(\"a\" ^@ 'b%'::text)"),
        (Like("a", ("b", ""), False), "(NOT (\"a\" ^@ 'b'::text))"),
        (Like("a", ("", "b!%_\\", ""), True), "(\"a\" LIKE '%b!!!%!_\\%'::text ESCAPE '!')"),
        (Like("a", ("a", "b"), False), "(\"a\" NOT LIKE 'a%b'::text ESCAPE '!')"),
        (
            All((Flag("a", True), Any((Flag("b", True), All((Flag("c", True), Flag("d", False))))))),
            '("a" AND ("b" OR ("c" AND (NOT "d"))))',
        ),
    ],
)
def test_text(condition: Condition, text: str) -> None:
    assert condition_text(condition) == text


def test_constants_are_typed_so_that_postgresql_never_casts_them(database: str) -> None:
    """An untyped constant would be read as the column's type; a typed one fails when the policy is made."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (u uuid, d date, n int, v varchar(5))")
        connection.execute("INSERT INTO t VALUES (NULL, NULL, 5, 'ab')")
        for column in ("u", "d", "n"):
            query = sql.SQL("SELECT FROM t WHERE {}").format(condition_sql(one_of(column, ["2019-07-12"])))
            with pytest.raises(psycopg.errors.UndefinedFunction):
                connection.execute(query)
        for condition in (
            one_of("n", [5, 6]),
            Ordered("n", "<", 2**62),
            one_of("v", ["ab"]),
            Like("v", ("a", ""), True),
        ):
            query = sql.SQL("SELECT FROM t WHERE {}").format(condition_sql(condition))
            assert connection.execute(query).rowcount == 1


def test_a_text_is_the_same_whatever_the_client_encoding(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (v text); INSERT INTO t VALUES ('é')")
        for encoding in ("utf8", "latin1"):
            connection.execute(sql.SQL("SET client_encoding = {}").format(encoding))
            query = sql.SQL("SELECT FROM t WHERE {}").format(condition_sql(one_of("v", ["é"])))
            assert connection.execute(query).rowcount == 1


def test_postgresql_keeps_the_text_as_a_row_policy(database: str) -> None:
    """The condition can be the USING of a policy, and what the catalog gives back means the same."""
    condition = All(
        (Any((Flag("b", False), Null("b", True))), one_of("v", ["a'b", "c\\"]), Like("v", ("", "'"), False))
    )
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (b boolean, v text)")
        connection.execute(sql.SQL("CREATE POLICY p ON t USING ({})").format(condition_sql(condition)))
        kept = connection.execute("SELECT pg_get_expr(polqual, polrelid) FROM pg_policy").fetchone()
        assert kept is not None
        connection.execute("INSERT INTO t VALUES (false, 'c\\'), (true, 'c\\'), (NULL, 'a''b'), (NULL, NULL)")
        for text in (kept[0], condition_text(condition)):
            found = connection.execute(sql.SQL("SELECT v FROM t WHERE {}").format(sql.SQL(text))).fetchall()
            assert [v for (v,) in found] == ["c\\", "a'b"]
