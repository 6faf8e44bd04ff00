"""Roles at the console, and which of them one person may hold together: no one approves, signs and applies alone."""

from collections.abc import Set as AbstractSet
from itertools import combinations
from typing import Final, Literal, get_args

Role = Literal["requester", "reviewer", "counsel", "official", "auditor", "administrator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

TOGETHER: Final[frozenset[frozenset[Role]]] = frozenset({frozenset({"reviewer", "counsel"})})
"""The pairs that one person may hold; of every other pair the two roles are two persons' (NIST SP 800-53r5 AC-5)."""

_OF_ONE: Final[tuple[tuple[Role, str], ...]] = (
    ("auditor", "who looks at the record has no part in what it holds"),
    ("requester", "who asks does not decide, sign, advise or apply"),
    ("administrator", "who applies does not approve, sign or advise"),
    ("official", "who signs does not approve, and does not say by themselves that it is lawful"),
)


def apart(roles: AbstractSet[Role]) -> tuple[Role, Role] | None:
    """The first two of these roles, in the order of `ROLES`, that no one may hold together; None when all may be."""
    for first, second in combinations([role for role in ROLES if role in roles], 2):
        if frozenset({first, second}) not in TOGETHER:
            return first, second
    return None


def why_apart(pair: tuple[Role, Role]) -> str:
    """Why no one may hold these two together, in a sentence for a person."""
    reason = next((text for role, text in _OF_ONE if role in pair), "they are two persons' work")
    return f"`{pair[0]}` and `{pair[1]}` are two persons' roles: {reason}"
