"""names.toml and glossary.toml: what ids are called for readers, and words explained, in each language."""

from collections.abc import Mapping
from typing import Final

from recuse.content.found import Found
from recuse.content.values import NAME_KINDS, Explained, Name, NameKind, Word
from recuse.content.wording import languages_of, need_original, take_by_language, take_content_id, take_line
from recuse.policy.names import is_id
from recuse.toml_source import Section

JOINTS: Final = ";\u061b\uff1b"
"""What parts the names in a sentence, in any language; no name holds one."""


def read_names(root: Section, found: Found) -> None:
    """Names of every kind: `[agency."us.dhs.ice"]` with a text for each language."""
    for kind in NAME_KINDS:
        table = root.section(kind, optional=True)
        if table is not None:
            _names(kind, table, found)
    root.close()


def _names(kind: NameKind, table: Section, found: Found) -> None:
    for name in table:
        section = table.section(name)
        if not is_id(name):
            remedy = "use lower-case letters, digits, `_` and `-`, with dots between parts; quote a name with dots"
            table.report(f"`{name}` is not an id", name, remedy=remedy)
        elif section is not None:
            texts = take_by_language(section)
            for code in [code for code, text in texts.items() if any(joint in text for joint in JOINTS)]:
                message = f"the name in `{code}` holds a semicolon, which parts names in a sentence"
                section.report(message, code, remedy="write it without one")
            found.keep(found.names, (kind, name), Name(kind, name, texts, table.file), table, name)


def read_glossary(root: Section, found: Found) -> None:
    """Words: `[[word]]` with an id and, for each language, a table of `word` and `explanation`."""
    for section in root.sections("word", optional=True):
        name = take_content_id(section)
        texts = _explained(section)
        need_original(section, texts)
        if name:
            found.keep(found.glossary, name, Word(name, texts, root.file), section)
    root.close()


def _explained(section: Section) -> Mapping[str, Explained]:
    found = {}
    for code in languages_of(section, besides="id"):
        table = section.section(code)
        if table is not None:
            found[code] = Explained(take_line(table, "word"), take_line(table, "explanation"))
            table.close()
    return found
