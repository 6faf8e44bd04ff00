"""Where a decision point is: addresses that may be given a token, and the metadata by which it names its endpoints.

A token goes to the decision point alone: over https, or to this machine itself; and never to another host, whatever the
metadata or an answer say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, NoReturn, get_args
from urllib.parse import SplitResult, urlsplit

from recuse.client.questions import Sought
from recuse.errors import InputError, NoDecisionError

_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.\-:\[\]]+(/[A-Za-z0-9._~!$&'()*+,;=:@%/\-]*)?")
"""What every reader of addresses reads alike: no account, no query, no fragment, no backslash."""
_WELL_KNOWN: Final = "/.well-known/authzen-configuration"
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a decision point takes questions. Empty for what it does not offer."""

    evaluation: str
    evaluations: str
    searches: Mapping[Sought, str]

    def named(self, name: str) -> str:
        """The address of `evaluation`, `evaluations` or a search; NoDecisionError where it is not offered."""
        own = {"evaluation": self.evaluation, "evaluations": self.evaluations}
        found = own.get(name) or next((address for each, address in self.searches.items() if each == name), "")
        return found or _refuse(f"it does not offer `{name}`")


def checked(address: str, what: str) -> str:
    """The address, without a slash at its end. InputError for one that a secret must not be sent to."""
    if not _ADDRESS.fullmatch(address):
        raise InputError(f"{what} `{address}` is no plain address", "give `https://HOST/PATH`")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        port = 0
    if port == 0 or not parts.hostname:
        raise InputError(f"{what} `{address}` has no usable host and port", "give `https://HOST/PATH`")
    if parts.scheme != "https" and not _is_this_machine(parts.hostname):
        raise InputError(f"{what} `{address}` is not encrypted", "give an https address")
    return address.rstrip("/")


def standard(base: str) -> Endpoints:
    """The endpoints at the paths that AuthZEN proposes."""
    searches: dict[Sought, str] = {each: f"{base}/access/v1/search/{each}" for each in get_args(Sought)}
    return Endpoints(f"{base}/access/v1/evaluation", f"{base}/access/v1/evaluations", searches)


def well_known(base: str) -> str:
    """Where the metadata are: a path of the base goes after the well-known part."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}{_WELL_KNOWN}{parts.path}"


def read_metadata(whole: Mapping[str, Any], base: str) -> Endpoints:
    """The endpoints that the metadata name.

    NoDecisionError where they are another decision point's, or name an endpoint on another host.
    """
    if whole.get("policy_decision_point") != base:
        _refuse(f"its metadata are not those of `{base}`")
    searches: dict[Sought, str] = {each: _endpoint(whole, f"search_{each}_endpoint", base) for each in get_args(Sought)}
    found = Endpoints(
        _endpoint(whole, "access_evaluation_endpoint", base),
        _endpoint(whole, "access_evaluations_endpoint", base),
        searches,
    )
    return found if found.evaluation else _refuse("its metadata name no `access_evaluation_endpoint`")


def _endpoint(whole: Mapping[str, Any], name: str, base: str) -> str:
    found = whole.get(name, "")
    if found == "":
        return ""
    if not isinstance(found, str) or not _ADDRESS.fullmatch(found) or _origin(found) != _origin(base):
        _refuse(f"its metadata name a `{name}` that is not at `{base}`")
    return found


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, _port(parts)


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port or _PORTS[parts.scheme]
    except ValueError:
        return None


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse(reason: str) -> NoReturn:
    raise NoDecisionError(f"the decision point cannot be asked: {reason}", "check its address")
