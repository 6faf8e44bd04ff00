"""The demo's content as the editor's tests read it: from files as text, so that a fault can be planted in a file."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent.parent
CONTENT: Final = ROOT / "src/recuse/demo/content"
POLICIES: Final = tuple(ROOT / "src/recuse/demo" / name for name in ("policy", "policy_other", "policy_warehouse"))
LANGUAGES: Final = ("en", "es", "zh-Hans", "pl", "ar")
TRANSLATIONS: Final = LANGUAGES[1:]

_CLAIM: Final = re.compile(r'^text = ".*"$', re.MULTILINE)

Files = Mapping[str, str]
Table = Mapping[str, Any]


def content_files() -> dict[str, str]:
    """Every file of the demo's content that texts stand in, by its path inside the folder."""
    return {str(path.relative_to(CONTENT)): path.read_text() for path in sorted(CONTENT.rglob("*.toml"))}


@dataclass(frozen=True, slots=True)
class Text:
    """A right record in one language; `table` is its file as TOML reads it."""

    file: str
    language: str
    table: Table

    @property
    def id(self) -> str:
        return str(self.table["id"])

    @property
    def claims(self) -> tuple[str, ...]:
        return tuple(claim["text"] for claim in self.table["claim"])

    @property
    def card(self) -> tuple[str, ...]:
        card = self.table.get("card", {})
        return (*card.get("do", ()), *card.get("say", ()))

    @property
    def lines(self) -> tuple[str, ...]:
        """Title, claims and card, in the order of the file."""
        return (self.table["title"], *self.claims, *self.card)

    @property
    def shape(self) -> tuple[int, ...]:
        card = self.table.get("card", {})
        return len(self.claims), len(card.get("do", ())), len(card.get("say", ()))


@dataclass(frozen=True, slots=True)
class Texts:
    """Everything that readers are told, by kind."""

    facts: Mapping[str, Table]
    records: Mapping[str, Text]
    translations: Mapping[tuple[str, str], Text]
    names: Mapping[tuple[str, str], Mapping[str, str]]
    words: Mapping[str, Table]
    site: Table

    def every(self) -> Iterator[tuple[str, str, str]]:
        """Each line that a reader sees, with its file and language."""
        for text in (*self.records.values(), *self.translations.values()):
            yield from ((text.file, text.language, line) for line in text.lines)
        for (kind, name), by_language in self.names.items():
            yield from ((f"names.toml {kind} {name}", code, line) for code, line in by_language.items())
        for name, word in self.words.items():
            for code in (key for key in word if key != "id"):
                yield from ((f"glossary.toml {name}", code, line) for line in word[code].values())
        yield from (("site.toml", code, line) for code, line in self.site["title"].items())
        for code, lines in self.site["who_looked"]["bring"].items():
            yield from (("site.toml", code, line) for line in lines)


def read(files: Files) -> Texts:
    """The texts of these files."""
    tables = {file: tomllib.loads(raw) for file, raw in files.items()}
    found = [Text(file, table.get("language", "en"), table) for file, table in tables.items() if file[:7] == "rights/"]
    facts = [fact for file, table in tables.items() if file.startswith("facts/") for fact in table["fact"]]
    return Texts(
        facts={fact["id"]: fact for fact in facts},
        records={text.id: text for text in found if text.language == "en"},
        translations={(text.id, text.language): text for text in found if text.language != "en"},
        names={
            (kind, name): by_language
            for kind, group in tables["names.toml"].items() if kind != "format"
            for name, by_language in group.items()
        },
        words={word["id"]: word for word in tables["glossary.toml"]["word"]},
        site=tables["site.toml"],
    )  # fmt: skip


def hardened(files: Files, record: str, language: str, hard: str) -> dict[str, str]:
    """The files with the first claim of a text, in one language, written so that few can read it."""
    end = f"/{record}.toml" if language == "en" else f"/{record}.{language}.toml"
    (path,) = (each for each in files if each.startswith("rights/") and each.endswith(end))
    return {**files, path: _CLAIM.sub(f'text = "{hard}"', files[path], count=1)}


def policy_ids() -> set[tuple[str, str]]:
    """Every id of the demo's policies that a page can name, by kind; an office goes by its official's id."""
    found: set[tuple[str, str]] = set()
    files = {"agencies": "agency", "categories": "category", "purposes": "purpose", "authorities": "authority"}
    for folder in POLICIES:
        for stem, kind in {**files, "officials": "official"}.items():
            path = folder / f"{stem}.toml"
            rows = tomllib.loads(path.read_text())[kind] if path.is_file() else []
            found |= {("office" if kind == "official" else kind, row["id"]) for row in rows}
        for path in folder.glob("directives/*/directive.toml"):
            found.add(("directive", path.parent.name))
        for path in folder.glob("categories/*.toml"):
            for table in tomllib.loads(path.read_text())["table"]:
                found |= {("mark", name) for name, of in table.get("attributes", {}).items() if _marks(of)}
        path = folder / "recuse.toml"
        rows = tomllib.loads(path.read_text())["system"] if path.is_file() else []
        found |= {("system", row["name"]) for row in rows}
    return found


def _marks(attribute: str | Table) -> bool:
    """Whether a row attribute is one that marks a record, and no value of it."""
    return isinstance(attribute, str) or attribute["type"] == "Bool"
