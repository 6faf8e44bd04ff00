"""SQL Server's own rules, on small exports written by hand from Microsoft's documentation. Not compared with a server.

Pages are of learn.microsoft.com/sql: TSQL = Transact-SQL Reference, SEC = Security documentation.
"""

import pytest

from tests.listing.exporting import Sketch


@pytest.fixture
def rms() -> Sketch:
    """Two tables of dbo, the publics and fixed roles, and three logins that are users."""
    found = Sketch("sqlserver")
    found.principal("everyone", "public", "database:public", builtin=True)
    found.role("sysadmin", "securityadmin", builtin=True)
    fixed = ("db_owner", "db_datareader", "db_denydatareader", "db_ddladmin", "db_datawriter")
    found.role(*(f"database:{name}" for name in fixed), builtin=True)
    found.principal("user", "database:dbo", "database:guest", builtin=True)
    found.login("sa", "ana", "ben", "eve")
    found.member("sysadmin", "sa")
    found.member("database:dbo", "sa")
    for name in ("ana", "ben", "eve"):
        found.principal("user", f"database:{name}")
        found.member(f"database:{name}", name)
        found.grant("CONNECT", "database", f"database:{name}")
    found.schema("rms", "database:dbo")
    found.table("rms.person", "database:dbo", "id", "phone")
    found.table("rms.arrest", "database:dbo", "id", "charge")
    return found


def test_a_permission_on_each_level_reads(rms: Sketch) -> None:
    """SEC, Permissions Hierarchy: a permission on database or schema covers what is in it."""
    assert rms.readers("rms.person") == {"sa"}
    rms.grant("SELECT", "rms.person", "database:ana")
    rms.grant("SELECT", "schema rms", "database:ben")
    rms.grant("SELECT", "database", "database:eve")
    assert rms.readers("rms.person") == {"sa", "ana", "ben", "eve"}
    assert rms.readers("rms.arrest") == {"sa", "ben", "eve"}


def test_a_denial_beats_a_grant_whatever_role_it_comes_by(rms: Sketch) -> None:
    """TSQL, DENY: prevents the principal from inheriting the permission through its roles."""
    rms.role("database:staff", "database:barred")
    rms.grant("SELECT", "rms.person", "database:staff")
    rms.member("database:staff", "database:ana", "database:ben")
    rms.member("database:barred", "database:ben")
    rms.grant("SELECT", "rms.person", "database:barred", denied=True)
    assert rms.readers("rms.person") == {"sa", "ana"}


@pytest.mark.parametrize("on", ["schema rms", "database"])
def test_a_denial_on_a_wider_level_beats_a_grant_on_the_table(rms: Sketch, on: str) -> None:
    """TSQL, DENY Schema and Database Permissions."""
    rms.grant("SELECT", "rms.person", "database:ana")
    rms.grant("SELECT", on, "database:ana", denied=True)
    assert rms.readers("rms.person") == {"sa"}


def test_a_denial_to_public_binds_all_but_sysadmin_and_the_owner(rms: Sketch) -> None:
    """TSQL, DENY: it does not bind sysadmin or the owner of the object."""
    rms.table("rms.own", "database:ana", "id")
    rms.grant("SELECT", "database", "database:ben")
    rms.grant("SELECT", "rms.own", "database:public", denied=True)
    assert rms.readers("rms.own") == {"sa", "ana"}


def test_a_denial_on_the_table_does_not_beat_a_grant_on_a_column(rms: Sketch) -> None:
    """TSQL, DENY Object Permissions, caution: kept for backward compatibility."""
    rms.grant("SELECT", "rms.person.phone", "database:ana")
    rms.grant("SELECT", "rms.person", "database:ana", denied=True)
    assert rms.readers("rms.person", "phone") == {"sa", "ana"}
    assert rms.readers("rms.person", "id") == {"sa"}


def test_a_denial_on_a_column_takes_that_column_from_a_grant_on_the_table(rms: Sketch) -> None:
    """TSQL, DENY Object Permissions: column."""
    rms.grant("SELECT", "rms.person", "database:ana")
    rms.grant("SELECT", "rms.person.phone", "database:ana", denied=True)
    assert rms.readers("rms.person", "phone") == {"sa"}
    assert rms.readers("rms.person", "id") == {"sa", "ana"}


def test_fixed_roles(rms: Sketch) -> None:
    """SEC, Database-level roles: db_datareader, db_denydatareader, db_owner."""
    rms.member("database:db_datareader", "database:ana", "database:ben")
    rms.member("database:db_denydatareader", "database:ben")
    rms.member("database:db_owner", "database:eve")
    assert rms.readers("rms.person") == {"sa", "ana", "eve"}
    assert rms.reaching("rms.person", "update") == {"sa", "eve"}


def test_db_owner_can_lift_a_denial(rms: Sketch) -> None:
    """TSQL, DENY: who has CONTROL of the database can grant and deny in it, so a denial is no wall for it."""
    rms.member("database:db_owner", "database:ana")
    rms.grant("SELECT", "rms.person", "database:ana", denied=True)
    assert "ana" in rms.readers("rms.person")


