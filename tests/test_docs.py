"""The documents hold: the guide runs and prints what it shows, and nothing is left out or misnamed."""

import ast
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click
import psycopg
import pytest
import typer
from psycopg import sql

from recuse import cli, clock
from recuse.cli import app
from recuse.demo.world import World, build
from recuse.model import UNBOUND_USES
from recuse.operations import beside, residual_sentences, verify
from recuse.requests.table import REQUIRED
from recuse.targets.postgres.edges.catalog import queries
from recuse.targets.postgres.edges.kinds import KINDS, WEAKNESSES, told
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import binaries_of
from tests.directory.content import item
from tests.directory.content import write as write_services
from tests.remembering import remembering
from tests.requests.test_request_verb import COURT, signed
from tests.reviews.world import fill
from tests.unit.content.example import example
from tests.unit.content.test_folder import write as write_files

ROOT: Final = Path(__file__).parent.parent
GUIDE: Final = ROOT / "docs/guide/cut-one-purpose-off.md"
REFERENCE: Final = ROOT / "docs/reference"
INTERFACE: Final = REFERENCE / "machine-interface.md"
REPOSITORY: Final = REFERENCE / "policy-repository.md"
CONTENT: Final = ROOT / "src/recuse/demo/content"
PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")])
FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path, heading: str = "") -> Iterator[tuple[str, str]]:
    """The fenced blocks of a page, or of what follows one heading of it, as language and text."""
    text = path.read_text()
    start = text.index(f"\n{heading}\n") if heading else 0
    end = len(text)
    if heading:
        after = re.search(rf"^#{{1,{heading.index(' ')}}} ", text[start + len(heading) + 1 :], re.MULTILINE)
        end = start + len(heading) + 1 + after.start() if after else end
    for found in FENCE.finditer(text, start, end):
        yield found.group(1), found.group(2)


# --- the guide, really run ---


