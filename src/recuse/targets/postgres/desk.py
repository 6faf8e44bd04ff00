"""The permits of one database, through the narrow functions alone.

Membership in `recuse_issuer` is all it takes to issue and revoke, in `recuse_worker` to revoke and to end sessions.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import psycopg

from recuse.enforcement.names import ISSUER, KEEPER, WORKER
from recuse.errors import MissingRightError, RefusedError, TargetError
from recuse.model import Effect, Permit
from recuse.targets.postgres.connect import Connection, first_line
from recuse.targets.postgres.effect import effect_of
from recuse.targets.postgres.queries import text
from recuse.targets.postgres.sever import PATIENCE_SECONDS
from recuse.targets.records import Severed

_POLL_SECONDS: Final = 0.01
_AS: Final = "connect as a member of {}"
_PERMITS: Final = "SELECT * FROM recuse.permits()"
_ISSUE: Final = "SELECT recuse.issue(%s, %s, %s, %s, %s, %s, %s, %s)"
_EITHER: Final = f"{ISSUER} or {WORKER}"
_ENDS: Final = "SELECT pg_catalog.has_function_privilege('recuse.sever(text)', 'EXECUTE')"
_LEFT: Final = "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE pid = ANY (%s)"


@dataclass(frozen=True, slots=True)
class PostgresDesk:
    """Issues, lists and revokes over one connection."""

    connection: Connection

    @property
    def login(self) -> str:
        """Who issues."""
        return str(self._value("SELECT session_user", by=_EITHER))

    def refusal(self, permit: Permit) -> str | None:
        """Why the policy applied to this database does not open it, in the database's words."""
        asked = (permit.login, permit.purpose, permit.authority, permit.agreement)
        said = self._value("SELECT recuse.issuable(%s, %s, %s, %s)", *asked, by=ISSUER)
        return None if said is None else str(said)

    def effect(self, permit: Permit) -> Effect:
        """All that the class which it would enter may do here. RefusedError where the policy applied opens nothing."""
        asked = (permit.login, permit.purpose, permit.authority, permit.agreement)
        role = self._value("SELECT recuse.class_of(%s, %s, %s, %s)", *asked, by=ISSUER)
        if role is None:
            raise RefusedError(
                "the policy applied opens nothing for this", "plan and apply the policy, or mend the request"
            )
        return effect_of(str(role), self._rows(text("catalog/effect"), role, by=ISSUER))

    def issue(self, permit: Permit) -> None:
        """Make the permit's row; RefusedError in the database's words when it will not."""
        row = (permit.id, permit.login, permit.purpose, permit.authority, permit.agreement, permit.case)
        try:
            self._value(_ISSUE, *row, permit.valid_until, permit.ledger_index, by=ISSUER)
        except psycopg.errors.InvalidParameterValue as error:
            raise RefusedError(f"the database refused: {first_line(error)}", "look at `recuse permit list`") from error

    def permits(self, system: str) -> tuple[Permit, ...]:
        """Every permit of the database."""
        rows = self._rows(_PERMITS, by=_EITHER)
        return tuple(_permit(system, row) for row in rows)

    def open_permits(self, system: str) -> tuple[Permit, ...]:
        """Those in force now, by the database's clock."""
        rows = self._rows(f"{_PERMITS} WHERE revoked_at IS NULL AND valid_until > pg_catalog.now()", by=_EITHER)
        return tuple(_permit(system, row) for row in rows)

    def revoke(self, permit_id: str) -> bool:
        """End a permit at once; whether there is one."""
        return bool(self._value("SELECT recuse.revoke(%s)", permit_id, by=_EITHER))

    def check_ending(self) -> None:
        """MissingRightError for who may not end sessions: nothing is to be revoked by halves."""
        if not self._value(_ENDS, by=WORKER):
            raise MissingRightError("the login may not end the sessions of a permit", _AS.format(WORKER))

    def sever(self, permit_id: str) -> Severed:
        """End every session of a revoked permit's login; `left` is not empty when some did not end in time."""
        start = time.monotonic()
        pids = cast("list[int]", self._value("SELECT recuse.sever(%s)", permit_id, by=WORKER) or [])
        while self._value(_LEFT, pids, by=WORKER):
            if time.monotonic() - start > PATIENCE_SECONDS:
                return Severed(len(pids), time.monotonic() - start, tuple(str(pid) for pid in pids))
            time.sleep(_POLL_SECONDS)
        return Severed(len(pids), time.monotonic() - start, ())

    def new_key(self, login: str) -> bytes:
        """Make and give a gateway's next key. MissingRightError for all but members of recuse_owner."""
        try:
            return bytes(cast("bytes", self._value("SELECT recuse.new_key(%s)", login, by=KEEPER)))
        except psycopg.errors.InvalidParameterValue as error:
            raise TargetError(
                f"no key was made: {first_line(error)}", 'write `use = "gateway"` in accounts.toml, plan and apply'
            ) from error

    def _value(self, statement: str, *values: object, by: str) -> object:
        (row,) = self._rows(statement, *values, by=by)
        return row[0]

    def _rows(self, statement: str, *values: object, by: str) -> list[tuple[Any, ...]]:
        try:
            return self.connection.execute(statement.encode(), values).fetchall()
        except psycopg.errors.InsufficientPrivilege as error:
            raise MissingRightError(f"the database refused: {first_line(error)}", _AS.format(by)) from error
        except (psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedFunction) as error:
            raise TargetError(
                "no policy is applied to this database", "run `recuse plan` and `recuse apply`"
            ) from error


def _permit(system: str, row: tuple[Any, ...]) -> Permit:
    name, login, purpose, authority, agreement, case, start, until, index, revoked_at, used = row
    return Permit(
        id=name, system=system, login=login, purpose=purpose, authority=authority, agreement=agreement or None,
        case=case or None, valid_from=_moment(start), valid_until=_moment(until), ledger_index=index,
        revoked_at=revoked_at, used=used,
    )  # fmt: skip


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TargetError("a permit has no time that can be read", "look at recuse.permit")
    return value
