"""What the policy opens to each login of a listing, as far as grants can say it; the rest is refused by name."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from recuse.compiler.classes import ClassContent, ClassMap
from recuse.compiler.condition import ALWAYS, NEVER, Condition
from recuse.compiler.rights import TableRights
from recuse.enforcement.facts import ColumnShape, TableShape
from recuse.errors import PlanError
from recuse.model import UNBOUND_USES, Account, System, TableMap
from recuse.operations.policy import Policy
from recuse.targets.listing.nodes import Verb, dotted
from recuse.targets.listing.records import Listing, Name

ENDED: Final = "it takes no permits here: nobody could check them"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a policy opens on a listing: columns by relation and verb for each class, and which class a login has.

    `declaring` are logins that could declare more where `recuse` enforces: here there is nothing to declare to.
    """

    accounts: Mapping[str, Account]
    classes: Mapping[str, Mapping[tuple[Name, Verb], frozenset[str]]]
    standing: Mapping[str, str]
    declaring: frozenset[str]

    def of(self, login: str) -> Mapping[tuple[Name, Verb], frozenset[str]]:
        """What a login may reach."""
        return self.classes.get(self.standing.get(login, ""), {})

    def bound(self) -> Iterator[str]:
        """The logins that the policy binds."""
        return (login for login, account in sorted(self.accounts.items()) if account.use not in UNBOUND_USES)


def wanted_of(policy: Policy, system: System, listing: Listing) -> Wanted:
    """What the policy opens. Raises PlanError for what does not fit the export, or what grants cannot say."""
    if system.engine != listing.about.engine:
        message = f"system `{system.name}` is of engine `{system.engine}`, and the export of `{listing.about.engine}`"
        raise PlanError(message, "correct `engine` or `service` in recuse.toml")
    accounts = {a.login: a for a in policy.repository.accounts.values() if a.system == system.name}
    _check_logins(system, accounts, listing)
    shapes = {table.name: _shape(system, table, listing) for table in system.tables}
    classes = policy.classifier(system, shapes, listing.about.database).classify(policy.on)
    refusals = dict.fromkeys(_refusals(classes, listing))
    if refusals:
        (first, remedy), *others = refusals
        more = f"; and {len(others)} more of the kind" if others else ""
        raise PlanError(f"system `{system.name}` cannot be enforced by grants: {first}{more}", remedy)
    used = {classes.standing[login] for login in classes.standing}
    return Wanted(
        accounts,
        {role: _opened(classes.contents[role]) for role in sorted(used)},
        classes.standing,
        frozenset(declared.login for declared in classes.declared),
    )


def table_name(name: str) -> Name:
    """A name of the category map as the export has it."""
    schema, _, table = name.partition(".")
    return schema, table


def _check_logins(system: System, accounts: Mapping[str, Account], listing: Listing) -> None:
    logins = [each.name for each in listing.principals if each.kind == "login" and not each.builtin]
    unknown = sorted(login for login in logins if login not in accounts)
    if unknown:
        names = ", ".join(f"`{login}`" for login in unknown)
        message = f"logins of system `{system.name}` that belong to no agency: {names}"
        remedy = f'add an [[account]] with id = "{system.name}/{unknown[0]}" to accounts.toml for each'
        raise PlanError(message, remedy)


def _shape(system: System, table: TableMap, listing: Listing) -> TableShape:
    name = table_name(table.name)
    if name not in listing.relations or listing.relations[name].kind != "table":
        message = f"table `{table.name}` of system `{system.name}` is not in its export"
        raise PlanError(message, f"correct `categories/{system.name}.toml`, letter by letter, or export again")
    columns = listing.columns_of.get(name, ())
    mapped = {*table.key, *table.columns, *(attribute.column for attribute in table.attributes.values())}
    for column in sorted(mapped - set(columns)):
        message = f"table `{table.name}` of system `{system.name}` has no column `{column}` in its export"
        raise PlanError(message, f"correct `categories/{system.name}.toml`, letter by letter, or export again")
    shapes = tuple(ColumnShape(each, "", nullable=True, deterministic=True, generated=False) for each in columns)
    return TableShape(table.name, "table", shapes, ())


def _refusals(classes: ClassMap, listing: Listing) -> Iterator[tuple[str, str]]:
    engine = listing.about.engine
    for login, role in sorted(classes.standing.items()):
        content = classes.contents[role]
        for rights in content.tables:
            for action, condition, columns in _by_action(rights):
                if condition not in (ALWAYS, NEVER):
                    yield _refusal(engine, "rows", f"`{login}` may {action} only some rows of `{rights.table}`,")
                elif action == "read" and engine == "oracle" and condition == ALWAYS:
                    every = listing.columns_of.get(table_name(rights.table), ())
                    if set(columns) != set(every):
                        yield _refusal(engine, "columns", f"`{login}` may read only some columns of `{rights.table}`,")
        for name in content.derived:
            yield from _derived(engine, name, classes, listing)


def _derived(engine: str, name: str, classes: ClassMap, listing: Listing) -> Iterator[tuple[str, str]]:
    if name.endswith(")"):
        yield _refusal(engine, "routine", f"`{name}` is a routine,")
    elif table_name(name) not in listing.relations:
        yield f"derived object `{name}` is not in the export", "correct its name in categories/, or export again"
    elif any(r.read_rows != ALWAYS for r in classes.owners[name].tables) or not all(
        set(r.read) == set(listing.columns_of.get(table_name(r.table), ())) for r in classes.owners[name].tables
    ):
        yield _refusal(engine, "derived", f"`{name}` would have to show only a part of its tables,")


def _by_action(rights: TableRights) -> Iterator[tuple[Verb, Condition, tuple[str, ...]]]:
    yield "read", rights.read_rows, rights.read
    yield "insert", rights.insert_rows, rights.insert
    yield "update", rights.update_rows, rights.update
    yield "delete", rights.delete_rows, rights.read


def _opened(content: ClassContent) -> dict[tuple[Name, Verb], frozenset[str]]:
    found: dict[tuple[Name, Verb], frozenset[str]] = {}
    for rights in content.tables:
        for verb, condition, columns in _by_action(rights):
            if condition == ALWAYS and columns:
                found[table_name(rights.table), verb] = frozenset(columns)
    for name in content.derived:
        found[table_name(name), "read"] = frozenset()
    return found


def _refusal(engine: str, what: str, subject: str) -> tuple[str, str]:
    found = (
        _refused().get(engine, {}).get(what, {"why": "and grants cannot say that", "remedy": "leave it to a person"})
    )
    return f"{subject} {found['why']}", found["remedy"]


@cache
def _refused() -> dict[str, Any]:
    return tomllib.loads(files("recuse.targets.listing").joinpath("refused.toml").read_text(encoding="utf-8"))


def readable(name: Name) -> str:
    """A relation's name in messages."""
    return dotted(*name)
