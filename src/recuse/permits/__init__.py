"""Requests and permits: asked for, answered, ended, and how each stands; keeper, ledger and databases passed in."""

from recuse.permits.answering import (
    AS_ASKED,
    Answer,
    Narrowing,
    approve,
    issue,
    refusal,
    refuse,
    withdraw,
)
from recuse.permits.asking import ask
from recuse.permits.checks import check, narrowed, opens, problems
from recuse.permits.ending import lapse, revoke, unused
from recuse.permits.glass import break_glass, overdue, review_glass
from recuse.permits.office import Counter, EndSessions, Keeper, Office, Record
from recuse.permits.people import Actor, mark_of
from recuse.permits.register import Approval, Closed, Glass, Placed, Register, permit_of
from recuse.permits.survey import GlassState, Line, State, survey
from recuse.permits.terms import ANSWERED_WITHIN, LONGEST, REVIEWED_WITHIN, Terms, lapses_of, terms_of
from recuse.permits.written import (
    KINDS,
    Note,
    commitment_of,
    issued_body,
    note_payload,
    parse_note,
    parse_payload,
    payload,
    refused_body,
    request_body,
)

__all__ = [
    "ANSWERED_WITHIN",
    "AS_ASKED",
    "KINDS",
    "LONGEST",
    "REVIEWED_WITHIN",
    "Actor",
    "Answer",
    "Approval",
    "Closed",
    "Counter",
    "EndSessions",
    "Glass",
    "GlassState",
    "Keeper",
    "Line",
    "Narrowing",
    "Note",
    "Office",
    "Placed",
    "Record",
    "Register",
    "State",
    "Terms",
    "approve",
    "ask",
    "break_glass",
    "check",
    "commitment_of",
    "issue",
    "issued_body",
    "lapse",
    "lapses_of",
    "mark_of",
    "narrowed",
    "note_payload",
    "opens",
    "overdue",
    "parse_note",
    "parse_payload",
    "payload",
    "permit_of",
    "problems",
    "refusal",
    "refuse",
    "refused_body",
    "request_body",
    "review_glass",
    "revoke",
    "survey",
    "terms_of",
    "unused",
    "withdraw",
]
