"""Conversations with a decision point as values: what is sent for what came back, without a socket."""

import base64
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.client import (
    Action,
    ClientCredentials,
    Decision,
    InputError,
    NoDecisionError,
    Question,
    Resource,
    Settings,
    Subject,
)
from recuse.client.addresses import read_metadata, standard, well_known
from recuse.client.asking import Asking
from recuse.client.decisions import read_decision, read_decisions, read_object, read_page
from recuse.client.exchange import Conversation, Failure, Outcome, Reply, Send, Wait
from recuse.client.questions import Semantic, encoded, parts, told, told_together
from recuse.server.answers import metadata
from recuse.server.authzen import Batch, parse_batch, parse_evaluation, parse_object

BASE: Final = "https://pdp.example.org"
NOW: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
KNOWN: Final = ClientCredentials("https://id.example.org/token", "an app", partial(str, "p:w/d"), scope="decide")
ASKED: Final = Question(Subject("clear/app"), Action("read"), Resource("clear::records::arrest", "release_date"))
T = TypeVar("T")


def reply(document: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(status, {"content-type": "application/json", **headers}, json.dumps(document).encode())


TOKEN: Final = reply({"access_token": "t-1", "token_type": "bearer", "expires_in": 300})
YES: Final = reply({"decision": True})
LATER: Final = Reply(503, {"retry-after": "2"}, b"")
UNSENT: Final = Failure("connect failed", unsent=True)


def held(conversation: Conversation[T], outcomes: Sequence[Outcome]) -> tuple[T | NoDecisionError, list[Send | Wait]]:
    """What a conversation came to when these are its outcomes, one a request, and what it did."""
    steps, left, outcome = list[Send | Wait](), list(outcomes), None
    try:
        while True:
            step = conversation.send(outcome)
            steps.append(step)
            outcome = left.pop(0) if isinstance(step, Send) else None
    except StopIteration as done:
        assert left == [], "all was used"
        return done.value, steps
    except NoDecisionError as error:
        assert left == [], "all was used"
        return error, steps


def allowed(asking: Asking, outcomes: Sequence[Outcome]) -> bool:
    found, _ = held(asking.decision(ASKED), outcomes)
    return isinstance(found, Decision) and found.allow


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The present, which a test moves."""
    present = [NOW]
    monkeypatch.setattr("recuse.clock.now", lambda: present[0])
    return present


def test_a_token_is_asked_for_as_the_standard_says(moment: list[datetime]) -> None:
    """RFC 6749 §2.3.1: both halves are form-encoded before they are joined."""
    asking = Asking(BASE, KNOWN, Settings())
    _, (first, second) = held(asking.decision(ASKED), [TOKEN, YES])
    assert isinstance(first, Send)
    assert isinstance(second, Send)
    scheme, _, pair = first.headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair)) == ("Basic", b"an+app:p%3Aw%2Fd")
    assert parse_qs(first.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["decide"]}
    assert second.headers["Authorization"] == "Bearer t-1"
    assert "p:w/d" not in repr([first, second, asking._tokens]) + repr(KNOWN)
    bare = ClientCredentials(KNOWN.token_endpoint, "an app", resource=BASE)
    _, (first, _) = held(Asking(BASE, bare, Settings()).decision(ASKED), [TOKEN, YES])
    assert isinstance(first, Send)
    assert "Authorization" not in first.headers
    assert parse_qs(first.body.decode())["client_id"] == ["an app"]


@pytest.mark.parametrize(("lasts", "used"), [(300, 270), (10, 9), (None, 54)])
def test_a_token_is_kept_until_shortly_before_its_end(moment: list[datetime], lasts: int | None, used: int) -> None:
    given = {"access_token": "t", "token_type": "Bearer", **({"expires_in": lasts} if lasts else {})}
    asking = Asking(BASE, KNOWN, Settings())
    assert allowed(asking, [reply(given), YES])
    moment[0] = NOW + timedelta(seconds=used) - timedelta(microseconds=1)
    assert allowed(asking, [YES])
    moment[0] = NOW + timedelta(seconds=used)
    assert allowed(asking, [reply(given), YES])


def test_a_token_that_is_refused_is_asked_for_anew_once(moment: list[datetime]) -> None:
    asking, refused = Asking(BASE, KNOWN, Settings()), Reply(401, {}, b"")
    assert isinstance(held(asking.decision(ASKED), [TOKEN, refused, TOKEN, YES])[0], Decision)
    found, steps = held(asking.decision(ASKED), [refused, TOKEN, refused])
    assert "it answered 401" in str(found)
    assert len(steps) == 3


@pytest.mark.parametrize(
    ("outcomes", "waits"),
    [([LATER, LATER, YES], [2, 2]), ([UNSENT, UNSENT, YES], [0.2, 0.2]), ([LATER, UNSENT, YES], [2, 0.2])],
)
def test_what_did_not_arrive_and_a_503_are_tried_again(outcomes: list[Outcome], waits: list[float]) -> None:
    found, steps = held(Asking(BASE, None, Settings()).decision(ASKED), outcomes)
    assert isinstance(found, Decision)
    assert [step.seconds for step in steps if isinstance(step, Wait)] == waits
    sent = [step for step in steps if isinstance(step, Send)]
    assert all(one == other for one, other in pairwise(sent))


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([LATER, LATER, LATER], "it answered 503"),
        ([UNSENT, UNSENT, UNSENT], "connect failed"),
        ([Failure("read timeout", unsent=False)], "read timeout"),
        ([Reply(503, {}, b"")], "it answered 503"),
        ([Reply(503, {"retry-after": "3"}, b"")], "it answered 503"),
        ([Reply(500, {"retry-after": "1"}, b"")], "it answered 500"),
        ([Reply(429, {"retry-after": "1"}, b"")], "it answered 429"),
        ([Reply(302, {"location": BASE}, b"")], "no redirect is followed"),
        ([Reply(400, {"content-type": "text/plain"}, b"a\x1b[2Jb\n")], "it answered 400: a [2Jb"),
    ],
)
def test_nothing_else_is(outcomes: list[Outcome], said: str) -> None:
    found, steps = held(Asking(BASE, None, Settings()).decision(ASKED), outcomes)
    assert isinstance(found, NoDecisionError)
    assert said in str(found)
    sent = [step for step in steps if isinstance(step, Send)]
    assert len(sent) == len(outcomes)
    assert {step.headers["X-Request-ID"] for step in sent} == {found.request_id}


def test_without_an_attempt_there_is_no_decision() -> None:
    assert "was not asked" in str(held(Asking(BASE, None, Settings(attempts=0)).decision(ASKED), [])[0])


NAMES: Final = st.sampled_from(["", "a", "é", '"', "clear/app"])
VALUES: Final = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), NAMES, st.lists(NAMES, max_size=2))
PROPERTIES: Final = st.dictionaries(NAMES, VALUES, max_size=2)
QUESTIONS: Final = st.builds(
    Question,
    st.builds(Subject, NAMES, NAMES, PROPERTIES),
    st.builds(Action, NAMES, PROPERTIES),
    st.builds(Resource, NAMES, NAMES, PROPERTIES),
    PROPERTIES,
)


@given(st.lists(QUESTIONS, min_size=1, max_size=5))
def test_the_decision_point_reads_the_questions_that_were_meant(questions: list[Question]) -> None:
    """One by one and together alike: what is said once for all of them changes none."""
    single = [parse_evaluation(parse_object(encoded(told(each)))) for each in questions]
    batch = parse_batch(parse_object(encoded(told_together(questions, "execute_all"))))
    assert isinstance(batch, Batch)
    assert list(batch.items) == single
    for each, read in zip(questions, single, strict=True):
        assert (read.subject.type, read.subject.id, read.subject.properties) == (
            each.subject.type, each.subject.id, each.subject.properties,
        )  # fmt: skip
        assert (read.action.name, read.resource.properties, read.context) == (
            each.action.name, each.resource.properties, each.context,
        )  # fmt: skip


def test_what_json_has_not_is_refused() -> None:
    for value in (float("nan"), NOW, {1, 2}, "\ud800", b"x"):
        with pytest.raises(InputError):
            encoded(told(Question(ASKED.subject, ASKED.action, Resource("t", "c", {"x": value}))))


def test_questions_are_parted_by_number_and_by_length() -> None:
    long = Question(ASKED.subject, ASKED.action, Resource("t", "c", {"x": "y" * 400_000}))
    assert [len(part) for part in parts([ASKED] * 5, most=2)] == [2, 2, 1]
    assert [len(part) for part in parts([long] * 5)] == [2, 2, 1]
    assert list(parts([])) == []


@pytest.mark.parametrize(
    ("decisions", "semantic", "asked", "fits"),
    [
        ([True, False, True], "execute_all", 3, True),
        ([True, False], "execute_all", 3, False),
        ([True] * 4, "execute_all", 3, False),
        ([], "execute_all", 3, False),
        ([True, False], "deny_on_first_deny", 3, True),
        ([True, False, True], "deny_on_first_deny", 3, False),
        ([True, True], "deny_on_first_deny", 3, False),
        ([True, True, True], "deny_on_first_deny", 3, True),
        ([True, True, True, False], "deny_on_first_deny", 3, False),
        ([True], "permit_on_first_permit", 3, True),
        ([False, True], "permit_on_first_permit", 3, True),
        ([True, True], "permit_on_first_permit", 3, False),
        ([False], "permit_on_first_permit", 3, False),
    ],
)
def test_a_list_of_another_length_is_no_answer(
    decisions: list[bool], semantic: Semantic, asked: int, fits: bool
) -> None:
    whole = {"evaluations": [{"decision": each} for each in decisions]}
    if fits:
        assert [each.allow for each in read_decisions(whole, asked, semantic, "en")] == decisions
    else:
        with pytest.raises(NoDecisionError, match="answers came to"):
            read_decisions(whole, asked, semantic, "en")


def test_a_decision_is_true_where_it_allows() -> None:
    assert Decision(True)
    assert not Decision(False)


def test_sentences_are_in_the_language_asked_for() -> None:
    context = {"reason_user": {"es": "No.", "en": "It is not."}, "reason_admin": "plain", "rules": ["a", 1],
               "would_change": [{"purpose": "p"}, 5, {"purpose": "p", "authority": "a", "agreed": ["c"]}]}  # fmt: skip
    whole = {"decision": False, "context": context}
    assert read_decision(whole, "es").reason_user == "No."
    assert read_decision(whole, "pl").reason_user == "It is not."
    read = read_decision(whole, "en")
    assert (read.reason_admin, read.rules, [each.agreed for each in read.would_change]) == ("plain", ("a",), [("c",)])


@pytest.mark.parametrize(
    "whole",
    [
        {"results": [{"type": "account", "id": "a"}]} | {"page": {"next_token": 5}},
        {"results": "x"}, {}, {"results": [5]}, {"results": [{"type": "other", "id": "a"}]},
        {"results": [{"type": "account"}]}, {"results": [], "page": "x"},
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_read_finds_nothing(whole: dict[str, Any]) -> None:
    with pytest.raises(NoDecisionError):
        read_page(whole, "subject", ASKED)


def test_a_page_that_leads_to_itself_ends() -> None:
    whole = reply({"results": [], "page": {"next_token": "x"}})
    assert "names itself as the next" in str(
        held(Asking(BASE, None, Settings()).page("action", ASKED, "x"), [whole])[0]
    )


def test_metadata_are_those_of_the_base_and_its_host() -> None:
    for base in (BASE, f"{BASE}/tenant"):
        assert read_metadata(metadata(base), base) == standard(base)
    assert well_known(f"{BASE}/tenant") == f"{BASE}/.well-known/authzen-configuration/tenant"
    for changes in (
        {"policy_decision_point": f"{BASE}/"},
        {"policy_decision_point": "https://other.example.org"},
        {"access_evaluation_endpoint": ""},
        {"access_evaluation_endpoint": "http://pdp.example.org/access"},
        {"access_evaluation_endpoint": "https://pdp.example.org:444/access"},
        {"access_evaluation_endpoint": "https://pdp.example.org@other.example.org/access"},
        {"search_action_endpoint": "https://other.example.org/access"},
        {"search_action_endpoint": 5},
    ):
        with pytest.raises(NoDecisionError):
            read_metadata({**metadata(BASE), **changes}, BASE)
    found = read_metadata({**metadata(BASE), "search_action_endpoint": ""}, BASE)
    with pytest.raises(NoDecisionError, match="does not offer `action`"):
        found.named("action")
    assert read_metadata({**metadata(BASE), "access_evaluation_endpoint": f"{BASE}:443/e"}, BASE).evaluation


def test_the_client_is_light_and_alone() -> None:
    """Whatever modules `recuse` will have: nothing of it is loaded but the clock and the errors, and no policy tool."""
    code = "import sys, recuse.client; print(*sorted(sys.modules))"
    command = [sys.executable, "-c", code]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    ours = {name for name in loaded if name.startswith("recuse.") and not name.startswith("recuse.client")}
    assert ours == {"recuse.clock", "recuse.errors"}
    assert not loaded & {"cedarpy", "z3", "psycopg", "starlette", "pydantic", "typer", "cryptography"}


def test_nothing_of_recuse_imports_it() -> None:
    sources = Path(__file__).parents[3] / "src/recuse"
    others = [path for path in sources.rglob("*.py") if path.parent.name != "client"]
    assert len(others) > 100
    assert [path for path in others if "recuse.client" in path.read_text()] == []


def test_an_answer_in_which_a_key_stands_twice_is_none() -> None:
    with pytest.raises(NoDecisionError, match="a key stands twice"):
        read_object(b'{"decision": false, "decision": true}')
