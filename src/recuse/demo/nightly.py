"""The nightly job: ends custodies whose time has come, fills the public map, and refreshes the report.

It writes by one login that is no owner of any table, and must run unchanged before, during and after a directive.
"""

from dataclasses import dataclass
from datetime import date

import psycopg

from recuse.demo.statements import statement


@dataclass(frozen=True, slots=True)
class Night:
    """What one run did: custodies ended, map rows written, and the rows of the refreshed report."""

    released: int
    mapped: int
    reported: int


def run(dsn: str, night: date) -> Night:
    """Do the work of `night` in one transaction; running it again for the same night changes nothing more."""
    values = {"night": night}
    with psycopg.connect(dsn) as connection:
        released = connection.execute(statement("nightly/release"), values).rowcount
        connection.execute(statement("nightly/clear_map"), values)
        mapped = connection.execute(statement("nightly/fill_map"), values).rowcount
        connection.execute(statement("nightly/refresh_report"))
        row = connection.execute(statement("nightly/report_size")).fetchone()
    return Night(released, mapped, 0 if row is None else int(row[0]))