@dataclass
class Walk:
    """The guide as it was run: what each block of commands printed, and JSON documents by their heading."""

    folder: Path
    world: World
    environment: dict[str, str]
    printed: list[tuple[str, str]] = field(default_factory=list)
    documents: dict[str, list[Any]] = field(default_factory=dict)
    unpermitted: dict[str, int] = field(default_factory=dict)

    def shell(self, commands: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands], cwd=folder or self.folder, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240, check=False,
        )  # fmt: skip

    def run(self, commands: str) -> None:
        """Run one block; its last line may end in `# exit N`."""
        wanted = re.search(r"# exit (\d)$", commands.strip())
        done = self.shell(commands)
        assert done.returncode == (int(wanted.group(1)) if wanted else 0), f"{commands}\n{done.stdout}"
        self.printed.append((commands, done.stdout))

    def collect(self, heading: str, *command: str, folder: Path | None = None) -> None:
        """Keep the one JSON document that a verb prints. It runs in this process, where loading it is paid once."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.chdir(folder or self.folder)
            patch.setattr(sys, "argv", ["recuse", *command, "--format", "json"])
            patch.setattr(sys, "stdin", io.StringIO())
            with suppress(SystemExit):
                cli.main()
        try:
            self.documents.setdefault(heading, []).append(json.loads(out.getvalue()))
        except ValueError:
            told = f"{out.getvalue()[:300]}{err.getvalue()[:600]}"
            pytest.fail(f"{command}: standard output is not one JSON document: {told}")


def environment_of(world: World, home: Path) -> dict[str, str]:
    """A home with a service file and a password file, as the guide asks for; no password on any command line."""
    server = world.server
    services, passwords = home / "pg_service.conf", home / "pgpass"
    services.write_text(
        f"[records]\nhost={server.host}\nport={server.port}\ndbname={world.database}\nuser=postgres\n"
        f"[plain]\nhost={server.host}\nport={server.port}\ndbname={world.database}\nuser=planning_501\n"
    )
    passwords.touch(mode=0o600)
    passwords.write_text(
        f"{server.host}:{server.port}:*:postgres:{server.password}\n"
        f"{server.host}:{server.port}:*:planning_501:{world.passwords['planning_501']}\n"
    )
    path = f"{ROOT / '.venv/bin'}:{binaries_of(18)}:{os.environ['PATH']}"
    return {
        "PATH": path, "HOME": str(home), "PGSERVICEFILE": str(services), "PGPASSFILE": str(passwords),
        "COLUMNS": "1000", "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": str(home),
    }  # fmt: skip


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("guide")
    with remembering(), throwaway(binaries=binaries_of(18)) as server:
        world = build(server, people=500)
        found = Walk(folder, world, environment_of(world, home))
        for language, text in blocks(GUIDE):
            if language == "sh":
                found.run(text)
                if "--out draft.json" in text:
                    before(found)
        after(found)
        yield found


def before(walk: Walk) -> None:
    """What the verbs print while nothing is applied; a session is open, so that sessions have something to show.

    `reach` is asked as a plain login, which may not see everything, so that something is not examined.
    """
    with closing(psycopg.connect(walk.world.dsn("ice_ero_017"))):
        walk.collect("`recuse reach` with an object", "reach", "service=plain", "records.person.phone")
        walk.collect("`recuse reach` without an object", "reach", "service=plain")
        walk.collect("`recuse verify`", "verify", "-r", "policy", "--no-record")
    options = ("--out", "again", "--institution", "il.example.police", "--name", "Example", "--system", "records")
    walk.collect("`recuse init`", "init", "service=records", *options)
    walk.collect("`recuse check`", "check", "-r", "policy")
    plans(walk)
    walk.collect("Errors", "reach", "service=records", "records.nobody")


LOGGED: Final = """\
SELECT * FROM records.person WHERE family_name = 'Ada';
SELECT given_name FROM records.person WHERE family_name LIKE 'A%';
LOCK TABLE records.person IN SHARE MODE;
"""
GUARD: Final = """
@id("no-juvenile")
forbid (principal in Agency::"il.example.police", action, resource is records::records::arrest)
when { resource has juvenile && resource.juvenile };
"""


def plans(walk: Walk) -> None:
    """A plan with all that advice can hold: logged statements, a table that somebody holds, a guarded attribute."""
    (walk.folder / "said.sql").write_text(LOGGED)
    walk.shell("cp -r policy guarded")
    rules = walk.folder / "guarded/directives/civil-immigration/directive.cedar"
    rules.write_text(rules.read_text() + GUARD)
    with psycopg.connect(walk.world.dsn("records_app")) as holder:
        holder.execute("SELECT 1 FROM records.person LIMIT 1")
        command = ("plan", "--log", "access.csv", "--statements", "said.sql", "-r", "guarded")
        walk.collect("`recuse plan`", *command)
    walk.shell("cp -r policy delegated && sed -i " + ADMINISTRATOR + " delegated/accounts.toml")
    walk.collect("`recuse plan --rights`", "plan", "--rights", "--dsn", "service=plain", "-r", "delegated")


ADMINISTRATOR: Final = r"""'/^id = "records\/planning_501"$/,/^$/ s/^use = .*/use = "administrator"/'"""


def after(walk: Walk) -> None:
    """What the verbs print when the policy is enforced."""
    walk.collect("`recuse verify`", "verify", "-r", "policy", "--no-record")
    walk.collect("`recuse watch`", "watch", "-r", "policy", "--once", "--no-record")
    walk.collect("`recuse plan --prove`", "plan", "-r", "policy", "--prove", "plan.json")
    walk.collect("`recuse why`", "why", "records/ice_ero_017", "read", "records.person.phone", "-r", "policy")
    walk.collect("`recuse why`", "why", "records/records_app", "read", "records.person", "-r", "policy")
    walk.collect("`recuse apply --dry-run`", "apply", "plan.json", "-r", "policy", "--dry-run")
    contents(walk)
    regained(walk)
    resumed(walk)
    reviewed(walk)
    walk.collect("`recuse ledger verify`", "ledger", "verify", "policy/.ledger")
    walk.collect("`recuse ledger list`", "ledger", "list", "policy/.ledger")
    walk.shell("cp -r policy copy && rm -r copy/.ledger && sed -i " + GATEWAY + " copy/accounts.toml")
    walk.collect("`recuse sign`", "sign", "civil-immigration", "-k", "directs", "-r", "copy")
    answer = ("confirm", "civil-immigration", "--as", "confirms", "-k", "confirms", "-r", "copy")
    walk.collect("`recuse confirm`", *answer)
    permits(walk)
    requests(walk)
    accountings(walk)
    services(walk)
    walk.unpermitted = read_without_permit(walk.world)


def regained(walk: Walk) -> None:
    """What was granted past the policy is taken back, and a session that may hold it ends."""
    with psycopg.connect(walk.world.dsn(), autocommit=True) as admin:
        admin.execute("GRANT SELECT ON analysis.gang_extract TO ice_ero_017")
    with closing(psycopg.connect(walk.world.dsn("ice_ero_017"))) as session:
        session.execute("SELECT 1")
        walk.shell("recuse plan -r policy --out again.json")
        walk.collect("`recuse apply`", "apply", "again.json", "-r", "policy", "--yes")


def resumed(walk: Walk) -> None:
    """A database that is not where its ledger left it is made what the ledger says, and opens."""
    with psycopg.connect(walk.world.dsn()) as admin:
        admin.execute("UPDATE recuse.identity SET started = '-infinity', system_identifier = 1")
    walk.collect("`recuse apply --resume`", "apply", "--resume", "-r", "policy", "--yes")


def reviewed(walk: Walk) -> None:
    """One review from the draft to the ledger, that ends an account; and a draft that nobody answers."""
    walk.shell(
        'cp -r policy looked && sed -i \'s/^roles = ."direct".$/roles = ["direct", "review"]/\' looked/officials.toml'
    )
    log = ("--log", "access.csv", "-r", "looked")
    walk.collect("`recuse review new`", "review", "new", "accounts", "--agency", "us.dhs.ice", *log)
    name = walk.documents["`recuse review new`"][-1]["review"]
    draft = walk.folder / "looked/reviews" / name / "review.toml"
    fill(draft, result="found", found="one is ended", ice_ero_017="end")
    walk.collect("`recuse review sign`", "review", "sign", name, "--as", "directs", "-k", "directs", *log)
    walk.collect("`recuse review confirm`", "review", "confirm", name, "--as", "confirms", "-k", "confirms", *log)
    walk.collect("`recuse review record`", "review", "record", name, *log)
    walk.collect("`recuse review new`", "review", "new", "audit_records", *log)
    walk.collect("`recuse review due`", "review", "due", "-r", "looked")


def contents(walk: Walk) -> None:
    """The example of the content folder's page, checked, shown and reviewed."""
    write_files(walk.folder / "content", example())
    there = ("-c", "content")
    walk.collect("`recuse content check`", "content", "check", *there)
    walk.collect("`recuse content due`", "content", "due", *there)
    walk.collect("`recuse content show`", "content", "show", "home-warrant", *there)
    digest = walk.documents["`recuse content show`"][-1]["text_sha256"]
    review = ("home-warrant", "--name", "Ada Example", "--role", "counsel", "--text-sha256", digest, *there)
    walk.collect("`recuse content reviewed`", "content", "reviewed", *review)


