"""An answer tells what entries say and no name, does not tell what is left out, and can be checked."""

import json
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recuse.disclosure import asked as asking
from recuse.disclosure import telling
from recuse.disclosure.answer import ALWAYS, digest, read_written, written
from recuse.disclosure.checking import check_proofs, check_recorded, check_said
from recuse.disclosure.holds import Hold
from recuse.disclosure.lines import Matches, Register
from recuse.disclosure.telling import Names, Teller
from recuse.errors import InputError, LedgerError, RecuseError
from recuse.languages import LANGUAGES, Texts, language, read_texts
from recuse.ledger.entry import encode
from recuse.model import Repository
from tests.unit.disclosure.world import NOW, REQUEST, TODAY, World, asked, decided, places
from tests.unit.policy.conftest import DIRECTIVE

EVALUATIONS = Matches(frozenset({"e1", "e2"}), frozenset({"r1"}))
CANARY = "CANARY"
LOCALES = files("recuse.disclosure") / "locales"


def fill(world: World) -> None:
    """Three entries about the record, and others about others."""
    world.add("decisions", "decided", decided("x1", account=f"blotter/{CANARY}-1", case=f"{CANARY}-2"))
    world.add("decisions", "decided", decided("e1"))
    denied = {"rules": ["civil-immigration-refused"], "account": "blotter/removal_017", "case": f"{CANARY}-3",
              "purpose": "imm.civil_enforcement", "authority": "administrative.warrant", "allow": False}  # fmt: skip
    world.add("decisions", "decided", decided("e2", **denied), day=6)
    world.add("acts", "asked", asked("r0", categories=["arrest_record"]))
    world.add("acts", "asked", asked("r1", directives=[DIRECTIVE]))
    world.add("acts", "answered", {"request": "r1", "word": "refused", "categories": [], "directives": [DIRECTIVE],
                                   "policy_sha256": "ef" * 32, "transferred_to": None}, day=7)  # fmt: skip


def teller(code: str, names: Names | None = None) -> Teller:
    return Teller(texts(code), names or {})


@cache
def texts(code: str) -> Texts:
    return read_texts(language(code), LOCALES)


def lines(data: bytes) -> list[dict[str, Any]]:
    return list(read_written(data)["lines"])


def test_a_line_says_when_which_agency_for_what_and_how_it_was_answered(world: World) -> None:
    fill(world)
    data, left = world.answer(EVALUATIONS)
    names = ("ledger", "entry", "day", "what", "agency", "purpose", "authority", "outcome")
    told = [tuple(each[name] for name in names) for each in lines(data)]
    removal, civil, paper = "fed.homeland.border.removal", "imm.civil_enforcement", "administrative.warrant"
    assert told == [
        ("acts", 1, "2026-01-05", "asked", removal, civil, paper, "asked"),
        ("acts", 2, "2026-01-07", "answered", removal, civil, paper, "refused"),
        (
            "decisions",
            1,
            "2026-01-05",
            "decided",
            "st.riverton.police.records",
            "own.records",
            "official_duty",
            "allowed",
        ),
        ("decisions", 2, "2026-01-06", "decided", removal, civil, paper, "denied"),
    ]
    assert left == ()
    assert [each["categories"] for each in lines(data)] == [["person_identity"], [], *[["person_identity"]] * 2]
    assert [each["directives"] for each in lines(data)] == [[DIRECTIVE]] * 4
    assert lines(data)[0]["others"] == ["fed.justice.bureau"]
    assert [each["action"] for each in lines(data)] == ["data_access", "data_access", "read", "read"]


def test_an_answer_without_lines_never_says_that_nobody_looked(world: World) -> None:
    fill(world)
    data, _ = world.answer(Matches())
    whole = read_written(data)
    assert (whole["lines"], whole["always"]) == ([], ALWAYS)
    assert [each["first"] for each in whole["covers"]] == ["2026-01-05", "2026-01-05"]
    text = teller("en").text(whole)
    assert "This answer lists no entry of these records for this period." in text
    assert "nobody" not in text.lower()
    assert "Queries made in a database itself" in text


