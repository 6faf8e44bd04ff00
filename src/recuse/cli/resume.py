"""What `recuse apply --resume` says and asks: it makes a restored, promoted or older database its ledger's own."""

import sys
from collections.abc import Iterable

import typer

from recuse.cli.console import counted, document, out, plain
from recuse.errors import InputError
from recuse.operations.copies import Standing
from recuse.operations.resume import Resumed, Resumption, resume, resumption

__all__ = ["resume_all", "resumption"]


def resume_all(found: Resumption, *, yes: bool, dry_run: bool, human: bool) -> None:
    """Say what there is to resume, ask, and do it."""
    changes = sum(len(each.plan.changes) for each in found.planned)
    if human:
        _show(found.copies, changes)
    if dry_run or not found.copies:
        if not human:
            document({"resumed": False, "systems": [_standing(each) for each in found.copies], "changes": changes})
        return
    if not yes:
        _ask(found.copies, changes)
    done = resume(found)
    if not human:
        document({"resumed": True, "systems": [_done(each) for each in done], "changes": changes})
        return
    for each in done:
        _report(each)


def _show(copies: Iterable[Standing], changes: int) -> None:
    copies = tuple(copies)
    if not copies:
        out.print("[green]nothing to resume[/]: every system is where its ledger left it")
        return
    for each in copies:
        out.print(f"[bold]{plain(each.place.system)}[/]")
        for sentence in each.sentences():
            out.print(f"  {sentence}", markup=False, soft_wrap=True)
    out.print(f"to be applied with it, in all systems: {counted(changes, 'change')} of the policy in force")


def _ask(copies: Iterable[Standing], changes: int) -> None:
    names = ", ".join(each.place.system for each in copies)
    question = f"end what the ledger has as ended, apply {counted(changes, 'change')}, and open {names} again?"
    if not sys.stdin.isatty():
        raise InputError("nobody is there to ask", "look at it with --dry-run, then say --yes")
    if not typer.confirm(question, err=True):
        raise InputError("nothing was resumed, and what was shut stays shut", "run it again when you are ready")


def _report(done: Resumed) -> None:
    revoked = counted(len(done.standing.revoked), "permit")
    out.print(
        f"{plain(done.standing.place.system)}: {revoked} revoked, {counted(done.applied.changes, 'fact')} changed"
    )
    for name in done.issued:
        out.print(f"  issued again: {name}", markup=False)
    for name, reason in done.refused:
        out.print(f"  [yellow]not issued again[/]: {plain(name)}: {plain(reason)}", soft_wrap=True)
    out.print(f"recorded as ledger entry {done.ledger_index}; next: [bold]recuse verify[/]")


def _standing(found: Standing) -> dict[str, object]:
    return {
        "system": found.place.system,
        "moved": found.place.where.moved,
        "behind": found.place.behind,
        "reasons": list(found.sentences()),
        "revoke": list(found.revoked),
        "issue_again": list(found.missing),
    }


def _done(done: Resumed) -> dict[str, object]:
    return _standing(done.standing) | {
        "issued_again": list(done.issued),
        "not_issued_again": [{"permit": name, "reason": reason} for name, reason in done.refused],
        "facts_changed": done.applied.changes,
        "ledger_index": done.ledger_index,
    }
