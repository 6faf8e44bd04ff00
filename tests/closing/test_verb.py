"""`plan --close` as a person uses it: what verify names by id is closed, its use shown first, and undone on demand."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from recuse import clock
from recuse.demo.answering import CODE
from recuse.operations.document import sealed
from recuse.operations.record import entries
from recuse.targets.postgres.throwaway import Server
from tests.test_cli import CONFIRMS, Desk, desk_on, one_server
from tests.test_remedies import assert_refused, execute

FILE = "FUNCTION pg_catalog.pg_read_binary_file(text)"
HEADER = "ts_utc,system,login,object,category,action,purpose,authority,decision"
LOG = f"""{HEADER}
2026-01-30 12:00:00,records,partner,records.person,general,read,own.functions,official_duty,allow
2026-02-03 12:00:00,records,partner,records.person,general,read,own.functions,official_duty,allow
2026-02-04 12:00:00,records,partner,records.person,general,read,own.functions,official_duty,deny
2026-02-05 12:00:00,records,partner,pg_catalog.pg_read_binary_file,general,read,own.functions,official_duty,allow
2026-02-06 12:00:00,records,clerk,records.person,general,read,own.functions,official_duty,allow
"""


BELOW = {CODE}  # the server may lack repairs, for which somebody answers


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with one_server() as running:
        yield running


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose plan is applied, and `partner` may read any file of the server."""
    with desk_on(server, tmp_path) as made:
        made.propose()
        made.decide()
        for ran in (made.sign(), made.confirm(), made.plan(), made.apply()):
            assert ran.code == 0, ran
        execute(made, f"GRANT EXECUTE ON {FILE} TO partner")
        yield made


