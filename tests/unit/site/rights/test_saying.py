"""Everything that can be said of a text or its law has words in every language, never surer than what is known."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from recuse.content.basis import Basis
from recuse.content.naming import Names
from recuse.content.states import WARNS
from recuse.content.values import KINDS, PLACES, STATUSES, SURENESS
from recuse.errors import InputError
from recuse.languages import LANGUAGES
from recuse.site.rights.lines import about_lines, brief, claim_lines
from recuse.site.rights.mixed import plain
from recuse.site.rights.saying import how_sure, place_title, reason_word, status_meaning, status_word
from recuse.site.rights.told import shelf
from tests.unit.content.example import DAY, content
from tests.unit.content.test_states import sound
from tests.unit.site.rights.example import texts

PAGE = Path(__file__).parents[4] / "docs/reference/content.md"
CODES = tuple(
    code
    for row in re.findall(
        r"^\| (`[^|]+) \| [^|]+ \| (?:withholds|warns) \|$|^\| (`[^|]+) \| its status \|", PAGE.read_text(), re.M
    )
    for code in re.findall(r"`([a-z-]+)`", "".join(row))
)


def test_the_codes_are_those_of_the_document() -> None:
    assert len(CODES) == len(set(CODES)) == 22
    assert set(CODES) > WARNS


@pytest.mark.parametrize("code", LANGUAGES)
def test_all_has_words_and_no_two_the_same(code: str) -> None:
    said = texts(code)
    for found in (
        [reason_word(said, each) for each in CODES],
        [status_word(said, each) for each in STATUSES],
        [status_meaning(said, each) for each in STATUSES],
        [place_title(said, each) for each in PLACES],
    ):
        assert len(set(found)) == len(found)
    for kind in KINDS:
        assert len({how_sure(said, Basis("in force", sure, DAY), kind) for sure in SURENESS}) == len(SURENESS)


@pytest.mark.parametrize("code", ["surprise", "fact-surprise"])
def test_a_reason_without_words_is_an_error(code: str) -> None:
    with pytest.raises(InputError, match=f"the reason `{code}` has no words for readers"):
        reason_word(texts(), code)


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_nobody_checked_has_no_day(code: str) -> None:
    said = texts(code)
    for told in (Basis("in force", "memory", None), Basis("in force", "read", None), Basis("in force", "memory", DAY)):
        assert "2026" not in how_sure(said, told, "law")
    assert "2026" in how_sure(said, Basis("in force", "read", DAY), "law")


def test_law_stands_under_its_claim() -> None:
    found = content()
    found = replace(found, site=replace(found.site, demonstration=True))
    [home] = shelf(found, "en", DAY, "home").told
    assert [plain(each) for each in claim_lines(Names(found.names), texts(), home, home.claims[0])] == [
        "Law: Example Code, section 7-1 – Status: disputed. We read about this law on November 28, 2026, not its text."
    ]
    [court] = shelf(found, "en", DAY, "court").told
    first, second = (claim_lines(Names(found.names), texts(), court, each) for each in court.claims)
    assert [plain(each) for each in first] == [
        "Rests on: Example Code, section 12-3 – Status: in force. We read its text on November 28, 2026. "
        "Law of: State of Example. It holds from: January 1, 2020."
    ]
    assert second == ("This rests on our own decision. It names no law.",)
    nothing = replace(home.claims[0], facts=(), basis=Basis("unknown", "memory", None))
    assert claim_lines(Names(found.names), texts(), home, nothing) == ("This names no law. Do not rely on it.",)


def test_several_laws_are_also_told_together() -> None:
    found = sound()
    both = replace(found.rights["home-warrant"].claims[0], facts=("EX1", "EX2"))
    facts = {**found.facts, "EX2": replace(found.facts["EX2"], until=date(2030, 1, 1), sure="secondary")}
    record = replace(found.rights["home-warrant"], claims=(both,))
    found = replace(found, rights={record.id: record}, facts=facts, site=replace(found.site, demonstration=True))
    [home] = shelf(found, "en", DAY).told
    lines = [plain(each) for each in claim_lines(Names(found.names), texts(), home, home.claims[0])]
    assert len(lines) == 3
    assert lines[1].endswith("It holds until: January 1, 2030.")
    assert lines[2] == (
        "All of this together: Status: in force. We read about this law on November 28, 2026, not its text."
    )
    twice = {**facts, "EX1": facts["EX2"]}
    [home] = shelf(replace(found, facts=twice), "en", DAY).told
    assert len(claim_lines(Names(found.names), texts(), home, home.claims[0])) == 1, "one citation is told once"


def test_who_looked_at_a_text_is_told() -> None:
    [home] = shelf(sound(), "es", DAY, "home").told
    said = [plain(each) for each in about_lines(texts("es"), home)]
    assert said == [
        "Situación al: 28 de noviembre de 2026. Próxima revisión, a más tardar: 28 de febrero de 2027.",
        "Texto en inglés: Revisado por: Ada Example (counsel) – 28 de noviembre de 2026.",
        "Traducido por una máquina. Revisado por: Ana Ejemplo (reviewer) – 28 de noviembre de 2026.",
    ]
    person = replace(home, translated_by="Eva Muster", standing=replace(home.standing, machine=False, reviewed=None))
    assert plain(about_lines(texts("es"), person)[2]) == (
        "Traducido por: Eva Muster – Ninguna persona ha revisado todavía este texto."
    )
    assert "No person" not in brief(texts(), shelf(sound(), "en", DAY, "home").told[0])
    assert "Ninguna persona" in brief(texts("es"), person)
