"""No statement teaches or changes what the policy denies: every case, on a live server enforced by plan and apply.

Of each case everything that the client received is searched for every denied value, and the denied rows are compared
byte for byte afterwards, with their places. What a case may show all the same stands under a residual code, which
`verify` prints, with the control that shows how little it is.
"""

import pytest

from recuse.targets.postgres.conflicting import shows_conflicting_row
from recuse.targets.postgres.connect import connect
from tests.statements.cases import Case, read_cases
from tests.statements.enforced import Enforced

CASES = read_cases()
FAMILIES = ("catalogs", "change", "copy", "cursors", "derived", "insert", "merge", "parts", "references", "select")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_statement_teaches_and_changes_nothing_denied(enforced: Enforced, case: Case) -> None:
    if not case.since <= enforced.lab.server.version <= case.until:
        pytest.skip(f"not applicable: for PostgreSQL {case.since} to {case.until}")
    received, wrong = enforced.judge(case.login, case.said.sql, case.given)
    assert wrong == [f"changed {table}" for table in case.changes], received
    if case.guarded is not None and enforced.guarded:
        assert tuple(received.outcomes) == case.guarded, received
        return
    assert tuple(received.outcomes) == case.said.expect, received
    if case.rows is not None:
        assert tuple(received.rows) == case.rows
    assert all(text in "\n".join(received.everything) for text in case.shows), received
    if case.otherwise is not None:
        control, wrong = enforced.judge(case.login, case.otherwise.sql)
        assert not wrong
        assert tuple(control.outcomes) == case.otherwise.expect, control
        assert (control.outcomes, control.rows) != (received.outcomes, received.rows), "nothing is told: no residual"


@pytest.mark.parametrize("code", sorted({case.residual for case in CASES if case.residual}))
def test_what_a_case_tells_is_declared(enforced: Enforced, code: str) -> None:
    assert code in enforced.residual


def test_every_family_is_there_and_every_case_can_be_judged() -> None:
    """Tripwires: a file that is not read, or a case without a secret to look for, proves nothing."""
    assert tuple(sorted({case.family for case in CASES})) == FAMILIES
    assert len(CASES) > 240


def test_the_world_is_enforced_and_examined(enforced: Enforced) -> None:
    """Nothing else is found than what this server's release does, and every attempt agrees with Cedar."""
    assert enforced.findings <= {"version-floor"}
    assert enforced.verified.not_examined == ()
    assert [attempt for attempt in enforced.verified.attempts if not attempt.agrees] == []
    assert len(enforced.secrets) > 80


def test_what_on_conflict_shows_is_told_alike_by_every_login(enforced: Enforced) -> None:
    """Whom nothing binds, and whom everything does: the trial is the same. What cannot be tried counts as shown."""
    for login in (None, "desk", "archive"):
        with connect(enforced.lab.dsn(login)) as connection:
            assert shows_conflicting_row(connection) == enforced.guarded, login
            assert connection.execute("SELECT to_regclass('pg_temp.recuse_conflict')").fetchone() == (None,)
    enforced.lab.run("REVOKE TEMPORARY ON DATABASE lab FROM PUBLIC")
    try:
        with connect(enforced.lab.dsn("desk")) as connection:
            assert shows_conflicting_row(connection)
    finally:
        enforced.lab.run("GRANT TEMPORARY ON DATABASE lab TO PUBLIC")


def test_the_plan_named_what_row_security_does_not_bind(enforced: Enforced) -> None:
    hazards = {(h.code, h.sentence) for change in enforced.planned.plan.changes for h in change.hazards}
    acting = [sentence for code, sentence in hazards if code == "key-action"]
    assert len(acting) == 4
    assert any("`visit_holder_id_fkey` says ON DELETE CASCADE" in sentence for sentence in acting)
    copied = {sentence.split()[1] for code, sentence in hazards if code == "copy-from"}
    assert "lab.holder" in copied
    assert any(code == "upsert-refused" for code, _ in hazards) == enforced.guarded
    computed = {sentence for code, sentence in hazards if code == "generated-column"}
    assert computed == {"`lab.person.remark_length` is computed from `remark`, which the same class may not read"}
    parts = {sentence for code, sentence in hazards if code == "part"}
    assert "`lab.event_a` is a part of `lab.event` and closes by its own name to `desk`" in parts
