"""The command line through its real entry point: one JSON document, exit codes, words for people, and no password.

The world is small: one table, a clerk who keeps what they have and a partner whose reading a directive ends, on the
repository that `recuse init` proposes, edited as a person would. tests/test_remedies.py works at the same desk.
"""

import hashlib
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from recuse import cli, clock
from recuse.demo.answering import answer_for_server
from recuse.enforcement.facts import Fact
from recuse.targets.postgres.throwaway import Server, throwaway
from recuse.targets.target import target_for
from tests.conftest import binaries_of
from tests.remembering import remembering

PROGRAM = Path(sys.executable).parent / "recuse"
SERVICE = "recuse-records"
INSTITUTION = ("--institution", "il.example.police", "--name", "Example Police")
DIRECTS, CONFIRMS = "placeholder-directs", "placeholder-confirms"
VERBS = (
    "reach",
    "init",
    "check",
    "plan",
    "sign",
    "confirm",
    "apply",
    "stage",
    "remove",
    "verify",
    "watch",
    "why",
    "serve",
    "worker",
    "publish",
    "demo",
    "permit",
    "request",
    "accounting",
    "state",
    "ledger",
    "listing",
    "new",
    "review",
    "content",
    "directory",
)

WORLD = """
CREATE SCHEMA records AUTHORIZATION records_owner;
CREATE TABLE records.person (
  person_id integer PRIMARY KEY, name text NOT NULL, phone text NOT NULL, sealed boolean NOT NULL
);
ALTER TABLE records.person OWNER TO records_owner;
INSERT INTO records.person SELECT i, 'person ' || i, '555-' || i, i % 5 = 0 FROM generate_series(1, 50) i;
GRANT USAGE ON SCHEMA records TO clerk, partner;
GRANT SELECT, INSERT, UPDATE, DELETE ON records.person TO clerk;
GRANT SELECT ON records.person TO partner;
"""


