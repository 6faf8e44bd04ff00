"""`recuse worker`: the process that alone ends sessions and applies plans, as others have queued."""

import json
import signal
import sys
from collections.abc import Collection
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from recuse import clock
from recuse.cli.console import (
    HERE,
    DsnOption,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    chosen_dsn,
    err,
    plain,
    printing,
    warn_of_password,
)
from recuse.errors import InputError
from recuse.operations import record

if TYPE_CHECKING:
    from recuse.serving.working import Log


def worker(
    state: Annotated[
        str, typer.Option("--state", help="connection string of the state, by a login of workers; no password in it")
    ],
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    dsn: DsnOption = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kinds", help="end_sessions, plan, plan_draft, apply or verify; may be repeated", show_default="all"
        ),
    ] = None,
    every: Annotated[
        float, typer.Option("--every", min=1, max=60, help="seconds between two looks for permits that are over")
    ] = 5,
    log: Annotated[
        Path | None, typer.Option("--log", help="access log (Parquet or CSV) to replay against drafts that are planned")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="do what waits, look once for what is over, and end")] = False,
    format_: FormatOption = Format.human,
) -> None:
    """Do what was queued: end sessions of revoked permits, plan, apply, verify. And end what is over, unasked.

    It listens on no socket. It takes from the queue what is asked, never what is run: a plan is made anew, must have
    the digest that was queued, and needs the signatures that `recuse apply` needs. Told to stop (SIGTERM), it ends the
    job at work and begins no other.

    Rights: in the state, what `recuse state prepare --worker` gives. In each system, for end_sessions: membership in
    recuse_worker, and pg_read_all_stats; for plan, apply and verify those of these verbs. Run one worker with few
    rights for --kinds end_sessions and another for the rest. With --once exit 0: all went well. 1: a job did not.

    Examples: recuse worker --state service=recuse_worker -r policy ·
    recuse worker --state service=recuse_worker -r policy --kinds end_sessions --once
    """
    from recuse.serving.directives import draft_of  # noqa: PLC0415
    from recuse.serving.hands import Hands  # noqa: PLC0415 - loads what plans
    from recuse.serving.working import Manner, Worker, kinds_of  # noqa: PLC0415

    human = printing(format_)
    doing = kinds_of(kinds or ())
    _check_log(log, doing)
    warn_of_password(state)
    drafts = partial(draft_of, state)
    hands = Hands(repository, record.ledger_folder(repository, ledger), chosen_dsn(dsn), drafts=drafts, log=log)
    running = Worker(hands, state, Manner(doing, every, once), _log(human=human))

    def stop(_number: int, _frame: FrameType | None) -> None:
        running.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    well = running.run()
    raise typer.Exit(0 if well or not once else 1)


def _check_log(log: Path | None, kinds: Collection[str]) -> None:
    """Raise InputError where a log would do nothing, or is none."""
    if log is not None and "plan_draft" not in kinds:
        raise InputError(
            "`--log` is replayed against drafts, which this worker does not plan", "add `--kinds plan_draft`"
        )
    if log is not None and not log.is_file():
        raise InputError(f"there is no access log `{log}`", "name a Parquet or CSV file of accesses")


def _log(*, human: bool) -> "Log":
    """For people on standard error; as JSON, a line for each thing that happened, on standard output."""

    def said(happened: str, **about: object) -> None:
        at = clock.now()
        if human:
            rest = ", ".join(f"{name} {plain(value)}" for name, value in about.items() if value not in ("", 0))
            err.print(f"{at:%H:%M:%S} {happened}: {rest}", soft_wrap=True, highlight=False)
            return
        line = json.dumps({"at": at.isoformat(), "happened": happened, **about}, ensure_ascii=False, default=str)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    return said
