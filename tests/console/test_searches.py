"""Searches that people keep, on a real state: whose they are, who sees them, and what is never in one."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from starlette.requests import Request
from starlette.testclient import TestClient

from recuse import clock
from recuse.errors import InputError, TargetError
from recuse.server.console import PREFIX, SCREENS, Visitor, application
from recuse.server.console import keeping as console_searches
from recuse.server.identity.kept import Kept
from recuse.server.searches import LONGEST_NAME, MOST, Wanted
from recuse.server.state import searches as state_searches
from recuse.server.state.migrations import prepare
from recuse.server.state.searches import StateSearches
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, create_database, version_id
from tests.console import world

LOGIN: Final = "recuse_server"
PASSWORD: Final = "password-of-the-test"
ADA: Final = world.person("Ada Example", "auditor")
BO: Final = world.person("Bo Example", "auditor")
CY: Final = world.person("Cy Example", "official")
NEW: Final = f"{PREFIX}/record/searches/new"
LIST: Final = f"{PREFIX}/record/searches"


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with throwaway(binaries=binaries_of(request.param)) as made:
        with psycopg.connect(made.dsn(), autocommit=True) as connection:
            create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(LOGIN), sql.Literal(PASSWORD))
            connection.execute(create)
        yield made


@pytest.fixture
def owner(server: Server) -> Iterator[str]:
    """A prepared state, as its owner connects."""
    name = f"t_{clock.random_name(12)}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        create_database(connection, name)
        with psycopg.connect(server.dsn(name), autocommit=True) as inside:
            prepare(inside, [LOGIN])
        yield server.dsn(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def kept(server: Server, owner: str) -> Iterator[Kept]:
    """With no more rights than a server has."""
    made = Kept(server.dsn(named(owner), LOGIN, PASSWORD))
    yield made
    made.close()


def named(dsn: str) -> str:
    """The database of a connection string."""
    return str(psycopg.conninfo.conninfo_to_dict(dsn)["dbname"])


class Door:
    """The console for one person after another."""

    def __init__(self, folder: Path, kept: Kept) -> None:
        self.visitor: Visitor = ADA
        self.searches = StateSearches(kept)

        def recognise(_request: Request) -> Visitor:
            return self.visitor

        screens = console_searches.screens(self.searches)
        console = world.console(folder, recognise=recognise)
        self.client = TestClient(application(console, screens), follow_redirects=False)

    def as_(self, visitor: Visitor) -> "Door":
        self.visitor = visitor
        return self

    def saves(self, name: str, said: str = "answer=deny", role: str = "only-me") -> Any:
        return self.client.post(f"{NEW}?{said}", data={"name": name, "role": role})

    def named(self) -> list[str]:
        """What the list shows, in its order."""
        return re.findall(r'rowheader".*?<bdi>(.*?)</bdi>', self.client.get(LIST).text)


@pytest.fixture
def door(folder: Path, kept: Kept) -> Door:
    return Door(folder, kept)


def test_a_search_is_saved_found_renamed_and_deleted(door: Door) -> None:
    form = door.client.get(f"{NEW}?answer=deny&caller=portal-1&page=3&upto=9").text
    assert "checked" not in form, "who sees it is nobody's choice but theirs"
    saved = door.saves("Denied by the portal", "answer=deny&caller=portal-1&page=3&upto=9")
    assert saved.status_code == 303
    one = saved.headers["location"]
    page = door.client.get(one).text
    assert f'href="{PREFIX}/record?answer=deny&amp;caller=portal-1"' in page
    assert door.named() == ["Denied by the portal"]
    changed = door.client.post(one, data={"name": "Portal", "role": "auditor"})
    assert (changed.status_code, changed.headers["location"]) == (303, one)
    assert door.named() == ["Portal"]
    assert "everybody with the role auditor" in door.client.get(one).text
    gone = door.client.post(f"{one}/delete")
    assert (gone.status_code, gone.headers["location"]) == (303, LIST)
    assert door.named() == []
    assert {door.client.get(one).status_code, door.client.post(f"{one}/delete").status_code} == {404}


def test_who_sees_what(door: Door) -> None:
    door.saves("mine")
    shared = door.saves("ours", role="auditor").headers["location"]
    own = door.saves("mine too").headers["location"]
    assert door.named() == ["mine", "mine too", "ours"]
    assert door.as_(BO).named() == ["ours"]
    assert door.as_(CY).named() == []
    assert door.as_(BO).client.get(own).status_code == 404
    assert door.as_(CY).client.get(shared).status_code == 404
    page = door.as_(BO).client.get(shared).text
    assert "only who saved a search may rename or delete it" in page
    assert "form_token" not in page
    for path in (shared, f"{shared}/delete"):
        assert door.as_(BO).client.post(path, data={"name": "theirs", "role": "only-me"}).status_code == 403
        assert door.as_(CY).client.post(path, data={"name": "theirs", "role": "only-me"}).status_code == 404
    assert door.as_(ADA).named() == ["mine", "mine too", "ours"]


def test_the_same_subject_elsewhere_is_another_person(door: Door) -> None:
    door.saves("mine")
    assert door.as_(replace(ADA, issuer="https://other.example")).named() == []


@pytest.mark.parametrize(
    ("name", "role", "told"),
    [
        ("", "only-me", "Write a name of 1 to 200 characters"),
        (" \t ", "only-me", "Write a name of 1 to 200 characters"),
        ("x" * (LONGEST_NAME + 1), "only-me", "Write a name of 1 to 200 characters"),
        ("two\nlines", "only-me", "Write a name of 1 to 200 characters"),
        ("turned \u202e", "only-me", "Write a name of 1 to 200 characters"),
        ("fine", "", "Choose who sees it."),
        ("fine", "official", "Choose who sees it."),
        ("fine", "everybody", "Choose who sees it."),
    ],
)
def test_what_cannot_be_kept_is_told_and_what_was_written_stays(door: Door, name: str, role: str, told: str) -> None:
    answer = door.saves(name, role=role)
    assert answer.status_code == 400
    assert told in answer.text
    assert 'href="#f-' in answer.text
    if name == "fine":
        assert 'value="fine"' in answer.text
    assert door.named() == []


def test_a_name_is_used_once(door: Door) -> None:
    door.saves("mine")
    again = door.saves("mine", "answer=allow")
    assert (again.status_code, "You keep a search of this name already" in again.text) == (400, True)
    assert door.as_(BO).saves("mine").status_code == 303
    other = door.saves("other").headers["location"]
    assert door.client.post(other, data={"name": "mine", "role": "only-me"}).status_code == 400
    assert door.named() == ["mine", "other"]


def test_only_what_a_search_says_is_kept(door: Door, owner: str) -> None:
    """Whatever else an address holds, it is not in the row: no token, no path, nothing hostile."""
    said = f"answer=deny&token=s3cret&next=//evil.example&caller={quote(world.HOSTILE)}#x"
    door.saves(world.HOSTILE.replace("\u202e", ""), said)
    with psycopg.connect(owner) as connection:
        ((row,),) = connection.execute("SELECT s::text FROM recuse_state.search s").fetchall()
        ((address,),) = connection.execute("SELECT address FROM recuse_state.search").fetchall()
    assert "s3cret" not in row
    assert "evil" not in row
    assert address.startswith("/record?answer=deny&caller=%3C%2Ftitle%3E")
    page = door.client.get(LIST).text
    assert "<script>alert" not in page
    assert door.client.get(f"{NEW}?since=soon").status_code == 400
    assert door.client.post(f"{NEW}?since=soon", data={"name": "x", "role": "only-me"}).status_code == 400


def test_a_hundred_are_kept_and_no_more_whoever_asks_at_once(door: Door, server: Server, owner: str) -> None:
    name = named(owner)
    places = [Kept(server.dsn(name, LOGIN, PASSWORD)) for _ in range(4)]

    def save(number: int) -> bool:
        wanted = Wanted(f"s{number}", "/record?", None)
        try:
            StateSearches(places[number % 4]).save(ADA.person, "Ada", wanted, world.NOW)
        except InputError as error:
            refused.append(error.message)
            return False
        return True

    refused = list[str]()
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(MOST + 12))) == MOST
    assert {*refused} == {"you keep 100 searches already, the most there may be"}
    for each in places:
        each.close()
    assert len(door.named()) == MOST
    assert "You keep 100 searches already" in door.saves("one more").text
    assert door.as_(BO).saves("one").status_code == 303


def test_where_the_state_is_gone_it_is_said_and_the_record_is_shown(door: Door, owner: str) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(sql.SQL("REVOKE SELECT ON recuse_state.search FROM {}").format(sql.Identifier(LOGIN)))
    for path in (LIST, f"{LIST}/1"):
        answer = door.client.get(path)
        assert answer.status_code == 503
        assert "Saved searches cannot be used now" in answer.text
    assert door.client.get(f"{PREFIX}/record").status_code == 200
    assert "Save this search" in door.client.get(f"{PREFIX}/record").text


def test_where_none_can_be_kept_nothing_offers_it(client: TestClient) -> None:
    assert "searches" not in client.get(f"{PREFIX}/record").text
    assert client.get(LIST).status_code == 404


def test_who_does_not_oversee_opens_none(door: Door) -> None:
    screens = console_searches.screens(door.searches)
    assert {each.roles for each in screens} == {next(s.roles for s in SCREENS if s.path == "/record")}
    for role in ("requester", "reviewer", "administrator"):
        door.as_(world.person("Eve", role))
        assert {door.client.get(LIST).status_code, door.saves("x").status_code} == {403}


def test_a_server_may_change_no_more_than_names_and_readers(kept: Kept) -> None:
    StateSearches(kept).save(ADA.person, "Ada", Wanted("n", "/record?", None), world.NOW)
    for column in ("issuer", "subject", "saver", "address", "at"):
        with pytest.raises(TargetError, match="permission denied"), kept.together() as connection:
            connection.execute(f"UPDATE recuse_state.search SET {column} = {column}")


# --- planted faults ---


def owners_forgotten(patch: pytest.MonkeyPatch) -> None:
    text = state_searches._CHANGE
    patch.setattr(state_searches, "_CHANGE", text.replace(" AND issuer = %(issuer)s AND subject = %(subject)s", ""))


def readers_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(state_searches, "_SEEN", state_searches._SEEN.replace("role = ANY (%(roles)s)", "true"))


def issuer_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(state_searches, "_SEEN", state_searches._SEEN.replace("issuer = %(issuer)s AND ", ""))


@pytest.mark.parametrize(
    ("fault", "noticed_by"),
    [
        (owners_forgotten, test_who_sees_what),
        (readers_forgotten, test_who_sees_what),
        (issuer_forgotten, test_the_same_subject_elsewhere_is_another_person),
    ],
)
def test_a_control_that_is_taken_out_is_noticed(
    door: Door, monkeypatch: pytest.MonkeyPatch, fault: Any, noticed_by: Any
) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        noticed_by(door)
