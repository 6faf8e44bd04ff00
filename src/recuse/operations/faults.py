"""Findings that are no path: facts not as wanted, an old server, attempts that disagree, accounts that replicate."""

from collections.abc import Iterable, Iterator

from recuse.enforcement.closing import Attribute
from recuse.enforcement.facts import ConflictGuard, Role
from recuse.model import UNBOUND_USES, Repository, System
from recuse.operations.attempts import Attempt
from recuse.operations.closable import Choice
from recuse.operations.finding import PLAN_AND_APPLY, Finding
from recuse.operations.plan import Planned
from recuse.paths import Edge
from recuse.targets.records import Collected


def drift(planned: Planned, system: System) -> Iterator[Finding]:
    """Facts that are not as the policy wants them: one finding, with how many and the first."""
    changes = planned.plan.changes
    if changes:
        first = planned.statements[0].do if planned.statements else ""
        yield Finding(
            code="drift",
            system=system.name,
            object=f"database:{planned.found.server.database}",
            reproduce=f"-- {len(changes)} facts are not as the policy wants them; the first to mend: {first}",
            remedy=PLAN_AND_APPLY,
        )


def floor(collected: Collected, system: System) -> Iterator[Finding]:
    """A server without published repairs that row or column control rests on."""
    if collected.unrepaired:
        yield Finding(
            code="version-floor",
            system=system.name,
            object=f"server {collected.version}",
            reproduce=f"-- the server lacks the repairs of {', '.join(collected.unrepaired)}",
            remedy=f"upgrade the server to {collected.minimum} or later",
        )


def disagreements(attempts: Iterable[Attempt], system: System) -> Iterator[Finding]:
    """Attempts that reached what the policy denies, or were refused what it opens."""
    for attempt in attempts:
        if not attempt.over and not attempt.under:
            continue
        rows = attempt.over or attempt.under
        word = "reached rows against the policy" if attempt.over else "was refused rows that the policy opens"
        yield Finding(
            code="attempt-over" if attempt.over else "attempt-under",
            system=system.name,
            account=attempt.account,
            category=attempt.category,
            object=f"table:{attempt.table}",
            reproduce=f"-- {attempt.action} for `{attempt.circumstances.purpose}` under "
            f"`{attempt.circumstances.authority}` {word}: {len(rows)} of {attempt.tried}",
            remedy=PLAN_AND_APPLY,
            severity="critical" if attempt.over else "high",
        )


def conflicts(planned: Planned, system: System) -> Iterator[Finding]:
    """Accounts that read a hidden row by the WHERE of ON CONFLICT DO UPDATE, where nothing refuses it yet."""
    missing = {fact for fact in planned.wanted - planned.found.facts if isinstance(fact, ConflictGuard)}
    holding = [(role, login) for login, role in planned.classes.standing.items()]
    holding += [(declared.role, declared.login) for declared in planned.classes.declared]
    for guard in sorted(missing, key=lambda g: g.table):
        table = ".".join(guard.table.name)
        for login in sorted({name for role, name in holding if role in guard.roles and name in planned.found.oids}):
            yield Finding(
                code="conflict-clause",
                system=system.name,
                account=f"{system.name}/{login}",
                object=f"table:{table}",
                door="front",
                reproduce=f"-- as {login}: INSERT INTO {table} … ON CONFLICT … DO UPDATE … WHERE … reads the hidden "
                "row of a key that it names",
                remedy=PLAN_AND_APPLY,
            )


def overrated(planned: Planned, repository: Repository, system: System) -> Iterator[Finding]:
    """Declared administrators that are superusers: that can be undone by nobody, and is more than is declared."""
    for role in sorted((f for f in planned.found.facts if isinstance(f, Role) and f.superuser), key=lambda r: r.name):
        account = repository.accounts.get(f"{system.name}/{role.name}")
        if account is not None and account.use == "administrator":
            yield Finding(
                code="superuser",
                system=system.name,
                account=account.id,
                object=f"role:{role.name}",
                door="front",
                reproduce=f"-- {role.name} is declared as administrator and has the attribute SUPERUSER",
                remedy=f'ALTER ROLE {role.name} NOSUPERUSER, or declare it in accounts.toml with `use = "superuser"`',
            )


def replicating(planned: Planned, repository: Repository, system: System) -> Iterator[Finding]:
    """Bound accounts with the REPLICATION attribute: a slot or a base backup shows them everything."""
    for login in sorted(planned.found.links.replicating):
        account = repository.accounts.get(f"{system.name}/{login}")
        if account is None or account.use not in UNBOUND_USES:
            reason = f"{login} has REPLICATION, which copies every file of the server"
            step = Edge(f"login:{login}", "backup:", "REPLICATION", reason, ends=("attribute", login, "replication"))
            ended = Attribute(login, "replication")
            choice = Choice(step.ends, ended, step, (step,), f"{system.name}/{login}", (), 1)
            yield Finding(
                code="replication",
                system=system.name,
                account=f"{system.name}/{login}",
                object=f"role:{login}",
                door="copy",
                steps=(step,),
                choices=(choice,),
                reproduce=f"-- as {login}, over a replication connection: BASE_BACKUP, or START_REPLICATION",
                remedy=f'ALTER ROLE {login} NOREPLICATION, or declare it in accounts.toml with `use = "replication"`',
            )
