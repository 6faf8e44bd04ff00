"""Each thing that can be wrong: one sentence, nothing changed, and the remedy, followed word for word, mends it.

Every case pins the remedy's text and then does what that text says, no more; then the same command must succeed.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from recuse.errors import RecuseError, RefusedError
from recuse.ledger import open_ledger
from recuse.operations.document import sealed
from recuse.targets.postgres.apply import ADVISORY_LOCK
from recuse.targets.postgres.throwaway import Server
from tests.test_cli import CONFIRMS, DIRECTS, INSTITUTION, SERVICE, Desk, Ran, desk_on, one_server

CHECK = ("check", "-r", "policy")
PLAN = ("plan", "-r", "policy", "-o", "plan.json")
APPLY = ("apply", "plan.json", "-r", "policy", "--yes")
VERIFY = ("verify", "-r", "policy")

CONNECTION = "check that the server runs, the service or address is right, and the password is in PGPASSFILE"
SIGN = "let the directing official run `recuse sign`"
CONFIRM = "let the confirming official run `recuse confirm`"
PLAN_SIGNED = "run `recuse plan` again now that it is signed"
PLAN_AGAIN = "run `recuse plan` again"
LOOK_AGAIN = "run `recuse plan` again and look at what changed"

Act = Callable[[], object]


@dataclass(frozen=True)
class Step:
    """A refusal (`…` in its words stands for anything), and the act that its remedy asks for."""

    message: str
    remedy: str
    act: Act


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with one_server() as running:
        yield running


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Desk]:
    """A desk with an unsigned draft."""
    with desk_on(server, tmp_path) as made:
        made.propose()
        made.decide()
        yield made


@pytest.fixture
def signed(desk: Desk) -> Desk:
    """A desk with a plan that two officials stand behind; nothing is applied yet."""
    done(desk.sign(), desk.confirm(), desk.plan())
    return desk


@pytest.fixture
def applied(signed: Desk) -> Desk:
    """A desk whose plan is applied."""
    done(signed.apply())
    return signed


def done(*runs: Ran) -> None:
    for ran in runs:
        assert ran.code == 0, ran


def fits(expected: str, said: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, expected.split("…"))), said, re.DOTALL) is not None


def in_house_style(sentence: str) -> list[str]:
    """What a sentence for a person may not hold."""
    bare = re.sub(r"`[^`]*`", "", sentence)
    rules = {
        "a name of the program's own": r"\b\w+(Error|Exception)\b|\b[A-Za-z]\w*\(\w+=|<class|\bNone\b",
        "more than one line": r"\n",
        "a capital at its beginning": r"\A[A-Z]",
        "a full stop at its end": r"\.\Z",
    }
    return [what for what, pattern in rules.items() if re.search(pattern, bare)]


def assert_refused(desk: Desk, command: tuple[str, ...], message: str, remedy: str) -> None:
    """The command says this, in both formats, with exit code 2, and neither files nor ledger have changed."""
    files = desk.files()
    person, program = desk.run(*command), desk.run(*command, "--format", "json")
    assert (person.code, program.code) == (2, 2), person
    error, mend = program.document["error"], program.document["remedy"]
    assert person.said == " ".join(f"error {error} {f'remedy {mend}' if mend else ''}".split())
    if mend is None:  # problems of the repository carry their remedies in brackets
        error, _, mend = error.removesuffix(")").rpartition(" (")
    assert fits(message, error), error
    assert fits(remedy, mend), mend
    assert (in_house_style(error), in_house_style(mend)) == ([], [])
    assert desk.files() == files


def assert_mended(desk: Desk, command: tuple[str, ...], *steps: Step) -> Ran:
    """Each refusal in turn, with its remedy followed; then the command succeeds. Returns that last run."""
    for step in steps:
        facts = desk.facts()
        assert_refused(desk, command, step.message, step.remedy)
        assert desk.facts() == facts
        step.act()
    last = desk.run(*command)
    done(last)
    return last


def execute(desk: Desk, statement: str) -> None:
    with psycopg.connect(desk.dsn(), autocommit=True) as connection:
        connection.execute(statement.encode())


# The database cannot be used ----------------------------------------------------------------------------------------


def pg_ctl(server: Server, *words: str) -> None:
    """Start or stop the server as its own user."""
    program = Path((server.folder / "postmaster.opts").read_text().split()[0]).with_name("pg_ctl")
    owner = server.folder.stat().st_uid if os.geteuid() == 0 else None
    subprocess.run(
        [program, *words, "--pgdata", server.folder, "--log", server.folder / "server.log", "--wait", "--silent"],
        user=owner, cwd="/", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("command", [PLAN, VERIFY], ids=["plan", "verify"])
def test_the_server_is_down(desk: Desk, command: tuple[str, ...]) -> None:
    facts = desk.facts()
    pg_ctl(desk.server, "stop", "--mode", "fast")
    try:
        assert_refused(desk, command, f"no connection to service `{SERVICE}`: …Connection refused", CONNECTION)
    finally:
        pg_ctl(desk.server, "start")  # check that the server runs
    assert desk.facts() == facts
    assert desk.run(*command).code == (0 if command == PLAN else 1)


WRONG_CONNECTIONS: dict[str, tuple[dict[str, str], str]] = {
    "port": ({"port": "1"}, "Connection refused"),
    "host": ({"host": "nowhere.invalid"}, "could not translate host name…"),
    "database": ({"dbname": "recrods"}, "database `recrods` does not exist"),
    "user": ({"user": "postgrse"}, "…"),
    "password": ({"password_file": "*:*:*:postgres:wrong\n"}, "…password authentication failed…"),
    "no password": ({"password_file": ""}, "…no password supplied"),
}


@pytest.mark.parametrize("wrong", WRONG_CONNECTIONS)
def test_a_wrong_connection(desk: Desk, wrong: str) -> None:
    """Each is a line of the service file or the password file, and the remedy names both."""
    changed, reason = WRONG_CONNECTIONS[wrong]
    desk.connect(**changed)
    message = f"no connection to service `{SERVICE}`: …{reason.replace('`', '…')}"
    assert_mended(desk, PLAN, Step(message, CONNECTION, desk.connect))


def test_the_service_is_not_in_the_file(desk: Desk) -> None:
    right = (desk.folder / "services").read_text()
    (desk.folder / "services").write_text(right.replace(SERVICE, "another"))
    message = f"no connection to service `{SERVICE}`: …definition of service …not found"
    assert_mended(desk, PLAN, Step(message, CONNECTION, desk.connect))


@pytest.mark.parametrize("dsn", ["nonsense", "host=localhost dbname", "postgresql://[", "service = = x"])
def test_an_unreadable_connection_string(desk: Desk, dsn: str) -> None:
    facts = desk.facts()
    for command in (PLAN, VERIFY):
        remedy = "write `service=NAME`, `host=… dbname=… user=…` or `postgresql://user@host/database`"
        assert_refused(desk, (*command, "--dsn", dsn), "the connection string cannot be read", remedy)
    assert_refused(desk, ("reach", dsn), "the connection string cannot be read", remedy)
    assert_refused(desk, ("init", dsn, "--out", "new", *INSTITUTION), "the connection string cannot be read", remedy)
    assert desk.facts() == facts
    done(desk.run(*PLAN, "--dsn", f"service={SERVICE}"))
    done(desk.run("reach", f"host={desk.server.host} port={desk.server.port} dbname=records user=postgres"))
    url = f"postgresql://postgres@{desk.server.host}:{desk.server.port}/records"
    done(desk.run("init", url, "--out", "new", *INSTITUTION))


def test_a_plain_login_cannot_apply(signed: Desk) -> None:
    """It is told before anything is recorded or changed."""
    signed.connect(user="clerk")
    assert_mended(signed, APPLY, Step("…", "connect as a superuser…", signed.connect))
    assert signed.reads("partner") == 0


def test_a_plain_login_cannot_verify_what_is_applied(applied: Desk) -> None:
    applied.connect(user="clerk")
    step = Step(
        "`clerk` may not read the tables of the schema `recuse`, where the policy that is applied stands",
        'let a superuser run `GRANT "recuse_owner" TO "clerk"… for a login that applies plans, or grant SELECT …',
        applied.connect,
    )
    assert_mended(applied, VERIFY, step)


def test_another_apply_is_at_work(signed: Desk) -> None:
    with psycopg.connect(signed.dsn(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (ADVISORY_LOCK,))

        def wait_and_plan() -> None:
            other.execute("SELECT pg_advisory_unlock(%s)", (ADVISORY_LOCK,))
            done(signed.plan())

        message = "another `recuse apply` is at work on this database"
        assert_mended(signed, APPLY, Step(message, "wait for it to end and plan again", wait_and_plan))
    assert signed.reads("partner") == 0


# The policy repository ----------------------------------------------------------------------------------------------


def test_a_file_is_half_written(desk: Desk) -> None:
    path = desk.policy / "accounts.toml"
    whole = path.read_text()
    path.write_text(whole[: whole.index("partner") + 4])
    assert_mended(desk, CHECK, Step("accounts.toml:…: …", "…", lambda: path.write_text(whole)))


@pytest.mark.parametrize("part", range(16))
def test_a_file_cut_anywhere_is_refused_or_loses_a_login_that_plan_names(desk: Desk, part: int) -> None:
    """A cut between two tables leaves good TOML; the login it lost is then one that nobody answers for."""
    path = desk.policy / "accounts.toml"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * part // 16])
    ran, facts = desk.run(*PLAN, "--format", "json"), desk.facts()
    assert (ran.code, desk.facts()) == (2, facts)
    assert "accounts.toml" in f"{ran.document['error']} {ran.document['remedy']}"


def test_an_unknown_key(desk: Desk) -> None:
    """The remedy lists what is known: the misspelt key is among them, spelt right."""
    path = desk.policy / "accounts.toml"
    desk.edit(path, 'use = "shared"', 'use = "shared"\nmay_declares = []')
    remedy = "known here: `active`, `agency`, `id`, `may_declare`, `may_end`, `may_issue`, `standing`, `use`"
    step = Step(
        "accounts.toml:9: unknown key `may_declares`", remedy, lambda: desk.edit(path, "may_declares", "may_declare")
    )
    assert_mended(desk, CHECK, step)


def test_a_login_in_no_agency(desk: Desk) -> None:
    execute(desk, "CREATE ROLE newcomer LOGIN")
    path = desk.policy / "accounts.toml"

    def add() -> None:
        rest = 'agency = "il.example.police.unassigned"\nuse = "personal"\nactive = true\n'
        path.write_text(f'{path.read_text()}\n[[account]]\nid = "records/newcomer"\n{rest}')

    message = "logins of system `records` that belong to no agency: `newcomer`"
    assert_mended(
        desk, PLAN, Step(message, 'add an [[account]] with id = "records/newcomer" to accounts.toml for each', add)
    )


def test_a_column_that_does_not_exist(desk: Desk) -> None:
    """Both ways of the remedy: the map, and the table."""
    path = desk.policy / "categories" / "records.toml"
    desk.edit(path, "phone = ", "telephone = ")
    message = "the category map of `records` does not fit the database: `records.person` has no column `telephone`"
    remedy = "correct categories/records.toml, or the table"
    assert_mended(desk, PLAN, Step(message, remedy, lambda: desk.edit(path, "telephone = ", "phone = ")))
    desk.edit(path, "phone = ", "telephone = ")
    rename = "ALTER TABLE records.person RENAME phone TO telephone"
    assert_mended(desk, PLAN, Step(message, remedy, lambda: execute(desk, rename)))


def test_an_unknown_system(desk: Desk) -> None:
    for command in (PLAN, VERIFY):
        assert_refused(
            desk, (*command, "--system", "recrods"), "no system `recrods` in recuse.toml", "name one of `records`"
        )
    done(desk.run(*PLAN, "--system", "records"))


def test_the_folder_holds_no_repository(desk: Desk) -> None:
    (desk.folder / "empty").mkdir()
    assert_refused(desk, ("check", "-r", "empty"), "…holds no policy repository", "make one with `recuse init`")
    (desk.folder / "empty").rmdir()
    done(desk.run("init", f"service={SERVICE}", "--out", "empty", *INSTITUTION), desk.run("check", "-r", "empty"))


def test_init_finds_files_in_the_way(desk: Desk) -> None:
    command = ("init", f"service={SERVICE}", *INSTITUTION, "--out")
    assert_refused(
        desk, (*command, "policy"), "`policy` is not an empty folder", "name a folder that does not exist yet"
    )
    done(desk.run(*command, "new"))


def test_init_on_a_governed_database(applied: Desk) -> None:
    command = ("init", f"service={SERVICE}", *INSTITUTION, "--out", "new")
    message = "database `records` is governed already: it holds the schema `recuse`"
    assert_refused(applied, command, message, "use its policy repository, or remove enforcement first")
    done(applied.run(*CHECK))  # use its policy repository


# Signatures ---------------------------------------------------------------------------------------------------------


def test_from_a_draft_the_remedies_alone_lead_to_apply(desk: Desk) -> None:
    """Unsigned, then unconfirmed, then with a plan made on the draft: each refusal says the next thing to do."""
    done(desk.plan())
    name = desk.directive
    assert_mended(
        desk,
        APPLY,
        Step(f"directive `{name}` is not signed", SIGN, lambda: done(desk.sign())),
        Step(f"directive `{name}` is not confirmed", CONFIRM, lambda: done(desk.confirm())),
        Step("the plan was made on an unsigned draft", PLAN_SIGNED, lambda: done(desk.plan())),
    )
    assert desk.reads("partner") == 0


def test_the_wrong_key_at_sign(desk: Desk) -> None:
    command = ("sign", desk.directive, "-r", "policy", "-k")
    message, remedy = (
        f"the key given is not one of `{DIRECTS}`'s in officials.toml",
        "sign with that official's own key",
    )
    assert_refused(desk, (*command, CONFIRMS), message, remedy)
    done(desk.run(*command, DIRECTS))


@pytest.mark.parametrize("key", ["nowhere", f"{DIRECTS}.pub"])
def test_no_private_key(desk: Desk, key: str) -> None:
    command = ("sign", desk.directive, "-r", "policy", "-k")
    remedy = "name a private key file" if key == "nowhere" else "sign with `ssh-keygen -Y sign -n …"
    assert_refused(desk, (*command, key), f"the key `{key}` …", remedy)
    done(desk.run(*command, DIRECTS))


def test_the_wrong_official_at_confirm(desk: Desk) -> None:
    done(desk.sign())
    command = ("confirm", desk.directive, "-r", "policy", "-k", CONFIRMS, "--as")
    assert_refused(desk, (*command, "nobody"), "no official `nobody` in officials.toml", f"name one of …`{CONFIRMS}`…")
    message = f"the key given is not one of `{DIRECTS}`'s in officials.toml"
    assert_refused(desk, (*command, DIRECTS), message, "sign with that official's own key")
    done(desk.run(*command, CONFIRMS))


def test_confirmed_by_who_may_not(desk: Desk) -> None:
    """The directing official confirms too, with their own key: written, and refused where it counts."""
    done(desk.sign(), desk.run("confirm", desk.directive, "-r", "policy", "-k", DIRECTS, "--as", DIRECTS), desk.plan())
    message = f"the confirmation of `{desk.directive}` is signed by `{DIRECTS}`, who has not the role `confirm`"
    remedy = "give the role in officials.toml, or let an official who has it sign"
    assert_mended(
        desk,
        APPLY,
        Step(message, remedy, lambda: done(desk.confirm())),
        Step("the plan was made on an unsigned draft", PLAN_SIGNED, lambda: done(desk.plan())),
    )


def test_confirmed_before_it_is_signed(desk: Desk) -> None:
    command = ("confirm", desk.directive, "-r", "policy", "-k", CONFIRMS, "--as", CONFIRMS)
    assert_mended(desk, command, Step(f"directive `{desk.directive}` is not signed", SIGN, lambda: done(desk.sign())))


def test_an_unknown_directive(desk: Desk) -> None:
    message, remedy = (
        "there is no directive, acceptance or attestation `baseline`",
        f"name one of these: `{desk.directive}`, `…`",
    )
    assert_refused(desk, ("sign", "baseline", "-r", "policy", "-k", DIRECTS), message, remedy)
    done(desk.sign())


def test_a_time_without_a_zone(desk: Desk) -> None:
    done(desk.sign())
    command = ("confirm", desk.directive, "-r", "policy", "-k", CONFIRMS, "--as", CONFIRMS, "--effective")
    remedy = "write it as 2026-01-31T12:00:00Z"
    assert_refused(desk, (*command, "2026-01-31T12:00:00"), "`2026-01-31T12:00:00` has no time zone", remedy)
    assert_refused(desk, (*command, "tomorrow"), "`tomorrow` is not a time", remedy)
    done(desk.run(*command, "2026-01-31T12:00:00Z"))


def test_the_rules_were_altered_after_signing(signed: Desk) -> None:
    path = signed.signed_folder / "directive.cedar"
    whole = path.read_text()
    path.write_text(whole.replace('"records/clerk"', '"records/clerk", Account::"records/partner"'))
    message = f"directive `{signed.directive}`: its Cedar text is not the one that was signed"
    assert_mended(signed, APPLY, Step(message, "restore `directive.cedar`", lambda: path.write_text(whole)))


def test_a_policy_file_was_altered_after_signing(signed: Desk) -> None:
    path = signed.policy / "accounts.toml"
    whole = path.read_text()
    path.write_text(whole.replace("active = true", "active = false", 1))
    message = f"directive `{signed.directive}`: the files outside `directives/` are not those that were signed"
    remedy = "restore them, or direct the change by a new directive"
    assert_mended(signed, APPLY, Step(message, remedy, lambda: path.write_text(whole)))


def test_a_half_written_signature(signed: Desk) -> None:
    """The remedy is stock OpenSSH."""
    path = signed.signed_folder / "directive.toml.sig"
    path.write_text(path.read_text()[:120])

    def sign_again() -> None:
        path.unlink()
        key, file = str(signed.folder / DIRECTS), str(path.with_suffix(""))
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "recuse-directive@v1", "-f", key, file]
        subprocess.run(command, check=True, capture_output=True)

    message = f"directive `{signed.directive}`: the signature is malformed: …"
    assert_mended(signed, APPLY, Step(message, "sign again with `ssh-keygen -Y sign`", sign_again))


def test_the_system_is_at_another_stage(desk: Desk) -> None:
    """Nothing is refused there, and nothing applied; stepping up past what is signed is."""
    desk.edit(desk.policy / "recuse.toml", 'stage = "enforce"', 'stage = "observe"')
    done(desk.sign(), desk.confirm(), desk.plan())
    facts = desk.facts()
    done(desk.run(*APPLY))
    assert desk.facts() == facts

    def issue() -> None:
        desk.edit(desk.policy / "recuse.toml", 'stage = "observe"', 'stage = "enforce"')
        done(desk.sign(), desk.confirm())

    message = "system `records` is signed for stage `observe`, and `enforce` is above it"
    enforce = ("stage", "enforce", "-r", "policy", "--yes")
    assert_mended(desk, enforce, Step(message, "issue a directive at that stage", issue))
    assert desk.facts() != facts


def test_the_directive_does_not_let_anybody_step_back(desk: Desk) -> None:
    """Before anything is recorded, so that the remedy may be a new text of the same directive."""
    path = desk.signed_folder / "directive.toml"
    name = desk.directive
    done(desk.sign(), desk.confirm())

    command = ("stage", "observe", "-r", "policy", "--yes")
    refused, files = desk.run(*command), desk.files()
    message = f"directive `{name}` is in force and does not pre-authorise stepping back: what it closes is not opened"
    assert refused.code == 1
    assert message in refused.said
    assert "issue a directive that supersedes it, or one with a later `step_back_until`" in refused.said
    assert desk.files() == files
    desk.edit(path, 'stage = "enforce"', 'stage = "enforce"\nstep_back_until = 2099-01-01')
    done(desk.sign(), desk.confirm(), desk.run(*command))


# The plan -----------------------------------------------------------------------------------------------------------


def test_the_database_changed_since_the_plan(signed: Desk) -> None:
    execute(signed, "GRANT INSERT ON records.person TO partner")
    message = "the database is not as it was when the plan was made"
    assert_mended(signed, APPLY, Step(message, LOOK_AGAIN, lambda: done(signed.plan())))
    assert "INSERT" in (signed.folder / "plan.json").read_text()
    with psycopg.connect(signed.dsn("partner")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("INSERT INTO records.person VALUES (51, '', '', false)")


EDITS = {
    "a statement": ("REVOKE SELECT", "REVOKE UPDATE", "changes"),
    "a byte of an account's loss": ('"action": "read"', '"action": "reae"', "accounts"),
    "an account whose sessions end": ('"records/partner"\n ]', '"records/clerk"\n ]', "severs"),
    "the digest of the policy": ('"policy_sha256": "', '"policy_sha256": "0', "policy_sha256"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_the_plan_was_edited(signed: Desk, edit: str) -> None:
    """The digest is against accidents; who makes it anew meets the comparison."""
    old, new, part = EDITS[edit]
    path = signed.folder / "plan.json"
    signed.edit(path, old, new)
    accident = "the plan file was changed after it was written: its digest is another"
    forgery = f"the plan file is not what would be planned now (it differs in {part})"
    assert_mended(
        signed,
        APPLY,
        Step(accident, "make it again with `recuse plan --out`", lambda: forge(path)),
        Step(forgery, PLAN_AGAIN, lambda: done(signed.plan())),
    )


def forge(path: Path) -> None:
    """Give an edited plan file the digest that fits it."""
    path.write_bytes(sealed(json.loads(path.read_text())))


@pytest.mark.parametrize(
    ("old", "new"), [('"format": 1', '"format":  1'), ('"severs": [', '"severs": [],\n "severs": [')],
    ids=["a space", "a second meaning"],
)  # fmt: skip
def test_the_plan_says_the_same_in_other_bytes(signed: Desk, old: str, new: str) -> None:
    """What officials read must be what is compared: a key written twice shows one thing and means another."""
    signed.edit(signed.folder / "plan.json", old, new)
    step = Step("the plan file is not …", "make it again with `recuse plan --out`", lambda: done(signed.plan()))
    assert_mended(signed, APPLY, step)


def test_the_plan_is_missing(signed: Desk) -> None:
    (signed.folder / "plan.json").rename(signed.folder / "plans.json")
    assert_refused(signed, APPLY, "`plan.json` cannot be read: …", "check the path")
    done(signed.run("apply", "plans.json", "-r", "policy", "--yes"))


def written(desk: Desk, name: str) -> bytes:
    whole = (desk.folder / "plan.json").read_bytes()
    plan = json.loads(whole)
    return {
        "half": whole[: len(whole) // 2],
        "no text": b"\xff\xfe",
        "a list": b"[]\n",
        "another version": json.dumps(plan | {"format": 2}).encode(),
        "without its changes": json.dumps({key: plan[key] for key in plan if key != "changes"}).encode(),
        "only its version": b'{"format": 1}\n',
        "wrong within": json.dumps(plan | {"changes": [1]}).encode(),
    }[name]


@pytest.mark.parametrize(
    "name", ["half", "no text", "a list", "another version", "without its changes", "only its version", "wrong within"]
)
def test_the_plan_is_no_plan(signed: Desk, name: str) -> None:
    (signed.folder / "plan.json").write_bytes(written(signed, name))
    plan_out = ("plan", "-r", "policy", "--out", "plan.json")
    step = Step("the plan file is not …", "make it again with `recuse plan --out`", lambda: done(signed.run(*plan_out)))
    assert_refused(signed, ("apply", "plan.json", "-r", "policy", "--dry-run"), step.message, step.remedy)
    assert_mended(signed, APPLY, step)


def test_the_plan_cannot_be_written(desk: Desk) -> None:
    command = ("plan", "-r", "policy", "--out", "nowhere/plan.json")
    assert_mended(desk, command, Step("`nowhere/plan.json` cannot be written: …", "…", (desk.folder / "nowhere").mkdir))


def test_the_access_log_is_missing(desk: Desk) -> None:
    facts = desk.facts()
    ran = desk.run(*PLAN, "--log", "nowhere.parquet", "--format", "json")
    assert (ran.code, desk.facts()) == (2, facts)
    assert "`nowhere.parquet`" in ran.document["error"]
    assert ran.document["remedy"]


def test_nobody_is_there_to_ask(signed: Desk) -> None:
    command = ("apply", "plan.json", "-r", "policy")
    assert_refused(signed, command, "nobody is there to ask", "look at it with --dry-run, then say --yes")
    done(signed.run(*command, "--dry-run"), signed.run(*command, "--yes"))


# The ledger ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [APPLY, VERIFY], ids=["apply", "verify"])
def test_another_writes_to_the_ledger(applied: Desk, command: tuple[str, ...]) -> None:
    done(applied.plan())
    with closing(open_ledger(applied.ledger)) as other:
        message = "another process is writing to the ledger in `policy/.ledger`"
        assert_mended(applied, command, Step(message, "wait until it has finished", other.close))


@pytest.mark.parametrize(
    "command",
    [PLAN, APPLY, VERIFY, ("ledger", "verify", "policy/.ledger"), ("ledger", "list", "policy/.ledger")],
    ids=["plan", "apply", "verify", "ledger verify", "ledger list"],
)
def test_the_ledger_is_damaged(applied: Desk, command: tuple[str, ...]) -> None:
    done(applied.plan())
    path = applied.ledger / "entries"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"confirmed", b"confirmeb", 1))
    step = Step("entries 0 to … are not what was signed", "restore the file `entries`", lambda: path.write_bytes(whole))
    assert_mended(applied, command, step)


def test_the_ledger_is_not_there(applied: Desk) -> None:
    """A misspelt folder is not an empty ledger."""
    for command in (("ledger", "verify"), ("ledger", "list")):
        assert_refused(
            applied,
            (*command, "policy/ledger"),
            "the ledger could not use …",
            "check that the path is a ledger's folder…",
        )
        done(applied.run(*command, "policy/.ledger"))


def second_directive(desk: Desk) -> str:
    """A directive beside the first, with the same rules under another name, signed by both officials."""
    first, name = desk.signed_folder, "2030-01-01-second"
    second = first.with_name(name)
    second.mkdir()
    (second / "directive.cedar").write_text((first / "directive.cedar").read_text().replace("baseline", "second"))
    (second / "directive.toml").write_text((first / "directive.toml").read_text().replace(first.name, name))
    done(desk.run("sign", name, "-k", DIRECTS, "-r", "policy"))
    done(desk.run("confirm", name, "--as", CONFIRMS, "-k", CONFIRMS, "-r", "policy"))
    return name


LOST = "restore its folder; to end it, issue a directive that supersedes it"


@pytest.mark.parametrize("alone", [True, False], ids=["the only one", "one of two"])
def test_a_confirmed_directive_was_deleted(applied: Desk, tmp_path: Path, alone: bool) -> None:
    """Ending a directive is itself a directive: deleting its folder is refused, alone or not."""
    name, folder, kept = applied.directive, applied.signed_folder, tmp_path / "kept"
    done(applied.plan())
    if not alone:
        second_directive(applied)
    shutil.move(folder, kept)
    message = f"directive `{name}`, confirmed in the ledger, is missing or altered in the repository"
    for command in (PLAN, VERIFY):
        assert_refused(applied, command, message, LOST)
    steps = [Step(message, LOST, lambda: shutil.move(kept, folder))]
    if not alone:
        stale = "the plan file is not what would be planned now (it differs in directives, cedar_sha256)"
        steps.append(Step(stale, PLAN_AGAIN, lambda: done(applied.plan())))
    assert_mended(applied, APPLY, *steps)
    for command in (PLAN, VERIFY):
        done(applied.run(*command))


def test_a_confirmed_directive_was_altered(applied: Desk) -> None:
    """Signed again with other bytes, it is another directive under an old name."""
    done(applied.plan())
    kept = {each: each.read_bytes() for each in applied.signed_folder.iterdir()}
    applied.edit(applied.signed_folder / "directive.toml", "Baseline", "Another")
    done(applied.sign(), applied.confirm())

    def restore() -> None:
        for each, content in kept.items():
            each.write_bytes(content)

    message = f"directive `{applied.directive}`, confirmed in the ledger, is missing or altered in the repository"
    for command in (PLAN, VERIFY):
        assert_refused(applied, command, message, LOST)
    assert_mended(applied, APPLY, Step(message, LOST, restore))


# Questions, and the demonstration -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message", "remedy", "right"),
    [
        (("clerk", "read", "records.person"), "no account `clerk` in accounts.toml", "write it as <system>/<login>",
         ("records/clerk", "read", "records.person")),
        (("records/clerk", "see", "records.person"), "`see` is no action", "name one of read, insert, update, delete",
         ("records/clerk", "read", "records.person")),
        (("records/clerk", "read", "person"), "`person` is no categorised table of `records`",
         "name one of records.person", ("records/clerk", "read", "records.person")),
        (("records/clerk", "read", "records.person", "--row", "sealed"), "`sealed` is not attribute=value",
         "write for example --row sealed=true", ("records/clerk", "read", "records.person", "--row", "sealed=true")),
        (("records/clerk", "read", "records.person", "--row", "sealed=1"), "`sealed` is true or false, not `1`",
         "write --row sealed=true", ("records/clerk", "read", "records.person", "--row", "sealed=true")),
        (("records/clerk", "read", "records.person", "--row", "size=1"), "`records.person` has no attribute `size`",
         "its attributes are: sealed", ("records/clerk", "read", "records.person", "--row", "sealed=true")),
        (("records/clerk", "read", "records.person", "--purpose", "own.fuctions"),
         "unknown purpose `own.fuctions`", "…", ("records/clerk", "read", "records.person")),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked(
    desk: Desk, words: tuple[str, ...], message: str, remedy: str, right: tuple[str, ...]
) -> None:
    assert_refused(desk, ("why", *words, "-r", "policy"), message, remedy)
    done(desk.run("why", *right, "-r", "policy"))


@pytest.mark.demo
def test_the_demonstration_does_not_touch_the_files_of_others(desk: Desk) -> None:
    """The remedy is a new folder; there the whole runs, says so step by step, and gives one document."""
    foreign = desk.folder / "mine" / "letter.txt"
    foreign.parent.mkdir()
    foreign.write_text("not a demo's")
    command = ("demo", "--people", "500", "--lines", "10000", "--out")
    message, remedy = "`mine` holds files that no demo made", "give an empty or new folder with --out"
    assert_refused(desk, (*command, "mine"), message, remedy)
    assert (foreign.read_text(), list(foreign.parent.iterdir())) == ("not a demo's", [foreign])
    ran = desk.run(*command, "new", "--format", "json")
    assert (ran.code, ran.document["verdict"]) == (0, "holds")
    steps = ("world", "init", "check", "before", "plan", "sign", "apply", "verify", "ledger", "report")
    assert [step for step in steps if step not in ran.err] == []
    assert (desk.folder / "new" / "report.html").is_file()


# The guards themselves ----------------------------------------------------------------------------------------------


def test_the_style_of_sentences_can_be_broken() -> None:
    assert in_house_style("psycopg.OperationalError was raised") == ["a name of the program's own"]
    assert in_house_style("the first: Role(name='x')") == ["a name of the program's own"]
    assert in_house_style("The plan is stale.") == ["a capital at its beginning", "a full stop at its end"]
    assert in_house_style("`None` of `Error(x=1)` is the person's own word") == []


def test_a_change_would_be_noticed(desk: Desk) -> None:
    """`refused` and `mended` look at files and facts; both really change when something does."""
    files, facts = desk.files(), desk.facts()
    (desk.policy / "accounts.toml").write_text("format = 1\n")
    execute(desk, "GRANT DELETE ON records.person TO partner")
    assert desk.files() != files
    assert desk.facts() != facts


def test_every_error_leaves_with_its_exit_code() -> None:
    def below(kind: type[RecuseError]) -> Iterator[type[RecuseError]]:
        yield kind
        for each in kind.__subclasses__():
            yield from below(each)

    refusals = {kind for kind in below(RecuseError) if kind.exit_code == 1}
    assert refusals == set(below(RefusedError))
    assert {kind.exit_code for kind in set(below(RecuseError)) - refusals} == {2}
