"""An application that never heard of `recuse` works on: its own tests, unmodified, end as they did before a policy.

The application is Kinto (Apache-2.0), which `scripts/application.sh` fetches with its tests: a web service whose
storage, permission and cache backends keep their data in PostgreSQL. The files chosen are all of those that need
nothing but a schema and a login that reads and writes; left out are those that make or migrate the schema (an owner's
work), and those that never open the database. `recuse init` proposes the policy; a person shuts the auditor's login
out of one category and of some rows. What was recorded before the policy is compared, test by test, with what comes
after: directly, through PgBouncer in both modes, and while `psycopg_pool` keeps the application's statements running
beside it. Through a pool, and on 15, a third of the tests runs; `make application` runs all of them every way.
"""

import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import psycopg
import pytest
from psycopg import sql
from psycopg_pool import ConnectionPool

from recuse import cli, clock
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of, skip_loudly
from tests.context.bouncer import Mode, bouncer

PLACE: Final = Path(__file__).parents[2] / ".venv/application"
PLUGIN: Final = Path(__file__).parent / "application"
LOGIN: Final = "kinto_app"
LOGINS: Final = (LOGIN, "auditor")
BACKENDS: Final = ("storage", "permission", "cache")
# Classes that open PostgreSQL; the redis and memory backends stand in the same files.
CHOSEN: Final = "PostgreSQL or storage_pool or views_postgresql or views_transaction"
FILES: Final = ("storage", "permission", "cache", "storage_pool", "views_postgresql", "views_transaction")
FEW: Final = FILES if os.environ.get("APPLICATION") == "whole" else ("permission", "cache", "views_postgresql")
WORLD: Final = """
CREATE ROLE kinto_owner NOLOGIN;
GRANT CREATE ON SCHEMA public TO kinto_owner;
SET ROLE kinto_owner;
"""
GRANTS: Final = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kinto_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO auditor;
RESET ROLE;
"""
RULES: Final = """
@id("auditor-not-internal")
forbid (principal == Account::"kinto/auditor", action, resource in Category::"internal");

