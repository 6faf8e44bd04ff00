"""`recuse serve` from the outside: permits count at once, the record comes first, and nobody else is answered."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from recuse import clock
from recuse.server.state.serving import connected
from recuse.targets.postgres.throwaway import lasting
from tests.serve.world import CLERK, DECLARED, DETECTIVE, ENDER, Institution, Serving, serving

EVIDENCE = ("issuing_court=Cook County", "judge=A Judge", "issued=2026-01-15", "document_sha256=" + "ab" * 32)


def permit(institution: Institution) -> str:
    """A permit for the detective, asked for and issued with the program itself."""
    until = (clock.now() + timedelta(hours=1)).isoformat()
    words = ["permit", "request", f"clear/{DETECTIVE}", "--by", "Desk 4", "--for", "HSI", "--until", until]
    words += [word for name, value in DECLARED.items() for word in (f"--{name}", value)]
    words += [word for each in EVIDENCE for word in ("--evidence", each)]
    there = ["-r", str(institution.job.policy)]
    name = institution.run(*words, *there).split("requested: ")[1].split(",")[0]
    institution.run("permit", "issue", name, "--by", "Desk 9", *there)
    return name


def reads(institution: Institution) -> int:
    """How many people the detective reads once it has declared; 0 where the database refuses."""
    with psycopg.connect(institution.job.world.dsn(DETECTIVE), autocommit=True) as connection:
        try:
            with connection.transaction():
                connection.execute("SELECT recuse.declare(%s, %s, %s)", tuple(DECLARED.values()))
                row = connection.execute("SELECT count(*) FROM records.person").fetchone()
        except psycopg.errors.InsufficientPrivilege:
            return 0
    return int(row[0]) if row else 0


def answered(running: Serving) -> tuple[bool | None, str]:
    reply = running.asks(**DECLARED)
    assert reply.status == 200, reply
    return reply.allow, str(reply.document["context"]["reason"])


def test_a_permit_counts_from_its_issue_to_its_end_as_in_the_database(institution: Institution) -> None:
    with serving(institution, institution.state(), workers=2) as running:
        assert answered(running) == (False, "no_permit")
        name = permit(institution)
        assert answered(running) == (True, "permitted")
        assert reads(institution) > 0
        institution.run("permit", "revoke", name, "-r", str(institution.job.policy), login=ENDER)
        assert answered(running) == (False, "no_permit")
        assert reads(institution) == 0
        permit(institution)
        assert answered(running) == (True, "permitted")
        with psycopg.connect(institution.job.world.dsn(), autocommit=True) as admin:  # past the program
            admin.execute("UPDATE recuse.permit SET revoked_at = now()")
        assert answered(running) == (False, "no_permit")
        decided = [each["allow"] for each in institution.decisions() if each["kind"] == "decided"]
        assert decided == [False, True, False, True, False], "each was recorded"


def test_two_servers_of_one_state_answer_alike_and_keep_one_record(institution: Institution) -> None:
    state, before = institution.state(), len(institution.decisions())
    with serving(institution, state) as one, serving(institution, state) as other:
        for _ in range(5):
            assert answered(one) == answered(other) == (False, "no_permit")
        owner = institution.owner(state)
        institution.run("state", "halt", owner, "--reason", "the key of the portal is lost")
        for running in (one, other):
            reply = running.asks(**DECLARED)
            assert (reply.status, reply.headers["retry-after"]) == (503, "1")
            assert "nothing is answered now: the key of the portal is lost" in reply.text
        assert "halted: the key of the portal is lost" in institution.run("state", "show", owner, code=1)
        institution.run("state", "resume", owner)
        assert answered(one) == answered(other) == (False, "no_permit")
    assert len(institution.decisions()) == before + 12


def test_a_caller_is_answered_about_its_own_systems_alone(institution: Institution) -> None:
    with serving(institution, institution.state()) as running:
        asked = {"subject": {"type": "account"}, "action": {"name": "read"},
                 "resource": {"type": "clear::records::crime_map", "id": "crime_mapping"}}  # fmt: skip
        assert running.post("search/subject", asked).document["results"]
        elsewhere = institution.token("elsewhere")
        assert running.post("search/subject", asked, elsewhere).document["results"] == []
        one = {**asked, "subject": {"type": "account", "id": f"clear/{CLERK}"}}
        assert running.post("evaluation", one).allow is True
        refused = running.post("evaluation", one, elsewhere).document
        assert (refused["decision"], refused["context"]["reason"]) == (False, "unknown_subject")
        assert running.post("evaluation", one, institution.token("nobody")).status == 401
        assert running.send("GET", "/openapi.json").document["servers"] == [{"url": f"http://127.0.0.1:{running.port}"}]


def seen_of(process: int) -> list[bytes]:
    """Arguments and environment of a process and all that it began."""
    place = Path(f"/proc/{process}")
    begun = place.joinpath(f"task/{process}/children").read_text().split()
    return [place.joinpath(each).read_bytes() for each in ("cmdline", "environ")] + [
        each for other in begun for each in seen_of(int(other))
    ]


def test_what_a_server_logs_is_a_line_of_json_each(institution: Institution) -> None:
    """From each of its processes; none of it says what was sent."""
    with serving(institution, institution.state(), workers=2) as running:
        for _ in range(10):
            assert (
                running.send("POST", "/access/v1/evaluation", "{}", {"Authorization": "Bearer a-secret"}).status == 401
            )
            assert running.post("evaluation", {"subject": "a-secret"}).status == 400
    text = running.told.read_text()
    events = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert [each for each in events if set(each) != {"at", "level", "logger", "message"}] == []
    told = Counter(each["message"] for each in events if each["logger"] == "recuse.server")
    assert told == {
        "a caller at 127.0.0.1 is not known: /access/v1/evaluation": 10,
        "what `records-app` sent cannot be read: `subject` is not an object": 10,
    }
    assert "a-secret" not in text


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder to be made where the user that a server runs as can reach it."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as parent:
        Path(parent).chmod(0o711)
        yield Path(parent) / "state"


def test_a_state_of_our_own_lasts_and_is_of_one_ledger(institution: Institution, own_folder: Path) -> None:
    words = ("--state-folder", str(own_folder))
    for _ in range(2):
        with serving(institution, None, words=words) as running:
            assert answered(running) == (False, "no_permit")
            secret = own_folder / "server.pgpass"
            assert secret.stat().st_mode & 0o777 == 0o600
            password = secret.read_text().strip().rpartition(":")[2]
            shown = seen_of(running.process.pid)
            assert len(shown) >= 4, "of the server and a worker"
            assert not [each for each in shown if password.encode() in each]
            twice = ("serve", "-s", str(institution.settings(1, None, 1)), "-r", str(institution.job.policy), *words)
            assert "another process runs the server" in institution.run(*twice, "--check", code=2)
    with lasting(own_folder) as server, connected(server.dsn()) as connection:
        connection.execute("UPDATE recuse_state.serving SET place = 10000")
    assert "the state has heard of ledger entry 10000" in institution.run(*twice, "--check", code=2)
