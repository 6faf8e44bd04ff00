"""Plain rules made up over the fixture's trees, and what each says of a question, worked out without Cedar."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Final

from hypothesis import strategies as st

from recuse.model import ACTIONS, ASSISTANCE, Repository
from recuse.policy.assistance_schema import parties
from recuse.policy.assisting import Help
from recuse.policy.decide import Question
from recuse.policy.entities import is_public
from recuse.policy.plain import Branches, PlainRule, Terms, on_assistance
from recuse.policy.trees import Branch, above, principal_agencies, serves

MARKS: Final = ("sealed", "juvenile")
NAMES: Final = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)


def some(ids: Iterable[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(sorted(ids)), max_size=2, unique=True).map(tuple)


def branches(tree: Mapping[str, Branch], *, alone: bool = True) -> st.SearchStrategy[Branches]:
    # What has something below it is named more often: only there does alone differ from with everything below.
    parents = [item.parent for item in tree.values() if item.parent]
    known = [*tree, *parents, *parents]
    return st.builds(Branches, some(known), some(known) if alone else st.just(()))


def terms(repository: Repository, *, helping: bool) -> st.SearchStrategy[Terms]:
    return st.builds(
        Terms,
        agencies=branches(repository.agencies, alone=helping),
        serving=some(repository.agencies),
        parties=some(repository.agencies) if helping else st.just(()),
        categories=branches(repository.categories, alone=not helping),
        purposes=branches(repository.purposes),
        authorities=branches(repository.authorities),
        marked=st.just(()) if helping else some(MARKS),
    )


def plain_rules(repository: Repository, *, helping: bool) -> st.SearchStrategy[PlainRule]:
    actions = ASSISTANCE if helping else ACTIONS
    few = st.lists(st.sampled_from(actions), min_size=1, unique=True)
    # Most rules name little: conditions on everything at once would apply to nothing.
    whole = terms(repository, helping=helping)
    one = st.builds(_one, whole, st.sampled_from([each.name for each in fields(Terms)]))
    return st.builds(
        PlainRule,
        id=NAMES,
        effect=st.sampled_from(("permit", "forbid")),
        actions=few.map(lambda chosen: tuple(each for each in actions if each in chosen)),
        where=st.one_of(st.just(Terms()), one, one, whole),
        public=st.sampled_from((None, None, True, False)),
        agreed=st.sampled_from((False, False, False, True)),
        data=st.sampled_from((None, None, True, False)) if helping else st.none(),
        unless=st.one_of(st.just(Terms()), one),
    )


def _one(found: Terms, name: str) -> Terms:
    return Terms(**{name: getattr(found, name)})


# --- what a rule says, without Cedar ---


def decides(repository: Repository, rules: Iterable[PlainRule], asked: Question) -> bool:
    """Whether rules on rows allow: some permit rule applies and no forbid rule does."""
    account = repository.accounts[asked.account]
    table = repository.systems[asked.system].table(asked.table)
    said = _Said(
        repository,
        asked.action,
        who=account.agency,
        category=asked.category,
        purpose=asked.circumstances.purpose,
        authority=asked.circumstances.authority,
        agreed=asked.circumstances.agreed,
        public=is_public(repository, table, asked.category),
        row={name: value is True for name, value in asked.row.items()},
    )
    return _combined([rule for rule in rules if not on_assistance(rule)], said) and account.active


def helps(repository: Repository, rules: Iterable[PlainRule], asked: Help, category: str | None) -> bool:
    """Whether rules on assistance allow it, of one category or of none."""
    public = category is not None and repository.categories[category].public
    said = _Said(
        repository,
        asked.kind,
        who=asked.agencies[0],
        category=category,
        purpose=asked.circumstances.purpose,
        authority=asked.circumstances.authority,
        agreed=asked.circumstances.agreed,
        public=public,
        row={},
        parties=parties(repository, asked.agencies),
    )
    return _combined([rule for rule in rules if on_assistance(rule)], said)


class _Said:
    """A question, as far as rules ask about it."""

    def __init__(
        self, repository: Repository, action: str, *, who: str, category: str | None, purpose: str, authority: str,
        agreed: frozenset[str], public: bool, row: Mapping[str, bool], parties: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.repository, self.action, self.who, self.category = repository, action, who, category
        self.purpose, self.authority, self.agreed = purpose, authority, agreed
        self.public, self.row, self.parties = public, row, parties


def _combined(rules: Iterable[PlainRule], said: _Said) -> bool:
    effects = {rule.effect for rule in rules if _applies(rule, said)}
    return effects == {"permit"}


def _applies(rule: PlainRule, said: _Said) -> bool:
    asked, excepted = _dimensions(rule.where, said), _dimensions(rule.unless, said)
    covered = said.category is None or said.category in said.agreed
    return (
        said.action in rule.actions
        and all(fits is not False for fits in asked)
        and not any(fits is True for fits in excepted)
        and rule.public in {None, said.public}
        and rule.data in {None, said.category is not None}
        and (not rule.agreed or covered)
    )


def _dimensions(found: Terms, said: _Said) -> tuple[bool | None, ...]:
    """Of each dimension whether it fits; None where it asks nothing."""
    repository = said.repository
    who: bool | None = None
    if found.who:
        served = serves(repository, said.who)
        who = (
            bool(_in(repository.agencies, found.agencies, said.who))
            or bool(served & {*found.serving})
            or bool(said.parties & {*found.parties})
        )
    assert principal_agencies(repository, said.who) == above(repository.agencies, said.who)
    marks = any(said.row.get(mark, False) for mark in found.marked) if found.marked else None
    return (
        who,
        _in(repository.categories, found.categories, said.category),
        _in(repository.purposes, found.purposes, said.purpose),
        _in(repository.authorities, found.authorities, said.authority),
        marks,
    )


def _in(tree: Mapping[str, Branch], found: Branches, item: str | None) -> bool | None:
    if not found:
        return None
    if item is None:
        return False
    return bool(above(tree, item) & {*found.within}) or item in found.alone