def test_control_implies_the_rest(rms: Sketch) -> None:
    """SEC, Permissions: CONTROL of an object, a schema, the database, the server."""
    rms.grant("CONTROL", "rms.person", "database:ana")
    rms.grant("CONTROL", "schema rms", "database:ben")
    rms.grant("CONTROL SERVER", "server", "eve")
    assert rms.readers("rms.person") == {"sa", "ana", "ben", "eve"}
    assert rms.reaching("rms.arrest", "delete") == {"sa", "ben", "eve"}


def test_a_view_of_the_same_owner_needs_no_right_below_and_no_denial_counts_there(rms: Sketch) -> None:
    """SEC, Ownership Chains: where the owner is the same, permissions on the referenced object are not evaluated."""
    rms.view("rms.people", "database:dbo", "rms.person")
    rms.grant("SELECT", "rms.people", "database:ana")
    rms.grant("SELECT", "rms.person", "database:ana", denied=True)
    assert "ana" in rms.readers("rms.person")


def test_a_view_of_another_owner_asks_its_caller(rms: Sketch) -> None:
    """SEC, Ownership Chains: a broken chain."""
    rms.view("rms.people", "database:ben", "rms.person")
    rms.grant("SELECT", "rms.people", "database:ana")
    assert "ana" not in rms.readers("rms.person")


def test_a_procedure_chains_too_and_execute_as_brings_its_own_rights(rms: Sketch) -> None:
    """TSQL, EXECUTE AS clause; SEC, Ownership Chains."""
    rms.routine("rms.find", "database:dbo", "rms.person")
    rms.routine("rms.find_as", "database:ben", "rms.arrest", runs_as="database:eve")
    rms.grant("EXECUTE", "schema rms", "database:ana")
    assert "ana" in rms.readers("rms.person")
    assert "ana" not in rms.readers("rms.arrest")
    rms.grant("SELECT", "rms.arrest", "database:eve")
    assert "ana" in rms.readers("rms.arrest")


def test_impersonation_gives_the_others_rights_and_denials(rms: Sketch) -> None:
    """TSQL, GRANT Database Principal Permissions: IMPERSONATE."""
    rms.grant("SELECT", "rms.person", "database:ben")
    rms.grant("SELECT", "rms.arrest", "database:public")
    rms.grant("SELECT", "rms.arrest", "database:ana", denied=True)
    rms.grant("IMPERSONATE", "principal database:ben", "database:ana")
    assert rms.readers("rms.person") == {"sa", "ana", "ben"}
    assert "ana" in rms.readers("rms.arrest"), "as ben, whom nothing denies it"


def test_guest_lets_in_who_is_no_user(rms: Sketch) -> None:
    """SEC, Principals: the guest user. Without CONNECT it lets nobody in."""
    rms.login("zoe")
    rms.grant("SELECT", "rms.person", "database:public")
    assert "zoe" not in rms.readers("rms.person")
    rms.grant("CONNECT", "database", "database:guest")
    assert "zoe" in rms.readers("rms.person")


def test_without_connect_or_denied_it_nobody_comes_in(rms: Sketch) -> None:
    """TSQL, DENY: denying CONTROL on the database, or CONTROL SERVER, denies connecting with it."""
    rms.grant("SELECT", "rms.person", "database:public")
    assert rms.readers("rms.person") == {"sa", "ana", "ben", "eve"}
    rms.grant("CONNECT SQL", "server", "ana", denied=True)
    rms.grant("CONTROL", "database", "database:ben", denied=True)
    rms.grants = [g for g in rms.grants if (g.privilege, g.grantee) != ("CONNECT", "database:eve")]
    assert rms.readers("rms.person") == {"sa"}


def test_alter_on_a_schema_reaches_what_its_owner_owns(rms: Sketch) -> None:
    """TSQL, GRANT Schema Permissions, caution: ALTER on a schema uses ownership chaining, past an explicit denial."""
    rms.schema("scratch", "database:dbo")
    rms.grant("ALTER", "schema scratch", "database:ana")
    rms.grant("SELECT", "rms.person", "database:ana", denied=True)
    assert "ana" in rms.readers("rms.person")
    rms.objects = [o for o in rms.objects if o.schema != "scratch"]
    rms.schema("scratch", "database:ben")
    assert "ana" not in rms.readers("rms.person")


def test_who_may_alter_a_role_makes_itself_a_member(rms: Sketch) -> None:
    """TSQL, ALTER ROLE, permissions: ALTER permission on the role."""
    rms.role("database:staff")
    rms.grant("SELECT", "rms.person", "database:staff")
    rms.grant("ALTER", "principal database:staff", "database:ana")
    assert "ana" in rms.readers("rms.person")


def test_securityadmin_counts_as_sysadmin(rms: Sketch) -> None:
    """SEC, Server-level roles: securityadmin should be treated as equivalent to sysadmin."""
    rms.member("securityadmin", "eve")
    assert "eve" in rms.readers("rms.person")


def test_synonyms_chain_like_views(rms: Sketch) -> None:
    """TSQL, CREATE SYNONYM, permissions: the chain of owners goes through a synonym."""
    rms.view("rms.syn", "database:dbo", "rms.person")
    rms.grant("SELECT", "rms.syn", "database:ana")
    assert "ana" in rms.readers("rms.person")
