"""`recuse new`: texts to fill in, and drafts of directives made from answers in plain words."""

from typing import Annotated

import typer

from recuse.cli.console import (
    HERE,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    document,
    err,
    out,
    plain,
    printing,
)
from recuse.cli.new_content import content
from recuse.cli.new_directive import ask_draft, stage_named
from recuse.cli.new_options import Given, answers, bases, day, listed, unless_none
from recuse.cli.questions import Questions
from recuse.cli.times import moment
from recuse.directive.drafting import Draft
from recuse.errors import InputError
from recuse.operations import record
from recuse.operations.attested import new_attestation
from recuse.operations.drafting import free_folder, repository_files, write_draft
from recuse.operations.workspace import open_with_ledger
from recuse.policy.drafting import Fitting, fit
from recuse.policy.plain import Untold, to_rules, to_sentence
from recuse.policy.repository import read_repository

DryRun = Annotated[bool, typer.Option("--dry-run", help="show the draft and write nothing")]

app = typer.Typer(no_args_is_help=True, help="Write a text to fill in.", rich_markup_mode="rich")
app.command()(content)


@app.command()
def attestation(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="a system of kind attested")],
    name: Annotated[str | None, typer.Option("--id", help="the attestation's id", show_default="SYSTEM-DATE")] = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Write an attestation about a system that no program can look into, with every question of the checklist open.

    Two officials sign it once each question is answered by yes or no: `recuse sign`, then `recuse confirm`. It ends
    within a year. Nothing is changed in a database.

    Examples: recuse new attestation portal -r policy
    """
    human = printing(format_)
    workspace = open_with_ledger(repository, record.ledger_folder(repository, ledger), draft=True)
    chosen = name if name is not None else f"{system}-{workspace.at.date()}"
    written = new_attestation(repository, chosen, system, workspace)
    if human:
        out.print(f"written: [bold]{plain(written)}[/]")
        out.print("next: answer every question, then [bold]recuse sign[/] and [bold]recuse confirm[/]")
    else:
        document({"attestation": chosen, "file": str(written)})


@app.command()
def directive(
    title: Given.Title = None,
    name: Given.Id = None,
    effective: Given.Effective = None,
    directed_by: Given.DirectedBy = None,
    supersedes: Given.Supersedes = None,
    stage: Given.Stage = None,
    canary_account: Given.CanaryAccount = None,
    step_back_until: Given.StepBackUntil = None,
    legal_basis: Given.Basis = None,
    counsel: Given.Counsel = None,
    begin_with: Given.BeginWith = None,
    cedar: Given.Cedar = None,
    file: Given.From = None,
    dry_run: DryRun = False,
    repository: RepositoryOption = HERE,
    format_: FormatOption = Format.human,
) -> None:
    """Make a draft of a directive from answers in plain words: asked at a terminal, or given by options or a file.

    Each rule is said back as a sentence and as Cedar. The draft is written when it validates with all directives that
    would count beside it, and never over another. Nothing is signed, and nothing is changed in a database.

    Examples: recuse new directive -r policy · recuse new directive -r policy --from answers.toml --dry-run
    """
    human, asking = printing(format_), Questions.here()
    known = read_repository(repository)
    said = {
        "title": title, "id": name, "effective": moment(effective) if effective else None, "directed_by": directed_by,
        "supersedes": listed(supersedes), "stage": stage_named(stage), "canary_accounts": listed(canary_account),
        "step_back_until": day(step_back_until), "legal_basis": bases(legal_basis), "counsel": unless_none(counsel),
        "begin_with": unless_none(begin_with),
    }  # fmt: skip
    draft = ask_draft(asking, known, answers(file, cedar, said))
    free_folder(repository, draft.id)
    try:
        fitting = fit(repository_files(repository), draft)
    except InputError:
        if asking.allowed:  # what was typed is not to be lost with it
            err.print(plain(draft.toml.decode()), plain(draft.cedar), sep="\n", soft_wrap=True)
        raise
    if human:
        _show(fitting, draft)
    path = None if dry_run else write_draft(repository, draft)
    if not human:
        document(_document(fitting, draft, None if path is None else str(path)))
    elif path is None:
        out.print("not written: this was a dry run")
    else:
        out.print(f"written: [bold]{plain(path)}[/]")
        out.print(f"next: [bold]recuse plan[/] shows the effect, [bold]recuse sign {plain(draft.id)}[/] signs it, and "
                  "the second official runs [bold]recuse confirm[/]", soft_wrap=True)  # fmt: skip


def _show(fitting: Fitting, draft: Draft) -> None:
    """The draft as sentences and as its two files."""
    for sentence in _sentences(fitting, draft):
        out.print(f"• {plain(sentence)}", soft_wrap=True)
    err.print("[dim]directive.toml[/]")
    out.print(plain(draft.toml.decode()), soft_wrap=True)
    err.print("[dim]directive.cedar[/]")
    out.print(plain(draft.cedar), soft_wrap=True)
    if fitting.beside:
        out.print(f"counts together with: {plain(', '.join(fitting.beside))}")


def _sentences(fitting: Fitting, draft: Draft) -> list[str]:
    return [
        f"{rule.id}: a rule of a form that only Cedar shows ({rule.why})"
        if isinstance(rule, Untold)
        else f"{rule.id}: {to_sentence(rule, fitting.repository.agencies)}"
        for rule in to_rules(draft.cedar)
    ]


def _document(fitting: Fitting, draft: Draft, path: str | None) -> dict[str, object]:
    return {
        "directive": draft.id,
        "folder": path,
        "sentences": _sentences(fitting, draft),
        "beside": list(fitting.beside),
        "toml": draft.toml.decode(),
        "cedar": draft.cedar,
    }
