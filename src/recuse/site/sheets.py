"""Sheets: what of the site is also there as a PDF, one for a topic and language, tagged for screen readers (PDF/UA-1).

A sheet is data; `print/sheet.typ` gives all of them one look. Typst sets it, and shapes every script, with fonts of the
machine that publishes; a language for which none is found has no sheets, and that is an error and not a blank page.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import typst

from recuse.errors import InputError
from recuse.languages import ENGLISH, LANGUAGES, Direction, Language

_LATIN: Final = ("Noto Sans", "DejaVu Sans", "Libertinus Serif")
_FONTS: Final = {
    "ar": ("Noto Naskh Arabic", "Noto Sans Arabic", "Amiri", "Scheherazade New", "DejaVu Sans"),
    "zh-Hans": ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Droid Sans Fallback", "WenQuanYi Micro Hei"),
}
"""Faces for each language that Latin ones do not serve; the first that is there is taken."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Words of another language within a line, in a direction of their own: a citation, a name."""

    text: str
    language: str = ENGLISH.code
    direction: Direction = "ltr"


Line = str | tuple[str | Foreign, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sheet: a heading or none, paragraphs, points of a list, and lines of small print.

    `notice` stands in a frame before all of them, its first line above the others.
    """

    heading: str = ""
    paragraphs: tuple[Line, ...] = ()
    points: tuple[Line, ...] = ()
    small: tuple[Line, ...] = ()
    level: Literal[2, 3, 4] = 2
    notice: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Half:
    """What stands on one side of a card: a heading, lines below, and small print at the foot."""

    heading: str
    points: tuple[Line, ...]
    small: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class CutOut:
    """A card to cut out and fold: its front and its back beside each other."""

    front: Half
    back: Half


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: whose it is (`author`), a banner above all where there is one, and `footer` on each page."""

    title: str
    author: str
    lead: str
    parts: tuple[Part, ...]
    footer: Line
    banner: str = ""
    cards: tuple[CutOut, ...] = ()


class Printer:
    """Makes PDFs of sheets. `folders` hold fonts beside those of the machine."""

    def __init__(self, now: datetime, folders: tuple[Path, ...] = ()) -> None:
        self._folders = folders
        self._source = (files("recuse.site") / "print/sheet.typ").read_bytes()
        self._now = int(now.timestamp())

    @cached_property
    def _fonts(self) -> typst.Fonts:
        return typst.Fonts(font_paths=[*self._folders])  # not before it is asked for: all files of fonts are looked at

    @cached_property
    def _families(self) -> frozenset[str]:
        return frozenset(self._fonts.families())

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return typst.Compiler(self._source, font_paths=self._fonts)

    def check(self, language: Language) -> None:
        """Raise InputError where no font for a language is found."""
        wanted = _FONTS.get(language.code, _LATIN)
        if not any(name in self._families for name in wanted):
            name = next(name for name, each in LANGUAGES.items() if each == language)
            raise InputError(
                f"no font for `{name}` is found: looked for {', '.join(wanted)}",
                "install one of them, name its folder with `--fonts`, or publish with `--without-pdf`",
            )

    def pdf(self, sheet: Sheet, language: Language) -> bytes:
        """A sheet as PDF/UA-1. InputError as `check`."""
        self.check(language)
        special = [name for name in _FONTS.get(language.code, ()) if name in self._families][:1]
        latin = [name for name in _LATIN if name in self._families]
        # Latin letters in an Arabic or Chinese text are set in the face of that script where it has them.
        data = asdict(sheet) | {
            "language": language.code.partition("-")[0], "direction": language.direction, "fonts": [*special, *latin],
        }  # fmt: skip
        made = self._compiler.compile(
            input=self._source, format="pdf", sys_inputs={"sheet": json.dumps(data)}, pdf_standards="ua-1",
            timestamp=self._now,
        )  # fmt: skip
        if not isinstance(made, bytes):
            raise InputError(f"the sheet `{sheet.title}` was not printed", "shorten it")
        return made
