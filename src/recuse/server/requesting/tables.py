"""A table of requests as a server reads it: decided row by row, or everything that is wrong with it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from recuse.model import AssistanceRequest, Repository, Ruling
from recuse.requests.desk import Desk
from recuse.requests.ruling import rule_on
from recuse.requests.table import Clerk, TableProblem, read_table
from recuse.server.identity import Visitor
from recuse.server.requesting.people import may_ask_for


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read: its requests with their rulings, or everything wrong with it."""

    requests: tuple[AssistanceRequest, ...]
    problems: tuple[TableProblem, ...]
    rulings: tuple[Ruling, ...]

    @property
    def pairs(self) -> list[tuple[AssistanceRequest, Ruling]]:
        """Each request with its ruling."""
        return list(zip(self.requests, self.rulings, strict=True))

    @property
    def verdicts(self) -> Mapping[str, int]:
        """How many are decided in each way."""
        return Counter(each.verdict for each in self.rulings)


def tried(desk: Desk, data: bytes, clerk: Clerk, visitor: Visitor | None = None) -> Table:
    """A table, decided by the policy in force; for a visitor also with what they may not ask for."""
    repository = desk.assisting.repository
    requests, problems = read_table(data, repository, clerk)
    if visitor is not None and not problems:
        problems = _not_theirs(repository, visitor, requests)
    if problems:
        return Table((), problems, ())
    day = clerk.now.date()
    return Table(requests, (), tuple(rule_on(desk.assisting, each, day, explain=False) for each in requests))


def _not_theirs(
    repository: Repository, visitor: Visitor, requests: tuple[AssistanceRequest, ...]
) -> tuple[TableProblem, ...]:
    told = "is not your own agency, nor one below it"
    return tuple(
        TableProblem(row, "on_behalf_of", f"`{each.on_behalf_of}` {told}")
        for row, each in enumerate(requests, 2)
        if not may_ask_for(repository, visitor, each.on_behalf_of)
    )
