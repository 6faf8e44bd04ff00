"""A policy repository signed by two officials with keys of their own, and a console over it and over drafts."""

import shutil
import subprocess
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
