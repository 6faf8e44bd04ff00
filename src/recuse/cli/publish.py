"""`recuse publish`: the public site, from the policy repository, the ledger and the content folder."""

import atexit
import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from recuse.cli.console import (
    HERE,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    counted,
    document,
    err,
    out,
    plain,
    printing,
    progress,
)
from recuse.errors import InputError

_PORT: Final = 8000
_NEEDED: Final = ("babel", "pagefind", "typst")


def publish(
    content: Annotated[Path, typer.Argument(metavar="CONTENT", help="folder with `site.toml` and what goes with it")],
    target: Annotated[Path, typer.Option("--out", "-o", help="folder that is written; replaced if it was published")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="make every page and write nothing")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="then show it on this machine, until Ctrl-C")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="of the preview; 0 takes any")] = _PORT,
    fonts: Annotated[
        list[Path] | None, typer.Option("--fonts", help="folder of fonts for PDFs, besides the machine's; repeatable")
    ] = None,
    without_pdf: Annotated[bool, typer.Option("--without-pdf", help="make no PDFs")] = False,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Write the public site as plain files: for any web server, or a USB stick.

    It says what the directives in force say, what the ledger holds, and what the content folder has. Nothing is sent
    anywhere, no database is asked, and the folder is replaced only when everything is written.

    Examples: recuse publish content --out site -r policy --preview
    """
    human = printing(format_)
    _check_installed()
    for each in fonts or ():
        if not each.is_dir():
            raise InputError(f"`{each}` is no folder", "name a folder of fonts with `--fonts`")
    atexit.register(gc.freeze)  # at the end cycles would be looked for in all that a site was made of: half a second
    with _without_collection():
        from recuse.publishing import publish_sources, read_sources  # noqa: PLC0415 - what it needs is in an extra
        from recuse.site.preview import serve_folder  # noqa: PLC0415

        sources = read_sources(content, repository, ledger, printed=not without_pdf)
        with _ended_as_by_ctrl_c(), progress() as tell:
            made = publish_sources(sources, None if dry_run else target, tuple(fonts or ()), tell)
    languages = [each.code for each in sources.settings.languages]
    rejects = len(sources.directory.rejects) if sources.directory else 0
    if not human:
        written = {"out": None if dry_run else str(target), **asdict(made), "languages": languages}
        document(written | {"rejects": rejects})
    else:
        done = "would be written to" if dry_run else "written to"
        whole = f"{counted(made.files, 'file')} in {counted(len(languages), 'language')}"
        out.print(f"[bold]{whole}[/] {done} {plain(target)}, {made.bytes / 1e6:,.1f} MB", soft_wrap=True)
        if rejects:
            listed = f"`recuse directory check {content} --rejects FILE` lists them"
            err.print(f"without {counted(rejects, 'reject')} of the services: {plain(listed)}", soft_wrap=True)
    if preview and not dry_run:
        tell_of = out if human else err
        serve_folder(target, port, lambda address: tell_of.print(f"look at {address}; Ctrl-C ends this"))


@contextmanager
def _without_collection() -> Iterator[None]:
    """Without searches for garbage: a site has next to none, and they cost an eighth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """While this lasts, whoever ends this process (a service manager, a time limit) has it leave nothing behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check_installed() -> None:
    for name in _NEEDED:
        if find_spec(name) is None:
            raise InputError(
                f"{name} is not installed, which a site needs", "install the extra with `pip install 'recuse[site]'`"
            )
