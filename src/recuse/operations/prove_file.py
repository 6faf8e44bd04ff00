"""Proves a plan file again: from its SQL text and the policy repository, with nothing that made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from recuse.errors import PlanError
from recuse.operations.document import proof_entry, read_plan
from recuse.operations.policy import Policy
from recuse.operations.proofs import Texts, prove
from recuse.operations.workspace import Workspace
from recuse.targets.target import target_for


@dataclass(frozen=True, slots=True)
class Reproved:
    """What was proved again: as of which day, for which systems, and how many proofs were made anew and found equal."""

    as_of: date
    systems: tuple[str, ...]
    proofs: int


def prove_file(workspace: Workspace, data: bytes) -> Reproved:
    """Prove the plan in a file's bytes. Needs no database.

    Raises RefutedError when the SQL does not do what the rules say, and PlanError when the file is damaged, was made of
    another policy, or holds something that could not be told.
    """
    whole = read_plan(data)
    _check_policy(workspace, whole)
    if any(goal["back"] for goal in whole["goals"]):
        raise PlanError(
            "a plan that leads back opens what no rule opens, and its text alone proves nothing", "look at its gains"
        )
    repository = workspace.repository
    policy = Policy(repository, workspace.rules.rules, workspace.directives, _day(whole["as_of"], workspace))
    names = {entry["system"] for part in ("changes", "standing", "classes", "proofs") for entry in whole[part]}
    unknown = sorted(names - repository.systems.keys())
    if unknown:
        raise PlanError(f"the plan is about system `{unknown[0]}`, which the policy repository lacks", "give its own")
    made: list[dict[str, Any]] = []
    for name, system in repository.systems.items():
        if name in names:
            prover = policy.prover(system)
            proofs = prove(prover, policy, target_for(system.engine).reader, _texts(whole, name))
            made += [proof_entry(name, proof) for proof in proofs]
    if whole["proofs"] != made:
        remedy = "make it again with `recuse plan --out`"
        raise PlanError("the proofs in the plan file are not those of its SQL", remedy)
    return Reproved(policy.on, tuple(sorted(names)), len(made))


def _day(written: object, workspace: Workspace) -> date:
    """The day on which the plan judges accounts and agreements: one that has come."""
    try:
        day = date.fromisoformat(str(written))
    except ValueError as error:
        raise PlanError(f"the plan is made as of `{written}`, which is no day", "make it again") from error
    if day > workspace.at.date():
        raise PlanError(f"the plan is made as of {day}, which has not come", "make it again")
    return day


def _check_policy(workspace: Workspace, whole: Mapping[str, Any]) -> None:
    mine = (workspace.repository.policy_sha256, list(workspace.directives))
    if (whole["policy_sha256"], whole["directives"]) != mine:
        raise PlanError(
            "the plan was made of another policy than the one in this repository",
            "name the repository that it was made of with --repository",
        )


def _texts(whole: Mapping[str, Any], system: str) -> Texts:
    return Texts(
        tuple(entry["sql"] for entry in whole["standing"] if entry["system"] == system),
        tuple(entry["do"] for entry in whole["changes"] if entry["system"] == system),
    )
