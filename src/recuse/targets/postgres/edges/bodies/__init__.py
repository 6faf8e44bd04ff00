"""Traces the body of a function by the names in it: what it reads, writes, calls and tells. No database here.

A body is read by PostgreSQL's own grammar, PL/pgSQL by its own too. What is not understood makes a body *unknown*, and
an unknown body counts as reading whatever the role can read that it runs as.
"""

from recuse.targets.postgres.edges.bodies.changes import statement_uses
from recuse.targets.postgres.edges.bodies.plpgsql import plpgsql_body
from recuse.targets.postgres.edges.bodies.sql import atomic_body, rule_uses, sql_body
from recuse.targets.postgres.edges.bodies.statement import STAYS
from recuse.targets.postgres.edges.bodies.uses import WHOLE, Body, Change, Name, Uses, union

__all__ = [
    "STAYS",
    "WHOLE",
    "Body",
    "Change",
    "Name",
    "Uses",
    "atomic_body",
    "plpgsql_body",
    "rule_uses",
    "sql_body",
    "statement_uses",
    "union",
]
