"""Tries with the credentials of real logins, where the connection may not become them: a connection for each.

Passwords never pass through here: libpq finds them in PGPASSFILE, or in the entry of the connection service file that
is named for a login. What the attempts are compared with is read by a login that row security does not bind. A permit
would have to be issued for good to be tried so, and what takes one is told and not tried. A superuser's connection
becomes whom no credentials were given for, and tries permits as it always does.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from psycopg import conninfo

from recuse.errors import MissingRightError, TargetError
from recuse.targets.postgres.connect import Connection, connect
from recuse.targets.postgres.probe import Prober, limited
from recuse.targets.records import AskedColumn, Sample, Tried

_WHO: Final = (
    "SELECT session_user::text, d.oid::text || ' ' || pg_catalog.pg_postmaster_start_time()::text, "
    "r.rolsuper OR r.rolbypassrls, r.rolsuper FROM pg_catalog.pg_database d, pg_catalog.pg_roles r "
    "WHERE d.datname = pg_catalog.current_database() AND r.rolname = session_user"
)
_HERE: Final = ("host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert", "options")


@dataclass(slots=True)
class CredentialProber:
    """Attempts over one connection a login, each in a transaction that is rolled back; open it with `trying`."""

    whole: Prober
    logins: Mapping[str, Prober]
    becoming: Prober | None
    _now: Prober

    def untried(self, login: str, *, permit: bool) -> str | None:
        """Why nothing is tried as this login, or nothing that takes a permit."""
        if self.becoming is not None:
            return None
        if login not in self.logins:
            return "no credentials were given for it"
        return "a permit would have to be issued for what it may declare" if permit else None

    def sample(self, table: str, key: Sequence[str], asked: Sequence[AskedColumn]) -> tuple[Sample, ...]:
        """Rows for every combination of what is asked about columns, as the login that sees all of them."""
        return self.whole.sample(table, key, asked)

    def read(self, table: str, key: Sequence[str], columns: Sequence[str], samples: Sequence[Sample]) -> Tried:
        """Which of the sampled rows the login reads in these columns."""
        return self._now.read(table, key, columns, samples)

    def change(self, table: str, key: Sequence[str], column: str, samples: Sequence[Sample]) -> Tried:
        """Which of the sampled rows the login could update in this column; none is."""
        return self._now.change(table, key, column, samples)

    @contextmanager
    def entering(self, role: str) -> Iterator[bool]:
        """Be in a role without a permit; gives whether the login may enter it."""
        with self._now.entering(role) as entered:
            yield entered

    def sees(self, relation: str) -> Tried:
        """Which rows (at most one) of a table or view the login sees."""
        return self._now.sees(relation)

    @contextmanager
    def acting_as(self, login: str, permit: Mapping[str, str] | None = None) -> Iterator[str | None]:
        """Use this login's connection; with `permit`, which is not there, declare it, and give the refusal."""
        if self.becoming is not None and (permit is not None or login not in self.logins):
            self._now = self.becoming
            acting = self._now.acting_as(login, permit)
        else:
            self._now = self.logins[login]
            acting = self._now.declaring(permit)
        with acting as refusal:
            yield refusal


@contextmanager
def trying(connection: Connection, given: Mapping[str, str | None]) -> Iterator[CredentialProber]:
    """Attempts as the logins given, each with the service entry that names its credentials, or None.

    Raises UnreachableError when one does not get in, TargetError when it is another login or server, MissingRightError
    when nobody of them sees every row.
    """
    _, here, sees_all, superuser = _who(connection)
    with ExitStack() as stack:
        own = stack.enter_context(limited(connection))
        probers: dict[str, Prober] = {}
        whole = [own] if sees_all else []
        for login, service in sorted(given.items()):
            opened = stack.enter_context(connect(_dsn(connection, login, service)))
            name, place, unbound, _ = _who(opened)
            if (name, place) != (login, here):
                where = f"the entry `{service}` of the service file" if service else "the connection"
                raise TargetError(
                    f"{where} for `{login}` leads to `{name}`" + ("" if place == here else " of another database"),
                    "name a service entry of the same server and database, with that user",
                )
            probers[login] = stack.enter_context(limited(opened))
            whole += [probers[login]] if unbound else []
        if not whole:
            raise MissingRightError(
                "no login was given that sees every row, with which to compare what the others see",
                "give one with BYPASSRLS too, such as the backup's",
            )
        yield CredentialProber(whole[0], probers, own if superuser else None, whole[0])


def _who(connection: Connection) -> tuple[str, str, bool, bool]:
    """Which login this is, which database of which running server, whether it sees every row, and is a superuser."""
    row = connection.execute(_WHO).fetchone()
    if row is None:
        raise TargetError("the server said nothing about itself")
    return str(row[0]), str(row[1]), bool(row[2]), bool(row[3])


def _dsn(connection: Connection, login: str, service: str | None) -> str:
    """Where to connect as a login: its service entry, or here, without anything secret of the present connection."""
    if service is not None:
        return conninfo.make_conninfo("", service=service)
    here = connection.info.get_parameters()
    return conninfo.make_conninfo("", user=login, **{key: here[key] for key in _HERE if here.get(key)})
