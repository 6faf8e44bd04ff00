"""The contract of a store, one for files and PostgreSQL: what is kept is found, and what cannot stand is refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest

from recuse.errors import InputError, LedgerError, TargetError
from recuse.model import Ruling
from recuse.operations.kept_assistance import FileStore
from recuse.requests.store import Filter, Found, KeptOutcome, KeptRequest, Place, Store
from recuse.requests.written import kept_outcome, kept_request
from recuse.server.state.requests import StateStore
from recuse.server.state.serving import connected
from tests.requests.conftest import Another, State
from tests.unit.requests.world import ASKED, ENDED, HOUR, NOW

SALT = bytes(range(32))
REFUSED = Ruling("refused", ("assist-civil-refused",), (), ("administrative.detainer",))


def request(name: str, /, *, counsel: bool = False, verdict: str = "refused", **changes: object) -> KeptRequest:
    made = replace(ASKED, id=name, **changes)  # type: ignore[arg-type]
    return kept_request(made, replace(REFUSED, verdict=verdict, counsel=counsel), SALT)  # type: ignore[arg-type]


def outcome(name: str, about: str, /, **changes: object) -> KeptOutcome:
    return kept_outcome(replace(ENDED, id=name, request=about, **changes), SALT)  # type: ignore[arg-type]


def ids(found: Sequence[Found]) -> list[str]:
    return [each.request.id for each in found]


def test_what_is_kept_is_found_as_it_was(store: Store) -> None:
    assert store.find("r1") is None
    assert store.page(Filter(), NOW).found == ()
    assert store.everything() == ((), ())
    elsewhere = timezone(timedelta(hours=-6))
    one = request(
        "r1", source="mail 4711, =cmd|' /C calc'!A0", received=(NOW - HOUR).astimezone(elsewhere), note="ü\0"[:1]
    )
    store.append([one])
    found = store.find("r1")
    assert found == Found(one, None, None)
    assert found.request.sealed is not None
    assert found.request.sealed.commitment == one.sealed.commitment  # type: ignore[union-attr]
    assert store.everything() == ((one,), ())


def test_states_follow_from_outcomes_corrections_and_deadlines(store: Store) -> None:
    store.append([
        request("open"), request("lapsed", lapses=NOW), request("counsel", counsel=True), request("told"),
        request("old"), request("late", counsel=True, lapses=NOW - HOUR / 2),
    ])  # fmt: skip
    store.append([request("new", supersedes="old")])
    store.append((), [outcome("o1", "told"), outcome("o2", "old")])
    store.append((), [outcome("o3", "told", word="withdrawn", supersedes="o1")])
    page = store.page(Filter(), NOW)
    assert {each.request.id: each.state(NOW) for each in page.found} == {
        "open": "open", "lapsed": "lapsed", "counsel": "counsel", "told": "withdrawn", "old": "superseded",
        "new": "open", "late": "lapsed",
    }  # fmt: skip
    assert store.outcomes("told") == (outcome("o1", "told"), outcome("o3", "told", word="withdrawn", supersedes="o1"))
    for state in ("open", "lapsed", "counsel", "withdrawn", "superseded", "complied"):
        expected = {each.request.id for each in page.found if each.state(NOW) == state}
        assert set(ids(store.page(Filter(states=frozenset({state})), NOW).found)) == expected
    superseded = store.find("old")
    assert superseded is not None
    assert (superseded.superseded_by, superseded.outcome) == ("new", outcome("o2", "old"))


def test_filters_and_pages(store: Store) -> None:
    many = [
        request(
            f"r{n:02}", received=NOW - HOUR * (1 + n // 3), kind=("detainer", "interview")[n % 2],
            on_behalf_of=("fed.homeland", "fed.justice.bureau")[n % 3 == 0],
            purpose=("crim", "own")[n % 4 == 0], authority=("none", "judicial")[n % 5 == 0],
            verdict=("refused", "permitted")[n % 2],
        )
        for n in range(30)
    ]  # fmt: skip
    store.append(many)
    for wanted in (
        Filter(), Filter(kinds=frozenset({"interview"})), Filter(agencies=frozenset({"fed.justice.bureau", "x"})),
        Filter(purposes=frozenset({"own"}), authorities=frozenset({"none"})), Filter(verdicts=frozenset({"permitted"})),
        Filter(since=NOW - 5 * HOUR, before=NOW - 2 * HOUR), Filter(states=frozenset({"lapsed"})),
    ):  # fmt: skip
        expected = [each for each in many if wanted.takes(Found(each, None, None), NOW)]
        expected.sort(key=lambda each: (each.received, each.id), reverse=True)
        seen: list[str] = []
        after: Place | None = None
        while True:
            page = store.page(wanted, NOW, after, 4)
            assert len(page.found) <= 4
            seen += ids(page.found)
            after = page.after
            if after is None:
                break
        assert seen == [each.id for each in expected]
    assert store.page(Filter(), NOW, None, 30).after is None


def test_an_id_and_a_source_stand_once(store: Store) -> None:
    store.append([request("r1", source="s1")])
    for wrong in ([request("r1")], [request("r2", source="s1")], [request("r3"), request("r3")]):
        with pytest.raises(InputError, match="is here already"):
            store.append([request("fresh"), *wrong])
    assert ids(store.page(Filter(), NOW).found) == ["r1"]  # all or none
    store.append([request("r2", source="s1", supersedes="r1")])  # a correction is of the same paper
    assert {source: each.id for source, each in store.sources(["s1", "s2"]).items()} == {"s1": "r1"}


def test_a_thing_is_superseded_once(store: Store) -> None:
    store.append([request("r1"), request("r2", supersedes="r1")])
    with pytest.raises(InputError, match="superseded already"):
        store.append([request("r3", supersedes="r1")])
    with pytest.raises(InputError, match="to supersede"):
        store.append([request("r4", supersedes="none")])
    with pytest.raises(InputError, match="there is no"):
        store.append((), [outcome("o1", "none")])
    store.append((), [outcome("o1", "r2")])
    for wrong in (
        outcome("o2", "r2"), outcome("o2", "r2", supersedes="o9"), outcome("o1", "r2", supersedes="o1"),
    ):  # fmt: skip
        with pytest.raises(InputError, match="answered meanwhile"):
            store.append((), [wrong])
    store.append([request("other")], [outcome("o2", "r2", supersedes="o1")])
    with pytest.raises(InputError, match="answered meanwhile"):
        store.append((), [outcome("o3", "other", supersedes="o2")])  # of another request


def test_words_are_erased_and_the_rest_stays(store: Store) -> None:
    store.append([request("r1", source="s1", note="a name"), request("r2")], [outcome("o1", "r1", note="a name")])
    assert store.erase("r1")
    assert not store.erase("r1")
    assert not store.erase("none")
    found = store.find("r1")
    assert found is not None
    assert found.outcome is not None
    assert (found.request.sealed, found.request.source, found.outcome.sealed) == (None, "s1", None)
    assert (found.request.kind, found.outcome.word, found.state(NOW)) == ("detainer", "refused", "refused")
    other = store.find("r2")
    assert other is not None
    assert other.request.sealed is not None


def test_what_another_process_keeps_is_seen_at_once(stores: Another) -> None:
    one, other = stores(), stores()
    one.append([request("r1")])
    assert ids(other.page(Filter(), NOW).found) == ["r1"]
    with pytest.raises(InputError):
        one.append([request("r2"), request("r1")])
    assert one.find("r2") is None
    other.append([request("r2")], [outcome("o1", "r1")])
    other.erase("r1")
    assert one.find("r1") == other.find("r1")
    assert one.find("r1").request.sealed is None  # type: ignore[union-attr]
    assert ids(one.page(Filter(), NOW).found) == ["r2", "r1"]


def test_files_are_for_their_owner_and_a_broken_one_is_told(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.append([request("r1", note="a name")])
    store.append([request("r2")])
    folder = tmp_path / "assistance"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.jsonl")} == {0o600}
    assert (folder / ".gitignore").read_text() == "*\n"
    store.erase("r1")
    assert "a name" not in "".join(path.read_text() for path in folder.iterdir())
    (folder / "00000001.jsonl").write_text("{}\n")
    with pytest.raises(LedgerError, match=r"`00000001.jsonl` of the requests cannot be read"):
        store.find("r1")


def test_of_two_writers_at_once_one_is_told(store: Store, stores: Another) -> None:
    store.append([request("r1")])
    told: list[Exception] = []
    barrier = Barrier(2)

    def answer(name: str, mine: Store) -> None:
        barrier.wait()
        try:
            mine.append((), [outcome(name, "r1")])
        except InputError as error:
            told.append(error)

    threads = [Thread(target=answer, args=pair) for pair in (("o1", store), ("o2", stores()))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert len(store.outcomes("r1")) == 1


def test_the_server_can_neither_change_nor_remove(state: State) -> None:
    connection = connected(state.dsn)
    StateStore(lambda: connection).append([request("r1")], [outcome("o1", "r1")])
    for statement in (
        "DELETE FROM recuse_state.request", "UPDATE recuse_state.request SET agency = 'x'",
        "UPDATE recuse_state.outcome SET word = 'complied'", "TRUNCATE recuse_state.outcome",
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
    connection.close()
    with pytest.raises(TargetError):
        StateStore(lambda: connection).find("r1")
