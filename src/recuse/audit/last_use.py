"""When each login was last used, by an access log."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from recuse.audit.accesslog import read_log
from recuse.errors import InputError

IDLE: Final = timedelta(days=90)
"""An account that nobody used for longer is to be disabled (CJIS Security Policy AC-2(3))."""


def last_uses(path: Path, system: str) -> tuple[Mapping[str, date], date]:
    """The day of each login's last line about a system, and of the last line of all. InputError as `read_log`."""
    log = read_log(path, system, {})
    if log.last is None:
        raise InputError(f"`{path.name}` has no line about system `{system}`", "give the log of this system")
    return log.last_by_login, log.last
