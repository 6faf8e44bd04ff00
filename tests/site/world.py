"""The demonstration's site, published by `recuse publish` from a signed policy, a real ledger, and requests.

No database is needed: the ledger holds entries as applies and verifications write them. In every source lie words that
must not come out: `PLANTED`. `tests/site/test_personal_data.py` looks for them in all that is published.
"""

import io
import json
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import pytest

from recuse import cli, clock
from recuse.demo.repository import write_repository
from recuse.directive.in_force import Moment
from recuse.languages import Texts
from recuse.ledger import JSON, encode
from recuse.model import Repository
from recuse.operations import record
from recuse.operations.workspace import open_workspace
from recuse.policy import repository as policy_files
from recuse.site.pages import Page
from recuse.site.rendering import Renderer
from tests.requests import test_request_verb
from tests.requests.test_request_verb import COURT, Office, signed

SYSTEM: Final = "canary_system_5520"
PLANTED: Final = {
    "the name of who asked": "Quillfeather Oddsworth",
    "the name of who took it in": "Desk Marmaduke Plumtree",
    "the number of a case": "26-CR-7719003",
    "the name of who answered": "Hollis Answerwright",
    "a judge": "Judge Thistlewood Varga",
    "a court": "Court of Nettlebrook",
    "a system": SYSTEM,
    "an account": f"{SYSTEM}/canary_login_4471",
    "a login": "canary_login_4471",
    "a table": "canary_table_8852",
    "a column": "canary_column_3390",
    "a service name": "canary-service-6021",
    "the e-mail of an official": "canary.official@example.invalid",
    "SQL": "REVOKE SELECT ON canary_table",
    "the name of a session's database": "canary_database_1177",
    "the words of a search": "canary words searched",
}
"""What lies in the sources and is nobody's to read, by what it is."""
OVER: Final = "2026-08-14T10:00:00+00:00"
"""A moment in a quarter that is over, in which two requests were refused."""


@dataclass(frozen=True)
class Site:
    """A published folder, and what it was made of. `kinds` has the template of each page by its path."""

    folder: Path
    office: Office
    content: Path
    kinds: Mapping[str, str] = field(default_factory=dict)

    @property
    def repository(self) -> Repository:
        return policy_files.read_repository(self.office.policy)

    @property
    def exit_to(self) -> str:
        """Where the site sends who leaves in haste."""
        told = tomllib.loads((self.content / "site.toml").read_text(encoding="utf-8"))
        return str(told["exit_to"])


def prepared(folder: Path) -> Site:
    """What the site is made of, below this folder; nothing is published yet."""
    content = folder / "content"
    with as_file(files("recuse.demo") / "content") as shipped:
        shutil.copytree(shipped, content)
    names = content / "names.toml"
    names.write_text(
        names.read_text(encoding="utf-8").replace("[system.clear]", f"[system.{SYSTEM}]"), encoding="utf-8"
    )
    return Site(folder / "site", made_office(folder), content)


def publish(folder: Path) -> Site:
    """The whole site, below this folder."""
    made = prepared(folder)
    kinds: dict[str, str] = {}
    with _kinds_into(kinds):
        run_publish(made.content, made.folder, made.office.policy)
    return replace(made, kinds=kinds)


def run_publish(content: Path, out: Path, policy: Path) -> None:
    """`recuse publish`, which must succeed."""
    printed = io.StringIO()
    words = ["publish", str(content), "--out", str(out), "-r", str(policy), "--format", "json"]
    with redirect_stdout(printed), redirect_stderr(io.StringIO()):
        assert not cli.app(words, standalone_mode=False)
    assert json.loads(printed.getvalue())["files"] > 1


@contextmanager
def _kinds_into(kinds: dict[str, str]) -> Iterator[None]:
    """Notes the template of each page while it is rendered."""
    whole = Renderer.page

    def noted(self: Renderer, page: Page, texts: Texts) -> bytes:
        kinds[f"{texts.language.code}/{page.path}"] = page.template
        return whole(self, page, texts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Renderer, "page", noted)
        yield


def made_office(folder: Path) -> Office:
    """The signed policy with the planted words, and its ledger."""
    whole = write_repository
    with pytest.MonkeyPatch.context() as patch:

        def planted(policy: Path, keys: Mapping[str, str], _service: str, other: bool = False) -> None:
            mail = PLANTED["the e-mail of an official"]
            whole(policy, {name: f"{key} {mail}" for name, key in keys.items()}, PLANTED["a service name"], other)
            _plant(policy)

        patch.setattr(test_request_verb, "write_repository", planted)
        office = signed(folder)
    _fill(office)
    return office


