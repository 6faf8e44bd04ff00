"""Whatever a server says that is no plain yes, nothing goes through: both ways of asking, over real sockets."""

import asyncio
import gzip
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import pytest

from recuse.client import (
    AsyncClient,
    Client,
    ClientCredentials,
    Decision,
    DeniedError,
    InputError,
    NoDecisionError,
    Settings,
    decisions,
)
from recuse.client.credentials import Credentials
from tests.client.conftest import STAFF_READS
from tests.client.faulty import JSON, Answer, answer, faulty
from tests.client.running import free_port

TOKEN: Final = "not-for-others"
CHUNKED: Final = f"HTTP/1.1 200 OK\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n".encode()
NEW_YEAR: Final = "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n"
YES: Final = answer('{"decision": true}')
QUICK: Final = Settings(timeout=1.0)
Ask = Callable[[str, Credentials, Settings], Decision]


def _waiting(base: str, credentials: Credentials, settings: Settings) -> Decision:
    with Client(base, credentials, settings) as client:
        return client.require(STAFF_READS)


def _awaiting(base: str, credentials: Credentials, settings: Settings) -> Decision:
    async def run() -> Decision:
        async with AsyncClient(base, credentials, settings) as client:
            return await client.require(STAFF_READS)

    return asyncio.run(run())


@pytest.fixture(params=[_waiting, _awaiting], ids=["waiting", "awaiting"])
def ask(request: pytest.FixtureRequest) -> Ask:
    return request.param  # type: ignore[no-any-return]


def token() -> str:
    return TOKEN


def test_a_plain_yes_goes_through(ask: Ask) -> None:
    """What the rest of this file stands against."""
    with faulty([YES]) as server:
        assert ask(server.base, token, QUICK).allow
        assert f"authorization: bearer {TOKEN}".encode() in server.received[0].lower()


