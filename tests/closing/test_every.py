"""Every escape path of tests/escape under a policy with `--close all`: closed, or told as left to a person.

Two cases by default; all of them with CLOSINGS=whole (`make closings`).
"""

import os
from pathlib import Path

import pytest

from recuse.errors import PlanError
from recuse.targets.postgres.throwaway import Server
from tests.closing.world import office
from tests.escape.test_escape import CASES, answered, attempted, holds_secret, made

HELD = {"prepared_transaction"}  # it holds the table's lock, so that `apply` gives up by name, as it should
PATHS = [case for case in CASES if not case.startswith("control_") and case not in HELD]
CHOSEN = PATHS if os.environ.get("CLOSINGS") == "whole" else ["view_leaky", "planted_helper", "broadcast_comment"]
SLOW = {"replication", "replication_slot"}  # a base backup each


@pytest.mark.parametrize("case", CHOSEN)
def test_a_path_is_closed_or_told(lab: Server, world: str, tmp_path: Path, case: str) -> None:
    folder = made(lab, world, case)
    with office(lab.dsn(world), tmp_path / "policy") as it:
        try:
            planned = it.plan("all")
        except PlanError as error:
            pytest.skip(f"not applicable: the map that `init` proposes is refused by name: {error}")
        assert planned.closed is not None
        it.apply(planned)
        assert not it.plan().plan.changes  # before `ice` tries, since trying makes objects
        told = {left.code for left in planned.closed.left if left.account in ("records/ice", "")}
        if answered(lab, world)["reaches"]:
            assert told - {"shared-account"}, "it is reached, and nobody was told"
        elif case not in SLOW:
            assert not holds_secret(attempted(lab, world, folder))
