"""`recuse init`: reads a database and proposes a policy repository in which nothing changes until a directive says so.

What the baseline keeps: for every account that row security binds, exactly the columns of ordinary and partitioned
tables that it may read, insert and update, and the rows it may delete, through grants, groups, PUBLIC, ownership,
predefined roles and SET ROLE (what SET ROLE reached is then held directly). It opens no table's column to anyone else.
A view or materialized view stays where that opens nothing to anyone; accounts that read it without reading the tables
beneath lose it. What is not kept is in `Summary.left_out`, and a plan shows it before anybody signs.

Told from names alone, because the inspection has neither: replication logins and primary keys.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.enforcement.facts import ObjectRef, Owner, Role, TableShape
from recuse.errors import InputError, Problem
from recuse.model import Account, Circumstances, ReadsAs, Standing
from recuse.operations.access import AccessReader, TableAccess, by_login
from recuse.operations.accounts_found import GuessedUse, guess_of, guess_uses, logins_of, unbound_grants
from recuse.operations.baseline import DERIVED, FUNCTIONS, Held, baseline
from recuse.operations.category_map import MappedTable, base_of, map_table
from recuse.operations.derived_map import DerivedReader, MappedDerived
from recuse.operations.guesses import checks
from recuse.operations.proposal import Check, Omission, Proposal, Summary
from recuse.operations.repository_text import Content, Named, files
from recuse.policy.contexts import OFFICIAL_DUTY
from recuse.policy.names import is_identifier, is_table, take_id
from recuse.policy.repository import read_repository
from recuse.policy.validate import validate
from recuse.targets.records import Inspection
from recuse.targets.target import Session
from recuse.toml_source import Section, Source
from recuse.toml_text import named

STANDING_DAYS: Final = 365  # a standing purpose is recertified yearly


@dataclass(frozen=True, slots=True)
class InitOptions:
    """What a person says: the system's name (an identifier), the institution (an agency id, a name), the pg service.

    `on` is the day the baseline is dated; standing purposes end a year later.
    """

    system: str
    institution_id: str
    institution_name: str
    service: str
    engine: str = "postgresql"
    on: date = field(default_factory=clock.today)


def propose(session: Session, options: InitOptions) -> Proposal:
    """The proposed policy repository of one database. Reads the catalog only.

    Raises InputError for options that a policy repository cannot hold, and for a database that is governed already.
    """
    _check(options)
    found = session.inspect()
    if found.server.supported:
        message = f"database `{found.server.database}` is governed already: it holds the schema `recuse`"
        raise InputError(message, "use its policy repository, or remove enforcement first")
    return _Proposing.of(found, options).proposal()


def write_proposal(proposal: Proposal, folder: Path) -> None:
    """Write the files into `folder`, which must be absent or empty: all of them or none.

    They are written beside it, read back by the strict reader, validated, and moved in one step. Raises InputError.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"`{folder}` is not an empty folder", "name a folder that does not exist yet")
    try:
        with tempfile.TemporaryDirectory(prefix=".recuse-init-", dir=folder.absolute().parent) as beside:
            written = Path(beside) / "repository"  # made with the person's own umask, which the folder beside it is not
            for path, text in proposal.files.items():
                target = written / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8", newline="\n")
            repository = read_repository(written)
            validate(repository, [signed.directive for signed in repository.directives.values()])
            written.rename(folder)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise InputError(
            f"`{folder}` cannot be written: {reason}", "check the folder above it and its rights"
        ) from error


