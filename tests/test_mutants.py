"""Planted faults in what lies between a policy and its SQL: classes, rights, wanted facts, diff, scope, order, render.

Each fault is one that somebody could write. A quick check that passes on the product must fail on it; a check that
cannot fail guards nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, LiteralString

import pytest
from psycopg import sql

from recuse.compiler import classes, rights
from recuse.compiler import wanted as wanted_module
from recuse.compiler.classes import ClassContent
from recuse.compiler.wanted import Catalog
from recuse.enforcement import diff as diff_module
from recuse.enforcement import order as order_module
from recuse.enforcement.diff import Difference, diff
from recuse.enforcement.facts import (
    DefaultPrivilege,
    Fact,
    Grant,
    Membership,
    ObjectRef,
    Privilege,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    TableShape,
)
from recuse.enforcement.held import Holdings
from recuse.enforcement.lent import Lent
from recuse.enforcement.order import Situation, order
from recuse.enforcement.plan import STEPS, Change, Step
from recuse.enforcement.scope import Scope
from recuse.errors import UnsupportedRuleError
from recuse.model import Derived, ReadsAs, TableMap
from recuse.targets.postgres import canonical, render, statements
from recuse.targets.postgres.connect import Connection, connect
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import binaries_of
from tests.unit.enforcement.small import (
    AGENCY_OF,
    OWNER,
    RELATION,
    TABLE,
    classified,
    found_facts,
    wanted_facts,
)

EVERYTHING: Final = "permit (principal, action, resource);"
OPEN_ROWS: Final = """
permit (principal, action == Action::"read", resource) when { !resource.sealed };
permit (principal, action in [Action::"write"], resource);
"""
RECORD_DELETED: Final = """
permit (principal, action == Action::"read", resource);
permit (principal, action == Action::"delete", resource in Category::"arrest_record");
"""
UNREAD: Final = 'permit (principal, action in [Action::"update", Action::"insert"], resource);'
ONE_CATEGORY: Final = 'permit (principal, action, resource in Category::"arrest_record");'
TWO_CONDITIONS: Final = """
permit (principal, action == Action::"read", resource in Category::"arrest_record") when { resource.sealed };
permit (principal, action == Action::"read", resource in Category::"custody") when { !resource.sealed };
"""
CITY_SEALED: Final = """
permit (principal in Agency::"city", action == Action::"read", resource);
permit (principal in Agency::"centre", action, resource) when { !resource.sealed };
"""
REPORT: Final = Derived(
    "records.all_arrests", "release_date", ReadsAs("city.police", "own.records", "official_duty"), (TABLE,)
)
PUBLIC_READ: Final = Grant(RELATION, "SELECT", None, OWNER, grantable=False)
LENT: Final = Grant(RELATION, "SELECT", "agent", "lender", grantable=False)


def policies(facts: Iterable[Fact], command: str) -> list[RowPolicy]:
    return [f for f in facts if isinstance(f, RowPolicy) and f.command == command]


def granted(facts: Iterable[Fact], privilege: Privilege) -> set[str]:
    """The last name part of everything granted."""
    return {f.on.name[-1] for f in facts if isinstance(f, Grant) and f.privilege == privilege}


def renderer() -> Renderer:
    return Renderer(18, {RELATION: frozenset({OWNER})}, frozenset({("records", "lender")}))


def text_of(written: Iterable[sql.SQL | sql.Composed]) -> str:
    return ";\n".join(statement.as_string(None) for statement in written)


def changes_from(found: frozenset[Fact], text: str = OPEN_ROWS) -> tuple[Change, ...]:
    """What a plan would do on these found facts: the clerk is substituted, the others are cut."""
    wanted = wanted_facts(text)
    scope = Scope.of(found, frozenset(AGENCY_OF), frozenset({"postgres"}))
    standing = dict(classified(text).standing)
    situation = Situation(
        "clear", Holdings(found), standing, frozenset({"clerk"}), {RELATION: "table records.arrest"},
        frozenset(AGENCY_OF), frozenset(), frozenset(), frozenset(),
    )  # fmt: skip
    return order(diff(found, wanted, scope.governs), situation)


BEFORE: Final[frozenset[Fact]] = found_facts() | {
    PUBLIC_READ,
    LENT,
    Grant(RELATION, "SELECT", "clerk", OWNER, grantable=False),
    Grant(RELATION, "INSERT", "analyst", OWNER, grantable=False),
    DefaultPrivilege(OWNER, None, "tables", "SELECT", "staff"),
    Membership("pg_read_all_data", "agent", "postgres", admin=False, inherit=True, set_=True),
    RowPolicy(RELATION, "recuse_old", False, "SELECT", ("public",), "true", None),
}


# The checks. Each asserts one promise, and is the one that must notice its faults.


def updating_takes_reading() -> None:
    facts = wanted_facts(UNREAD)
    assert granted(facts, "UPDATE") == set()
    assert granted(facts, "INSERT") != set()
    for policy in policies(wanted_facts(OPEN_ROWS), "UPDATE"):
        assert "is_sealed" in str(policy.using)
        assert policy.using == policy.check


def deleting_takes_every_category() -> None:
    facts = wanted_facts(RECORD_DELETED)
    assert granted(facts, "DELETE") == set()
    assert policies(facts, "DELETE") == []
    assert granted(wanted_facts(EVERYTHING), "DELETE") == {"arrest"}


def closed_categories_show_no_column() -> None:
    assert granted(wanted_facts(ONE_CATEGORY), "SELECT") == {"id", "is juvenile", "Note", "grade"}
    assert granted(wanted_facts('permit (principal, action == Action::"insert", resource);'), "SELECT") == set()


def two_row_conditions_are_refused() -> None:
    try:
        facts = wanted_facts(TWO_CONDITIONS)
    except UnsupportedRuleError as refusal:
        assert "different rows for `read`" in refusal.message  # noqa: PT017 - a fault may also raise nothing
    else:
        raise AssertionError(policies(facts, "SELECT"))


def declared_classes_are_gated() -> None:
    found = classified(EVERYTHING)
    facts = wanted_facts(EVERYTHING)
    declared = {each.role for each in found.declared}
    assert declared
    assert not declared & set(found.standing.values())
    for policy in (f for f in facts if isinstance(f, RowPolicy) and set(f.roles) & declared):
        for text in (policy.using, policy.check):
            assert text is None or text.startswith(f"(SELECT recuse.gate('{policy.roles[0]}'::name)) IS NOT NULL AND ")


def declared_classes_are_entered_not_held() -> None:
    found = classified(EVERYTHING)
    declared = {each.role for each in found.declared}
    standing = set(found.standing.values())
    memberships = [f for f in wanted_facts(EVERYTHING) if isinstance(f, Membership)]
    assert {(f.inherit, f.set_, f.admin) for f in memberships if f.role in declared} == {(False, True, False)}
    assert {(f.inherit, f.set_, f.admin) for f in memberships if f.role in standing} == {(True, False, False)}
    older = wanted_facts(EVERYTHING, granular=False)
    doors = {f.member for f in older if isinstance(f, Membership) and f.role in declared}
    assert doors
    assert doors <= {f.name for f in older if isinstance(f, Role) and not f.inherit}


def every_table_is_cut_and_forced() -> None:
    facts = wanted_facts(OPEN_ROWS)
    assert RowSecurity(RELATION, enabled=True, forced=True) in facts
    (cut,) = policies(facts, "ALL")
    assert cut.restrictive
    assert cut.roles == ("public",)
    text = text_of(renderer().make((cut,), None))
    assert 'CREATE POLICY "recuse_cut" ON "records"."arrest" AS RESTRICTIVE FOR ALL TO PUBLIC USING' in text
    security = text_of(renderer().make((RowSecurity(RELATION, enabled=True, forced=True),), None))
    assert "ENABLE ROW LEVEL SECURITY" in security
    assert " FORCE ROW LEVEL SECURITY" in security.replace("NO FORCE", "NO")


def ours_restrict_beside_foreign_policies() -> None:
    theirs = RowPolicy(RELATION, "theirs", False, "SELECT", ("public",), "true", None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.unit.enforcement.small.found_facts", lambda: found_facts() | {theirs})
        assert all(f.restrictive for f in wanted_facts(OPEN_ROWS) if isinstance(f, RowPolicy))


def inactive_accounts_are_registered_inactive() -> None:
    facts = wanted_facts(EVERYTHING)
    assert {f.login: f.active for f in facts if isinstance(f, RegisteredAccount)} == {
        "clerk": True, "agent": False, "analyst": True,
    }  # fmt: skip
    assert [f.login for f in facts if isinstance(f, Role) and f.name == "agent"] == [False]
    assert not [f for f in facts if isinstance(f, Membership) and f.member == "agent"]


def owners_of_derived_objects_only_read() -> None:
    (owner,) = classified(EVERYTHING, (REPORT,)).owners.values()
    assert all(r.insert == r.update == () for r in owner.tables)
    facts = wanted_facts(EVERYTHING, derived=(REPORT,))
    assert {f.privilege for f in facts if isinstance(f, Grant) and f.grantee == owner.role} == {"SELECT", "USAGE"}


def derived_objects_show_only_what_one_may_read() -> None:
    found = classified(CITY_SEALED, (REPORT,))
    readers = {role for role, content in found.contents.items() if content.derived}
    assert readers == {found.standing["clerk"]}


def what_is_not_wanted_goes() -> None:
    unmade = {change.fact for change in changes_from(BEFORE) if not change.make}
    assert unmade == BEFORE - found_facts()
    foreign = RowPolicy(RELATION, "theirs", True, "SELECT", ("public",), "true", None)
    assert foreign not in {change.fact for change in changes_from(BEFORE | {foreign})}


def each_grantor_counts() -> None:
    (ours, *_others) = sorted(
        (f for f in wanted_facts(OPEN_ROWS) if isinstance(f, Grant) and f.privilege == "SELECT"), key=repr
    )
    theirs = replace(ours, grantor="lender")
    assert Difference(make=False, fact=theirs) in diff({ours, theirs}, {ours}, lambda _: True)
    text = text_of(renderer().unmake((LENT,)))
    assert text.startswith('SET LOCAL ROLE "lender";\nREVOKE SELECT')
    assert text.endswith("RESET ROLE")


def what_was_lent_goes_before_what_it_was_lent_from() -> None:
    """The lender needs its voice for it: a whole step or one place earlier, whatever the names."""
    for lender, borrower in (("agent", "zoe"), ("zoe", "agent"), ("agent", None)):
        first = Grant(RELATION, "SELECT", lender, OWNER, grantable=True)
        second = Grant(ObjectRef("column", (*RELATION.name, "id")), "SELECT", borrower, lender, grantable=False)
        unmade = [c.fact for c in changes_from(found_facts() | {first, second}) if not c.make]
        assert unmade.index(second) < unmade.index(first)


def revokes_reach_what_was_lent_on() -> None:
    lent = Grant(RELATION, "SELECT", "agent", OWNER, grantable=True)
    member = Membership("staff", "agent", "postgres", admin=True, inherit=True, set_=True)
    assert text_of(renderer().unmake((lent,))) == 'REVOKE SELECT ON TABLE "records"."arrest" FROM "agent" CASCADE'
    assert text_of(renderer().unmake((member,))) == 'REVOKE "staff" FROM "agent" GRANTED BY "postgres" CASCADE'
    assert text_of(renderer().unmake((PUBLIC_READ,))) == 'REVOKE SELECT ON TABLE "records"."arrest" FROM PUBLIC CASCADE'


def writes_are_checked() -> None:
    for command in ("INSERT", "UPDATE"):
        for policy in policies(wanted_facts(OPEN_ROWS), command):
            assert policy.check is not None
            assert f"WITH CHECK ({policy.check})" in text_of(renderer().make((policy,), None))


def tightening_comes_first() -> None:
    changes = changes_from(BEFORE)
    steps = [STEPS.index(change.step) for change in changes]
    assert steps == sorted(steps)
    assert {change.step for change in changes if not change.make} <= {"cut", "close", "shape", "leave"}
    assert changes[-1].phase == "loosen"
    losing = [c for c in changes if isinstance(c.fact, Grant) and c.fact.grantee == "analyst" and not c.make]
    assert [change.step for change in losing] == ["cut"]
    of_clerk = [
        c for c in changes if isinstance(c.fact, Grant) and c.fact.grantee == classified(OPEN_ROWS).standing["clerk"]
    ]
    steps_of = {c.fact.privilege: c.step for c in of_clerk if isinstance(c.fact, Grant)}
    assert steps_of == {
        "USAGE": "prepare",
        "SELECT": "shape",
        "INSERT": "loosen",
        "UPDATE": "loosen",
        "DELETE": "loosen",
    }


def a_transaction_unmakes_before_it_makes() -> None:
    for step in STEPS:
        # But for new roles, which may be named by what is unmade.
        changes = [c for c in changes_from(BEFORE) if c.step == step and not (c.make and isinstance(c.fact, Role))]
        made = [change.make for change in changes]
        assert made == sorted(made)


def wanted_and_made(admin: Connection) -> tuple[frozenset[Fact], frozenset[Fact]]:
    """What is wanted, in the words of `canonical`, and what the catalog says once it is made: the same."""
    policy = RowPolicy(RELATION, "recuse_x", False, "UPDATE", ("public",), "id IN (1, 2)", "id <> 3")
    with admin.transaction(force_rollback=True):
        admin.execute("CREATE SCHEMA records; CREATE TABLE records.arrest (id int)")
        words = canonical.canonical(admin, [policy])
        for statement in renderer().make((policy,), None):
            admin.execute(statement)
        row = admin.execute("SELECT qual, with_check FROM pg_policies WHERE policyname = 'recuse_x'").fetchone()
    return words, frozenset({replace(policy, using=str(row and row[0]), check=str(row and row[1]))})


Check = Callable[[], None]
Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, by how it is planted, and the check that must notice it."""

    check: Check
    plant: Plant


