"""`recuse content`: what readers of the site are told: checked, due again, shown for review, reviewed by a person."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from recuse import clock
from recuse.cli.console import HERE, Format, FormatOption, counted, document, out, plain, printing, write_file
from recuse.cli.content_text import shown, told
from recuse.cli.times import day
from recuse.content.beginning import guesses
from recuse.content.checking import Checked, check_content
from recuse.content.digests import text_sha256
from recuse.content.due import due
from recuse.content.folder import content_files, parse_content, read_content
from recuse.content.level import Level
from recuse.content.reviewing import check_review, check_written, text_of, with_days, with_review
from recuse.content.states import Standing
from recuse.content.values import ORIGINAL, Content, Reviewed
from recuse.errors import Problem
from recuse.policy.repository import read_repository

app = typer.Typer(no_args_is_help=True, help="Check the site's texts, and record that a person reviewed one.")
ContentOption = Annotated[
    Path, typer.Option("--content", "-c", help="folder of the site's content", show_default="this folder")
]
PolicyOption = Annotated[
    Path | None, typer.Option("--repository", "-r", help="folder of the policy repository", show_default="none")
]
OnOption = Annotated[str | None, typer.Option("--on", help="as of this day, as 2026-01-31", show_default="today")]
TextArgument = Annotated[str, typer.Argument(metavar="ID", help="id of the right record")]
LanguageOption = Annotated[str, typer.Option("--language", "-l", help="of the English text, or of a translation")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="the English text is as of this day", show_default="as it stands")
]
ReviewByOption = Annotated[
    str | None, typer.Option("--review-by", help="to be reviewed again by this day", show_default="as it stands")
]
_COLOUR: Final = {"shown": "green", "shown with warnings": "yellow", "withheld": "red"}
_PRESSING: Final = {"overdue": "red", "due": "yellow", "later": "green"}


@app.command("check", epilog="Examples: recuse content check -c content -r policy · recuse content check "
             "--on 2027-03-01")  # fmt: skip
def check_(
    content: ContentOption = HERE,
    repository: PolicyOption = None,
    on: OnOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Read the content folder strictly, and say what is shown, what is missing, and what is too hard to read.

    With the policy repository, also which of its ids have no name. All problems are told at once, with file and line.
    Exit 1: something is withheld, missing or too hard to read.
    """
    human = printing(format_)
    found = read_content(content)
    policy = () if repository is None else guesses(read_repository(repository))
    checked = check_content(found, _day(on), ((kind, name) for kind, name, _ in policy))
    if human:
        _print_checked(found, checked)
    else:
        document(_checked(found, checked))
    raise typer.Exit(int(not checked.clean))


@app.command("due", epilog="Examples: recuse content due -c content · recuse content due --on 2027-03-01 --format json")
def due_(content: ContentOption = HERE, on: OnOption = None, format_: FormatOption = Format.human) -> None:
    """Show what has to be looked at again, and by when: texts, translations, legal facts.

    Exit 1: something is overdue.
    """
    human = printing(format_)
    found, today = read_content(content), _day(on)
    duties = due(found, today)
    if human:
        table = Table("what", "id", "language", "by", "state", "why")
        for each in duties:
            state = f"[{_PRESSING[each.state]}]{each.state}[/]"
            table.add_row(each.what, plain(each.id), each.language, str(each.by or "now"), state, plain(each.why))
        out.print(table)
    else:
        lines = [
            {"what": each.what, "id": each.id, "language": each.language, "by": each.by, "state": each.state,
             "why": each.why, "file": each.file}
            for each in duties
        ]  # fmt: skip
        document({"on": today, "due": lines})
    raise typer.Exit(int(any(each.state == "overdue" for each in duties)))


