"""A plain rule as a table of a TOML file, so that a program can write one without Cedar.

An id means the item with everything below it; with `=` before it, the item alone.
"""

from collections.abc import Callable
from typing import Final

from recuse.model import ACTIONS, ASSISTANCE
from recuse.policy.plain.records import EVERYTHING, Branches, PlainRule, Terms, check
from recuse.toml_source import Section

ALL: Final = {"everything": ACTIONS, "help of any kind": ASSISTANCE}
"""Words for all actions of one kind."""
ALONE: Final = "="


def read_rule(section: Section) -> PlainRule:
    """The rule that a table says; its problems are reported. Raises `InputError` for what no rule can say."""
    words = section.texts("does")
    does = [action for word in words for action in ALL.get(word, (word,))]
    for index, word in enumerate(words):
        if word not in ALL and word not in EVERYTHING:
            known = ", ".join(f"`{each}`" for each in (*ALL, *EVERYTHING))
            section.report(f"unknown action `{word}`", "does", index, remedy=f"name some of {known}")
            does = [ACTIONS[0]]
    rule = PlainRule(
        id=section.text("id"),
        effect="permit" if section.flag("may") else "forbid",
        actions=tuple(action for action in EVERYTHING if action in does),
        where=terms(lambda key: section.texts(key, optional=True)),
        public=section.flag("public") if "public" in section else None,
        agreed=section.flag("agreed", default=False),
        data=section.flag("data") if "data" in section else None,
        unless=_unless(section),
    )
    section.close()
    if rule.actions:
        check(rule)
    return rule


def branches(words: tuple[str, ...]) -> Branches:
    """Ids of a tree as people write them."""
    within = tuple(word for word in words if not word.startswith(ALONE))
    return Branches(within, tuple(word.removeprefix(ALONE) for word in words if word.startswith(ALONE)))


def _unless(section: Section) -> Terms:
    below = section.section("unless", optional=True)
    if below is None:
        return Terms()
    found = terms(lambda key: below.texts(key, optional=True))
    below.close()
    return found


def terms(of: Callable[[str], tuple[str, ...]]) -> Terms:
    """The terms of a rule: `of` gives the words of each of its dimensions, as `branches` takes them."""
    return Terms(
        agencies=branches(of("agencies")),
        serving=of("serving"),
        parties=of("parties"),
        categories=branches(of("categories")),
        purposes=branches(of("purposes")),
        authorities=branches(of("authorities")),
        marked=of("marked"),
    )
