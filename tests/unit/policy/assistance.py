"""Rules on assistance over the fixture's repository, as a body that helps with no civil immigration matter has them."""

from dataclasses import replace

from recuse.model import Circumstances, Repository
from recuse.policy.assisting import Assisting, Help
from recuse.policy.validate import validate
from tests.unit.policy.conftest import DIRECTIVE, with_cedar

RULES = """
// Requests for assistance. What these rules do not permit is refused.
@id("assist-court-process")
permit (principal, action in Action::"assist", resource)
when { context.purpose == Purpose::"court_process" && context.authority in Authority::"judicial" };

@id("assist-criminal-by-judge")
permit (principal, action in Action::"assist", resource)
when { context.purpose in Purpose::"crim" && context.authority in Authority::"judicial" };

@id("assist-status-exchange")
permit (principal, action == Action::"data_access", resource in Category::"citizenship_immigration_status")
when { context.purpose == Purpose::"imm.status_exchange_1373" && context.authority == Authority::"statute.8usc1373" };

@id("assist-by-agreement")
permit (principal, action in [Action::"data_access", Action::"joint_operation"], resource)
when {
  context.purpose in Purpose::"crim" && context.authority == Authority::"agreement" &&
  resource has category && context.agreed.contains(resource.category)
}
unless { context.parties.contains(Agency::"fed.homeland.border") };

@id("assist-public")
permit (principal, action == Action::"data_access", resource)
when { resource.public };

@id("assist-civil-refused")
forbid (principal, action in Action::"assist", resource)
when { context.purpose in Purpose::"imm.civil_enforcement" }
unless { resource.public };

@id("assist-administrative-opens-nothing")
forbid (principal, action in Action::"assist", resource)
when { context.authority in Authority::"administrative" };
"""


def judicial(repository: Repository) -> Repository:
    """The fixture with a court's authorities marked as such."""
    court = replace(repository.authorities["judicial"], judicial=True)
    return replace(repository, authorities=dict(repository.authorities) | {"judicial": court})


def assisting(repository: Repository, more: str = RULES) -> Assisting:
    """The fixture's rules on rows, with these on assistance behind them."""
    directive = repository.directives[DIRECTIVE].directive
    rules = validate(repository, [with_cedar(directive, directive.cedar + more)])
    return Assisting(judicial(repository), rules)


def asked(purpose: str, authority: str, **changes: object) -> Help:
    """A detainer asked by the removal office, or what the changes make of it."""
    whole = Help("detainer", ("fed.homeland.border.removal",), (), Circumstances(purpose, authority))
    return replace(whole, **changes)  # type: ignore[arg-type]
