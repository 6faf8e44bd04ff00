"""What the server as a whole gives, each shown to be so: weaknesses, people who enter as others, jobs, programs."""

import os
import pwd
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from recuse.operations.reach import reach
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, version_id

SECRET = "SECRET-4711"
PERSON = pwd.getpwuid(os.getuid()).pw_name
"""Whom the operating system says these tests are; a login of that name stands for the same person."""


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def lab(request: pytest.FixtureRequest) -> Iterator[Server]:
    settings = ("max_prepared_transactions=5", "listen_addresses='127.0.0.1'")
    with throwaway(binaries=binaries_of(request.param), settings=settings) as server:
        do(server, "CREATE ROLE boss; CREATE ROLE ice LOGIN PASSWORD 'ice'; CREATE TABLE person (ssn text)")
        do(server, f"INSERT INTO person VALUES ('{SECRET}'); ALTER TABLE person OWNER TO boss")
        yield server


def do(server: Server, statements: str, user: str = "postgres", password: str | None = None) -> list[tuple[Any, ...]]:
    """The rows of the last statement, each typed alone."""
    rows: list[tuple[Any, ...]] = []
    with psycopg.connect(server.dsn(user=user, password=password), autocommit=True) as connection:
        for statement in statements.split("; "):
            cursor = connection.execute(statement.encode())
            rows = cursor.fetchall() if cursor.description else []
    return rows


def weaknesses(server: Server, account: str = "ice") -> dict[str, str]:
    """The residual about one account by code."""
    return {
        r["code"]: r["sentence"]
        for r in reach(server.dsn(), None, [account])["residual"]
        if f"`{account}`" in r["sentence"]
    }


def reaches(server: Server, account: str = "ice") -> list[dict[str, Any]]:
    [answer] = reach(server.dsn(), "public.person.ssn", [account])["accounts"]
    paths: list[dict[str, Any]] = answer["paths"]
    return paths


WEAKNESSES = {
    # code: what makes it, what the account types, what it then sees, what unmakes it
    "password-verifiers by pg_authid": (
        "GRANT SELECT (rolname, rolpassword) ON pg_authid TO ice",
        "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'",
        "SCRAM-SHA-256",
        "REVOKE SELECT (rolname, rolpassword) ON pg_authid FROM ice",
    ),
    "password-verifiers by pg_shadow": (
        "GRANT SELECT ON pg_shadow TO ice",
        "SELECT passwd FROM pg_shadow WHERE usename = 'postgres'",
        "SCRAM-SHA-256",
        "REVOKE SELECT ON pg_shadow FROM ice",
    ),
    "password-verifiers by pg_read_all_data": (
        "GRANT pg_read_all_data TO ice",
        "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'",
        "SCRAM-SHA-256",
        "REVOKE pg_read_all_data FROM ice",
    ),
    "server-settings": (
        "ALTER SYSTEM SET primary_conninfo = 'password=SECRET-4711'; SELECT pg_reload_conf(); "
        "GRANT pg_read_all_settings TO ice",
        "SELECT pg_sleep(0.1); SHOW primary_conninfo",
        SECRET,
        "ALTER SYSTEM RESET primary_conninfo; REVOKE pg_read_all_settings FROM ice",
    ),
    "secret-in-settings": (
        "ALTER DATABASE postgres SET app.jwt_secret = 'SECRET-4711'",
        "SELECT setconfig::text FROM pg_db_role_setting",
        SECRET,
        "ALTER DATABASE postgres RESET app.jwt_secret",
    ),
    "guards-silenced by a parameter": (
        "GRANT SET ON PARAMETER session_replication_role TO ice",
        "SET session_replication_role = replica; SHOW session_replication_role",
        "replica",
        "REVOKE SET ON PARAMETER session_replication_role FROM ice",
    ),
    "guards-silenced by a stored setting": (
        "ALTER ROLE ice SET session_replication_role = replica",
        "SHOW session_replication_role",
        "replica",
        "ALTER ROLE ice RESET session_replication_role",
    ),
    "server-configuration": (
        "GRANT ALTER SYSTEM ON PARAMETER archive_command TO ice",
        "ALTER SYSTEM SET archive_command = 'cp %p /elsewhere'; SELECT 'changed'",
        "changed",
        "REVOKE ALTER SYSTEM ON PARAMETER archive_command FROM ice",
    ),
    "server-settings by a function": (
        "GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO ice",
        "SELECT name FROM pg_show_all_file_settings()",
        "listen_addresses",
        "REVOKE EXECUTE ON FUNCTION pg_show_all_file_settings() FROM ice",
    ),
    "large-objects": (
        "SELECT lo_from_bytea(4711, 'SECRET-4711'); GRANT SET ON PARAMETER lo_compat_privileges TO ice",
        "SET lo_compat_privileges = on; SELECT convert_from(lo_get(4711), 'UTF8')",
        SECRET,
        "REVOKE SET ON PARAMETER lo_compat_privileges FROM ice",
    ),
    "server-files": (
        "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO ice",
        "SELECT pg_read_file('pg_hba.conf')",
        "scram-sha-256",
        "REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM ice",
    ),
    "outward": (  # its catalog row alone says what an extension is called
        "CREATE EXTENSION pgrowlocks; UPDATE pg_extension SET extname = 'http' WHERE extname = 'pgrowlocks'",
        "SELECT extname FROM pg_extension",
        "http",
        "UPDATE pg_extension SET extname = 'pgrowlocks' WHERE extname = 'http'; DROP EXTENSION pgrowlocks",
    ),
    "vendor-administrator": (
        "CREATE ROLE rds_superuser; GRANT rds_superuser TO ice",
        "SELECT pg_has_role('rds_superuser', 'USAGE')::text",
        "true",
        "DROP ROLE rds_superuser",
    ),
}


