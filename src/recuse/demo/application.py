"""A small records application, as the department runs one: plain SQL over one login, and no word of `recuse`.

It knows what it needs: to find a person, book an arrest, correct contact information, write and delete draft notes, and
read the report. It must run unchanged before, during and after a directive is applied.
"""

from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.rows import class_row

from recuse.demo.statements import statement
from recuse.errors import InputError


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the search shows them."""

    person_id: int
    family_name: str
    given_name: str
    birth_date: date
    home_address: str
    phone: str


@dataclass(frozen=True, slots=True)
class Booking:
    """What the desk enters when somebody is brought in."""

    person_id: int
    arrested_at: datetime
    charge: str
    district: str
    facility: str


@dataclass(frozen=True, slots=True)
class Custody:
    """Where a person is held, and until when if that is known."""

    facility: str
    status: str
    release_at: datetime | None


def search_person(connection: psycopg.Connection, family_name: str, limit: int = 20) -> list[Person]:
    """The people of this family name, by given name."""
    with connection.cursor(row_factory=class_row(Person)) as cursor:
        cursor.execute(statement("application/search_person"), {"family_name": family_name, "limit": limit})
        return cursor.fetchall()


def book_arrest(connection: psycopg.Connection, booking: Booking) -> int:
    """Enter an arrest and the custody that follows it, in one transaction; gives the arrest's number."""
    values = {"person_id": booking.person_id, "arrested_at": booking.arrested_at, "charge": booking.charge,
              "district": booking.district, "facility": booking.facility}  # fmt: skip
    with connection.transaction():
        row = connection.execute(statement("application/book_arrest"), values).fetchone()
        if row is None:
            raise InputError(f"there is no person `{booking.person_id}`", "search for the person first")
        arrest_id = int(row[0])
        held = connection.execute(statement("application/hold"), values | {"arrest_id": arrest_id})
        if held.rowcount != 1:
            raise InputError(f"the custody of arrest `{arrest_id}` was not entered", "tell the records division")
    return arrest_id


def custody_of(connection: psycopg.Connection, arrest_id: int) -> Custody | None:
    """The custody that followed an arrest, if any did."""
    with connection.cursor(row_factory=class_row(Custody)) as cursor:
        return cursor.execute(statement("application/custody_of"), {"arrest_id": arrest_id}).fetchone()


def update_contact(connection: psycopg.Connection, person_id: int, home_address: str, phone: str) -> None:
    """Correct where a person lives and how they are called; InputError when there is no such person."""
    values = {"person_id": person_id, "home_address": home_address, "phone": phone}
    if connection.execute(statement("application/update_contact"), values).rowcount != 1:
        raise InputError(f"there is no person `{person_id}`", "search for the person first")


def add_note(connection: psycopg.Connection, incident_id: int, author: str, body: str) -> int:
    """Write a draft note on an incident; gives the note's number."""
    values = {"incident_id": incident_id, "author": author, "body": body}
    row = connection.execute(statement("application/add_note"), values).fetchone()
    if row is None:
        raise InputError(f"the note on incident `{incident_id}` was not kept", "tell the records division")
    return int(row[0])


def delete_draft(connection: psycopg.Connection, note_id: int) -> None:
    """Delete a note that is still a draft; InputError when it is none."""
    if connection.execute(statement("application/delete_draft"), {"note_id": note_id}).rowcount != 1:
        raise InputError(f"note `{note_id}` is no draft", "finished notes are kept")


def read_report(connection: psycopg.Connection) -> dict[str, int]:
    """Arrests by district, as the last night's report has them."""
    return {str(district): int(count) for district, count in connection.execute(statement("application/read_report"))}


def closed_rows(connection: psycopg.Connection) -> tuple[int, int]:
    """How many people are sealed and how many are juveniles: the records division keeps both."""
    row = connection.execute(statement("application/closed_rows")).fetchone()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))
