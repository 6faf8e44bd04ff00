"""Plain rules: rules of the few forms that a sentence can say, from Cedar and back.

Most rules of a directive have such a form. Of any other it is said that only Cedar shows it; nothing is guessed.
"""

from recuse.policy.plain.editing import append, remove, replace_rule, texts
from recuse.policy.plain.reading import to_rules
from recuse.policy.plain.records import (
    EVERYTHING,
    Branches,
    Effect,
    PlainRule,
    Terms,
    Untold,
    check,
    on_assistance,
)
from recuse.policy.plain.saying import to_sentence
from recuse.policy.plain.writing import to_cedar

__all__ = [
    "EVERYTHING",
    "Branches",
    "Effect",
    "PlainRule",
    "Terms",
    "Untold",
    "append",
    "check",
    "on_assistance",
    "remove",
    "replace_rule",
    "texts",
    "to_cedar",
    "to_rules",
    "to_sentence",
]
