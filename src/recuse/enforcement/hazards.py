"""The dangers of a change, named where the change is made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from recuse.enforcement.facts import (
    ConflictGuard,
    DefaultPrivilege,
    Grant,
    Hazard,
    Membership,
    ObjectRef,
    Owner,
    Privilege,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.links import Links
from recuse.enforcement.plan import Change

Acting = tuple[str, ObjectRef, Privilege]  # a grantee, what it is granted on, and the privilege that sets something off


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What makes a change dangerous that would not be elsewhere.

    `categorised` are governed relations, `owners` the roles that own them; `copied_into` are tables that a bound login
    may INSERT into now; `acting` says of a grant which rows a foreign key changes by it, `computed` which closed
    column shows through a generated one, each as a sentence. `shortened` are logins that make backups and are bound;
    `elsewhere` says in which other systems a login is active.
    """

    categorised: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    copied_into: frozenset[str] = frozenset()
    links: Links = field(default_factory=Links)
    acting: Mapping[Acting, tuple[str, ...]] = field(default_factory=dict)
    computed: Mapping[Acting, tuple[str, ...]] = field(default_factory=dict)
    shortened: tuple[str, ...] = ()
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def with_hazards(changes: tuple[Change, ...], around: Surroundings) -> tuple[Change, ...]:
    """The same changes with their hazards."""
    found = ((change, tuple(hazards_of(change, around))) for change in changes)
    return tuple(replace(change, hazards=hazards) if hazards else change for change, hazards in found)


def hazards_of(change: Change, around: Surroundings) -> Iterator[Hazard]:
    """The hazards of one change."""
    match change.fact:
        case Grant() as grant:
            yield from _made(grant, around) if change.make else _unmade(grant, around)
        case Role(login=False) if change.before is not None:
            yield from _login_ends(change.fact.name, around)
        case RowSecurity(enabled=enabled):
            yield from _of_row_security(".".join(change.fact.table.name), around if enabled else Surroundings())
        case RowPolicy(restrictive=True) if change.make and change.fact.name != "recuse_cut":
            table = ".".join(change.fact.table.name)
            sentence = f"`{table}` has row policies of others; what they hide stays hidden"
            yield Hazard("foreign-policy", sentence, "drop them when the directive alone should decide")
        case ConflictGuard(table=table) if change.make:
            name = ".".join(table.name)
            sentence = f"ON CONFLICT DO UPDATE, and MERGE that does both, is refused on `{name}`: it shows hidden rows"
            yield Hazard(
                "upsert-refused", sentence, "UPDATE, then INSERT … ON CONFLICT DO NOTHING; or upgrade the server"
            )
        case Owner():
            yield Hazard("owner", f"{change.fact.of} will show what `{change.fact.role}` may read, and no more")
        case Membership(role=role, member=member) if not change.make and role in around.owners:
            sentence = f"`{member}` can no longer act as `{role}`, which owns governed data"
            yield Hazard("owner-member", sentence, "run its migrations as an administrator")
        case DefaultPrivilege(owner=owner) if change.make:
            yield Hazard("default-privilege", f"the next objects of `{owner}` will be open by default, as they were")
        case DefaultPrivilege(owner=owner):
            yield Hazard("default-privilege", f"the next objects of `{owner}` will be closed")
        case Support() if not change.make:
            sentence = "the schema `recuse` goes, and every permit with it; what was issued stays in the ledger"
            yield Hazard("permits-end", sentence, "tell those who hold a permit in force")
        case _:
            pass


def _login_ends(login: str, around: Surroundings) -> Iterator[Hazard]:
    yield Hazard("login-ends", f"`{login}` can no longer log in", "activate it in accounts.toml")
    for system in around.elsewhere.get(login, ()):
        sentence = f"`{login}` is active in `{system}`: if that is a database of this server, it cannot log in there"
        yield Hazard("login-shared", sentence, f"apply `{system}` first: whom its classes admit keeps the login")


def _made(grant: Grant, around: Surroundings) -> Iterator[Hazard]:
    key = (grant.grantee or "", grant.on, grant.privilege)
    for sentence in around.computed.get(key, ()):
        yield Hazard("generated-column", sentence, "give both columns one category, or drop the generated one")
    for sentence in around.acting.get(key, ()):
        remedy = "let the rules open it only to who may change those rows too, or let the key refuse (ON … RESTRICT)"
        yield Hazard("key-action", sentence, remedy)


def _unmade(grant: Grant, around: Surroundings) -> Iterator[Hazard]:
    name = ".".join(grant.on.relation.name)
    if grant.on.kind not in ("table", "column", "view", "matview") or name in around.categorised:
        return
    grantee = grant.grantee or "PUBLIC"
    wholes = [whole for whole in around.links.wholes_of(name) if whole in around.categorised]
    if wholes:
        sentence = f"`{name}` is a part of `{wholes[0]}` and closes by its own name to `{grantee}`"
        yield Hazard("part", sentence, f"ask for `{wholes[0]}`, or give `{name}` the same place in the category map")
    else:
        sentence = f"`{name}` has no category and closes to `{grantee}`"
        yield Hazard("uncategorised", sentence, "give it a category if someone should read it")


def _of_row_security(table: str, around: Surroundings) -> Iterator[Hazard]:
    yield Hazard(
        "table-lock", f"`{table}` is locked for a moment; a reader that holds it makes this step wait and try again"
    )
    if table in around.copied_into:
        sentence = f"COPY {table} FROM is refused by PostgreSQL once row security is on"
        yield Hazard("copy-from", sentence, "copy into a staging table, then INSERT … SELECT")
    for login in around.shortened:
        sentence = f"`{login}` makes backups and has no BYPASSRLS: pg_dump stops here, or writes no row"
        yield Hazard("backup-short", sentence, f"ALTER ROLE {login} BYPASSRLS, before this is applied")
    for owner, name in sorted(around.links.triggers):
        if owner == table:
            sentence = (
                f"trigger `{name}` of `{table}` runs on rows that others write; what it does with them is not known"
            )
            yield Hazard("trigger", sentence, "read its function: it may neither show rows nor copy them elsewhere")
    for publication, published in sorted(around.links.published):
        if published == table:
            sentence = (
                f"publication `{publication}` sends rows of `{table}` on, and no row policy binds who receives them"
            )
            yield Hazard(
                "published", sentence, f"ALTER PUBLICATION {publication} DROP TABLE {table}, or answer for the copy"
            )