@app.command("show", epilog="Examples: recuse content show home-judges-warrant -c content --language es")
def show(
    text: TextArgument,
    language: LanguageOption = ORIGINAL,
    as_of: AsOfOption = None,
    review_by: ReviewByOption = None,
    content: ContentOption = HERE,
    on: OnOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Show a text as a reviewer needs it: words, law, state, and the digest to be named in the review.

    With `--as-of` and `--review-by`, as it will be when the review sets these days.
    """
    human = printing(format_)
    found = read_content(content)
    record = with_days(text_of(found, text, language), _optional(as_of), _optional(review_by))
    if human:
        for line in told(found, record, _day(on)):
            out.print(line, markup=False, soft_wrap=True)
    else:
        document(shown(found, record, _day(on)))


@app.command("reviewed", epilog="Examples: recuse content reviewed home-judges-warrant --name 'Ada Example' "
             "--role counsel --text-sha256 DIGEST --dry-run")  # fmt: skip
def reviewed(
    text: TextArgument,
    name: Annotated[str, typer.Option("--name", help="who reviewed it, by name")],
    role: Annotated[str, typer.Option("--role", help="in which role, for example counsel")],
    text_sha256_: Annotated[str, typer.Option("--text-sha256", help="digest of what was reviewed")],
    language: LanguageOption = ORIGINAL,
    on: Annotated[str | None, typer.Option("--on", help="day of the review", show_default="today")] = None,
    as_of: AsOfOption = None,
    review_by: ReviewByOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would be written and do nothing")] = False,
    content: ContentOption = HERE,
    format_: FormatOption = Format.human,
) -> None:
    """Record in the text's file that a named person reviewed exactly this text or translation.

    It shows the text first. `recuse content show` says the digest; where the text is another by now, it is refused. A
    machine's translation stays one, “translated by a machine, reviewed by …”. Exit 1: the digest is of another text.
    """
    human, problems = printing(format_), list[Problem]()
    files = content_files(content, problems)
    found = parse_content(files, problems)
    record = with_days(text_of(found, text, language), _optional(as_of), _optional(review_by))
    review = Reviewed(name, role, _day(on), text_sha256_)
    if human:
        for line in told(found, record, review.on):
            out.print(line, markup=False, soft_wrap=True)
    check_review(found, record, review, clock.today())
    raw = with_review(files[record.file], record, review)
    check_written(record, text_of(parse_content({**files, record.file: raw}), text, language), review)
    if not dry_run:
        write_file(content / record.file, raw)
    if human:
        out.print(f"{'would write' if dry_run else 'written'}: [bold]{plain(content / record.file)}[/]")
    else:
        written = {"file": str(content / record.file), "text_sha256": text_sha256(record, found.facts), "on": review.on}
        document({"id": text, "language": language, **written, "done": not dry_run})


def _optional(text: str | None) -> date | None:
    return None if text is None else day(text)


def _day(text: str | None) -> date:
    return clock.today() if text is None else day(text)


def _print_checked(content: Content, checked: Checked) -> None:
    out.print(f"[bold]{plain(content.site.title[ORIGINAL])}[/]{', a demonstration' if checked.demonstration else ''}")
    out.print(", ".join(counted(*each) for each in _counts(content)))
    table = Table("right record", *content.site.languages)
    rows: dict[str, list[str]] = {}
    for each in checked.standings:
        rows.setdefault(each.id, []).append(f"[{_COLOUR[each.state]}]{each.state}[/]")
    for name, cells in rows.items():
        table.add_row(plain(name), *cells)
    out.print(table)
    for code, count, withholds in checked.by_reason():
        out.print(f"{'withheld' if withholds else 'warning'}: {code}: {counted(count, 'text')}", markup=False)
    for lack in checked.missing:
        out.print(f"missing in {lack.language}: {lack.what} `{lack.id}`", markup=False)
    for name, level in checked.hard:
        out.print(f"hard to read in {level.language}: {name}: {_figures(level)}", markup=False)


def _figures(level: Level) -> str:
    said = [
        f"{each.name} {each.value}, {'at least' if each.lowest else 'at most'} {each.limit}" for each in level.figures
    ]
    return f"{'; '.join(said)} ({level.measure}{'' if level.validated else ', a limit of this project'})"


def _counts(content: Content) -> tuple[tuple[int, str], ...]:
    return (
        (len(content.rights), "right record"),
        (len(content.translations), "translation"),
        (len(content.facts), "legal fact"),
        (len(content.names), "name"),
        (len(content.glossary), "word"),
    )


def _checked(content: Content, checked: Checked) -> dict[str, Any]:
    return {
        "demonstration": checked.demonstration,
        "languages": list(content.site.languages),
        "counts": {noun.replace(" ", "_"): count for count, noun in _counts(content)},
        "texts": [_standing(content, each, checked.levels.get((each.id, each.language))) for each in checked.standings],
        "missing": [{"what": each.what, "id": each.id, "language": each.language} for each in checked.missing],
        "clean": checked.clean,
    }


def _standing(content: Content, each: Standing, level: Level | None) -> dict[str, Any]:
    figures = [
        {"measure": level.measure, "figure": figure.name, "value": figure.value, "limit": figure.limit,
         "lowest": figure.lowest, "validated": level.validated, "passes": figure.passes}
        for figure in level.figures
    ] if level else []  # fmt: skip
    return {
        "id": each.id, "place": content.rights[each.id].place, "language": each.language, "state": each.state,
        "visible": each.visible, "label": each.label,
        "reasons": [{"code": r.code, "sentence": r.sentence, "about": r.about} for r in each.reasons], "level": figures,
    }  # fmt: skip
