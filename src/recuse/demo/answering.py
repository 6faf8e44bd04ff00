"""Who answers for the demonstration's server, where it lacks repairs that row and column control rest on.

The server that comes with the demonstration may be older than the newest release. That is a finding there as anywhere;
here an official accepts it for a time, since the server is thrown away and holds no real data.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from recuse.operations.signing import sign_acceptance

ACCEPTED_BY: Final = "counsel-2016"
CODE: Final = "version-floor"
_ID: Final = "demonstration-server"
_DAYS: Final = 90
_ACCEPTANCE: Final = """\
# Demonstration – not issued by any city.
format = 1
id = "{id}"
accepted_by = "{by}"
reason = "the server is thrown away when the demonstration ends, and every person in it is fictional"
from = {start}
until = {until}
"""
_FINDING: Final = """
[[finding]]
code = "{code}"
system = "{system}"
"""


def answer_for_server(policy: Path, systems: Iterable[str], by: str, key: Path, today: date) -> date:
    """Write the acceptance of `version-floor` at these systems, by an official with this key; returns its last day."""
    until = today + timedelta(days=_DAYS)
    folder = policy / "acceptances" / _ID
    folder.mkdir(parents=True, exist_ok=True)
    text = _ACCEPTANCE.format(id=_ID, by=by, start=today.isoformat(), until=until.isoformat())
    text += "".join(_FINDING.format(code=CODE, system=system) for system in systems)
    (folder / "acceptance.toml").write_text(text, encoding="utf-8", newline="\n")
    sign_acceptance(policy, _ID, key)
    return until
