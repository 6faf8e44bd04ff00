"""The answer for people, as plain text and as one page for print, in a language; made from document and names alone.

Names of agencies, purposes, authorities and categories are given, by language; one that a language lacks is shown as
the policy has it, and marked as English.
"""

import base64
import hashlib
import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from recuse.content.values import NameKind
from recuse.disclosure.answer import digest, written
from recuse.model import NO_AUTHORITY, UNDECLARED, UNLISTED
from recuse.seen import seen

if TYPE_CHECKING:
    from recuse.languages import Texts  # needs the extra `site`; whoever tells an answer passes it in

Names = Mapping[tuple[NameKind, str], Mapping[str, str]]
"""By kind (`agency`, `purpose`, `authority`, `category`, `system`, `directive`) and id: the name in each language."""
_WHAT: Final = {
    "decided": "A program asked for access to data.",
    "asked": "An agency asked staff for records or help.",
    "answered": "Staff answered such a request.",
}
_OUTCOMES: Final = {
    "allowed": "allowed", "denied": "denied", "asked": "asked", "complied": "done as asked",
    "complied_in_part": "done in part", "refused": "refused", "no_records": "no records found",
    "withdrawn": "withdrawn", "other": "other",
}  # fmt: skip
_ACTIONS: Final = {
    "read": "to read", "insert": "to add", "update": "to change", "delete": "to delete", "data_access": "records",
    "clarification": "whether a matter is civil or criminal", "detainer": "to hold somebody longer",
    "notification_of_release": "word of a release", "custody_transfer": "to hand somebody over",
    "interview": "an interview", "facility_use": "a room, a car or equipment",
    "joint_operation": "a joint operation", "bulk_extract": "a copy of many records",
    "standing_access": "lasting access", "other": "other",
}  # fmt: skip
_SPECIAL: Final = {UNLISTED: "an agency that is not listed", UNDECLARED: "not stated", NO_AUTHORITY: "not stated"}
_LEDGERS: Final = {"acts": "Record of acts", "decisions": "Record of decisions"}
_NOT_COVERED: Final = {
    "direct_queries": "Queries made in a database itself. Its log does not name records.",
    "unnamed_records": "Answers to programs that did not say or note which record they meant.",
    "before_the_record": "What happened before the first entry.",
    "other_systems": "Systems that are not named above.",
}
_ALWAYS: Final = (
    "Some entries may be delayed or left out by law, for example to protect other people. Every answer says this."
)
_MACHINE: Final = "This translation was made by a machine. The English text counts."
_EMPTY: Final = "This answer lists no entry of these records for this period."
_STYLE: Final = (
    "body{font-family:sans-serif;line-height:1.5;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "body{overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%;margin:1.5rem 0}caption{text-align:start;font-weight:bold}"
    "th{width:12rem;font-weight:normal}"
    "th,td{border:1px solid;padding:.3rem;text-align:start;vertical-align:top}"
    "@media print{body{margin:0;max-width:none}table{break-inside:avoid}}"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, and the language it is in where that is not the page's."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells an answer: in the messages of which language, by which names. InputError where a message is missing."""

    texts: "Texts"
    names: Names = field(default_factory=dict)

    @property
    def _code(self) -> str:
        return self.texts.language.code

    def text(self, whole: Mapping[str, Any]) -> str:
        """The answer as plain text."""
        parts = [self._said("Who asked for your records"), *self._notes(), ""]
        parts += [f"{label}: {value.text}" for label, value in self._head(whole)]
        parts.append("")
        for line in whole["lines"]:
            parts += [f"{label}: {', '.join(each.text for each in pieces)}" for label, pieces in self._line(line)]
            parts.append("")
        parts += [] if whole["lines"] else [self._said(_EMPTY), ""]
        for heading, sentences in self._after(whole):
            parts += [*([heading] if heading else []), *(f"- {each}" for each in sentences), ""]
        return "".join(f"{' '.join(str(seen(each)).splitlines())}\n" for each in parts).rstrip("\n") + "\n"

    def page(self, whole: Mapping[str, Any]) -> str:
        """The answer as one page that asks for nothing from anywhere."""
        title = html.escape(self._said("Who asked for your records"))
        allowed = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{allowed}'"
        language = self.texts.language
        head = (
            f'<!doctype html>\n<html lang="{language.code}" dir="{language.direction}">\n<head>\n'
            '<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        )
        return head + "".join(self._body(whole)) + "</main>\n</body>\n</html>\n"

    def _body(self, whole: Mapping[str, Any]) -> Iterator[str]:
        yield from (f"<p>{_escaped(each)}</p>\n" for each in self._notes())
        yield "<dl>\n"
        for label, value in self._head(whole):
            yield f"<dt>{_escaped(label)}</dt><dd>{_marked(value)}</dd>\n"
        yield "</dl>\n"
        yield from self._table(whole["lines"])
        for heading, sentences in self._after(whole):
            yield f"<h2>{_escaped(heading)}</h2>\n" if heading else ""
            yield "<ul>\n" + "".join(f"<li>{_escaped(each)}</li>\n" for each in sentences) + "</ul>\n"

    def _table(self, lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        if not lines:
            yield f"<p>{_escaped(self._said(_EMPTY))}</p>\n"
            return
        for line in lines:
            (_, entry), *rest = self._line(line)
            yield f"<table>\n<caption>{', '.join(map(_marked, entry))}</caption>\n<tbody>\n"
            for label, pieces in rest:
                yield f'<tr><th scope="row">{_escaped(label)}</th><td>{", ".join(map(_marked, pieces))}</td></tr>\n'
            yield "</tbody>\n</table>\n"

    def _notes(self) -> Iterator[str]:
        if self._code != "en":
            yield self._said(_MACHINE)

    def _head(self, whole: Mapping[str, Any]) -> Iterator[tuple[str, Piece]]:
        yield self._said("Answer to request"), Piece(whole["accounting"])
        yield self._said("Made on"), Piece(self._day(whole["made"]))
        yield self._said("By"), self._name("agency", whole["institution"]["id"], whole["institution"]["name"])
        yield self._said("Period"), Piece(self._days(whole["from"], whole["to"]))

    def _line(self, line: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Piece, ...]]]:
        """What a line says: each label with its pieces, the same labels for every line."""
        cells: tuple[tuple[str, tuple[Piece, ...]], ...] = (
            ("Entry", (Piece(f"{self._said(_LEDGERS[line['ledger']])} {line['entry']}"),)),
            ("Day", (Piece(self._day(line["day"])),)),
            ("What happened", (Piece(self._said(_WHAT[line["what"]])),)),
            ("Asked for", (Piece(self._said(_ACTIONS[line["action"]])),)),
            ("Agency", (self._name("agency", line["agency"]),)),
            ("Also taking part", tuple(self._name("agency", each) for each in line["others"])),
            ("Purpose", (self._name("purpose", line["purpose"]),)),
            ("Legal authority", (self._name("authority", line["authority"]),)),
            ("Kind of data", tuple(self._name("category", each) for each in line["categories"])),
            ("Result", (Piece(self._said(_OUTCOMES[line["outcome"]])),)),
            ("Directive", tuple(self._name("directive", each) for each in line["directives"])),
        )
        yield from ((self._said(label), pieces or (Piece("–"),)) for label, pieces in cells)

    def _after(self, whole: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
        yield "", (self._said(_ALWAYS),)
        covered = [self._covered(each) for each in whole["covers"]]
        systems = (
            f"{self._said('Systems')}: {', '.join(self._name('system', each).text for each in whole['systems']) or '–'}"
        )
        yield self._said("What this answer covers"), (*covered, systems)
        yield self._said("What it does not cover"), [self._said(_NOT_COVERED[each]) for each in whole["not_covered"]]
        yield (
            self._said("How to check it"),
            (
                self._said(
                    "The file answer.json holds a proof for each entry. The ledger holds the digest of that file."
                ),
                self._said("Whoever has a copy of the ledger can compare each line with its entry."),
                f"{self._said('Digest (SHA-256)')}: {digest(written(whole))}",
            ),
        )

    def _covered(self, part: Mapping[str, Any]) -> str:
        days = self._days(part["first"], part["last"])
        return f"{self._said(_LEDGERS[part['ledger']])}: {days} ({part['origin']})"

    def _name(self, kind: NameKind, name: str, otherwise: str | None = None) -> Piece:
        """What something is called; `otherwise`, or its id, where it has no name."""
        if name in _SPECIAL:
            return Piece(self._said(_SPECIAL[name]))
        known = self.names.get((kind, name), {})
        if self._code in known:
            return Piece(known[self._code])
        return Piece(known.get("en", otherwise or name), None if self._code == "en" else "en")

    def _said(self, text: str) -> str:
        return self.texts.say(text)

    def _days(self, first: str | None, last: str | None) -> str:
        return f"{self._day(first)} – {self._day(last)}"

    def _day(self, text: str | None) -> str:
        return "–" if text is None else self.texts.forms.day(date.fromisoformat(text))


def _escaped(text: str) -> str:
    return html.escape(str(seen(text)))


def _marked(piece: Piece) -> str:
    inside = f"<bdi>{_escaped(piece.text)}</bdi>"
    return inside if piece.language is None else f'<span lang="{piece.language}">{inside}</span>'
