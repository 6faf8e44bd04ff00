"""Findings: what can still be reached past the policy, each with its path, SQL that reproduces it, and a remedy.

The graph of all access is searched *without* the memberships that the policy itself wants (an account in its class):
what is reached all the same is reached past the policy. What the policy opens to the account anyway is no finding.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from recuse.compiler.condition import ALWAYS
from recuse.enforcement.facts import DefaultPrivilege, Fact, Grant, Membership
from recuse.enforcement.scope import PREFIX
from recuse.model import UNBOUND_USES, Account, Repository, System, TableMap
from recuse.operations.plan import Planned
from recuse.paths import Edge, Graph, Path, Place, Reached, Search
from recuse.policy.trees import serves
from recuse.targets.records import Collected, Way

PLAN_AND_APPLY: Final = "recuse plan, then recuse apply"
Severity = Literal["critical", "high", "low"]

# Attributes of a login that no plan takes away, with what a person does about them.
_ATTRIBUTES: Final[Mapping[str, str]] = {"superuser": "NOSUPERUSER", "CREATEROLE": "NOCREATEROLE"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing reached past the policy. `door` is its class of LAW.md B.2; `steps` read as sentences."""

    code: str
    system: str
    object: str
    reproduce: str
    account: str = ""
    category: str = ""
    door: str | None = None
    steps: tuple[Edge, ...] = ()
    remedy: str | None = None
    severity: Severity = "high"
    rows: str = "all"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A governed column that the accounts `who` (a set of starts) reach as one identity."""

    place: Place
    who: int
    table: str
    category: str
    rows: str


@dataclass(slots=True)
class Finder:
    """Turns the edges collected from one system into findings against its plan."""

    repository: Repository
    system: System
    planned: Planned
    collected: Collected
    _tables: dict[str, TableMap] = field(init=False)
    _graph: Graph = field(init=False)

    def __post_init__(self) -> None:
        self._tables = {table.name: table for table in self.system.tables}
        wanted = _memberships(self.planned.wanted)
        self._graph = Graph.of(
            e for e in self.collected.edges if not _is_policy(e, wanted) and not self._is_governed(e)
        )

    def find(self) -> tuple[Finding, ...]:
        """Everything that an account of the system reaches past the policy, sorted."""
        accounts = tuple(self._accounts())
        search = self._graph.search_all([Place(f"login:{account.login}", account.login) for account in accounts])
        shown = tuple(self._shown(search))
        found: list[Finding] = []
        for number, account in enumerate(accounts):
            found += self._of_account(account, search.reached(number), shown)
        found += self._weaknesses(accounts, search)
        return tuple(sorted(found, key=lambda f: (_SEVERITIES.index(f.severity), f.account, f.category, f.code)))

    def _accounts(self) -> Iterator[Account]:
        for account in sorted(self.repository.accounts.values(), key=lambda a: a.id):
            here = account.system == self.system.name and account.login in self.collected.logins
            if here and account.use not in UNBOUND_USES:
                yield account

    def _shown(self, search: Search) -> Iterator["_Shown"]:
        """Where anyone reaches a governed column; sorted, so that no account's answer depends on the others."""
        for node in sorted(search.nodes()):
            about = self._category(node)
            for identity, who in search.who(node).items() if about is not None else ():
                place = Place(node, identity)
                rows = self.collected.rows(place)
                if about is not None and rows != "none":
                    yield _Shown(place, who, *about, rows)

    def _of_account(self, account: Account, reached: Reached, shown: Sequence["_Shown"]) -> Iterator[Finding]:
        start = reached.search.starts[reached.start]
        best: dict[tuple[str, str], Way] = {}
        for one in shown:
            if not one.who >> reached.start & 1 or self._allowed(account, one.table, one.category):
                continue
            path = reached[one.place]
            if path and path[0].kind == "REPLICATION":
                continue  # one finding for the attribute, whatever it shows
            found = (one.category, self.collected.told(path).code)
            if found not in best or len(path) < len(best[found].path):
                best[found] = Way(start, one.place, path, one.rows)
        for (category, code), way in best.items():
            if code == "set-role" and {(category, "membership"), (category, "public")} & best.keys():
                continue  # the same membership used a second way, or a detour to what everyone has
            yield self._finding(account, category, code, way, reached)
        for node in sorted(
            node for node in reached.search.nodes() if node.startswith("future:") and not is_elsewhere(node)
        ):
            place = Place(node, account.login)
            if place in reached:
                yield self._future(account, place, reached[place])

    def _weaknesses(self, accounts: Sequence[Account], search: Search) -> Iterator[Finding]:
        """What accounts reach that is no data of this database: one finding for each reason, whoever it is true of."""
        held: dict[tuple[str, str], dict[str, Path]] = {}
        weak = sorted(node for node in search.nodes() if _kind(node) in self.collected.weaknesses)
        for number, account in enumerate(accounts):
            reached = search.reached(number)
            connects = Place(f"database:{self.collected.database}", account.login) in reached
            if not connects or reached.at("superuser:"):
                continue  # a superuser is a finding of its own, and what it can do besides is none
            for node in weak:
                if reached.at(node):
                    path = reached.shortest(node)
                    held.setdefault((node, path[-1].reason), {}).setdefault(account.id, path)
        for (node, reason), holders in held.items():
            weakness = self.collected.weaknesses[_kind(node)]
            (holder, path), *others = holders.items()
            yield Finding(
                code=weakness.code,
                system=self.system.name,
                account="" if others else holder,
                object=node,
                steps=path[-1:] if others else path,
                reproduce=f"-- {', '.join(holders)}: {weakness.sentence}; {reason}",
                remedy=self._remedy(path[::-1]),  # what gives it, before one login's way to it
                severity=weakness.severity,
            )

    def _is_governed(self, edge: Edge) -> bool:
        """Whether this leads from a governed table to another that it looks like: the policy decides about both."""
        return edge.kind in ("copy", "foreign key value") and self._category(edge.source) is not None

    def _category(self, node: str) -> tuple[str, str] | None:
        """The governed table and category of a column's node."""
        kind, _, name = node.partition(":")
        if kind not in ("column", "part") or is_elsewhere(name):
            return None
        parts = split_name(name)
        table = self._tables.get(".".join(parts[:2]))
        if table is None or len(parts) != 3 or (parts[2] in table.key and len(table.categories) > 1):
            return None
        return table.name, table.columns.get(parts[2], table.category)

    def _allowed(self, account: Account, table: str, category: str) -> bool:
        """Whether the account's standing class opens every row of this category anyway."""
        role = self.planned.classes.standing.get(account.login)
        rights = self.planned.classes.contents[role].of(table) if role is not None else None
        if rights is None:
            return False
        mapped = self._tables[table]
        columns = {c for c in rights.read if mapped.columns.get(c, mapped.category) == category and c not in mapped.key}
        return bool(columns) and rights.read_rows == ALWAYS

    def _finding(self, account: Account, category: str, code: str, way: Way, reached: Reached) -> Finding:
        return Finding(
            code=code,
            system=self.system.name,
            account=account.id,
            category=category,
            object=way.end.node,
            door=self._door(account, way.path),
            steps=way.path,
            reproduce=self.collected.reproduce(self._graph, reached, way),
            remedy=self._remedy(way.path),
            severity="high" if account.active else "critical",
            rows=way.rows,
        )

    def _future(self, account: Account, place: Place, path: Path) -> Finding:
        return Finding(
            code="default-privilege",
            system=self.system.name,
            account=account.id,
            category="(next objects)",
            object=place.node,
            door="back",
            steps=path,
            reproduce=f"-- {path[-1].reason}",
            remedy=self._remedy(path[::-1]),  # the default itself, before this one login's way to it
            severity="high",
        )

    def _door(self, account: Account, path: Path) -> str:
        """An inactive account is a ghost whatever its path; else the path's own door, or that of its agency."""
        if not account.active:
            return "ghost"
        return self.collected.told(path).door or ("fusion" if serves(self.repository, account.agency) else "front")

    def _remedy(self, path: Path) -> str:
        """The statement of the plan that closes the first step that it can, or what a person does."""
        for edge in path:
            for statement in self.planned.statements:
                if any(not change.make and _is_about(edge, change.fact) for change in statement.changes):
                    return statement.do
        if self.planned.plan.changes:
            return PLAN_AND_APPLY
        attribute = next((_ATTRIBUTES[edge.kind] for edge in path if edge.kind in _ATTRIBUTES), None)
        holder = path[0].source.partition(":")[2]
        return f"ALTER ROLE {holder} {attribute}" if attribute else f"close this step: {path[-1].reason}"


_SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "low")


def _kind(node: str) -> str:
    return f"{node.partition(':')[0]}:"


def is_elsewhere(name: str) -> bool:
    """Whether a name is that of something in another database: `@database` stands behind it."""
    return "@" in re.sub(r'"(?:[^"]|"")+"', "", name)


def split_name(name: str) -> tuple[str, ...]:
    """The parts of a name as PostgreSQL writes it: quoted parts unquoted."""
    parts = re.findall(r'"(?:[^"]|"")+"|[^.]+', name)
    return tuple(part[1:-1].replace('""', '"') if part.startswith('"') else part for part in parts)


def _memberships(wanted: Iterable[Fact]) -> frozenset[tuple[str, str]]:
    return frozenset((f.member, f.role) for f in wanted if isinstance(f, Membership) and f.role.startswith(PREFIX))


def _is_policy(edge: Edge, wanted: frozenset[tuple[str, str]]) -> bool:
    """Whether this step is a wanted membership of an account (or its door role) in a class."""
    source, target = edge.source.partition(":")[2], edge.target.partition(":")[2]
    names = ("".join(split_name(source)), "".join(split_name(target)))
    return names in wanted and not names[0].startswith("recuse_o_")


def _is_about(edge: Edge, fact: Fact) -> bool:
    """Whether unmaking this fact takes the step away."""
    source, target = edge.source.partition(":")[2], edge.target.partition(":")[2]
    match fact:
        case Membership(role=role, member=member):
            return (split_name(source), split_name(target)) == ((member,), (role,))
        case Grant(on=on, grantee=grantee):
            holder = ("public",) if edge.source == "public:" else split_name(source)
            wanted = ("public",) if grantee is None else (grantee,)
            name = on.name[:2] if on.kind != "function" else (on.name[0], f"{on.name[1]}({on.name[2]})")
            return holder == wanted and split_name(target)[:2] == name
        case DefaultPrivilege(owner=owner):
            return edge.target.startswith("future:") and f" {owner} " in f" {edge.reason} "
        case _:
            return False
