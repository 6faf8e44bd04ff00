"""The console: what people see of the policy, its enforcement and the record, as pages that work without scripts.

It reads a ledger's folder and documents that are passed in; it writes nothing, and connects to no database.
"""

from recuse.server.console.access import Access, AccessFile
from recuse.server.console.app import SCREENS, application
from recuse.server.console.index import Index
from recuse.server.console.screens import PREFIX, Console, Known
from recuse.server.console.visitors import ROLES, Role, Visitor

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
    "Visitor",
    "application",
]
