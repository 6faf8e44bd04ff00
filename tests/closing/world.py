"""The worlds of tests/escape under a policy that opens nothing to `ice`, so that every path is one past the policy."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from recuse import clock
from recuse.directive.in_force import Moment
from recuse.enforcement.facts import Fact
from recuse.operations.closing import Wish, plan_closing
from recuse.operations.finding import Finding
from recuse.operations.findings import Finder
from recuse.operations.init import InitOptions, propose, write_proposal
from recuse.operations.plan import Planned
from recuse.operations.stages import Planner
from recuse.operations.workspace import Workspace, open_workspace
from recuse.targets.target import Session, target_for

NOTHING = """@id("nobody")
permit (principal, action == Action::"read", resource)
when { context.purpose == Purpose::"own.derived" && context.authority == Authority::"official_duty" };
"""
"""Nobody may declare this purpose: a directive that has a rule and opens nothing."""


@dataclass(frozen=True)
class Office:
    """A database and the policy about it."""

    dsn: str
    workspace: Workspace
    session: Session

    @property
    def facts(self) -> frozenset[Fact]:
        return self.session.inspect().facts

    def plan(self, *asked: str) -> Planned:
        system = next(self.workspace.systems())
        return plan_closing(
            self.session, Planner(self.workspace, self.workspace.folder / ".ledger"), system, Wish(asked)
        )

    def find(self) -> tuple[Finding, ...]:
        """What is found past the policy now, by the catalog."""
        planned = self.plan()
        system = next(self.workspace.systems())
        return Finder(self.workspace.repository, system, planned, self.session.collect(system.governed)).find()

    def apply(self, planned: Planned) -> None:
        self.session.apply(planned.plan, self.session.inspect(), lambda *_: None)


@contextmanager
def office(dsn: str, folder: Path) -> Iterator[Office]:
    """The policy as `init` proposes it, with its rules replaced by one that opens nothing."""
    with target_for("postgresql").open(dsn) as session:
        options = InitOptions("records", "il.example.police", "Example Police", "records")
        write_proposal(propose(session, options), folder)
        (rules,) = folder.glob("directives/*/directive.cedar")
        rules.write_text(NOTHING)
        accounts = folder / "accounts.toml"
        text = re.sub(r"^standing = .*\n", "", accounts.read_text(), flags=re.MULTILINE)
        text = re.sub(
            r'(id = "records/ice"\n(?:.*\n)*?use = )"\w+"', r'\1"personal"', text
        )  # whatever it was found with
        accounts.write_text(text)
        yield Office(dsn, open_workspace(folder, Moment(clock.now(), {}, frozenset()), draft=True), session)
