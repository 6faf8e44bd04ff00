"""Requests and permits: what may be issued under the policy in force, and what the record and a database say of each.

Pure: requests, entries, rows and the policy are passed in. What this keeps:

- A permit is issued within its request: never later, wider, for longer than 72 hours, or by who asked for it.
- What takes access away happens first and is recorded after; what gives it is recorded first and happens after. So a
  crash leaves a record of access that never was, or an end that is not recorded; both are told, and the same verb
  finishes what it began.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from recuse.errors import InputError, LedgerError, RefusedError
from recuse.ledger.entry import JSON, Entry
from recuse.model import Account, Permit, Repository, Request
from recuse.policy.contexts import Context, contexts
from recuse.policy.instruments import recognised
from recuse.policy.trees import upwards

LONGEST: Final = timedelta(hours=72)
State = Literal["pending", "lapsed", "in force", "expired", "revoked"]
_SHARED: Final = ("system", "purpose", "authority", "agreement")


@dataclass(frozen=True, slots=True)
class Register:
    """What is recorded: requests as kept (by id), and the entries about each, with their place in the ledger."""

    requests: Mapping[str, Request]
    commitments: Mapping[str, str]
    requested: Mapping[str, Mapping[str, JSON]]
    issued: Mapping[str, tuple[int, Mapping[str, JSON]]]
    revoked: frozenset[str]

    @classmethod
    def of(cls, kept: Mapping[str, tuple[str, Request]], entries: Iterable[Entry]) -> "Register":
        """The register over kept requests (each with its commitment) and all entries of the ledger."""
        requested: dict[str, Mapping[str, JSON]] = {}
        issued: dict[str, tuple[int, Mapping[str, JSON]]] = {}
        revoked: set[str] = set()
        for index, entry in enumerate(entries):
            if entry.kind == "requested":
                requested[str(entry.body["request"])] = entry.body
            elif entry.kind == "issued":
                issued[str(entry.body["request"])] = (index, entry.body)
            elif entry.kind == "revoked":
                revoked.add(str(entry.body["request"]))
        requests = {name: request for name, (_, request) in kept.items()}
        return cls(requests, {name: made for name, (made, _) in kept.items()}, requested, issued, frozenset(revoked))

    def request(self, name: str) -> Request:
        """A request that is kept as it was recorded; InputError for an unknown one, LedgerError for an altered one."""
        if name not in self.requested:
            raise InputError(f"there is no request `{name}` in the ledger", "list them with `recuse permit list`")
        if self.commitments.get(name) != self.requested[name]["commitment"]:
            raise LedgerError(f"request `{name}` is missing or not what was recorded", "restore it, or ask again")
        return self.requests[name]


@dataclass(frozen=True, slots=True)
class Line:
    """One request or permit as it stands: `until` is when access ends, `mismatch` where record and database differ.

    `used` is None where there is no permit. Without a row or a kept request, what is not known is empty.
    """

    id: str
    system: str
    state: State
    login: str
    purpose: str
    authority: str
    case: str
    until: datetime
    used: bool | None
    mismatch: str | None


def request_body(repository: Repository, request: Request, commitment: str) -> dict[str, JSON]:
    """The *requested* entry: the agency and no person, the kinds and no case; `commitment` binds all the rest."""
    return {
        "request": request.id,
        "agency": repository.accounts[f"{request.system}/{request.login}"].agency,
        **_shared(request),
        "until": _text(request.until),
        "commitment": commitment,
    }


def issued_body(request: Request, until: datetime, issuer: str, commitment: str) -> dict[str, JSON]:
    """The *issued* entry: a permit carries its request's id."""
    shared: dict[str, JSON] = {"request": request.id, **_shared(request)}
    return shared | {"until": _text(until), "issuer": issuer, "commitment": commitment}


def permit_of(request: Request, until: datetime, index: int) -> Permit:
    """The permit that answers a request, before the database has given it its beginning."""
    return Permit(
        id=request.id, system=request.system, login=request.login, purpose=request.purpose,
        authority=request.authority, agreement=request.agreement, case=request.case, valid_from=request.at,
        valid_until=until, ledger_index=index, revoked_at=None, used=False,
    )  # fmt: skip


