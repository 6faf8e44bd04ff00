"""The tests of the tests: each control is taken out, and the test that is named beside it must notice."""

import inspect
from typing import Final

import pytest

from tests.asvs.faults import FAULTS
from tests.console.conftest import folder as console_folder
from tests.planting import Fault, fails
from tests.unit.ledger.test_log import folder as ledger_folder
from tests.unit.policy.conftest import directive, repository, rules
from tests.unit.server.test_callers import settings
from tests.unit.server.test_deciding import desk
from tests.unit.server.test_http import server
from tests.unit.server.test_interop import records

__all__ = [
    "console_folder",
    "desk",
    "directive",
    "ledger_folder",
    "records",
    "repository",
    "rules",
    "server",
    "settings",
]  # fixtures


LASTING: Final = ("console_folder", "records", "rules")
"""Fixtures that outlive a test, made while every control is there."""


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.usefixtures(*LASTING)
def test_a_control_that_is_taken_out_is_missed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    """With the fixtures that the test asks for; `folder` is one thing for the console and another for the ledger."""
    fault.take_out(monkeypatch)
    asked = [name for name in inspect.signature(fault.noticed_by).parameters if name not in fault.given]
    where = fault.noticed_by.__module__.split(".")[-2]
    given = {name: request.getfixturevalue(f"{where}_folder" if name == "folder" else name) for name in asked}

    def noticed() -> None:
        fault.noticed_by(**given, **fault.given)

    assert fails(noticed)
