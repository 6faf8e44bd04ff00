"""What is taken in, kept and held back; what is due and what is owed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.disclosure import asked, holds, telling
from recuse.disclosure.answer import NOT_COVERED
from recuse.disclosure.asked import BEHALVES, LANGUAGES, NamedRecord, PersonRequest, Shown, problems
from recuse.disclosure.due import differences, duties
from recuse.disclosure.holds import Hold, KeptHold, body_of, check, standing
from recuse.disclosure.kept import Answered, Draft, Kept, from_bytes, to_bytes
from recuse.disclosure.lines import Matches, place_of
from recuse.disclosure.proofs import proofs
from recuse.disclosure.protection import LeftOut
from recuse.errors import InputError, LedgerError, RefusedError
from recuse.ledger.entry import Entry
from recuse.ledger.merkle import leaf_hash, prove_inclusion
from recuse.model import ACTIONS, ASSISTANCE, OUTCOMES
from tests.unit.disclosure.world import NOW, REQUEST, SETTINGS, TODAY, places

DAY = timedelta(days=1)
HOLD = Hold("h1", "chief-2019", "investigation", TODAY + 10 * DAY, TODAY, entries=("acts:3",), note="a wire")
KEPT = Kept(b"k" * 32, REQUEST)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"records": ()}, "no record is named"),
        ({"records": (NamedRecord("a", " "),)}, "names no record"),
        ({"since": date(2026, 1, 11)}, "ends before it begins"),
        ({"until": TODAY + DAY}, "cannot be later than today"),
        ({"received": TODAY + DAY}, "cannot be later than today"),
        ({"due": date(2026, 1, 9)}, "due on 2026-01-09, before the request was received"),
        ({"recorded_by": " "}, "say who takes it in"),
        ({"identity": Shown("identity card 123-456", "Desk 4", TODAY)}, "holds a number"),
        ({"identity": Shown("passport ١٢٣٤", "Desk 4", TODAY)}, "holds a number"),
        ({"identity": Shown("passport", "", TODAY)}, "who looked at it"),
        ({"identity": Shown("passport", "Desk 4", TODAY + DAY)}, "which is not yet"),
        ({"behalf": "parent"}, "shows by what authority they ask"),
        ({"authority": Shown("birth certificate", "Desk 4", TODAY)}, "needs no authority"),
        ({"behalf": "parent", "authority": Shown("paper 12345", "Desk 4", TODAY)}, "the authority holds a number"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_is_told_why(changes: dict[str, Any], told: str) -> None:
    assert not list(problems(REQUEST, TODAY))
    assert told in "\n".join(problems(replace(REQUEST, **changes), TODAY))


def test_the_entry_holds_days_and_a_commitment_and_nothing_of_the_person() -> None:
    body = asked.asked_body(REQUEST, KEPT.commitment)
    assert body == {"accounting": "ab" * 16, "received": "2026-01-10", "due": "2026-02-09", "behalf": "oneself",
                    "commitment": KEPT.commitment}  # fmt: skip
    assert KEPT.commitment != replace(KEPT, salt=b"l" * 32).commitment, "nobody can try keys against it"


texts = st.text(max_size=12)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
shown = st.builds(Shown, texts, texts, days)
requests = st.builds(
    PersonRequest, id=texts, received=days, recorded=st.just(NOW), recorded_by=texts,
    records=st.lists(st.builds(NamedRecord, texts, texts), max_size=3).map(tuple), since=days, until=days,
    behalf=st.sampled_from(BEHALVES), identity=shown, authority=st.none() | shown, delivery=st.just("post"),
    language=st.sampled_from(LANGUAGES), alone=st.booleans(), due=days, note=texts,
)  # fmt: skip
held = st.builds(Hold, texts, texts, texts, days, days, st.lists(texts).map(tuple), st.lists(texts).map(tuple), texts)
matches = st.builds(Matches, st.frozensets(texts), st.frozensets(texts), st.just(places("acts:1", "decisions:10")))
left = st.lists(
    st.builds(LeftOut, texts, st.sampled_from(["held_back", "protected", "others"]), st.lists(texts).map(tuple))
).map(tuple)
drafts = st.builds(Draft, texts, st.just(NOW), st.binary(max_size=4), matches, st.frozensets(texts), texts, left)
answered = st.builds(Answered, texts, days, texts, texts, matches, left)


@given(st.builds(Kept, st.binary(max_size=4), requests, st.none() | drafts, st.lists(answered, max_size=2).map(tuple)))
def test_what_is_kept_is_read_as_it_is_written(kept: Kept) -> None:
    assert from_bytes(to_bytes(kept)) == kept
    for spoilt in (to_bytes(kept)[:-1], to_bytes(kept).replace(b'"answers": ', b'"answers":  '), b"{}\n", b"\xff"):
        with pytest.raises(LedgerError, match="not kept as this program writes it"):
            from_bytes(spoilt)


@given(held)
def test_what_is_held_back_is_read_as_it_is_written(hold: Hold) -> None:
    assert holds.parse(holds.payload(hold)) == hold
    with pytest.raises(LedgerError, match="as this program writes it"):
        holds.parse(holds.payload(hold) + b" ")


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"reason": "because"}, InputError, "`because` is no reason of the settings"),
        ({"entries": ()}, InputError, "nothing is named"),
        ({"until": TODAY - DAY}, InputError, "is over"),
        ({"until": TODAY + 91 * DAY}, RefusedError, "later than an entry may be held back at once"),
    ],
)
def test_what_cannot_be_held_back_so(changes: dict[str, Any], error: type[Exception], told: str) -> None:
    check(replace(HOLD, until=TODAY + 90 * DAY), SETTINGS, None)
    with pytest.raises(error, match=told):
        check(replace(HOLD, **changes), SETTINGS, None)


def test_a_delay_is_renewed_each_time_for_so_long_and_about_the_same() -> None:
    later = replace(HOLD, on=TODAY + 5 * DAY, until=TODAY + 95 * DAY)
    check(later, SETTINGS, HOLD)
    check(replace(HOLD, until=TODAY - DAY), SETTINGS, HOLD)  # this ends it
    with pytest.raises(InputError, match="is about other entries"):
        check(replace(later, entries=("acts:4",)), SETTINGS, HOLD)


def entries(*kept: KeptHold) -> list[Entry]:
    return [Entry("held_back", NOW, body_of(each, "Chief", None, renews=False)) for each in kept]


def test_the_newest_decision_counts_and_a_lost_one_stops_everything() -> None:
    first, second = KeptHold(b"1" * 32, HOLD), KeptHold(b"2" * 32, replace(HOLD, until=TODAY - DAY))
    assert standing(entries(first, second), [second, first]) == (second.hold,)
    assert standing(entries(first), [second, first]) == (first.hold,), "what was never recorded holds nothing"
    for kept in ([], [second], [replace(first, salt=b"3" * 32)]):
        with pytest.raises(LedgerError, match="what it is about is not kept"):
            standing(entries(first), kept)


def test_the_entry_about_a_delay_does_not_say_what_it_is_about() -> None:
    body = body_of(KeptHold(b"1" * 32, replace(HOLD, cases=("26-CR-1",))), "Chief", None, renews=False)
    assert set(body) == {"hold", "renews", "official", "office", "reason", "until", "commitment", "signature"}
    assert not any(each in str(body) for each in ("acts:3", "26-CR-1", "a wire"))


def entry(kind: str, **body: Any) -> Entry:
    return Entry(kind, NOW, {"accounting": REQUEST.id, **body})


ASKED = entry("accounting_asked", received="2026-01-10", due="2026-02-09", commitment=KEPT.commitment)
GIVEN = entry("accounting_answered", answer_sha256="aa")
LEFT = (LeftOut("acts:3", "held_back", ("h1",)), LeftOut("acts:4", "protected"))
WITH = KEPT.with_answer(Answered("aa", TODAY, "chief-2019", "{}", Matches(), LEFT))


def test_days_are_counted_until_an_answer_is_due() -> None:
    (one,) = duties([ASKED], {REQUEST.id: KEPT}, (), TODAY)
    assert (one.state, one.days_left(TODAY), one.late(TODAY)) == ("open", 25, False)
    assert (one.days_left(date(2026, 2, 10)), one.late(date(2026, 2, 10))) == (-1, True)
    (one,) = duties([ASKED, GIVEN], {REQUEST.id: WITH}, (HOLD,), TODAY)
    assert (one.state, one.days_left(TODAY), one.late(TODAY)) == ("answered", None, False)
    assert [each.state for each in duties([ASKED], {}, (), TODAY)] == ["erased"]


def test_an_answer_owes_what_it_held_back_once_the_delay_ends() -> None:
    def state(today: date, *more: Hold) -> tuple[str, tuple[str, ...]]:
        (one,) = duties([ASKED, GIVEN], {REQUEST.id: WITH}, (HOLD, *more), today)
        return one.state, one.owed

    assert state(HOLD.until) == ("answered", ())
    assert state(HOLD.until + DAY) == ("owes", ("acts:3",))


def test_a_draft_that_corrects_an_answer_is_not_due() -> None:
    draft = Draft("Desk 4", NOW, b"", Matches(), frozenset(), "{}", ())
    (one,) = duties([ASKED], {REQUEST.id: KEPT.with_draft(draft)}, (), TODAY)
    assert (one.state, one.days_left(TODAY)) == ("prepared", 25)
    kept = {REQUEST.id: WITH.with_draft(draft)}
    (one,) = duties([ASKED, GIVEN], kept, (HOLD,), date(2026, 3, 1) - 60 * DAY)
    assert (one.state, one.days_left(TODAY), one.late(date(2030, 1, 1))) == ("prepared", None, False)
    (one,) = duties([ASKED, GIVEN], kept, (HOLD,), HOLD.until + DAY)
    assert (one.state, one.owed, one.late(TODAY)) == ("owes", ("acts:3",), True)


def test_where_record_and_files_differ_is_told() -> None:
    assert list(differences([ASKED, GIVEN], {REQUEST.id: WITH})) == []
    assert "never recorded" in str([*differences([], {REQUEST.id: KEPT})])
    assert "not kept" in str([*differences([ASKED], {})])
    erased = [ASKED, Entry("erased", NOW, {"request": REQUEST.id})]
    assert list(differences(erased, {})) == []
    assert "kept still" in str([*differences(erased, {REQUEST.id: KEPT})])
    assert "its words differ" in str([*differences([ASKED], {REQUEST.id: replace(KEPT, salt=b"")})])
    assert "other answers" in str([*differences([ASKED], {REQUEST.id: WITH})])


@given(st.lists(st.binary(max_size=3), min_size=1, max_size=40), st.data())
def test_proofs_are_those_that_the_ledger_makes(found: list[bytes], data: st.DataObject) -> None:
    wanted = data.draw(st.sets(st.integers(0, len(found) - 1)))
    leaves = [leaf_hash(each) for each in found]
    made = proofs(found, wanted)
    assert {number: each.path for number, each in made.items()} == {
        number: prove_inclusion(leaves, number) for number in wanted
    }


@pytest.mark.parametrize("text", ["acts", "acts:", "acts:01", "acts:-1", "other:1", "acts:1 ", "decisions:١"])
def test_a_place_is_read_as_it_is_written(text: str) -> None:
    assert str(place_of("decisions:12")) == "decisions:12"
    with pytest.raises(InputError, match="is no place of an entry"):
        place_of(text)


def test_every_code_of_an_answer_has_words() -> None:
    assert set(telling._ACTIONS) == {*ACTIONS, *ASSISTANCE, "other"}
    assert set(telling._OUTCOMES) == {"allowed", "denied", "asked", "other", *OUTCOMES}
    assert set(telling._NOT_COVERED) == set(NOT_COVERED)