def opens(permit: Permit, account: Account, context: Context, case: str | None, at: datetime) -> bool:
    """Whether a permit lets the account declare this at a moment, as `recuse.declare` decides.

    Whoever names no case may use any permit; one that was issued for no case serves no other.
    """
    asked = (account.system, account.login, context.circumstances.purpose, context.circumstances.authority)
    return (
        (permit.system, permit.login, permit.purpose, permit.authority) == asked
        and permit.agreement == context.agreement
        and case in {None, permit.case}
        and permit.revoked_at is None
        and permit.valid_from <= at < permit.valid_until
    )


def check(repository: Repository, request: Request, on: date) -> None:
    """Raise RefusedError with every reason why the policy does not let this request be answered with a permit."""
    found = tuple(problems(repository, request, on))
    if found:
        raise RefusedError("\n".join(found), "mend the request and ask again")


def problems(repository: Repository, request: Request, on: date) -> Iterator[str]:
    """Why the policy of a day does not open what is asked: the account, the declaration, the case, the evidence."""
    account = repository.accounts.get(f"{request.system}/{request.login}")
    if account is None:
        yield f"`{request.system}/{request.login}` is not in accounts.toml"
        return
    if request.purpose not in repository.purposes or request.authority not in repository.authorities:
        yield f"`{request.purpose}` under `{request.authority}` is not in purposes.toml and authorities.toml"
        return
    yield from _of_declaration(repository, account, request, on)
    named = [p for p in upwards(repository.purposes, request.purpose) if repository.purposes[p].case_number]
    if named and not request.case:
        yield f"purpose `{named[0]}` needs a case number"
    yield from _of_authority(repository, request)


def _of_declaration(repository: Repository, account: Account, request: Request, on: date) -> Iterator[str]:
    if not account.active:
        yield f"`{account.id}` is not active"
    asked = (request.purpose, request.authority, request.agreement)
    open_to = {
        (c.circumstances.purpose, c.circumstances.authority, c.agreement)
        for c in contexts(repository, account, on)
        if not c.standing
    }
    if asked not in open_to and account.active:
        under = f" by agreement `{request.agreement}`" if request.agreement else ""
        yield f"`{account.id}` may not declare `{request.purpose}` under `{request.authority}`{under}"


def _of_authority(repository: Repository, request: Request) -> Iterator[str]:
    authorities = [repository.authorities[name] for name in upwards(repository.authorities, request.authority)]
    wanted = dict.fromkeys(word for authority in authorities for word in authority.evidence)
    stated = {word for word, value in request.evidence.items() if value.strip()}
    stated |= {"agreement"} if request.agreement else set()
    for word in wanted:
        if word not in stated:
            yield f"authority `{request.authority}` rests on `{word}`, which is not stated"
    instruments = {word for authority in authorities for word in authority.instruments}
    if instruments and request.instrument not in instruments:
        yield f"authority `{request.authority}` needs an instrument: {', '.join(sorted(instruments))}"
    for other in recognised(repository, request.authority, request.instrument):
        if request.authority not in upwards(repository.authorities, other):
            yield f"`{request.instrument}` is an instrument of `{other}`, not of `{request.authority}`"


def narrowed(request: Request, until: datetime | None, issuer: str, now: datetime) -> datetime:
    """When the permit is to end. RefusedError when later than asked, past, over 72 hours off, or by who asked."""
    end = request.until if until is None else until
    if issuer.strip().casefold() == request.requested_by.strip().casefold():
        raise RefusedError("nobody issues what they asked for themselves", "let another person issue it")
    if end > request.until:
        raise RefusedError(
            f"the request asks for access until {_text(request.until)}", "a permit is issued for that long or shorter"
        )
    if end <= now:
        raise RefusedError(f"access was to end at {_text(end)}, which has passed", "ask again")
    if end > now + LONGEST:
        raise RefusedError(
            f"a permit runs for at most 72 hours, not until {_text(end)}", "say with --until when access is to end"
        )
    return end