GATEWAY: Final = r"""'/^id = "records\/ice_hsi_desk"$/,/^$/ s/^use = .*/use = "gateway"/'"""


def permits(walk: Walk) -> None:
    """What the verbs of permits print, from a second request to its end; and the key of a gateway, in the copy."""
    asked = (
        "permit", "request", "records/ice_hsi_005", "--by", "Desk 4", "--for", "HSI", "--purpose", "crim.investigation",
        "--authority", "judicial.warrant", "--case", "26-CR-2", "--until", "2100-01-01T00:00:00Z", "--document",
        "warrant.txt", "--evidence", "issuing_court=a", "--evidence", "judge=b", "--evidence", "issued=c",
        "-r", "policy",
    )  # fmt: skip
    walk.collect("`recuse permit request`", *asked)
    name = walk.documents["`recuse permit request`"][-1]["request"]
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    issued = ("permit", "issue", name, "--by", "Desk 9", "--until", soon, "-r", "policy")
    walk.collect("`recuse permit issue`", *issued)
    walk.collect("`recuse permit list`", "permit", "list", "-r", "policy")
    walk.collect("`recuse permit revoke`", "permit", "revoke", name, "-r", "policy")
    for verb, more in (("approve", ("--until", soon)), ("refuse", ("--reason", "not hers")), ("withdraw", ())):
        walk.collect("`recuse permit request`", *asked)
        other = walk.documents["`recuse permit request`"][-1]["request"]
        by = "Desk 4" if verb == "withdraw" else "Desk 9"
        walk.collect(f"`recuse permit {verb}`", "permit", verb, other, "--by", by, *more, "-r", "policy")
    with psycopg.connect(walk.world.dsn()) as admin:
        admin.execute("UPDATE recuse.account SET gateway = true WHERE login = 'ice_hsi_desk'")
    others = "for d in copy/directives/*baseline; do n=$(basename $d); recuse sign $n -k directs -r copy; "
    walk.shell(f"{others} recuse confirm $n --as confirms -k confirms -r copy; done")
    walk.collect("`recuse permit key`", "permit", "key", "records/ice_hsi_desk", "--out", "portal.key", "-r", "copy")
    with psycopg.connect(walk.world.dsn()) as admin:
        admin.execute("UPDATE recuse.account SET gateway = false WHERE login = 'ice_hsi_desk'")


