"""Looks for what names a person or a case in what is about to be published, and refuses it.

It is the last look, not the rule: tables are made of entries that hold no such thing. It knows what can be known by its
form: addresses for mail, telephone and social security numbers, numbers that immigration authorities give to people,
numbers of cases, hours.
"""

import re
from collections.abc import Iterable
from typing import Final

from recuse.csv_text import Cell
from recuse.errors import InputError

FORMS: Final = {
    "an e-mail address": re.compile(r"[^\s@;,]+@[^\s@;,]+\.[A-Za-z]{2,}"),
    "a telephone number": re.compile(r"(?<![\w-])(?:\+?1[-. ]?)?(?:\(\d{3}\)|\d{3})[-. ]\d{3}[-. ]\d{4}(?![\w-])"),
    "a social security number": re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"),
    "a number of a person": re.compile(r"(?<!\w)A[- ]?\d{8,9}(?!\w)"),
    "a number of a case": re.compile(r"(?<!\w)\d{2,4}-?[A-Z]{1,3}-?\d{3,}(?!\w)"),
    "an hour": re.compile(r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?!\d)"),
    "a day": re.compile(r"(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)"),
}


def check_no_person(what: str, rows: Iterable[Iterable[Cell]]) -> None:
    """Raise InputError where a cell has a form that names a person, a case or a time; the message does not say it."""
    for number, row in enumerate(rows, 1):
        for cell in row:
            for form, pattern in FORMS.items():
                if isinstance(cell, str) and pattern.search(cell):
                    raise InputError(
                        f"row {number} of `{what}` has {form}, which is not published",
                        "find out which entry says it; a record must name no person",
                    )
