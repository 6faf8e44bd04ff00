"""What the functions promise that tell a copy from its origin: asked with the row as a copy would carry it.

A server in recovery is not at hand here: what is found there is planted in the place of `recuse.here`, and what that
finds is asked of real standbys and copies in `tests/restore`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.mutation.gate_world import World

WRITTEN = "UPDATE recuse.identity SET {}"
SHUT = (
    "this database is a copy, or was promoted, and nothing is open in it",
    "ask the administrator: what was revoked since is to be taken away first, by recuse apply --resume",
)
FOUND = """
CREATE OR REPLACE FUNCTION recuse.here(
  OUT system_identifier bigint, OUT timeline bigint, OUT database_oid oid, OUT base_backup text,
  OUT recovering boolean, OUT restoring boolean, OUT fed boolean)
LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT 7::bigint, {timeline}::bigint, 5::oid, {backup}::text, {rest}'
"""


@contextmanager
def noted(world: World, changed: str) -> Iterator[None]:
    """The row as if it had been written so: its transaction is its own."""
    with world.undone():
        world.admin(WRITTEN.format(changed))
        world.admin(WRITTEN.format("written = xmin"))
        yield


# The row as `settle` writes it, but that the server was started since, and so all of it is asked.
BEFORE = (
    "started = '-infinity', (system_identifier, timeline, database_oid, base_backup) "
    "= (SELECT h.system_identifier, h.timeline, h.database_oid, h.base_backup FROM recuse.here() h)"
)


def opened(world: World) -> tuple[object, object]:
    """What the two gates say: of a standing account, and of one whose permit is declared."""
    with world.as_("clerk"):
        admitted = world.one("SELECT recuse.admitted()")
    with world.as_("analyst"):
        world.choose("p1")
        return admitted, world.gate()


def a_copy_shows_nothing(world: World) -> None:
    world.permit()
    with noted(world, "ledger_index = 1"):
        assert (world.one("SELECT recuse.moved()"), opened(world)) == (None, (True, True))
    with noted(world, BEFORE):
        assert (world.one("SELECT recuse.moved()"), opened(world)) == (None, (True, True))
    for column, word in (
        ("system_identifier", "system"), ("database_oid", "database"), ("timeline", "timeline"),
        ("base_backup", "backup"),
    ):  # fmt: skip
        for value in ("77", "NULL") if column != "base_backup" else ("'77'",):
            with noted(world, f"{BEFORE}"), noted(world, f"{column} = {value}"):
                assert (word, world.one("SELECT recuse.moved()"), opened(world)) == (word, word, (None, None))


def while_a_server_runs_its_start_stands_for_all(world: World) -> None:
    """If it is this server's, and the row lies where it was written: one of the two alone says nothing."""
    world.permit()
    with noted(world, "system_identifier = 77, ledger_index = 1"):
        assert (world.one("SELECT recuse.moved()"), opened(world)) == (None, (True, True))
    for changed in ("started = '-infinity'", "place = 'base/1/1'"):
        with noted(world, f"{changed}, system_identifier = 77"):
            assert (world.one("SELECT recuse.moved()"), opened(world)) == ("system", (None, None))


def a_row_that_was_copied_says_nothing(world: World) -> None:
    world.permit()
    for changed in ("written = '3'", "ledger_index = 1"):
        with world.undone():
            world.admin(WRITTEN.format(changed))
            assert (world.one("SELECT recuse.moved()"), opened(world)) == ("dump", (None, None))
    with world.undone():
        world.admin("DELETE FROM recuse.identity")
        assert (world.one("SELECT recuse.moved()"), opened(world)) == ("dump", (None, None))


def in_recovery_it_is_a_standby_or_a_copy(world: World) -> None:
    """A standby may know of less than its row, which came to it by the log, and never of more."""
    for timeline, rest, word in (
        ("4", "true, false, true", None), ("3", "true, false, true", None), ("5", "true, false, true", "timeline"),
        ("NULL", "true, false, true", "timeline"), ("4", "true, true, true", "restoring"),
        ("4", "true, NULL::boolean, true", "restoring"), ("4", "true, false, false", "unfed"),
        ("4", "true, false, NULL::boolean", "unfed"), ("4", "false, true, false", None),
        ("3", "false, true, false", "timeline"), ("5", "false, false, true", "timeline"),
        ("NULL", "false, false, true", "timeline"),
    ):  # fmt: skip
        with noted(world, "started = '-infinity', system_identifier = 7, database_oid = 5, timeline = 4"):
            world.admin(FOUND.format(timeline=timeline, rest=rest, backup="NULL").replace("%", "%%"))
            assert (timeline, rest, world.one("SELECT recuse.moved()")) == (timeline, rest, word)
    with noted(world, "started = '-infinity', system_identifier = 7, database_oid = 5, timeline = 4"):
        world.admin(FOUND.format(timeline="4", rest="true, false, true", backup="''a''"))
        assert world.one("SELECT recuse.moved()") is None, "of what it began as, a standby's primary says nothing"


def here_is_what_the_server_says(world: World) -> None:
    folder = world.one("SELECT current_setting('data_directory')")
    world.admin(f"COPY (SELECT 'begun') TO '{folder}/backup_label.old'")
    asked = (
        "SELECT (SELECT system_identifier FROM pg_control_system()), "
        "(SELECT timeline_id::bigint FROM pg_control_checkpoint()), "
        "(SELECT oid FROM pg_database WHERE datname = current_database()), "
        "(SELECT extract(epoch FROM modification)::text || ' ' || size FROM pg_stat_file('backup_label.old')), "
        "false, NULL::boolean, NULL::boolean"
    )
    assert world.rows("SELECT * FROM recuse.here()") == world.rows(asked)
    with world.undone():
        world.admin("REVOKE EXECUTE ON FUNCTION pg_stat_file(text, boolean) FROM recuse_owner")
        assert world.one("SELECT base_backup FROM recuse.here()") is None
    world.admin(f"COPY (SELECT 1) TO PROGRAM 'cat > /dev/null; rm {folder}/backup_label.old'")
    assert world.one("SELECT base_backup FROM recuse.here()") is None


def a_copy_lets_nothing_be_declared_or_issued(world: World) -> None:
    world.permit()
    with noted(world, "started = '-infinity', timeline = 77"):
        with world.as_("analyst"):
            assert world.refused("SELECT recuse.declare('crime', 'judicial')") == (*SHUT, "42501")
        with world.as_("issuer"):
            asked = "SELECT recuse.issuable('analyst', 'crime', 'judicial', NULL)"
            said = "this database is a copy, or was promoted: recuse apply --resume comes first"
            assert world.one(asked) == said


def settling_opens_nothing_and_stands_alone(world: World) -> None:
    """In a copy it writes nothing; a transaction inside another one would write what looks like a dump's."""
    with noted(world, "started = '-infinity', timeline = 77"):
        assert world.one("SELECT recuse.settle(1, false)") is False
        assert world.one("SELECT recuse.moved()") == "system"
    for resuming in (False, True):
        said = "where this is cannot be written down inside a savepoint"
        assert world.refused("SELECT recuse.settle(1, %s)", resuming) == (said, None, "25001")
