"""Every login with its guessed use, and a standing purpose where it holds anything, so that its programs run on.

A use that leaves an account unbound (superuser, backup, replication) is guessed from what the login *is*; from its name
only when it holds nothing: a wrong guess must not cut anybody off, nor free anybody from the rules.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from recuse.enforcement.facts import Fact, Membership, Owner, Role
from recuse.model import UNBOUND_USES, Use
from recuse.operations.access import READS_ALL, AccessReader, TableAccess
from recuse.operations.guesses import guess_use, use_of
from recuse.operations.proposal import Guess, Omission
from recuse.toml_text import named

Holdings = Mapping[str, TableAccess]  # by table


@dataclass(frozen=True, slots=True)
class GuessedUse:
    """How a login is used, why, and what else a person should know of it; the notes are the comments above it."""

    login: str
    use: Use
    reason: str
    notes: tuple[str, ...]

    @property
    def bound(self) -> bool:
        """Whether row security binds it."""
        return self.use not in UNBOUND_USES


def logins_of(facts: frozenset[Fact]) -> tuple[list[str], list[Omission]]:
    """The logins that accounts.toml can name, sorted, and those that it cannot, with what may be closed logins."""
    roles = sorted((f for f in facts if isinstance(f, Role)), key=lambda role: role.name)
    readable = [role.name for role in roles if role.login and role.name.isprintable()]
    return readable, [*_unreadable(roles), *_closed(roles, facts)]


def guess_uses(
    logins: list[str], roles: Mapping[str, Role], reader: AccessReader, held: Mapping[str, Holdings]
) -> dict[str, GuessedUse]:
    """The use of every login; `held` is what each holds, as `reader` sees it."""
    return {login: _use(roles[login], reader, held[login]) for login in logins}


def guess_of(guess: GuessedUse) -> Guess:
    """The guess as the summary lists it."""
    return Guess("account", guess.login, guess.use, guess.reason)


def unbound_grants(guess: GuessedUse, name: str, reader: AccessReader, held: Holdings) -> Iterator[Omission]:
    """What an unbound account loses: it has no class, so only predefined roles go on working for it."""
    if guess.use in ("backup", "replication") and held and not reader.acts_as(guess.login, READS_ALL):
        reason = f"has grants of its own, which end with everybody's; grant it `{READS_ALL}` if it must go on reading"
        yield Omission("access", name, reason)


def _use(role: Role, reader: AccessReader, held: Holdings) -> GuessedUse:
    superuser = reader.superuser_of(role.name)
    writes = any(access.insert or access.update or access.delete for access in held.values())
    if superuser is not None:
        reason = "it is one" if superuser == role.name else f"it may become {named(superuser)}, which is one"
        return _guess(role, "superuser", reason)
    if role.bypass_rls and not writes:
        return _guess(role, "backup", "it has BYPASSRLS and changes nothing")
    found = guess_use(role.name)
    use, reason = use_of(found.value), found.reason
    if use in UNBOUND_USES and held:
        use, reason = "job", f"{reason}, but it holds grants, and without BYPASSRLS row security binds it"
    notes = ["it has BYPASSRLS and changes data: no rule binds it until that attribute goes"] if role.bypass_rls else []
    return _guess(role, use, reason, *notes)


def _guess(role: Role, use: Use, reason: str, *notes: str) -> GuessedUse:
    return GuessedUse(role.name, use, reason, (f"use `{use}` guessed: {reason}", *notes))


def _unreadable(roles: list[Role]) -> Iterator[Omission]:
    for role in roles:
        if role.login and not role.name.isprintable():
            reason = "its name holds a character that cannot be printed; no plan can be made until it is renamed"
            yield Omission("login", role.name, reason)


def _closed(roles: list[Role], facts: frozenset[Fact]) -> Iterator[Omission]:
    """Roles without login that are nobody's group and own nothing: perhaps logins that somebody closed."""
    groups = {f.role for f in facts if isinstance(f, Membership)} | {f.role for f in facts if isinstance(f, Owner)}
    for role in roles:
        if not role.login and role.name not in groups:
            reason = "cannot log in and is nobody's group; if it is a closed login, add it with `active = false`"
            yield Omission("login", role.name, reason)