def survey(register: Register, rows: Mapping[str, tuple[Permit, ...]], now: datetime) -> tuple[Line, ...]:
    """Every request and permit of the systems in `rows`, and what record and database do not agree in.

    Oldest end first. A row that the ledger does not know is told, and so is an entry that the database does not know.
    """
    by_id = {permit.id: permit for permits in rows.values() for permit in permits}
    names = {*register.requests, *register.requested, *register.issued, *by_id}
    lines = (_line(name, register, by_id.get(name), now) for name in names)
    return tuple(sorted((each for each in lines if each.system in rows), key=lambda line: (line.until, line.id)))


def _line(name: str, register: Register, row: Permit | None, now: datetime) -> Line:
    """How it stands is what the database says; only where it has no row does the record speak."""
    _, entry = register.issued.get(name, (-1, register.requested.get(name, {})))
    kept = register.requests.get(name)
    known = row or kept
    until = row.valid_until if row is not None else _until(entry) if entry else kept.until if kept else now
    revoked = row.revoked_at is not None if row is not None else name in register.revoked
    state: State = "revoked" if revoked else "expired" if until <= now else "in force"
    if row is None and not revoked:  # an issued one too: it opens nothing
        state = "lapsed" if until <= now else "pending"
    return Line(
        id=name,
        system=str(entry.get("system") or (known.system if known else "")),
        state=state,
        login=known.login if known else "",
        purpose=known.purpose if known else str(entry.get("purpose", "")),
        authority=known.authority if known else str(entry.get("authority", "")),
        case=(known.case if known else None) or "",
        until=until,
        used=row.used if row is not None else None,
        mismatch="; ".join(_mismatches(name, register, row, now)) or None,
    )


def _mismatches(name: str, register: Register, row: Permit | None, now: datetime) -> Iterator[str]:
    """What record and database do not agree in, each with what it means."""
    recorded = register.requested.get(name)
    if recorded is not None and register.commitments.get(name) != recorded["commitment"]:
        yield "the request is missing or not what was recorded"
    elif recorded is None and name in register.requests:
        yield "the request was never recorded: ask again"
    if name not in register.issued:
        if row is not None:
            yield "in the database and not in the ledger: issued past the record; revoke it"
        return
    if row is not None:
        yield from _against_record(name, register, row)
    elif name not in register.revoked and _until(register.issued[name][1]) > now:
        yield "recorded and not in the database: it opens nothing; issue it again to finish, or revoke it"


def _against_record(name: str, register: Register, row: Permit) -> Iterator[str]:
    index, body = register.issued[name]
    request = register.requests.get(name)
    if request is not None:
        recorded = permit_of(request, _until(body), index)
        given = replace(row, valid_from=recorded.valid_from, revoked_at=None, used=False)  # the database's own
        different = sorted(key for key, value in asdict(recorded).items() if getattr(given, key) != value)
        if different:
            yield f"the database's permit is not the one recorded: {', '.join(different)}"
    if row.revoked_at is not None and name not in register.revoked:
        yield "revoked in the database and not recorded: revoke it again"
    if row.revoked_at is None and name in register.revoked:
        yield "recorded as revoked and open in the database: revoke it again"


def payload(request: Request) -> bytes:
    """A request as it is kept and committed to: one line of JSON with sorted keys."""
    whole = asdict(request) | {"at": _text(request.at), "until": _text(request.until)}
    return (json.dumps(whole, sort_keys=True, ensure_ascii=False) + "\n").encode()


def parse_payload(data: bytes) -> Request:
    """Read a kept request; LedgerError unless `payload` would have written these very bytes."""
    try:
        whole = json.loads(data.decode())
        times = {key: datetime.fromisoformat(whole[key]) for key in ("at", "until")}
        request = Request(**{**whole, **times})
        if payload(request) == data:
            return request
    except (ValueError, TypeError, KeyError):
        pass
    raise LedgerError("a kept request is not as this program writes it", "restore the file")


def commitment_of(salt: bytes, data: bytes) -> str:
    """What the ledger holds of a request: without the salt nobody can try guesses against it."""
    return hmac.new(salt, data, hashlib.sha256).hexdigest()


def _shared(request: Request) -> dict[str, JSON]:
    return {key: getattr(request, key) for key in _SHARED}


def _until(body: Mapping[str, JSON]) -> datetime:
    return datetime.fromisoformat(str(body["until"]))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
