"""Sheets as PDF: tagged, the same bytes for the same words, in every script, and none without a font."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typst

from recuse.errors import InputError
from recuse.languages import LANGUAGES
from recuse.site.sheets import CutOut, Foreign, Half, Part, Printer, Sheet

NOW = datetime(2026, 11, 28, tzinfo=UTC)
WORDS = {
    "en": "At the door",
    "es": "En la puerta",
    "zh-Hans": "在门口",
    "pl": "Przy drzwiach – żółć",
    "ar": "عند الباب",
}


def sheet(code: str) -> Sheet:
    word = WORDS[code]
    cited = (word, " ", Foreign("8 USC 1373(a)"), ".")
    parts = (
        Part(word, (f"{word} 8 USC 1373.", cited), (word, cited), ("5 ILCS 805/15", cited), notice=(word, cited)),
        Part(word, level=3), Part(word, level=4),
    )  # fmt: skip
    cards = (CutOut(Half(word, (word, cited)), Half("", (), (cited, word * 200))),)
    return Sheet(word, "Police Department (demonstration)", word, parts, cited, banner=word, cards=cards)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_sheet_is_a_tagged_pdf_of_the_same_bytes(code: str) -> None:
    made = Printer(NOW).pdf(sheet(code), LANGUAGES[code])
    assert made == Printer(NOW).pdf(sheet(code), LANGUAGES[code])
    assert made.startswith(b"%PDF-1.7")
    assert b"/MarkInfo" in made
    assert b"pdfuaid" in made
    assert f"/Lang({code.partition('-')[0]})".encode() in made


def test_what_is_written_is_text_and_never_a_command(tmp_path: Path) -> None:
    """Marks of the setting language in a text are letters of it."""
    hostile = '#panic("no") *bold* $x$ #read("/etc/passwd") \\ <label> @ref'
    made = Printer(NOW).pdf(Sheet(hostile, hostile, hostile, (Part(hostile, (hostile,)),), hostile), LANGUAGES["en"])
    assert made.startswith(b"%PDF")


@pytest.mark.parametrize("code", ["ar", "zh-Hans"])
def test_without_a_font_there_is_no_sheet(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    kept = typst.Fonts
    monkeypatch.setattr(typst, "Fonts", lambda **_: kept(include_system_fonts=False))
    with pytest.raises(InputError, match=f"no font for `{code}` is found"):
        Printer(NOW).pdf(sheet(code), LANGUAGES[code])
    assert Printer(NOW).pdf(sheet("pl"), LANGUAGES["pl"])


def test_a_compiler_that_gives_no_file_is_an_error() -> None:
    class Silent:
        def compile(self, **_: Any) -> None:
            return None

    printer = Printer(NOW)
    printer._compiler = Silent()  # type: ignore[assignment]
    with pytest.raises(InputError, match="was not printed"):
        printer.pdf(sheet("en"), LANGUAGES["en"])
