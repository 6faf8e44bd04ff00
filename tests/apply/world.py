"""A small world to cut in pieces: tables, a view, a mirror, and one account of each kind; one system or several.

Each system is a database on a server of its own, since roles are a server's. Two directives, one after the other: the
first puts order into a database that knew none, the second moves accounts from class to class.
"""

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from recuse import clock
from recuse.enforcement.plan import fingerprint
from recuse.model import System
from recuse.operations.apply import AppliedSystem, Manner, apply_in
from recuse.operations.document import plan_document
from recuse.operations.plan import Planned, plan_system
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.targets.postgres.throwaway import Server
from recuse.targets.target import target_for
from tests.place import Place

DATABASE: Final = "files"
OFFICIALS: Final = ("director", "confirmer")
FIRST, SECOND = "2026-02-01-first", "2026-03-01-second"
SYSTEMS: Final = ("north", "south", "east")

WORLD: Final = """
CREATE ROLE files_owner NOLOGIN; CREATE ROLE staff NOLOGIN; CREATE ROLE lender NOLOGIN;
CREATE ROLE app LOGIN PASSWORD 'app' IN ROLE staff; CREATE ROLE clerk LOGIN PASSWORD 'clerk' IN ROLE staff;
CREATE ROLE partner LOGIN PASSWORD 'partner' IN ROLE staff; CREATE ROLE ghost LOGIN PASSWORD 'ghost';
CREATE ROLE student LOGIN PASSWORD 'student';
CREATE SCHEMA files AUTHORIZATION files_owner; GRANT USAGE ON SCHEMA files TO PUBLIC;
SET ROLE files_owner;
CREATE TABLE files.person (id int PRIMARY KEY, name text NOT NULL, remark text, hidden bool NOT NULL, graded int);
CREATE TABLE files.visit (id int PRIMARY KEY, person int REFERENCES files.person, place text, hidden bool NOT NULL);
CREATE TABLE files.visit_copy (id int PRIMARY KEY, place text, hidden bool NOT NULL);
CREATE FUNCTION files.copied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN INSERT INTO files.visit_copy VALUES (NEW.id, NEW.place, NEW.hidden); RETURN NEW; END $$;
CREATE TRIGGER mirror AFTER INSERT ON files.visit FOR EACH ROW EXECUTE FUNCTION files.copied();
INSERT INTO files.person SELECT n, 'name ' || n, 'remark ' || n, n % 3 = 0, n FROM generate_series(1, 30) n;
INSERT INTO files.visit SELECT n, n, 'place ' || n, n % 3 = 0 FROM generate_series(1, 30) n;
CREATE VIEW files.person_list AS SELECT id, name, graded FROM files.person;
GRANT SELECT, INSERT, UPDATE, DELETE ON files.person, files.visit TO staff;
GRANT SELECT ON files.visit_copy TO PUBLIC; GRANT SELECT ON files.person_list TO staff, student;
GRANT SELECT ON files.person TO lender WITH GRANT OPTION; GRANT SELECT ON files.visit TO student;
RESET ROLE;
SET ROLE lender; GRANT SELECT ON files.person TO ghost; RESET ROLE;
"""
RELATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("name", "remark", "graded"),
    "visit": ("place",),
    "visit_copy": ("place",),
    "person_list": ("name", "graded"),
}
LOGINS: Final = ("app", "clerk", "partner", "ghost", "student")
CUT: Final[Mapping[str, tuple[str, ...]]] = {FIRST: ("partner", "ghost"), SECOND: ("clerk",)}
"""Who keeps nothing: by the first directive, and by the second."""

