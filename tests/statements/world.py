"""The hostile world, enforced by the product's own way, with all that an account may neither learn nor change in it."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from recuse import clock
from recuse.directive.in_force import Moment
from recuse.operations import record
from recuse.operations.apply import AppliedSystem, apply_repository
from recuse.operations.document import plan_document
from recuse.operations.plan import Planned, plan_system
from recuse.operations.signing import Answer, confirm_directive, sign_acceptance, sign_directive
from recuse.operations.verify import Verified, verify_repository
from recuse.operations.workspace import Workspace, open_workspace
from recuse.targets.postgres.throwaway import Server, throwaway
from recuse.targets.target import target_for
from tests.conftest import binaries_of
from tests.place import Place
from tests.remembering import remembering

HERE: Final = Path(__file__).parent
DATABASE: Final = "lab"
OFFICIALS: Final = ("director", "confirmer")
# Which rows of a table the policy denies to the desk, and which of its columns. Written down by hand: `verify` compares
# the same database with Cedar. A partitioned table has no rows of its own.
DENIED_ROWS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ward", "person", "holder", "visit", "note", "loan", "claim", "booking"), "hidden"),
    **dict.fromkeys(("event_a", "event_b", "event_c1", "asset", "vehicle", "vessel"), "hidden"),
    "undecided": "(grade < 5 AND cleared) IS NOT TRUE",
    "letter": "true",
    "closed": "true",
}
DENIED_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = dict.fromkeys(
    ("person", "asset", "vehicle", "vessel"), ("remark",)
)
TAKES_IN: Final = frozenset({"letter"})  # whoever may put in a row that it may not see has changed no other
_PLAIN: Final = 5  # a shorter text, such as `true` or `1`, tells nothing by standing in an answer


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the world: where it lies and who wrote it, all of it, and the values of its denied columns."""

    table: str
    key: str
    denied: bool
    place: str
    text: str
    closed: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything in the world at one moment."""

    rows: tuple[Row, ...]
    drawn: tuple[int, ...]

    def changed_by(self, after: "State") -> list[str]:
        """Where a denied row is not as it was, byte for byte and in its place, or a denied column is not."""
        found = []
        for table in DENIED_ROWS:
            old, new = self._denied(table), after._denied(table)
            if (old - new) or (new - old and table not in TAKES_IN):
                found.append(table)
        closed = {(row.table, row.key): row.closed for row in after.rows}
        found += [f"{r.table}.{r.key}" for r in self.rows if closed.get((r.table, r.key), r.closed) != r.closed]
        return found

    def _denied(self, table: str) -> frozenset[Row]:
        return frozenset(row for row in self.rows if row.table == table and row.denied)


@dataclass(frozen=True, slots=True)
class Lab(Place):
    """A running server with the world in it, and the policy repository that governs it."""

    server: Server
    folder: Path
    admin: psycopg.Connection[tuple[Any, ...]]
    database: str = DATABASE

    def dsn(self, login: str | None = None) -> str:
        """A connection string: of the superuser, or of a login, whose password is its name."""
        return self.server.dsn(self.database) if login is None else self.server.dsn(self.database, login, login)

    def run(self, text: str) -> None:
        """Run SQL of this test as the superuser."""
        self.admin.execute(text.encode())

    def restore(self) -> None:
        """Every table as it was at first."""
        self.run((HERE / "rows.sql").read_text())

    def workspace(self) -> Workspace:
        return open_workspace(self.policy, Moment(clock.now(), record.recorded_times(self.ledger)), draft=True)

    def plan(self) -> Planned:
        workspace = self.workspace()
        with target_for("postgresql").open(self.dsn()) as session:
            return plan_system(session, workspace.policy(), next(workspace.systems()))

    def apply(self) -> AppliedSystem:
        document = plan_document(self.workspace(), (self.plan(),), None)
        (done,) = apply_repository(self.policy, document, self.ledger, lambda _: self.dsn(), lambda *_: None)
        return done

    def mend(self, planned: Planned) -> None:
        """Run a plan as `apply` does, without asking for signatures again or recording it."""
        with target_for("postgresql").open(self.dsn()) as session:
            session.apply(planned.plan, session.inspect(), lambda *_: None)

    def verify(self) -> Verified:
        (found,) = verify_repository(self.workspace(), self.ledger, None, lambda _: self.dsn(), lambda *_: None)
        return found

    def state(self) -> State:
        """Every row of every table, and the last number of every sequence."""
        parts = " UNION ALL ".join(_rows_of(table, denied) for table, denied in DENIED_ROWS.items())
        rows = tuple(Row(*row) for row in self.admin.execute(parts.encode()))
        drawn = self.admin.execute(
            "SELECT coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'lab' ORDER BY sequencename"
        )
        return State(rows, tuple(row[0] for row in drawn))

    def secrets(self) -> frozenset[str]:
        """Every value of a denied row or column that tells something and stands in no row that is shown."""
        denied, shown = set[str](), set[str]()
        for table, rows in DENIED_ROWS.items():
            for value, hidden in self.admin.execute(_values(table, rows)):
                (denied if hidden else shown).add(str(value))
        return frozenset(value.lower() for value in denied - shown if len(value) >= _PLAIN)


def _rows_of(table: str, denied: str) -> str:
    closed = ", ".join(DENIED_COLUMNS.get(table, ()))
    return (
        f"SELECT '{table}', id::text, {denied}, ctid::text || ' ' || xmin::text, t::text, ROW({closed})::text "
        f"FROM ONLY lab.{table} t"
    )


def _values(table: str, rows: str) -> bytes:
    columns = ", ".join(f"'{name}'" for name in DENIED_COLUMNS.get(table, ())) or "''"
    return (
        f"SELECT f.value, {rows} OR f.key IN ({columns}) "
        f"FROM ONLY lab.{table} t, jsonb_each_text(to_jsonb(t)) f WHERE f.value IS NOT NULL"
    ).encode()


@contextmanager
def built(version: int, folder: Path) -> Iterator[Lab]:
    """The world before any policy, on a server of its own, and the repository beside it, signed by two officials."""
    settings = ("wal_level=logical", "max_prepared_transactions=0")
    with remembering(), throwaway(binaries=binaries_of(version), settings=settings) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute((HERE / "logins.sql").read_bytes())
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        with psycopg.connect(server.dsn(DATABASE), autocommit=True) as admin:
            lab = Lab(server, folder, admin)
            lab.run("SET lock_timeout = '20s'")  # a test that holds a lock fails, and does not wait for ever
            lab.run((HERE / "world.sql").read_text())
            lab.restore()
            lab.run("ANALYZE; REFRESH MATERIALIZED VIEW lab.person_copy")
            write_policy(lab.policy, folder)
            yield lab


def write_policy(policy: Path, folder: Path, files: Path = HERE / "policy") -> None:
    """The repository's files, with two keys and two days made for the length of a test, and all signatures."""
    days = {"YESTERDAY": clock.today() - timedelta(days=1), "IN-A-MONTH": clock.today() + timedelta(days=30)}
    keys = {official: make_key(folder, official) for official in OFFICIALS}
    for source in sorted(files.rglob("*.*")):
        target = policy / source.relative_to(files)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text()
        for official, key in keys.items():
            text = text.replace(f"KEY-OF-{official}", key)
        for word, day in days.items():
            text = text.replace(word, day.isoformat())
        target.write_text(text)
    directive = open_workspace(policy, Moment(clock.now()), draft=True).directives[0]
    sign_directive(policy, directive, folder / "director")
    answer = Answer("confirm", "", clock.now().replace(microsecond=0))
    confirm_directive(policy, directive, "confirmer", folder / "confirmer", answer)
    for acceptance in (policy / "acceptances").glob("*"):
        sign_acceptance(policy, acceptance.name, folder / "confirmer")


def make_key(folder: Path, official: str) -> str:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / official)]
    subprocess.run(command, check=True)
    return (folder / f"{official}.pub").read_text().strip()
