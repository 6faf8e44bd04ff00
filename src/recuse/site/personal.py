"""Looks for what names a person or a case in what is about to be published, and refuses it.

It is the last look, not the rule: tables are made of entries that hold no such thing. It knows what can be known by its
form: addresses for mail, telephone and social security numbers, numbers that immigration authorities give to people,
numbers of cases, hours.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from recuse.csv_text import Cell
from recuse.errors import InputError

_MONTHS: Final = "jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec"
FORMS: Final = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "an e-mail address": r"[^\s@;,]+@[^\s@;,]+\.[a-z]{2,}",
        "a telephone number": r"(?<![\w-])(?:\+?1[-. ]?)?(?:\(\d{3}\)|\d{3})[-. ]?\d{3}[-. ]?\d{4}(?![\w-])",
        "a social security number": r"(?<![\w-])\d{3}[- ]?\d{2}[- ]?\d{4}(?![\w-])",
        "a number of a person": r"(?<!\w)a[-# ]*\d{3}[- ]?\d{3}[- ]?\d{2,3}(?!\w)",
        "a number of a case": r"(?<!\w)(?:\d{2,4}[- ]?[a-z]{1,3}[- ]?\d{3,}|[b-z][a-z][- ]?\d{6})(?!\w)",
        "an hour": r"(?<![\d:])(?:(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?!\d)|(?:1[0-2]|[1-9]) ?[ap]\.?m\b)",
        "a day": r"(?<!\d)(?:(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
        r"|\d{1,2}([/.])\d{1,2}\1\d\d(?:\d\d)?)(?!\d)"
        rf"|\b(?:{_MONTHS})[a-z]*\.? \d{{1,2}}\b|\b\d{{1,2}}\.? (?:{_MONTHS})[a-z]*\b",
    }.items()
}


def check_no_person(what: str, rows: Iterable[Iterable[Cell]]) -> None:
    """Raise InputError where a cell has a form that names a person, a case or a time; the message does not say it."""
    for number, row in enumerate(rows, 1):
        for cell in map(_plain, row):
            for form, pattern in FORMS.items():
                if pattern.search(cell):
                    raise InputError(
                        f"row {number} of `{what}` has {form}, which is not published",
                        "find out which entry says it; a record must name no person",
                    )


def _plain(cell: Cell) -> str:
    """A cell as it is read: signs and digits of any script in their plain form, one dash, nothing that is not seen."""
    return "".join(map(_sign, unicodedata.normalize("NFKC", "" if cell is None else str(cell))))


def _sign(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    match unicodedata.category(sign):
        case "Cf":
            return ""
        case "Pd":
            return "-"
        case _:
            return "-" if sign == "\u2212" else sign