@dataclass(frozen=True, slots=True)
class _Proposing:
    """What the parts are worked out from, in order: logins, tables, what each login holds, how it is used."""

    found: Inspection
    options: InitOptions
    reader: AccessReader
    direct: AccessReader
    shapes: Mapping[str, TableShape]
    uses: Mapping[str, GuessedUse]
    held: Mapping[str, Mapping[str, TableAccess]]
    left_out: tuple[Omission, ...]

    @classmethod
    def of(cls, found: Inspection, options: InitOptions) -> "_Proposing":
        reader, direct = AccessReader(found.facts), AccessReader(found.facts, settable=False)
        logins, unnamed = logins_of(found.facts)
        shapes, others = _tables(found, _Closing(found, reader, logins))
        held = by_login(reader, logins, shapes.values())
        roles = {f.name: f for f in found.facts if isinstance(f, Role)}
        uses = guess_uses(logins, roles, reader, held)
        return cls(found, options, reader, direct, shapes, uses, held, (*unnamed, *others))

    @property
    def bound(self) -> dict[str, Mapping[str, TableAccess]]:
        """What every login that rules bind holds."""
        return {login: held for login, held in self.held.items() if self.uses[login].bound}

    def proposal(self) -> Proposal:
        options, names = self.options, _names(self.options)
        tables = tuple(self._mapped(shape) for shape in self.shapes.values())
        maps = {table.map.name: table.map for table in tables}
        reads_as = ReadsAs(options.institution_id, DERIVED, OFFICIAL_DUTY)
        views = DerivedReader(options.system, self.found, self.reader, self.direct, maps, self.bound, reads_as)
        derived = views.proposed()
        rules = baseline(Held(options.system, options.institution_id, maps, self.shapes, self.bound), derived)
        content = Content(
            accounts=tuple(self._account(use, names) for use in self.uses.values()),
            uses={login: (*use.notes, *self._by_set_role(login)) for login, use in self.uses.items()},
            tables=tables,
            derived=derived,
            baseline=rules,
            checks=tuple(check for table in tables for check in _checks(table)),
            left_out=(*self.left_out, *views.left_out, *self._not_kept(), *_lost(options.system, derived)),
        )
        return Proposal(files(names, content), _summary(options.system, self.uses.values(), content))

    def _mapped(self, shape: TableShape) -> MappedTable:
        return map_table(shape, {login: held[shape.name] for login, held in self.bound.items() if shape.name in held})

    def _account(self, use: GuessedUse, names: Named) -> Account:
        holds = use.bound and bool(self.held[use.login])
        circumstances = Circumstances(FUNCTIONS, OFFICIAL_DUTY)
        return Account(
            system=self.options.system,
            login=use.login,
            agency=names.unassigned,
            use=use.use,
            active=True,
            standing=Standing(circumstances, None, names.until) if holds else None,
            may_declare=frozenset(),
        )

    def _by_set_role(self, login: str) -> Iterator[str]:
        if not self.uses[login].bound or self.direct.roles(login) == self.reader.roles(login):
            return
        if by_login(self.direct, [login], self.shapes.values())[login] != self.held[login]:
            yield "part of what it holds came through SET ROLE; under the baseline it holds that directly"

    def _not_kept(self) -> Iterator[Omission]:
        """What of the access found no class role can give back."""
        for login, use in self.uses.items():
            name = f"{self.options.system}/{login}"
            if not use.bound:
                yield from unbound_grants(use, name, self.reader, self.held[login])
                continue
            for shape in self.shapes.values():
                yield from self.reader.not_kept(name, login, shape)
        for table in self.shapes:
            schema, _, relation = table.partition(".")
            if self.reader.secured(ObjectRef("table", (schema, relation))):
                reason = "has row security: policies of others stay and bind its owner too, but not through groups"
                yield Omission("access", table, reason)


def _check(options: InitOptions) -> None:
    """Options must be what the strict reader takes for ids and texts."""
    problems: list[Problem] = []
    given = {"institution_id": options.institution_id, "institution_name": options.institution_name}
    section = Section(Source("options", given | {"service": options.service, "engine": options.engine}, {}), problems)
    take_id(section, "institution_id")
    for key in ("institution_name", "service", "engine"):
        section.text(key)
    if not is_identifier(options.system):
        section.report(f"`{options.system}` cannot name a system", remedy="use letters, digits and `_`")
    if problems:
        raise InputError(problems[0].message, problems[0].remedy)