def test_what_is_held_back_changes_no_byte(world: World) -> None:
    """As if nobody had found the entry: by its place, by its case, and whatever else is left out."""
    fill(world)
    without, _ = world.answer(Matches(frozenset({"e1"}), frozenset({"r1"})))
    place = Hold("h1", "chief-2019", "investigation", TODAY, TODAY, entries=("decisions:2",))
    case = Hold("h1", "chief-2019", "investigation", TODAY, TODAY, cases=(f" {CANARY.lower()}-3",))
    for hold in (place, case):
        held, left = world.answer(EVALUATIONS, [hold])
        assert held == without
        assert [(each.place, each.reason, each.holds) for each in left] == [("decisions:2", "held_back", ("h1",))]
        pages = [teller(each).page(read_written(held)) for each in LANGUAGES]
        assert pages == [teller(each).page(read_written(without)) for each in LANGUAGES]


NAMED = st.text(st.characters(codec="utf-8"), max_size=8).map(lambda text: f"{CANARY}{text}")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from(["account", "action", "resource", "purpose", "authority", "case", "caller",
                                        "reason", "agreement"]), NAMED), NAMED, NAMED)  # fmt: skip
def test_no_name_leaves_whatever_a_program_sent(world: World, sent: dict[str, str], other: str, rule: str) -> None:
    """A name in any field of an entry, or in the kept request, is in no form of the answer."""
    world.entries |= {"acts": [], "decisions": []}
    world.add("decisions", "decided", decided("e1", rules=["own-staff", rule], **sent))
    world.add("acts", "asked", asked("r1", agency=other, others=[other], categories=[other, "arrest_record"],
                                     purpose=sent.get("purpose", "own"), instruments=[rule], note=other))  # fmt: skip
    world.add("acts", "answered", {"request": "r1", "word": other, "transferred_to": other, "directives": [rule]})
    data, _ = world.answer(EVALUATIONS, note=other, recorded_by=rule)
    assert len(lines(data)) == 3
    whole, tellers = read_written(data), [teller(each) for each in LANGUAGES]
    for form in (data.decode(), *(each.text(whole) for each in tellers), *(each.page(whole) for each in tellers)):
        assert CANARY not in form


def test_a_proof_leads_from_each_line_to_the_signed_checkpoint(world: World) -> None:
    fill(world)
    for number in range(11):
        world.add("decisions", "decided", decided(f"y{number}"))
    data, _ = world.answer(EVALUATIONS)
    keys = [each.verifier for each in world.signers.values()]
    assert check_proofs(read_written(data), keys) == 4
    with pytest.raises(LedgerError, match=r"no verifier key of `records\.example/acts` was given"):
        check_proofs(read_written(data), keys[1:])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda line: line | {"entry": line["entry"] + 1}, "the proof does not hold"),
        (lambda line: line | {"proof": line["proof"] | {"leaf": "A" * 43 + "="}}, "the proof does not hold"),
        (lambda line: line | {"proof": line["proof"] | {"path": line["proof"]["path"][1:]}}, "the proof does not hold"),
        (lambda line: line | {"ledger": "decisions"}, "the proof does not hold"),
    ],
)
def test_a_line_that_was_changed_is_not_proved(world: World, change: Any, told: str) -> None:
    fill(world)
    whole = read_written(world.answer(EVALUATIONS)[0])
    whole["lines"][0] = change(whole["lines"][0])
    with pytest.raises(LedgerError, match=told):
        check_proofs(whole, [each.verifier for each in world.signers.values()])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"size": 99}, "another size of `records.example/acts` than its checkpoint"),
        ({"origin": "records.example/decisions"}, "is not signed by"),
        ({"checkpoint": "x"}, "malformed"),
    ],
)
def test_what_an_answer_without_lines_covers_is_checked_too(world: World, change: dict[str, Any], told: str) -> None:
    fill(world)
    whole, keys = read_written(world.answer(Matches())[0]), [each.verifier for each in world.signers.values()]
    assert check_proofs(whole, keys) == 0
    with pytest.raises(LedgerError, match="no verifier key of"):
        check_proofs(whole, keys[:1])
    whole["covers"][0] |= change
    with pytest.raises(RecuseError, match=told):
        check_proofs(whole, keys)


