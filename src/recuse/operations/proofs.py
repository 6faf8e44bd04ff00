"""Proves a plan from its SQL: the text of its statements is read back, and nothing else that planning knows is used.

`recuse plan` does this to its own plan before it is shown or written, and `recuse plan --prove` to a plan file.
"""

from dataclasses import dataclass

from recuse.compiler.proof.claims import Claims, Proof
from recuse.compiler.proof.entries import Entries
from recuse.compiler.proof.permitted import Permitted
from recuse.compiler.proof.prover import Prover
from recuse.compiler.proof.said import Said, Unsaid
from recuse.compiler.proof.state import State
from recuse.enforcement.facts import Declaration, Fact, Grant, Membership, Owner, RowPolicy, RowSecurity
from recuse.enforcement.names import PREFIX
from recuse.errors import PlanError
from recuse.operations.policy import Policy
from recuse.targets.target import Reader


@dataclass(frozen=True, slots=True)
class Texts:
    """A plan's SQL for one system: what holds already and stays, and what its changes do, each text in order.

    What leads `back` opens again what no rule opens; it is compared with what was, account by account.
    """

    standing: tuple[str, ...]
    changes: tuple[str, ...]
    back: bool = False


def counts(fact: Fact) -> bool:
    """Whether a fact that stays decides what classes show, so that proofs must know it."""
    match fact:
        case RowPolicy() | Declaration():
            return True
        case RowSecurity(enabled=enabled):
            return enabled
        case Grant(on=on, grantee=grantee):
            return grantee is not None and grantee.startswith(PREFIX) and on.name[0] != "recuse"
        case Membership(role=role) | Owner(role=role):
            return role.startswith(PREFIX) and not (isinstance(fact, Owner) and fact.of.name[0] == "recuse")
        case _:
            return False


def prove(prover: Prover, policy: Policy, reader: Reader, texts: Texts) -> tuple[Proof, ...]:
    """Everything that was proved of the plan of one system.

    Raises RefutedError with a row for the first thing that is not as the rules say, and PlanError for what could not be
    told; the plan must not be used then.
    """
    system = prover.system
    names = {derived.name: reader.name(derived.name) for derived in system.derived}
    permitted = Permitted(policy.repository, system, names)
    state = State()
    for text in texts.standing:
        for said in _read(reader, text):
            state.hear(said, text)
    for text in texts.changes:
        read = _read(reader, text)
        if not texts.back:
            permitted.check(read)
        for said in read:
            state.hear(said, text)
    state.check_canaries()
    return Claims(prover, state, Entries(policy.repository, system, policy.on, names, state)).prove()


def _read(reader: Reader, text: str) -> tuple[Said, ...]:
    read = reader.statements(text)
    if isinstance(read, Unsaid):
        first = text.strip().splitlines()[0] if text.strip() else ""
        raise PlanError(f"a statement of the plan was not proved, since {read.why}: `{first}`", "do not use this plan")
    return read