def replaced(owner: object, name: str, fault: object) -> Plant:
    return lambda patch: patch.setattr(owner, name, fault)


def all_columns(table: TableMap, shape: TableShape, *_: object, writing: bool = False) -> tuple[str, ...]:
    return tuple(column.name for column in shape.columns)


sound_columns, sound_policies, sound_membership = rights._columns, wanted_module._policies, wanted_module._membership
sound_closed, sound_identity, sound_governs = wanted_module._closed, diff_module.identity, Scope.governs
sound_grant, sound_policy = statements.grant_statement, statements.policy_statement
sound_row_security = statements.row_security_statements
sound_change, sound_of_table = order_module._change, canonical._of_table


def key_of_any(table: TableMap, shape: TableShape, *others: object, writing: bool = False) -> tuple[str, ...]:
    return sound_columns(table, shape, *others, writing=writing) or table.key  # type: ignore[arg-type]


def closed_with(**values: object) -> Callable[[ObjectRef], Iterator[Fact]]:
    def closed(table: ObjectRef) -> Iterator[Fact]:
        for fact in sound_closed(table):
            known = {name: value for name, value in values.items() if hasattr(fact, name)}
            yield replace(fact, **known)  # type: ignore[arg-type]

    return closed


def ungated(role: str, gated: bool, of: rights.TableRights, catalog: Catalog) -> Iterator[Fact]:
    return sound_policies(role, False, of, catalog)


