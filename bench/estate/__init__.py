"""A large synthetic database: tables, roles, views and functions in any number, the same for the same numbers.

Everything that gives access is in it, in known shares (each file of SQL says which): memberships in trees and chains,
some without INHERIT; grants on tables and columns, to PUBLIC and as defaults; row security; views that ask their owner,
their caller or another view; functions that run as their owner.
"""

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

from bench.sql import statement
from recuse.targets.postgres.throwaway import Server

DATABASE: Final = "estate"
_STEPS: Final = ("roles", "tables", "grants", "rows", "views", "functions")


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each."""

    tables: int
    roles: int
    views: int
    functions: int

    def __str__(self) -> str:
        return f"{self.tables:,} tables × {self.roles:,} roles × {self.views:,} views × {self.functions:,} functions"


def build(server: Server, size: Size) -> str:
    """Make it on a server that has nothing of the kind yet; returns its superuser's connection string."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(statement("world/sql/database").format(sql.Identifier(DATABASE)))
    numbers = {
        "tables": sql.Literal(size.tables), "roles": sql.Literal(size.roles),
        "views": sql.Literal(size.views), "functions": sql.Literal(size.functions),
    }  # fmt: skip
    with psycopg.connect(server.dsn(DATABASE), autocommit=True) as connection:
        connection.execute("SELECT setseed(0.2026)")
        for step in _STEPS:
            connection.execute(statement(f"estate/{step}").format(**numbers))
        connection.execute("ANALYZE")
    return server.dsn(DATABASE)
