"""Rules on assistance reach no plan: with them and without them it is the same, byte for byte, proofs and all."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.test_main_job import job_on


@pytest.mark.parametrize("other", [False, True], ids=["terminated", "shared"])
def test_a_plan_is_the_same_without_the_rules_on_assistance(tmp_path: Path, other: bool) -> None:
    with ExitStack() as stack:
        job = job_on(stack, 18, tmp_path, other=other)
        (cedar,) = job.policy.glob("directives/*/directive.cedar")
        text = cedar.read_text()
        assert len(job.workspace().rules.assistance) > 1
        _, before = job.plan()
        cedar.write_text(text[: text.index("// Requests for assistance")])
        assert job.workspace().rules.assistance == ()
        _, after = job.plan()
        assert text != cedar.read_text()
        assert len(before) > 10_000
        assert before == after