def unchecked(role: str, gated: bool, of: rights.TableRights, catalog: Catalog) -> Iterator[Fact]:
    for fact in sound_policies(role, gated, of, catalog):
        yield replace(fact, check=None) if isinstance(fact, RowPolicy) and fact.command == "UPDATE" else fact


def ungated_name(content: ClassContent) -> str:
    return sound_role(replace(content, gated=False))


sound_role: Callable[[ClassContent], str] = ClassContent.role.fget  # type: ignore[attr-defined]


def governs_but(*, unless: Callable[[Fact], bool]) -> Callable[[Scope, Fact], bool]:
    return lambda scope, fact: not unless(fact) and sound_governs(scope, fact)


def without_grantor(fact: Fact) -> object:
    return (fact.on, fact.privilege, fact.grantee) if isinstance(fact, Grant) else sound_identity(fact)


def without_cascade(verb: LiteralString, facts: Sequence[Fact], word: LiteralString, grantable: bool) -> sql.SQL:
    written = sound_grant(verb, facts, word, grantable).as_string(None)
    return sql.SQL(written.removesuffix(" CASCADE"))


def always_permissive(policy: RowPolicy) -> sql.SQL | sql.Composed:
    return sound_policy(replace(policy, restrictive=False))


def enabled_only(security: RowSecurity) -> tuple[sql.SQL | sql.Composed, ...]:
    return sound_row_security(security)[:1]


