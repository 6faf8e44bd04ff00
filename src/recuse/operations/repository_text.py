"""The files of a proposed policy repository: model records as TOML, each guess with its reason on the line above."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from recuse.model import Account, AttributeType
from recuse.operations.baseline import Baseline
from recuse.operations.category_map import APART, MappedTable, base_of
from recuse.operations.derived_map import MappedDerived
from recuse.operations.guesses import vocabulary
from recuse.operations.proposal import Check, Omission
from recuse.toml_text import Value, block, comment, key, named, value

_PROPOSED: Final = "Proposed by `recuse init`. Every line is for a person to check."
_NO_KEY: Final = 'no key, so that nobody can sign: put a public key here, as in "ssh-ed25519 AAAA…"'


@dataclass(frozen=True, slots=True)
class Named:
    """What a person chose: the system's name, engine and service, the institution's id and name, and the day."""

    system: str
    engine: str
    service: str
    institution_id: str
    institution_name: str
    on: date
    until: date

    @property
    def unassigned(self) -> str:
        """The id of the agency of every account that no person has assigned yet."""
        return f"{self.institution_id}.unassigned"

    @property
    def directive(self) -> str:
        """The id of the baseline directive."""
        return f"{self.on.isoformat()}-baseline"


@dataclass(frozen=True, slots=True)
class Content:
    """What was worked out from the database, ready to be written."""

    accounts: tuple[Account, ...]
    uses: Mapping[str, Sequence[str]]  # login -> comments
    tables: tuple[MappedTable, ...]
    derived: tuple[MappedDerived, ...]
    baseline: Baseline
    checks: tuple[Check, ...]
    left_out: tuple[Omission, ...]


def files(names: Named, content: Content) -> dict[str, str]:
    """Every file of the repository by path."""
    folder = f"directives/{names.directive}"
    return {
        "recuse.toml": _recuse(names),
        "agencies.toml": _agencies(names),
        "accounts.toml": _accounts(content),
        "purposes.toml": _head(vocabulary("purposes")),
        "authorities.toml": _head(vocabulary("authorities")),
        "categories.toml": _head(vocabulary("categories"), *_apart(content.tables)),
        "officials.toml": _officials(names),
        f"categories/{names.system}.toml": _category_map(names, content),
        f"{folder}/directive.toml": _directive(names),
        f"{folder}/directive.cedar": _cedar(content),
    }


def _head(*parts: str, notes: Iterable[str] = ()) -> str:
    lines = "".join(comment(note) + "\n" for note in (_PROPOSED, *notes))
    return lines + "format = 1\n\n" + "\n".join(parts)


def _recuse(names: Named) -> str:
    institution: dict[str, Value] = {
        "id": names.institution_id, "name": names.institution_name, "jurisdictions": (),
    }  # fmt: skip
    system: dict[str, Value] = {
        "name": names.system,
        "kind": "live",
        "engine": names.engine,
        "service": names.service,
        "owner": names.institution_id,
        "stage": "observe",
    }
    return _head(
        block("[institution]", institution, ("jurisdictions: packs of law, lowest first",)),
        block("[ledger]", {"origin": f"records.example/{names.system}"}, ("a placeholder: the ledger's own name",)),
        block("[[system]]", system, ("stage `observe`: nothing is enforced until a person says so",)),
    )


def _agencies(names: Named) -> str:
    own: dict[str, Value] = {
        "id": names.institution_id, "name": names.institution_name, "jurisdiction": "unstated",
    }  # fmt: skip
    unassigned: dict[str, Value] = {
        "id": names.unassigned,
        "parent": names.institution_id,
        "name": "Unassigned accounts",
        "jurisdiction": "unstated",
    }
    assign = (
        "Every account found stands here until a person assigns it: an agency is known by its registry id, never by a",
        "pattern in a login's name. An account of another body leaves `official_duty` and needs an agreement.",
    )
    return _head(block("[[agency]]", own), block("[[agency]]", unassigned, assign))


def _accounts(content: Content) -> str:
    left = [f"left out: {named(o.name)}: {o.reason}" for o in content.left_out if o.kind == "login"]
    return _head(*(_account(each, content.uses[each.login]) for each in content.accounts), notes=left)


def _account(account: Account, notes: Sequence[str]) -> str:
    values: dict[str, Value] = {
        "id": account.id, "agency": account.agency, "use": account.use, "active": account.active,
    }  # fmt: skip
    text = block("[[account]]", values, notes)
    if account.standing is None:
        return text
    circumstances = account.standing.circumstances
    standing: dict[str, Value] = {
        "purpose": circumstances.purpose, "authority": circumstances.authority, "until": account.standing.until,
    }  # fmt: skip
    return text + block("[account.standing]", standing)


def _apart(tables: Iterable[MappedTable]) -> Iterator[str]:
    """The categories that were set apart, each below the one that was guessed."""
    used: dict[str, list[str]] = {}
    for table in tables:
        for category in table.map.categories:
            if APART in category:
                used.setdefault(category, []).append(table.map.name)
    for category, names in sorted(used.items()):
        note = f"set apart in {', '.join(map(named, names))}: some accounts hold only this part, or only the rest"
        yield block("[[category]]", {"id": category, "parent": base_of(category)}, (note,))


def _officials(names: Named) -> str:
    notes = (
        "Placeholders, not persons. A person writes who directs, who confirms, their terms and their public keys.",
    )
    return _head(
        _official(names, "directs", "direct"), _official(names, "confirms", "confirm"), notes=notes
    )  # fmt: skip


def _official(names: Named, does: str, role: str) -> str:
    values: dict[str, Value] = {
        "id": f"placeholder-{does}",
        "name": f"Placeholder (fictional): who {does}",
        "office": "Placeholder (fictional)",
        "roles": (role,),
        "from": names.on,
        "until": names.until,
        "keys": (),
    }
    return block("[[official]]", values, (_NO_KEY,))


def _category_map(names: Named, content: Content) -> str:
    left = [o for o in content.left_out if o.kind not in ("login", "access")]
    notes = [f"left out: {o.kind} {named(o.name)}: {o.reason}" for o in left]
    checks: dict[str, list[str]] = {}
    for check in content.checks:
        checks.setdefault(check.table, []).append(f"check {named(check.column)}: {check.sentence}")
    tables = (_table(table, checks.get(table.map.name, ())) for table in content.tables)
    system = f"system = {value(names.system)}\n"
    return _head(system, *tables, *map(_derived, content.derived), notes=notes)


def _table(mapped: MappedTable, checks: Sequence[str]) -> str:
    table = mapped.map
    values: dict[str, Value] = {"name": table.name, "category": table.category}
    if table.key:
        values["key"] = table.key
    text = block("[[table]]", values, (*mapped.notes, *checks))
    if table.columns:
        text += "[table.columns]\n"
        for column, category in table.columns.items():
            text += comment(mapped.reasons[column]) + "\n"
            text += f"{key(column)} = {value({'category': category})}\n"
    if table.attributes:
        text += "[table.attributes]\n"
        for name, row in table.attributes.items():
            kind: AttributeType = row.type
            text += comment("guessed: a boolean column, by its name") + "\n"
            text += f"{key(name)} = {value({'column': row.column, 'type': kind, 'optional': row.optional})}\n"
    return text


def _derived(mapped: MappedDerived) -> str:
    derived = mapped.derived
    reads = derived.reads_as
    values: dict[str, Value] = {
        "name": derived.name,
        "category": derived.category,
        "tables": derived.tables,
        "reads_as": {"agency": reads.agency, "purpose": reads.purpose, "authority": reads.authority},
    }
    if derived.refreshed_by is not None:
        values["refreshed_by"] = derived.refreshed_by
    return block("[[derived]]", values, mapped.notes)


def _directive(names: Named) -> str:
    values: dict[str, Value] = {
        "format": 1,
        "id": names.directive,
        "title": "Baseline: every account keeps the access to tables it was found with",
        "issued": names.on,
        "effective": datetime.combine(names.on, time(), UTC),
        "directed_by": "placeholder-directs",
        "confirm_role": "confirm",
        "supersedes": (),
        "stage": "observe",
        "canary_accounts": (),
        "legal_basis": (),
        "cedar_sha256": "CEDAR",
        "policy_sha256": "POLICY",
    }
    lines = [comment(_PROPOSED), comment("legal_basis: counsel names what this rests on, each with its status")]
    return "\n".join([*lines, block("", values)])


def _cedar(content: Content) -> str:
    said = [
        _PROPOSED,
        "Kept: what each account may read, insert, update and delete in tables, for purpose `own.functions`.",
        "A view stays where it opens nothing new. Not kept: TRUNCATE, REFERENCES, TRIGGER, MAINTAIN and grant options;",
        "rights to sequences beyond inserting; definer functions; what only a group or owner may do besides;",
        *(f"{named(o.name)}: {o.reason}." for o in content.left_out if o.kind == "access"),
    ]
    return "".join(f"// {line}\n" for line in said) + "\n" + content.baseline.text