def _names(options: InitOptions) -> Named:
    return Named(
        system=options.system,
        engine=options.engine,
        service=options.service,
        institution_id=options.institution_id,
        institution_name=options.institution_name,
        on=options.on,
        until=options.on + timedelta(days=STANDING_DAYS),
    )


@dataclass(frozen=True, slots=True)
class _Closing:
    """Who would lose a table that the proposal leaves out; superusers lose nothing."""

    found: Inspection
    reader: AccessReader
    logins: Sequence[str]

    def omission(self, name: str, reason: str) -> Omission:
        refs = (f.of for f in self.found.facts if isinstance(f, Owner) and f.of.kind == "table")
        on = next(ref for ref in refs if ".".join(ref.name) == name)
        reads = [login for login in self.logins if self.reader.reads(login, on, self.found.shapes[name])]
        closes = [named(login) for login in reads if self.reader.superuser_of(login) is None]
        return Omission("table", name, reason + (f"; it closes to {', '.join(closes)}" if closes else ""))


def _tables(found: Inspection, closing: _Closing) -> tuple[dict[str, TableShape], list[Omission]]:
    """The tables that rules can name and row security can bind, and the others with the reason."""
    shapes: dict[str, TableShape] = {}
    others: list[Omission] = []
    for name, shape in sorted(found.shapes.items()):
        if shape.kind in ("view", "matview"):
            continue
        if shape.kind == "foreign":
            others.append(closing.omission(name, "a foreign table cannot carry row policies"))
        elif not is_table(name):
            reason = "rules cannot name it until it is renamed (letters, digits and `_`, no word of Cedar's)"
            others.append(closing.omission(name, reason))
        elif not shape.columns:
            others.append(closing.omission(name, "it has no columns, so nothing of it can be opened"))
        elif (whole := _whole(found, shape)) is not None:
            others.append(closing.omission(name, f"a part of `{whole}`, through which its rows are reached"))
        else:
            shapes[name] = shape
    return shapes, others


def _whole(found: Inspection, shape: TableShape) -> str | None:
    """The proposed table that this one is a part of; None for a part with columns of its own, which needs its place."""
    for name in found.links.wholes_of(shape.name):
        whole = found.shapes[name]
        proposed = whole.kind in ("table", "partitioned") and is_table(name)
        if proposed and all(whole.column(column.name) is not None for column in shape.columns):
            return name
    return None


def _checks(table: MappedTable) -> Iterator[Check]:
    """A sentence for the whole table when its own category asks for one, else for each column whose category does."""
    sentences, name = checks(), table.map.name
    own = base_of(table.map.category)
    if own in sentences:
        yield Check(name, name, own, sentences[own])
    for column, category in table.map.columns.items():
        base = base_of(category)
        if base in sentences and base != own:
            yield Check(name, column, base, sentences[base])


def _lost(system: str, derived: tuple[MappedDerived, ...]) -> Iterator[Omission]:
    for each in derived:
        for login in each.lose:
            reason = f"reads {named(each.derived.name)} only through itself; to keep it would open the tables beneath"
            yield Omission("access", f"{system}/{login}", reason)


def _summary(system: str, uses: Iterable[GuessedUse], content: Content) -> Summary:
    sizes: Counter[str] = Counter()
    for table in content.tables:
        sizes.update(table.sizes)
    guesses = [guess_of(use) for use in uses]
    guesses += [guess for table in content.tables for guess in table.guesses]
    return Summary(
        system=system,
        accounts=dict(sorted(Counter(account.use for account in content.accounts).items())),
        tables=len(content.tables),
        derived=len(content.derived),
        categories={category: size for category, size in sorted(sizes.items()) if size},
        rules=content.baseline.rules,
        guesses=(*guesses, *(each.guess for each in content.derived)),
        checks=content.checks,
        left_out=content.left_out,
    )
