"""The page with instructions, what it shows of the record, and the files that go with it."""

from collections.abc import Iterator
from importlib.resources import files as resources

from recuse.directive.signature import CONFIRM_NAMESPACE, DIRECTIVE_NAMESPACE
from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.ledger.checkpoint import parse_checkpoint
from recuse.notes import parse_note
from recuse.site.checking import shown, signed
from recuse.site.pages import Page, Section
from recuse.site.saying import Sayer
from recuse.site.sources import Sources

PATH = "check/index.html"
PROGRAM = "check.py"


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    note = parse_note(sources.record.checkpoint.encode())
    head = parse_checkpoint(note.text)
    found = shown.shown(sources)
    values = {
        "record": sources.record, "head": head, "found": found, "program": program(),
        "sayer": Sayer(texts, sources.names),
        "directives": signed.given(sources), "namespaces": (DIRECTIVE_NAMESPACE, CONFIRM_NAMESPACE),
        "cosigned": len(note.signatures) - 1, "entries": sources.record.entries,
    }  # fmt: skip
    listed: list[JSON] = [
        {"number": e.number, "kind": e.kind, "leaf": e.leaf.hex(), "shown": e.entry is not None} for e in found
    ]
    data: dict[str, JSON] = {
        "checkpoint": sources.record.checkpoint, "verifier": sources.record.verifier, "size": head.size,
        "root": head.root.hex(), "entries": listed,
    }  # fmt: skip
    yield Page(PATH, "checking/index.html", texts.say("Check it yourself"), values, data)


def program() -> str:
    """The program that readers run, word for word."""
    return (resources("recuse.site.checking") / PROGRAM).read_text(encoding="utf-8")


def _files(sources: Sources) -> Iterator[tuple[str, bytes]]:
    yield from shown.files(sources)
    yield from signed.files(sources)
    yield f"{shown.FOLDER}/{PROGRAM}", program().encode()


SECTION = Section(
    "checking", "Check it yourself", PATH, _pages, _files,
    tile="The signed record, and how anyone can check that this site tells it as it is.",
)  # fmt: skip