@pytest.mark.parametrize("case", WEAKNESSES)
def test_a_weakness_is_so_and_is_named_until_it_is_mended(lab: Server, case: str) -> None:
    code = case.partition(" by ")[0]
    made, typed, seen, mended = WEAKNESSES[case]
    assert code not in weaknesses(lab)
    do(lab, made)
    assert code in weaknesses(lab)
    assert seen in str(do(lab, typed, "ice", "ice"))
    do(lab, mended)
    assert code not in weaknesses(lab)
    if code not in {"vendor-administrator", "secret-in-settings"}:
        assert not _sees(lab, typed, seen)


def _sees(server: Server, typed: str, seen: str) -> bool:
    try:
        return seen in str(do(server, typed, "ice", "ice"))
    except psycopg.Error:
        return False


def test_a_superuser_has_no_weakness_of_its_own(lab: Server) -> None:
    do(lab, "GRANT SELECT ON pg_authid TO ice")
    assert "password-verifiers" not in weaknesses(lab, "postgres")
    do(lab, "REVOKE SELECT ON pg_authid FROM ice")


def test_who_writes_the_servers_files_is_a_superuser_after_a_reload(lab: Server) -> None:
    rules = lab.folder / "pg_hba.conf"
    before = rules.read_bytes()
    do(lab, "GRANT pg_write_server_files TO ice")
    try:
        assert "superuser" in weaknesses(lab)["server-files"]
        do(lab, f"COPY (SELECT 'host all all all trust') TO '{rules}'", "ice", "ice")
        do(lab, "SELECT pg_reload_conf()", password=lab.password)
        assert do(lab, "SELECT pg_sleep(0.1); SELECT ssn FROM person", "postgres", "none") == [(SECRET,)]
    finally:
        rules.write_bytes(before)
        do(lab, "SELECT pg_reload_conf(); REVOKE pg_write_server_files FROM ice")
    assert "server-files" not in weaknesses(lab)


