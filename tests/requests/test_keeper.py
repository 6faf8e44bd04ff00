"""The contract of a keeper of requests for permits, one for files and PostgreSQL: kept, bound, held, and erased."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from recuse.errors import InputError, LedgerError, TargetError
from recuse.operations.kept import FileKeeper
from recuse.permits import Actor, Keeper, Note, commitment_of, note_payload
from recuse.server.state.permits import StateKeeper
from recuse.server.state.serving import connected
from recuse.targets.postgres.throwaway import Server
from tests.conftest import ENDS
from tests.requests.conftest import State, prepared
from tests.unit.permits.world import NOW, asked

Another = Callable[[], Keeper]
SAID = Note("r1", "declined", NOW, "Ms. Ü", "https://idp.example 4711", "it is not hers;\n' OR 1=1 --")


@pytest.fixture(params=["files", *ENDS], ids=str)
def keepers(request: pytest.FixtureRequest, servers: Callable[[int], Server], tmp_path: Path) -> Iterator[Another]:
    if request.param == "files":
        (tmp_path / "ledger").mkdir()
        yield lambda: FileKeeper(tmp_path / "ledger")
        return
    state = prepared(servers(request.param))
    with ExitStack() as stack:

        def another() -> Keeper:
            connection = stack.enter_context(closing(connected(state.dsn)))
            return StateKeeper(lambda: connection)

        yield another


@pytest.fixture
def keeper(keepers: Another) -> Keeper:
    return keepers()


def test_what_is_kept_is_found_as_it_was_with_its_commitment(keepers: Another) -> None:
    keeper = keepers()
    assert keeper.kept() == {}
    old, new = asked("r1", lapses=None), asked("r2", person="https://idp.example 1", glass="it burns")
    made = {each.id: keeper.keep(each) for each in (old, new)}
    found = keepers().kept()
    assert found == {"r1": (made["r1"], old), "r2": (made["r2"], new)}
    assert made["r1"] != made["r2"]
    assert keeper.keep(old) == made["r1"], "kept again, it is the same"
    with pytest.raises(InputError, match="`r1` is here already"):
        keeper.keep(replace(old, case="another"))
    assert keepers().kept() == found


def test_marks_tell_persons_apart_within_one_request_alone(keepers: Another) -> None:
    keeper = keepers()
    for name in ("r1", "r2"):
        keeper.keep(asked(name))
    one, other = (Actor(name).identity for name in ("Desk 4", "Desk 9"))
    assert keeper.mark("r1", one) == keepers().mark("r1", one)
    assert len({keeper.mark("r1", one), keeper.mark("r1", other), keeper.mark("r2", one)}) == 3
    with pytest.raises(LedgerError, match="`r9` is not kept"):
        keeper.mark("r9", one)


def test_what_was_said_is_found_by_its_commitment(keepers: Another) -> None:
    keeper = keepers()
    keeper.keep(asked("r1"))
    keeper.keep(asked("r10"))
    first, again = keeper.note(SAID), keeper.note(SAID)
    assert first != again, "each has a salt of its own"
    assert first != commitment_of(bytes(32), note_payload(SAID))
    assert keepers().notes("r1") == {first: SAID, again: SAID}
    assert keeper.notes("r10") == {}
    with pytest.raises(InputError, match="there is no request `r9`"):
        keeper.note(replace(SAID, request="r9"))


def test_what_is_erased_is_gone_with_all_that_was_said_of_it(keepers: Another) -> None:
    keeper = keepers()
    for name in ("r1", "r10"):
        keeper.keep(asked(name))
        keeper.note(replace(SAID, request=name))
    assert keeper.erase("r1") is True
    assert keeper.erase("r1") is False
    assert (set(keeper.kept()), keeper.notes("r1")) == ({"r10"}, {})
    assert len(keeper.notes("r10")) == 1
    with pytest.raises(LedgerError, match="not kept"):
        keeper.mark("r1", "desk 4")


def test_a_name_is_held_by_one_at_a_time_and_let_go_whatever_happens(keepers: Another) -> None:
    first, second = keepers(), keepers()
    first.keep(asked("r1"))
    order: list[str] = []
    inside = Event()

    def waits() -> None:
        inside.wait()
        with second.alone("r1"):
            order.append("second")

    thread = Thread(target=waits)
    thread.start()
    with suppress(ZeroDivisionError), first.alone("r1"):
        inside.set()
        thread.join(0.3)
        order.append("first")
        raise ZeroDivisionError
    thread.join(10)
    assert order == ["first", "second"]


def test_files_are_their_owner_s_alone(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    with FileKeeper(ledger).alone("r1"):
        assert not ledger.exists(), "nothing is made where there is no ledger"
    ledger.mkdir()
    old = os.umask(0)
    try:
        keeper = FileKeeper(ledger)
        keeper.keep(asked("r1"))
        keeper.note(SAID)
        with keeper.alone("r1"):
            pass
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o777 for path in (ledger / "requests").iterdir()} == {0o600}
    assert (ledger / "requests").stat().st_mode & 0o777 == 0o700


def test_a_spoilt_file_is_told_as_missing(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    keeper = FileKeeper(tmp_path / "ledger")
    keeper.keep(asked("r1"))
    keeper.note(SAID)
    for path in (tmp_path / "ledger" / "requests").glob("r1.*"):
        path.write_text(path.read_text().replace("Desk 4", "Desk 5").replace("4711", "").replace("name", "Name"))
    assert keeper.notes("r1") == {}
    (tmp_path / "ledger" / "requests" / "r1.json").write_text("{}")
    assert keeper.kept() == {}


def test_who_holds_a_name_for_too_long_is_told_to_others(state: State) -> None:
    with closing(connected(state.dsn)) as one, closing(connected(state.dsn)) as two:
        two.execute("SELECT pg_catalog.set_config('statement_timeout', '200ms', false)")
        with StateKeeper(lambda: one).alone("r1"):
            with (
                pytest.raises(TargetError, match="another act on `r1` is under way"),
                StateKeeper(lambda: two).alone("r1"),
            ):
                pass
            with StateKeeper(lambda: two).alone("r2"):
                pass


def test_a_server_s_login_adds_and_erases_and_changes_nothing_else(state: State) -> None:
    with closing(connected(state.dsn)) as connection:
        keeper = StateKeeper(lambda: connection)
        keeper.keep(asked("r1"))
        keeper.note(SAID)
        for statement in (
            "DELETE FROM recuse_state.permit_request", "UPDATE recuse_state.permit_request SET id = 'r2'",
            "DELETE FROM recuse_state.permit_note", "UPDATE recuse_state.permit_note SET request = 'r1'",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
