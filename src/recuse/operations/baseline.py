"""The baseline's Cedar text: permit rules that give every account exactly the table access it was found with.

One group of rules for all accounts with equal access. A rule names its tables and, where it opens only part of one, the
categories by equality: `in` would reach the categories below. Nothing is opened to a table made later.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recuse.enforcement.facts import TableShape
from recuse.model import ACTIONS, Action, TableMap
from recuse.operations.access import TableAccess
from recuse.operations.category_map import category_columns
from recuse.operations.derived_map import MappedDerived
from recuse.policy.contexts import OFFICIAL_DUTY
from recuse.policy.schema import row_type

FUNCTIONS: Final = "own.functions"
DERIVED: Final = "own.derived"
TABLES_IN_A_RULE: Final = 16  # Cedar's parser and ours recurse over `||`
Opened = tuple[str, tuple[str, ...]]  # table, categories; no categories means all of them
Profile = tuple[tuple[tuple[Action, ...], tuple[Opened, ...]], ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The text of `directive.cedar` and how many rules it holds."""

    text: str
    rules: int


@dataclass(frozen=True, slots=True)
class Held:
    """What the baseline is written from: a system's tables, and what bound accounts hold, by login and table."""

    system: str
    institution: str
    tables: Mapping[str, TableMap]
    shapes: Mapping[str, TableShape]
    holders: Mapping[str, Mapping[str, TableAccess]]


def baseline(held: Held, derived: Sequence[MappedDerived]) -> Baseline:
    """Permit rules for every account that holds anything, for the owners of derived objects, and no others."""
    rules: list[str] = []
    for number, (profile, logins) in enumerate(_groups(held), start=1):
        rules += _of_group(held, number, profile, logins)
    opened = sorted({table for each in derived for table in each.derived.tables})
    for part, tables in enumerate(_chunks([(table, ()) for table in opened]), start=1):
        scope = f'principal in Agency::{_string(held.institution)}, action == Action::"read", resource'
        rules.append(_rule(f"baseline-derived-{part}", scope, _where(held.system, DERIVED, None, tables)))
    return Baseline("\n".join([*rules, *_once_derived(held, derived)]), len(rules))


def _groups(held: Held) -> list[tuple[Profile, list[str]]]:
    """Accounts by what they hold, in the order of their first login."""
    found: dict[Profile, list[str]] = {}
    for login in sorted(held.holders):
        profile = _profile(held, held.holders[login])
        if profile:
            found.setdefault(profile, []).append(login)
    return list(found.items())


def _profile(held: Held, access: Mapping[str, TableAccess]) -> Profile:
    """The tables or parts of tables that each set of actions opens."""
    found: dict[tuple[Action, ...], list[Opened]] = {}
    for table in sorted(access):
        by_action = _categories(held.tables[table], held.shapes[table], access[table])
        by_opened: dict[Opened, list[Action]] = {}
        for action, categories in by_action.items():
            whole = len(categories) == len(held.tables[table].categories)
            by_opened.setdefault((table, () if whole else categories), []).append(action)
        for opened, actions in by_opened.items():
            found.setdefault(tuple(actions), []).append(opened)
    order = sorted(found, key=lambda actions: [ACTIONS.index(action) for action in actions])
    return tuple((actions, tuple(found[actions])) for actions in order)


def _categories(table: TableMap, shape: TableShape, access: TableAccess) -> dict[Action, tuple[str, ...]]:
    """The categories that each action opens; columns of one category are held alike, generated ones aside.

    A category without columns of its own goes with any other: deleting a row concerns every category.
    """
    found: dict[Action, list[str]] = {}
    for category, columns in category_columns(table, shape).items():
        actions = {action for column in columns or shape.columns for action in access.actions(column.name)}
        for action in ACTIONS:
            if action in actions or (action == "delete" and access.delete):
                found.setdefault(action, []).append(category)
    return {action: tuple(categories) for action, categories in found.items()}


def _of_group(held: Held, number: int, profile: Profile, logins: Sequence[str]) -> Iterator[str]:
    for actions, opened in profile:
        words = ", ".join(f'Action::"{action}"' for action in actions)
        scope = f"principal, action {f'== {words}' if len(actions) == 1 else f'in [{words}]'}, resource"
        for part, tables in enumerate(_chunks(opened), start=1):
            name = f"baseline-{number:02}-{'-'.join(actions)}-{part}"
            yield _rule(name, scope, _where(held.system, FUNCTIONS, logins, tables))


def _where(system: str, purpose: str, logins: Sequence[str] | None, opened: Sequence[Opened]) -> str:
    """The accounts first: for all others a rule is then dropped at once."""
    lines = [f'context.purpose == Purpose::"{purpose}" && context.authority == Authority::"{OFFICIAL_DUTY}"']
    if logins is not None:
        lines.insert(0, f"principal in [{_listed(system, logins)}]")
    lines.append("(" + " ||\n   ".join(_opened(system, *each) for each in opened) + ")")
    return " &&\n  ".join(lines)


def _listed(system: str, logins: Sequence[str]) -> str:
    names = [f"Account::{_string(f'{system}/{login}')}" for login in logins]
    return names[0] if len(names) == 1 else "\n    " + ",\n    ".join(names) + "\n  "


def _opened(system: str, table: str, categories: tuple[str, ...]) -> str:
    kind = f"resource is {row_type(system, table)}"
    if not categories:
        return kind
    listed = ", ".join(f"Category::{_string(category)}" for category in categories)
    return f"({kind} && [{listed}].contains(resource.category))"


def _rule(name: str, scope: str, where: str) -> str:
    return f'@id("{name}")\npermit ({scope})\nwhen {{\n  {where}\n}};\n'


def _once_derived(held: Held, derived: Sequence[MappedDerived]) -> Iterator[str]:
    """As comments: what would keep an account that reads a derived object and not the tables beneath."""
    for number, each in enumerate((d for d in derived if d.lose), start=1):
        tables = [t for t in each.derived.tables if each.derived.category in held.tables[t].categories]
        opened: list[Opened] = [(table, (each.derived.category,)) for table in tables]
        where = _where(held.system, FUNCTIONS, each.lose, opened)
        rule = _rule(f"baseline-through-{number}", 'principal, action == Action::"read", resource', where)
        said = (
            f"Not kept: {_string(each.derived.name)} for these accounts. This rule would keep it, and open the columns"
        )
        lines = [
            said,
            f"of category {_string(each.derived.category)} in its tables to them as well.",
            *rule.splitlines(),
        ]
        yield "".join(f"// {line}\n" for line in lines)


def _chunks(opened: Sequence[Opened]) -> Iterator[Sequence[Opened]]:
    for start in range(0, len(opened), TABLES_IN_A_RULE):
        yield opened[start : start + TABLES_IN_A_RULE]


def _string(text: str) -> str:
    r"""A Cedar string: quotes and `\` escaped, everything unprintable as `\u{…}`."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in escaped) + '"'
