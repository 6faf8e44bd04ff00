"""What the ledger and what is kept beside it say of each request: the register over which every act is judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from recuse.errors import InputError, LedgerError
from recuse.ledger.entry import JSON, Entry
from recuse.model import Permit, Request

Placed = Iterable[tuple[int, Entry]]
"""Entries with the place of each in the ledger, in its order."""


@dataclass(frozen=True, slots=True)
class Approval:
    """That somebody approved, for how long and for which purpose at most; `by` is their mark."""

    at: datetime
    by: str
    until: datetime
    purpose: str


@dataclass(frozen=True, slots=True)
class Closed:
    """That a request ended without a permit: refused by a reviewer, or withdrawn by who asked."""

    word: Literal["refused", "withdrawn"]
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Glass:
    """That a permit was issued by who asked. `justified` is what another person found, None until then."""

    at: datetime
    by: str
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None
    justified: bool | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """What is recorded: requests as kept (by id), and the entries about each, with the place of those that issued.

    `issued` holds permits of a broken glass too. `revoked` are those that ended, also because they `lapsed` unused.
    """

    requests: Mapping[str, Request]
    commitments: Mapping[str, str]
    requested: Mapping[str, Mapping[str, JSON]]
    issued: Mapping[str, tuple[int, Mapping[str, JSON]]]
    revoked: frozenset[str]
    lapsed: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    approved: Mapping[str, tuple[Approval, ...]] = field(default_factory=dict)
    closed: Mapping[str, Closed] = field(default_factory=dict)
    glasses: Mapping[str, Glass] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, tuple[str, Request]], entries: Iterable[Entry]) -> "Register":
        """The register over kept requests (each with its commitment) and all entries of the ledger."""
        return cls.placed(kept, enumerate(entries))

    @classmethod
    def placed(cls, kept: Mapping[str, tuple[str, Request]], entries: Placed) -> "Register":
        """The register over kept requests and entries with their places; those of no kind in `KINDS` may be missing."""
        made = _Making()
        for index, entry in entries:
            made.add(index, entry)
        return cls(
            requests={name: request for name, (_, request) in kept.items()},
            commitments={name: commitment for name, (commitment, _) in kept.items()},
            requested=made.requested,
            issued=made.issued,
            revoked=frozenset(made.ended),
            lapsed=frozenset(name for name, kind in made.ended.items() if kind == "lapsed"),
            erased=frozenset(made.erased),
            approved={name: tuple(each) for name, each in made.approved.items()},
            closed=made.closed,
            glasses=made.glasses,
        )

    def request(self, name: str) -> Request:
        """A request that is kept as it was recorded; InputError for an unknown one, LedgerError for an altered one."""
        if name not in self.requested:
            raise InputError(f"there is no request `{name}` in the ledger", "list them with `recuse permit list`")
        if self.commitments.get(name) != self.requested[name]["commitment"]:
            raise LedgerError(f"request `{name}` is missing or not what was recorded", "restore it, or ask again")
        return self.requests[name]

    def marks(self, name: str) -> frozenset[str]:
        """The marks of those who have approved a request."""
        return frozenset(each.by for each in self.approved.get(name, ()))

    def approved_as(self, name: str) -> Request:
        """A request as those who approved it narrowed it: its end and its purpose. Raises as `request`."""
        request = self.request(name)
        for each in self.approved.get(name, ()):
            request = replace(request, until=min(request.until, each.until), purpose=each.purpose)
        return request

    def permit(self, name: str) -> Permit:
        """A permit as it was recorded, before the database has given it its beginning. Raises as `request`."""
        self.request(name)
        return self.recorded(name)

    def recorded(self, name: str) -> Permit:
        """A permit as `permit` gives it, whether or not its request is kept as it was recorded."""
        index, body = self.issued[name]
        return permit_of(replace(self.requests[name], purpose=str(body["purpose"])), until_of(body), index)


class _Making:
    """Takes entries one by one."""

    def __init__(self) -> None:
        self.requested: dict[str, Mapping[str, JSON]] = {}
        self.issued: dict[str, tuple[int, Mapping[str, JSON]]] = {}
        self.ended: dict[str, str] = {}
        self.erased: set[str] = set()
        self.approved: dict[str, list[Approval]] = {}
        self.closed: dict[str, Closed] = {}
        self.glasses: dict[str, Glass] = {}

    def add(self, index: int, entry: Entry) -> None:
        body, name = entry.body, str(entry.body.get("request", ""))
        match entry.kind:
            case "requested":
                self.requested[name] = body
            case "issued" | "broke_glass":
                self.issued[name] = (index, body)
                if entry.kind == "broke_glass":
                    self.glasses[name] = Glass(entry.at, str(body["by"]))
            case "revoked" | "lapsed":
                self.ended.setdefault(name, entry.kind)
            case "erased":
                self.erased.add(name)
            case "approved":
                given = Approval(entry.at, str(body["by"]), until_of(body), str(body["purpose"]))
                self.approved.setdefault(name, []).append(given)
            case "declined" | "withdrawn":
                word: Literal["refused", "withdrawn"] = "refused" if entry.kind == "declined" else "withdrawn"
                self.closed[name] = Closed(word, entry.at, str(body["by"]))
            case "glass_reviewed" if name in self.glasses:
                self.glasses[name] = replace(
                    self.glasses[name],
                    reviewed_at=entry.at,
                    reviewed_by=str(body["by"]),
                    justified=body["justified"] is True,
                )
            case _:
                pass


def permit_of(request: Request, until: datetime, index: int) -> Permit:
    """The permit that answers a request, before the database has given it its beginning."""
    return Permit(
        id=request.id, system=request.system, login=request.login, purpose=request.purpose,
        authority=request.authority, agreement=request.agreement, case=request.case, valid_from=request.at,
        valid_until=until, ledger_index=index, revoked_at=None, used=False,
    )  # fmt: skip


def until_of(body: Mapping[str, JSON]) -> datetime:
    """When access ends, as an entry says."""
    return datetime.fromisoformat(str(body["until"]))
