"""What a server logs: one line of JSON for each event, with its time in UTC, on standard error; nothing else is logged.

Whatever is said in it stays on its line, in ASCII: a name with a line break in it makes no second event.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final


class Lines(logging.Formatter):
    """Events as lines: `at`, `level`, `logger`, `message`, and `trace` where something was not foreseen."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event, without a line break at its end."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        said = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said)


_LOGGER: Final = {"handlers": ["lines"], "propagate": False}
CONFIGURATION: Final[dict[str, Any]] = {
    "formatters": {"lines": {"()": f"{__name__}.Lines"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
    "loggers": {"_granian": dict(_LOGGER), "recuse": {**_LOGGER, "level": "WARNING"}},
}
"""For the runtime, in each of its processes: its own events and ours."""
