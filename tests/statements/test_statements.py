"""No statement teaches or changes what the policy denies: every case, on a live server enforced by plan and apply.

Of each case everything that the client received is searched for every denied value, and the denied rows are compared
byte for byte afterwards, with their places. What a case may show all the same stands under a residual code, which
`verify` prints, with the control that shows how little it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from recuse.operations.plan import Planned
from recuse.operations.verify import Verified
from tests.statements.cases import Case, Said, read_cases
from tests.statements.client import Received, say
from tests.statements.world import Lab, State, built


@dataclass
class Enforced:
    """The world under the policy; what was planned and what `verify` said; all that may not be learned or changed."""

    lab: Lab
    planned: Planned
    verified: Verified
    secrets: frozenset[str]
    state: State

    def judge(self, login: str, said: Said, given: str = "") -> tuple[Received, list[str]]:
        """Say it; return what came, and what is wrong: secrets learned, denied rows changed. Everything is put back."""
        received = say(self.lab.dsn(login), said.sql, given)
        after = self.lab.state()
        wrong = [f"learned {secret}" for secret in sorted(received.leaked(self.secrets, said.sql + given))]
        wrong += [f"changed {what}" for what in self.state.changed_by(after)]
        if after != self.state:
            self.lab.restore()
            self.state = self.lab.state()
        return received, wrong


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def enforced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Enforced]:
    with built(request.param, tmp_path_factory.mktemp("lab")) as lab:
        planned = lab.plan()
        lab.apply()
        yield Enforced(lab, planned, lab.verify(), lab.secrets(), lab.state())


CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_statement_teaches_and_changes_nothing_denied(enforced: Enforced, case: Case) -> None:
    if not case.since <= enforced.lab.server.version <= case.until:
        pytest.skip(f"not applicable: for PostgreSQL {case.since} to {case.until}")
    received, wrong = enforced.judge(case.login, case.said, case.given)
    shown = case.finding is not None and case.finding in {f.code for f in enforced.verified.findings}
    assert wrong == [*(f"learned {value}" for value in case.learns if shown), *(f"changed {t}" for t in case.changes)]
    assert shown or tuple(received.outcomes) == case.said.expect, received
    if case.rows is not None:
        assert tuple(received.rows) == case.rows
    assert all(text in "\n".join(received.everything) for text in case.shows), received
    if case.residual is None:
        return
    assert case.residual in {code for code, _ in enforced.verified.residual}
    if case.otherwise is not None:
        control, wrong = enforced.judge(case.login, case.otherwise)
        assert not wrong
        assert tuple(control.outcomes) == case.otherwise.expect, control
        assert (control.outcomes, control.rows) != (received.outcomes, received.rows), "nothing is shown: no residual"


def test_the_world_is_enforced_and_examined(enforced: Enforced) -> None:
    assert {finding.code for finding in enforced.verified.findings} <= {"version-floor", "conflict-clause"}
    assert enforced.verified.not_examined == ()
    assert enforced.verified.attempts
    assert len(enforced.secrets) > 80