def in_step(name: Step, *, made: bool) -> Callable[[Difference, Step, Situation], Change]:
    def change(difference: Difference, step: Step, situation: Situation) -> Change:
        return sound_change(difference, name if difference.make == made else step, situation)

    return change


def check_forgotten(connection: Connection, table: ObjectRef, found: Sequence[RowPolicy]) -> Iterator[RowPolicy]:
    for policy in sound_of_table(connection, table, found):
        yield replace(policy, check=policy.using)


FAULTS: Final[Mapping[str, Fault]] = {
    "update without read": Fault(updating_takes_reading, replaced(rights, "_reading_too", lambda _, found: found)),
    "update of rows that may not be read": Fault(
        updating_takes_reading, replaced(rights, "all_of", lambda parts: tuple(parts)[-1])
    ),
    "delete by one category only": Fault(
        deleting_takes_every_category, replaced(rights, "all_of", lambda parts: tuple(parts)[-1])
    ),
    "key columns of a closed table": Fault(closed_categories_show_no_column, replaced(rights, "_columns", key_of_any)),
    "every column with any category": Fault(
        closed_categories_show_no_column, replaced(rights, "_columns", all_columns)
    ),
    "two row conditions count as one": Fault(
        two_row_conditions_are_refused, replaced(rights, "equivalent", lambda *_: None)
    ),
    "gate dropped": Fault(declared_classes_are_gated, replaced(wanted_module, "_policies", ungated)),
    "a gated class is named as the ungated one": Fault(
        declared_classes_are_gated, replaced(ClassContent, "role", property(ungated_name))
    ),
    "declared classes are inherited": Fault(
        declared_classes_are_entered_not_held,
        replaced(wanted_module, "_membership", lambda *parts, inherit: sound_membership(*parts, inherit=True)),
    ),
    "the door below 16 inherits": Fault(
        declared_classes_are_entered_not_held,
        replaced(wanted_module, "_nologin", lambda name, *, inherit=True: replace(_role(name), inherit=True)),
    ),
    "cut policy permissive": Fault(
        every_table_is_cut_and_forced, replaced(wanted_module, "_closed", closed_with(restrictive=False))
    ),
    "FORCE omitted": Fault(
        every_table_is_cut_and_forced, replaced(wanted_module, "_closed", closed_with(forced=False))
    ),
    "FORCE not written": Fault(
        every_table_is_cut_and_forced, replaced(render, "row_security_statements", enabled_only)
    ),
    "RESTRICTIVE not written": Fault(
        every_table_is_cut_and_forced, replaced(render, "policy_statement", always_permissive)
    ),
    "ours are ORed with foreign policies": Fault(
        ours_restrict_beside_foreign_policies,
        replaced(wanted_module, "_beside_foreign_policies", lambda facts, _found: iter(facts)),
    ),
    "inactive account registered active": Fault(
        inactive_accounts_are_registered_inactive,
        replaced(wanted_module, "RegisteredAccount", lambda login, oid, *_: RegisteredAccount(login, oid, active=True)),
    ),
    "owner of a derived object holds the whole class": Fault(
        owners_of_derived_objects_only_read, replaced(rights.TableRights, "reading", lambda found: found)
    ),
    "a derived object is shown unproved": Fault(
        derived_objects_show_only_what_one_may_read, replaced(classes, "implies", lambda *_: None)
    ),
    "diff keeps unwanted facts": Fault(what_is_not_wanted_goes, replaced(diff_module, "identity", lambda _: "same")),
    "revoke skipped for PUBLIC": Fault(
        what_is_not_wanted_goes,
        replaced(Scope, "governs", governs_but(unless=lambda f: isinstance(f, Grant) and f.grantee is None)),
    ),
    "default privileges are not governed": Fault(
        what_is_not_wanted_goes,
        replaced(Scope, "governs", governs_but(unless=lambda f: isinstance(f, DefaultPrivilege))),
    ),
    "predefined roles are forgotten": Fault(
        what_is_not_wanted_goes, replaced(Scope, "governs", governs_but(unless=lambda f: isinstance(f, Membership)))
    ),
    "others' row policies are dropped": Fault(what_is_not_wanted_goes, replaced(Scope, "governs", lambda *_: True)),
    "grantor ignored in the difference": Fault(each_grantor_counts, replaced(diff_module, "identity", without_grantor)),
    "grantor ignored in the statement": Fault(
        each_grantor_counts, replaced(Renderer, "_voiced", lambda _, _grant, statement: (statement,))
    ),
    "a lender is silenced first": Fault(
        what_was_lent_goes_before_what_it_was_lent_from,
        replaced(Lent, "chain", lambda _, grant: (grant,)),
    ),
    "REVOKE without CASCADE": Fault(
        revokes_reach_what_was_lent_on, replaced(render, "grant_statement", without_cascade)
    ),
    "WITH CHECK dropped": Fault(writes_are_checked, replaced(wanted_module, "_policies", unchecked)),
    "loosens before it tightens": Fault(
        tightening_comes_first, replaced(order_module, "STEPS", tuple(reversed(STEPS)))
    ),
    "revokes last": Fault(tightening_comes_first, replaced(order_module, "_change", in_step("loosen", made=False))),
    "grants early": Fault(tightening_comes_first, replaced(order_module, "_change", in_step("shape", made=True))),
    "makes before it unmakes": Fault(
        a_transaction_unmakes_before_it_makes,
        replaced(order_module, "_position", lambda c, _lent: (STEPS.index(c.step), c.batch, not c.make, repr(c.fact))),
    ),
}