_WHO: Final = 'context.purpose == Purpose::"work" && context.authority == Authority::"official_duty"'
RULES: Final = {
    FIRST: f"""
@id("desk-works") permit (principal in Agency::"town.desk", action, resource in Category::"open") when {{ {_WHO} }};
@id("archive-reads") permit (principal in Agency::"town.archive", action == Action::"read", resource)
when {{ {_WHO} && resource has graded && resource.graded < 20 }};
@id("students") permit (principal in Agency::"town.visit", action == Action::"read", resource in Category::"open")
when {{ context.purpose == Purpose::"study" }};
@id("hidden") forbid (principal, action, resource) when {{ resource has hidden && resource.hidden }};
""",
    SECOND: f"""
@id("desk-works") permit (principal in Agency::"town.desk", action, resource in Category::"open") when {{ {_WHO} }}
unless {{ resource has graded && resource.graded > 25 }};
@id("desk-reads-all") permit (principal in Agency::"town.desk", action == Action::"read", resource in Category::"note")
when {{ {_WHO} }} unless {{ resource has graded && resource.graded > 25 }};
@id("students") permit (principal in Agency::"town.visit", action == Action::"read", resource in Category::"open")
when {{ context.purpose == Purpose::"study" && resource has graded && resource.graded < 10 }};
@id("hidden") forbid (principal, action, resource) when {{ resource has hidden && resource.hidden }};
""",
}
_FILES: Final = {
    "agencies.toml": "".join(
        f'[[agency]]\nid = "{name}"\nname = "{name} (synthetic)"\njurisdiction = "town"\n{parent}\n'
        for name, parent in (
            ("town", ""), *((f"town.{n}", 'parent = "town"') for n in ("desk", "archive", "visit", "away")),
        )
    ),
    "purposes.toml": "".join(
        f'[[purpose]]\nid = "{name}"\nkind = "administrative"\n' for name in ("undeclared", "work", "study")
    ),
    "authorities.toml": "".join(f'[[authority]]\nid = "{name}"\n' for name in ("none", "official_duty")),
    "categories.toml": "".join(f'[[category]]\nid = "{name}"\n' for name in ("open", "note")),
}  # fmt: skip
_CATEGORIES: Final = """
[[table]]
name = "files.person"
category = "open"
key = ["id"]
columns = { remark = { category = "note" } }
attributes = { hidden = "hidden", graded = { column = "graded", type = "Long", optional = true } }
[[table]]
name = "files.visit"
category = "open"
key = ["id"]
attributes = { hidden = "hidden" }
[[table]]
name = "files.visit_copy"
category = "note"
key = ["id"]
attributes = { hidden = "hidden" }
[[derived]]
name = "files.person_list"
category = "open"
tables = ["files.person"]
reads_as = { agency = "town.desk", purpose = "work", authority = "official_duty" }
"""
_STANDING: Final = '\n[account.standing]\npurpose = "work"\nauthority = "official_duty"\nuntil = 2099-01-01\n'


def _accounts(system: str) -> Iterator[str]:
    for login, agency, use, more in (
        ("postgres", "town", "superuser", "active = true\n"),
        ("app", "town.desk", "shared", f"active = true{_STANDING}"),
        ("clerk", "town.archive", "personal", f"active = true{_STANDING}"),
        ("partner", "town.away", "personal", "active = true\n"),
        ("ghost", "town.away", "personal", "active = false\n"),
        ("student", "town.visit", "personal", 'active = true\nmay_declare = ["study"]\n'),
    ):
        yield f'[[account]]\nid = "{system}/{login}"\nagency = "{agency}"\nuse = "{use}"\n{more}'


def _officials(folder: Path) -> Iterator[str]:
    for official, role in zip(OFFICIALS, ("direct", "confirm"), strict=True):
        key = folder / official
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
        yield (
            f'[[official]]\nid = "{official}"\nname = "Fictional {official}"\noffice = "{official}"\n'
            f'roles = ["{role}"]\nfrom = 2020-01-01\nuntil = 2099-01-01\n'
            f'keys = ["{key.with_suffix(".pub").read_text().strip()}"]\n'
        )


def write_repository(folder: Path, systems: Sequence[str]) -> None:
    """The policy repository in `folder`/policy, with no directive yet; its officials' keys beside it."""
    policy = folder / "policy"
    (policy / "categories").mkdir(parents=True)
    (policy / "directives").mkdir()
    live = "".join(
        f'[[system]]\nname = "{name}"\nkind = "live"\nengine = "postgresql"\nservice = "{name}"\nowner = "town"\n'
        'stage = "enforce"\n'
        for name in systems
    )
    whole = "[institution]\nid = 'town'\nname = 'A town (synthetic)'\njurisdictions = []\n"
    files = {
        **_FILES,
        "recuse.toml": f"{whole}[ledger]\norigin = 'records.example/town'\n{live}",
        "accounts.toml": "".join(text for name in systems for text in _accounts(name)),
        "officials.toml": f"version = 1\n{''.join(_officials(folder))}",
        **{f"categories/{name}.toml": f'system = "{name}"\n{_CATEGORIES}' for name in systems},
    }
    for name, text in files.items():
        (policy / name).write_text(f"format = 1\n{text}")


