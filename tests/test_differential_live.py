"""The enforced database against Cedar: each login, on its own connection, reaches exactly the rows Cedar allows.

Every generated rule set goes the product's own way (classes, rights, wanted facts, diff, order, SQL) onto a live
server; then three accounts of three agencies read, update, delete and insert, standing and under a permit. Only row
policies, grants and memberships change between sets. A row reached that Cedar denies is reported apart and first.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields, replace
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Final, Literal

import cedarpy
import psycopg
import pytest
from psycopg import sql

from recuse.compiler.classes import ClassContent, Classifier, ClassMap, Declared
from recuse.compiler.residual import RuleText
from recuse.compiler.wanted import Catalog, wanted
from recuse.enforcement.diff import diff
from recuse.enforcement.facts import Fact, Owner, Role
from recuse.enforcement.held import Holdings
from recuse.enforcement.order import Situation, order
from recuse.enforcement.scope import Scope
from recuse.errors import UnsupportedRuleError
from recuse.model import ACTIONS, UNDECLARED_CIRCUMSTANCES, Action, Circumstances, TableMap
from recuse.policy.contexts import Context
from recuse.targets.postgres.canonical import canonical
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.inspect import inspect
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.target import PostgresSession
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conformance.faults import TEXT_FAULTS
from tests.conformance.generate import Generator
from tests.conformance.world import (
    ATTRIBUTES,
    CIRCUMSTANCES,
    EMPTY,
    KIND,
    PRINCIPALS,
    Asking,
    Row,
    definitions,
    entities,
    random_rows,
    requests,
    stored,
)
from tests.conftest import DEBIAN_15, binaries_of
from tests.test_mutants import FAULTS as MUTANTS
from tests.unit.enforcement.small import (
    CATEGORIES,
    OF_RECORD,
    SYSTEM,
    account,
    repository,
    rules_of,
    system_of,
    table_map,
)

JOBS: Final = {18: 2, 15: 1}  # by version; each does an equal share of the rule sets
STORED: Final = 12  # rows in the table
CANDIDATES: Final = 2  # rows that each login tries to insert
MOVES: Final = 2  # changes of a stored row that can carry it out of what the login may reach
ROWS_KEPT: Final = 100  # sets that share these rows
COMPARED_EVERY: Final = 50  # sets after which the facts are read back from the catalog
LOGINS: Final = ("clerk", "agent", "analyst")
PRINCIPAL_OF: Final = dict(zip(LOGINS, PRINCIPALS, strict=True))
UNDECLARED: Final = Context(UNDECLARED_CIRCUMSTANCES, None, standing=True)
COLUMN_OF: Final = {"release_date": "weight", "arrest_record": "Note"}
COLUMNS: Final = {
    category: tuple(a.column for _, a in ATTRIBUTES if (a.column in OF_RECORD) == (category == "arrest_record"))
    for category in CATEGORIES
}
OF_COLUMN: Final = {attribute.column: attribute for _, attribute in ATTRIBUTES}

_ALL: Final = range(STORED + CANDIDATES + MOVES)
ROWS_ASKED: Final[Mapping[Action, range]] = {
    "read": _ALL, "update": _ALL, "delete": range(STORED), "insert": range(STORED, STORED + CANDIDATES),
}  # fmt: skip

Kind = Literal["read", "update", "delete", "insert", "move"]
Key = tuple[str, Kind, str]  # login, what was tried, category
Requests = dict[tuple[Asking, str, bool], list[dict[str, object]]]
_BY_CATEGORY: Final[tuple[Kind, ...]] = ("read", "update", "move")
KEYS: Final[tuple[tuple[Kind, str], ...]] = (
    ("delete", ""),
    ("insert", ""),
    *((kind, category) for category in CATEGORIES for kind in _BY_CATEGORY),
)
NOTHING: Final = {login: {(login, kind, category): frozenset[int]() for kind, category in KEYS} for login in LOGINS}


@dataclass(frozen=True, slots=True)
class Move:
    """A stored row given other values in the columns of one category; `becomes` is the index of the row it would be."""

    stored: int
    category: str
    becomes: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Stored rows first, then those to insert (whole, or the columns of one category), then what moves would make."""

    all: tuple[Row, ...]
    inserts: tuple[tuple[int, tuple[str, ...]], ...]
    moves: tuple[Move, ...]
    cedar: Mapping[tuple[str, bool], cedarpy.Entities] = field(repr=False)


