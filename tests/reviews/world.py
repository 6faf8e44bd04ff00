"""The demonstration's policy repository with real keys, a ledger that has begun, an access log, and public content."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest

from recuse import cli, clock
from recuse.demo.repository import officials, write_repository
from recuse.ledger import Entry, encode
from recuse.operations import record
from tests.unit.audit.logs import line, write_csv
from tests.unit.directive.keys import make_key, public_line

REVIEWER, CONFIRMER = "counsel-2016", "superintendent-2019"
PARTNER: Final = "us.dhs"
CIVIL: Final = ("imm.civil_enforcement", "administrative.warrant")


@dataclass(frozen=True, slots=True)
class Town:
    """The folder that holds it all, and the verbs in it."""

    folder: Path

    @property
    def policy(self) -> Path:
        return self.folder / "policy"

    @property
    def log(self) -> Path:
        return self.folder / "log.csv"

    @property
    def content(self) -> Path:
        return self.folder / "content"

    def run(self, *words: str | Path) -> tuple[int, Any]:
        """A verb of `recuse review` in this process: its exit code, and the one JSON document."""
        out = StringIO()
        command = ["recuse", "review", *map(str, words), "-r", str(self.policy), "--format", "json"]
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(StringIO()):
            patch.setattr(sys, "argv", command)
            code = 0
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
        return code, json.loads(out.getvalue())

    def new(self, *words: str | Path) -> Path:
        """A new draft's file."""
        code, said = self.run("new", *words)
        assert code == 0, said
        return Path(said["file"])

    def sign(self, name: str, *words: str | Path, by: str = REVIEWER) -> tuple[int, Any]:
        return self.run("sign", name, "--as", by, "-k", self.folder / by, *words)

    def confirm(self, name: str, *words: str | Path, by: str = CONFIRMER) -> tuple[int, Any]:
        return self.run("confirm", name, "--as", by, "-k", self.folder / by, *words)

    def whole(self, kind: str, *words: str | Path, **answers: str) -> tuple[str, dict[str, Any]]:
        """A review made, answered, signed and confirmed: its id, and what `confirm` printed."""
        draft = self.new(kind, *words)
        fill(draft, **answers)
        given = [word for pair in _pairs(words) for word in pair]
        assert self.sign(draft.parent.name, *given)[0] == 0
        code, said = self.confirm(draft.parent.name, *given)
        assert code == 0, said
        return draft.parent.name, said

    def due(self) -> dict[str, Any]:
        _, said = self.run("due")
        return dict(said)

    def duty(self, kind: str, agency: str | None = None) -> dict[str, Any]:
        (found,) = (each for each in self.due()["reviews"] if (each["kind"], each["agency"]) == (kind, agency))
        return dict(found)

    def entries(self) -> tuple[Entry, ...]:
        return record.entries(self.policy / ".ledger")

    def append(self, kind: str, body: dict[str, Any]) -> None:
        with record.open_or_create(self.policy / ".ledger", "records.example/recuse") as ledger:
            ledger.append([encode(kind, clock.now(), body)])

    def change(self, file: str, old: str, new: str) -> None:
        text = (self.policy / file).read_text()
        assert old in text
        (self.policy / file).write_text(text.replace(old, new, 1))


def _pairs(words: Sequence[str | Path]) -> Iterator[tuple[str | Path, str | Path]]:
    for index, word in enumerate(words):
        if word in {"--log", "--content"}:
            yield word, words[index + 1]


def fill(draft: Path, answer: str = "keep", result: str = "nil", found: str = "", **lines: str) -> None:
    """Answer every line of a draft; `lines` answer those whose names end so otherwise."""
    text = draft.read_text().replace('plan = ""', 'plan = "each line, beside the log"')
    parts = text.split("[[line]]")
    for index, part in enumerate(parts[1:], 1):
        (name,) = re.findall(r'^name = "(.*)"$', part, re.MULTILINE)
        said = next((lines[each] for each in lines if name.endswith(each)), answer)
        parts[index] = part.replace('answer = ""', f'answer = "{said}"').replace('reason = ""', 'reason = "looked at"')
    parts[0] = parts[0].replace('result = ""', f'result = "{result}"').replace('found = ""', f'found = "{found}"')
    draft.write_text("[[line]]".join(parts))


def build(folder: Path) -> Town:
    """A new town, whose ledger begins now."""
    town = Town(folder)
    keys = {name: public_line(make_key(folder / name)) for name in officials()}
    write_repository(town.policy, keys, "recuse-clear")
    town.append("staged", {"system": "clear", "stage": "observe"})
    lines = [
        line("ice_ero_017", *CIVIL, system="clear", object="records.person", category="person_identity"),
        line("ice_ero_017", *CIVIL, system="clear", object="records.person", category="person_identity"),
        line("ice_inactive", *CIVIL, system="clear", object="records.person", category="person_identity"),
        line("stranger", *CIVIL, system="clear", object="records.person", category="person_identity"),
        line("fbi_cleartask", "crim.investigation", "agreement", system="clear", agreement="2016-fbi-task-force"),
    ]
    denied = [line("cbp_desk", *CIVIL, system="clear", decision="deny") for _ in range(11)]
    write_csv(town.log, [*lines, *denied])
    town.content.mkdir()
    (town.content / "rights.toml").write_text("review_by = 2020-01-01\n")
    (town.content / "index.html").write_text("<p>rights</p>\n")
    return town


def moved(patch: pytest.MonkeyPatch, **by: int) -> None:
    """Move the clock, by days."""
    real: datetime = clock.now()
    patch.setattr(clock, "now", lambda: real + timedelta(**by))


def today() -> date:
    return clock.now().date()
