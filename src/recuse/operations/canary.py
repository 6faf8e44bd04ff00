"""Canary."""

from recuse.model import System
from recuse.operations.plan import Planned, plan_system
from recuse.operations.policy import Policy
from recuse.targets.target import Session


def plan_canary(session: Session, policy: Policy, system: System) -> Planned:
    """Plan."""
    return plan_system(session, policy, system)
