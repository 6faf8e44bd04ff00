"""Sessions of people at the console: rows of the state, found by the hash of a random token, never changed back.

A session ends by time (without use, and in all), by logout, by another login in the same browser, by the fifth login
after it, by an administrator, or because people.toml does not give the same roles any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from recuse.server.identity.acts import Person, Visitor
from recuse.server.identity.asking import hashed, random_text
from recuse.server.identity.claims import Claims
from recuse.server.identity.forms import form_token
from recuse.server.identity.kept import Kept
from recuse.server.identity.people import Held, Limits
from recuse.server.identity.token import Vouched

MOST: Final = 5
"""Sessions of one person at one time: a sixth login ends the oldest."""

_COLUMNS: Final = "id, issuer, subject, name, agency, roles, claims, ori, acr, auth_time"
_FIND: Final = f"""
UPDATE recuse_state.session SET seen = CASE WHEN %(used)s THEN %(at)s ELSE seen END
WHERE token = %(token)s AND ended IS NULL AND seen + idle > %(at)s AND until > %(at)s
RETURNING {_COLUMNS}"""  # noqa: S608 - both parts stand here
_BEGIN: Final = """
INSERT INTO recuse_state.session
  (token, issuer, subject, name, agency, roles, claims, ori, acr, auth_time, begun, seen, idle, until)
VALUES (%(token)s, %(issuer)s, %(subject)s, %(name)s, %(agency)s, %(roles)s, %(claims)s, %(ori)s, %(acr)s,
  %(auth_time)s, %(at)s, %(at)s, %(idle)s, %(until)s)
RETURNING id"""
_END: Final = """
UPDATE recuse_state.session SET ended = %(at)s, why = %(why)s, name = '', claims = '{}'
WHERE ended IS NULL AND """
_BY_TOKEN: Final = f"{_END} token = %(token)s RETURNING id"
_BY_ID: Final = f"{_END} id = %(id)s RETURNING id"
_BY_PERSON: Final = f"{_END} issuer = %(issuer)s AND subject = %(subject)s RETURNING id"
_TOO_MANY: Final = f"""{_END} id IN (
  SELECT id FROM recuse_state.session WHERE ended IS NULL AND issuer = %(issuer)s AND subject = %(subject)s
  ORDER BY begun DESC, id DESC OFFSET %(most)s) RETURNING id"""  # noqa: S608 - both parts stand here
_TIMED_OUT: Final = f"{_END} (seen + idle <= %(at)s OR until <= %(at)s) RETURNING id"
_LISTED: Final = """
SELECT id, issuer, subject, name, agency, roles, begun, seen, ended, why FROM recuse_state.session
WHERE (%(issuer)s::text IS NULL OR issuer = %(issuer)s AND subject = %(subject)s)
  AND (ended IS NULL OR ended > %(at)s - interval '30 days')
ORDER BY ended IS NOT NULL, begun DESC LIMIT 500"""


@dataclass(frozen=True, slots=True)
class Found:
    """A live session: who it is, and the claims that its roles rest on."""

    visitor: Visitor
    claims: Claims


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as an administrator, or the person themselves, is shown it."""

    id: int
    person: Person
    name: str
    agency: str
    roles: tuple[str, ...]
    begun: datetime
    seen: datetime
    ended: datetime | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who is let in: as whom, with which roles, on whose word; `name`, `ori` and `claims` are what is kept."""

    person: Person
    held: Held
    vouched: Vouched
    name: str
    ori: str | None
    claims: Claims


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has begun: its token (the only copy), its number, and the numbers of those that ended for it."""

    token: str = field(repr=False)
    session: int
    replaced: tuple[int, ...]
    crowded: tuple[int, ...]


def begin(kept: Kept, arrival: Arrival, limits: Limits, presented: str | None, at: datetime) -> Begun:
    """Begin a session; the one that this browser presented ends, and the oldest where there are too many."""
    token = random_text()
    with kept.together() as connection:
        connection.execute(_TIMED_OUT.encode(), {"at": at, "why": "time"})
        gone = {"at": at, "why": "another login", "token": hashed(presented or "")}
        replaced = connection.execute(_BY_TOKEN.encode(), gone).fetchall()
        values = _values(arrival, limits, at) | {"token": hashed(token)}
        ((session,),) = connection.execute(_BEGIN.encode(), values).fetchall()
        crowd = {"at": at, "why": "too many", "most": MOST, **_whose(arrival.person)}
        crowded = connection.execute(_TOO_MANY.encode(), crowd).fetchall()
    return Begun(token, session, tuple(each for (each,) in replaced), tuple(each for (each,) in crowded))


def find(kept: Kept, token: str, at: datetime, *, used: bool = True) -> Found | None:
    """The live session of a token, and that it was used now; None for any other."""
    rows = kept.rows(_FIND, {"token": hashed(token), "at": at, "used": used})
    return _found(rows[0], token) if rows else None


def end(kept: Kept, session: int, why: str, at: datetime) -> bool:
    """End one session; whether it was live."""
    return bool(kept.rows(_BY_ID, {"id": session, "why": why, "at": at}))


def end_all(kept: Kept, person: Person, why: str, at: datetime) -> int:
    """End all sessions of a person; how many there were."""
    return len(kept.rows(_BY_PERSON, {"why": why, "at": at, **_whose(person)}))


def listed(kept: Kept, person: Person | None, at: datetime) -> tuple[Listed, ...]:
    """Sessions of one person, or of all: the live ones, and those that ended in the last 30 days."""
    kept.rows(_TIMED_OUT, {"at": at, "why": "time"})
    whose = _whose(person) if person else {"issuer": None, "subject": None}
    return tuple(map(_listed, kept.rows(_LISTED, {"at": at, **whose})))


def _whose(person: Person) -> dict[str, str]:
    return {"issuer": person.issuer, "subject": person.subject}


def _values(arrival: Arrival, limits: Limits, at: datetime) -> dict[str, Any]:
    held, vouched = arrival.held, arrival.vouched
    return {
        **_whose(arrival.person), "name": arrival.name, "agency": held.agency, "roles": sorted(held.roles),
        "claims": Jsonb(arrival.claims), "ori": arrival.ori, "acr": vouched.acr, "auth_time": vouched.auth_time,
        "at": at, "idle": limits.idle_for(held.roles), "until": at + limits.lasting,
    }  # fmt: skip


def _found(row: Iterable[Any], token: str) -> Found:
    session, issuer, subject, name, agency, roles, claims, ori, acr, auth_time = row
    visitor = Visitor(
        issuer, subject, name, frozenset(roles), agency, acr, auth_time, session, ori, form_token(token)
    )  # fmt: skip
    return Found(visitor, claims)


def _listed(row: Iterable[Any]) -> Listed:
    session, issuer, subject, name, agency, roles, begun, seen, ended, why = row
    return Listed(session, Person(issuer, subject), name, agency, tuple(roles), begun, seen, ended, why)
