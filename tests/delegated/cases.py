"""Each right that applying needs, left out alone: how it is taken, and what the login is then said to lack."""

from dataclasses import dataclass
from typing import Final

from tests.conftest import ENDS


@dataclass(frozen=True, slots=True)
class Case:
    """SQL that takes a right or plants what needs one, and the rights then told, in order.

    `fails` says that a statement of the plan fails without it; the others are needed beside the plan. `planted` says
    that the plan is another one then; `after` takes away what was planted.
    """

    name: str
    plant: str
    told: tuple[str, ...]
    fails: bool = True
    versions: tuple[int, ...] = ENDS
    planted: bool = False
    after: str = ""


CASES: Final = (
    Case("CREATEROLE", "ALTER ROLE steward NOCREATEROLE", ("the attribute CREATEROLE",)),
    Case("CREATE", "REVOKE CREATE ON DATABASE office FROM steward", ("CREATE on the database",)),
    Case(
        "TEMPORARY", "REVOKE TEMPORARY ON DATABASE office FROM PUBLIC", ("TEMPORARY on the database",), fails=False,
    ),
    Case(
        "membership in each owner", "GRANT office_owner TO steward WITH INHERIT FALSE",
        ("membership in `office_owner`",), versions=(18,),
    ),
    Case(
        "membership in each owner, 15", "REVOKE office_owner FROM steward", ("membership in `office_owner`",),
        versions=(15,),
    ),
    Case(
        "SET to each owner of what others lend", "GRANT office_owner TO steward WITH SET FALSE",
        ("membership in `office_owner`",), versions=(18,),
    ),
    Case("SET to each second grantor", "REVOKE lender FROM steward", ("membership in `lender`",)),
    Case(
        "ADMIN on each login that is closed", "REVOKE ADMIN OPTION FOR gone FROM steward", ("ADMIN on `gone`",),
        versions=(18,),
    ),
    Case(
        "ADMIN on pg_signal_backend", "REVOKE ADMIN OPTION FOR pg_signal_backend FROM steward",
        ("ADMIN on `pg_signal_backend`",), versions=(18,),
    ),
    Case(
        "pg_signal_backend", "GRANT pg_signal_backend TO steward WITH INHERIT FALSE",
        ("membership in `pg_signal_backend`",), fails=False, versions=(18,),
    ),
    Case(
        "pg_signal_backend, 15", "REVOKE pg_signal_backend FROM steward", ("membership in `pg_signal_backend`",),
        fails=False, versions=(15,),
    ),
    Case(
        "pg_read_all_stats", "REVOKE pg_read_all_stats FROM steward", ("membership in `pg_read_all_stats`",),
        fails=False,
    ),
    Case(
        "the membership that another gave", "GRANT readers TO visitor",
        ("a membership of `visitor` in `readers` that it may take back",), versions=(18,), planted=True,
    ),
    Case(
        "what a superuser owns",
        "CREATE TABLE office.loose (id integer); GRANT SELECT ON office.loose TO desk",
        ("ownership of table office.loose, which `postgres` has",), planted=True, after="DROP TABLE office.loose",
    ),
    Case("a membership in a superuser", "GRANT postgres TO lender", ("what only a superuser does",), planted=True),
    Case(
        "a login that is a superuser", "ALTER ROLE gone SUPERUSER",
        ("a login that is no superuser in the place of `gone`", "what only a superuser does"),
        planted=True, after="ALTER ROLE gone LOGIN",
    ),
    Case(
        "a login that replicates, 15", "ALTER ROLE gone REPLICATION", ("what only a superuser does",), versions=(15,),
        planted=True, after="ALTER ROLE gone LOGIN NOREPLICATION",
    ),
    Case(
        "event triggers of others",
        "CREATE FUNCTION public.nothing() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE EVENT TRIGGER nothing ON ddl_command_end EXECUTE FUNCTION public.nothing()",
        ("a setting that keeps event triggers from running",), fails=False,
        after="DROP EVENT TRIGGER nothing; DROP FUNCTION public.nothing",
    ),
    Case(
        "INHERIT, 15", "ALTER ROLE steward NOINHERIT",
        ("membership in `pg_read_all_stats`", "membership in `pg_signal_backend`", "the attribute INHERIT",
         "membership in `office_owner`"),
        versions=(15,),
    ),
)  # fmt: skip