def direct(folder: Path, name: str, supersedes: str | None = None) -> None:
    """Write a directive, and sign it by both."""
    place = folder / "policy" / "directives" / name
    place.mkdir()
    (place / "directive.cedar").write_text(RULES[name])
    (place / "directive.toml").write_text(
        f'format = 1\nid = "{name}"\ntitle = "Synthetic"\nissued = {name[:10]}\neffective = {name[:10]}T00:00:00Z\n'
        f'directed_by = "director"\nconfirm_role = "confirm"\nsupersedes = {[supersedes] if supersedes else []}\n'
        'stage = "enforce"\ncanary_accounts = []\ncounsel = "confirmer"\n'
        'legal_basis = [{ citation = "Fictional Code 1", status = "in force", checked_on = 2026-01-05 }]\n'
        'cedar_sha256 = "CEDAR"\npolicy_sha256 = "POLICY"\n'
    )
    sign_directive(folder / "policy", name, folder / "director")
    answer = Answer("confirm", "", clock.now().replace(microsecond=0))
    confirm_directive(folder / "policy", name, "confirmer", folder / "confirmer", answer)


Seen = frozenset[tuple[str, str, int, str]]
"""What an account reads: relation, column, row, value."""


@dataclass(frozen=True, slots=True)
class Town(Place):
    """The systems' servers by name, and the policy repository."""

    folder: Path
    servers: Mapping[str, Server]

    def dsn(self, system: str = "north", login: str | None = None) -> str:
        server = self.servers[system]
        return server.dsn(DATABASE) if login is None else server.dsn(DATABASE, login, login)

    def run(self, text: str, system: str = "north") -> None:
        with psycopg.connect(self.dsn(system), autocommit=True) as connection:
            connection.execute(text.encode())

    def workspace(self) -> Workspace:
        return open_with_ledger(self.policy, self.ledger, draft=True)

    def planned(self) -> tuple[Planned, ...]:
        workspace, found = self.workspace(), []
        for system in workspace.systems():
            with target_for("postgresql").open(self.dsn(system.name)) as session:
                found.append(plan_system(session, workspace.policy(), system))
        return tuple(found)

    def plan(self) -> bytes:
        return plan_document(self.workspace(), self.planned(), None)

    def apply(self, plan: bytes | None = None, dsn: Callable[[System], str] | None = None) -> tuple[AppliedSystem, ...]:
        manner = Manner(dsn or (lambda system: self.dsn(system.name)))
        return apply_in(manner, self.policy, self.plan() if plan is None else plan, self.ledger)

    def facts(self, system: str = "north") -> str:
        with target_for("postgresql").open(self.dsn(system)) as session:
            return fingerprint(session.inspect().facts)

    def sees(self, system: str = "north") -> dict[str, Seen]:
        """What each account reads, on a connection of its own; the student also with its permit, if it has one."""
        return {login: self._sees(system, login) for login in LOGINS}

    def _sees(self, system: str, login: str) -> Seen:
        try:
            connection = psycopg.connect(self.dsn(system, login), autocommit=True)
        except psycopg.OperationalError:
            return frozenset()
        with connection:
            found = reads(connection)
            with suppress(psycopg.Error), connection.transaction():
                connection.execute("SELECT recuse.declare('study', 'official_duty')")
                found |= reads(connection)
            return found


def reads(connection: psycopg.Connection) -> Seen:
    """Everything that a connection reads now."""
    found: set[tuple[str, str, int, str]] = set()
    for relation, columns in RELATIONS.items():
        for column in columns:
            with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
                rows = connection.execute(f"SELECT id, {column}::text FROM files.{relation}".encode()).fetchall()
                found |= {(relation, column, int(row), str(value)) for row, value in rows}
    return frozenset(found)


def fill(server: Server) -> None:
    """The database before any directive."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    with psycopg.connect(server.dsn(DATABASE), autocommit=True) as connection:
        connection.execute(WORLD.encode())


@contextmanager
def town(folder: Path, servers: Mapping[str, Server]) -> Iterator[Town]:
    """A town whose systems these servers are, under the first directive, signed and not applied."""
    with ExitStack():
        for server in servers.values():
            fill(server)
        write_repository(folder, tuple(servers))
        direct(folder, FIRST)
        yield Town(folder, servers)
