"""Predicts the lock that each statement of a plan takes on users' relations, and what it is held for.

Row security, row policies and owners take their relation's strongest lock, triggers a weaker one; apply takes the
strongest before each batch. Roles, memberships, grants and rows of our own tables take none that anybody waits for.
A lock is held until its transaction ends: milliseconds, since only catalogs change, but where a materialized view is
filled again as long as its query runs. `tests/targets/test_locks.py` compares this with what the server says.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Final, assert_never

from recuse.enforcement.facts import (
    ConflictGuard,
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Firing,
    Grant,
    Membership,
    NewObjects,
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.plan import Change, Step
from recuse.targets.records import Lock, RenderedStatement

NO_LOCK: Final = Lock("none", None, "not at all")
_RELATIONS: Final = ("table", "view", "matview", "sequence")
_REFRESH: Final = "REFRESH MATERIALIZED VIEW "


def locked(changes: Sequence[Change], step: Step) -> tuple[ObjectRef, ...]:
    """What a transaction of a plan locks before anything else, in a fixed order.

    Row security, row policies, triggers and owners need their table's lock anyway. A GRANT needs none; in *shape* it is
    taken all the same, so that no statement meets the old grants and the new row policies, and for a materialized view
    always, because a GRANT on it would break a REFRESH under way.
    """
    found: set[ObjectRef] = set()
    for change in changes:
        ref, altered = _relation(change.fact)
        if ref is None:
            continue
        relation = ref.relation
        if relation.kind == "matview" or (relation.kind == "table" and (altered or step == "shape")):
            found.add(relation)
    return tuple(sorted(ref for ref in found if ref.name[0] != "recuse"))


def with_locks(statements: Sequence[RenderedStatement]) -> tuple[RenderedStatement, ...]:
    """The statements of a plan in their order, each with its lock."""
    found: list[RenderedStatement] = []
    for (step, _), group in groupby(statements, key=lambda s: (s.changes[0].step, s.changes[0].batch)):
        transaction = tuple(group)
        taken = frozenset(locked([change for s in transaction for change in s.changes], step))
        refreshed = [s.do for s in transaction if s.do.startswith(_REFRESH)]
        held = f"as long as {', '.join(refreshed)} runs" if refreshed else "milliseconds"
        for statement in transaction:
            found.append(statement.with_lock(_lock(statement.changes[0], taken, held)))
    return tuple(found)


def _lock(change: Change, taken: frozenset[ObjectRef], held: str) -> Lock:
    ref, altered = _relation(change.fact)
    if ref is None:
        return NO_LOCK
    needed = (ref.kind in _RELATIONS and ref.name[0] != "recuse") if altered else ref.relation in taken
    return Lock("ACCESS EXCLUSIVE", ".".join(ref.relation.name), held) if needed else NO_LOCK


def _relation(fact: Fact) -> tuple[ObjectRef | None, bool]:
    """The object that a fact is about, where it is one that could be locked, and whether its change locks it itself."""
    match fact:
        case RowPolicy(table=ref) | RowSecurity(table=ref) | ConflictGuard(table=ref) | Owner(of=ref):
            return ref, True
        case Firing(table=table):
            return table, True
        case Grant(on=ref):
            return ref, False
        case (
            Role() | Membership() | DefaultPrivilege() | Definition() | RegisteredAccount() | Declaration() | Support()
            | NewObjects()
        ):  # fmt: skip
            return None, False
        case _ as never:
            assert_never(never)