def requests(walk: Walk) -> None:
    """What the verbs of requests print, on the demonstration's policy, whose rules speak of assistance."""
    place = walk.folder / "desk"
    place.mkdir()
    there, now = ("-r", str(signed(place).policy)), clock.now()
    stated = (
        "--kind", "data_access", "--for", "us.dhs.ice.ero", "--asked-by", "Field office", "--by", "Desk 4", "--purpose",
        "crim.investigation", "--authority", "judicial.warrant", "--case", "26-CR-1", "--category", "custody",
        "--received", (now - timedelta(hours=1)).isoformat(), "--lapses", (now + timedelta(hours=48)).isoformat(),
        *there,
    )  # fmt: skip
    court = [word for each in COURT for word in ("--evidence", each)]
    for more in (court, ("--instrument", "I-205"), ()):
        walk.collect("`recuse request ask`", "request", "ask", *stated, *more)
    name, *_ = (each["request"] for each in walk.documents["`recuse request ask`"])
    walk.collect("`recuse request answer`", "request", "answer", name, "complied", "--by", "Desk 9", *there)
    walk.collect("`recuse request show`", "request", "show", name, *there)
    walk.collect("`recuse request withdraw`", "request", "withdraw", name, "--by", "Desk 9", *there)
    walk.collect("`recuse request template`", "request", "template", *there)
    for received in ("2025-02-01T00:00:00Z", "soon"):
        row = f"log-1,{received},detainer,us.dhs.ice.ero,Office,undeclared,none,2025-02-02T00:00:00Z"
        (place / "log.csv").write_text(f"{','.join(REQUIRED)}\n{row}\n")
        walk.collect("`recuse request import`", "request", "import", str(place / "log.csv"), "--by", "Desk 4", *there)
    scope = ("--kind", "interview", "--agency", "us.dhs", "--by", "counsel-2016", "--key", str(place / "counsel-2016"))
    walk.collect("`recuse request certify-nil`", "request", "certify-nil", "2025-Q1", *scope, *there)
    late = ("--received", "2025-03-01T00:00:00Z", "--lapses", "2025-03-02T00:00:00Z", "--kind", "interview")
    walk.collect("`recuse request ask`", "request", "ask", *stated, *late)
    walk.collect("`recuse request list`", "request", "list", *there)
    walk.collect("`recuse request report`", "request", "report", f"{now:%Y}", *there)
    walk.collect("`recuse request erase`", "request", "erase", name, *there)
    asked = ("--agency", "us.dhs", "--purpose", "imm.civil_enforcement", "-r", str(place / "policy"))
    for dry in (["--dry-run"], []):
        walk.collect("`recuse new content`", "new", "content", str(place / "content"), *asked, *dry)
        walk.collect("`recuse publish`", "publish", str(CONTENT), "--out", str(place / "site"), *there, *dry)