@pytest.mark.parametrize(
    ("name", "value"),
    [("agency", "fed.justice.bureau"), ("purpose", "own.records"), ("outcome", "complied"), ("day", "2026-01-06"),
     ("categories", ["arrest_record"]), ("authority", "judicial.warrant"), ("others", ["fed.homeland"]),
     ("directives", []), ("what", "answered"), ("policy", "")],
)  # fmt: skip
def test_whoever_has_a_copy_sees_that_a_line_says_something_else(world: World, name: str, value: Any) -> None:
    fill(world)
    whole = read_written(world.answer(EVALUATIONS)[0])
    copies = {each: world.bytes_of(each) for each in world.entries}
    check_said(whole, copies, world.register)
    whole["lines"][0][name] = value
    check_proofs(whole, [each.verifier for each in world.signers.values()])  # the proof alone does not tell
    with pytest.raises(LedgerError, match=rf"the line about entry `acts:1` says another {name} than the entry"):
        check_said(whole, copies, world.register)


def test_an_answer_is_what_the_ledger_has_the_digest_of(world: World) -> None:
    fill(world)
    data, _ = world.answer(EVALUATIONS)
    body = {"accounting": REQUEST.id, "answer_sha256": digest(data)}
    acts = [*world.bytes_of("acts"), encode("accounting_answered", NOW, body)]
    assert check_recorded(data, acts) == 3
    whole = read_written(data)
    whole["lines"] = whole["lines"][1:]
    with pytest.raises(LedgerError, match="this answer is not what was recorded"):
        check_recorded(written(whole), acts)
    other = encode("accounting_answered", NOW, body | {"accounting": "cd" * 16})
    with pytest.raises(LedgerError, match="not what was recorded"):
        check_recorded(data, [other])


def test_an_answer_is_read_as_it_is_written(world: World) -> None:
    data, _ = world.answer(Matches())
    assert written(read_written(data)) == data
    for spoilt in (data[:-1], json.dumps(json.loads(data)).encode(), b"[]\n", b"{", b'{"format":2}\n'):
        with pytest.raises(InputError, match="no answer as this program writes it"):
            read_written(spoilt)


def test_a_page_asks_for_nothing_and_is_the_same_each_time(world: World) -> None:
    fill(world)
    whole = read_written(world.answer(EVALUATIONS)[0])
    names: Names = {("agency", "fed.homeland.border.removal"): {"en": "Removal <b>", "es": "Expulsión"}}
    page = teller("es", names).page(whole)
    assert page == teller("es", names).page(whole)
    assert "Expulsión" in page
    assert "src=" not in page
    assert "href=" not in page
    assert "Removal &lt;b&gt;" in teller("en", names).page(whole)
    assert '<html lang="ar" dir="rtl">' in teller("ar").page(whole)
    assert '<span lang="en"><bdi>own.records</bdi></span>' in page
    assert "This translation was made by a machine" not in teller("en").page(whole)
    assert "default-src 'none'; style-src 'sha256-" in page


def test_the_same_sentence_about_delay_is_in_every_answer(world: World) -> None:
    fill(world)
    hold = Hold("h1", "chief-2019", "investigation", TODAY, TODAY, entries=("decisions:2",))
    for matches, holds in ((Matches(), []), (EVALUATIONS, []), (EVALUATIONS, [hold])):
        whole = read_written(world.answer(matches, holds)[0])
        assert whole["always"] == ALWAYS
        assert "Some entries may be delayed or left out by law" in teller("en").text(whole)