def test_a_prepared_change_of_memberships_is_a_weakness(lab: Server) -> None:
    do(lab, "CREATE ROLE chief; GRANT boss TO chief WITH ADMIN OPTION; GRANT chief TO ice")
    do(lab, "BEGIN; CREATE ROLE later IN ROLE boss; PREPARE TRANSACTION 'role'")
    assert "prepared-transaction" not in weaknesses(lab)  # it is a superuser's
    do(lab, "ROLLBACK PREPARED 'role'; CREATE ROLE helper")
    do(lab, "BEGIN; GRANT boss TO helper; PREPARE TRANSACTION 'later'", "ice", "ice")
    do(lab, "REVOKE chief FROM ice")
    assert not reaches(lab)
    assert "pg_auth_members" in weaknesses(lab)["prepared-transaction"]
    do(lab, "COMMIT PREPARED 'later'", "ice", "ice")
    assert do(lab, "SELECT pg_has_role('helper', 'boss', 'USAGE')") == [(True,)]
    assert "prepared-transaction" not in weaknesses(lab)
    do(lab, "DROP OWNED BY chief; REVOKE boss FROM chief CASCADE; DROP ROLE helper, chief")


# --- people who enter as others ---------------------------------------------------------------------------------------


@contextmanager
def rules(server: Server, lines: str, maps: str = "") -> Iterator[None]:
    """Lines before all others of pg_hba.conf, and pg_ident.conf, for a while."""
    files = {server.folder / "pg_hba.conf": lines + "\n", server.folder / "pg_ident.conf": maps + "\n"}
    before = {file: file.read_bytes() for file in files}
    try:
        for file, text in files.items():
            file.write_bytes(text.encode() + before[file])
        do(server, "SELECT pg_reload_conf(); SELECT pg_sleep(0.1)")
        yield
    finally:
        for file, content in before.items():
            file.write_bytes(content)
        do(server, "SELECT pg_reload_conf(); SELECT pg_sleep(0.1)")


def by_socket(server: Server, user: str) -> bool:
    """Whether the person who runs this reads the secret as `user`, with no password."""
    try:
        with psycopg.connect(
            f"host={server.folder} port={server.port} dbname=postgres user={user} password=none"
        ) as connection:
            return connection.execute("SELECT ssn FROM person").fetchall() == [(SECRET,)]
    except psycopg.Error:
        return False


MAPS = {
    "by name": f"staff {PERSON} boss",
    "by pattern": "staff /^(.*)$ boss",
}


@pytest.fixture
def person(lab: Server) -> Iterator[str]:
    do(lab, f'CREATE ROLE "{PERSON}" LOGIN; ALTER ROLE boss LOGIN')
    yield PERSON
    do(lab, f'DROP ROLE "{PERSON}"; ALTER ROLE boss NOLOGIN')


@pytest.mark.parametrize("map_", MAPS)
def test_an_identity_map_lets_one_login_enter_as_another(lab: Server, person: str, map_: str) -> None:
    assert not reaches(lab, person)
    with rules(lab, "local all boss peer map=staff", MAPS[map_]):
        [path] = reaches(lab, person)
        assert [step["kind"] for step in path["steps"]] == ["identity map", "ownership"]
        assert path["reproduce"].splitlines()[1] == "SET SESSION AUTHORIZATION boss;"
        assert by_socket(lab, "boss")
    assert not reaches(lab, person)
    assert not by_socket(lab, "boss")


NO_WAY = {
    "no rule uses the map": ("local all boss peer", f"staff {PERSON} boss"),
    "the rule is for another login": ("local all ice peer map=staff", f"staff {PERSON} boss"),
    "the map is of another person": ("local all boss peer map=staff", f"staff other-{PERSON} boss"),
    "the map leads elsewhere": ("local all boss peer map=staff", f"staff {PERSON} {PERSON}"),
}


@pytest.mark.parametrize("case", NO_WAY)
def test_an_identity_map_that_leads_nowhere_is_not_named(lab: Server, person: str, case: str) -> None:
    with rules(lab, *NO_WAY[case]):
        assert not by_socket(lab, "boss")
        assert not reaches(lab, person)


TRUST = {
    "host all ice 127.0.0.1/32 trust": True,
    "host postgres +boss,ice all trust": True,
    "host all all 127.0.0.1/32 ident": True,
    "host all boss 127.0.0.1/32 trust": False,
    "host other ice 127.0.0.1/32 trust": False,
    "local all ice peer": False,
    "host all ice 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust": False,
    "host all all all reject\nhost all ice 127.0.0.1/32 trust": False,
}