def accountings(walk: Walk) -> None:
    """What the verbs of accountings print: one that is held back from, released, checked and erased."""
    place, today = walk.folder / "desk", clock.today()
    there = ("-r", str(place / "policy"))
    (place / "policy/.accounting.toml").write_text(ACCOUNTING)
    (place / "found.txt").write_text("clear::records::person=4711\n")
    chief = ("--by", "counsel-2016", "--key", str(place / "counsel-2016"))
    since = str(today - timedelta(days=1))  # what was asked an hour ago may have been asked yesterday
    asked = (
        "--records", str(place / "found.txt"), "--from", since, "--to", str(today), "--received", str(today),
        "--identity", "passport", "--seen-by", "Desk 4", "--seen-on", str(today), "--by", "Desk 4",
    )  # fmt: skip
    walk.collect("`recuse accounting new`", "accounting", "new", *asked, *there)
    name = walk.documents["`recuse accounting new`"][-1]["accounting"]
    until = ("--reason", "investigation", "--until", str(today + timedelta(days=9)))
    walk.collect("`recuse accounting hold`", "accounting", "hold", "--entry", "acts:0", *until, *chief, *there)
    found = ("--entry", "acts:0", "--entry", "acts:1", "--assistance", "none", "--by", "Desk 4")
    walk.collect("`recuse accounting prepare`", "accounting", "prepare", name, *found, *there)
    walk.collect("`recuse accounting show`", "accounting", "show", name, *there)
    walk.collect("`recuse accounting discard`", "accounting", "discard", name, *there)
    walk.collect("`recuse accounting prepare`", "accounting", "prepare", name, *found, *there)
    given = ("accounting", "release", name, *chief, "--out", str(place / "given"))
    walk.collect("`recuse accounting release`", *given, *there)
    copy = (str(place / "given/answer.json"), "--ledger", str(place / "policy/.ledger"))
    walk.collect("`recuse accounting check`", "accounting", "check", *copy, *there)
    walk.collect("`recuse accounting show`", "accounting", "show", name, *there)
    hold = walk.documents["`recuse accounting hold`"][-1]["hold"]
    over = ("--renew", hold, "--reason", "investigation", "--until", str(today - timedelta(days=1)))
    walk.collect("`recuse accounting hold`", "accounting", "hold", *over, *chief, *there)
    walk.collect("`recuse accounting new`", "accounting", "new", *asked, *there)
    lost = walk.documents["`recuse accounting new`"][-1]["accounting"]
    (place / f"policy/.ledger/accounting/{lost}.json").unlink()
    walk.collect("`recuse accounting due`", "accounting", "due", *there)
    walk.collect("`recuse accounting erase`", "accounting", "erase", name, *there)


ACCOUNTING: Final = """\
format = 1
days = 30
hold_days = 90
reasons = ["investigation"]
[withheld]
category = ["victim_witness"]
"""


def services(walk: Walk) -> None:
    """What the verbs of the services directory print, of two feeds with a fault, a merge and a contradiction."""
    papers = [{"id": "r", "document": "None"}, {"id": "q", "document": "Photo ID"}]
    untold = {"schedules": [{"id": "w"}], "phones": [{"id": "p", "number": "?"}], "unknown": 1}
    one = [item("s", required_documents=papers, **untold), item("t", url="x")]
    content = write_services(walk.folder / "services-content", one, [item("s", alert="Closed") | {"name": "Another"}])
    for verb in (("check",), ("due",), ("export", "--out", "for-editing")):
        walk.collect(f"`recuse directory {verb[0]}`", "directory", verb[0], str(content), *verb[1:])


