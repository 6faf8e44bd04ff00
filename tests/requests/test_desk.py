"""The desk on every store: requests taken in, decided, answered, corrected; what a crash leaves, and what is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from recuse.errors import InputError, LedgerError, RefusedError
from recuse.model import AssistanceRequest, Custody, Outcome, Repository
from recuse.requests.against import asked_ids, differences
from recuse.requests.desk import Desk
from recuse.requests.store import Filter, KeptRequest, Store
from tests.unit.requests.world import ASKED, BY_JUDGE, ENDED, HOUR, NOW, Book, desk


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def at(repository: Repository, store: Store, book: Book) -> Desk:
    return desk(repository, store, book)


def quiet(*_: object) -> None:
    """Progress that tells nobody."""


def told(at: Desk, book: Book) -> list[tuple[str, str]]:
    return list(differences(book.entries, at.store.everything(), at.assisting.repository))


def ended(**changes: Any) -> Outcome:
    return replace(ENDED, **changes)


def test_a_detainer_is_refused_recorded_and_counted(at: Desk, book: Book) -> None:
    ruling = at.ask(replace(ASKED, note="he lives at 5 High Street"), NOW)
    assert ruling.verdict == "refused"
    (entry,) = book.entries
    body = dict(entry.body)
    assert (entry.kind, body.pop("commitment")) == ("asked", at.store.find("r1").request.sealed.commitment)  # type: ignore[union-attr]
    assert body == {
        "request": "r1", "supersedes": None, "kind": "detainer", "agency": "fed.homeland.border.removal", "others": [],
        "purpose": "imm.civil_enforcement", "authority": "administrative.detainer", "instruments": ["I-247A"],
        "categories": [], "received": "2026-01-15", "lapses": "2026-01-17T12:00:00.000000+00:00", "until": None,
        "verdict": "refused", "given": [], "rules": ["assist-administrative-opens-nothing", "assist-civil-refused"],
        "decided_as": ["administrative.detainer"], "gaps": [], "counsel": False, "directives": ["d"],
        "policy_sha256": "0" * 64,
    }  # fmt: skip
    done = at.answer(ended(detention=Custody(NOW, NOW + HOUR), note="a name"), NOW + HOUR)
    assert (done.rules, done.contrary, done.supersedes) == (ruling.rules, False, None)
    assert (book.entries[1].kind, book.entries[1].body["word"]) == ("answered", "refused")
    assert told(at, book) == []
    for secret in ("High Street", "Ms. Ü", "Desk 4", "a name", '12:00:00.000000+00:00", "rel'):
        assert secret not in repr(book.entries)


def test_what_the_policy_refuses_is_not_complied_with_and_what_was_done_is_kept(at: Desk, book: Book) -> None:
    at.ask(ASKED, NOW)
    with pytest.raises(RefusedError, match="the policy in force refuses this request by assist-admin"):
        at.answer(ended(word="complied"), NOW + HOUR)
    assert len(book.entries) == 1
    moved = Custody(transferred=NOW, transferred_to="fed.homeland.border.removal")
    done = at.answer(ended(word="complied", contrary=True, detention=moved), NOW + HOUR)
    assert done.contrary
    assert book.entries[1].body["contrary"] is True
    assert book.entries[1].body["transferred_to"] == "fed.homeland.border.removal"
    again = at.answer(ended(id="o2", word="refused", contrary=True), NOW + HOUR)  # it was not so, after all
    assert (again.contrary, again.supersedes) == (False, "o1")
    assert [each.word for each in at.store.outcomes("r1")] == ["complied", "refused"]


def test_a_judges_warrant_is_complied_with_within_its_time(at: Desk, book: Book) -> None:
    at.ask(BY_JUDGE, NOW)
    assert at.answer(ended(word="complied"), NOW + HOUR, dry_run=True).rules == ("assist-criminal-by-judge",)
    assert len(book.entries) == 1
    with pytest.raises(RefusedError, match="has lapsed"):
        at.answer(ended(word="complied"), BY_JUDGE.lapses)
    assert at.answer(ended(word="complied"), NOW + HOUR).contrary is False
    assert at.store.page(Filter(states=frozenset({"complied"})), NOW).found


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ({"by": " office 7, MS. ü"}, "nobody answers what they asked for themselves"),
        ({"by": "desk 4", "word": "complied_in_part", "categories": ("crime_mapping",)}, "took it in does not give it"),
        ({"by": " "}, "say who answers"),
        ({"categories": ("custody",)}, "`refused` gives no category"),
        ({"word": "complied", "categories": ("arrest_record",)}, "`arrest_record` was not asked for"),
        ({"word": "complied", "categories": ("custody",)}, "say `complied_in_part` otherwise"),
        ({"word": "complied_in_part"}, "say which categories were given"),
        ({"word": "complied", "categories": ("custody", "crime_mapping")}, "in part only"),
        ({"word": "complied_in_part", "categories": ("custody",)}, "refuses `custody`"),
        ({"detention": Custody(transferred=NOW)}, "a transfer has a time and an agency"),
        ({"detention": Custody(transferred=NOW, transferred_to="fed.homland")}, "did you mean `fed.homeland`"),
        ({"request": "none"}, "there is no request `none`"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_refused(outcome: dict[str, Any], expected: str, at: Desk, book: Book) -> None:
    asked = replace(ASKED, kind="data_access", purpose="crim", authority="none", instrument=None)
    at.ask(replace(asked, categories=("custody", "crime_mapping")), NOW)
    with pytest.raises((InputError, RefusedError), match=expected):
        at.answer(ended(**outcome), NOW + HOUR)
    assert len(book.entries) == 1
    assert at.store.outcomes("r1") == ()


def test_what_is_permitted_in_part_is_given_in_part(at: Desk, book: Book) -> None:
    asked = replace(ASKED, kind="data_access", purpose="crim", authority="none", instrument=None)
    assert at.ask(replace(asked, categories=("custody", "crime_mapping")), NOW).verdict == "permitted_in_part"
    done = at.answer(ended(word="complied_in_part", categories=("crime_mapping",)), NOW + HOUR)
    assert done.contrary is False
    assert told(at, book) == []


def test_a_request_is_corrected_by_another_and_neither_vanishes(at: Desk, book: Book) -> None:
    at.ask(replace(BY_JUDGE, evidence={}), NOW)
    assert at.store.page(Filter(states=frozenset({"counsel"})), NOW).found
    at.ask(replace(BY_JUDGE, id="r2", supersedes="r1"), NOW)
    with pytest.raises(InputError, match="superseded by `r2`"):
        at.answer(ended(), NOW + HOUR)
    with pytest.raises(InputError, match="superseded"):
        at.ask(replace(BY_JUDGE, id="r3", supersedes="r1"), NOW)
    assert {each.request.id: each.state(NOW) for each in at.store.page(Filter(), NOW).found} == {
        "r1": "superseded", "r2": "open"
    }  # fmt: skip
    assert [entry.body["supersedes"] for entry in book.entries] == [None, "r1"]


def test_a_request_that_cannot_be_is_not_kept_and_all_is_told(at: Desk, book: Book) -> None:
    with pytest.raises(InputError) as refused:
        at.ask(replace(ASKED, purpose="fun", lapses=NOW - 2 * HOUR, asked_by=""), NOW)
    assert len(refused.value.message.splitlines()) == 3
    assert (at.store.everything(), book.entries) == (((), ()), [])


def many(count: int = 5) -> list[AssistanceRequest]:
    return [replace(ASKED, id=f"i{n}", source=f"s{n}", received=NOW - HOUR * (n % 50 + 1)) for n in range(count)]


def taken(at: Desk, book: Book, requests: Sequence[AssistanceRequest]) -> tuple[int, int, int]:
    done = at.ask_all(requests, asked_ids(book.entries), NOW, quiet)
    return len(done.added), done.known, done.finished


def test_taking_in_twice_adds_nothing(at: Desk, book: Book) -> None:
    assert taken(at, book, many()) == (5, 0, 0)
    again = [replace(each, id=f"again{n}", recorded=NOW + HOUR, recorded_by="Desk 5") for n, each in enumerate(many(7))]
    assert taken(at, book, again) == (2, 5, 0)
    assert len(book.entries) == 7
    assert taken(at, book, again) == (0, 7, 0)
    with pytest.raises(InputError, match="1 of the sources are here with other content: `s3`"):
        taken(at, book, [*many(3), replace(many()[3], kind="interview")])
    at.store.erase("i1")
    assert taken(at, book, many()) == (0, 5, 0), "what was erased does not come back"
    assert told(at, book) == []


def test_what_a_crash_left_kept_is_recorded_the_next_time(at: Desk, book: Book) -> None:
    def failing(bodies: object) -> None:
        raise LedgerError("the disk is full")

    broken = replace(at, record=failing)
    with pytest.raises(LedgerError, match="the disk is full"):
        broken.ask_all(many(), frozenset(), NOW, quiet)
    assert [message for _, message in told(at, book)] == [
        "the request is kept and was never recorded: take it in again from its source, or supersede it"
    ] * 5
    assert taken(at, book, many()) == (0, 0, 5)
    assert told(at, book) == []


def test_a_lost_request_is_told(at: Desk, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    original = type(at.store).append

    def losing(store: Store, requests: Sequence[KeptRequest], outcomes: Sequence[Any] = ()) -> None:
        original(store, requests[1:], outcomes)

    monkeypatch.setattr(type(at.store), "append", losing)  # the fault
    with pytest.raises(LedgerError, match="1 of 5 requests are not there"):
        taken(at, book, many())
    assert ("i0", "the request is recorded and not kept: restore what keeps it") in told(at, book)


def test_ten_thousand_are_taken_in_within_seconds(at: Desk, book: Book) -> None:
    began = datetime.now().astimezone()
    assert taken(at, book, many(10_000)) == (10_000, 0, 0)
    assert (datetime.now().astimezone() - began).total_seconds() < 30
    assert len({entry.body["request"] for entry in book.entries}) == 10_000


def test_an_altered_record_is_told(repository: Repository, at: Desk, book: Book) -> None:
    at.ask(ASKED, NOW)
    at.answer(ENDED, NOW + HOUR)
    kept, outcomes = at.store.everything()
    other = replace(kept[0], agency="fed.justice.bureau")
    assert list(differences(book.entries, ((other,), outcomes), repository)) == [
        ("r1", "the request is not what was recorded: agency")
    ]
    sealed = replace(kept[0].sealed, data=kept[0].sealed.data.replace(b"detainer", b"interview"))  # type: ignore[union-attr, type-var]
    assert list(differences(book.entries, ((replace(kept[0], sealed=sealed),), outcomes), repository)) == [
        ("r1", "the request is not what was recorded: its words differ")
    ]
    assert list(differences(book.entries, (kept, ()), repository)) == [
        ("r1", "its outcome is recorded and not kept: restore what keeps it")
    ]
