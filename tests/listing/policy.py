"""A small policy repository over one listing: the police keep their records, civil immigration enforcement has none."""

import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.operations.signing import Answer, confirm_directive, sign_directive

OFFICIALS: Final = ("mayor", "chief")
RULES: Final = """
@id("police")
permit (principal in Agency::"city.police", action, resource);
@id("partners-read")
permit (principal in Agency::"us", action == Action::"read", resource)
when { context.purpose in Purpose::"crime" || context.purpose in Purpose::"civil" };
@id("no-civil-immigration")
forbid (principal, action, resource) when { context.purpose in Purpose::"civil.immigration" };
"""
_ROOT: Final = {
    "recuse.toml": """format = 1
[institution]
id = "city.police"
name = "Police"
jurisdictions = []
[ledger]
origin = "records.example/recuse"
{systems}
""",
    "agencies.toml": """format = 1
[[agency]]
id = "city"
name = "City"
jurisdiction = "city"
[[agency]]
id = "city.police"
name = "Police"
jurisdiction = "city"
parent = "city"
[[agency]]
id = "us"
name = "Federal"
jurisdiction = "us"
[[agency]]
id = "us.ice"
name = "Immigration"
jurisdiction = "us"
parent = "us"
[[agency]]
id = "us.marshals"
name = "Marshals"
jurisdiction = "us"
parent = "us"
""",
    "purposes.toml": """format = 1
[[purpose]]
id = "undeclared"
kind = "administrative"
[[purpose]]
id = "own.records"
kind = "administrative"
[[purpose]]
id = "crime"
kind = "criminal"
[[purpose]]
id = "civil"
kind = "civil"
[[purpose]]
id = "civil.immigration"
kind = "civil"
parent = "civil"
""",
    "authorities.toml": """format = 1
[[authority]]
id = "none"
[[authority]]
id = "official_duty"
[[authority]]
id = "statute"
""",
    "categories.toml": """format = 1
[[category]]
id = "identity"
[[category]]
id = "contact"
""",
    "officials.toml": """format = 1
[[official]]
id = "mayor"
name = "Fictional Mayor"
office = "Mayor"
roles = ["direct", "attest"]
from = 2019-01-01
until = 2035-01-01
keys = ["{mayor}"]
[[official]]
id = "chief"
name = "Fictional Chief"
office = "Chief"
roles = ["confirm"]
from = 2019-01-01
until = 2035-01-01
keys = ["{chief}"]
""",
    "directives/end/directive.toml": """format = 1
id = "end"
title = "Access for civil immigration enforcement ends"
issued = 2026-01-01
effective = 2026-01-01T00:00:00Z
directed_by = "mayor"
confirm_role = "confirm"
supersedes = []
stage = "enforce"
canary_accounts = []
legal_basis = []
cedar_sha256 = "CEDAR"
policy_sha256 = "POLICY"
""",
}  # fmt: skip
_ACCOUNT: Final = """[[account]]
id = "{system}/{login}"
agency = "{agency}"
use = "{use}"
active = true
may_declare = [{declares}]
"""
_STANDING: Final = """[account.standing]
purpose = "{purpose}"
authority = "{authority}"
until = 2099-01-01
"""
STANDING: Final = {
    "city.police": ("own.records", "official_duty"),
    "us.ice": ("civil.immigration", "statute"),
    "us.marshals": ("crime", "statute"),
}


def keys(folder: Path) -> dict[str, str]:
    """A key for each official, as OpenSSH makes them."""
    folder.mkdir(parents=True, exist_ok=True)
    for official in OFFICIALS:
        if not (folder / official).exists():
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / official)]
            subprocess.run(command, check=True)
    return {official: (folder / f"{official}.pub").read_text().strip() for official in OFFICIALS}


def write_policy(
    folder: Path,
    systems: Mapping[str, tuple[str, str, str]],
    accounts: Mapping[str, str],
    tables: Mapping[str, str],
    rules: str = RULES,
) -> Path:
    """A repository: systems by name (kind, engine, service), accounts by id with their agency, maps by system.

    An account's agency may be followed by its use (`us.ice shared`), or by `!` for one without a standing purpose.
    """
    policy = folder / "policy"
    made = keys(folder / "keys")
    said = "".join(
        f'[[system]]\nname = "{name}"\nkind = "{kind}"\nengine = "{engine}"\nservice = "{service}"\n'
        'owner = "city.police"\nstage = "enforce"\n'
        for name, (kind, engine, service) in systems.items()
    )
    texts = {path: text.format(systems=said, **made) for path, text in _ROOT.items()}
    texts["directives/end/directive.cedar"] = rules
    texts["accounts.toml"] = "format = 1\n" + "".join(_account(*item) for item in accounts.items())
    for system in systems:
        texts[f"categories/{system}.toml"] = f'format = 1\nsystem = "{system}"\n{tables.get(system, "")}'
    for path, text in texts.items():
        (policy / path).parent.mkdir(parents=True, exist_ok=True)
        (policy / path).write_text(text)
    return policy


def _account(name: str, said: str) -> str:
    system, _, login = name.partition("/")
    agency, _, use = said.removesuffix("!").partition(" ")
    text = _ACCOUNT.format(
        system=system, login=login, agency=agency, use=use or "shared", declares='"crime"' if said.endswith("!") else ""
    )
    standing = not said.endswith("!") and (use or "shared") not in ("superuser", "backup")
    if standing and agency in STANDING:
        purpose, authority = STANDING[agency]
        text += _STANDING.format(purpose=purpose, authority=authority)
    return text


def sign(folder: Path, directive: str = "end") -> None:
    """Both signatures, with the officials' keys."""
    policy = folder / "policy"
    sign_directive(policy, directive, folder / "keys/mayor")
    answer = Answer("confirm", "", datetime(2026, 1, 1, tzinfo=UTC))
    confirm_directive(policy, directive, "chief", folder / "keys/chief", answer)
    assert clock.now() > answer.effective
