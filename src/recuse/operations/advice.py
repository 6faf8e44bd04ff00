"""Advice on a plan: what would become slow or be refused, which rows no rule sees, how long locks are held.

It tells of a moment (who is in the way, how many rows there are), so it stands beside the plan and is not compared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from recuse.compiler.condition import NEVER
from recuse.compiler.nulls import Guard, Shown, effect_of_null, guards
from recuse.compiler.rights import TableRights
from recuse.enforcement.facts import ObjectRef
from recuse.enforcement.held import Holdings
from recuse.model import RowAttribute, System, TableMap
from recuse.operations.plan import Planned
from recuse.operations.policy import Policy
from recuse.targets.advice import Advised, Asked, IndexAdvice, Logged, NullCount, StatementAdvice
from recuse.targets.records import Holder, RenderedStatement
from recuse.targets.target import Session

EVERY_COLUMN: Final = ("SELECT *", "RETURNING *", "the whole row", "COPY … TO without columns")
SYSTEM_COLUMNS: Final = "xmin, ctid and other system columns"
LOCK_TABLE: Final = "LOCK TABLE"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What advice is wanted: whether rows may be counted, and about which logged statements."""

    count: bool = True
    logged: tuple[Logged, ...] = ()


def advise(session: Session, policy: Policy, planned: Planned, wanted: Wanted) -> dict[str, Any]:
    """The advice on one system's plan, as its part of the plan document."""
    system = policy.repository.systems[planned.plan.system]
    about = _About(system, planned, _logins_of_classes(planned), Holdings(planned.found.facts))
    relations = tuple(sorted({s.lock.object for s in planned.statements if s.lock.object is not None}))
    columns = {t.name: c for t in system.tables if (c := tuple(sorted({a.column for a in about.optional(t)})))}
    found = session.advise(Asked(tuple(t.name for t in system.tables), columns, relations, wanted.count))
    classes = {role: {r.table: r for r in c.tables} for role, c in planned.classes.contents.items()}
    tables = tuple(table.name for table in system.tables)
    judged = session.judge(wanted.logged, classes, tables) if wanted.logged else ()
    return {
        "system": system.name,
        "indexes": [about.index(advice) for advice in found.indexes],
        "nulls": list(about.nulls(found.nulls, guards(policy.rules))),
        "columns": list(about.columns()),
        "locks": list(about.locks(found)),
        "statements": [about.statement(advice) for advice in judged],
    }


def _logins_of_classes(planned: Planned) -> Mapping[str, tuple[str, ...]]:
    """The logins that hold or may declare each class."""
    held: dict[str, set[str]] = {}
    for login, role in planned.classes.standing.items():
        held.setdefault(role, set()).add(login)
    for declared in planned.classes.declared:
        held.setdefault(declared.role, set()).add(declared.login)
    return {role: tuple(sorted(logins)) for role, logins in held.items()}


