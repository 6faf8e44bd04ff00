"""Reads who asks and under what: agencies, purposes, authorities, categories, officials, agreements, accounts."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar, get_args

from recuse.model import (
    AGREEMENT,
    Account,
    Agency,
    Agreement,
    Authority,
    Category,
    Circumstances,
    Kind,
    Official,
    OfficialRole,
    Purpose,
    Standing,
    Use,
)
from recuse.policy.names import take_digest, take_id
from recuse.policy.references import Noun, Register
from recuse.toml_source import Section

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
USES: Final[tuple[Use, ...]] = get_args(Use)
ROLES: Final[frozenset[OfficialRole]] = frozenset(get_args(OfficialRole))
T = TypeVar("T")


def _each(root: Section, noun: Noun, register: Register, read: Callable[[Section, str], T]) -> dict[str, T]:
    """One record for every `[[noun]]` with an id of its own."""
    found: dict[str, T] = {}
    for section in root.sections(noun):
        name = take_id(section)
        record = read(section, name)
        section.close()
        if register.define(noun, name, section):
            found[name] = record
    return found


def _parent(section: Section, noun: Noun, register: Register) -> str | None:
    parent = section.optional_text("parent")
    register.refer(noun, parent, section, "parent")
    return parent


def read_agencies(root: Section, register: Register) -> dict[str, Agency]:
    """`agencies.toml`."""

    def read(section: Section, name: str) -> Agency:
        members = section.texts("member_agencies", optional=True)
        register.refer_all("agency", members, section, "member_agencies")
        return Agency(
            id=name,
            name=section.text("name"),
            jurisdiction=section.text("jurisdiction"),
            parent=_parent(section, "agency", register),
            member_agencies=frozenset(members),
            mixed_mission=section.flag("mixed_mission", default=False),
            category_code=section.optional_text("category_code"),
        )

    return _each(root, "agency", register, read)


def read_purposes(root: Section, register: Register) -> dict[str, Purpose]:
    """`purposes.toml`."""

    def read(section: Section, name: str) -> Purpose:
        return Purpose(
            id=name,
            parent=_parent(section, "purpose", register),
            kind=section.choice("kind", KINDS),
            case_number=section.flag("case_number", default=False),
            statute=section.optional_text("statute"),
            niem=section.optional_text("niem"),
        )

    return _each(root, "purpose", register, read)


def read_authorities(root: Section, register: Register) -> dict[str, Authority]:
    """`authorities.toml`."""

    def read(section: Section, name: str) -> Authority:
        return Authority(
            id=name,
            parent=_parent(section, "authority", register),
            evidence=section.texts("evidence", optional=True),
            instruments=section.texts("instruments", optional=True),
            judicial=section.flag("by_court", default=False),
        )

    return _each(root, "authority", register, read)


def read_categories(root: Section, register: Register) -> dict[str, Category]:
    """`categories.toml`."""

    def read(section: Section, name: str) -> Category:
        return Category(
            id=name,
            parent=_parent(section, "category", register),
            public=section.flag("public", default=False),
            retention=section.optional_text("retention"),
        )

    return _each(root, "category", register, read)


def read_officials(root: Section, register: Register) -> dict[str, Official]:
    """`officials.toml`; its `version` counts changes for people."""
    root.whole("version", optional=True)

    def read(section: Section, name: str) -> Official:
        return Official(
            id=name,
            name=section.text("name"),
            office=section.text("office"),
            roles=frozenset(_roles(section)),
            start=section.day("from"),
            until=section.day("until"),
            keys=section.texts("keys"),
        )

    return _each(root, "official", register, read)


def _roles(section: Section) -> Iterable[OfficialRole]:
    words = ", ".join(f"`{role}`" for role in sorted(ROLES))
    for index, word in enumerate(section.texts("roles")):
        role = next((role for role in ROLES if role == word), None)
        if role is None:
            section.report(f"unknown role `{word}`", "roles", index, remedy=f"roles are {words}")
        else:
            yield role


def read_agreement(section: Section, stem: str, register: Register) -> Agreement:
    """One file of `agreements/`, whose name without `.toml` is the agreement's id."""
    name = take_id(section)
    if name not in {"", stem}:
        section.report(f"`id` is `{name}`, but the file is `{stem}.toml`", "id", remedy="rename one of them")
    parties, purposes, categories = (section.texts(key) for key in ("parties", "purposes", "categories"))
    register.refer_all("agency", parties, section, "parties")
    register.refer_all("purpose", purposes, section, "purposes")
    register.refer_all("category", categories, section, "categories")
    agreement = Agreement(
        id=name,
        parties=frozenset(parties),
        purposes=frozenset(purposes),
        categories=frozenset(categories),
        onward=section.text("onward"),
        determined_by=section.text("determined_by"),
        start=section.day("from"),
        renewal=section.day("renewal"),
        until=section.day("until"),
        document_sha256=take_digest(section, "document_sha256"),
    )
    register.refer("official", agreement.determined_by, section, "determined_by")
    register.define("agreement", name, section)
    section.close()
    return agreement


def read_accounts(root: Section, register: Register, agreements: dict[str, Agreement]) -> dict[str, Account]:
    """`accounts.toml`."""
    found: dict[str, Account] = {}
    for section in root.sections("account"):
        account = _account(section, register, agreements)
        section.close()
        if register.define("account", account.id if account.login else "", section):
            found[account.id] = account
    return found


def _account(section: Section, register: Register, agreements: dict[str, Agreement]) -> Account:
    name = section.text("id")
    system, slash, login = name.partition("/")
    if name and not (system and slash and login and login.isprintable()):
        remedy = "write the system, a slash, and the login as the database has it"
        section.report(f"`{name}` is not an account id", "id", remedy=remedy)
        system = login = ""
    register.refer("system", system, section, "id")
    agency = section.text("agency")
    register.refer("agency", agency, section, "agency")
    purposes = section.texts("may_declare", optional=True)
    register.refer_all("purpose", purposes, section, "may_declare")
    return Account(
        system=system,
        login=login,
        agency=agency,
        use=section.choice("use", USES),
        active=section.flag("active"),
        standing=_standing(section, register, agreements),
        may_declare=frozenset(purposes),
        may_issue=section.flag("may_issue", default=False),
        may_end=section.flag("may_end", default=False),
    )


def _standing(account: Section, register: Register, agreements: dict[str, Agreement]) -> Standing | None:
    # Two standing entries: as two headers TOML itself refuses them, as `[[account.standing]]` they are no table.
    section = account.section("standing", optional=True)
    if section is None:
        return None
    purpose, authority = section.text("purpose"), section.text("authority")
    agreement, until = section.optional_text("agreement"), section.day("until")
    register.refer("purpose", purpose, section, "purpose")
    register.refer("authority", authority, section, "authority")
    register.refer("agreement", agreement, section, "agreement")
    if authority == AGREEMENT and agreement is None:
        section.report("missing key `agreement`", remedy="name the agreement that the standing purpose rests on")
    if authority not in {AGREEMENT, ""} and agreement is not None:
        remedy = f'remove it, or write `authority = "{AGREEMENT}"`'
        section.report(f"`agreement` does not go with authority `{authority}`", "agreement", remedy=remedy)
    section.close()
    known = agreements.get(agreement or "")
    return Standing(Circumstances(purpose, authority, known.categories if known else frozenset()), agreement, until)
