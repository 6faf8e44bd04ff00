"""How each directive of the policy repository stands: in force, superseded, or what is missing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from recuse.directive.document import parse_directive
from recuse.directive.drafting import Draft
from recuse.directive.in_force import Attested, Moment, check_attested, in_force
from recuse.errors import DirectiveError, Problem
from recuse.model import Repository, SignedDirective
from recuse.server.console.directives.kept import Paper

State = Literal["in force", "superseded", "waiting", "unsound"]


@dataclass(frozen=True, slots=True)
class Standing:
    """One directive. `attested` where both signatures hold, else `why` not; `ended_by` supersede it and count."""

    signed: SignedDirective
    state: State
    attested: Attested | None
    why: str
    ended_by: tuple[str, ...] = ()


def standings(repository: Repository, moment: Moment) -> dict[str, Standing]:
    """Every directive, the newest issued first."""
    counting: tuple[str, ...] = ()
    unsound = ""
    try:
        found = in_force(repository.directives, repository.officials, repository.policy_sha256, moment)
        counting = tuple(each.directive.id for each in found)
    except DirectiveError as error:
        unsound = str(error)
    every = {name: _standing(signed, repository, moment) for name, signed in repository.directives.items()}
    valid = [each.signed.directive for each in every.values() if each.attested is not None]
    ended = {name: tuple(d.id for d in valid if name in d.supersedes) for name in every}
    judged = {
        name: Standing(
            each.signed, _state(each, name in counting, ended[name], unsound), each.attested, each.why, ended[name]
        )
        for name, each in every.items()
    }
    return dict(sorted(judged.items(), key=lambda item: (item[1].signed.directive.issued, item[0]), reverse=True))


def with_papers(draft: Draft, papers: Mapping[str, Paper]) -> tuple[SignedDirective | None, tuple[Problem, ...]]:
    """A draft with the files that were brought for it, and what is wrong with them."""
    problems: list[Problem] = []
    brought = {name: paper.data for name, paper in papers.items() if name != "plan.json"}
    signed = parse_directive(draft.id, {**draft.files, **brought}, problems)
    return (None if problems else signed), tuple(problems)


def judged(signed: SignedDirective, repository: Repository, moment: Moment) -> Standing:
    """How one directive stands by its own signatures."""
    return _standing(signed, repository, moment)


def _standing(signed: SignedDirective, repository: Repository, moment: Moment) -> Standing:
    at = moment.of(signed.directive)
    try:
        attested = check_attested(signed, repository.officials, repository.policy_sha256, at)
    except DirectiveError as error:
        return Standing(signed, "waiting", None, f"{str(error)[:1].upper()}{str(error)[1:]}.")
    return Standing(signed, "waiting", attested, "")


def _state(each: Standing, counts: bool, ended: tuple[str, ...], unsound: str) -> State:
    if counts:
        return "in force"
    if ended:
        return "superseded"
    return "unsound" if unsound and each.signed.signature is not None and each.attested is not None else "waiting"
