"""The register of officials: whose key it is, in which role, during which term.

`allowed_signers` says the same to stock OpenSSH that `in_force` checks: a role is a namespace, a term a validity.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final

from recuse.directive.signature import (
    ACCEPT_NAMESPACE,
    ATTEST_NAMESPACE,
    CONFIRM_NAMESPACE,
    COUNTERSIGN_NAMESPACE,
    DIRECTIVE_NAMESPACE,
    REVIEW_CONFIRM_NAMESPACE,
    REVIEW_NAMESPACE,
    PublicKeyLine,
    parse_public_key,
)
from recuse.errors import DirectiveError, SignatureError
from recuse.model import Official, OfficialRole

NAMESPACES: Final[Mapping[OfficialRole, str]] = {
    "direct": DIRECTIVE_NAMESPACE,
    "confirm": CONFIRM_NAMESPACE,
    "accept": ACCEPT_NAMESPACE,
    "attest": ATTEST_NAMESPACE,
    "review": REVIEW_NAMESPACE,
}
"""What an official signs in a role."""

# In an allowed_signers file `*`, `?`, `!` and commas are patterns: such an id could stand for other officials.
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


def allowed_signers(officials: Mapping[str, Official]) -> str:
    """The file for `ssh-keygen -Y verify -f FILE -I <official id>`: one line a key, officials in the order given.

    Officials who sign nothing have no line. Raises `DirectiveError` for an id that OpenSSH would read as
    a pattern, and `SignatureError` for a key that is not accepted.
    """
    lines = []
    for official in officials.values():
        if not _PLAIN_ID.fullmatch(official.id):
            raise DirectiveError(
                f"official `{official.id}` cannot stand in an `allowed_signers` file",
                "use letters, digits, dots and hyphens",
            )
        namespaces = [name for role, name in NAMESPACES.items() if role in official.roles]
        namespaces += [COUNTERSIGN_NAMESPACE, REVIEW_CONFIRM_NAMESPACE] if "confirm" in official.roles else []
        if namespaces:
            lines += [f"{official.id} {_options(official, namespaces)} {key}\n" for key in keys_of(official)]
    return "".join(lines)


def keys_of(official: Official) -> tuple[PublicKeyLine, ...]:
    """The official's keys; raises `SignatureError`, naming the official, for one that is not accepted."""
    try:
        return tuple(parse_public_key(line) for line in official.keys)
    except SignatureError as error:
        raise SignatureError(f"official `{official.id}`: {error.message}", error.remedy) from None


def in_office(official: Official, at: datetime) -> bool:
    """Whether the term covers this moment: from the first day's beginning to the last day's end, in UTC."""
    return official.start <= at.astimezone(UTC).date() <= official.until


def same_name(one: Official, two: Official) -> bool:
    """Whether two entries of the register may be one person by name: case, width and spaces do not tell them apart."""
    return _plain(one.name) == _plain(two.name)


def share_a_key(one: Official, two: Official) -> bool:
    """Whether a key is listed for both, whatever it is called there."""
    return bool({key.material for key in keys_of(one)} & {key.material for key in keys_of(two)})


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _options(official: Official, namespaces: list[str]) -> str:
    return (
        f'namespaces="{",".join(namespaces)}",'
        f'valid-after="{_day(official.start)}000000Z",valid-before="{_day(official.until)}235959Z"'
    )


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")
