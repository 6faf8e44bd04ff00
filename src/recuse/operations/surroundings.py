"""What makes the changes of a plan dangerous in one database, beyond what each says by itself."""

from collections.abc import Iterable, Mapping

from recuse.compiler.beyond import acting_keys, computed_columns
from recuse.enforcement.facts import ObjectRef, Owner, Role
from recuse.enforcement.hazards import Acting, Surroundings
from recuse.enforcement.held import Holdings
from recuse.model import UNBOUND_USES, Account, System
from recuse.operations.compiled import Compiled
from recuse.operations.policy import Policy
from recuse.targets.records import Inspection


def surroundings(policy: Policy, known: Compiled, batches: Mapping[ObjectRef, str]) -> Surroundings:
    """What makes changes dangerous here."""
    accounts = tuple(known.accounts.values())
    return Surroundings(
        categorised=frozenset(".".join(ref.name[:2]) for ref in batches),
        owners=frozenset(f.role for f in known.found.facts if isinstance(f, Owner) and f.of in batches),
        copied_into=_copied_into(known.system, accounts, known.found),
        links=known.found.links,
        acting=_acting(known),
        computed=_computed(known),
        shortened=shortened(accounts, known.found),
        elsewhere=_elsewhere(policy, known.system),
    )


def _elsewhere(policy: Policy, system: System) -> dict[str, tuple[str, ...]]:
    """The other systems in which logins of these names are active, where nobody has looked whose server theirs is."""
    found: dict[str, tuple[str, ...]] = {}
    for account in sorted(policy.repository.accounts.values(), key=lambda account: account.id):
        other = policy.repository.systems[account.system]
        known = other.name == system.name or other.name in policy.together
        if account.active and not known and (other.kind, other.engine) == (system.kind, system.engine):
            found[account.login] = (*found.get(account.login, ()), other.name)
    return found


def _copied_into(system: System, accounts: Iterable[Account], found: Inspection) -> frozenset[str]:
    """Tables that some account bound by row policies may insert into now, and so may COPY FROM."""
    holdings = Holdings(found.facts, settable=True)
    bound = [account.login for account in accounts if account.use not in UNBOUND_USES]

    def insertable(name: str) -> bool:
        columns = [ObjectRef("column", (*_table(name).name, column.name)) for column in found.shapes[name].columns]
        return any(holdings.has(login, column, "INSERT") for login in bound for column in columns)

    return frozenset(table.name for table in system.tables if insertable(table.name))


def shortened(accounts: Iterable[Account], found: Inspection) -> tuple[str, ...]:
    """The logins that make backups and that row security binds."""
    bound = {f.name for f in found.facts if isinstance(f, Role) and not f.bypass_rls and not f.superuser}
    return tuple(sorted(a.login for a in accounts if a.use == "backup" and a.active and a.login in bound))


def _acting(known: Compiled) -> dict[Acting, tuple[str, ...]]:
    """For each grant that sets a foreign key off: what the key does to rows that the class may not change."""
    found: dict[Acting, tuple[str, ...]] = {}
    for each in acting_keys(known.classes, known.found.links):
        ref = _table(each.table)
        key = each.key
        sentence = f"`{each.table}` takes hidden rows of `{key.table}` with it: `{key.name}` says {each.clause}"
        if each.action == "delete":
            grants: list[Acting] = [(each.role, ref, "DELETE")]
        else:
            grants = [(each.role, ObjectRef("column", (*ref.name, column)), "UPDATE") for column in key.columns]
        for grant in grants:
            found[grant] = (*found.get(grant, ()), sentence)
    return found


def _computed(known: Compiled) -> dict[Acting, tuple[str, ...]]:
    """For each grant on a generated column: the columns of another category that show through it."""
    found: dict[Acting, tuple[str, ...]] = {}
    for role, table, column, source in computed_columns(known.classes, known.found.links):
        grant: Acting = (role, ObjectRef("column", (*_table(table).name, column)), "SELECT")
        sentence = f"`{table}.{column}` is computed from `{source}`, which the same class may not read"
        found[grant] = (*found.get(grant, ()), sentence)
    return found


def _table(name: str) -> ObjectRef:
    schema, _, table = name.partition(".")
    return ObjectRef("table", (schema, table))
