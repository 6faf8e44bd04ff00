"""The locks that a plan predicts are those that the server takes: every statement of the demo's plan, on 18 and 15."""

from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from recuse.targets.records import Lock
from tests.test_main_job import job_on

TAKEN = """
SELECT n.nspname || '.' || c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_backend_pid() AND c.oid >= 16384 AND n.nspname NOT IN ('recuse', 'pg_toast') AND c.relkind <> 'i'
  AND l.mode <> 'AccessShareLock'
"""


def relations(connection: psycopg.Connection[tuple[object, ...]]) -> set[tuple[str, str]]:
    """The locks on users' relations that this transaction holds, and that somebody would wait for."""
    return {(str(name), str(mode)) for name, mode in connection.execute(TAKEN)}


@pytest.mark.parametrize("version", [18, 15], ids=["pg18", "pg15"])
def test_every_statement_takes_the_lock_that_was_predicted(version: int, tmp_path: Path) -> None:
    """After each statement the lock predicted is held, and none was added on any other relation.

    A GRANT's own lock is none; the lock that apply takes for it beforehand is looked at in `test_waiting.py`.
    """
    wrong: list[tuple[str, Lock, set[tuple[str, str]]]] = []
    seen: dict[str, int] = {}
    with ExitStack() as stack:
        job = job_on(stack, version, tmp_path)
        planned, _ = job.plan()
        connection = stack.enter_context(psycopg.connect(job.world.dsn()))
        for statement in planned.statements:
            before = relations(connection)
            text = statement.do.replace("BEGIN;\n", "").replace(";\nCOMMIT", "")
            connection.execute(text.encode())
            after = relations(connection)
            expected = set() if statement.lock.object is None else {(statement.lock.object, "AccessExclusiveLock")}
            if text.startswith(("GRANT", "REVOKE", "SET LOCAL ROLE")):
                expected = set()
            elif "TRIGGER" in text:  # by itself a weaker one; apply has taken the strongest before
                expected = {(name, "ShareRowExclusiveLock") for name, _ in expected}
            if not expected <= after or {n for n, _ in after - before} - {n for n, _ in expected}:
                wrong.append((text, statement.lock, after - before))
            seen[statement.lock.mode] = seen.get(statement.lock.mode, 0) + 1
    assert wrong == []
    assert seen["none"] > 50
    assert seen["ACCESS EXCLUSIVE"] > 50
    held = {s.lock.held for s in planned.statements}
    assert 'as long as REFRESH MATERIALIZED VIEW "records"."arrest_report" runs' in held
    assert {"milliseconds", "not at all"} <= held
