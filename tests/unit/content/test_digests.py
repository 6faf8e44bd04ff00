"""Digests: by hand they are the same, and everything that a reviewer answers for changes them."""

import re
import subprocess
from dataclasses import fields, replace
from datetime import date

import pytest

from recuse.content.digests import source_lines, source_sha256, text_lines, text_sha256
from recuse.content.values import Card, Claim, LegalFact, RightRecord, Translation
from tests.unit.content.example import PAGE, content

FOUND = content()
RECORD = FOUND.rights["home-warrant"]
SPANISH = FOUND.translations["home-warrant", "es"]


def test_the_pages_command_gives_the_digest() -> None:
    (command,) = re.findall(r"^```sh\n(printf .*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == source_sha256(RECORD) == SPANISH.source_sha256


def test_the_lines() -> None:
    assert source_lines(RECORD)[0] == "title At the door"
    assert text_lines(RECORD, FOUND.facts)[:7] == (
        "id home-warrant", "place home", "kind law", "jurisdiction us-ex", "as_of 2026-11-28", "review_by 2027-02-28",
        "title At the door",
    )  # fmt: skip
    assert text_lines(RECORD, FOUND.facts)[-5:-3] == ("fact EX2", "says " + FOUND.facts["EX2"].says)
    assert text_lines(SPANISH, FOUND.facts)[:3] == ("id home-warrant", "language es", "translated_by machine")
    court = FOUND.rights["court-promise"]
    assert "facts " in text_lines(court, FOUND.facts)
    dated = {**FOUND.facts, "EX1": replace(FOUND.facts["EX1"], until=date(2030, 1, 1))}
    assert text_lines(court, dated)[-2:] == ("effective 2020-01-01", "until 2030-01-01")


CHANGES: dict[str, object] = {
    "id": "x", "place": "work", "kind": "commitment", "jurisdiction": "us", "as_of": date(2026, 1, 1),
    "review_by": date(2028, 1, 1), "title": "x", "claims": (Claim("x", ()),), "card": Card(("x",), ()),
}  # fmt: skip


@pytest.mark.parametrize("field", [each.name for each in fields(RightRecord)])
def test_what_changes_a_records_digest(field: str) -> None:
    """All but the order on a page, the file, and the reviews themselves."""
    changes: dict[str, object] = {**CHANGES, "order": 99, "file": "x", "reviewed": ()}
    other = replace(RECORD, **{field: changes[field]})  # type: ignore[arg-type]
    assert (text_sha256(other, FOUND.facts) != text_sha256(RECORD, FOUND.facts)) == (field in CHANGES)
    assert (source_sha256(other) != source_sha256(RECORD)) == (field in {"title", "claims", "card"})


@pytest.mark.parametrize("field", [each.name for each in fields(Translation)])
def test_what_changes_a_translations_digest(field: str) -> None:
    changes: dict[str, object] = {
        "id": "x", "language": "pl", "source_sha256": "0" * 64, "translated_by": "Ada Example", "title": "x",
        "claims": ("x",), "card": Card(("x",), ()), "file": "x", "reviewed": RECORD.reviewed,
    }  # fmt: skip
    other = replace(SPANISH, **{field: changes[field]})  # type: ignore[arg-type]
    assert (text_sha256(other, {}) != text_sha256(SPANISH, {})) == (field not in {"file", "reviewed"})


@pytest.mark.parametrize("field", [each.name for each in fields(LegalFact)])
def test_what_of_a_fact_changes_a_records_digest(field: str) -> None:
    """A fact that was only checked again, or whose note was mended, needs no new review of the text."""
    changes: dict[str, object] = {
        "id": "EX9", "jurisdiction": "us", "says": "x", "citation": "x", "status": "unknown", "sure": "memory",
        "checked_on": date(2026, 1, 1), "source": "x", "note": "x", "effective": date(2026, 1, 1),
        "until": date(2030, 1, 1), "file": "x",
    }  # fmt: skip
    facts = {**FOUND.facts, "EX2": replace(FOUND.facts["EX2"], **{field: changes[field]})}  # type: ignore[arg-type]
    same = field in {"jurisdiction", "checked_on", "source", "note", "file"}
    assert (text_sha256(RECORD, facts) == text_sha256(RECORD, FOUND.facts)) == same


def test_words_do_not_flow_into_each_other() -> None:
    """Two claims are not one, and a word does not move from a claim to the card unseen."""
    one = replace(RECORD, claims=(Claim("a b", ("EX2",)),), card=Card())
    two = replace(RECORD, claims=(Claim("a", ("EX2",)), Claim("b", ("EX2",))), card=Card())
    card = replace(RECORD, claims=(Claim("a", ("EX2",)),), card=Card(("b",), ()))
    say = replace(RECORD, claims=(Claim("a", ("EX2",)),), card=Card((), ("b",)))
    assert len({source_sha256(each) for each in (one, two, card, say)}) == 4
