"""Reading people.toml: strictly, every problem with its line; roles that no one may hold together are refused here.

What only a login shows (two claims that give two roles) is refused then: see `people.together`.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Final, TypeVar, get_args

from recuse.errors import Problem, RefusedError, RepositoryError
from recuse.server.identity.addresses import is_safe
from recuse.server.identity.claims import PRESETS, ClaimNames, Preset
from recuse.server.identity.people import Grant, Limits, LocalAccount, People, Provider, together
from recuse.server.identity.roles import ROLES
from recuse.server.identity.secrets import secret_bytes, secret_text
from recuse.toml_source import Section, parse

FORMAT: Final = 1
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_Placed = tuple[Grant, Section]
T = TypeVar("T", Provider, LocalAccount)


def read_people(file: Path, agencies: frozenset[str] | None = None) -> People:
    """What the file says; agencies are checked against these ids, where they are given.

    Raises `RepositoryError` with every problem found.
    """
    problems: list[Problem] = []
    try:
        source = parse(file.name, file.read_bytes(), problems)
    except OSError as error:
        raise RepositoryError((Problem(str(file), 0, f"cannot be read: {error.strerror}"),)) from error
    people = None if source is None else _people(Section(source, problems), file.parent, agencies)
    if problems or people is None:
        raise RepositoryError(tuple(sorted(problems, key=lambda each: each.line)))
    return people


def _people(section: Section, folder: Path, agencies: frozenset[str] | None) -> People:
    section.expect("format", FORMAT)
    key = secret_bytes(section, "key_file", folder)
    providers = _once((_provider(each, folder), each) for each in section.sections("providers", optional=True))
    _check_issuers(providers.values(), section)
    local = _once((_local(each, folder), each) for each in section.sections("local", optional=True))
    placed = [(_grant(each, providers), each) for each in section.sections("grants", optional=True)]
    _check_together(placed)
    if agencies is not None:
        _check_agencies(section, agencies)
    limits = _limits(section.section("limits", optional=True))
    break_glass = section.flag("break_glass", default=False)
    section.close()
    return People(providers, local, tuple(grant for grant, _ in placed), key, break_glass, limits)


def _once(found: Iterable[tuple[T, Section]]) -> dict[str, T]:
    named: dict[str, T] = {}
    for each, section in found:
        if not _NAME.fullmatch(each.name):
            section.report(
                f"`{each.name}` is no name", "name", remedy="small letters, digits and `-`, at most 32, a letter first"
            )
        if each.name in named:
            section.report(f"`{each.name}` stands twice", "name", remedy="give each a name of its own")
        named[each.name] = each
    return named


def _provider(section: Section, folder: Path) -> Provider:
    issuer = section.text("issuer")
    if not is_safe(issuer):
        section.report(f"`{issuer}` is not reached over TLS", "issuer", remedy="give an address with https://")
    name, client = section.text("name"), section.text("client")
    if name == "local":
        section.report("`local` is what local accounts are called in the ledger", "name", remedy="give another name")
    secret = secret_text(section, "secret_file", folder)
    found = Provider(name, issuer, client, secret, _claims(section), section.texts("acr", optional=True))
    section.close()
    return found


def _claims(section: Section) -> ClaimNames:
    if not section.holds_table("claims"):
        return PRESETS[section.choice("claims", get_args(Preset), "standard")]
    own = section.section("claims")
    if own is None:
        return PRESETS["standard"]
    found = ClaimNames(own.text("name"), own.optional_text("ori"), own.optional_text("federation"))
    own.close()
    return found


def _check_issuers(providers: Iterable[Provider], section: Section) -> None:
    """One issuer under two names would be one person with two sets of roles."""
    ordered = sorted(providers, key=lambda each: each.issuer)
    for issuer, several in groupby(ordered, key=lambda each: each.issuer):
        if len([*several]) > 1:
            section.report(f"the issuer `{issuer}` stands twice", "providers", remedy="name each issuer once")


def _local(section: Section, folder: Path) -> LocalAccount:
    name, agency = section.text("name"), section.text("agency")
    found = LocalAccount(name, agency, secret_text(section, "hash_file", folder), section.moment("opened"))
    if found.hash and not found.hash.startswith("$argon2id$"):
        section.report(
            "the file holds no argon2id hash", "hash_file", remedy="make it as docs/reference/identity.md says"
        )
    section.close()
    return found


def _grant(section: Section, providers: dict[str, Provider]) -> Grant:
    provider = section.text("provider")
    if provider and provider not in providers:
        section.report(f"no provider is named `{provider}`", "provider", remedy="name one of `[[providers]]`")
    by_claim = "claim" in section
    if by_claim == ("subject" in section):
        section.report("a grant is for a `subject`, or for a `claim` with a `value`", remedy="give one of the two")
    subject = section.text("subject") if "subject" in section else None
    claim, value = (section.text("claim"), section.text("value")) if by_claim else (None, None)
    found = Grant(section.choice("role", ROLES), section.text("agency"), provider, subject, claim, value)
    section.close()
    return found


def _check_together(placed: list[_Placed]) -> None:
    """Refuse grants to one subject, or to one value of one claim, that no one may hold together, at the later line."""
    for index, (grant, section) in enumerate(placed):
        same = [each for each, _ in placed[: index + 1] if _whose(each) == _whose(grant)]
        try:
            together((same[0], grant) if len(same) == 1 else tuple(same))
        except RefusedError as error:
            section.report(error.message, "role", remedy=error.remedy)


def _whose(grant: Grant) -> tuple[str | None, ...]:
    return grant.provider, grant.subject, grant.claim, grant.value


def _check_agencies(section: Section, agencies: frozenset[str]) -> None:
    for each in (*section.sections("grants", optional=True), *section.sections("local", optional=True)):
        if (agency := each.text("agency")) and agency not in agencies:
            each.report(f"no agency is called `{agency}`", "agency", remedy="name one of agencies.toml")


def _limits(section: Section | None) -> Limits:
    most = Limits()
    if section is None:
        return most
    found = Limits(
        _shorter(section, "idle_minutes", most.idle),
        _shorter(section, "idle_minutes", most.idle_deciding, cut=True),
        _shorter(section, "session_minutes", most.lasting),
        _shorter(section, "fresh_minutes", most.fresh),
    )
    section.close()
    return found


def _shorter(section: Section, key: str, most: timedelta, *, cut: bool = False) -> timedelta:
    if key not in section:
        section.whole(key, optional=True)
        return most
    found = timedelta(minutes=section.whole(key))
    if not cut and not timedelta(minutes=1) <= found <= most:
        limit = int(most.total_seconds() // 60)
        section.report(f"`{key}` must be 1 to {limit}", key, remedy="settings only shorten these times")
    return min(found, most)