def read_without_permit(world: World) -> dict[str, int]:
    """Rows that an account without a permit in force reads of each table and view, as each class that it may enter."""
    relations = (
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname IN ('records', 'exchange', 'analysis') AND c.relkind IN ('r', 'p', 'v', 'm')"
    )
    classes = "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = %s::regrole"
    found: dict[str, int] = {}
    with psycopg.connect(world.dsn("ice_ero_desk"), autocommit=True) as connection:
        names = connection.execute(relations).fetchall()
        for (role,) in connection.execute(classes, ("ice_ero_desk",)).fetchall():
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
            for name in names:
                found.setdefault(f"{role} {'.'.join(name)}", 0)
                with suppress(psycopg.errors.InsufficientPrivilege):
                    cursor = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*name)))
                    found[f"{role} {'.'.join(name)}"] += sum(row[0] for row in cursor)
    return found


def plain(text: str) -> str:
    """Without frames and line breaks, which depend on the width of a terminal."""
    return " ".join(re.sub(r"[─-╿]", " ", text).split())


def shown() -> list[tuple[int, str]]:
    """Each `text` block of the guide with the number of the block of commands above it."""
    found, number = [], -1
    for language, text in blocks(GUIDE):
        number += language == "sh"
        if language == "text":
            found.append((number, text))
    return found


@pytest.mark.parametrize(("number", "phrases"), shown(), ids=lambda each: str(each).split("\n")[0][:60])
def test_the_guide_shows_what_is_printed(walk: Walk, number: int, phrases: str) -> None:
    output = plain(walk.printed[number][1])
    for line in phrases.splitlines():
        pattern = ".*?".join(re.escape(plain(part)) for part in line.split("…"))
        assert re.search(pattern, output), f"`{line}` is not in:\n{output[:3000]}"


def test_every_command_of_the_guide_ran(walk: Walk) -> None:
    assert [ran for ran, _ in walk.printed] == [text for language, text in blocks(GUIDE) if language == "sh"]
    verbs = {line.split()[1] for ran, _ in walk.printed for line in ran.splitlines() if line.startswith("recuse ")}
    first, later = {"reach", "init", "check", "plan", "sign", "apply"}, {"verify", "why", "permit", "ledger"}
    assert verbs == first | later | {"new", "content", "publish"}


# --- the machine interface ---


def differences(documented: Any, printed: Sequence[Any], path: str = "$") -> Iterator[str]:
    """Where real values and a documented example differ in keys or kinds. `…` stands for any key, and for any value."""
    if documented == "…":
        return
    if isinstance(documented, dict):
        if not all(isinstance(value, dict) for value in printed):
            yield f"{path}: an object is documented"
            return
        if "…" in documented:
            yield from differences(documented["…"], [each for value in printed for each in value.values()], f"{path}.…")
            return
        for value in printed:
            for key in documented.keys() ^ value.keys():
                yield f"{path}.{key}: only {'documented' if key in documented else 'printed'}"
        for key in documented:
            yield from differences(documented[key], [value[key] for value in printed if key in value], f"{path}.{key}")
    elif isinstance(documented, list):
        if not all(isinstance(value, list) for value in printed):
            yield f"{path}: a list is documented"
            return
        elements = [each for value in printed for each in value]
        if documented and not elements:
            yield f"{path}: documented, and never seen"
        elif documented:
            yield from differences(documented[0], elements, f"{path}[]")
        elif elements:
            yield f"{path}: printed with elements, documented without"
    else:
        optional = isinstance(documented, str) and documented.endswith(" or null")
        for value in printed:
            if not (type(value) is type(documented) or (value is None and optional)):
                yield f"{path}: {value!r} printed, {documented!r} documented"
                return


def examples() -> dict[str, Any]:
    """The JSON example under each heading of the machine interface."""
    headings = re.findall(r"^## (.*)$", INTERFACE.read_text(), re.MULTILINE)
    found = {}
    for heading in headings:
        for language, text in blocks(INTERFACE, f"## {heading}"):
            if language == "json":
                found[heading] = json.loads(text)
    return found


@pytest.mark.parametrize("heading", sorted(examples()))
def test_documented_keys_are_those_printed(walk: Walk, heading: str) -> None:
    assert list(differences(examples()[heading], walk.documents[heading])) == []


def test_every_document_collected_is_documented(walk: Walk) -> None:
    assert set(walk.documents) == set(examples())


