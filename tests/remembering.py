"""Equal policies as one, for as long as a test works on one repository: what was proved is not proved again.

A prover's answers depend on the rules and on the statement asked about alone, and a classifier's on the rules and the
shapes of tables. A workspace is opened anew by each verb, so that a test of ten verbs would prove everything ten times.
Not for tests that plant a fault into the compiler.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from recuse.operations.policy import Policy
from recuse.operations.workspace import Workspace


@contextmanager
def remembering() -> Iterator[None]:
    """For the length of a `with` block, a workspace gives the policy that another gave before it, if it is equal."""
    anew = Workspace.policy
    known: list[Policy] = []

    def policy(self: Workspace) -> Policy:
        asked = anew(self)
        same = next((each for each in known if each == asked), None)
        if same is None:
            known.append(asked)
        return same or asked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workspace, "policy", policy)
        yield
