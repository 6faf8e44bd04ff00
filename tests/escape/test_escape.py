"""Each escape path is real: it is foretold, it reads the secret, and after the remedy neither holds.

A folder a case: `setup.sql` on top of `world.sql`, `reach.sql` (what the account types), `finding.txt` (the path as it
must be reported) and `remedy.sql`. A folder without a finding is a negative control. In folders `change_…` and
`control_change_…` the account does not read the secret but changes the table that holds it. A line `-- pg: N` in the
set-up keeps a case to that version; a line `-- next transaction` commits. `setup.other.sql` and `remedy.other.sql` are
for a second database, `other`, which is made for them. `reach` reads PostgreSQL 14 too, which is below the floor: there
paths are foretold and read through, and the remedy, which nobody here applies below the floor, is left to the others.
"""

import base64
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from recuse import clock
from recuse.operations.reach import reach
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, create_database, version_id

HERE = Path(__file__).parent
FOLDERS = sorted(path.parent.name for path in HERE.glob("*/setup.sql"))
CHANGES = [name for name in FOLDERS if name.removeprefix("control_").startswith("change_")]
CASES = [name for name in FOLDERS if name not in CHANGES]
SECRET = "SECRET-4711"
WORDS = {"'secret'", "'-4711'"}  # the secret as a tsvector holds it
OTHER = "other"
LOWEST = min(ENDS)
SLOTS = "SELECT slot_name, active_pid FROM pg_replication_slots WHERE database = %s"
SUBSCRIBED = "SELECT datname, subname FROM pg_subscription JOIN pg_database AS d ON d.oid = subdbid"


@pytest.fixture(scope="module", params=(*ENDS, 14), ids=version_id)
def lab(request: pytest.FixtureRequest) -> Iterator[Server]:
    settings = ("wal_level=logical", "max_prepared_transactions=5", "synchronous_commit=on", "autovacuum=off")
    with throwaway(binaries=binaries_of(request.param), settings=settings) as server:
        keys = server.folder.parent / "passwords"  # a reproduction may ask for a connection of the account's own
        keys.write_text(f"*:*:*:postgres:{server.password}\n*:*:*:*:ice\n")
        keys.chmod(0o600)
        rules = server.folder / "pg_hba.conf"
        rules.write_text(f"host all trusted 127.0.0.1/32 trust\n{rules.read_text()}")
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
        yield server


@pytest.fixture
def world(lab: Server) -> Iterator[str]:
    """An empty database for one case; its roles go with it."""
    name = f"t_{clock.random_name(12)}"
    with psycopg.connect(lab.dsn(), autocommit=True) as connection:
        create_database(connection, name)
        yield name
        _roll_back_prepared(lab, name)
        _unsubscribe(lab, connection, name)
        connection.execute("UPDATE pg_database SET datistemplate = false WHERE datname = %s", (name,))
        for made in (name, OTHER, "recuse_reach", "looted"):  # the last two by CREATEDB
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(made)))
        roles = [role for (role,) in connection.execute("SELECT rolname FROM pg_roles WHERE oid >= 16384")]
        if roles:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.SQL(", ").join(map(sql.Identifier, roles))))


def _unsubscribe(lab: Server, connection: psycopg.Connection[Any], database: str) -> None:
    """A database with a subscription or a slot cannot be dropped; a slot only when nobody reads from it any more."""
    for made, subscription in connection.execute(SUBSCRIBED).fetchall():
        with psycopg.connect(lab.dsn(made), autocommit=True) as there:
            for statement in ("ALTER SUBSCRIPTION {} DISABLE", "ALTER SUBSCRIPTION {} SET (slot_name = NONE)",
                              "DROP SUBSCRIPTION {}"):  # fmt: skip
                there.execute(sql.SQL(statement).format(sql.Identifier(subscription)))
    while slots := connection.execute(SLOTS, (database,)).fetchall():
        for slot, reader in slots:
            if reader is None:
                connection.execute("SELECT pg_drop_replication_slot(%s)", (slot,))
            else:
                connection.execute("SELECT pg_terminate_backend(%s, 1000)", (reader,))


def _roll_back_prepared(lab: Server, database: str) -> None:
    """A database with a prepared transaction cannot be dropped."""
    with psycopg.connect(lab.dsn(database), autocommit=True) as connection:
        for (gid,) in connection.execute("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"):
            connection.execute(sql.SQL("ROLLBACK PREPARED {}").format(sql.Literal(gid)))


