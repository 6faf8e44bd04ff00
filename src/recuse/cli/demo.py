"""`recuse demo`: the main job, end to end, on a synthetic police records database."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from recuse.cli.console import Format, FormatOption, document, err, out, printing, progress


def demo(
    folder: Annotated[Path, typer.Option("--out", "-o", help="where to write what it makes")] = Path("demo-output"),
    people: Annotated[int, typer.Option(help="how many synthetic people")] = 200_000,
    lines: Annotated[int, typer.Option(help="how many lines of synthetic access log")] = 1_200_000,
    format_: FormatOption = Format.human,
) -> None:
    """Run the whole on a throw-away PostgreSQL: plan, sign, confirm, apply, verify, ledger, report. All data synthetic.

    Needs the extras `embedded`, `analytics` and `site`. Takes about a minute; the server is gone afterwards.

    Examples: recuse demo · recuse demo --people 5000 --lines 20000 --out /tmp/demo
    """
    from recuse.demo.tour import run  # noqa: PLC0415 - needs the extras

    human = printing(format_)
    console = out if human else err
    with progress() as report:
        verdict = run(folder, people, lines, partial(console.print, soft_wrap=True), report)
    if not human:
        document(verdict)
    raise typer.Exit(0 if verdict["verdict"] == "holds" else 1)