def rows_of(random: Random) -> Rows:
    """A table full of hostile values, with every row that the tries could make of it."""
    rows = random_rows(random, STORED + CANDIDATES + MOVES)
    inserts: list[tuple[int, tuple[str, ...]]] = []
    for index in range(STORED, STORED + CANDIDATES):
        given = random.choice(((CATEGORIES[0],), (CATEGORIES[1],), CATEGORIES, CATEGORIES))
        for _, attribute in ATTRIBUTES:
            if not any(attribute.column in COLUMNS[category] for category in given):
                rows[index][attribute.column] = None if attribute.optional else EMPTY[attribute.type]
        inserts.append((index, given))
    moves: list[Move] = []
    for index in range(STORED + CANDIDATES, len(rows)):
        move = Move(random.randrange(STORED), random.choice(CATEGORIES), index)
        rows[index] = rows[move.stored] | {column: rows[index][column] for column in COLUMNS[move.category]}
        moves.append(move)
    cedar = {
        (category, public): entities(rows, replace(KIND, category=category, public=public))
        for category in CATEGORIES
        for public in (False, True)
    }
    return Rows(tuple(rows), tuple(inserts), tuple(moves), cedar)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One generated set, whether its table is public, the context in which each login asks; of how many categories."""

    text: str
    policies: cedarpy.PolicySet
    rules: tuple[RuleText, ...]
    public: bool
    contexts: Mapping[str, Context]
    single: bool

    def category(self, name: str) -> str:
        """The category of the columns that are otherwise of category `name`."""
        return CATEGORIES[0] if self.single else name

    @property
    def table(self) -> TableMap:
        return table_map(public=self.public, of_record=() if self.single else OF_RECORD)


class Shallow(Generator):
    """Writes expressions of at most two levels: depth is for the in-process test, which has no server to wait for."""

    def expression(self, depth: int) -> str:
        return super().expression(min(depth, 2))


def rule_set(random: Random) -> RuleSet:
    text = Shallow(random, wildness=random.choice((0.0, 0.0, 0.15))).rule_set()
    chosen = {login: random.choice(CIRCUMSTANCES) for login in LOGINS}
    contexts = {
        login: Context(c, "exchange" if c.agreed else None, standing=random.random() < 0.5)
        for login, c in chosen.items()
    }
    policies = cedarpy.PolicySet.from_str(text)
    return RuleSet(text, policies, rules_of(policies), random.random() < 0.3, contexts, random.random() < 0.6)


@dataclass(slots=True)
class Oracle:
    """Cedar's answers for one rule set; denied too where a forbid errs. Remembers requests, which do not change."""

    rules: RuleSet
    rows: Rows
    asked: Requests
    decisions: int = 0
    _allowed: dict[tuple[str, Circumstances, Action, str], frozenset[int]] = field(default_factory=dict)

    def decide(self, contexts: Iterable[tuple[str, Circumstances]]) -> None:
        """Decide for these logins in these circumstances whatever the tries will need."""
        pairs = list(contexts)
        forbids = {rule.id for rule in self.rules.rules if rule.effect == "forbid"}
        for category in self.rules.table.categories:
            keys = [(login, c, action) for login, c in pairs for action in ACTIONS]
            batch = [request for key in keys for request in self._requests(*key, category)]
            found = cedarpy.is_authorized_batch(
                batch, self.rules.policies, self.rows.cedar[category, self.rules.public]
            )
            self.decisions += len(batch)
            answers = iter(found)
            for key in keys:
                self._allowed[*key, category] = frozenset(
                    index
                    for index, answer in zip(ROWS_ASKED[key[2]], answers, strict=False)
                    if answer.allowed and not _erring(answer, forbids)
                )

    def _requests(self, login: str, of: Circumstances, action: Action, category: str) -> list[dict[str, object]]:
        key = (Asking(PRINCIPAL_OF[login], action, of), category, self.rules.public)
        if key not in self.asked:
            kind = replace(KIND, category=category, public=self.rules.public)
            self.asked[key] = requests(key[0], len(self.rows.all), kind)
        asked = ROWS_ASKED[action]
        return self.asked[key][asked.start : asked.stop]

    def allowed(self, login: str, of: Circumstances) -> dict[Key, frozenset[int]]:
        """What a login reaches by each try. Changing also takes reading, deleting takes every category."""

        def rows(action: Action, category: str) -> frozenset[int]:
            return self._allowed[login, of, action, self.rules.category(category)]

        stored = frozenset(range(STORED))
        reached: dict[Key, frozenset[int]] = {}
        for category in CATEGORIES:
            changing = rows("read", category) & rows("update", category)
            reached[login, "read", category] = rows("read", category) & stored
            reached[login, "update", category] = changing & stored
            reached[login, "move", category] = frozenset(
                m.becomes
                for m in self.rows.moves
                if m.category == category and m.stored in changing and m.becomes in changing
            )
        both = [rows(action, category) for category in CATEGORIES for action in ("read", "delete")]
        reached[login, "delete", ""] = stored.intersection(*both)
        reached[login, "insert", ""] = frozenset(
            index for index, given in self.rows.inserts if all(index in rows("insert", c) for c in given)
        )
        return reached


