"""The demo's policy repository: files of the package, written out with somebody's keys and service name.

The package holds no key. `officials.toml` names each by a placeholder, and the digests of a directive stay placeholders
until `recuse sign` fills them: what is written is an unsigned draft.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from recuse.errors import InputError

SYSTEM = "clear"
WAREHOUSE = "warehouse"
_PACKAGE = files("recuse.demo")
_KEY = re.compile(r"ssh-ed25519 [A-Za-z0-9+/]+={0,2}( [ -!#-\[\]-~]+)?")
_SERVICE = re.compile(r"[A-Za-z0-9_.-]+")
_PLACEHOLDER = re.compile(r"KEY-OF-([a-z0-9-]+)|SERVICE-OF-[a-z]+")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A login of the demo with its agency, as accounts.toml has them."""

    login: str
    agency: str
    active: bool


def accounts() -> tuple[DemoAccount, ...]:
    """Every account of the demo's accounts.toml, in its order."""
    document = tomllib.loads((_PACKAGE / "policy" / "accounts.toml").read_text(encoding="utf-8"))
    return tuple(
        DemoAccount(entry["id"].removeprefix(f"{SYSTEM}/"), entry["agency"], entry["active"])
        for entry in document["account"]
    )


def officials() -> tuple[str, ...]:
    """The ids of the officials whose keys `write_repository` needs."""
    document = tomllib.loads((_PACKAGE / "policy" / "officials.toml").read_text(encoding="utf-8"))
    return tuple(entry["id"] for entry in document["official"])


def write_repository(
    folder: Path, keys: Mapping[str, str], service: str, other: bool = False, warehouse: bool = False
) -> None:
    """Write the policy repository into `folder`, which must be empty or absent.

    `keys` holds for each official's id one public key as OpenSSH writes it (`ssh-ed25519 AAAA…`); `service` is an entry
    of the connection service file. `other` writes the second directive, which decides otherwise on each point, in place
    of the first. `warehouse` adds a second system, whose entry is `service` with `-warehouse` behind it, and every
    account once more as one of that system. Raises InputError, and writes nothing, when a key is missing or not of that
    form.
    """
    _check(folder, keys, service)
    services = {f"SERVICE-OF-{SYSTEM}": service, f"SERVICE-OF-{WAREHOUSE}": f"{service}-{WAREHOUSE}"}
    values = {f"KEY-OF-{official}": key for official, key in keys.items()} | services
    source = dict(_below(_PACKAGE / "policy"))
    if other:
        source = {path: file for path, file in source.items() if not path.startswith("directives/")}
        source |= dict(_below(_PACKAGE / "policy_other"))
    if warehouse:
        source |= dict(_below(_PACKAGE / "policy_warehouse"))
    for path, file in source.items():
        target = folder.joinpath(*path.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        text = _PLACEHOLDER.sub(lambda found: values[found.group()], file.read_text(encoding="utf-8"))
        if warehouse and path == "accounts.toml":
            text += _also_of(WAREHOUSE, text)
        target.write_text(text, encoding="utf-8", newline="\n")


def _also_of(system: str, text: str) -> str:
    """The accounts of accounts.toml once more: a login is one for a whole server, and so are its agency and its use."""
    entries = text[text.index("[[account]]") :]
    return "\n" + entries.replace(f'id = "{SYSTEM}/', f'id = "{system}/')


def _check(folder: Path, keys: Mapping[str, str], service: str) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"`{folder}` is not an empty folder", "name a folder that does not exist yet")
    missing = set(officials()) - set(keys)
    if missing:
        raise InputError(f"no key for `{min(missing)}`", "give one public key for each official of the demonstration")
    for official, key in keys.items():
        if not _KEY.fullmatch(key):
            raise InputError(
                f"the key for `{official}` is not one line `ssh-ed25519 AAAA…`", "give the .pub file's line"
            )
    if not _SERVICE.fullmatch(service):
        raise InputError(f"`{service}` is no service name", "use letters, digits, `_`, `.` and `-`")


def _below(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    """Every file below `folder`, with its path relative to it."""
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _below(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".toml", ".cedar")):
            yield f"{prefix}{entry.name}", entry