def test_places_are_found_by_number_too(world: World) -> None:
    fill(world)
    data, _ = world.answer(Matches(places=places("acts:0")))
    assert [each["entry"] for each in lines(data)] == [0]
    world.add("acts", "verified", {"system": "blotter"})
    with pytest.raises(InputError, match="is `verified`, which says of no record"):
        world.answer(Matches(places=places("acts:3")))
    late = Matches(frozenset({"e1"}), places=places("decisions:6"))
    for _ in range(4):
        world.add("decisions", "decided", decided("e1"), day=28)
    assert world.found(late).unknown == (), "an entry that is named twice, outside of the period"
    with pytest.raises(InputError, match="there is no entry `acts:99`"):
        world.answer(Matches(places=places("acts:99")))


def test_an_answer_holds_these_keys_and_no_other(world: World) -> None:
    """A key more is a decision: it may tell what is left out, or who somebody is."""
    fill(world)
    whole = read_written(world.answer(EVALUATIONS)[0])
    assert set(whole) == {"accounting", "always", "covers", "format", "from", "institution", "lines", "made",
                          "not_covered", "salt", "supersedes", "systems", "to"}  # fmt: skip
    covered = {"ledger", "origin", "size", "first", "last", "checkpoint"}
    assert {key for each in whole["covers"] for key in each} == covered
    assert {key for each in whole["lines"] for key in each} == {
        "ledger", "entry", "day", "what", "agency", "others", "purpose", "authority", "categories", "action", "outcome",
        "directives", "policy", "proof",
    }  # fmt: skip


@given(st.lists(st.integers(1, 28), max_size=12))
def test_lines_are_those_of_the_period_both_ends_included(repository: Repository, found: list[int]) -> None:
    """A request counts on the day it was received; the period is from the first to the tenth."""
    world = World(repository, Register(repository))
    for number, day in enumerate(found):
        if number % 2:
            world.add("decisions", "decided", decided("e1"), day=day)
        else:
            world.add("acts", "asked", asked("r1", received=f"2026-01-{day:02}"), day=28)
    days = [each["day"] for each in lines(world.answer(EVALUATIONS)[0])]
    assert sorted(days) == sorted(f"2026-01-{day:02}" for day in found if 1 <= day <= 10)


def test_catalogues_hold_every_message_that_an_answer_says_and_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line for each code that an entry can have is told in each language; what nothing says is no message."""
    fill(world)
    said = set[str]()
    say = Texts.say

    def noting(of: Texts, message: str, /, **values: object) -> str:
        said.add(message)
        return say(of, message, **values)

    monkeypatch.setattr(Texts, "say", noting)
    whole = read_written(world.answer(EVALUATIONS)[0])
    line = whole["lines"][0]
    whole["lines"] = [
        *({**line, "action": each} for each in telling._ACTIONS), *({**line, "what": each} for each in telling._WHAT),
        *({**line, "outcome": each} for each in telling._OUTCOMES),
        *({**line, "agency": each} for each in telling._SPECIAL), {**line, "ledger": "decisions"},
    ]  # fmt: skip
    for code in LANGUAGES:
        teller = Teller(texts(code))
        for each in (whole, {**whole, "lines": []}):
            assert teller.text(each)
            assert teller.page(each)
    for code in LANGUAGES:
        if code != "en":
            raw = (LOCALES / code / "disclosure.po").read_bytes()
            assert b"# translated by machine" in raw
            found = {str(each.id): each.string for each in read_po(BytesIO(raw)) if each.id}
            assert set(found) == said
            assert all(found[each] and found[each] != each for each in said)
    assert tuple(LANGUAGES) == asking.LANGUAGES
