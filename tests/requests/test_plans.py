"""Rules on assistance reach no plan: with them and without it is the same, proofs and all, but for their digest."""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.test_main_job import job_on


def without_rules(plan: bytes) -> dict[str, object]:
    """A plan but for the digest of the rules that it is made of, and its own."""
    whole: dict[str, object] = json.loads(plan)
    assert whole.pop("cedar_sha256")
    assert whole.pop("sha256")
    return whole


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
        assert without_rules(before) == without_rules(after)