@dataclass(frozen=True)
class Ran:
    """What one run of the program left: its exit code and its two streams."""

    args: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be, with nothing before or after it."""
        value, end = json.JSONDecoder().raw_decode(self.out)
        assert self.out[end:] == "\n", f"{self.args}: more than one document on standard output"
        return value

    @property
    def said(self) -> str:
        """Both streams as running text, wherever lines were broken."""
        return " ".join(f"{self.out} {self.err}".split())


@dataclass
class Desk:
    """A person's place of work: a home with connection files and two officials' keys, and a database to govern."""

    folder: Path
    server: Server
    passwords: Mapping[str, str] = field(repr=False)
    database: str = "records"
    secrets: list[str] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self.secrets += self.passwords.values()
        for official in (DIRECTS, CONFIRMS):
            key = self.folder / official
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
            self.secrets += key.read_text().splitlines()[1:-1]
        self.connect()

    @property
    def policy(self) -> Path:
        return self.folder / "policy"

    @property
    def ledger(self) -> Path:
        return self.policy / ".ledger"

    @property
    def directive(self) -> str:
        (folder,) = (self.policy / "directives").iterdir()
        return folder.name

    @property
    def signed_folder(self) -> Path:
        return self.policy / "directives" / self.directive

    def connect(self, *, password_file: str | None = None, **changed: str | int) -> None:
        """Write the connection service file and the password file; right ones, but for what is given."""
        entry = {"host": self.server.host, "port": self.server.port, "dbname": self.database, "user": "postgres"}
        lines = [f"{key}={value}" for key, value in {**entry, **changed}.items()]
        (self.folder / "services").write_text("\n".join([f"[{SERVICE}]", *lines, ""]))
        right = "".join(f"*:*:*:{login}:{password}\n" for login, password in self.passwords.items())
        (self.folder / "passwords").touch(mode=0o600)
        (self.folder / "passwords").write_text(right if password_file is None else password_file)

    def dsn(self, login: str = "postgres") -> str:
        return self.server.dsn(self.database, login, self.passwords[login])

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "PGSERVICEFILE": str(self.folder / "services"),
            "PGPASSFILE": str(self.folder / "passwords"),
        }

    def run(self, *args: str) -> Ran:
        """Run the program's `main` in this process, without a terminal."""
        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["recuse", *args])
            patch.setattr(sys, "stdin", io.StringIO())
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
        return self.kept(Ran(args, code, out.getvalue(), err.getvalue()))

    def spawn(self, *args: str, **environment: str) -> Ran:
        """Run the installed program."""
        done = subprocess.run(
            [str(PROGRAM), *args], cwd=self.folder, env=os.environ | self.environment | environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return self.kept(Ran(args, done.returncode, done.stdout, done.stderr))

    def kept(self, ran: Ran) -> Ran:
        """The same run, once it has shown no secret and no traceback."""
        assert not leaked(self.secrets, ran), f"{ran.args} printed a secret"
        assert "Traceback" not in ran.err, ran.err
        return ran

    def propose(self) -> Ran:
        """`recuse init`, through the service entry."""
        return self.run("init", f"service={SERVICE}", "--out", "policy", *INSTITUTION, "--format", "json")

    def decide(self) -> None:
        """What a person changes in the proposal: keys, stages, and the rule that opens the table to the partner.

        An official answers for the server, which may lack repairs.
        """
        officials = (self.policy / "officials.toml").read_text()
        for official in (DIRECTS, CONFIRMS):
            key = (self.folder / f"{official}.pub").read_text().strip()
            officials = officials.replace("keys = []", f'keys = ["{key}"]', 1)
        officials = officials.replace('roles = ["confirm"]', 'roles = ["confirm", "accept"]')
        (self.policy / "officials.toml").write_text(officials)
        for path in (self.policy / "recuse.toml", self.signed_folder / "directive.toml"):
            self.edit(path, 'stage = "observe"', 'stage = "enforce"')
        rules = (self.signed_folder / "directive.cedar").read_text()
        (self.signed_folder / "directive.cedar").write_text(rules[: rules.index('@id("baseline-02')])
        answer_for_server(self.policy, ["records"], CONFIRMS, self.folder / CONFIRMS, clock.today())

    @staticmethod
    def edit(path: Path, old: str, new: str) -> None:
        """Replace one piece of a file; it must be there."""
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def sign(self) -> Ran:
        return self.run("sign", self.directive, "-k", DIRECTS, "-r", "policy")

    def confirm(self) -> Ran:
        return self.run("confirm", self.directive, "--as", CONFIRMS, "-k", CONFIRMS, "-r", "policy")

    def plan(self) -> Ran:
        return self.run("plan", "-r", "policy", "-o", "plan.json")

    def apply(self) -> Ran:
        return self.run("apply", "plan.json", "-r", "policy", "--yes")

    def facts(self) -> frozenset[Fact]:
        """Every fact of the database and of the server's roles, as a superuser finds them."""
        with target_for("postgresql").open(self.dsn()) as session:
            return session.inspect().facts

    def files(self) -> dict[str, str]:
        """A digest of every file of the policy repository, the ledger's among them."""
        found = (path for path in self.policy.rglob("*") if path.is_file() and path.name != "lock")
        return {str(path.relative_to(self.policy)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    def reads(self, login: str) -> int:
        """How many rows of the table a login reads; a refusal reads none."""
        with psycopg.connect(self.dsn(login)) as connection:
            try:
                return len(connection.execute("SELECT name, phone FROM records.person").fetchall())
            except psycopg.errors.InsufficientPrivilege:
                return 0


def leaked(secrets: list[str], ran: Ran) -> bool:
    return any(secret in ran.out or secret in ran.err for secret in secrets)


@contextmanager
def one_server() -> Iterator[Server]:
    with throwaway(binaries=binaries_of(18)) as running:
        yield running


@contextmanager
def desk_on(server: Server, folder: Path) -> Iterator[Desk]:
    """A desk with a database of its own; afterwards the server is as it was, roles included."""
    passwords = {login: clock.random_name(24) for login in ("clerk", "partner")}
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE ROLE records_owner NOLOGIN")
        for login, password in passwords.items():
            create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            connection.execute(create.format(sql.Identifier(login), sql.Literal(password)))
        connection.execute("CREATE DATABASE records")
    with psycopg.connect(server.dsn("records"), autocommit=True) as connection:
        connection.execute(WORLD)
    try:
        with remembering():
            yield Desk(folder, server, {"postgres": server.password, **passwords})
    finally:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("DROP DATABASE records WITH (FORCE)")
            for (role,) in connection.execute("SELECT rolname FROM pg_roles WHERE oid >= 16384").fetchall():
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


# The chain: the installed program, from an unknown database to a recorded verdict -----------------------------------


@dataclass(frozen=True)
class Chain:
    """Every step of the main job, run as the installed program with `--format json`."""

    desk: Desk
    ran: Mapping[str, Ran]
    read_before: int
    facts_before: frozenset[Fact]
    facts_after_dry_run: frozenset[Fact]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    with one_server() as server, desk_on(server, tmp_path_factory.mktemp("home")) as desk:
        ran: dict[str, Ran] = {}
        read_before, facts = desk.reads("partner"), desk.facts()

        def step(name: str, *args: str) -> None:
            ran[name] = desk.spawn(*args, "--format", "json")

        step("reach", "reach", f"service={SERVICE}", "records.person")
        step("reach widest", "reach", f"service={SERVICE}")
        step("init", "init", f"service={SERVICE}", "--out", "policy", *INSTITUTION)
        desk.decide()
        step("check", "check", "-r", "policy")
        step("verify before", "verify", "-r", "policy")
        step("draft", "plan", "-r", "policy", "-o", "draft.json")
        step("sign", "sign", desk.directive, "-k", DIRECTS, "-r", "policy")
        step("confirm", "confirm", desk.directive, "--as", CONFIRMS, "-k", CONFIRMS, "-r", "policy")
        step("plan", "plan", "-r", "policy", "-o", "plan.json")
        step("plan again", "plan", "-r", "policy", "-o", "again.json")
        step("dry run", "apply", "plan.json", "-r", "policy", "--dry-run")
        after_dry_run = desk.facts()
        step("apply", "apply", "plan.json", "-r", "policy", "--yes")
        step("verify", "verify", "-r", "policy")
        step("why", "why", "records/clerk", "read", "records.person.phone", "-r", "policy")
        step("why refused", "why", "records/partner", "read", "records.person.phone", "-r", "policy")
        step("ledger verify", "ledger", "verify", "policy/.ledger")
        step("ledger list", "ledger", "list", "policy/.ledger")
        yield Chain(desk, ran, read_before, facts, after_dry_run)


CODES = {
    "reach": 0, "reach widest": 0, "init": 0, "check": 0, "verify before": 1, "draft": 0, "sign": 0, "confirm": 0,
    "plan": 0, "plan again": 0, "dry run": 0, "apply": 0, "verify": 0, "why": 0, "why refused": 1, "ledger verify": 0,
    "ledger list": 0,
}  # fmt: skip

KEYS = {
    "reach": {
        "object", "server_version", "accounts", "sessions", "residual", "outside", "not_examined", "floor",
    },
    "init": {"system", "accounts", "tables", "derived", "categories", "rules", "guesses", "checks", "left_out"},
    "check": {"counts", "rules", "directives"},
    "verify before": {"verdict", "scope", "findings", "accepted", "residual", "outside", "not_examined"},
    "verify": {"verdict", "scope", "findings", "accepted", "residual", "outside", "not_examined"},
    "plan": {"fingerprint", "changes", "accounts", "backtest", "proofs"},
    "sign": {"signature"},
    "confirm": {"signature", "decision"},
    "why": {"allow", "rules", "account", "action", "category", "purpose", "authority", "would_change"},
    "ledger verify": {"origin", "size", "root", "checkpoint"},
}  # fmt: skip


@pytest.mark.parametrize("step", CODES)
def test_one_document_and_the_exit_code(chain: Chain, step: str) -> None:
    ran = chain.ran[step]
    assert ran.code == CODES[step], ran.err
    assert ran.document is not None


@pytest.mark.parametrize("step", KEYS)
def test_the_documented_keys(chain: Chain, step: str) -> None:
    assert chain.ran[step].document.keys() >= KEYS[step]


def test_the_keys_within_reach(chain: Chain) -> None:
    found = chain.ran["reach"].document
    assert found["object"] == "records.person"
    assert {answer["account"] for answer in found["accounts"] if answer["reaches"]} == {"clerk", "partner", "postgres"}
    for answer in found["accounts"]:
        assert answer.keys() == {"account", "reaches", "rows", "paths", "changes"}
        assert all(c.keys() == {"change", "rows", "steps", "reproduce"} for c in answer["changes"])
        assert answer["rows"] in {"all", "some", "none"}
        for path in answer["paths"]:
            assert path.keys() == {"steps", "reproduce"}
            assert all(step.keys() == {"from", "to", "kind", "reason", "page"} for step in path["steps"])


def test_the_keys_within_verify(chain: Chain) -> None:
    before, after = chain.ran["verify before"].document, chain.ran["verify"].document
    keys = {
        "id", "code", "system", "account", "category", "object", "door", "steps", "reproduce", "remedy", "severity",
    }  # fmt: skip
    assert before["findings"]
    assert all(finding.keys() >= keys for finding in before["findings"])
    assert before["verdict"] == "findings"
    assert (after["verdict"], after["not_examined"]) == ("holds", [])
    assert {finding["severity"] for finding in after["findings"]} <= {"low"}
    assert after["scope"]["records"]["known_by"] == "attempt"


def test_a_finding_names_no_part_of_the_program(chain: Chain) -> None:
    """What a finding says is SQL or a sentence, never how the program writes a value down."""
    for finding in chain.ran["verify before"].document["findings"]:
        assert not re.search(r"\b[A-Z]\w*\(\w+=", finding["reproduce"]), finding["reproduce"]


def test_the_keys_within_plan(chain: Chain) -> None:
    draft, plan = chain.ran["draft"].document, chain.ran["plan"].document
    assert (draft["draft"], plan["draft"]) == (True, False)
    keys = {"system", "phase", "undo", "do", "hazards"}
    assert plan["changes"]
    assert all(change.keys() >= keys for change in plan["changes"])
    assert {change["phase"] for change in plan["changes"]} <= {"tighten", "substitute", "loosen"}
    (partner,) = plan["accounts"]
    assert (partner["account"], partner["gains"]) == ("records/partner", [])
    assert {loss["category"] for loss in partner["loses"]} == {"person.identity", "contact_information"}


def test_a_plan_is_byte_stable_and_the_file_is_what_was_printed(chain: Chain) -> None:
    folder = chain.desk.folder
    assert (folder / "plan.json").read_bytes() == (folder / "again.json").read_bytes()
    assert (folder / "plan.json").read_text() == chain.ran["plan"].out == chain.ran["plan again"].out
    assert (folder / "draft.json").read_bytes() != (folder / "plan.json").read_bytes()


def test_a_dry_run_prints_every_statement_and_runs_none(chain: Chain) -> None:
    planned = [change["do"] for change in chain.ran["plan"].document["changes"]]
    assert [statement["do"] for statement in chain.ran["dry run"].document] == planned
    assert chain.facts_after_dry_run == chain.facts_before
    assert chain.desk.facts() != chain.facts_before, "apply did change the facts"


def test_apply_does_what_the_plan_said(chain: Chain) -> None:
    (done,) = chain.ran["apply"].document
    assert (done["system"], done["statements"]) == ("records", len(chain.ran["plan"].document["changes"]))
    assert (chain.read_before, chain.desk.reads("partner"), chain.desk.reads("clerk")) == (50, 0, 50)


def test_why_agrees_with_what_was_applied(chain: Chain) -> None:
    allowed, refused = chain.ran["why"].document, chain.ran["why refused"].document
    assert (allowed["allow"], refused["allow"]) == (True, False)
    assert allowed["rules"] == ["baseline-01-read-insert-update-delete-1"]


def test_the_ledger_tells_the_chain(chain: Chain) -> None:
    entries = chain.ran["ledger list"].document
    assert [entry["kind"] for entry in entries] == ["directed", "confirmed", "planned", "applied", "verified", "stated"]
    assert chain.ran["ledger verify"].document["size"] == len(entries)
    assert all(entry.keys() == {"kind", "at", "body"} for entry in entries)


def test_the_installed_program_is_the_one_tested() -> None:
    (entry,) = entry_points(group="console_scripts", name="recuse")
    assert entry.load() is cli.main


# Words for people ---------------------------------------------------------------------------------------------------

SPOKEN: Mapping[str, tuple[tuple[str, ...], int, tuple[str, ...]]] = {
    "reach": (
        ("reach", f"service={SERVICE}", "records.person"), 0,
        ("records.person: 2 of 3 logins reach it", "postgres can change it", "do not reach it: partner", "residual",
         "outside"),
    ),
    "reach widest": (("reach", f"service={SERVICE}"), 0, ("reached most widely", "records.person", "2 of 3")),
    "check": (
        ("check", "-r", "policy"), 0,
        ("Example Police", "in force since", f"confirmed by {CONFIRMS}", "1 rule validates"),
    ),
    "plan": (("plan", "-r", "policy"), 0, ("(in force)", "nothing to change")),
    "verify": (
        ("verify", "-r", "policy", "--no-record"), 0,
        ("HOLDS for system records", "known by attempt", "examined: ", "residual: table-sizes", "outside: backups"),
    ),
    "why": (
        ("why", "records/clerk", "update", "records.person", "-r", "policy"), 0,
        ("allowed by baseline-01", "update `person.identity` of `records.person` for `own.functions`"),
    ),
    "why refused": (
        ("why", "records/partner", "read", "records.person", "-r", "policy"), 1, ("refused", "no rule permits it"),
    ),
    "ledger verify": (
        ("ledger", "verify", "policy/.ledger"), 0,
        ("the ledger verifies", "records.example/records", "pass it with --key"),
    ),
    "ledger list": (
        ("ledger", "list", "policy/.ledger"), 0, ("directed", "confirmed", "planned", "applied", "verified", "stated"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("step", SPOKEN)
def test_words_for_people(chain: Chain, step: str) -> None:
    args, code, phrases = SPOKEN[step]
    ran = chain.desk.run(*args)
    assert ran.code == code
    assert [phrase for phrase in phrases if phrase not in ran.said] == []


def test_words_for_people_on_the_way(server: Server, tmp_path: Path) -> None:
    """The verbs that change something, or speak differently before it: once each, in order."""
    with desk_on(server, tmp_path) as desk:
        init = desk.run("init", f"service={SERVICE}", "--out", "policy", *INSTITUTION)
        desk.decide()
        before = desk.run("verify", "-r", "policy")
        draft, signed, confirmed, plan = desk.plan(), desk.sign(), desk.confirm(), desk.plan()
        dry = desk.run("apply", "plan.json", "-r", "policy", "--dry-run")
        with psycopg.connect(desk.dsn("partner")) as session:
            applied = desk.apply()
            with pytest.raises(psycopg.OperationalError):
                session.execute("SELECT")
    assert [ran.code for ran in (init, before, draft, signed, confirmed, plan, dry, applied)] == [0, 1, *[0] * 6]
    for ran, phrases in (
        (init, ("proposed in policy", "2 shared, 1 superuser", "then run recuse check")),
        (before, ("FINDINGS for system records", "drift", "remedy: recuse plan, then recuse apply")),
        (draft, ("(draft, not signed)", "what changes for whom", "records/partner", "hazard", "plan written to")),
        (signed, ("signed: ", "the confirming official runs recuse confirm")),
        (confirmed, ("confirmed: ", "next: recuse plan and recuse apply")),
        (plan, ("(in force)", "statements: ", "sessions end for 1 account that loses something")),
        (dry, ("-- tighten: prepare", "CREATE SCHEMA recuse")),
        (applied, ("records: ", "facts changed by", "1 session ended, the last after", "next: recuse verify")),
    ):
        assert [phrase for phrase in phrases if phrase not in ran.said] == []


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A second server: its roles come and go with each test, which the chain's must not notice."""
    with one_server() as running:
        yield running


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Desk]:
    """A desk with an unsigned draft that takes something away."""
    with desk_on(server, tmp_path) as made:
        made.propose()
        made.decide()
        yield made


# What holds for every verb ------------------------------------------------------------------------------------------


def test_every_verb_is_tested() -> None:
    assert {*cli.VERBS, *cli.GROUPS} == set(VERBS)


def test_reach_loads_no_prover(tmp_path: Path) -> None:
    """What only other verbs need takes several times as long to load as `reach` takes to answer."""
    program = "import sys; from recuse import cli; cli.command_line(['reach']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "recuse.operations.reach" in loaded
    assert not {"z3", "cedarpy", "duckdb", "cryptography"} & set(loaded)


def test_publish_loads_no_prover_and_no_driver() -> None:
    """The prover alone takes a twentieth of a second to load."""
    program = "import sys, recuse.cli.publish, recuse.publishing; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "recuse.site.building" in loaded
    assert not {"z3", "duckdb", "psycopg"} & set(loaded)


@pytest.mark.parametrize(
    "words",
    [(verb,) for verb in cli.VERBS]
    + [
        ("ledger", "verify"),
        ("ledger", "list"),
        *(("permit", verb) for verb in ("request", "issue", "list", "revoke", "key")),
        *(("permit", verb) for verb in ("approve", "refuse", "withdraw", "break-glass", "review-glass")),
        *(("request", verb) for verb in ("ask", "import", "template", "list", "show", "answer", "withdraw", "erase")),
        ("request", "certify-nil"),
        *(("state", verb) for verb in ("prepare", "show", "halt", "resume")),
        *(("review", verb) for verb in ("due", "new", "sign", "confirm", "record")),
        *(
            ("accounting", verb)
            for verb in ("new", "prepare", "show", "discard", "release", "hold", "due", "check", "erase")
        ),
        *(("content", verb) for verb in ("check", "due", "show", "reviewed")),
        *(("directory", verb) for verb in ("check", "export", "due")),
    ],
)
def test_help_has_examples(chain: Chain, words: tuple[str, ...]) -> None:
    ran = chain.desk.run(*words, "--help")
    assert ran.code == 0
    assert f"Examples: recuse {' '.join(words)}" in ran.said
    assert "--format" in ran.said


def colours(text: str) -> set[int]:
    """The colours among the escape sequences of a text: 30 to 48 and 90 to 107 of SGR."""
    codes = {int(code) for codes in re.findall(r"\x1b\[([0-9;]*)m", text) for code in codes.split(";") if code}
    return {code for code in codes if 30 <= code <= 48 or 90 <= code <= 107}


def test_no_color_is_respected(chain: Chain) -> None:
    asked = ("why", "records/partner", "read", "records.person", "-r", "policy")
    terminal = {"TERM": "xterm-256color", "FORCE_COLOR": "1"}
    assert colours(chain.desk.spawn(*asked, **terminal).out), "a terminal gets colours"
    assert not colours(chain.desk.spawn(*asked, **terminal, NO_COLOR="1").out)
    assert "\x1b" not in chain.desk.spawn(*asked).out, "what is no terminal gets no escape sequence at all"


def test_a_usage_error_is_exit_code_2(chain: Chain) -> None:
    for args, said, remedy in (
        (("plan", "--repositry", "x"), "no such option: --repositry (Possible options: --repository)", "plan --help`"),
        (("permit", "issue"), "missing argument 'PERMIT'", "permit issue --help`"),
        (
            ("plan", "--format", "xml"),
            "invalid value for '--format': 'xml' is not one of 'human', 'json'",
            "plan --help`",
        ),
    ):
        ran = chain.desk.run(*args)
        assert (ran.code, ran.out, ran.said) == (2, "", f"error {said} remedy see `recuse {remedy}")
    assert chain.desk.run("plam").said == (
        "error no such command 'plam' remedy did you mean 'plan'? see `recuse --help`"
    )
    ran = chain.desk.run("plan", "--format", "json", "--sytem", "records")
    assert (ran.code, ran.document["remedy"]) == (2, "see `recuse plan --help`")
    assert "Usage: recuse permit" in chain.desk.run("permit").said


def test_an_error_is_one_document_too(chain: Chain) -> None:
    for args in (("check", "-r", "nowhere"), ("plan", "-r", "nowhere"), ("apply", "nowhere.json")):
        ran = chain.desk.run(*args, "--format", "json")
        assert (ran.code, ran.document.keys()) == (2, {"error", "remedy"})


def test_an_error_can_be_copied(chain: Chain) -> None:
    """However long, error and remedy are a line each: a remedy holds what a person copies."""
    nowhere = "/".join(["nowhere", *["deep"] * 30])
    ran = chain.desk.run("check", "-r", nowhere)
    assert (ran.code, f"error {nowhere}: " in ran.err) == (2, True)
    long = chain.desk.run("verify", "-r", "policy", "--dsn", "host=127.0.0.1 port=1 dbname=records user=postgres")
    assert [line.split()[0] for line in long.err.splitlines()] == ["error", "remedy"]


def test_a_login_with_square_brackets_is_shown_as_it_is(desk: Desk) -> None:
    """Foreign names are text, never markup of our own."""
    with psycopg.connect(desk.dsn(), autocommit=True) as connection:
        connection.execute('CREATE ROLE "[red]odd[/]" LOGIN IN ROLE partner')
    ran = desk.run("reach", f"service={SERVICE}", "records.person")
    assert ran.code == 0
    assert "[red]odd[/]" in ran.said


# Asking before acting -----------------------------------------------------------------------------------------------


@pytest.fixture
def signed(desk: Desk) -> Desk:
    """A desk whose plan two officials stand behind; nothing is applied yet."""
    assert [step().code for step in (desk.sign, desk.confirm, desk.plan)] == [0, 0, 0]
    return desk


def test_apply_refuses_when_nobody_can_be_asked(signed: Desk) -> None:
    facts, files = signed.facts(), signed.files()
    ran = signed.run("apply", "plan.json", "-r", "policy", "--format", "json")
    assert ran.code == 2
    assert ran.document == {
        "error": "nobody is there to ask",
        "remedy": "look at it with --dry-run, then say --yes",
    }
    assert (signed.facts(), signed.files()) == (facts, files)


def answered(desk: Desk, answer: str) -> Ran:
    """`recuse apply` at a terminal, where somebody types an answer."""
    master, terminal = pty.openpty()
    with os.fdopen(master, "wb", buffering=0) as keyboard:
        keyboard.write(f"{answer}\n".encode())
        done = subprocess.run(
            [str(PROGRAM), "apply", "plan.json", "-r", "policy"], cwd=desk.folder, env=os.environ | desk.environment,
            stdin=terminal, capture_output=True, text=True, check=False,
        )  # fmt: skip
        os.close(terminal)
    return desk.kept(Ran(("apply",), done.returncode, done.stdout, done.stderr))


def test_apply_asks_at_a_terminal(signed: Desk) -> None:
    facts = signed.facts()
    no = answered(signed, "n")
    assert (no.code, signed.facts()) == (2, facts)
    assert "end the sessions of 1 account?" in no.said
    assert "nothing was applied" in no.said
    yes = answered(signed, "y")
    assert (yes.code, signed.reads("partner")) == (0, 0)


# Rights and verdicts ------------------------------------------------------------------------------------------------


def test_applying_again_changes_nothing(signed: Desk) -> None:
    assert signed.apply().code == 0
    facts = signed.facts()
    for _ in range(2):
        assert signed.plan().code == 0
        again = signed.run("apply", "plan.json", "-r", "policy", "--yes", "--format", "json")
        assert (again.code, again.document[0]["changes"]) == (0, 0)
    assert signed.facts() == facts


def test_a_plain_login_never_learns_that_it_holds(signed: Desk) -> None:
    clerk = ("--dsn", f"service={SERVICE} user=clerk")
    before = signed.run("verify", "-r", "policy", *clerk)
    assert signed.apply().code == 0
    after = signed.run("verify", "-r", "policy", *clerk)
    assert (before.code, after.code) == (1, 2)
    assert "HOLDS" not in before.said + after.said
    assert signed.run("verify", "-r", "policy").code == 0


def test_what_is_opened_by_hand_is_found(signed: Desk) -> None:
    """Exit 0 is not for the asking: one grant, and the verdict turns."""
    assert signed.apply().code == 0
    with psycopg.connect(signed.dsn(), autocommit=True) as connection:
        connection.execute("GRANT SELECT ON records.person TO partner")
    ran = signed.run("verify", "-r", "policy", "--format", "json")
    assert (ran.code, ran.document["verdict"]) == (1, "findings")


def test_a_verdict_on_a_draft_is_not_that_it_holds(signed: Desk) -> None:
    """Nobody stands behind a draft, so the database cannot be as directed, whatever its facts are."""
    assert signed.apply().code == 0
    for path in signed.signed_folder.glob("*.sig"):
        path.unlink()
    (signed.signed_folder / "confirmation.toml").unlink()
    ran = signed.run("verify", "-r", "policy", "--no-record")
    assert ran.code != 0
    assert "HOLDS" not in ran.said


# Passwords ----------------------------------------------------------------------------------------------------------

WITH_DSN = {
    "reach": ("reach",),
    "init": ("init", "--out", "elsewhere", *INSTITUTION),
    "plan": ("plan", "-r", "policy", "--dsn"),
    "verify": ("verify", "-r", "policy", "--no-record", "--dsn"),
    "apply": ("apply", "plan.json", "-r", "policy", "--yes", "--dsn"),
}


@pytest.mark.parametrize("form", ["words", "url"])
def test_a_password_in_the_connection_string_draws_a_warning(signed: Desk, form: str) -> None:
    """In every verb that takes one, on standard error only; `Desk.kept` sees that the password is not printed."""
    where, password = signed.server, signed.passwords["postgres"]
    url = f"postgresql://postgres:{password}@{where.host}:{where.port}/records"
    dsn = signed.dsn() if form == "words" else url
    for name, args in WITH_DSN.items():
        ran = signed.run(*args, dsn, "--format", "json")
        assert (ran.code, ran.document is None) == (1 if name == "verify" else 0, False)
        assert "the connection string holds a password; use service= and PGPASSFILE instead" in " ".join(
            ran.err.split()
        )


def test_a_service_entry_draws_no_warning(signed: Desk) -> None:
    for args in WITH_DSN.values():
        assert "password" not in signed.run(*args, f"service={SERVICE}", "--format", "json").err


@pytest.mark.parametrize(
    "wrong", ["host=127.0.0.1 port=1", "host=127.0.0.1 port={port} dbname=records user=postgres", "nonsense ="]
)
def test_a_wrong_password_is_not_printed(desk: Desk, wrong: str) -> None:
    secret = "s3cret-of-nobody"
    desk.secrets.append(secret)
    dsn = f"password={secret} {wrong.format(port=desk.server.port)}"
    for args in (("reach",), ("plan", "-r", "policy", "--dsn")):
        assert desk.run(*args, dsn).code == 2
        assert desk.run(*args, dsn, "--format", "json").code == 2


def test_a_leak_would_be_seen() -> None:
    """The guard of every other test here, with the fault planted in either stream."""
    assert leaked(["opens-all"], Ran((), 0, "password=opens-all", ""))
    assert leaked(["opens-all"], Ran((), 0, "", "cannot connect with opens-all"))
    assert not leaked(["opens-all"], Ran((), 0, "password=…", ""))


def test_the_program_needs_no_home(desk: Desk) -> None:
    """It writes nothing outside the folders it is given."""
    home = desk.folder / "empty-home"
    home.mkdir()
    ran = desk.spawn("plan", "-r", "policy", "--format", "json", HOME=str(home))
    assert (ran.code, list(home.iterdir())) == (0, [])
    shutil.rmtree(home)