def run(lab: Server, database: str, file: Path) -> None:
    """Run a file, and what goes with it in the other database."""
    with psycopg.connect(lab.dsn(database), autocommit=True) as connection:
        if file.exists():
            for part in file.read_text().split("-- next transaction\n"):
                connection.execute(part.encode())
        there = file.with_suffix(f".{OTHER}.sql")
        if there.exists():
            if file.stem == "setup":
                create_database(connection, OTHER)
            with psycopg.connect(lab.dsn(OTHER), autocommit=True) as other:
                other.execute(there.read_bytes())


def typed(lab: Server, database: str, text: str, account: str | None) -> str:
    """What `psql` shows when this is typed, by `ice` or by the superuser; errors and notices too."""
    shown = subprocess.run(
        [binaries_of(lab.version) / "psql", "-X", "-A", "-t", "-h", lab.host, "-p", str(lab.port), "-d", database,
         "-U", account or "postgres"],
        input=text, env={"PGPASSFILE": str(lab.folder.parent / "passwords")}, capture_output=True, check=False,
        text=True, errors="replace",
    )  # fmt: skip
    _wait_for_the_end(lab)
    return shown.stdout + shown.stderr


def _wait_for_the_end(lab: Server) -> None:
    """What a session made for itself alone goes with it, and that is some time after its `psql` has ended."""
    with psycopg.connect(lab.dsn(), autocommit=True) as connection:
        while connection.execute("SELECT FROM pg_stat_activity WHERE application_name = 'psql'").fetchone() is not None:
            time.sleep(0.002)


def attempted(lab: Server, database: str, folder: Path) -> str:
    """What `ice` sees; where others have to act in between (`others.sql`, by a superuser), afterwards too."""
    read = (folder / "reach.sql").read_text()
    shown = typed(lab, database, read, "ice")
    if (folder / "others.sql").exists():
        typed(lab, database, (folder / "others.sql").read_text(), None)
        shown += typed(lab, database, read, "ice")
    return shown


def holds_secret(shown: str) -> bool:
    """In plain sight, as words of a search, letter by letter in numbers, or inside a file, as hexadecimal or base64."""
    letters = "".join(chr(int(number)) for number in re.findall(r"^(\d{2,3})$", shown, re.MULTILINE))
    if SECRET in shown + letters or set(re.findall(r"'[^' ]+'", shown)) >= WORDS:
        return True
    hexadecimal = "".join(re.findall(r"^\\x([0-9a-f]+)$", shown, re.MULTILINE))
    encoded = re.search(r"(?:^[A-Za-z0-9+/]{76}\n)+[A-Za-z0-9+/=]*", shown, re.MULTILINE)
    files = bytes.fromhex(hexadecimal) + base64.b64decode(encoded.group() if encoded else "")
    return SECRET.encode() in files


def described(path: dict[str, Any]) -> str:
    """The steps as sentences, without what differs from one database to the next."""
    text = "".join(f"{s['from']} -> {s['to']} ({s['kind']}): {s['reason']}\n" for s in path["steps"])
    return re.sub(r"\d{5,}", "N", re.sub(r"\bt_[0-9a-f]{12}\b", "DATABASE", text))


def made(lab: Server, database: str, case: str) -> Path:
    """The case's folder, when its world has been made; skips what this version does not have."""
    folder = HERE / case
    setup = (folder / "setup.sql").read_text()
    only = re.search(r"^-- pg: (\d+)$", setup, re.MULTILINE)
    if only and int(only.group(1)) != lab.version:
        pytest.skip(f"not applicable: a case of PostgreSQL {only.group(1)} only")
    if lab.version < 15 and "security_invoker" in setup:
        pytest.skip("not applicable: PostgreSQL has such views since 15")
    run(lab, database, HERE / "world.sql")
    run(lab, database, folder / "setup.sql")
    return folder