def _erring(answer: cedarpy.AuthzResult, forbids: set[str]) -> bool:
    errors = " ".join(answer.diagnostics.errors)
    return bool(errors) and any(f"`{name}`" in errors for name in forbids)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Rows reached though denied (`over`) or not reached though allowed."""

    over: frozenset[int]
    under: frozenset[int]
    about: str


@dataclass(slots=True)
class Tally:
    """What was counted over a run."""

    sets: int = 0
    refused: int = 0
    accounts: int = 0
    permits: int = 0
    decisions: int = 0
    tried: int = 0
    oracles: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    mismatches: list[Mismatch] = field(default_factory=list)

    def compare(
        self, expected: Mapping[Key, frozenset[int]], reached: Mapping[Key, frozenset[int]], about: str
    ) -> None:
        assert expected.keys() == reached.keys()
        for key, wants in expected.items():
            got = reached[key]
            self.tried += 1
            self.rows[key[1]] += len(got)
            if key[1] in ("read", "update", "delete"):
                self.oracles["none" if not wants else "all" if len(wants) == STORED else "some"] += 1
            if got != wants:
                self.mismatches.append(Mismatch(got - wants, wants - got, f"{key}\n{about}"))

    def sentence(self) -> str:
        return (
            f"{self.sets} sets ({self.refused} refused by name), {self.accounts} accounts, {self.permits} by permit, "
            f"{self.decisions} decisions, {self.tried} tries; oracles {dict(self.oracles)}, "
            f"rows reached {dict(self.rows)}, closed doors {dict(self.closed)}"
        )

    def judge(self) -> None:
        """Fail on over-grants before anything else."""
        over = [m for m in self.mismatches if m.over]
        assert not over, f"{len(over)} over-grants; the first: rows {sorted(over[0].over)} of {over[0].about}"
        assert not self.mismatches, (
            f"{len(self.mismatches)} under-grants; the first: rows {sorted(self.mismatches[0].under)} of "
            f"{self.mismatches[0].about}"
        )


REFUSAL: Final = "and a table has one row condition"
NO_PERMIT: Final = "no permit in force lets"
PASSWORD: Final = "x"
ISSUE: Final = "SELECT recuse.issue(%s, %s, %s, %s, %s, '2026-1', now() + interval '1 hour', 0)"
SPOILT: Final = """
INSERT INTO recuse.permit
SELECT 'expired ' || permit_id, login, login_oid, purpose, authority, agreement, case_number,
       now() - interval '2 hours', now() - interval '1 second', 0, NULL FROM recuse.permit
UNION ALL
SELECT 'revoked ' || permit_id, login, login_oid, purpose, authority, agreement, case_number,
       valid_from, valid_until, 0, now() FROM recuse.permit