def test_a_planted_key_is_noticed() -> None:
    assert list(differences({"a": 1}, [{"a": 1, "b": 2}])) == ["$.b: only printed"]
    assert list(differences({"a": [{"b": 1}]}, [{"a": []}])) == ["$.a: documented, and never seen"]
    assert list(differences({"…": "text or null"}, [{"x": None}, {"y": 3}])) != []
    assert list(differences([{"a": "x"}], [[{"a": 1}]])) != []


# --- rights, and signing by hand ---


def test_the_least_rights_are_those_written_down(walk: Walk) -> None:
    """`reach` needs no more than CONNECT, also when the policy is enforced; `plan` and `verify` need more then."""
    assert walk.shell("recuse reach service=plain records.person.phone").returncode == 0
    for verb in ("plan -r policy --dsn service=plain", "verify -r policy --no-record --dsn service=plain"):
        refused = walk.shell(f"recuse {verb}")
        assert refused.returncode == 2, verb
        assert "may not read the tables of the schema `recuse`" in refused.stdout


def test_a_directive_is_signed_with_stock_tools(walk: Walk, tmp_path: Path) -> None:
    """The reference page's commands make a signature that `recuse check` accepts, from a key with a passphrase."""
    walk.shell("rm -rf by-hand && cp -r policy by-hand && rm by-hand/directives/*/*.sig by-hand/directives/*/conf*")
    assert walk.shell("ssh-keygen -q -p -f directs -P '' -N 'a passphrase'").returncode == 0
    refused = walk.shell("recuse sign civil-immigration -k directs -r by-hand")
    assert refused.returncode == 2
    assert "ssh-keygen -Y sign" in refused.stdout
    answer = tmp_path / "answer"
    answer.write_text("#!/bin/sh\necho 'a passphrase'\n")
    answer.chmod(0o700)
    asked = f"export SSH_ASKPASS={answer} SSH_ASKPASS_REQUIRE=force\n"
    (commands,) = (text for language, text in blocks(REPOSITORY, "## Signing without `recuse`") if language == "sh")
    done = walk.shell(asked + commands, walk.folder / "by-hand")
    assert done.returncode == 0, done.stdout
    assert "directive `civil-immigration` is not confirmed" in plain(walk.shell("recuse check -r by-hand").stdout)


def test_the_account_reads_nothing_before_it_declares(walk: Walk) -> None:
    """As the guide says; `ice_ero_desk` may enter a class, holds no permit, and tries every table and view."""
    assert len(walk.unpermitted) >= 13
    assert {name: rows for name, rows in walk.unpermitted.items() if rows} == {}


# --- nothing left out, nothing misnamed ---


def verbs() -> Iterator[tuple[str, click.Command]]:
    """Every verb of the command line with its command, verbs of verbs by both words."""
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
        else:
            yield from ((f"{name} {each}", inner[each]) for each in inner)


