"""Writes docs/reference/legal-facts.md from the demo's legal facts: `python -m tests.content_texts.legal_facts`."""

from collections.abc import Iterable
from typing import Final

from tests.content_texts.texts import ROOT, Table, content_files, read

PAGE: Final = ROOT / "docs/reference/legal-facts.md"
SURE: Final = {"read": "read", "secondary": "secondary", "memory": "from memory"}
HEAD: Final = """\
# Legal facts of the demonstration

What the demo’s texts on rights rest on. No counsel has checked these statements, none is legal advice, and none is put
as surer than it is: *read* means that the text at the source was read, *secondary* that a news or secondary page was,
*from memory* that neither was. In production nothing that is told from memory is shown. The ids are those of the
project’s notes; facts whose id begins with DEMO are fictional. This page is written from
`src/recuse/demo/content/facts/` by `.venv/bin/python -m tests.content_texts.legal_facts`, and a test compares it.

| id | jurisdiction | says | citation | status | how sure | checked on | note |
|---|---|---|---|---|---|---|---|
"""


def page(facts: Iterable[Table]) -> str:
    """The page of these facts, widest jurisdiction first."""
    rows = sorted(facts, key=lambda fact: (fact["jurisdiction"].count("-"), fact["jurisdiction"]))
    return HEAD + "".join(map(_row, rows))


def _row(fact: Table) -> str:
    cells = (
        fact["id"], f"`{fact['jurisdiction']}`", fact["says"], fact["citation"], fact["status"], SURE[fact["sure"]],
        str(fact.get("checked_on", "never")), fact.get("note", ""),
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |\n"


if __name__ == "__main__":
    PAGE.write_text(page(read(content_files()).facts.values()))
