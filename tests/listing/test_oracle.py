"""Oracle's own rules, on small exports written by hand from Oracle's documentation. Not compared with a running server.

Pages are of the 19c set at docs.oracle.com: SQL = SQL Language Reference, SEC = Database Security Guide,
REF = Database Reference.
"""

import pytest

from tests.listing.exporting import Sketch


@pytest.fixture
def rms() -> Sketch:
    """A table of RMS, PUBLIC, SYS, and four logins that may connect."""
    found = Sketch("oracle")
    found.principal("everyone", "PUBLIC", builtin=True)
    found.principal("login", "SYS", builtin=True)
    found.login("RMS", "ANA", "BEN", "CLERK")
    found.schema("RMS", "RMS")
    found.table("RMS.PERSON", "RMS", "ID", "PHONE")
    for login in ("ANA", "BEN", "CLERK"):
        found.grant("CREATE SESSION", "server", login)
    return found


def test_an_object_privilege_reads_and_nothing_else_does(rms: Sketch) -> None:
    """SQL, GRANT: object privileges. RMS itself may not connect, and SYS may do all."""
    assert rms.readers("RMS.PERSON") == {"SYS"}
    rms.grant("SELECT", "RMS.PERSON", "ANA")
    rms.grant("READ", "RMS.PERSON", "BEN")
    rms.grant("INSERT", "RMS.PERSON", "CLERK")
    assert rms.readers("RMS.PERSON") == {"ANA", "BEN", "SYS"}
    assert rms.reaching("RMS.PERSON", "insert") == {"CLERK", "SYS"}


def test_without_create_session_nobody_logs_in(rms: Sketch) -> None:
    """SQL, GRANT, system privileges: CREATE SESSION connects to the database; it may come through a role."""
    rms.login("DORA")
    rms.role("CONNECT_ROLE")
    rms.grant("SELECT", "RMS.PERSON", "DORA")
    assert "DORA" not in rms.readers("RMS.PERSON")
    rms.grant("CREATE SESSION", "server", "CONNECT_ROLE")
    rms.member("CONNECT_ROLE", "DORA")
    assert "DORA" in rms.readers("RMS.PERSON")


def test_a_locked_account_logs_in_no_more(rms: Sketch) -> None:
    """SQL, ALTER USER, ACCOUNT LOCK; SEC, schema-only accounts."""
    rms.principal("login", "LOCKED", active=False)
    rms.grant("CREATE SESSION", "server", "LOCKED")
    rms.grant("SELECT", "RMS.PERSON", "LOCKED")
    assert "LOCKED" not in rms.readers("RMS.PERSON")


def test_roles_of_roles_and_roles_that_have_to_be_enabled(rms: Sketch) -> None:
    """SQL, SET ROLE: a role that is no default role is enabled by its holder, beside the others."""
    rms.role("READERS", "STAFF", "NIGHT")
    rms.grant("SELECT", "RMS.PERSON", "READERS")
    rms.member("READERS", "STAFF", "NIGHT")
    rms.member("STAFF", "ANA")
    rms.member("NIGHT", "BEN", inherit=False, set_=True)
    assert rms.readers("RMS.PERSON") == {"ANA", "BEN", "SYS"}


def test_public_is_everyone(rms: Sketch) -> None:
    """SEC, The Role of PUBLIC: what is granted to PUBLIC every user has."""
    rms.grant("SELECT", "RMS.PERSON", "PUBLIC")
    assert rms.readers("RMS.PERSON") == {"ANA", "BEN", "CLERK", "SYS"}


def test_any_privileges_leave_sys_alone(rms: Sketch) -> None:
    """REF, O7_DICTIONARY_ACCESSIBILITY: SELECT ANY TABLE reaches any schema except SYS."""
    rms.schema("SYS", "SYS")
    rms.table("SYS.USER$", "SYS")
    rms.grant("SELECT ANY TABLE", "server", "ANA")
    assert rms.readers("RMS.PERSON") == {"ANA", "SYS"}
    assert rms.readers("SYS.USER$") == {"SYS"}


