"""Findings: what can still be reached past the policy, each with its path, SQL that reproduces it, and a remedy.

The graph of all access is searched *without* the memberships that the policy itself wants (an account in its class):
what is reached all the same is reached past the policy. What the policy opens to the account anyway is no finding.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from recuse.compiler.condition import ALWAYS
from recuse.enforcement.closing import Ended, unmade
from recuse.enforcement.diff import Difference
from recuse.enforcement.facts import Fact, Membership, Role
from recuse.enforcement.names import OWNER, PREFIX
from recuse.model import UNBOUND_USES, Account, Repository, System, TableMap
from recuse.operations.closable import Choice, Closable, Raw, without
from recuse.operations.finding import PLAN_AND_APPLY, Finding, Severity
from recuse.operations.plan import Planned
from recuse.paths import ANYONE, FILTERED, Edge, Graph, Path, Place, Reached, Search
from recuse.policy.trees import serves
from recuse.targets.records import Collected, Way


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
    """Turns the edges collected from one system into findings against its plan.

    What `gone` ends is taken for gone, and a `secured` table for one that shows rows to classes alone, as it will be
    once the plan has run; `written` gives the SQL of a closing, for remedies.
    """

    repository: Repository
    system: System
    planned: Planned
    collected: Collected
    gone: frozenset[Raw] = frozenset()
    secured: frozenset[str] = frozenset()
    written: Callable[[Ended], str] | None = None
    _tables: dict[str, TableMap] = field(init=False)
    _graph: Graph = field(init=False)
    _closable: Closable = field(init=False)
    _exempt: frozenset[str] = field(init=False)
    _sql: dict[Ended, str] = field(default_factory=dict)
    _unmade: dict[Ended, str] = field(init=False)

    def __post_init__(self) -> None:
        self._tables = {table.name: table for table in self.system.tables}
        wanted = _memberships(self.planned.wanted)
        self._graph = Graph.of(
            e
            for e in without(self.collected.edges, self.gone)
            if not _is_policy(e, wanted) and not self._is_governed(e)
        )
        roles = (fact for fact in self.planned.found.facts if isinstance(fact, Role))
        self._exempt = frozenset(role.name for role in roles if role.superuser or role.bypass_rls)
        self._unmade = {}
        for statement in self.planned.statements:
            for change in statement.changes:
                for ended in unmade(Difference(change.make, change.fact, change.before)):
                    self._unmade.setdefault(ended, statement.do)

    def find(self) -> tuple[Finding, ...]:
        """Everything that an account of the system reaches past the policy, sorted."""
        accounts = tuple(self._accounts())
        search = self._graph.search_all([Place(f"login:{account.login}", account.login) for account in accounts])
        self._closable = self._closable_in(search, accounts)
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

    def _closable_in(self, search: Search, accounts: Sequence[Account]) -> Closable:
        """Never what accounts hold that no policy binds, nor what this connection's own login holds."""
        every = self.repository.accounts.values()
        spared = {a.login for a in every if a.system == self.system.name and a.use in UNBOUND_USES}
        server, found = self.planned.found.server, self.planned.found.facts
        spared |= {server.login, server.bootstrap}
        ids = [account.id for account in accounts]
        return Closable(self._graph, search, self.collected, ids, self.planned.wanted, found, frozenset(spared))

    def _shown(self, search: Search) -> Iterator["_Shown"]:
        """Where anyone reaches a governed column; sorted, so that no account's answer depends on the others."""
        for node in sorted(search.nodes()):
            about = self._category(node)
            for identity, who in search.who(node).items() if about is not None else ():
                place = Place(node, identity)
                rows = self.collected.rows(place)
                if about is not None and rows != "none" and not self._hides(about[0], identity):
                    yield _Shown(place, who, *about, rows)

    def _hides(self, table: str, identity: str) -> bool:
        """Whether the plan itself will hide every row of a table from this identity."""
        return table in self.secured and identity not in {ANYONE, FILTERED, *self._exempt}

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
                yield self._future(account, place, reached)

    def _weaknesses(self, accounts: Sequence[Account], search: Search) -> Iterator[Finding]:
        """What accounts reach that is no data of this database: one finding for each reason, whoever it is true of."""
        held: dict[tuple[str, str], dict[str, Path]] = {}
        ids = {account.id: number for number, account in enumerate(accounts)}
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
            chosen = [self._closable.choose(weakness.code, p, search.reached(ids[h])) for h, p in holders.items()]
            choices = tuple(choice for choice in chosen if choice is not None)
            yield Finding(
                code=weakness.code,
                system=self.system.name,
                account="" if others else holder,
                object=node,
                steps=path[-1:] if others else path,
                reproduce=f"-- {', '.join(holders)}: {weakness.sentence}; {reason}",
                remedy=self._remedy(path[::-1], choices),  # what gives it, before one login's way to it
                severity=weakness.severity,
                choices=choices,
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
        choices = self._choices(code, way.path, reached)
        return Finding(
            code=code,
            system=self.system.name,
            account=account.id,
            category=category,
            object=way.end.node,
            door=self._door(account, way.path),
            steps=way.path,
            reproduce=self.collected.reproduce(self._graph, reached, way),
            remedy=self._remedy(way.path, choices),
            severity="high" if account.active else "critical",
            rows=way.rows,
            choices=choices,
        )

    def _choices(self, code: str, path: Path, reached: Reached) -> tuple[Choice, ...]:
        chosen = self._closable.choose(code, path, reached)
        return () if chosen is None else (chosen,)

    def _future(self, account: Account, place: Place, reached: Reached) -> Finding:
        path = reached[place]
        choices = self._choices("default-privilege", path, reached)
        return Finding(
            code="default-privilege",
            system=self.system.name,
            account=account.id,
            category="(next objects)",
            object=place.node,
            door="back",
            steps=path,
            reproduce=f"-- {path[-1].reason}",
            remedy=self._remedy(path[::-1], choices),  # the default itself, before this one login's way to it
            severity="high",
            choices=choices,
        )

    def _door(self, account: Account, path: Path) -> str:
        """An inactive account is a ghost whatever its path; else the path's own door, or that of its agency."""
        if not account.active:
            return "ghost"
        return self.collected.told(path).door or ("fusion" if serves(self.repository, account.agency) else "front")

    def _remedy(self, path: Path, choices: Sequence[Choice]) -> str:
        """The statement of the plan that closes the first step that it can, or of a closing, or what a person does."""
        for edge in path:
            ended = self.collected.ended(edge.ends)
            if ended in self._unmade:
                return self._unmade[ended]
        if self.planned.plan.changes:
            return PLAN_AND_APPLY
        if choices and self.written is not None:
            several = dict.fromkeys(choice.ended for choice in choices)
            for ended in several:
                if ended not in self._sql:
                    self._sql[ended] = self.written(ended)
            return ";\n".join(self._sql[ended] for ended in several)
        code = self.collected.told(path).code
        telling = (edge for edge in path if self.collected.told((edge,)).code == code)
        return f"close this step: {next(telling, path[-1]).reason}"


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
    return names in wanted and not names[0].startswith(OWNER)
