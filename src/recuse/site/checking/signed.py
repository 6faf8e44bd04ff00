"""The signed files of each directive, for `ssh-keygen -Y verify`: texts, signatures, and who may sign.

A directive that names accounts of a canary stage is not given out: its accounts may be people's.
"""

from collections.abc import Iterator

from recuse.directive.signature import CONFIRM_NAMESPACE, DIRECTIVE_NAMESPACE, parse_public_key
from recuse.model import Official, SignedDirective
from recuse.site.sources import Sources

FOLDER = "record/directives"


def given(sources: Sources) -> tuple[SignedDirective, ...]:
    """The directives whose files are given out, by id."""
    found = sources.repository.directives.values()
    return tuple(each for each in found if each.signature is not None and not each.directive.canary_accounts)


def files(sources: Sources) -> Iterator[tuple[str, bytes]]:
    """The files of these directives, and who may sign."""
    for each in given(sources):
        folder = f"{FOLDER}/{each.directive.id}"
        yield f"{folder}/directive.toml", each.directive.raw
        yield f"{folder}/directive.toml.sig", each.signature or b""
        yield f"{folder}/directive.cedar", each.directive.cedar.encode()
        if each.confirmation is not None and each.confirmation_signature is not None:
            yield f"{folder}/confirmation.toml", each.confirmation.raw
            yield f"{folder}/confirmation.toml.sig", each.confirmation_signature
    yield f"{FOLDER}/allowed_signers", "".join(_lines(sources)).encode()


def _lines(sources: Sources) -> Iterator[str]:
    """Lines of an `allowed_signers` file (ssh-keygen(1)): who, for what, with which key."""
    for official in sources.repository.officials.values():
        spaces = _namespaces(official)
        for key in official.keys if spaces else ():
            yield f'{official.id} namespaces="{",".join(spaces)}" {parse_public_key(key)}\n'


def _namespaces(official: Official) -> tuple[str, ...]:
    both = (("direct", DIRECTIVE_NAMESPACE), ("confirm", CONFIRM_NAMESPACE))
    return tuple(space for role, space in both if role in official.roles)