@id("auditor-not-records")
forbid (principal == Account::"kinto/auditor", action, resource)
when { resource is kinto::public::objects && resource.resource_name == "record" };
"""
INTERNAL: Final = ("access_control_entries", "user_principals", "cache")
PAUSE: Final = 0.02
"""Seconds between two rounds of a thread: work beside the tests, and not in place of them on a machine of two cores."""

ROWS: Final = "INSERT INTO objects (id, parent_id, resource_name, deleted) VALUES (%s, %s, %s, false)"


@dataclass
class Work:
    """What the application's statements met beside everything else: rounds, and whatever went wrong."""

    rounds: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Application:
    """A database of the application, its logins' passwords, and what its tests came to before any policy."""

    server: Server
    folder: Path
    passwords: Mapping[str, str]
    before: dict[str, str] = field(default_factory=dict)
    during: Work = field(default_factory=Work)

    def dsn(self, login: str, port: int | None = None) -> str:
        return (
            f"host=127.0.0.1 port={port or self.server.port} dbname=kinto user={login} password={self.passwords[login]}"
        )

    def suite(self, files: tuple[str, ...] = FILES, port: int | None = None) -> dict[str, str]:
        """Run the application's own tests in its own interpreter; how each ended."""
        report = self.folder / f"report-{clock.random_name(8)}.xml"
        address = f"postgresql://{LOGIN}:{self.passwords[LOGIN]}@127.0.0.1:{port or self.server.port}/kinto"
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PLUGIN),
            "APPLICATION_DATABASE": address,
        }
        command = [
            str(PLACE / "bin/python"), "-m", "pytest", "-q", "-p", "address", "-p", "no:cacheprovider", "-W", "ignore",
            "-o", "addopts=", f"--junitxml={report}", "-k", CHOSEN, *(f"tests/core/test_{name}.py" for name in files),
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=PLACE / "source", env=environment, capture_output=True, text=True, timeout=500, check=False
        )
        assert report.exists(), done.stdout[-3000:] + done.stderr[-3000:]
        return {
            f"{case.get('classname')}::{case.get('name')}": next((child.tag for child in case), "passed")
            for case in ElementTree.parse(report).iter("testcase")  # noqa: S314 - written a moment ago by our own run
        }

    def run(self, *arguments: str) -> None:
        """The program, in this process."""
        code = cli.app(list(arguments), standalone_mode=False)
        assert not code, arguments

    @property
    def policy(self) -> Path:
        return self.folder / "policy"

    def govern(self) -> None:
        """Propose, decide, sign, apply: what a person does with the proposal stands here line by line."""
        dsn = ("--dsn", self.server.dsn("kinto"))
        self.run("init", self.server.dsn("kinto"), "--out", str(self.policy), "--institution", "org.example",
                 "--name", "Example", "--system", "kinto", "--service", "kinto")  # fmt: skip
        self._decide()
        (directive,) = (path.name for path in (self.policy / "directives").iterdir())
        here = ("-r", str(self.policy))
        self.run("sign", directive, "-k", str(self.folder / "directs"), *here)
        self.run("confirm", directive, "--as", "placeholder-confirms", "-k", str(self.folder / "confirms"), *here)
        plan = self.folder / "plan.json"
        self.run("plan", "--out", str(plan), *here, *dsn)
        self.run("apply", str(plan), "--yes", *here, *dsn)

    def _decide(self) -> None:
        officials = self.policy / "officials.toml"
        text = officials.read_text()
        for official in ("directs", "confirms"):
            key = self.folder / official
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
            text = text.replace("keys = []", f'keys = ["{key.with_suffix(".pub").read_text().strip()}"]', 1)
        officials.write_text(text)
        categories = self.policy / "categories.toml"
        categories.write_text(f'{categories.read_text()}\n[[category]]\nid = "internal"\n')
        tables = self.policy / "categories/kinto.toml"
        text = tables.read_text()
        for name in INTERNAL:
            own = f'name = "public.{name}"\ncategory = '
            text = text.replace(f'{own}"unrecognised"', f'{own}"internal"')
        text = re.sub(r'(name = "public.objects"\n)', r'\1attributes = { resource_name = { column = "resource_name", '
                      r'type = "String", optional = false } }\n', text)  # fmt: skip
        tables.write_text(text)
        (folder,) = (self.policy / "directives").iterdir()
        rules = folder / "directive.cedar"
        rules.write_text(rules.read_text() + RULES)
        for path in (self.policy / "recuse.toml", folder / "directive.toml"):
            path.write_text(path.read_text().replace('stage = "observe"', 'stage = "enforce"'))

    @contextmanager
    def working(self) -> Iterator[Work]:
        """The application's statements through `psycopg_pool`, in two threads, beside the `with` block."""
        work, stop = Work(), threading.Event()
        with ConnectionPool(self.dsn(LOGIN), min_size=2, max_size=2, open=True) as pool:

            def loop(name: str) -> None:
                while not stop.is_set():
                    try:
                        with pool.connection() as connection:
                            one_round(connection, name)
                    except (psycopg.Error, AssertionError) as error:
                        work.wrong.append(str(error))
                    work.rounds += 1
                    stop.wait(PAUSE)

            threads = [threading.Thread(target=loop, args=(f"load-{number}",)) for number in range(2)]
            for thread in threads:
                thread.start()
            try:
                yield work
            finally:
                stop.set()
                for thread in threads:
                    thread.join()


