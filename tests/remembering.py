"""What was proved of a policy, and which classes it makes, kept for as long as a test works on one repository.

Each verb opens the repository anew, so that a test of ten verbs would prove everything ten times. A prover's answers
depend on the rules, on what the repository defines, and on the statement asked about; a classifier's on the first two
and the shapes of tables. All else of a policy stays its own. Not for tests that plant a fault into the compiler.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from recuse.operations.policy import Policy
from recuse.operations.workspace import Workspace


@contextmanager
def remembering() -> Iterator[None]:
    """For the length of a `with` block, policies of the same rules about the same things share what they remember."""
    anew = Workspace.policy
    known: list[tuple[object, Policy]] = []

    def policy(self: Workspace) -> Policy:
        asked = anew(self)
        about = _about(asked)
        first = next((each for of, each in known if of == about), None)
        if first is None:
            known.append((about, asked))
        else:
            object.__setattr__(asked, "_provers", first._provers)
            object.__setattr__(asked, "_classifiers", first._classifiers)
        return asked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workspace, "policy", policy)
        yield


def _about(policy: Policy) -> object:
    """Rules and all that they speak of, without what people said about it: signatures, acceptances, extracts."""
    return policy.rules, replace(
        policy.repository, directives={}, officials={}, policy_sha256="", acceptances={}, attestations={}, extracts={}
    )