"""
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Try:
    """One statement in a savepoint of its own; `row` is what it reaches when it returns none itself."""

    key: tuple[Kind, str]
    statement: bytes
    row: int | None = None


def tries_of(rows: Rows) -> tuple[Try, ...]:
    """What each login tries, the same for all."""
    found: list[Try] = []
    for category, column in COLUMN_OF.items():
        name = sql.Identifier(column)
        found.append(_try("read", category, sql.SQL("SELECT id, {} FROM records.arrest").format(name)))
        update = sql.SQL("UPDATE records.arrest SET {} = {} RETURNING id").format(name, name)
        found.append(_try("update", category, update))
    found.append(_try("delete", "", sql.SQL("DELETE FROM records.arrest RETURNING id")))
    for index, given in rows.inserts:
        columns = [column for category in given for column in COLUMNS[category]]
        insert = sql.SQL("INSERT INTO records.arrest (id, {}) VALUES ({}, {})").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), index, _values(rows.all[index], columns)
        )
        found.append(_try("insert", "", insert, index))
    for move in rows.moves:
        columns = list(COLUMNS[move.category])
        update = sql.SQL("UPDATE records.arrest SET ({}) = ROW ({}) WHERE id = {} RETURNING {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            _values(rows.all[move.becomes], columns), move.stored, move.becomes,
        )  # fmt: skip
        found.append(_try("move", move.category, update))
    return tuple(found)


def _try(kind: Kind, category: str, statement: sql.SQL | sql.Composed, row: int | None = None) -> Try:
    whole = sql.SQL("SAVEPOINT t; {}; ROLLBACK TO t").format(statement)
    return Try((kind, category), whole.as_bytes(None), row)


def _values(row: Row, columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(stored(OF_COLUMN[column], row[column]) for column in columns)


def reached(connection: Connection, login: str, tries: Iterable[Try]) -> dict[Key, frozenset[int]]:
    """What a login's own connection reaches, in the transaction and role that it is in; undone at once."""
    found: dict[Key, set[int]] = {(login, kind, category): set() for kind, category in KEYS}
    for each in tries:
        rows = found[login, *each.key]
        try:
            cursor = connection.execute(each.statement)
            cursor.nextset()
            rows |= {int(str(row[0])) for row in cursor} if each.row is None else {each.row}
        except psycopg.errors.InsufficientPrivilege:
            connection.execute("ROLLBACK TO t")
    return {key: frozenset(rows) for key, rows in found.items()}


@dataclass(slots=True)
class Live:
    """One server with the table, an administrator's connection, and each login's own connection."""

    admin: Connection
    logins: Mapping[str, Connection]
    catalog: Catalog
    renderer: Renderer
    facts: frozenset[Fact]

    def fill(self, rows: Rows) -> None:
        columns = [attribute.column for _, attribute in ATTRIBUTES]
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        with self.admin.transaction():
            self.admin.execute("DELETE FROM records.arrest")
            for index in range(STORED):
                insert = sql.SQL("INSERT INTO records.arrest (id, {}) VALUES ({}, {})")
                self.admin.execute(insert.format(names, index, _values(rows.all[index], columns)))

    def enforce(self, facts: frozenset[Fact], governed: Callable[[Fact], bool] = lambda _: True) -> None:
        """Make the facts these, by the statements and in the order of a plan, in one transaction."""
        empty = frozenset[str]()
        situation = Situation(SYSTEM, Holdings(self.facts), {}, empty, {}, frozenset(LOGINS), empty, empty, frozenset())
        changes = order(diff(self.facts, facts, governed), situation)
        statements = [do for statement in self.renderer.statements(changes) for do in statement.do]
        with self.admin.transaction():
            if statements:
                self.admin.execute(sql.SQL(";\n").join(statements))
        self.facts = facts

    def issue(self, declared: Iterable[Declared]) -> None:
        """A permit for each, and one expired and one revoked beside it."""
        with self.admin.transaction():
            self.admin.execute("DELETE FROM recuse.permit")
            for each in declared:
                c, agreement = each.context.circumstances, each.context.agreement
                self.admin.execute(ISSUE, (each.login, each.login, c.purpose, c.authority, agreement))
            self.admin.execute(SPOILT)

    def classes(self, rules: RuleSet) -> ClassMap:
        """The classes of the three logins in their contexts. UnsupportedRuleError when a table needs two conditions."""
        system, accounts = system_of(rules.table), [account(login) for login in LOGINS]
        classifier = Classifier(repository(system, accounts), system, rules.rules, self.catalog.shapes)
        contents: dict[str, ClassContent] = {}
        standing: dict[str, str] = {}
        declared: list[Declared] = []
        for each in accounts:
            for context in contexts_of(rules, each.login):
                content = classifier.content(each, context)
                if content.tables:
                    contents[content.role] = content
                    if context.standing:
                        standing[each.login] = content.role
                    else:
                        declared.append(Declared(each.login, context, content.role))
        return ClassMap(contents, standing, tuple(declared), {}, {}, ())

    def wanted(self, classes: ClassMap) -> frozenset[Fact]:
        """The wanted facts, with the logins as they are: the policy never makes or drops one."""
        made = wanted(system_of(table_map()), {login: account(login) for login in LOGINS}, classes, self.catalog)
        named = {fact.name for fact in made if isinstance(fact, Role)}
        return made | {f for f in self.catalog.facts if isinstance(f, Role) and f.name in set(LOGINS) - named}


