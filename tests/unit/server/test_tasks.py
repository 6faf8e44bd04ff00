"""What ties a request for access to its denial, and what a program must send."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey

from recuse.errors import MalformedError
from recuse.server.authzen import Evaluation, parse_evaluation
from recuse.server.tasks.binding import LASTING, Binder, bound, same
from recuse.server.tasks.problems import KINDS, ProblemError
from recuse.server.tasks.submission import DETAILS, parse_submission, schema
from tests.unit.server.test_deciding import AT

BASE: Final = "https://pdp.example.org"
SEED: Final = bytes(range(32))
QUESTION: Final[dict[str, Any]] = {
    "subject": {"type": "account", "id": "clear/records_desk"},
    "action": {"name": "read"},
    "resource": {"type": "clear::records::person", "id": "identity", "properties": {"sealed": False, "age": 1}},
    "context": {"purpose": "crim", "authority": "judicial", "case": "26-1", "approval": {"id": "x"}},
}


def asked(**changes: Any) -> Evaluation:
    return parse_evaluation({**QUESTION, **changes})


def test_a_denial_is_known_again_by_who_signed_it_and_by_nobody_else() -> None:
    binder = Binder(SEED, BASE)
    token, expires = binder.token(asked(), "e-1", "blotter", AT)
    denial = binder.read(token, "blotter", AT + LASTING - timedelta(seconds=1))
    assert (denial.evaluation, denial.expires) == ("e-1", AT + LASTING)
    assert same(denial.asked, bound(asked()))
    assert same(Binder(SEED, BASE).read(token, "blotter", AT).asked, bound(asked())), "another process of this server"
    for other, caller in ((Binder(SEED[::-1], BASE), "blotter"), (Binder(SEED, f"{BASE}/b"), "blotter"), (binder, "x")):
        with pytest.raises(ProblemError) as refused:
            other.read(token, caller, AT)
        assert refused.value.kind == "invalid_denial_binding"
    with pytest.raises(ProblemError) as late:
        binder.read(token, "blotter", AT + LASTING)
    assert (late.value.kind, late.value.status) == ("expired_denial", 410)
    assert expires == "2026-01-15T12:30:00.000000Z"


def test_strangers_can_check_it_by_the_public_key() -> None:
    binder = Binder(SEED, BASE)
    token, _ = binder.token(asked(), "e-1", "blotter", AT)
    keys = binder.keys()
    assert "d" not in keys["keys"][0]
    claims = jwt.decode(token, KeySet.import_key_set(cast("Any", keys)), algorithms=["Ed25519"]).claims
    assert (claims["iss"], claims["aud"]) == (BASE, f"{BASE}/access/v1/requests")
    assert claims["binding_context_members"] == ["purpose", "authority", "agreement", "case"]
    assert "approval" not in claims["context"]


def forged(token: str) -> list[str]:
    """Tokens that look like ours: of another algorithm, unsigned, changed, of another type, or no tokens."""
    binder = Binder(SEED, BASE)
    header, claims, signature = token.split(".")
    public = binder.keys()["keys"][0]["x"]
    whole = jwt.decode(token, KeySet.import_key_set(cast("Any", binder.keys())), algorithms=["Ed25519"]).claims
    key = OctKey.import_key(public.encode() * 2)
    by_secret = jwt.encode({"alg": "HS256", "typ": "recuse-denial+jwt"}, whole, key)
    other_type = jwt.encode({"alg": "Ed25519", "typ": "at+jwt"}, whole, binder._key, algorithms=["Ed25519"])
    changed = f"{header}.{claims[:-2]}{'A' if claims[-2] != 'A' else 'B'}{claims[-1]}.{signature}"
    return [by_secret, other_type, changed, f"{header}.{claims}.", "", "a.b.c", "é" * 3, "x" * 200_000]


@pytest.mark.parametrize("number", range(8))
def test_what_is_forged_is_refused(number: int) -> None:
    binder = Binder(SEED, BASE)
    token, _ = binder.token(asked(), "e-1", "blotter", AT)
    with pytest.raises(ProblemError) as refused:
        binder.read(forged(token)[number], "blotter", AT)
    assert refused.value.kind == "invalid_denial_binding"


Change = Callable[[dict[str, Any]], Any]
CHANGES: Final[list[Change]] = [
    lambda q: q["subject"].update(id="clear/other"),
    lambda q: q["resource"]["properties"].update(sealed=True),
    lambda q: q["resource"]["properties"].update(sealed=0),
    lambda q: q["resource"]["properties"].update(age=True),
    lambda q: q["resource"]["properties"].pop("age"),
    lambda q: q["resource"]["properties"].update(more=None),
    lambda q: q["action"].update(name="update"),
    lambda q: q["context"].update(case="26-2"),
    lambda q: q["context"].pop("case"),
    lambda q: q["context"].update(agreement="a"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_another_question_is_not_the_one_that_was_denied(change: Change) -> None:
    other = copy.deepcopy(QUESTION)
    change(other)
    assert not same(bound(asked()), bound(parse_evaluation(other)))


def test_what_an_answer_does_not_rest_on_may_be_added() -> None:
    other = {**QUESTION, "context": {**QUESTION["context"], "approval": {"id": "y"}, "note": "renewal"}}
    assert same(bound(asked()), bound(parse_evaluation(other)))


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_values_are_the_same_as_their_types_and_texts_say(one: Any, other: Any) -> None:
    """The oracle is another way: numbers as numbers, and everything else by its text with its type in it."""

    def told(value: Any) -> Any:
        if isinstance(value, bool) or value is None:
            return repr(value)
        if isinstance(value, list):
            return [told(each) for each in value]
        if isinstance(value, dict):
            return {name: told(each) for name, each in value.items()}
        return ("text", value) if isinstance(value, str) else ("number", value)

    assert same(one, other) == (told(one) == told(other))
    assert same(one, copy.deepcopy(one))


def body(**changes: Any) -> dict[str, Any]:
    details = {
        "requested_by": "Desk 4",
        "on_behalf_of": "Unit 2",
        "evidence": {"judge": "A"},
        **changes.pop("more", {}),
    }
    whole = {
        **QUESTION,
        "denial": {"evaluation_id": "e-1", "expires_at": "2026-01-15T12:30:00Z", "binding_token": "t"},
        "requested_access": {"requested_until": "2026-01-16T12:00:00Z", DETAILS: details},
    }
    return {**whole, **changes}


def test_what_is_sent_is_read() -> None:
    found = parse_submission({**body(), "client": {"id": "x"}, "nobody": "knows this"})
    assert (found.requested_by, found.on_behalf_of, found.evidence) == ("Desk 4", "Unit 2", {"judge": "A"})
    assert (found.instrument, found.lapses, found.until - AT) == (None, None, timedelta(days=1))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"items": []}, "`items` are not taken here"),
        ({"denial": None}, "`denial` is not an object"),
        ({"denial": {"expires_at": "x"}}, "`binding_token` is missing"),
        ({"requested_access": {}}, f"`{DETAILS}` is missing"),
        ({"requested_access": {"requested_until": "2026-01-16", DETAILS: {}}}, "`requested_by` is missing"),
        ({"more": {"requested_by": " "}}, "`requested_by` is not a text of 1 to 500 characters"),
        ({"more": {"evidence": {"judge": 4}}}, "`judge` is not a text"),
        ({"more": {"lapses": "2026-01-16T12:00:00"}}, "`lapses` is no moment with a zone"),
        ({"subject": {"type": "account"}}, "`subject.id` is missing"),
    ],
)
def test_what_is_missing_is_told(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(MalformedError, match="^" + said.replace("`", ".")):
        parse_submission(body(**changes))


def test_the_schema_says_what_is_read() -> None:
    text = json.dumps(schema(BASE))
    assert all(f'"{name}"' in text for name in (DETAILS, "requested_until", "requested_by", "lapses", "evidence"))


def test_every_problem_has_its_type() -> None:
    documents = [ProblemError(kind, "d").document() for kind in KINDS]
    assert {each["type"] for each in documents} == {f"urn:openid:authzen:access-request:error:{kind}" for kind in KINDS}
