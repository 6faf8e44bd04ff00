"""Screens of jobs: what is queued for the worker, one job as it goes on, and asking for a plan and its application.

The console asks and looks. It holds no right to end a session or to change a database: only the worker does.
"""

from recuse.server.console.applying.screens import LIVE, STREAM, screens
from recuse.server.console.applying.work import Applying, Signed

__all__ = ["LIVE", "STREAM", "Applying", "Signed", "screens"]
