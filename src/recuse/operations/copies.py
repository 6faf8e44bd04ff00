"""Whether a database is where its ledger left it: restored, promoted or copied it shows nothing until it is resumed.

A server cannot tell everything of itself: a disk that was set back is to it what a loss of power leaves. So the ledger
is the witness: what it knows and the database does not is told, whatever the database thinks of where it is.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from recuse.errors import StalePlanError, TargetError
from recuse.ledger import Entry
from recuse.model import Repository
from recuse.operations import record
from recuse.operations.compiled import check_primary
from recuse.operations.finding import Finding
from recuse.operations.kept import kept
from recuse.operations.plan import Planned
from recuse.operations.workspace import Workspace
from recuse.permits import Line, Register, survey
from recuse.targets.target import Session
from recuse.targets.whereabouts import Whereabouts

_FOLLOWED: Final = ("applied", "resumed")
RESUME: Final = "recuse apply --resume"
MOVED: Final[Mapping[str, str]] = {
    "dump": "its rows were restored from a dump, or copied",
    "system": "it is on another server than it was applied on: the system identifier is another",
    "database": "it was made from another database of this server",
    "timeline": "its server was promoted or recovered to an end: the timeline is another",
    "backup": "its server was started from a base backup",
    "restoring": "its server is recovering to a point in time",
    "unfed": "its server is a standby that no primary feeds, and its last change is over an hour old",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is, and whether it has followed its ledger.

    `behind` says that a plan was applied that it does not know, `ahead` that it has followed entries that are gone.
    """

    system: str
    where: Whereabouts
    behind: bool
    ahead: bool

    @property
    def followed(self) -> bool:
        """Whether the database is where its ledger left it."""
        return self.where.moved is None and not self.behind and not self.ahead

    def sentences(self) -> Iterator[str]:
        """Why it is not, a sentence each."""
        if self.where.moved is not None:
            yield f"the gates are shut, since {MOVED.get(self.where.moved, self.where.moved)}"
        if self.behind:
            yield "a plan was applied, by the ledger, of which the database does not know: it is an older copy"
        if self.ahead:
            yield "the database has followed entries that this ledger does not have: the ledger is an older copy"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a database stands to the ledger: where it is, and which permits it has otherwise.

    `revoked` are permits open here that the ledger has as revoked, and in a copy also those that it does not have so;
    `missing` are those in force by the ledger that are not here.
    """

    place: Place
    revoked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """Whether there is nothing to resume."""
        return self.place.followed and not self.revoked and not self.missing

    def sentences(self) -> Iterator[str]:
        """What there is to resume, a sentence each."""
        yield from self.place.sentences()
        for name in self.revoked:
            yield f"permit `{name}` is open here, and is revoked by the ledger or not recorded as it is"
        for name in self.missing:
            yield f"permit `{name}` is in force by the ledger and is not here"


def place(where: Whereabouts, system: str, entries: Sequence[Entry]) -> Place:
    """Where a database is, by what it says and what the ledger has about it."""
    applied = [e.body.get("known") for e in entries if e.kind in _FOLLOWED and e.body.get("system") == system]
    last = next((each for each in reversed(applied) if isinstance(each, int)), None)
    known = where.known
    return Place(
        system,
        where,
        behind=last is not None and known is not None and known < last,
        ahead=known is not None and known > len(entries),
    )


def check_place(found: Place, *, copies: bool) -> None:
    """Raise TargetError for a standby; StalePlanError for a copy or an older one, unless `copies` are expected."""
    check_primary(found.where, found.system)
    if not found.followed and not copies:
        reason = next(found.sentences())
        raise StalePlanError(f"system `{found.system}` is not where its ledger left it: {reason}", f"run `{RESUME}`")


def standing(session: Session, system: str, register: Register, entries: Sequence[Entry], now: datetime) -> Standing:
    """How one database stands to the ledger. Needs the right to list permits where a policy is applied."""
    where = session.whereabouts()
    found = place(where, system, entries)
    if not where.noted:
        return Standing(found)
    permits = session.desk().permits(system)
    return compared(found, register, {permit.id for permit in permits}, survey(register, {system: permits}, now))


def compared(found: Place, register: Register, here: Container[str], lines: Sequence[Line]) -> Standing:
    """What differs between the permits that are `here` and the ledger; `lines` are the survey of both."""
    running = [line for line in lines if line.id in here and line.state == "in force"]
    waiting = [line.id for line in lines if line.id not in here and line.state in ("pending", "approved")]
    copy = not found.followed
    return Standing(
        found,
        revoked=tuple(line.id for line in running if line.id in register.revoked or (copy and line.mismatch)),
        missing=tuple(name for name in waiting if name in register.issued and name not in register.revoked),
    )


def remarks(found: Standing, planned: Planned, repository: Repository) -> Iterator[str]:
    """What a plan cannot mend, a sentence each: where the database is, and which logins of accounts.toml it lacks."""
    system = found.place.system
    for sentence in found.sentences():
        yield f"system `{system}`: {sentence}; `{RESUME}` comes first"
    for account in sorted(repository.accounts.values(), key=lambda a: a.id):
        if account.system == system and account.active and account.login not in planned.found.oids:
            yield f"system `{system}`: the login `{account.login}` of accounts.toml is not there, and gets nothing"


def remarks_of(session: Session, workspace: Workspace, planned: Planned, ledger: Path) -> tuple[str, ...]:
    """`remarks` about one database, where the login may list permits; of others it is only said where they are."""
    entries = record.entries(ledger)
    name = planned.plan.system
    try:
        found = standing(session, name, Register.of(kept(ledger), entries), entries, workspace.at)
    except TargetError:
        return ()
    return tuple(remarks(found, planned, workspace.repository))


def copy_findings(found: Standing, database: str) -> Iterator[Finding]:
    """What `verify` says: one finding for a copy, and one for what the database has not followed."""
    sentences = list(found.sentences())
    where, system = found.place.where, found.place.system
    if where.moved is not None:
        yield Finding(
            code="moved",
            system=system,
            object=f"database:{database}",
            reproduce=f"-- SELECT recuse.moved() gives `{where.moved}`: {sentences.pop(0)}",
            remedy=RESUME,
        )
    if sentences:
        yield Finding(
            code="behind-ledger",
            system=system,
            object=f"database:{database}",
            door="copy",
            reproduce=f"-- {'; '.join(sentences)}",
            remedy=RESUME if not found.place.ahead else "bring back the newest copy of the ledger",
            severity="critical" if found.revoked else "high",
        )