def one_round(connection: psycopg.Connection, name: str) -> None:
    """One transaction with all four statements on a row of its own, which its tests never see."""
    row = (name, f"/load/{name}", "record")
    connection.execute(ROWS, row)
    found = "FROM objects WHERE id = %s AND parent_id = %s AND resource_name = %s"
    assert connection.execute(f"SELECT data {found}".encode(), row).fetchone() == ({},)
    assert connection.execute(f"UPDATE objects SET data = '{{\"a\": 1}}' {found[13:]}".encode(), row).rowcount == 1
    assert connection.execute(f"DELETE {found} RETURNING id".encode(), row).fetchone() == (name,)


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def application(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Recorded as it was; then the policy applied, with the application at work."""
    if not list(PLACE.glob("done-*")):
        skip_loudly("the public application is not here: run scripts/application.sh")
    with throwaway(binaries=binaries_of(request.param)) as server:
        passwords = {login: clock.random_name(24) for login in LOGINS}
        made = Application(server, tmp_path_factory.mktemp("application"), passwords)
        build(made)
        made.before = made.suite(FILES if request.param == 18 else FEW)
        with made.working() as made.during:
            made.govern()
        yield made


def build(made: Application) -> None:
    """The application's own schema, owned by a role that nobody logs in as, and two logins with what they need."""
    with psycopg.connect(made.server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE kinto")
        for login, password in made.passwords.items():
            create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            connection.execute(create.format(sql.Identifier(login), sql.Literal(password)))
    (package,) = PLACE.glob("lib/python3*/site-packages/kinto/core")
    with psycopg.connect(made.server.dsn("kinto"), autocommit=True) as connection:
        connection.execute(WORLD)
        for backend in BACKENDS:
            connection.execute((package / backend / "postgresql/schema.sql").read_bytes())
        connection.execute(GRANTS)


def same(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Every test that ran after ended as it had before; nothing new, nothing lost but what was not asked for."""
    return bool(after) and all(before[name] == outcome for name, outcome in after.items())


def test_the_application_s_tests_were_recorded(application: Application) -> None:
    """Before the policy all of them pass, as the application's own login; a record of failures would prove nothing."""
    assert len(application.before) >= (250 if application.server.version == 18 else 70)
    assert set(application.before.values()) == {"passed"}


def test_it_worked_on_while_the_policy_was_applied(application: Application) -> None:
    assert application.during.wrong == []
    assert application.during.rounds > 10


def test_its_tests_end_as_before_and_under_load(application: Application) -> None:
    files = FILES if application.server.version == 18 else FEW
    with application.working() as work:
        after = application.suite(files)
    assert after == application.before
    assert work.wrong == []
    assert work.rounds > 10


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_through_pgbouncer(application: Application, mode: Mode) -> None:
    if application.server.version == 15 and mode == "session" and FEW != FILES:
        pytest.skip("not applicable: on 15 the smaller form; `make application` runs it")
    passwords = {LOGIN: application.passwords[LOGIN]}
    with bouncer(application.server, passwords, mode, size=20) as port, application.working() as work:
        after = application.suite(FEW, port)
    assert same(application.before, after)
    assert len(after) >= 70
    assert work.wrong == []


def test_another_account_is_shut_out(application: Application) -> None:
    """Of one category altogether, of some rows of another table; and it changes nothing."""
    with psycopg.connect(application.server.dsn("kinto"), autocommit=True) as admin:
        admin.execute("DELETE FROM objects")
        for number, kind in enumerate(("record", "bucket", "collection", "record")):
            admin.execute(ROWS, (str(number), "/kept", kind))
    with psycopg.connect(application.dsn("auditor"), autocommit=True) as auditor:
        seen = auditor.execute("SELECT resource_name FROM objects ORDER BY 1").fetchall()
        assert seen == [("bucket",), ("collection",)]
        for name in INTERNAL:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                auditor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
        for statement in (ROWS, "DELETE FROM objects WHERE id = %s AND parent_id = %s AND resource_name = %s"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                auditor.execute(statement, ("9", "/kept", "record"))
    with psycopg.connect(application.dsn(LOGIN)) as app:
        assert app.execute("SELECT count(*) FROM objects").fetchone() == (4,)


def test_the_comparison_notices_what_is_planted(application: Application) -> None:
    """A row rule that hides what the application needs: its own tests say so, and the comparison with them."""
    with psycopg.connect(application.server.dsn("kinto"), autocommit=True) as admin:
        admin.execute("CREATE POLICY planted ON cache AS RESTRICTIVE USING (false)")
        try:
            after = application.suite(("cache",))
        finally:
            admin.execute("DROP POLICY planted ON cache")
    assert not same(application.before, after)
    assert "passed" in after.values(), "some need no row at all"


def test_what_is_here_is_what_is_locked() -> None:
    """No line of the application is in this repository, and no address in its lock."""
    lock = (Path(__file__).parents[2] / "locks/application.txt").read_text()
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > lock.count("==")