# Faults of the comparison with the catalog's own text, which takes a server to notice.
COMPARED: Final[Mapping[str, Plant]] = {
    "check compared as if it were using": replaced(canonical, "_of_table", check_forgotten),
    "the text is compared as written": replaced(canonical, "_of_table", lambda _connection, _table, found: found),
}


def _role(name: str) -> Role:
    return Role(name, login=False, superuser=False, inherit=True, bypass_rls=False, create_role=False)


@pytest.fixture(scope="module")
def admin() -> Iterator[Connection]:
    with throwaway(binaries=binaries_of(18)) as server, connect(server.dsn()) as connection:
        yield connection


@pytest.mark.parametrize("check", dict.fromkeys(fault.check for fault in FAULTS.values()), ids=lambda c: c.__name__)
def test_the_check_passes_on_the_product(check: Check) -> None:
    check()


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[name].plant(monkeypatch)
    with pytest.raises(AssertionError):
        FAULTS[name].check()


def test_the_comparison_passes_on_the_product(admin: Connection) -> None:
    wanted, made = wanted_and_made(admin)
    assert wanted == made


@pytest.mark.parametrize("name", COMPARED)
def test_a_planted_fault_of_the_comparison_is_noticed(
    name: str, admin: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    COMPARED[name](monkeypatch)
    wanted, made = wanted_and_made(admin)
    assert wanted != made
