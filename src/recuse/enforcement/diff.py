"""The difference of two sets of facts inside a closed world: what is not wanted there is unmade."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from recuse.enforcement.facts import (
    ConflictGuard,
    Declaration,
    Definition,
    Fact,
    Grant,
    NewObjects,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact to make (`make`) or unmake; `before` is the fact of the same identity that a made one replaces."""

    make: bool
    fact: Fact
    before: Fact | None = None


def identity(fact: Fact) -> Hashable:
    """What stays the same when a fact changes its value; a fact without a value is its own identity."""
    match fact:
        case Role():
            return ("role", fact.name)
        case Owner():
            return ("owner", fact.of.name)
        case RowSecurity():
            return ("row security", fact.table)
        case RowPolicy():
            return ("row policy", fact.table, fact.name)
        case ConflictGuard():
            return ("conflict guard", fact.table)
        case Definition():
            return ("definition", fact.of)
        case RegisteredAccount():
            return ("account", fact.login)
        case Declaration():
            return ("declaration", fact.login, fact.purpose, fact.authority, fact.agreement)
        case Support():
            return "support"
        case NewObjects():
            return "new objects"
        case _:
            return fact


def diff(found: Iterable[Fact], wanted: Iterable[Fact], governed: Callable[[Fact], bool]) -> tuple[Difference, ...]:
    """What to make and unmake so that, within `governed`, the facts found become the facts wanted.

    A found fact outside `governed` is left alone. Unmaking comes before making, each in a fixed order. A grant on a
    table is replaced, never subtracted from: revoking it takes the column grants of the same words with it, so those
    are made again.
    """
    found_set, wanted_set = frozenset(found), frozenset(wanted)
    by_identity = {identity(fact): fact for fact in found_set}
    kept = {identity(fact) for fact in wanted_set}
    unmade = [
        Difference(make=False, fact=fact)
        for fact in found_set - wanted_set
        if identity(fact) not in kept and governed(fact)
    ]
    lost = {_words(d.fact) for d in unmade if isinstance(d.fact, Grant) and d.fact.on.kind == "table"}
    again = {f for f in wanted_set & found_set if isinstance(f, Grant) and f.on.kind == "column" and _words(f) in lost}
    made = [Difference(make=True, fact=fact, before=by_identity.get(identity(fact))) for fact in wanted_set - found_set]
    made += [Difference(make=True, fact=fact) for fact in again]
    return (*sorted(unmade, key=_text), *sorted(made, key=_text))


def _text(difference: Difference) -> str:
    return repr(difference.fact)


def _words(grant: Grant) -> Hashable:
    """What a grant on a column shares with the grant on its table that says the same of all columns."""
    return (grant.on.relation, grant.privilege, grant.grantee, grant.grantor)
