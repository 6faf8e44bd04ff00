"""A policy repository signed by two officials with keys of their own, and a console over it and over drafts."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp

from recuse.directive.in_force import Moment
from recuse.operations.drafting import repository_files
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.server.console import application
from recuse.server.console.directives import DirectiveDesk, Drafts, NoPlans, screens
from recuse.server.console.directives.kept import Version
from recuse.server.identity import Person
from tests.console.world import NOW, console, write

FIXTURE: Final = Path(__file__).parents[2] / "fixtures/policy"
OLD: Final = "2019-07-12-civil-immigration"
KEY: Final = b"k" * 32
BACKTEST: Final[Mapping[str, Any]] = {
    "system": "blotter", "lines": 1500, "replayable": 1200, "refused": 34,
    "by_kind": [{"kind": "criminal", "lines": 1000, "refused": 0}, {"kind": "civil", "lines": 200, "refused": 34}],
    "by_agency": [
        {"agency": "us.example.north", "lines": 700, "refused": 4},
        {"agency": "us.example.none", "lines": 300, "refused": 0},
        {"agency": "us.example.south", "lines": 200, "refused": 30},
    ],
}  # fmt: skip
"""The backtest of a plan, as far as the console shows it."""


def policy(folder: Path) -> Path:
    """The fixture's policy repository with keys of our own, its directive signed and confirmed."""
    place = Path(shutil.copytree(FIXTURE, folder / "policy"))
    text = (place / "officials.toml").read_text()
    for name in ("mayor", "chief"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)], check=True)
    mayor, chief = ((folder / f"{name}.pub").read_text().strip() for name in ("mayor", "chief"))
    first, second, *rest = text.split("keys = [")
    (place / "officials.toml").write_text(
        f'{first}keys = ["{mayor}"]{second.partition("]")[2]}keys = ["{chief}"]{rest[0].partition("]")[2]}'
        + "".join(f"keys = [{each}" for each in rest[1:])
    )
    sign_directive(place, OLD, folder / "mayor")
    confirm_directive(place, OLD, "chief-2019", folder / "chief", Answer("confirm", "only on weekdays", NOW))
    return place


@dataclass
class Planned(NoPlans):
    """Plans that somebody else makes: those put here, and which were asked for."""

    made: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def find(self, cedar_sha256: str) -> bytes | None:
        return self.made.get(cedar_sha256)

    def ask(self, version: Version, by: str) -> str:
        self.asked.append(version.draft.id)
        assert by.startswith("p-")
        return "/console/jobs/planned"


def desk(policy_folder: Path, drafts: Drafts, plans: Planned | None = None) -> DirectiveDesk:
    """The services behind the screens."""
    return DirectiveDesk(
        files=lambda: repository_files(policy_folder),
        drafts=drafts,
        plans=plans or Planned(),
        moment=lambda: Moment(NOW),
        pseudonym=pseudonym,
    )


def pseudonym(person: Person) -> str:
    return f"p-{person.subject}"


def served(folder: Path, service: DirectiveDesk, **changes: Any) -> ASGIApp:
    """The console with the screens of directives."""
    if not (folder / "ledger").exists():
        write(folder / "ledger", iter(()))
    return application(console(folder, **changes), screens(service))


def plan(cedar: str, policy_sha256: str, **changes: Any) -> bytes:
    """A plan document as `recuse plan` seals it, of these rules."""
    loses = [{"category": "person_identity", "action": "read", "rows": "all"}]
    whole = {
        "as_of": "2026-01-15", "cedar_sha256": [hashlib.sha256(cedar.encode()).hexdigest()],
        "policy_sha256": policy_sha256, "changes": [{}, {}],
        "accounts": [{"account": "blotter/removal_017", "loses": loses, "gains": []}],
        "backtest": BACKTEST, **changes, "sha256": "",
    }  # fmt: skip
    text = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return text.replace('"sha256": ""', f'"sha256": "{digest}"').encode()
