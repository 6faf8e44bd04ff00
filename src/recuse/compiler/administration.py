"""What logins hold that apply plans without being superusers, and in whose voice memberships are given.

An *administrator* is a declared login that can undo the policy. It speaks as the owner of the `recuse` schema and of
derived objects, so it is a member of those roles; a membership is given in its own voice, where a superuser's is always
the bootstrap superuser's. Who gave a membership that is otherwise as wanted is left as it is found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from recuse.enforcement.facts import Fact, Membership, Role
from recuse.enforcement.names import KEEPER
from recuse.model import Account


def administrators(accounts: Iterable[Account]) -> frozenset[str]:
    """The logins that are declared to apply plans without being superusers."""
    return frozenset(account.login for account in accounts if account.use == "administrator")


def administration(
    accounts: Iterable[Account], owners: Iterable[str], found: Iterable[Fact], grantor: str
) -> Iterator[Fact]:
    """The memberships of administrators in what owns the support schema, and in the `owners` of derived objects."""
    active = administrators(account for account in accounts if account.active)
    held = tuple(dict.fromkeys((KEEPER, *owners)))
    for login in sorted(fact.name for fact in found if isinstance(fact, Role) and fact.name in active):
        for role in held:
            yield Membership(role, login, grantor, admin=False, inherit=True, set_=True)


def in_whose_voice(
    facts: Iterable[Fact],
    found: frozenset[Fact],
    accounts: Iterable[Account],
    speakers: tuple[str, str | None],
    *,
    granular: bool,
) -> set[Fact]:
    """The same facts, each membership given by whoever gave it already, or by who plans.

    `speakers` are the bootstrap superuser and, where no superuser plans, its login. On 16 and newer only superusers and
    administrators may have given it: what another login gave, that login may take back. Before, a membership is one,
    and its grantor has no say in it.
    """
    bootstrap, login = speakers
    declared = administrators(accounts)
    superusers = {fact.name for fact in found if isinstance(fact, Role) and fact.superuser}
    others = () if granular else sorted({fact.grantor for fact in found if isinstance(fact, Membership)})
    trusted = (bootstrap, *sorted(superusers - {bootstrap}), *sorted(declared), *others)
    voice = login if login in declared else bootstrap
    return {_given(fact, found, trusted, voice) if isinstance(fact, Membership) else fact for fact in facts}


def _given(fact: Membership, found: frozenset[Fact], trusted: Iterable[str], voice: str) -> Membership:
    given = (replace(fact, grantor=grantor) for grantor in trusted)
    return next((each for each in given if each in found), replace(fact, grantor=voice))
