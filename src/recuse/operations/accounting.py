"""Accountings at work: requests of persons, and what is held back; joins ledgers, policy and what is kept beside them.

Order: what is kept is kept before the entry that binds it. A decision to hold back counts from its entry on; one that
is kept and was never recorded holds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.disclosure import due, holds
from recuse.disclosure.asked import PersonRequest, asked_body, problems
from recuse.disclosure.kept import Kept
from recuse.disclosure.lines import LedgerName, Register, check_places, place_of
from recuse.disclosure.settings import Settings
from recuse.errors import InputError
from recuse.ledger import JSON, Entry, encode
from recuse.ledger.shared import share_ledger
from recuse.model import Repository
from recuse.operations import record
from recuse.operations.accounting_settings import SETTINGS, settings_of
from recuse.operations.attesting import attested, official_of
from recuse.operations.kept_accounting import Shelf
from recuse.operations.kept_assistance import FileStore
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.requests.store import Store

RECORD: Final = ".decisions"
SALT: Final = 32


@dataclass(frozen=True, slots=True)
class Bureau:
    """Where accountings are made: the policy, its settings, both ledgers, and what is kept beside them."""

    workspace: Workspace
    settings: Settings
    folders: Mapping[LedgerName, Path]
    shelf: Shelf
    store: Store
    today: date

    @property
    def repository(self) -> Repository:
        """The policy repository."""
        return self.workspace.repository

    def due(self, received: date) -> date:
        """By when a request received on this day is to be answered."""
        return received + timedelta(days=self.settings.days)

    @property
    def register(self) -> Register:
        """What turns entries into words."""
        return register_of(self.workspace)

    def entries(self) -> dict[LedgerName, Sequence[Entry]]:
        """Every entry of both ledgers, of those that are there."""
        return {name: record.entries(folder) for name, folder in self.folders.items()}

    def acts(self) -> tuple[Entry, ...]:
        """Every entry of the record of acts."""
        return record.entries(self.folders["acts"])

    def holds(self) -> tuple[holds.Hold, ...]:
        """What is held back, each by its newest decision."""
        return holds.standing(self.acts(), self.shelf.holds())

    def begin(self) -> None:
        """Make the record of acts where there is none yet: what is kept lies in its folder."""
        record.open_or_create(self.folders["acts"], self.repository.ledger_origin).close()

    def append(self, kind: str, body: Mapping[str, JSON]) -> int:
        """Make an entry durable; its number."""
        shared = share_ledger(self.folders["acts"])
        try:
            return shared.append([encode(kind, clock.now(), body)])
        finally:
            shared.close()


def open_bureau(
    repository: Path, settings: Path | None, folders: tuple[Path | None, Path | None], store: Store | None = None
) -> Bureau:
    """The bureau over this repository; `folders` are those of the record of acts and of decisions, None where usual.

    Raises RepositoryError for settings that cannot be used, InputError where there are none.
    """
    ledger = record.ledger_folder(repository, folders[0])
    decisions = folders[1] if folders[1] is not None else repository / RECORD
    workspace = open_with_ledger(repository, ledger, draft=True)
    found = settings_of(settings if settings is not None else repository / SETTINGS, workspace.repository)
    places: dict[LedgerName, Path] = {"acts": ledger}
    if decisions.exists():
        places["decisions"] = decisions
    elif folders[1] is not None:
        raise InputError(f"there is no record of decisions in `{decisions}`", "name its folder")
    return Bureau(workspace, found, places, Shelf(ledger), store or FileStore(ledger), clock.today())


def register_of(workspace: Workspace) -> Register:
    """What turns entries into words under this policy."""
    rules = (*workspace.rules.rules, *workspace.rules.assistance)
    return Register(workspace.repository, {each.id: each.directive for each in rules})


def take_in(bureau: Bureau, request: PersonRequest, *, dry_run: bool) -> Kept:
    """Keep and record a request of a person. InputError with every problem."""
    found = tuple(problems(request, bureau.today))
    if found:
        raise InputError("\n".join(found), "mend the request and give it again")
    kept = Kept(clock.random_bytes(SALT), request)
    if not dry_run:
        bureau.begin()
        bureau.shelf.keep(kept)
        bureau.append("accounting_asked", asked_body(request, kept.commitment))
    return kept


def hold(bureau: Bureau, wanted: holds.Hold, key: Path | None, *, dry_run: bool) -> holds.Hold:
    """Hold back, renew or end, by an official in office with the role *attest*; recorded without what it is about."""
    official = official_of(bureau.repository, wanted.official, "attest")
    known = {each.id: each for each in bureau.holds()}
    before = known.get(wanted.id)
    holds.check(wanted, bureau.settings, before)
    if before is None:
        check_places(bureau.entries(), map(place_of, wanted.entries))
    kept = holds.KeptHold(clock.random_bytes(SALT), wanted)
    text = holds.statement(wanted, kept.commitment)
    signature = attested(bureau.repository, "the decision to hold back", text, official.id, key)
    if not dry_run:
        bureau.begin()
        bureau.shelf.keep_hold(kept, clock.random_name(16))
        bureau.append(holds.KIND, holds.body_of(kept, official.office, signature, renews=before is not None))
    return wanted


def erase(bureau: Bureau, name: str, *, dry_run: bool) -> None:
    """Take away all that is kept of an accounting for good; what the ledger has of it remains."""
    bureau.shelf.find(name)
    if not dry_run:
        bureau.append("erased", {"request": name})
        bureau.shelf.erase(name)


def duties(bureau: Bureau) -> tuple[tuple[due.Duty, ...], tuple[tuple[str, str], ...]]:
    """What is to be answered, and where ledger and files do not agree."""
    acts, kept = bureau.acts(), bureau.shelf.kept()
    return due.duties(acts, kept, bureau.holds(), bureau.today), tuple(due.differences(acts, kept))
