"""What the rights of who verifies do not allow to be told: accounts known by the catalog alone, and closed host rules.

A limit is no finding: nothing was reached. It is shaped like one, so that an official answers for it in the same way.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from recuse.model import UNBOUND_USES, Account
from recuse.operations.finding import Finding
from recuse.targets.records import Collected

BY_CATALOG: Final = "by-catalog"
HOST_RULES: Final = "host-rules"
_OF_THE_HOST: Final = ("host rules:", "identity maps:")


def by_catalog(accounts: Iterable[Account], untried: Mapping[str, str], database: str) -> Iterator[Finding]:
    """A limit for each active account whom the policy binds and as whom not everything was tried."""
    for account in sorted(accounts, key=lambda a: a.id):
        if account.id in untried and account.active and account.use not in UNBOUND_USES:
            yield Finding(
                code=BY_CATALOG,
                system=account.system,
                account=account.id,
                object=f"database:{database}",
                reproduce=f"`{account.id}` is known by the catalog alone: {untried[account.id]}",
                remedy=f"recuse verify --as {account.login}, with its password in PGPASSFILE; or verify as a superuser",
                severity="low",
            )


def host_rules(collected: Collected, system: str) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The host rules as limits, where this login may not read them; and what else was not examined."""
    closed = [line for line in collected.not_examined if line.startswith(_OF_THE_HOST)]
    limits = tuple(
        Finding(
            code=HOST_RULES,
            system=system,
            object=line.partition(":")[0],
            reproduce=line,
            remedy="let a superuser grant what is named, or an official answer for the host rules",
            severity="low",
        )
        for line in closed
    )
    return limits, tuple(line for line in collected.not_examined if line not in closed)