@pytest.mark.parametrize(("verb", "command"), list(verbs()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_verb_and_option_is_documented(verb: str, command: click.Command) -> None:
    text = (REFERENCE / "verbs.md").read_text()
    heading = f"\n## `recuse {verb}`\n"
    assert heading in text
    section = text.split(heading)[1].split("\n## ")[0]
    everywhere = text.split("\n## ")[0]
    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("-"):
                assert f"`{option}`" in section or f"`{option}`" in everywhere, f"{verb} {option}"
    assert f"`recuse {verb.partition(' ')[0]}" in (ROOT / "README.md").read_text()


def test_no_verb_is_documented_that_does_not_exist() -> None:
    documented = set(re.findall(r"^## `recuse ([a-z -]+)`$", (REFERENCE / "verbs.md").read_text(), re.MULTILINE))
    assert documented == {name for name, _ in verbs()}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_resolves(page: Path) -> None:
    text = FENCE.sub("", page.read_text())
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), target


def anchors(page: Path) -> set[str]:
    """The anchors that a forge gives to a page's headings."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def codes() -> set[str]:
    """Every code of a finding, residual, outside question or hazard that the sources can print."""
    tables = (residual_sentences.RESIDUAL, verify.OUTSIDE, beside.RESIDUAL, beside.OUTSIDE)
    found = {code for table in tables for code in table} | {kind.code for kind in KINDS.values() if kind.code}
    found |= {weakness.code for weakness in WEAKNESSES.values()} | {told(()).code, "attempt-under"}
    found |= {f"unbound-{use}" for use in UNBOUND_USES - {"superuser"}}
    for path in (ROOT / "src").rglob("*.py"):
        for written in re.findall(r'\bcode="([a-z-]+)"|"code": "([a-z-]+)"|Hazard\(\s*"([a-z-]+)"', path.read_text()):
            found.add("".join(written))
    return found


def test_every_code_is_documented() -> None:
    text = (REFERENCE / "verify.md").read_text() + INTERFACE.read_text()
    assert len(codes()) > 35
    assert sorted(code for code in codes() if f"`{code}`" not in text) == []


def test_every_mechanism_not_examined_is_documented() -> None:
    mechanisms = [query.title for query in queries("present")]
    assert mechanisms
    text = (REFERENCE / "verify.md").read_text()
    assert [name for name in mechanisms if f"`{name}`" not in text] == []


def never() -> dict[str, str]:
    """The words of the glossary's last column, each with the word to use; not those allowed there, with a reason."""
    found = {}
    for row in re.findall(r"^\| (.*) \|$", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE):
        cells = [cell.strip() for cell in row.split(" | ")]
        if len(cells) == 3 and cells[0] != "word":
            bare = re.sub(r"[\w ]+\([^)]*\)", "", cells[2])
            found.update({word.strip(): cells[0] for word in bare.split(",") if word.strip()})
    return found


@pytest.mark.parametrize("page", [ROOT / "README.md", GUIDE], ids=lambda path: path.name)
def test_words_of_the_glossary(page: Path) -> None:
    text = FENCE.sub("", page.read_text())
    assert len(never()) > 30
    for word, instead in never().items():
        found = re.search(rf"\b{re.escape(word)}s?\b", text, re.IGNORECASE)
        assert found is None, f"{page.name}: `{word}`; the word is `{instead}`"


# --- decisions ---


def test_decisions_are_numbered_and_listed() -> None:
    folder = ROOT / "docs/decisions"
    records = sorted(path.name for path in folder.glob("0*.md"))
    assert [name[:4] for name in records] == [f"{n:04}" for n in range(1, len(records) + 1)]
    index = (folder / "README.md").read_text()
    for name in records:
        assert f"]({name})" in index
        text = (folder / name).read_text()
        assert [line for line in text.splitlines() if line.startswith("## ")] == [
            "## Context", "## Decision", "## Consequence"
        ], name  # fmt: skip
        title = text.splitlines()[0].removeprefix("# ")
        assert f"[{title}]" in index, name


# --- the table of modules ---


def module_table() -> str:
    """ARCHITECTURE.md's last table: each module with its one idea, from the module itself."""
    package = ROOT / "src/recuse"
    rows = ["| module | idea |", "|---|---|"]
    for path in sorted(package.rglob("*.py")):
        name = ".".join(path.relative_to(package).with_suffix("").parts).removesuffix(".__init__")
        if name != "__init__":
            idea = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]
            rows.append(f"| `{name}` | {idea.rstrip('.')} |")
    return "\n".join(rows) + "\n"


def test_every_module_is_in_the_architecture() -> None:
    written = (ROOT / "ARCHITECTURE.md").read_text()
    assert written.endswith(module_table()), "run `.venv/bin/python -m tests.test_docs`"


def test_the_floors_drawn_are_those_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = [layer.replace("recuse.", "") for layer in contracts[0]["layers"]]
    drawn = next(text for language, text in blocks(ROOT / "ARCHITECTURE.md", "## Floors") if language == "text")
    heads = [re.split(r"\s{2,}", line)[0] for line in drawn.splitlines()]
    assert [sorted(head.split(" | ")) for head in heads] == [sorted(floor.split(" | ")) for floor in floors]


if __name__ == "__main__":
    page = ROOT / "ARCHITECTURE.md"
    page.write_text(page.read_text().partition("| module | idea |")[0] + module_table())
