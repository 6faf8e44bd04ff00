"""Requests that are odd in their JSON, their headers or their path, and what comes back all the same."""

import asyncio
import json
from dataclasses import replace
from typing import Any, Final

import pytest

from recuse.server.http import application
from tests.unit.policy.conftest import directive, repository, rules
from tests.unit.server.test_answers import ARREST, STAFF, STAFF_READS
from tests.unit.server.test_attacks import said
from tests.unit.server.test_deciding import desk
from tests.unit.server.test_http import BASE, KNOWN, POSTS, Server, server

__all__ = ["desk", "directive", "repository", "rules", "server"]  # fixtures

# --- JSON ---


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1e999}', '{"a": -1e999}', '{"a": [1, {"b": 1e999}]}',  # numbers that Python reads as infinite
        '{"a": Infinity}', '{"a": ' + "9" * 5000 + "}",
        "[" * 50_000 + "]" * 50_000, '{"a":' * 50_000 + "1" + "}" * 50_000,
        '{"a": {"b": 1, "b": 2}}', '{"a": {"\\u0062": 1, "b": 2}}',  # one key, written in two ways
        '{"\\ud800": 1}', '{"a": "\\udfff\\ud800"}', "\ufeff{}", '{"a": 1}{"b": 2}', "{'a': 1}", '{"a": 1,}',
        '{"a": "\n"}', '{"a": 0x10}', '{"a": 01}', '{"a": NaN}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", POSTS)
def test_odd_json_is_400(server: Server, path: str, text: str) -> None:
    whole = json.dumps(STAFF_READS)[:-1]
    for body in (text, f'{whole}, "more": {text}}}'):
        assert server.post(path, body.encode()).status_code == 400
    assert server.recorded() == []


def test_names_that_mean_something_elsewhere_mean_nothing(server: Server) -> None:
    """`__proto__` and the like are keys as any other, and are ignored."""
    odd = {"__proto__": {"decision": True}, "constructor": {"prototype": 1}, "__class__": "x", "$ref": "#", "": 1}
    asked = {**STAFF_READS, **odd, "context": odd, "subject": {**STAFF, **odd, "properties": odd}}
    plain = server.post("evaluation", STAFF_READS).json()
    assert said(server.post("evaluation", asked).json()) == said(plain)
    asked["subject"] = {"type": "account", "id": "__proto__"}
    assert server.post("evaluation", asked).json()["context"]["reason"] == "unknown_subject"


@pytest.mark.parametrize("value", [10**40, -(10**40), 1e308, 0.1, True, [], {}, "x" * 1000, "\u0000"])
def test_a_number_or_text_of_another_kind_denies(server: Server, value: Any) -> None:
    resource = {**ARREST, "properties": {**ARREST["properties"], "sealed": value}}  # type: ignore[dict-item]
    answer = server.post("evaluation", {**STAFF_READS, "resource": resource})
    assert answer.status_code == 200
    if value is not True:
        assert (answer.json()["decision"], answer.json()["context"]["reason"]) == (False, "row_incomplete")
    for limit in (value, -1, 0):
        assert server.post("search/action", {**STAFF_READS, "page": {"limit": limit}}).status_code in (200, 400)


# --- HTTP ---


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_answer_is_kept_on_the_way(server: Server, method: str) -> None:
    """One that is kept would be told later without a record, and beyond the end of its permit."""
    paths = [f"/access/v1/{each}" for each in POSTS] + ["/health", "/openapi.json", "/nothing"]
    found = [server.client.request(method, path, json=STAFF_READS, headers=headers)
             for path in paths for headers in (KNOWN, {})]  # fmt: skip
    assert {each.status_code for each in found} >= ({200, 401, 404, 405} if method == "POST" else {200, 404, 405})
    for answer in found:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers


@pytest.mark.parametrize("path", [*(f"access/v1/{each}/" for each in POSTS), "access/v1//evaluation", "health/"])
def test_a_path_that_is_nearly_one_of_ours_leads_nowhere(server: Server, path: str) -> None:
    """A redirect would lead to the host that the request names, with the caller's token."""
    headers = {**KNOWN, "Host": "evil.example.org"}
    answer = server.client.post(f"{BASE}/{path}", json=STAFF_READS, headers=headers, follow_redirects=False)
    assert answer.status_code in (404, 405)
    assert "location" not in answer.headers


def raw(server: Server, headers: list[tuple[bytes, bytes]], body: bytes = b"", *, trickling: bool = False) -> Any:
    """What is answered to a request as a runtime hands it over, whatever stands in it: status and headers."""
    sent: list[Any] = []
    scope = {"type": "http", "method": "POST", "path": "/access/v1/evaluation", "raw_path": b"", "query_string": b"",
             "headers": headers, "client": ("testclient", 1), "server": ("x", 1), "scheme": "https", "root_path": "",
             "http_version": "1.1", "asgi": {"version": "3.0"}}  # fmt: skip
    coming = iter([{"type": "http.request", "body": body[:1], "more_body": True}] if trickling else
                  [{"type": "http.request", "body": body, "more_body": False}])  # fmt: skip

    async def receive() -> Any:
        told = next(coming, None)
        if told is None:
            await asyncio.sleep(30)
        return told

    async def send(message: Any) -> None:
        sent.append(message)

    async def answered() -> None:
        await application(server.service)(scope, receive, send)

    asyncio.run(answered())
    return sent[0]["status"], sent[0]["headers"]


SPLIT: Final = b"x\r\nSet-Cookie: a=b"


@pytest.mark.parametrize("value", [SPLIT, b"x\nY: z", b"\x00", b"x" * 201, b"\xe9", b"\x1b[2J", b""])
def test_a_request_id_comes_back_only_as_one_line_of_plain_text(server: Server, value: bytes) -> None:
    _, headers = raw(server, [(b"x-request-id", value)])
    assert [each for name, each in headers if name == b"x-request-id"] == []
    assert all(b"\n" not in each for _, each in headers)
    _, headers = raw(server, [(b"x-request-id", b"one"), (b"x-request-id", SPLIT)])
    assert [each for name, each in headers if name == b"x-request-id"] == [b"one"]


def test_a_body_that_trickles_is_not_waited_for(server: Server) -> None:
    quick = replace(server, service=replace(server.service, patience=0.05))
    headers = [(b"authorization", b"Bearer right"), (b"content-type", b"application/json")]
    status, _ = raw(quick, headers, b"{}", trickling=True)
    assert status == 400
