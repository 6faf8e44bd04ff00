"""The client against the real decision point and a real identity provider, over HTTP: both ways of asking alike."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest

from recuse.client import (
    Action,
    AsyncClient,
    Client,
    ClientCredentials,
    DeniedError,
    NoDecisionError,
    Opening,
    Question,
    Resource,
    Settings,
    Subject,
)
from tests.client.conftest import COURT, READ, REMOVAL_READS, SECRET, STAFF, STAFF_READS, Point, arrest
from tests.client.serving import TOKEN

T = TypeVar("T")
SUBJECTS: Final = [Subject("blotter/bureau_task"), Subject("blotter/nightly_job"), STAFF]


def fixed() -> str:
    return TOKEN


def awaited(point: Point, ask: Callable[[AsyncClient], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        async with AsyncClient(point.base, fixed) as client:
            return await ask(client)

    return asyncio.run(run())


def test_what_is_permitted_is_and_a_denial_says_what_would_open_it(point: Point) -> None:
    with Client(point.base, fixed) as client:
        decision = client.require(STAFF_READS)
        assert (decision.allow, decision.rules, decision.reason) == (True, ("own-staff",), "permitted")
        with pytest.raises(DeniedError) as denied:
            client.require(REMOVAL_READS)
        error = denied.value
        assert (error.reason, error.rules) == ("no_rule", ())
        assert error.reason_user == "No rule permits this in these circumstances."
        assert Opening("crim", "judicial") in error.would_change
        assert str(error) == (
            "`read` on `blotter::records::arrest arrest_record` was denied to `blotter/removal_017`: No rule permits "
            "this in these circumstances.; it is permitted for `crim` under `judicial` or `court_process` under "
            "`judicial`"
        )
        last = point.recorded()[-1]
        assert (last["evaluation"], last["allow"]) == (error.evaluation_id, False)
        assert client.require(replace(REMOVAL_READS, context=COURT)).rules == ("criminal-by-judge",)
        with pytest.raises(DeniedError, match="needs a permit") as denied:
            client.require(replace(REMOVAL_READS, context={**COURT, "case": "26-CR-2"}))
        assert denied.value.reason == "no_permit"


def test_awaited_it_is_the_same(point: Point) -> None:
    async def ask(client: AsyncClient) -> None:
        assert (await client.require(STAFF_READS)).rules == ("own-staff",)
        with pytest.raises(DeniedError) as denied:
            await client.require(REMOVAL_READS)
        assert Opening("crim", "judicial") in denied.value.would_change
        answers = await asyncio.gather(*(client.evaluate(each) for each in (STAFF_READS, REMOVAL_READS) * 5))
        assert [each.allow for each in answers] == [True, False] * 5
        assert [each.allow for each in await client.evaluations([STAFF_READS, REMOVAL_READS])] == [True, False]
        questions = [STAFF_READS, REMOVAL_READS, replace(REMOVAL_READS, context=COURT)]
        assert await client.permitted(questions, lambda question: question) == [questions[0], questions[2]]
        assert [each.name async for each in client.actions(STAFF_READS)] == ["delete", "insert", "read", "update"]
        assert [each async for each in client.subjects(STAFF_READS)] == SUBJECTS
        assert [each.id async for each in client.resources(STAFF_READS)] == ["arrest_record", "release_date"]
        assert (await client.metadata()).evaluation == f"{point.base}/access/v1/evaluation"

    awaited(point, ask)


def test_a_decision_that_was_not_awaited_lets_nothing_through(point: Point) -> None:
    async def ask(client: AsyncClient) -> None:
        pending = client.evaluate(REMOVAL_READS)
        with pytest.raises(NoDecisionError, match="was not awaited; write `await`"):
            assert not pending
        assert not await pending

    awaited(point, ask)


@pytest.mark.parametrize("many", [0, 1, 3, 1000, 1001])
def test_a_list_is_filtered_by_few_requests_and_keeps_its_order(point: Point, many: int) -> None:
    """A juvenile's record is not shown to a job of the owner's own report; every third is one."""
    before = len(point.recorded())
    job = Subject("blotter/nightly_job")
    with Client(point.base, fixed) as client:
        shown = client.permitted(range(many), lambda number: Question(job, READ, arrest(juvenile=number % 3 == 0)))
    assert shown == [number for number in range(many) if number % 3]
    assert len(point.recorded()) - before == many, "each answer is recorded"


def test_each_semantic_stops_where_it_says(point: Point) -> None:
    asked = [STAFF_READS, REMOVAL_READS, STAFF_READS]
    with Client(point.base, fixed) as client:
        assert [each.allow for each in client.evaluations(asked)] == [True, False, True]
        assert [each.allow for each in client.evaluations(asked, "deny_on_first_deny")] == [True, False]
        assert [each.allow for each in client.evaluations(asked, "permit_on_first_permit")] == [True]
        assert client.evaluations([]) == ()
        long = [STAFF_READS] * 1001
        assert len(client.evaluations([*long, REMOVAL_READS, *long], "deny_on_first_deny")) == 1002


def test_a_broken_question_of_a_batch_is_a_denial_in_its_place(point: Point) -> None:
    broken = replace(STAFF_READS, resource=Resource(5, "x"))  # type: ignore[arg-type]
    with Client(point.base, fixed) as client:
        answers = client.evaluations([STAFF_READS, broken, STAFF_READS])
        assert [each.allow for each in answers] == [True, False, True]
        assert "`resource.type` is not a text" in answers[1].reason_admin
        with pytest.raises(NoDecisionError, match=r"it answered 400: `resource\.type` is not a text") as failed:
            client.evaluate(broken)
        assert len(failed.value.request_id) == 32


def test_searches_are_iterated_page_by_page(point: Point, monkeypatch: pytest.MonkeyPatch) -> None:
    for most in (1000, 1):
        monkeypatch.setattr("recuse.client.asking.MOST", most)
        with Client(point.base, fixed) as client:
            assert list(client.actions(STAFF_READS)) == [
                Action(name) for name in ("delete", "insert", "read", "update")
            ]
            assert list(client.subjects(STAFF_READS)) == SUBJECTS
            assert [each.id for each in client.resources(STAFF_READS)] == ["arrest_record", "release_date"]
            assert list(client.actions(REMOVAL_READS)) == []


def test_the_endpoints_may_be_discovered(point: Point) -> None:
    with Client(point.base, fixed, Settings(discover=True)) as client:
        assert client.require(STAFF_READS).allow
    elsewhere = point.base.replace("127.0.0.1", "localhost")
    with (
        Client(elsewhere, fixed, Settings(discover=True)) as client,
        pytest.raises(NoDecisionError, match="not those of"),
    ):
        client.require(STAFF_READS)


def issued(point: Point) -> int:
    """How often the provider was asked for a token."""
    return point.log.read_text().count('"POST /token HTTP')


def test_one_token_serves_until_shortly_before_its_end(point: Point, monkeypatch: pytest.MonkeyPatch) -> None:
    before = issued(point)
    with Client(point.base, point.credentials()) as client:
        for _ in range(5):
            assert client.require(STAFF_READS).allow
        assert issued(point) - before == 1
        assert point.recorded()[-1]["caller"] == "records-app"
        client._asking._tokens._kept = ("an.old-token", client._asking._tokens._kept[1])  # type: ignore[index]
        assert client.require(STAFF_READS).allow, "a token that is refused is asked for anew"
        assert issued(point) - before == 2


def test_a_program_that_the_provider_does_not_know_gets_no_decision(point: Point) -> None:
    unknown = pytest.raises(NoDecisionError, match="gave no token: it answered 401, `invalid_client`")
    with Client(point.base, point.credentials("wrong")) as client, unknown:
        client.evaluate(STAFF_READS)
    for credentials in (None, lambda: "another"):
        with Client(point.base, credentials) as client, pytest.raises(NoDecisionError, match="it answered 401"):
            client.evaluate(STAFF_READS)


def test_the_secret_may_lie_in_a_file_and_stands_nowhere_else(
    point: Point, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    credentials = ClientCredentials(f"{point.issuer}/token", "records-app", file)
    with Client(point.base, credentials) as client:
        assert client.require(STAFF_READS).allow
        token = client._asking._tokens._kept[0]  # type: ignore[index]
        said = f"{caplog.text} {client._asking._tokens!r} {credentials!r} {vars(client)!r}"
        assert caplog.records
        assert SECRET not in said
        assert token not in said