@pytest.mark.parametrize("lines", TRUST)
def test_a_rule_that_asks_for_no_secret_is_a_weakness_and_no_path(lab: Server, lines: str) -> None:
    assert "host-rule" not in weaknesses(lab)
    with rules(lab, f"host all postgres all scram-sha-256\n{lines}"):
        assert ("host-rule" in weaknesses(lab)) is TRUST[lines]
        assert not reaches(lab)
        if TRUST[lines] and "trust" in lines:
            assert do(lab, "SELECT session_user", "ice", "wrong") == [("ice",)]


# --- jobs, programs, copies -------------------------------------------------------------------------------------------

JOBS = (
    "CREATE SCHEMA cron; CREATE TABLE cron.job (jobid int, schedule text, command text, database text, username text)"
)


def run_jobs(server: Server) -> None:
    """What pg_cron does with its table: each command as its user."""
    for command, username in do(server, "SELECT command, username FROM cron.job"):
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(f"SET SESSION AUTHORIZATION {username}".encode())
            connection.execute(command.encode())


@pytest.mark.parametrize("right", ["INSERT", "UPDATE (command)"])
def test_who_writes_the_table_of_jobs_acts_as_anyone(lab: Server, right: str) -> None:
    do(lab, f"{JOBS}; INSERT INTO cron.job VALUES (1, '* * * * *', 'SELECT 1', 'postgres', 'boss')")
    do(lab, "GRANT USAGE ON SCHEMA cron TO ice; GRANT SELECT ON cron.job TO ice; GRANT DELETE ON cron.job TO ice")
    assert not reaches(lab)
    do(lab, f"GRANT {right} ON cron.job TO ice")
    [path, *_] = reaches(lab)
    assert [step["kind"] for step in path["steps"]][-2:] == ["scheduled job", "superuser"]
    statement = "GRANT SELECT ON person TO ice"
    written = f"INSERT INTO cron.job VALUES (2, '', '{statement}', 'postgres', 'boss')"
    do(lab, written if right == "INSERT" else f"UPDATE cron.job SET command = '{statement}'", "ice", "ice")
    do(lab, "ALTER TABLE cron.job ENABLE ROW LEVEL SECURITY")
    do(lab, "CREATE POLICY own ON cron.job USING (username = CURRENT_USER)")
    assert not reaches(lab), "a job runs as who wrote it"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        do(lab, "INSERT INTO cron.job VALUES (3, '', 'SELECT 1', 'postgres', 'boss')", "ice", "ice")
    do(lab, "ALTER TABLE cron.job DISABLE ROW LEVEL SECURITY; DROP POLICY own ON cron.job")
    run_jobs(lab)
    assert do(lab, "SELECT ssn FROM person", "ice", "ice") == [(SECRET,)]
    do(lab, f"REVOKE {right} ON cron.job FROM ice; REVOKE SELECT ON person FROM ice")
    assert not reaches(lab)
    do(lab, "GRANT pg_write_all_data TO ice")
    assert reaches(lab)
    do(lab, "REVOKE pg_write_all_data FROM ice")
    do(lab, "DROP SCHEMA cron CASCADE")


def test_untrusted_languages() -> None:
    """Needs plpython3u, which of the versions here 17 brings."""
    with throwaway(binaries=binaries_of(17)) as server:
        do(server, "CREATE ROLE ice LOGIN PASSWORD 'ice'; CREATE TABLE person (ssn text); CREATE EXTENSION plpython3u")
        do(server, f"INSERT INTO person VALUES ('{SECRET}'); CHECKPOINT; CREATE EXTENSION pgrowlocks")
        do(server, "CREATE FUNCTION add(a int, b int) RETURNS int LANGUAGE plpython3u AS 'return a + b'")
        assert not reaches(server)
        do(server, "CREATE FUNCTION locks(text) RETURNS bigint LANGUAGE c STRICT AS '$libdir/pgrowlocks', 'pgrowlocks'")
        [path] = reaches(server)
        assert path["steps"][-2]["kind"] == "untrusted language"
        do(server, "DROP FUNCTION locks")
        files = "f in glob.glob('base/*/[0-9]*') if f.split('/')[-1] > '16000'"
        body = f"import glob\nreturn b''.join(open(f, 'rb').read() for {files})"
        do(server, f"CREATE FUNCTION notes() RETURNS bytea LANGUAGE plpython3u AS $${body}$$")
        [path] = reaches(server)
        assert path["reproduce"].splitlines()[-1] == "SELECT * FROM public.notes();"
        [(seen,)] = do(server, "SELECT notes()", "ice", "ice")
        assert SECRET.encode() in seen
        do(server, "REVOKE EXECUTE ON FUNCTION notes() FROM PUBLIC")
        assert not reaches(server)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            do(server, "SELECT notes()", "ice", "ice")


