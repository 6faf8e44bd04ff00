"""Saved searches in the state that servers share: `Searches` on PostgreSQL, for the threads of one process in turn."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, cast

import psycopg

from recuse.errors import InputError
from recuse.server.identity.acts import Person
from recuse.server.identity.kept import Kept
from recuse.server.identity.roles import Role
from recuse.server.searches import LONGEST_ADDRESS, LONGEST_NAME, MOST, Saved, Wanted

_SEEN: Final = """
SELECT id, issuer, subject, saver, at, name, address, role FROM recuse_state.search
WHERE (issuer = %(issuer)s AND subject = %(subject)s) OR role = ANY (%(roles)s) ORDER BY lower(name), name, id
"""
_ALONE: Final = "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(%s, 6))"
_COUNT: Final = "SELECT count(*) FROM recuse_state.search WHERE issuer = %s AND subject = %s"
_SAVE: Final = """
INSERT INTO recuse_state.search (issuer, subject, saver, name, address, role, at)
VALUES (%(issuer)s, %(subject)s, %(saver)s, %(name)s, %(address)s, %(role)s, %(at)s) RETURNING id
"""
_CHANGE: Final = """
UPDATE recuse_state.search SET name = %(name)s, role = %(role)s
WHERE id = %(id)s AND issuer = %(issuer)s AND subject = %(subject)s
"""
_DELETE: Final = "DELETE FROM recuse_state.search WHERE id = %s AND issuer = %s AND subject = %s"
_REFUSED: Final[Mapping[str, tuple[str, str]]] = {
    "search_once": ("you keep a search of this name already", "give this one another name"),
    "search_name": (f"a name has 1 to {LONGEST_NAME} characters", "give it another name"),
    "search_address": (f"an address has at most {LONGEST_ADDRESS} characters", "look for less"),
}

_OTHERWISE: Final = ("this search cannot be kept", "look at what it says")


class StateSearches:
    """`Searches` over the connection of `kept`, which is made anew after it was lost."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def seen_by(self, person: Person, roles: Iterable[Role]) -> tuple[Saved, ...]:
        """A person's own, and what others keep for one of these roles; by name."""
        return tuple(map(_saved, self._kept.rows(_SEEN, {**_of(person), "roles": [*roles]})))

    def save(self, person: Person, saver: str, wanted: Wanted, at: datetime) -> int:
        """Keep one more; one person's are counted one at a time."""
        values = {**_of(person), **_said(wanted), "address": wanted.address, "saver": saver, "at": at}
        with self._kept.together() as connection, _refused():
            connection.execute(_ALONE, (f"{person.issuer}\n{person.subject}",))
            ((count,),) = connection.execute(_COUNT, (person.issuer, person.subject)).fetchall()
            if count >= MOST:
                raise InputError(f"you keep {MOST} searches already, the most there may be", "delete one first")
            ((number,),) = connection.execute(_SAVE, values).fetchall()
        return int(number)

    def change(self, person: Person, number: int, wanted: Wanted) -> bool:
        """Another name and other readers, for one of a person's own."""
        with self._kept.together() as connection, _refused():
            return connection.execute(_CHANGE, {**_of(person), **_said(wanted), "id": number}).rowcount > 0

    def delete(self, person: Person, number: int) -> bool:
        """Take away one of a person's own."""
        with self._kept.together() as connection:
            return connection.execute(_DELETE, (number, person.issuer, person.subject)).rowcount > 0


@contextmanager
def _refused() -> Iterator[None]:
    """What the table refuses inside, as an InputError."""
    try:
        yield
    except psycopg.errors.IntegrityError as error:
        raise InputError(
            *_REFUSED.get(error.diag.constraint_name or "", ("it cannot be kept", "look again"))
        ) from error


def _of(person: Person) -> dict[str, object]:
    return {"issuer": person.issuer, "subject": person.subject}


def _said(wanted: Wanted) -> dict[str, object]:
    return {"name": wanted.name, "role": wanted.role}


def _saved(row: tuple[Any, ...]) -> Saved:
    number, issuer, subject, saver, at, name, address, role = row
    return Saved(number, Person(issuer, subject), saver, at, Wanted(name, address, cast("Role | None", role)))
