"""`recuse accounting check`: whether an answer is what was recorded, and says what the entries say."""

from pathlib import Path
from typing import Annotated

import typer

from recuse.cli.console import Format, FormatOption, counted, document, out, printing, read_file
from recuse.operations.accounting_check import check_answer


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="`answer.json` as it was received")],
    key: Annotated[
        list[str] | None, typer.Option("--key", help="verifier key of a ledger, as published; may be repeated")
    ] = None,
    ledger: Annotated[Path | None, typer.Option("--ledger", help="copy of the record of acts")] = None,
    decisions: Annotated[Path | None, typer.Option("--decisions", help="copy of the record of decisions")] = None,
    repository: Annotated[
        Path | None, typer.Option("--repository", "-r", help="policy repository: compares each line with its entry")
    ] = None,
    format_: FormatOption = Format.human,
) -> None:
    """Check an answer; needs no private key, no database and no ledger of one's own.

    With the published keys: that every entry stands in its ledger. With a copy of the record of acts: that this answer
    was recorded. With the copies and the policy repository: that every line says what its entry says. Without a key the
    copy's own is used. Exit 2: something is not so.
    """
    human = printing(format_)
    found = check_answer(read_file(file), tuple(key or ()), (ledger, decisions), repository)
    if not human:
        document({"answer_sha256": found.sha256, "proved": found.proved, "recorded": found.recorded,
                  "compared": found.compared})  # fmt: skip
        return
    out.print(f"[green]the answer holds[/]: {counted(found.proved, 'entry', 'entries')} proved")
    if found.recorded is None:
        out.print("not asked: whether it was recorded; give a copy of the record of acts with --ledger", soft_wrap=True)
    else:
        out.print(f"recorded as entry {found.recorded} of the record of acts")
    if found.compared:
        out.print("every line says what its entry says")
    else:
        out.print("not asked: whether each line says what its entry says; give both copies and -r", soft_wrap=True)