def _plant(policy: Path) -> None:
    """The demonstration's system under a name that can be looked for; another account, and another table."""
    for file in policy.rglob("*.toml"):
        text = re.sub(r'"clear(?=["/])', f'"{SYSTEM}', file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
    (policy / "categories" / "clear.toml").rename(policy / "categories" / f"{SYSTEM}.toml")
    with (policy / "accounts.toml").open("a") as accounts:
        accounts.write(
            f'\n[[account]]\nid = "{PLANTED["an account"]}"\nagency = "us.dhs.ice.ero"\n'
            'use = "personal"\nactive = true\n'
        )
    with (policy / "categories" / f"{SYSTEM}.toml").open("a") as categories:
        categories.write(
            f'\n[[table]]\nname = "records.{PLANTED["a table"]}"\ncategory = "contact_information"\n'
            f'key = ["{PLANTED["a column"]}"]\n'
        )


def _fill(office: Office) -> None:
    """The record of a body that has decided, applied and verified, and was asked for help."""
    ledger = office.policy / ".ledger"
    workspace = open_workspace(office.policy, Moment(clock.now(), {}), draft=False)
    with record.open_or_create(ledger, "records.example/recuse") as opened:
        record.append_new(opened, (), record.attestations(workspace.repository, workspace.attested))
        opened.append([encode(kind, clock.now(), body) for kind, body in _happened(workspace.repository.policy_sha256)])
    _ask(office)


def _happened(policy_sha256: str) -> Iterator[tuple[str, Mapping[str, JSON]]]:
    """Entries as apply, watch, verify and the console write them, with what no reader is to see."""
    login, account = PLANTED["a login"], PLANTED["an account"]
    digest = "5e" * 32
    shared: dict[str, JSON] = {
        "system": SYSTEM, "stage": "enforce", "directives": ["2019-07-12-civil-immigration"],
        "fingerprint_before": digest,
    }  # fmt: skip
    yield "planned", {**shared, "plan_sha256": digest, "policy_sha256": policy_sha256, "severs": [login]}
    session: dict[str, JSON] = {
        "commitment": digest, "kind": "client backend", "login": login, "pid": 4471,
        "query": PLANTED["SQL"], "database": PLANTED["the name of a session's database"],
    }  # fmt: skip
    yield "ended", {"system": SYSTEM, "sessions": [session]}
    done: dict[str, JSON] = {"changes": 41, "sessions_ended": 1, "severed": [login], "fingerprint_after": digest}
    yield "applied", {**shared, **done, "known": 3, "standbys": {}}
    decided: dict[str, JSON] = {
        "evaluation": "e-1", "allow": False, "reason": "no_rule", "rules": [], "account": account, "action": "read",
        "resource": f"{SYSTEM}::records::{PLANTED['a table']} contact_information", "caller": "portal",
        "purpose": "imm.civil_enforcement", "authority": "none", "case": PLANTED["the number of a case"],
    }  # fmt: skip
    yield "decided", decided
    yield "searched", {"by": PLANTED["the e-mail of an official"], "words": PLANTED["the words of a search"]}
    yield "verified", {
        "system": SYSTEM, "verdict": "holds", "findings": {"shared-account": 2}, "accepted": {"version-floor": 1},
        "doors": {}, "order": 2, "attempts": 3978, "known_by": "attempt", "server_version": "18.6",
        "document_sha256": digest,
    }  # fmt: skip
    yield "stated", {
        "verdict": "holds", "systems": 1, "known_by": "attempt", "accepted": 1, "document_sha256": digest,
    }  # fmt: skip


def _ask(office: Office) -> None:
    """Three requests: a judge's warrant, which is helped with, and two that the policy refuses."""
    evidence = tuple(
        each.replace("Cook County", PLANTED["a court"]).replace("A Judge", PLANTED["a judge"]) for each in COURT
    )
    other = PLANTED["the name of who answered"]
    people = {"asked_by": PLANTED["the name of who asked"], "by": PLANTED["the name of who took it in"]}
    people["case"] = PLANTED["the number of a case"]
    asked = office.ask("--category", "custody", kind="data_access", evidence=evidence, **people)  # type: ignore[arg-type]
    office.document("answer", asked["request"], "complied", "--by", other)
    civil = {"purpose": "imm.civil_enforcement", "evidence": (), **people}
    first = office.ask("--instrument", "I-247A", kind="detainer", authority="administrative.detainer", code=1, **civil)  # type: ignore[arg-type]
    office.ask(kind="interview", authority="none", code=1, **civil)  # type: ignore[arg-type]
    office.document("answer", first["request"], "refused", "--by", other)
    _ask_earlier(office, people)


def _ask_earlier(office: Office, people: Mapping[str, str]) -> None:
    """What was received in a quarter that is over, so that there are figures of it: two refused, one not."""
    civil = {"purpose": "imm.civil_enforcement", "authority": "none", "received": OVER, "evidence": (), **people}
    office.ask(kind="detainer", code=1, **civil)  # type: ignore[arg-type]
    office.ask(kind="notification_of_release", code=1, **civil)  # type: ignore[arg-type]
    office.ask("--category", "custody", kind="data_access", received=OVER, **people)  # type: ignore[arg-type]


def last_verified(site: Site) -> str:
    """The moment of the newest verification, as the ledger has it."""
    found = record.last(site.office.policy / ".ledger", "verified", SYSTEM)
    assert found is not None
    return found.at.isoformat()