def test_a_schema_privilege_reaches_one_schema(rms: Sketch) -> None:
    """SEC 23ai, schema privileges: GRANT SELECT ANY TABLE ON SCHEMA."""
    rms.schema("HR", "BEN")
    rms.table("HR.PAY", "BEN")
    rms.grant("SELECT ANY TABLE", "schema HR", "ANA")
    assert "ANA" in rms.readers("HR.PAY")
    assert "ANA" not in rms.readers("RMS.PERSON")


@pytest.mark.parametrize(
    "privilege",
    ["GRANT ANY OBJECT PRIVILEGE", "GRANT ANY ROLE", "GRANT ANY PRIVILEGE", "ALTER USER", "BECOME USER", "SYSDBA"],
)
def test_who_can_give_itself_every_right_has_it(rms: Sketch, privilege: str) -> None:
    """SQL, GRANT, system privileges: each of these gives its holder, or another's login, the rest."""
    rms.grant(privilege, "server", "ANA")
    assert rms.readers("RMS.PERSON") == {"ANA", "SYS"}
    rms.grants.pop()
    assert rms.readers("RMS.PERSON") == {"SYS"}


def test_a_view_has_its_owners_direct_privileges_and_no_roles(rms: Sketch) -> None:
    """SQL, CREATE VIEW, prerequisites: the owner needs the privileges directly, not through a role."""
    rms.login("VIEWER")
    rms.role("READERS")
    rms.schema("VIEWER", "VIEWER")
    rms.view("VIEWER.PEOPLE", "VIEWER", "RMS.PERSON", runs_as="VIEWER")
    rms.grant("SELECT", "VIEWER.PEOPLE", "ANA")
    rms.grant("SELECT", "RMS.PERSON", "READERS")
    rms.member("READERS", "VIEWER")
    assert "ANA" not in rms.readers("RMS.PERSON")
    rms.grant("SELECT", "RMS.PERSON", "VIEWER")
    assert "ANA" in rms.readers("RMS.PERSON")


def test_in_a_definers_unit_roles_are_disabled(rms: Sketch) -> None:
    """SEC, How Roles Work in PL/SQL Blocks: all roles are disabled in a unit with definer's rights."""
    rms.login("PKG")
    rms.role("READERS")
    rms.schema("PKG", "PKG")
    rms.routine("PKG.FIND", "PKG", "RMS.PERSON", runs_as="PKG")
    rms.grant("EXECUTE", "PKG.FIND", "ANA")
    rms.member("READERS", "PKG")
    rms.grant("SELECT", "RMS.PERSON", "READERS")
    assert "ANA" not in rms.readers("RMS.PERSON")
    rms.grant("SELECT", "RMS.PERSON", "PKG")
    assert "ANA" in rms.readers("RMS.PERSON")


def test_an_invokers_unit_gives_nothing(rms: Sketch) -> None:
    """SEC, Invoker's Rights: the unit runs with its caller's privileges."""
    rms.login("PKG")
    rms.schema("PKG", "PKG")
    rms.routine("PKG.FIND", "PKG", "RMS.PERSON")
    rms.grant("EXECUTE", "PKG.FIND", "ANA")
    rms.grant("SELECT", "RMS.PERSON", "PKG")
    assert "ANA" not in rms.readers("RMS.PERSON")


def test_a_proxy_connects_as_its_client(rms: Sketch) -> None:
    """SQL, ALTER USER, GRANT CONNECT THROUGH; the client needs CREATE SESSION."""
    rms.grant("SELECT", "RMS.PERSON", "BEN")
    rms.grant("CONNECT THROUGH", "principal BEN", "ANA")
    rms.grant("CONNECT THROUGH", "principal RMS", "CLERK")
    assert rms.readers("RMS.PERSON") == {"ANA", "BEN", "SYS"}


def test_an_owner_has_everything(rms: Sketch) -> None:
    """SEC, object privileges: the owner of an object has every privilege on it."""
    rms.grant("CREATE SESSION", "server", "RMS")
    assert rms.readers("RMS.PERSON") == {"RMS", "SYS"}