WRONG: Final[dict[str, Answer]] = {
    "a text": answer('{"decision": "true"}'),
    "a number": answer('{"decision": 1}'),
    "null": answer('{"decision": null}'),
    "a list": answer('[{"decision": true}]'),
    "nothing": answer("{}"),
    "an empty body": answer(""),
    "garbage": answer(b"\x00\xff\xfe"),
    "another name": answer('{"Decision": true}'),
    "twice": answer('{"decision": false, "decision": true}'),
    "twice within": answer('{"decision": true, "context": {"a": 1, "a": 2}}'),
    "no number": answer('{"decision": true, "context": {"a": NaN}}'),
    "more behind": answer('{"decision": true}{"decision": true}'),
    "a context that is none": answer('{"decision": true, "context": "x"}'),
    "half an answer": answer('{"decision": true')[:-1],
    "a body cut short": YES.replace(b"Content-Length: 18", b"Content-Length: 99"),
    "a chunk cut short": CHUNKED + b'12\r\n{"decision": true}\r\n',
    "another type": answer('{"decision": true}', headers="Content-Type: text/html\r\n"),
    "no type": answer('{"decision": true}', headers=""),
    "packed": answer(gzip.compress(b'{"decision": true}'), headers=JSON + "Content-Encoding: gzip\r\n"),
    "no HTTP": b"hello\r\n\r\n",
    "a closed connection": b"",
    "created": answer('{"decision": true}', "201 Created"),
    "partial": answer('{"decision": true}', "206 Partial Content"),
    "bad request": answer('{"decision": true}', "400 Bad Request"),
    "forbidden": answer('{"decision": true}', "403 Forbidden"),
    "an error": answer('{"decision": true}', "500 Internal Server Error"),
    "unavailable for ever": answer('{"decision": true}', "503 Service Unavailable"),
    "unavailable for long": answer('{"decision": true}', "503 No", JSON + "Retry-After: 3600\r\n"),
    "unavailable until a day": answer('{"decision": true}', "503 No", JSON + NEW_YEAR),
    "another's answer": answer('{"decision": true}', headers=JSON + "X-Request-ID: another\r\n"),
    "deep": answer('{"decision": true, "context": ' + '{"a":' * 100_000 + "1" + "}" * 100_001),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_anything_else_does_not(ask: Ask, wrong: str) -> None:
    with faulty([WRONG[wrong], YES]) as server:
        with pytest.raises(NoDecisionError) as failed:
            ask(server.base, token, QUICK)
        assert len(server.received) == 1, "it is not asked again"
        assert failed.value.request_id.encode() in server.received[0]
        assert TOKEN not in str(failed.value)


def test_a_client_that_trusts_a_text_is_noticed(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: reading what is true to Python, and not what is true."""
    monkeypatch.setattr(decisions, "read_decision", lambda whole, language: Decision(bool(whole.get("decision"))))
    monkeypatch.setattr("recuse.client.asking.read_decision", decisions.read_decision)
    through = []
    for name in ("a text", "a number", "null"):
        with faulty([WRONG[name]]) as server, suppress(DeniedError):
            through.append((name, ask(server.base, token, QUICK).allow))
    assert through == [("a text", True), ("a number", True)]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_token_is_not_sent_elsewhere(ask: Ask, status: str) -> None:
    with faulty([YES]) as elsewhere:
        moved = answer("", status, f"Location: {elsewhere.base}/access/v1/evaluation\r\n")
        with faulty([moved]) as server, pytest.raises(NoDecisionError, match="no redirect is followed"):
            ask(server.base, token, QUICK)
        assert elsewhere.received == []


def test_neither_is_a_secret(ask: Ask) -> None:
    with (
        faulty([YES]) as elsewhere,
        faulty([answer("", "307 Temporary", f"Location: {elsewhere.base}/\r\n")]) as server,
    ):
        known = ClientCredentials(f"{server.base}/token", "app", lambda: "hidden")
        with pytest.raises(NoDecisionError, match="gave no token: it answered 307"):
            ask(server.base, known, QUICK)
        assert elsewhere.received == []


def test_the_environment_leads_nowhere_else(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty([YES]) as elsewhere, faulty([YES]) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, elsewhere.base)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert ask(server.base, token, QUICK).allow
        assert elsewhere.received == []


def test_metadata_lead_nowhere_else(ask: Ask) -> None:
    with faulty([YES]) as elsewhere:

        def metadata(request: bytes) -> bytes:
            host = request.partition(b"Host: ")[2].partition(b"\r\n")[0].decode()
            return answer(
                f'{{"policy_decision_point": "http://{host}", "access_evaluation_endpoint": "{elsewhere.base}/e"}}'
            )  # fmt: skip

        with faulty([metadata]) as server, pytest.raises(NoDecisionError, match="that is not at"):
            ask(server.base, token, Settings(timeout=1.0, discover=True))
        assert elsewhere.received == []


def test_a_401_ends_it_where_there_is_no_other_token(ask: Ask) -> None:
    refused = answer("the caller is not known", "401 Unauthorized", "Content-Type: text/plain\r\n")
    with faulty([refused, YES]) as server:
        with pytest.raises(NoDecisionError, match="it answered 401: the caller is not known"):
            ask(server.base, token, QUICK)
        assert len(server.received) == 1


def test_a_503_that_says_when_is_asked_again(ask: Ask) -> None:
    later = answer("later", "503 Service Unavailable", "Retry-After: 1\r\n")
    with faulty([later, YES]) as server:
        began = time.monotonic()
        assert ask(server.base, token, QUICK).allow
        assert time.monotonic() - began >= 1
        first, second = (each.partition(b"X-Request-ID: ")[2][:32] for each in server.received)
        assert first == second, "it is the same request"
    with faulty([later]) as server, pytest.raises(NoDecisionError, match="it answered 503"):
        ask(server.base, token, QUICK)
    assert len(server.received) == 3


def test_nobody_there_is_no_decision(ask: Ask) -> None:
    with pytest.raises(NoDecisionError, match="gave no answer: connect failed; do not go on"):
        ask(f"http://127.0.0.1:{free_port()}", token, QUICK)


def test_a_server_that_says_nothing_is_not_waited_for(ask: Ask) -> None:
    def silent(_request: bytes) -> bytes:
        time.sleep(2)
        return YES

    with faulty([silent]) as server:
        began = time.monotonic()
        with pytest.raises(NoDecisionError, match="gave no answer"):
            ask(server.base, token, Settings(timeout=0.5))
        assert time.monotonic() - began < 1.5
        assert len(server.received) == 1, "it may have been decided and recorded: it is not asked again"


def test_a_server_that_trickles_is_not_waited_for(ask: Ask) -> None:
    """Each byte comes in time, and the whole would take seconds."""
    with faulty([answer('{"decision": true}' + " " * 60)], slowly=True) as server:
        began = time.monotonic()
        with pytest.raises(NoDecisionError, match="too long"):
            ask(server.base, token, Settings(timeout=0.5))
        assert time.monotonic() - began < 2


def test_an_answer_without_end_is_not_read(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recuse.client.http.LARGEST", 1000)
    with (
        faulty([answer('{"decision": true}' + " " * 2000)]) as server,
        pytest.raises(NoDecisionError, match="too long"),
    ):
        ask(server.base, token, QUICK)


@pytest.mark.parametrize(
    "base",
    ["http://pdp.example.org", "https://a:b@pdp.example.org", "https://pdp.example.org?x=1", "https://pdp.example.org#x",
     "ftp://pdp.example.org", "pdp.example.org", "https://pdp.example.org\\@elsewhere", "https://pdp .example.org",
     "https://pdp.example.org:99999", "https://", "http://127.0.0.1.example.org", "https://pdp.example.org\n"],
)  # fmt: skip
def test_a_secret_is_sent_to_no_such_address(base: str) -> None:
    with pytest.raises(InputError):
        Client(base)
    with pytest.raises(InputError):
        ClientCredentials(base, "app")


TOKENS: Final[dict[str, Any]] = {
    "no token": '{"token_type": "Bearer"}',
    "another type": '{"access_token": "a", "token_type": "mac"}',
    "a line break": '{"access_token": "a\\r\\nX-Evil: 1", "token_type": "Bearer"}',
    "a number": '{"access_token": 5, "token_type": "Bearer"}',
    "no end": '{"access_token": "a", "token_type": "Bearer", "expires_in": "soon"}',
    "true for an end": '{"access_token": "a", "token_type": "Bearer", "expires_in": true}',
    "ended": '{"access_token": "a", "token_type": "Bearer", "expires_in": 0}',
    "garbage": "<html>",
    "a list": "[]",
}


@pytest.mark.parametrize("wrong", TOKENS)
def test_a_token_endpoint_that_gives_no_token(ask: Ask, wrong: str) -> None:
    with faulty([YES]) as point, faulty([answer(TOKENS[wrong])]) as server:
        with pytest.raises(NoDecisionError, match=r"gave no token|a bearer token is none"):
            ask(point.base, ClientCredentials(f"{server.base}/token", "app", lambda: "hidden"), QUICK)
        assert point.received == []