def contexts_of(rules: RuleSet, login: str) -> tuple[Context, ...]:
    """An account without a standing purpose is undeclared until it declares."""
    context = rules.contexts[login]
    return (context,) if context.standing else (UNDECLARED, context)


@dataclass(slots=True)
class Comparison:
    """Rule sets one after the other on one server, compared with the oracle."""

    live: Live
    random: Random
    stop_at_first: bool = False
    tally: Tally = field(default_factory=Tally)
    _rows: Rows = field(init=False)
    _tries: tuple[Try, ...] = ()
    _asked: Requests = field(default_factory=dict)

    def run(self, sets: int) -> Tally:
        for number in range(sets):
            if self.stop_at_first and self.tally.mismatches:
                break
            if number % ROWS_KEPT == 0:
                self._rows = rows_of(self.random)
                self._tries = tries_of(self._rows)
                self.live.fill(self._rows)
            self._one(rule_set(self.random))
            if number % COMPARED_EVERY == 0:
                self._compare_facts()
        return self.tally

    def _one(self, rules: RuleSet) -> None:
        self.tally.sets += 1
        try:
            classes = self.live.classes(rules)
        except UnsupportedRuleError as refusal:
            if REFUSAL not in refusal.message:
                raise
            self.tally.refused += 1
            return
        self.live.enforce(self.live.wanted(classes))
        self.live.issue(classes.declared)
        oracle = Oracle(rules, self._rows, self._asked)
        oracle.decide((login, c.circumstances) for login in LOGINS for c in contexts_of(rules, login))
        self.tally.decisions += oracle.decisions
        for login in LOGINS:
            self.tally.accounts += 1
            with self.live.logins[login].transaction(force_rollback=True):
                self._account(login, rules, oracle, classes)

    def _account(self, login: str, rules: RuleSet, oracle: Oracle, classes: ClassMap) -> None:
        connection = self.live.logins[login]
        context = rules.contexts[login]
        before = contexts_of(rules, login)[0].circumstances
        about = f"{login} in {context}, public {rules.public}\n{rules.text}"
        self.tally.compare(oracle.allowed(login, before), reached(connection, login, self._tries), about)
        if context.standing:
            return
        roles = {each.login: each.role for each in classes.declared}
        if login in roles:
            self._without_permit(login, roles, about)
        entered = self._declare(connection, context.circumstances)
        assert entered == (login in roles), about
        self.tally.permits += entered
        after = reached(connection, login, self._tries) if entered else NOTHING[login]
        self.tally.compare(oracle.allowed(login, context.circumstances), after, f"with a permit: {about}")

    def _without_permit(self, login: str, roles: Mapping[str, str], about: str) -> None:
        """In the class role, but with no permit, or one that is not in force or not this login's: nothing."""
        connection = self.live.logins[login]
        others = [f"{other}" for other in roles if other != login]
        permit = self.random.choice(("", f"expired {login}", f"revoked {login}", *others))
        connection.execute("SAVEPOINT p")
        connection.execute(
            "SELECT set_config('recuse.permit', %s, true), set_config('role', %s, true), "
            "set_config('recuse.declared', extract(epoch FROM now())::text, true)",
            (permit, roles[login]),
        )
        shown = reached(connection, login, self._tries)
        connection.execute("ROLLBACK TO p")
        self.tally.closed[permit.partition(" ")[0] if " " in permit else "another's" if permit else "none"] += 1
        self.tally.compare(NOTHING[login], shown, f"with permit `{permit}`: {about}")

    def _declare(self, connection: Connection, circumstances: Circumstances) -> bool:
        try:
            connection.execute("SAVEPOINT d")
            connection.execute("SELECT recuse.declare(%s, %s)", (circumstances.purpose, circumstances.authority))
        except psycopg.errors.InsufficientPrivilege as refusal:
            if NO_PERMIT not in str(refusal):
                raise
            connection.execute("ROLLBACK TO d")
            return False
        return True

    def _compare_facts(self) -> None:
        """What the catalog holds is what was made, and nothing else of ours."""
        found = inspect(self.live.admin)
        made = canonical(self.live.admin, self.live.facts)
        assert diff(found.facts, made, Scope.of(found.facts, frozenset(LOGINS), frozenset({"postgres"})).governs) == ()