def answered(lab: Server, database: str) -> dict[str, Any]:
    """What `reach` says about `ice` and the secret column."""
    [answer] = reach(lab.dsn(database), "cpd.person.ssn", ["ice"])["accounts"]
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize("case", CASES)
def test_escape(lab: Server, world: str, case: str) -> None:
    folder = made(lab, world, case)
    answer = answered(lab, world)
    if not (folder / "finding.txt").exists():
        assert case.startswith("control_")
        assert (answer["reaches"], answer["rows"], answer["paths"]) == (False, "none", [])
        assert not holds_secret(typed(lab, world, (folder / "reach.sql").read_text(), "ice"))
        return
    finding = (folder / "finding.txt").read_text()
    found = {described(path): path for path in answer["paths"]}
    assert f"rows: {answer['rows']}\n{next(iter(found), '')}" == finding, "the shortest path is the finding"
    reproduced = typed(lab, world, found[finding.partition("\n")[2]]["reproduce"], None)
    assert holds_secret(reproduced), f"the reproduction does not read: {reproduced[-500:]}"
    assert holds_secret(attempted(lab, world, folder))
    if lab.version < LOWEST:
        return
    run(lab, world, folder / "remedy.sql")
    answer = answered(lab, world)
    assert not answer["reaches"], described(answer["paths"][0])
    assert not holds_secret(attempted(lab, world, folder))


def held(lab: Server, database: str) -> str:
    """All that the table holds, and the keys that bind it; nothing when it is gone."""
    with psycopg.connect(lab.dsn(database)) as connection:
        keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND confrelid = 'cpd.person'::regclass"
        rows = "SELECT string_agg(p::text, ' ' ORDER BY p::text) FROM cpd.person AS p"
        try:
            return str([*connection.execute(rows), *connection.execute(keys)])
        except psycopg.errors.UndefinedTable:
            return ""


def changes_when_typed(lab: Server, database: str, folder: Path) -> bool:
    """Whether `reach.sql` really changes the table."""
    before = held(lab, database)
    typed(lab, database, (folder / "reach.sql").read_text(), "ice")
    return held(lab, database) != before


@contextmanager
def copied(lab: Server, database: str) -> Iterator[str]:
    """A copy of the case's database, to change."""
    name = f"{database}_c"
    with psycopg.connect(lab.dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(database))
        )
        yield name
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.parametrize("case", CHANGES)
def test_change_without_reading(lab: Server, world: str, case: str) -> None:
    folder = made(lab, world, case)
    found = {f"change: {each['change']}\nrows: {each['rows']}\n{described(each)}": each
             for each in answered(lab, world)["changes"]}  # fmt: skip
    if case.startswith("control_"):
        assert not found
        assert not changes_when_typed(lab, world, folder)
        return
    finding = (folder / "finding.txt").read_text()
    assert finding in found, "\n".join(found)
    before = held(lab, world)
    assert "ERROR" not in (shown := typed(lab, world, found[finding]["reproduce"], None)), shown
    assert held(lab, world) == before, "the reproduction leaves nothing"
    with copied(lab, world) as copy:
        assert changes_when_typed(lab, copy, folder)
    if lab.version < LOWEST:
        return
    run(lab, world, folder / "remedy.sql")
    verbs = {each["change"] for each in answered(lab, world)["changes"]}
    assert re.match(r"change: (\w+)", finding)[1] not in verbs  # type: ignore[index]
    assert not changes_when_typed(lab, world, folder)


def test_what_grants_when_others_act(lab: Server, world: str) -> None:
    """An event trigger that grants reads nothing today, and is told; one that takes away is not."""
    run(lab, world, HERE / "world.sql")
    body = (
        "CREATE FUNCTION pub.after() RETURNS event_trigger LANGUAGE plpgsql AS"
        " 'BEGIN {} ON ALL TABLES IN SCHEMA cpd {} ice; END'"
    )
    told = []
    for words in (("GRANT SELECT", "TO"), ("REVOKE SELECT", "FROM")):
        with psycopg.connect(lab.dsn(world), autocommit=True) as connection:
            connection.execute("DROP FUNCTION IF EXISTS pub.after() CASCADE")
            connection.execute(body.format(*words).encode())
            connection.execute("CREATE EVENT TRIGGER after ON ddl_command_end EXECUTE FUNCTION pub.after()")
        document = reach(lab.dsn(world), "cpd.person.ssn", ["ice"])
        told.append([line["sentence"] for line in document["residual"] if line["code"] == "future-objects"])
    assert told == [
        ["`ice` will reach more: the event trigger after runs pub.after, which grants to ice whenever it fires"],
        [],
    ]


def test_controls_could_fail(lab: Server, world: str) -> None:
    """The controls' own check sees the secret when it is there."""
    run(lab, world, HERE / "world.sql")
    run(lab, world, HERE / "table_grant" / "setup.sql")
    assert holds_secret(typed(lab, world, (HERE / "control_nothing_granted" / "reach.sql").read_text(), "ice"))
