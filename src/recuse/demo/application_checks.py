"""The application's own checks: what its users would notice first if something were refused, or silently missing.

Each takes the application's connection string, does one thing a user does, and raises when it does not come out right.
A row that is no longer found counts as much as a statement that is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import psycopg

from recuse import clock
from recuse.demo import application
from recuse.demo.statements import statement
from recuse.errors import RecuseError, TargetError

Check = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that did not come out right, and what it met."""

    check: str
    error: str
    refused: bool


def finds_a_person(dsn: str) -> None:
    """The search finds whom it found before."""
    with psycopg.connect(dsn) as connection:
        person = _anybody(connection)
        found = application.search_person(connection, person.family_name, limit=1000)
        _expect(person in found, f"person `{person.person_id}` is not found by name")


def books_an_arrest(dsn: str) -> None:
    """A booking is kept, and its custody is seen by the next connection."""
    with psycopg.connect(dsn) as connection:
        person = _anybody(connection)
        booking = application.Booking(person.person_id, clock.now(), "trespass", "D01", "district")
        arrest_id = application.book_arrest(connection, booking)
    with psycopg.connect(dsn) as connection:
        custody = application.custody_of(connection, arrest_id)
        _expect(custody is not None and custody.status == "held", f"arrest `{arrest_id}` has no custody")


def updates_contact_information(dsn: str) -> None:
    """A new address is read back."""
    with psycopg.connect(dsn) as connection:
        person = _anybody(connection)
        address = f"{clock.random_name(6)} Example Street"
        application.update_contact(connection, person.person_id, address, person.phone)
        found = application.search_person(connection, person.family_name, limit=1000)
        _expect(any(p.home_address == address for p in found), f"the address of `{person.person_id}` is as it was")


def deletes_a_draft_note(dsn: str) -> None:
    """A draft is written and deleted; deleting it once more says that it is gone."""
    with psycopg.connect(dsn) as connection:
        note_id = application.add_note(connection, 1, "records_clerk_01", "Synthetic draft")
        application.delete_draft(connection, note_id)
        try:
            application.delete_draft(connection, note_id)
        except RecuseError:
            return
        raise TargetError(f"note `{note_id}` was deleted twice")


def reads_the_report(dsn: str) -> None:
    """The report has every district."""
    with psycopg.connect(dsn) as connection:
        report = application.read_report(connection)
        _expect(len(report) == 22 and min(report.values()) > 0, f"the report has `{len(report)}` districts, not 22")


def keeps_closed_rows(dsn: str) -> None:
    """The records division still sees sealed people and juveniles: nothing went missing without an error."""
    with psycopg.connect(dsn) as connection:
        sealed, juvenile = application.closed_rows(connection)
        _expect(sealed > 0 and juvenile > 0, f"`{sealed}` sealed people and `{juvenile}` juveniles are left")


CHECKS: Final[tuple[Check, ...]] = (
    finds_a_person,
    books_an_arrest,
    updates_contact_information,
    deletes_a_draft_note,
    reads_the_report,
    keeps_closed_rows,
)


def failures(dsn: str) -> tuple[Failure, ...]:
    """Run every check; what failed, `refused` where PostgreSQL refused the privilege, the row or the connection."""
    failed = []
    for check in CHECKS:
        try:
            check(dsn)
        except (psycopg.Error, RecuseError) as error:
            failed.append(Failure(check.__name__, str(error).strip(), _refused(error)))
    return tuple(failed)


def _refused(error: psycopg.Error | RecuseError) -> bool:
    """Whether PostgreSQL said no, or ended or did not take the connection (which has no code when it is not taken)."""
    if not isinstance(error, psycopg.Error):
        return False
    code = error.sqlstate
    return code is None or code in ("42501", "57P01") or code.startswith("28")


def _anybody(connection: psycopg.Connection) -> application.Person:
    row = connection.execute(statement("application/first_family")).fetchone()
    found = application.search_person(connection, row[0], limit=1) if row and row[0] else []
    _expect(bool(found), "the search finds nobody at all")
    return found[0]


def _expect(holds: bool, sentence: str) -> None:
    if not holds:
        raise TargetError(sentence, "compare with the check's result before the last change")
