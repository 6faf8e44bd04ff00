"""Who answers for a server below the floor: an official's signed acceptance, and nobody without it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from recuse.demo.answering import ACCEPTED_BY, CODE, answer_for_server
from recuse.demo.repository import SYSTEM, write_repository
from recuse.directive.acceptance import accepted
from recuse.errors import SignatureError
from recuse.model import AcceptedFinding
from recuse.policy.repository import read_repository
from tests.test_main_job import make_keys

TODAY = date(2026, 11, 27)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    write_repository(tmp_path / "policy", make_keys(folder), "recuse-test")
    return folder


def test_it_holds_for_its_days_and_for_this_finding_alone(tmp_path: Path, keys: Path) -> None:
    policy = tmp_path / "policy"
    before = read_repository(policy).policy_sha256
    until = answer_for_server(policy, [SYSTEM], ACCEPTED_BY, keys / ACCEPTED_BY, TODAY)
    repository = read_repository(policy)
    assert repository.policy_sha256 == before, "the directive's signatures would no longer fit"
    (found,) = accepted(repository.acceptances, repository.officials, until)
    assert found.findings == (AcceptedFinding(CODE, SYSTEM, None, None, None),)
    assert not accepted(repository.acceptances, repository.officials, until + timedelta(days=1))
    assert not accepted(repository.acceptances, repository.officials, TODAY - timedelta(days=1))


def test_nobody_else_can_answer(tmp_path: Path, keys: Path) -> None:
    for by in (ACCEPTED_BY, "mayor-2019"):
        with pytest.raises(SignatureError):
            answer_for_server(tmp_path / "policy", [SYSTEM], by, keys / "mayor-2019", TODAY)
