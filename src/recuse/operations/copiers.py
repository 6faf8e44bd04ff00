"""Accounts that are declared to copy everything, for backups or another server: who answers for them, until when.

Row security does not bind what copies a whole database, and must not: a backup that it shortened would be found out at
the restore. So such a login needs BYPASSRLS, an acceptance with an end date, and a look at whether its copy is whole.
"""

from collections.abc import Iterable, Iterator

from recuse.model import Account, Repository, System
from recuse.operations.finding import Finding
from recuse.operations.plan import Planned
from recuse.operations.surroundings import shortened
from recuse.targets.target import Session
from recuse.targets.whereabouts import Restored

COPIERS = frozenset({"backup", "replication"})


def copiers(repository: Repository, system: System, planned: Planned) -> list[Account]:
    """The accounts of this system that are declared so, active, and whose login exists."""
    every = sorted(repository.accounts.values(), key=lambda account: account.id)
    here = (a for a in every if a.system == system.name and a.login in planned.found.oids)
    return [account for account in here if account.use in COPIERS and account.active]


def copier_findings(planned: Planned, repository: Repository, system: System) -> Iterator[Finding]:
    """Copiers that nobody answers for (an acceptance covers that), and backups that row security makes short."""
    accounts = copiers(repository, system, planned)
    for account in accounts:
        yield Finding(
            code=f"unbound-{account.use}",
            system=system.name,
            account=account.id,
            object=f"role:{account.login}",
            door="copy",
            reproduce=f"-- as {account.login}: {_COPIES[account.use]}",
            remedy="an acceptance of this finding, signed by an official, with an end date (recuse sign)",
        )
    if not planned.found.server.supported:
        return  # nothing is short before row security is on: the plan says that it will be
    for login in shortened(accounts, planned.found):
        yield Finding(
            code="backup-short",
            system=system.name,
            account=f"{system.name}/{login}",
            object=f"role:{login}",
            reproduce=f"-- as {login}: pg_dump stops at the first governed table; with --enable-row-security it writes "
            "no row and says nothing",
            remedy=f"ALTER ROLE {login} BYPASSRLS",
        )


_COPIES = {
    "backup": "pg_dump, which no row policy binds",
    "replication": "pg_basebackup, or START_REPLICATION over a replication connection",
}


def sampled(session: Session, planned: Planned, repository: Repository, system: System) -> tuple[Restored, ...]:
    """For each backup account: one governed table dumped as it, restored on a server of our own, and counted."""
    tables = [table.name for table in system.tables]
    return tuple(
        session.restored(account.login, tables)
        for account in copiers(repository, system, planned)
        if account.use == "backup"
    )


def sample_findings(samples: Iterable[Restored], system: System) -> Iterator[Finding]:
    """Backups that are not whole."""
    for each in samples:
        if not each.whole:
            yield Finding(
                code="backup-short",
                system=system.name,
                account=f"{system.name}/{each.login}",
                object=f"table:{each.table}",
                reproduce=f"-- {each.sentence}",
                remedy=f"ALTER ROLE {each.login} BYPASSRLS, with SELECT on every table; then make the backups again",
            )
