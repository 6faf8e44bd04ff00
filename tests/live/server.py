"""A live server with the hostile table, made to hold the facts of one rule set after the other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Final

import psycopg
from psycopg import sql

from recuse.compiler.classes import ClassContent, Classifier, ClassMap, Declared
from recuse.compiler.wanted import Catalog, wanted
from recuse.enforcement.diff import diff
from recuse.enforcement.facts import Fact, Owner, Role
from recuse.enforcement.held import Holdings
from recuse.enforcement.order import Situation, order
from recuse.enforcement.scope import Scope
from recuse.targets.postgres.canonical import canonical
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.inspect import inspect
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.target import PostgresSession
from recuse.targets.postgres.throwaway import Server
from tests.conformance.world import ATTRIBUTES, definitions
from tests.live.rows import Rows, inserting
from tests.live.rules import LOGINS, RuleSet
from tests.unit.enforcement.small import SYSTEM, account, repository, system_of, table_map

Connection = psycopg.Connection[tuple[object, ...]]
PASSWORD: Final = "x"
# What a session may set about itself changes no answer: other zones, other ways to write dates, texts and numbers.
SETTINGS: Final = {
    "clerk": "-c TimeZone=America/New_York -c DateStyle=SQL,DMY -c standard_conforming_strings=off",
    "agent": "-c TimeZone=Pacific/Apia -c DateStyle=German -c IntervalStyle=iso_8601 -c extra_float_digits=-15",
    "analyst": "-c TimeZone=Asia/Kathmandu -c search_path=pg_temp,records -c transform_null_equals=on",
}
ISSUE: Final = "SELECT recuse.issue(%s, %s, %s, %s, %s, '2026-1', now() + interval '1 hour', 0)"
SPOILT: Final = """
INSERT INTO recuse.permit
SELECT 'expired ' || permit_id, login, login_oid, purpose, authority, agreement, case_number,
       now() - interval '2 hours', now() - interval '1 second', 0, NULL FROM recuse.permit
UNION ALL
SELECT 'revoked ' || permit_id, login, login_oid, purpose, authority, agreement, case_number,
       valid_from, valid_until, 0, now() FROM recuse.permit
"""
_COLUMNS: Final = tuple(attribute.column for _, attribute in ATTRIBUTES)


@dataclass(slots=True)
class Live:
    """One server with the table, an administrator's connection, and each login's own connection."""

    admin: Connection
    logins: Mapping[str, Connection]
    catalog: Catalog
    renderer: Renderer
    facts: frozenset[Fact]

    def fill(self, rows: Rows) -> None:
        filling = [inserting(place, row, _COLUMNS) for place, row in enumerate(rows.stored)]
        with self.admin.transaction():
            self.admin.execute("DELETE FROM records.arrest")
            for statement in filling:
                self.admin.execute(statement)

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
        """The classes of the logins in their contexts. UnsupportedRuleError when a table needs two conditions."""
        system, accounts = system_of(rules.table), [account(login) for login in LOGINS]
        classifier = Classifier(
            repository(system, accounts), system, rules.rules, self.catalog.shapes, self.catalog.database
        )
        contents: dict[str, ClassContent] = {}
        standing: dict[str, str] = {}
        declared: list[Declared] = []
        for each in accounts:
            for context in rules.asked_in(each.login) if each.login in rules.contexts else ():
                content = classifier.content(each, context)
                if content.tables:
                    contents[content.role] = content
                    if context.standing:
                        standing[each.login] = content.role
                    else:
                        declared.append(Declared(each.login, context, content.role))
        return ClassMap(contents, standing, tuple(declared), {}, {})

    def wanted(self, classes: ClassMap) -> frozenset[Fact]:
        """The wanted facts, with the logins as they are: the policy never makes or drops one."""
        made = wanted(system_of(table_map()), {login: account(login) for login in LOGINS}, classes, self.catalog)
        named = {fact.name for fact in made if isinstance(fact, Role)}
        return made | {f for f in self.catalog.facts if isinstance(f, Role) and f.name in set(LOGINS) - named}

    def compare_facts(self) -> None:
        """What the catalog holds is what was made, and nothing else of ours."""
        found = inspect(self.admin)
        made = canonical(self.admin, self.facts)
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
        # Row security alone is compared here: a guard would refuse the upserts that ask it.
        catalog = replace(PostgresSession(admin).catalog(found), conflicting=False)
        owners = {f.of: frozenset({f.role}) for f in found.facts | catalog.support if isinstance(f, Owner)}
        live = Live(admin, {}, catalog, Renderer(found.server.major, owners), found.facts)
        live.enforce(live.wanted(ClassMap({}, {}, (), {}, {})), lambda _: False)
        live.logins = {
            login: stack.enter_context(
                psycopg.connect(
                    server.dsn(user=login, password=PASSWORD),
                    options=SETTINGS[login],
                    autocommit=True,
                    prepare_threshold=None,
                )
            )
            for login in LOGINS
        }
        yield live