@contextmanager
def relay(server: Server, source: str) -> Iterator[int]:
    """A port here that leads to the server from another address of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def carry() -> None:
            with (
                listening.accept()[0] as near,
                socket.create_connection((server.host, server.port), None, (source, 0)) as far,
            ):

                def copy(one: socket.socket, other: socket.socket) -> None:
                    while part := one.recv(65536):
                        other.sendall(part)
                    other.shutdown(socket.SHUT_WR)

                back = threading.Thread(target=copy, args=(far, near))
                back.start()
                copy(near, far)
                back.join()

        thread = threading.Thread(target=carry)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_a_login_used_from_two_addresses_is_told(lab: Server) -> None:
    with rules(lab, "host all ice 127.0.0.2/32 scram-sha-256"), psycopg.connect(lab.dsn(user="ice", password="ice")):
        assert "shared-account" not in weaknesses(lab)
        with relay(lab, "127.0.0.2") as port, psycopg.connect(lab.dsn(user="ice", password="ice"), port=port):
            assert "from 2 addresses" in weaknesses(lab)["shared-account"]
        assert "shared-account" not in weaknesses(lab)


NOTED = {
    "published": ("CREATE PUBLICATION p FOR ALL TABLES", "every table", "DROP PUBLICATION p"),
    "replication-slots": (
        "SELECT pg_create_physical_replication_slot('kept')",
        "`kept`",
        "SELECT pg_drop_replication_slot('kept')",
    ),
    "statements-kept": (
        "ALTER SYSTEM SET log_statement = 'all'",
        "log_statement = all",
        "ALTER SYSTEM RESET log_statement",
    ),
    "guards-off": (
        "ALTER SYSTEM SET session_replication_role = 'replica'",
        "triggers",
        "ALTER SYSTEM RESET session_replication_role",
    ),
    "standbys": ("", "`standby` receives every change", ""),
}


@pytest.mark.parametrize("code", NOTED)
def test_what_holds_of_the_whole_server_is_noted(lab: Server, code: str) -> None:
    made, sentence, mended = NOTED[code]
    assert code not in noted(lab)
    if code == "standbys":
        with standby(lab):
            assert sentence in noted(lab)[code]
        return
    do(lab, f"{made}; SELECT pg_reload_conf(); SELECT pg_sleep(0.1)")
    assert sentence in noted(lab)[code]
    do(lab, f"{mended}; SELECT pg_reload_conf(); SELECT pg_sleep(0.1)")
    assert code not in noted(lab)


def noted(server: Server) -> dict[str, str]:
    return {r["code"]: r["sentence"] for r in reach(server.dsn(), None, ["ice"])["residual"]}


@contextmanager
def standby(server: Server) -> Iterator[None]:
    """What receives the server's log as a standby does, told by pg_stat_replication."""
    programs, folder = binaries_of(server.version), tempfile.mkdtemp()
    receiving = subprocess.Popen(
        [programs / "pg_receivewal", "-h", server.host, "-p", str(server.port), "-U", "postgres", "-D", folder],
        env={"PGPASSWORD": server.password, "PGAPPNAME": "standby"}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(100):
            if do(server, "SELECT count(*) FROM pg_stat_replication") == [(1,)]:
                break
            do(server, "SELECT pg_sleep(0.05)")
        yield
    finally:
        receiving.terminate()
        receiving.wait()
