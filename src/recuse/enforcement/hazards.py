"""The dangers of a change, named where the change is made."""

from dataclasses import replace

from recuse.enforcement.facts import DefaultPrivilege, Grant, Hazard, Membership, Owner, Role, RowPolicy, RowSecurity
from recuse.enforcement.plan import Change


def with_hazards(
    changes: tuple[Change, ...], categorised: frozenset[str], owners: frozenset[str]
) -> tuple[Change, ...]:
    """The same changes with their hazards. `categorised` are governed relations, `owners` the roles that own them."""
    return tuple(replace(change, hazards=hazards_of(change, categorised, owners)) for change in changes)


def hazards_of(change: Change, categorised: frozenset[str], owners: frozenset[str]) -> tuple[Hazard, ...]:
    """The hazards of one change."""
    match change.fact:
        case Grant(on=on, grantee=grantee) if not change.make and on.kind in ("table", "column", "view", "matview"):
            name = ".".join(on.relation.name)
            if name not in categorised:
                sentence = f"`{name}` has no category and closes to `{grantee or 'PUBLIC'}`"
                return (Hazard("uncategorised", sentence, "give it a category if someone should read it"),)
        case Role(login=False) if change.before is not None:
            return (Hazard("login-ends", f"`{change.fact.name}` can no longer log in", "activate it in accounts.toml"),)
        case RowSecurity(enabled=True):
            return _of_row_security(".".join(change.fact.table.name))
        case RowPolicy(restrictive=True) if change.make and change.fact.name != "recuse_cut":
            table = ".".join(change.fact.table.name)
            return (
                Hazard(
                    "foreign-policy",
                    f"`{table}` has row policies of others; what they hide stays hidden",
                    "drop them when the directive alone should decide",
                ),
            )
        case Owner():
            return (Hazard("owner", f"{change.fact.of} will show what `{change.fact.role}` may read, and no more"),)
        case Membership(role=role, member=member) if not change.make and role in owners:
            return (
                Hazard(
                    "owner-member",
                    f"`{member}` can no longer act as `{role}`, which owns governed data",
                    "run its migrations as an administrator",
                ),
            )
        case DefaultPrivilege(owner=owner):
            return (Hazard("default-privilege", f"the next objects of `{owner}` will be closed"),)
        case _:
            pass
    return ()


def _of_row_security(table: str) -> tuple[Hazard, ...]:
    return (
        Hazard(
            "table-lock",
            f"`{table}` is locked for a moment; a reader that holds it makes this step wait and try again",
        ),
        Hazard(
            "copy-from",
            f"COPY {table} FROM is refused by PostgreSQL once row security is on",
            "copy into a staging table, then INSERT … SELECT",
        ),
    )
