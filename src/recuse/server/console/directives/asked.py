"""Forms of drafts: what was typed, as a plain rule or as a head, and both as the values of a form. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Protocol

from recuse.directive.document import STAGES
from recuse.directive.drafting import Head, render_head
from recuse.errors import InputError
from recuse.model import ACTIONS, ASSISTANCE, LegalBasis, Repository
from recuse.policy.plain import EVERYTHING, Branches, PlainRule, Terms, check
from recuse.policy.validate import is_rule_id

TREES: Final = ("agencies", "categories", "purposes", "authorities")
SETS: Final = ("serving", "parties", "marked")
_TABLES: Final = re.compile(rb"^\[", re.MULTILINE)
_LONGEST: Final = 400


class Typed(Protocol):
    """The fields of a form."""

    def get(self, key: str, default: str = "") -> object:
        """The last value of this name."""
        ...

    def getlist(self, key: str) -> Sequence[object]:
        """All values of this name, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Fields:
    """What a form holds: a list of texts for each name."""

    values: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """The last text of a name, without spaces around it."""
        return (self.values.get(name) or ("",))[-1].strip()

    def all(self, name: str) -> tuple[str, ...]:
        """Every text of a name that is not empty."""
        return tuple(each for each in self.values.get(name, ()) if each)

    def words(self, name: str) -> tuple[str, ...]:
        """The words of a text."""
        return tuple(dict.fromkeys(self.one(name).replace(",", " ").split()))


def typed(form: Typed, names: Iterable[str]) -> Fields:
    """What was typed under these names; a browser ends lines with two characters, a file with one."""
    return Fields({name: tuple(str(each).replace("\r\n", "\n") for each in form.getlist(name)) for name in names})


def rule_fields() -> tuple[str, ...]:
    """The names of a rule's form."""
    below = [f"{side}.{name}" for side in ("where", "unless") for name in (*TREES, *SETS)]
    alone = [f"{side}.{name}.alone" for side in ("where", "unless") for name in TREES]
    return ("id", "effect", "actions", "public", "data", "agreed", *below, *alone)


def rule_of(fields: Fields) -> tuple[PlainRule | None, dict[str, str]]:
    """The rule that a form says, or what is wrong by the name of the field."""
    problems: dict[str, str] = {}
    actions = tuple(action for action in EVERYTHING if action in fields.all("actions"))
    if not is_rule_id(fields.one("id")):
        problems["id"] = "Give it a name of letters, digits, dots and hyphens."
    if fields.one("effect") not in {"permit", "forbid"}:
        problems["effect"] = "Say whether somebody may or may not."
    if not actions:
        problems["actions"] = "Say what the rule is about."
    if problems:
        return None, problems
    whether = {"yes": True, "no": False}
    rule = PlainRule(
        id=fields.one("id"),
        effect="permit" if fields.one("effect") == "permit" else "forbid",
        actions=actions,
        where=_terms(fields, "where"),
        public=whether.get(fields.one("public")),
        agreed=fields.one("agreed") == "yes",
        data=whether.get(fields.one("data")),
        unless=_terms(fields, "unless"),
    )
    try:
        check(rule)
    except InputError as error:
        return None, {"actions": f"The {error.message.replace(f'`{rule.id}` ', '', 1)}: {error.remedy}."}
    return rule, {}


def fields_of(rule: PlainRule) -> Fields:
    """A rule as the values of its form."""
    word = {None: "", True: "yes", False: "no"}
    values = {"id": (rule.id,), "effect": (rule.effect,), "actions": rule.actions, "public": (word[rule.public],)}
    values |= {"data": (word[rule.data],), "agreed": ("yes",) if rule.agreed else ()}
    for side, terms in (("where", rule.where), ("unless", rule.unless)):
        for name in TREES:
            branches: Branches = getattr(terms, name)
            values |= {f"{side}.{name}": branches.within, f"{side}.{name}.alone": (" ".join(branches.alone),)}
        values |= {f"{side}.{name}": getattr(terms, name) for name in SETS}
    return Fields(values)


def _terms(fields: Fields, side: str) -> Terms:
    def tree(name: str) -> Branches:
        return Branches(fields.all(f"{side}.{name}"), fields.words(f"{side}.{name}.alone"))

    return Terms(
        agencies=tree("agencies"),
        serving=fields.all(f"{side}.serving"),
        parties=fields.all(f"{side}.parties"),
        categories=tree("categories"),
        purposes=tree("purposes"),
        authorities=tree("authorities"),
        marked=fields.all(f"{side}.marked"),
    )