@dataclass(frozen=True, slots=True)
class _About:
    """Ties what the database says to the accounts of the plan."""

    system: System
    planned: Planned
    logins: Mapping[str, tuple[str, ...]]
    holdings: Holdings

    def optional(self, table: TableMap) -> Iterator[RowAttribute]:
        """The attributes of a table that may be NULL."""
        return (attribute for attribute in table.attributes.values() if attribute.optional)

    def rights(self, table: str) -> Iterator[tuple[str, TableRights]]:
        """Each class that has rights on a table, with them."""
        for role, content in sorted(self.planned.classes.contents.items()):
            rights = content.of(table)
            if rights is not None and role in self.logins:
                yield role, rights

    def accounts(self, roles: Iterable[str]) -> list[str]:
        """The accounts of these classes."""
        return sorted({f"{self.system.name}/{login}" for role in roles for login in self.logins.get(role, ())})

    def index(self, advice: IndexAdvice) -> dict[str, Any]:
        """An index with the accounts whose class may ask about all of its columns."""
        asks = [role for role, rights in self.rights(advice.table) if set(advice.columns) <= set(rights.read)]
        return {**asdict(advice), "accounts": self.accounts(asks)}

    def nulls(self, counts: Iterable[NullCount], found: Sequence[Guard]) -> Iterator[dict[str, Any]]:
        """Each optional attribute that some rule asks about, with what becomes of the rows without."""
        for count in counts:
            table = self.system.table(count.table)
            for name, attribute in sorted(table.attributes.items()):
                if attribute.column != count.column:
                    continue
                by_effect: dict[Shown, list[str]] = {"shown": [], "hidden": []}
                for role, rights in self.rights(count.table):
                    effect = effect_of_null(rights.read_rows, count.column)
                    if effect is not None:
                        by_effect[effect].append(role)
                rules = [asdict(guard) for guard in found if guard.attribute == name]
                if rules and any(by_effect.values()):
                    shown, hidden = (self.accounts(by_effect[effect]) for effect in ("shown", "hidden"))
                    yield {**asdict(count), "attribute": name, "rules": rules, "shown_to": shown, "hidden_from": hidden}

    def columns(self) -> Iterator[dict[str, Any]]:
        """What accounts lose whose grant on a table becomes grants on its columns; alike accounts together."""
        alike: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
        for login, role in sorted(self.planned.classes.standing.items()):
            for rights in self.planned.classes.contents[role].tables:
                ref = ObjectRef("table", _parts(rights.table))
                if not self.holdings.has(login, ref, "SELECT") or not rights.read:
                    continue
                every = tuple(column.name for column in self.planned.found.shapes[rights.table].columns)
                missing = tuple(column for column in every if column not in rights.read)
                refused = (*(EVERY_COLUMN if missing else ()), SYSTEM_COLUMNS)
                if rights.delete_rows == NEVER:
                    refused = (*refused, LOCK_TABLE)
                alike.setdefault((rights.table, missing, refused), []).append(f"{self.system.name}/{login}")
        for (table, missing, refused), accounts in sorted(alike.items()):
            yield {"table": table, "missing": list(missing), "refused": list(refused), "accounts": accounts}

    def locks(self, found: Advised) -> Iterator[dict[str, Any]]:
        """Each transaction of the plan that locks relations, with who holds one of them now."""
        transactions: dict[tuple[str, str], list[RenderedStatement]] = {}
        for statement in self.planned.statements:
            first = statement.changes[0]
            transactions.setdefault((first.step, first.batch), []).append(statement)
        for (step, _), statements in transactions.items():
            objects = sorted({s.lock.object for s in statements if s.lock.object is not None})
            if not objects:
                continue
            refreshed = {s.lock.object or "" for s in statements if s.do.startswith("REFRESH")}
            yield {
                "step": step,
                "objects": objects,
                "statements": len(statements),
                "held": next(s.lock.held for s in statements if s.lock.object is not None),
                "refreshed_bytes": sum(found.sizes.get(name, 0) for name in refreshed) if refreshed else None,
                "in_the_way": [_holder(h) for h in found.holders if h.relation in objects],
            }

    def can_now(self, account: str, advice: StatementAdvice) -> bool:
        """Whether the account may do something of the kind today: what it never could is refused to it by no plan."""
        login = account.partition("/")[2]
        refs = [
            ObjectRef("column", (*_parts(table), column.name))
            for table in advice.tables
            for column in self.planned.found.shapes[table].columns
        ]
        return any(self.holdings.has(login, ref, privilege) for ref in refs for privilege in advice.privileges)

    def statement(self, advice: StatementAdvice) -> dict[str, Any]:
        """A statement with the accounts to whom it would be refused without a permit, in their standing class.

        Those that the log names, where it names any; else those that may do something of the kind today.
        """
        by_reason: dict[str, list[str]] = {}
        for role, reason in advice.refused or ():
            by_reason.setdefault(reason, []).append(role)
        said = {f"{self.system.name}/{login}" for login in advice.logins}
        refused = []
        for reason, roles in sorted(by_reason.items()):
            standing = [login for login, role in self.planned.classes.standing.items() if role in roles]
            named = sorted(f"{self.system.name}/{login}" for login in standing)
            accounts = [a for a in named if (a in said if said else self.can_now(a, advice))]
            if accounts:
                refused.append({"reason": reason, "accounts": accounts})
        return {
            "text": advice.text,
            "calls": advice.calls,
            "tables": list(advice.tables),
            "hazards": [{"code": code, "table": table} for code, table in advice.hazards],
            "refused": None if advice.refused is None else refused,
            "lost": None if advice.lost is None else list(advice.lost),
            "unmeasured": advice.unmeasured,
        }


def _holder(holder: Holder) -> dict[str, Any]:
    since = None if holder.since is None else holder.since.isoformat()
    return {**asdict(holder), "since": since}


def _parts(name: str) -> tuple[str, str]:
    schema, _, table = name.partition(".")
    return schema, table