def findings(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.run("verify", "-r", "policy", "--format", "json").document["findings"]
    return [finding for finding in found if finding["severity"] != "low"]


def planned(desk: Desk, *words: str) -> dict[str, Any]:
    ran = desk.run("plan", "-r", "policy", *words, "-o", "plan.json", "--format", "json")
    assert ran.code == 0, ran
    document: dict[str, Any] = ran.document
    return document


def everything(desk: Desk) -> bytes:
    """What `clerk` reads, byte for byte, as the policy permits."""
    every = "COPY (SELECT * FROM records.person ORDER BY 1) TO STDOUT"
    with psycopg.connect(desk.dsn("clerk")) as connection, connection.cursor().copy(every) as copied:
        found = b"".join(bytes(part) for part in copied)
    assert found.count(b"\n") == 50
    return found


def reads_files(desk: Desk) -> bool:
    """Whether `partner` really reads the rows of the table in its file."""
    with psycopg.connect(desk.dsn(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT pg_relation_filepath('records.person')").fetchone()
    assert row is not None
    with psycopg.connect(desk.dsn("partner")) as connection:
        try:
            found = connection.execute("SELECT pg_read_binary_file(%s)", row).fetchone()
        except psycopg.errors.InsufficientPrivilege:
            return False
    assert found is not None
    return b"555-17" in found[0]


def test_from_a_finding_to_its_end_and_back(desk: Desk) -> None:
    found = findings(desk)
    assert {finding["code"] for finding in found} == {"server-files", "password-verifiers"}  # which lie in files too
    assert {finding["remedy"] for finding in found} == {
        'REVOKE EXECUTE ON ROUTINE "pg_catalog"."pg_read_binary_file"(text) FROM "partner" CASCADE'
    }
    assert reads_files(desk)
    facts, permitted = desk.facts(), everything(desk)
    some = next(finding["id"] for finding in found if finding["code"] == "password-verifiers")
    whole = planned(desk, "--close", "all")
    document = planned(desk, "--close", some)
    (closing,) = document["closes"]
    (change,) = document["changes"]
    assert closing["findings"] == [some]
    assert whole["closes"][0]["findings"] == sorted({finding["id"] for finding in found})  # one step, and all its ways
    assert whole["changes"] == document["changes"]
    assert closing["do"] == [change["do"]] == [found[0]["remedy"]]
    assert (change["phase"], change["step"]) == ("tighten", "close")
    assert [hazard["code"] for hazard in change["hazards"]] == ["closing", "closing-use"]
    assert change["hazards"][1]["sentence"] == "use unknown: no log was given"
    assert document["accounts"] == [
        {"account": "records/partner", "gains": [], "loses": [
            {"category": "(function pg_catalog.pg_read_binary_file(text))", "action": "execute", "rows": "all"}]}
    ]  # fmt: skip
    assert document["severs"] == ["records/partner"]
    assert document["left_to_a_person"] == []
    assert {left["code"] for left in whole["left_to_a_person"]} - BELOW == {"shared-account"}
    shown = desk.run("plan", "-r", "policy", "--close", "all").said
    for part in (
        "closings: 1 step taken away",
        found[0]["id"],
        change["undo"],
        "no other account loses by it",
        "use unknown",
    ):
        assert part in shown
    assert desk.apply().code == 0
    recorded = [e for e in entries(desk.ledger) if e.kind == "planned"]
    assert recorded[-1].body["closes"] == [some]
    assert (findings(desk), reads_files(desk)) == ([], False)
    assert (desk.facts(), everything(desk)) == (facts, permitted)
    execute(desk, change["undo"])
    assert ([f["id"] for f in findings(desk)], reads_files(desk)) == ([f["id"] for f in found], True)


def test_the_use_that_the_log_knows_is_shown_before_it_is_closed(desk: Desk) -> None:
    (desk.folder / "log.csv").write_text(LOG)
    category = next(iter((desk.policy / "categories").glob("records.toml"))).read_text().split('category = "')[1]
    (desk.folder / "log.csv").write_text(LOG.replace("general", category.split('"')[0]))
    document = planned(desk, "--close", "server-files", "--log", "log.csv")
    (use,) = (h for c in document["changes"] for h in c["hazards"] if h["code"] == "closing-use")
    assert "`partner` on `records.person` 2 times (0 permitted by the policy), last on 2026-02-03" in use["sentence"]
    assert "`partner` on `pg_catalog.pg_read_binary_file` 1 times" in use["sentence"]
    assert "clerk" not in use["sentence"]
    assert use["remedy"]
    assert desk.apply().code == 0, "what the log tells is no part of what is compared"
    assert findings(desk) == []


def test_what_was_chosen_is_part_of_the_plan(desk: Desk) -> None:
    """A closing cannot be added to a plan, nor left out of it; nor is one applied that would now be another."""
    path = desk.folder / "plan.json"
    whole = planned(desk, "--close", "all")
    for forged in (
        whole | {"close": []},
        whole | {"closes": []},
        whole | {"changes": []},
        whole | {"close": ["server-files"]},
    ):
        path.write_bytes(sealed(forged))
        ran = desk.apply()
        assert ran.code == 2
        assert "the plan file is not what would be planned now" in ran.said
    path.write_bytes(sealed(whole | {"close": [1]}))
    assert "the plan file holds close of another form" in desk.apply().said
    path.write_bytes(sealed(whole))
    execute(desk, f"GRANT EXECUTE ON {FILE} TO clerk")
    assert desk.apply().code == 2
    assert reads_files(desk)


def test_words_that_nothing_answers_to(desk: Desk) -> None:
    plan = ("plan", "-r", "policy", "--close")
    codes = "`password-verifiers`, `server-files`, `shared-account`"
    named = f"name one of {codes}, …an id that `recuse verify` shows now, or `all`"
    for word in ("server-file", "0123456789"):
        assert_refused(desk, (*plan, word), f"no finding of today has the code or the id `{word}`", named)
    execute(desk, f"REVOKE EXECUTE ON {FILE} FROM partner")
    gone = "no finding of today has the code or the id `server-files`"
    assert_refused(desk, (*plan, "server-files"), gone, "name one of `shared-account`, …an id …")
    left = planned(desk, "--close", "all")["left_to_a_person"]
    reasons = {each["reason"].partition(",")[0] for each in left if each["code"] not in BELOW}
    assert reasons == {"give each person a login of their own"}


def test_an_accepted_finding_stays_until_it_is_named(desk: Desk) -> None:
    """Only a signed acceptance with an end date keeps `all` from it; a draft does not, nor one that has ended."""
    folder = desk.policy / "acceptances" / "files"
    folder.mkdir(parents=True)
    today = clock.today()
    until = today + timedelta(days=30)
    (folder / "acceptance.toml").write_text(
        f'format = 1\nid = "files"\naccepted_by = "{CONFIRMS}"\nreason = "until the new viewer runs"\n'
        f'from = {today}\nuntil = {until}\n[[finding]]\ncode = "server-files"\nsystem = "records"\n'
        '[[finding]]\ncode = "password-verifiers"\nsystem = "records"\n'
    )
    assert len(planned(desk, "--close", "all")["closes"]) == 1
    assert desk.run("sign", "files", "-k", CONFIRMS, "-r", "policy").code == 0
    document = planned(desk, "--close", "all")
    assert document["closes"] == []
    reasons = {left["reason"] for left in document["left_to_a_person"] if left["code"] == "server-files"}
    assert reasons == {f"it is accepted by `files` until {until}"}
    assert len(planned(desk, "--close", "server-files")["closes"]) == 1
    text = (folder / "acceptance.toml").read_text()
    assert json.loads((desk.folder / "plan.json").read_text())["close"] == ["server-files"]
    assert str(until) in text