HEAD_FIELDS: Final = (
    "title", "issued", "effective", "directed_by", "counsel", "supersedes", "stage", "canary_accounts",
    "step_back_until", "legal_basis",
)  # fmt: skip


def head_fields(head: Head) -> Fields:
    """A head as the values of its form."""
    basis = "\n".join(f"{each.citation} | {each.status} | {each.checked_on}" for each in head.legal_basis)
    values = {"title": head.title, "issued": f"{head.issued}", "effective": f"{head.effective:%Y-%m-%d %H:%M}"}
    values |= {"directed_by": head.directed_by, "counsel": head.counsel or "", "stage": head.stage}
    values |= {"canary_accounts": " ".join(head.canary_accounts), "legal_basis": basis}
    values |= {"step_back_until": f"{head.step_back_until or ''}"}
    return Fields({**{name: (value,) for name, value in values.items()}, "supersedes": head.supersedes})


def head_of(fields: Fields, name: str) -> tuple[Head | None, dict[str, str]]:
    """The head that a form says, or what is wrong by the name of the field."""
    problems: dict[str, str] = {}
    if not fields.one("title"):
        problems["title"] = "Give it a title."
    stage = next((each for each in STAGES if each == fields.one("stage")), None)
    if stage is None:
        problems["stage"] = "Choose the highest stage."
    if not fields.one("directed_by"):
        problems["directed_by"] = "Choose the official who directs it."
    issued = _day(fields, "issued", problems)
    back = _day(fields, "step_back_until", problems) if fields.one("step_back_until") else None
    effective = _moment(fields, problems)
    basis = tuple(_bases(fields, problems))
    if problems or stage is None or issued is None or effective is None:
        return None, problems
    found = Head(
        name, fields.one("title"), issued, effective, fields.one("directed_by"), "confirm", fields.all("supersedes"),
        stage, fields.words("canary_accounts"), basis, fields.one("counsel") or None, back,
    )  # fmt: skip
    return found, {}


def rewritten(toml: bytes, head: Head) -> bytes:
    """`directive.toml` with another head; tables that follow the head stay as they are."""
    tables = _TABLES.search(toml)
    return render_head(head) + (b"" if tables is None else b"\n" + toml[tables.start() :])


def _bases(fields: Fields, problems: dict[str, str]) -> Iterable[LegalBasis]:
    for number, line in enumerate(fields.one("legal_basis").splitlines(), 1):
        parts = [part.strip() for part in line.split("|")]
        try:
            citation, status, checked = parts
            found = LegalBasis(citation, status, date.fromisoformat(checked))
        except ValueError:
            problems["legal_basis"] = (
                f"Line {number}: write citation, status and the day it was checked, with | between."
            )
            continue
        if citation and status:
            yield found
        else:
            problems["legal_basis"] = f"Line {number}: a citation has a status, as counsel states it."


def _day(fields: Fields, name: str, problems: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(fields.one(name))
    except ValueError:
        problems[name] = "Write a day as 2026-01-31."
        return None


def _moment(fields: Fields, problems: dict[str, str]) -> datetime | None:
    try:
        found = datetime.fromisoformat(fields.one("effective"))
    except ValueError:
        problems["effective"] = "Write a time in UTC as 2026-01-31 14:30."
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def choices(repository: Repository) -> dict[str, list[tuple[str, str]]]:
    """What there is to name: ids, each with its words, items of a tree below their parents."""
    agencies = [(each.id, each.name) for each in repository.agencies.values()]
    tables = [table for system in repository.systems.values() for table in system.tables]
    marks = sorted({name for table in tables for name, row in table.attributes.items() if row.type == "Bool"})
    return {
        "agencies": agencies,
        "serving": agencies,
        "parties": agencies,
        "categories": [(each, "") for each in repository.categories],
        "purposes": [(each, "") for each in repository.purposes],
        "authorities": [(each, "") for each in repository.authorities],
        "marked": [(each, "") for each in marks],
        "rows": [(each, "") for each in ACTIONS],
        "help": [(each, "") for each in ASSISTANCE],
    }
