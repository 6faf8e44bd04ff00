"""Changes one rule in a text of Cedar and leaves every other character of it, comments too, as it was."""

import cedarpy

from recuse.errors import InputError, PolicyError
from recuse.policy.validate import Part, split


def texts(cedar: str) -> tuple[str, ...]:
    """The text of each rule, without the comments above it. Raises as `replace_rule` does."""
    return tuple(part.text for part in _parts(cedar))


def append(cedar: str, rule: str) -> str:
    """The text with one more rule at its end."""
    before = cedar.rstrip()
    return f"{before}\n\n{rule}" if before else rule


def replace_rule(cedar: str, place: int, rule: str) -> str:
    """The text with another rule in the place of one; comments above it stay.

    Raises `InputError` where there is no such rule, `PolicyError` for a text that cannot be cut into its rules.
    """
    part = _part(_parts(cedar), place)
    return cedar[: part.start] + rule.rstrip() + cedar[part.end :]


def remove(cedar: str, place: int) -> str:
    """The text without one rule and the comments right above it; those that a blank line parts from it stay."""
    parts = _parts(cedar)
    part = _part(parts, place)
    begin = parts[place - 1].end if place else 0
    kept, parted, _ = cedar[begin : part.start].rpartition("\n\n")
    before = (cedar[:begin] + (kept if parted else "")).rstrip()
    after = cedar[part.end :].lstrip()
    joint = "\n\n" if before and after else "\n" if before else ""
    return before + joint + after


def _parts(cedar: str) -> tuple[Part, ...]:
    parts = tuple(split(cedar))
    try:
        nodes = cedarpy.policies_to_pst(cedar)
    except ValueError as error:
        raise PolicyError(f"not valid Cedar: {error}", "correct the text first") from error
    if len(parts) != len(nodes.static_policies) + len(nodes.templates):
        raise PolicyError("the text cannot be cut into its rules", "begin each with `@id`, and end it with `;`")
    return parts


def _part(parts: tuple[Part, ...], place: int) -> Part:
    if not 0 <= place < len(parts):
        raise InputError(f"there is no rule number {place + 1}", "look at the text again: it may have been changed")
    return parts[place]
