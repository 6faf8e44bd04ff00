"""The console: what people see of the policy, its enforcement and the record, as pages that work without scripts.

Screens that look read a ledger's folder and documents that are passed in, and write nothing. What is done here is done
by services that come with their screens; no screen connects to a database.
"""

from recuse.server.console.access import Access, AccessFile
from recuse.server.console.app import SCREENS, application
from recuse.server.console.index import Index
from recuse.server.console.screens import PREFIX, Console, Known, Screen
from recuse.server.identity import ROLES, Role, Visitor

__all__ = [
    "PREFIX",
    "ROLES",
    "SCREENS",
    "Access",
    "AccessFile",
    "Console",
    "Index",
    "Known",
    "Role",
    "Screen",
    "Visitor",
    "application",
]
