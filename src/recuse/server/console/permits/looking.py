"""Every request and permit that a person sees, as it stands now; also those of a database that cannot be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from recuse.model import Permit, Repository, Request
from recuse.permits import Line, Office, Register, survey
from recuse.permits.people import asked_it
from recuse.server.console.assistance.work import Frame, visitor_of
from recuse.server.console.permits.people import sees
from recuse.server.console.permits.service import Permits


@dataclass(frozen=True, slots=True)
class Row:
    """A request or permit as it stands. `agency` is empty where nothing names it, `request` None where none is kept.

    `unasked` says why its database cannot be asked now; then what is known is what the record says.
    """

    line: Line
    agency: str
    request: Request | None
    own: bool
    issued: bool
    unasked: str = ""

    @property
    def state(self) -> str:
        """The word for how it stands."""
        return "not known" if self.unasked and self.issued and self.line.state != "revoked" else self.line.state

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return not self.issued and self.line.state in ("pending", "approved")

    @property
    def deadline(self) -> datetime:
        """When an open one is answered no more."""
        return self.line.lapses or self.line.until


@dataclass(frozen=True, slots=True)
class Looked:
    """What a person sees: rows, those whose access ends last first; and the systems that cannot be asked, with why."""

    office: Office
    register: Register
    permits: Mapping[str, Permit]
    rows: tuple[Row, ...]
    unasked: Mapping[str, str]

    def row(self, name: str) -> Row | None:
        """One by its id; None where there is none, or none that this person sees."""
        return next((each for each in self.rows if each.line.id == name), None)


def look(service: Permits, office: Office, frame: Frame) -> Looked:
    """All that the visitor sees now. Raises LedgerError and TargetError."""
    visitor = visitor_of(frame)
    actor, register = service.actor(visitor), office.register()
    asked, unasked = service.rows()
    lines = survey(register, {**dict.fromkeys(unasked, ()), **asked}, office.now())
    rows = []
    for line in lines:
        agency = _agency(office.repository, register, line)
        if not sees(office.repository, visitor, agency):
            continue
        request, why = register.requests.get(line.id), unasked.get(line.system, "")
        own = request is not None and asked_it(request, actor)
        shown = replace(line, mismatch=None) if why else line
        rows.append(Row(shown, agency, request, own, line.id in register.issued or line.used is not None, why))
    permits = {each.id: each for every in asked.values() for each in every}
    return Looked(office, register, permits, tuple(reversed(rows)), unasked)


def _agency(repository: Repository, register: Register, line: Line) -> str:
    """Whose it is: as recorded when it was asked for, or by the account that the database names."""
    recorded = register.requested.get(line.id, {}).get("agency")
    account = repository.accounts.get(f"{line.system}/{line.login}")
    return str(recorded) if recorded else account.agency if account else ""