@contextmanager
def live_on(server: Server) -> Iterator[Live]:
    """The table and three logins on a server, closed to all; each login's connection stays open throughout."""
    with connect(server.dsn()) as admin, ExitStack() as stack:
        admin.prepare_threshold = None
        admin.execute("CREATE ROLE records_owner; CREATE SCHEMA records AUTHORIZATION records_owner")
        with admin.transaction():
            admin.execute("SET LOCAL ROLE records_owner")
            admin.execute(
                sql.SQL("CREATE TABLE records.arrest (id int PRIMARY KEY, {})").format(definitions(constrained=True))
            )
        for login in LOGINS:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(login), PASSWORD))
        found = inspect(admin)
        catalog = PostgresSession(admin).catalog(found)
        owners = {f.of: frozenset({f.role}) for f in found.facts | catalog.support if isinstance(f, Owner)}
        live = Live(admin, {}, catalog, Renderer(found.server.major, owners), found.facts)
        live.enforce(live.wanted(ClassMap({}, {}, (), {}, {}, ())), lambda _: False)
        live.logins = {
            login: stack.enter_context(
                psycopg.connect(server.dsn(user=login, password=PASSWORD), autocommit=True, prepare_threshold=None)
            )
            for login in LOGINS
        }
        yield live


@dataclass(frozen=True, slots=True)
class Job:
    """A share of the rule sets, on a server of its own in a process of its own."""

    binaries: Path
    seed: str
    sets: int


def run(job: Job) -> Tally:
    with throwaway(binaries=job.binaries) as server, live_on(server) as live:
        return Comparison(live, Random(job.seed)).run(job.sets)  # noqa: S311 - the seed can be given again


def merged(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        for each in fields(Tally):
            setattr(whole, each.name, getattr(whole, each.name) + getattr(tally, each.name))
    return whole


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[Mapping[int, list[Future[Tally]]]]:
    """All jobs of all versions that are installed, at work beside each other."""
    seed, sets = request.config.getoption("--seed"), request.config.getoption("--sets")
    versions = [v for v in JOBS if v == 18 or (DEBIAN_15 / "postgres").exists()]
    print(f"seed {seed}, {sets} rule sets")  # noqa: T201 - belongs in the report of a failure
    with ProcessPoolExecutor(sum(JOBS.values()), get_context("spawn")) as pool:
        share = -(-sets // sum(JOBS.values()))
        yield {
            v: [pool.submit(run, Job(binaries_of(v), f"{seed}/{v}/{n}", share)) for n in range(JOBS[v])]
            for v in versions
        }


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def compared(request: pytest.FixtureRequest, running: Mapping[int, list[Future[Tally]]]) -> Tally:
    binaries_of(request.param)  # skips loudly
    tally = merged(job.result() for job in running[request.param])
    print(f"PostgreSQL {request.param}: {tally.sentence()}")  # noqa: T201 - belongs in the report of a failure
    return tally


def test_each_login_reaches_what_cedar_allows(compared: Tally) -> None:
    compared.judge()


def test_the_recipe_is_not_degenerate(compared: Tally) -> None:
    """Tripwires: most sets are enforced, oracles are mixed, every try reaches rows, every closed door was tried."""
    assert compared.refused <= 0.25 * compared.sets
    total = compared.oracles.total()
    assert compared.oracles["none"] <= 0.75 * total
    assert compared.oracles["some"] >= 0.2 * total
    assert compared.permits >= 0.3 * compared.sets
    assert all(compared.rows[kind] for kind, _ in KEYS)
    assert set(compared.closed) == {"none", "another's", "expired", "revoked"}


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with throwaway(binaries=binaries_of(18)) as server, live_on(server) as live:
        yield live


PLANTED: Final = {
    **{
        name: MUTANTS[name].plant
        for name in ("gate dropped", "update of rows that may not be read", "every column with any category")
    },
    **{name: TEXT_FAULTS[name] for name in ("NULL counts as true", "a text ends at its quote")},
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_noticed(live: Live, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that cannot fail guards nothing: with each fault the same comparison finds an over-grant soon."""
    PLANTED[fault](monkeypatch)
    tally = Comparison(live, Random(7), stop_at_first=True).run(150)  # noqa: S311 - the same each time
    assert tally.mismatches
    with pytest.raises(AssertionError, match="grants; the first"):
        tally.judge()


def test_without_a_fault_the_same_sets_agree(live: Live) -> None:
    Comparison(live, Random(7)).run(20).judge()  # noqa: S311 - the same each time
