"""The options by which questions of `recuse new directive` are answered beforehand."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from recuse.cli.console import read_file
from recuse.directive.document import STAGES
from recuse.errors import InputError
from recuse.model import LegalBasis
from recuse.operations.drafting import Answers, read_answers


class Given:
    """What a draft says besides its rules."""

    Title = Annotated[str | None, typer.Option("--title", help="what the directive is called")]
    Id = Annotated[str | None, typer.Option("--id", help="its id and folder", show_default="day and title")]
    Effective = Annotated[str | None, typer.Option("--effective", help="from when on, as 2026-01-31T00:00:00Z")]
    DirectedBy = Annotated[str | None, typer.Option("--directed-by", help="the official who directs it")]
    Supersedes = Annotated[
        list[str] | None, typer.Option("--supersedes", help="a directive that it ends, or `none`; may be repeated")
    ]
    Stage = Annotated[str | None, typer.Option("--stage", help=f"the highest stage: {', '.join(STAGES)}")]
    CanaryAccount = Annotated[
        list[str] | None, typer.Option("--canary-account", help="enforced at stage canary; may be repeated")
    ]
    StepBackUntil = Annotated[str | None, typer.Option("--step-back-until", help="day until which one may step back")]
    Basis = Annotated[
        list[str] | None,
        typer.Option("--legal-basis", help="CITATION | STATUS | DAY CHECKED, or `none`; may be repeated"),
    ]
    Counsel = Annotated[str | None, typer.Option("--counsel", help="counsel, by official’s id, or `none`")]
    BeginWith = Annotated[
        str | None, typer.Option("--begin-with", help="a directive whose rules it begins with, or `none`")
    ]
    Cedar = Annotated[Path | None, typer.Option("--cedar", help="file with rules in Cedar")]
    From = Annotated[Path | None, typer.Option("--from", help="file (TOML) with answers; options count before it")]


def answers(file: Path | None, cedar: Path | None, given: dict[str, Any]) -> Answers:
    """What a file answers, and options in its place; values that are None answer nothing."""
    found = Answers() if file is None else read_answers(file.name, read_file(file))
    said = {key: value for key, value in given.items() if value is not None}
    if cedar is not None:
        try:
            said["cedar"] = read_file(cedar).decode()
        except UnicodeDecodeError as error:
            raise InputError(f"`{cedar}` is not text in UTF-8", "save it as UTF-8") from error
    return replace(found, **said)


def listed(words: list[str] | None) -> tuple[str, ...] | None:
    """The words of a repeated option; the one word `none` says that there are none."""
    return None if not words else () if words == ["none"] else tuple(words)


def unless_none(word: str | None) -> str | None:
    """The empty text where `none` was said."""
    return "" if word == "none" else word


def bases(words: list[str] | None) -> tuple[LegalBasis, ...] | None:
    """Citations, each with its status and the day on which that was checked."""
    found = listed(words)
    return None if found is None else tuple(map(_basis, found))


def day(word: str | None) -> date | None:
    """A calendar day."""
    try:
        return None if word is None else date.fromisoformat(word)
    except ValueError as error:
        raise InputError(f"`{word}` is not a day", "write it as 2026-01-31") from error


def _basis(word: str) -> LegalBasis:
    parts = [part.strip() for part in word.split("|")]
    if len(parts) != 3 or not all(parts):
        raise InputError(f"`{word}` is no legal basis", "write CITATION | STATUS | DAY, for example 8 USC 1373 | …")
    checked = day(parts[2])
    return LegalBasis(parts[0], parts[1], checked or date.min)
