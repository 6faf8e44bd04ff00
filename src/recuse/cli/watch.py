"""`recuse watch`: looks every minute, verifies every few hours, and tells what changed."""

import json
import os
import shlex
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from recuse.cli.console import (
    HERE,
    DsnOption,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    chosen_dsn,
    counted,
    err,
    out,
    plain,
    printing,
    read_file,
)
from recuse.errors import InputError
from recuse.operations import record
from recuse.operations.alerting import Channel, Command, Webhook
from recuse.operations.verifying import VerifyBeside
from recuse.operations.watch import BLIND, Round, Watch
from recuse.operations.watched import Watching

_WEBHOOK = "RECUSE_WEBHOOK"
_COLOUR = {"critical": "red", "high": "yellow", "low": "cyan"}


def watch(
    repository: RepositoryOption = HERE,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    once: Annotated[bool, typer.Option("--once", help="one round, then end")] = False,
    every: Annotated[int, typer.Option("--every", min=1, max=60, help="seconds between two rounds")] = 30,
    verify_every: Annotated[
        float, typer.Option("--verify-every", help="hours between two runs of verify; 0: none")
    ] = 6,
    alert_command: Annotated[
        str | None,
        typer.Option("--alert-command", help="program and arguments (no shell); reads one JSON document"),
    ] = None,
    webhook: Annotated[
        str | None,
        typer.Option("--webhook", help=f"https address that takes the document; or in the environment as {_WEBHOOK}"),
    ] = None,
    webhook_header: Annotated[
        Path | None, typer.Option("--webhook-header", help="file with one line `Name: value`, sent to the webhook")
    ] = None,
    log: Annotated[
        list[Path] | None, typer.Option("--log", help="file of the access log that is to grow; several times")
    ] = None,
    log_quiet: Annotated[float, typer.Option("--log-quiet", help="minutes for which such a file may stand still")] = 15,
    look_only: Annotated[
        bool, typer.Option("--look-only", help="end no permits; tell those that are to be ended")
    ] = False,
    no_record: Annotated[bool, typer.Option("--no-record", help="write no ledger entry")] = False,
    format_: FormatOption = Format.human,
) -> None:
    """Look at every live system each round: drift, new objects, sessions, permits, settings, logging; and tell changes.

    Each condition is told once, and again when it changes or ends, to standard output and to the channels given.
    Reads only, but for permits that ended while a session that used them is open: it ends both. Exit (with --once) 0:
    nothing is wrong but what is of low severity. 1: something is. 2: it could not be told, or a channel failed.

    Examples: recuse watch -r policy --alert-command 'mail -s recuse dba' · recuse watch -r policy --once --format json
    """
    human = printing(format_)
    folder = record.ledger_folder(repository, ledger)
    channels = list(_channels(alert_command, webhook or os.environ.get(_WEBHOOK), webhook_header))
    beside = _verifying(repository, folder, dsn, verify_every, no_record) if verify_every and not once else None
    how = Watching(
        repository, folder, channels, chosen_dsn(dsn), beside, tuple(log or ()), timedelta(minutes=log_quiet),
        not look_only, not no_record,
    )  # fmt: skip
    running = Watch(how)
    try:
        while True:
            began = time.monotonic()
            done = running.round()
            _show(done, human=human)
            if once:
                raise typer.Exit(_code(done))
            time.sleep(max(0.0, every - (time.monotonic() - began)))
    finally:
        if beside is not None:
            beside.stop()


def _code(done: Round) -> int:
    """A channel that failed weighs most: who is to act knows nothing."""
    if done.failed or any(each.code in BLIND for each in done.conditions):
        return 2
    return 1 if any(each.severity != "low" for each in done.conditions) else 0


def _channels(command: str | None, url: str | None, header: Path | None) -> "list[Channel]":
    found: list[Channel] = []
    if command is not None:
        try:
            arguments = shlex.split(command)
        except ValueError as error:
            raise InputError("the alert command cannot be read", "close its quotes") from error
        if not arguments:
            raise InputError("the alert command is empty", "name a program")
        found.append(Command(arguments))
    if url is not None:
        found.append(Webhook.of(url, None if header is None else read_file(header).decode("utf-8", "replace")))
    return found


def _verifying(repository: Path, ledger: Path, dsn: str | None, hours: float, no_record: bool) -> VerifyBeside:
    arguments = ["--repository", str(repository), "--ledger", str(ledger)]
    arguments += ["--dsn", dsn] if dsn is not None else []
    arguments += ["--no-record"] if no_record else []
    return VerifyBeside(arguments, timedelta(hours=hours))


def _show(done: Round, *, human: bool) -> None:
    for sentence in done.failed:
        err.print(f"[bold red]error[/] {plain(sentence)}", soft_wrap=True)
    if not human:
        out.file.write(json.dumps(done.document(), ensure_ascii=False) + "\n")
        out.file.flush()
        return
    for alert in done.alerts:
        one = alert.condition
        if one is None:
            out.print(f"{done.at:%H:%M:%S} ended {alert.key} (told by an earlier run)", markup=False)
            continue
        colour = _COLOUR[one.severity] if alert.happened != "ended" else "green"
        where = f"{one.system} " if one.system else ""
        out.print(
            f"{done.at:%H:%M:%S} [{colour}]{alert.happened}[/] {plain(where)}{one.code}: {plain(one.sentence)}",
            soft_wrap=True,
        )
        if alert.happened != "ended" and one.remedy:
            out.print(f"         remedy: {one.remedy}", markup=False, soft_wrap=True)
    if not done.alerts:
        out.print(f"{done.at:%H:%M:%S} {counted(len(done.conditions), 'condition')}, none new", markup=False)
