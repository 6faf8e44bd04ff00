"""Requests and permits without a database or a disk: what may be issued, and where record and database differ."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from recuse.errors import InputError, LedgerError, RefusedError
from recuse.ledger import JSON, Entry, decode, encode
from recuse.model import Account, Agreement, Authority, Permit, Purpose, Repository, Request
from recuse.permits import (
    Line,
    Note,
    Register,
    check,
    commitment_of,
    issued_body,
    narrowed,
    note_payload,
    parse_note,
    parse_payload,
    payload,
    permit_of,
    problems,
    request_body,
    survey,
)
from tests.unit.enforcement.small import DAY, SYSTEM, repository, system_of, table_map

NOW: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
SALT: Final = bytes(range(32))
ASKED: Final = Request(
    id="r1", at=NOW - HOUR, requested_by="Desk 4", on_behalf_of="Major crimes, Ms. Ü", system=SYSTEM, login="analyst",
    purpose="crime", authority="judicial.warrant", agreement=None, case="26-CR-1", instrument=None,
    evidence={"judge": "Somebody", "document_sha256": "ab" * 32}, until=NOW + 24 * HOUR,
)  # fmt: skip


def policy() -> Repository:
    analyst = Account(SYSTEM, "analyst", "centre", "personal", True, None, frozenset({"crime"}))
    whole = repository(system_of(table_map()), [analyst])
    purposes = dict(whole.purposes) | {"crime": Purpose("crime", None, "criminal", case_number=True)}
    authorities = dict(whole.authorities) | {
        "judicial": Authority("judicial", None, evidence=("judge",)),
        "judicial.warrant": Authority("judicial.warrant", "judicial", evidence=("document_sha256",)),
        "detainer": Authority("detainer", None, instruments=("I-247A",)),
        "agreement": Authority("agreement", None, evidence=("agreement",)),
    }
    agreement = Agreement(
        "exchange", frozenset({"centre"}), frozenset({"crime"}), frozenset(), "no", "x", DAY, DAY, DAY, "0" * 64
    )
    return replace(whole, purposes=purposes, authorities=authorities, agreements={"exchange": agreement})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"login": "nobody"}, ["`clear/nobody` is not in accounts.toml"]),
        ({"purpose": "pleasure"}, ["`pleasure` under `judicial.warrant` is not in purposes.toml and authorities.toml"]),
        ({"authority": "none"}, ["`clear/analyst` may not declare `crime` under `none`"]),
        ({"purpose": "removal"}, ["`clear/analyst` may not declare `removal` under `judicial.warrant`"]),
        ({"agreement": "exchange"}, [
            "`clear/analyst` may not declare `crime` under `judicial.warrant` by agreement `exchange`"
        ]),
        ({"case": None}, ["purpose `crime` needs a case number"]),
        ({"case": ""}, ["purpose `crime` needs a case number"]),
        ({"evidence": {"judge": " "}}, [
            "authority `judicial.warrant` rests on `document_sha256`, which is not stated",
            "authority `judicial.warrant` rests on `judge`, which is not stated",
        ]),
        ({"authority": "detainer"}, ["authority `detainer` needs an instrument: I-247A"]),
        ({"authority": "detainer", "instrument": "I-200"}, ["authority `detainer` needs an instrument: I-247A"]),
        ({"authority": "detainer", "instrument": "I-247A", "evidence": {}}, []),
        ({"instrument": "Form I-247A"}, ["`Form I-247A` is an instrument of `detainer`, not of `judicial.warrant`"]),
        ({"instrument": "search warrant"}, []),
        ({"authority": "agreement", "agreement": "exchange", "evidence": {}}, []),
        ({"authority": "agreement"}, [
            "`clear/analyst` may not declare `crime` under `agreement`",
            "authority `agreement` rests on `agreement`, which is not stated",
        ]),
    ],
)  # fmt: skip
def test_every_reason_against_a_request_is_told(change: dict[str, Any], expected: list[str]) -> None:
    request = replace(ASKED, **change)
    assert list(problems(policy(), request, DAY)) == expected
    if expected:
        with pytest.raises(RefusedError) as refused:
            check(policy(), request, DAY)
        assert refused.value.message.splitlines() == expected
    else:
        check(policy(), request, DAY)


def test_the_policy_of_the_day_counts() -> None:
    by_agreement = replace(ASKED, authority="agreement", agreement="exchange", evidence={})
    assert list(problems(policy(), by_agreement, date(2026, 1, 16))) != []
    inactive = replace(policy().accounts["clear/analyst"], active=False)
    closed = replace(policy(), accounts={"clear/analyst": inactive})
    assert list(problems(closed, ASKED, DAY)) == ["`clear/analyst` is not active"]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, NOW + 24 * HOUR),
        (NOW + HOUR, NOW + HOUR),
        (NOW + 24 * HOUR + timedelta(microseconds=1), "a permit is issued for that long or shorter"),
        (NOW, "which has passed"),
    ],
)
def test_a_permit_is_never_wider_than_its_request(until: datetime | None, expected: object) -> None:
    if isinstance(expected, datetime):
        assert narrowed(ASKED, until, NOW) == expected
    else:
        with pytest.raises(RefusedError, match=str(expected)):
            narrowed(ASKED, until, NOW)


def test_no_permit_runs_for_more_than_72_hours_and_none_is_cut_silently() -> None:
    longer = replace(ASKED, until=NOW + 100 * HOUR)
    assert narrowed(longer, NOW + 72 * HOUR, NOW) == NOW + 72 * HOUR
    for until in (None, NOW + 72 * HOUR + timedelta(microseconds=1)):
        with pytest.raises(RefusedError, match="at most 72 hours"):
            narrowed(longer, until, NOW)


# --- what is kept, and what is recorded ---


def test_a_request_is_printed_and_parsed() -> None:
    assert parse_payload(payload(ASKED)) == ASKED
    bare = replace(ASKED, case=None, evidence={}, agreement="exchange")
    assert parse_payload(payload(bare)) == bare
    data = payload(ASKED)
    spoilt = (data[:-1], data + b" ", data.replace(b'"case"', b'"Case"'), data.replace(b", ", b","))
    for each in (b"", b"{}", b"\xff", *spoilt):
        with pytest.raises(LedgerError, match="not as this program writes it"):
            parse_payload(each)


def test_what_an_older_version_kept_stays_as_it_was_to_the_byte() -> None:
    """Written by the version before requests lapsed: these bytes are committed to in ledgers that exist."""
    old = (
        b'{"agreement": null, "at": "2026-01-15T11:00:00.000000+00:00", "authority": "judicial.warrant", '
        b'"case": "26-CR-1", "evidence": {"judge": "Somebody"}, "id": "r1", "instrument": null, "login": "analyst", '
        b'"on_behalf_of": "Ms. \xc3\x9c", "purpose": "crime", "requested_by": "Desk 4", "system": "clear", '
        b'"until": "2026-01-16T12:00:00.000000+00:00"}\n'
    )
    request = parse_payload(old)
    assert (request.lapses, request.person, request.glass) == (None, None, None)
    assert payload(request) == old
    later = replace(request, lapses=NOW, person="https://idp.example 4711", glass="it burns")
    assert parse_payload(payload(later)) == later
    with pytest.raises(LedgerError):
        parse_payload(old.replace(b'"login"', b'"lapses": null, "login"'))


def test_a_note_is_printed_and_parsed() -> None:
    note = Note("r1", "declined", NOW, "Ms. Ü", None, "no")
    assert parse_note(note_payload(note)) == note
    for each in (b"", b"{}", b"[]", note_payload(note)[:-1], note_payload(note).replace(b"Ms", b"M\\u0073")):
        with pytest.raises(LedgerError, match="not as this program writes it"):
            parse_note(each)


def test_entries_name_no_person_and_no_case() -> None:
    """What the ledger gets can be published; what binds it to the rest cannot be guessed at."""
    made = commitment_of(SALT, payload(ASKED))
    bodies = (request_body(policy(), ASKED, made), issued_body(ASKED, ASKED.until, "permit_desk", made))
    for kind, body in zip(("requested", "issued"), bodies, strict=True):
        assert decode(encode(kind, NOW, body)).body == body
        text = json.dumps(body, ensure_ascii=False)
        for private in (ASKED.requested_by, ASKED.on_behalf_of, ASKED.login, str(ASKED.case), *ASKED.evidence.values()):
            assert private not in text
    assert commitment_of(bytes(32), payload(ASKED)) != made
    assert commitment_of(SALT, payload(replace(ASKED, case="26-CR-2"))) != made


# --- the survey ---


def entries(*kinds: str, until: datetime = ASKED.until, made: str | None = None) -> list[Entry]:
    """The entries of one request, in this order."""
    made = made or commitment_of(SALT, payload(ASKED))
    bodies: dict[str, Mapping[str, JSON]] = {
        "requested": request_body(policy(), ASKED, made),
        "issued": issued_body(ASKED, until, "permit_desk", made),
        "revoked": {"request": "r1", "system": SYSTEM, "sessions_ended": 0},
    }
    return [Entry(kind, NOW, bodies[kind]) for kind in kinds]


ROW: Final = replace(permit_of(ASKED, ASKED.until, 1), valid_from=NOW - HOUR / 2)


def surveyed(written: Iterable[Entry], row: Permit | None, *, kept: bool = True, now: datetime = NOW) -> Line:
    request = {"r1": (commitment_of(SALT, payload(ASKED)), ASKED)} if kept else {}
    (line,) = survey(Register.of(request, written), {SYSTEM: (row,) if row else ()}, now)
    return line


LATER: Final = NOW + 48 * HOUR
PAST_THE_RECORD: Final = "in the database and not in the ledger: issued past the record; revoke it"
OPEN: Final = "recorded and not in the database: it opens nothing; issue it again to finish, or revoke it"
STATES: Final = {
    "asked": (("requested",), None, NOW, "pending", None),
    "lapsed": (("requested",), None, LATER, "lapsed", None),
    "in force": (("requested", "issued"), ROW, NOW, "in force", None),
    "expired": (("requested", "issued"), ROW, LATER, "expired", None),
    "revoked": (("requested", "issued", "revoked"), replace(ROW, revoked_at=NOW), NOW, "revoked", None),
    "a crash before the database": (("requested", "issued"), None, NOW, "pending", OPEN),
    "the same, too late": (("requested", "issued"), None, LATER, "lapsed", None),
    "revoked before it was": (("requested", "issued", "revoked"), None, NOW, "revoked", None),
    "a crash before the record of the end": (
        ("requested", "issued"), replace(ROW, revoked_at=NOW), NOW, "revoked",
        "revoked in the database and not recorded: revoke it again",
    ),
    "a database restored from before the end": (
        ("requested", "issued", "revoked"), ROW, NOW, "in force",
        "recorded as revoked and open in the database: revoke it again",
    ),
    "issued past the record": (
        ("requested",), ROW, NOW, "in force", PAST_THE_RECORD,
    ),
    "a longer row": (
        ("requested", "issued"), replace(ROW, valid_until=LATER), NOW + 36 * HOUR, "in force",
        "the database's permit is not the one recorded: valid_until",
    ),
    "another's row": (
        ("requested", "issued"), replace(ROW, login="other", case="26-CR-2", ledger_index=9), NOW, "in force",
        "the database's permit is not the one recorded: case, ledger_index, login",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_how_each_stands(name: str) -> None:
    kinds, row, now, state, mismatch = STATES[name]
    line = surveyed(entries(*kinds), row, now=now)
    assert (line.state, line.mismatch) == (state, mismatch)
    assert line.used is (None if row is None else False)


def test_a_lost_or_altered_request_is_told() -> None:
    lost = surveyed(entries("requested", "issued"), ROW, kept=False)
    assert lost.mismatch == "the request is missing or not what was recorded"
    other = "0" * 64
    altered = surveyed(entries("requested", "issued", made=other), ROW)
    assert altered.mismatch == "the request is missing or not what was recorded"
    unrecorded = surveyed([], None)
    assert (unrecorded.state, unrecorded.mismatch) == ("pending", "the request was never recorded: ask again")
    unknown = surveyed([], replace(ROW, id="r2"), kept=False)
    assert "issued past the record" in str(unknown.mismatch)


def test_only_the_systems_asked_about_are_surveyed() -> None:
    assert survey(Register.of({}, entries("requested")), {"other": ()}, NOW) == ()


def test_a_request_is_read_as_it_was_recorded_or_not_at_all() -> None:
    register = Register.of({"r1": (commitment_of(SALT, payload(ASKED)), ASKED)}, entries("requested"))
    assert register.request("r1") == ASKED
    with pytest.raises(InputError, match="there is no request `r2`"):
        register.request("r2")
    altered = Register.of({"r1": ("0" * 64, ASKED)}, entries("requested"))
    with pytest.raises(LedgerError, match="missing or not what was recorded"):
        altered.request("r1")
