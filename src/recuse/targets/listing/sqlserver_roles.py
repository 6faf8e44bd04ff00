"""What SQL Server's fixed roles and widest permissions come to (pages Server-level roles, Database-level roles).

A value None says that the holder can give itself everything: the documentation says so, or warns that it can gain it.
"""

from collections.abc import Mapping
from typing import Final

from recuse.targets.listing.nodes import Verb

SYSADMIN: Final = "sysadmin"
GUEST: Final = "database:guest"
GUEST_ROLE: Final = "guest"

FIXED: Final[Mapping[str, tuple[tuple[Verb, ...] | None, str]]] = {
    "sysadmin": (None, "members of sysadmin may do everything on the server, and no DENY binds them"),
    "securityadmin": (None, "securityadmin grants server permissions; it is to be treated as sysadmin"),
    "database:db_owner": (None, "db_owner may do everything in the database, and lift a DENY"),
    "database:dbo": (None, "dbo owns the database"),
    "database:db_securityadmin": (None, "db_securityadmin manages permissions, and can raise its own"),
    "database:db_ddladmin": (None, "db_ddladmin changes code that others run, and can raise its own permissions"),
    "database:db_datareader": (("read",), "db_datareader reads all data of all user tables"),
    "database:db_datawriter": (("insert", "update", "delete"), "db_datawriter changes the data of all user tables"),
    "database:db_backupoperator": (None, "db_backupoperator copies the whole database"),
}

GAINS: Final = frozenset(
    {
        ("server", "CONTROL SERVER"),
        ("server", "IMPERSONATE ANY LOGIN"),
        ("server", "ALTER ANY LOGIN"),
        ("server", "ALTER ANY SERVER ROLE"),
        ("server", "ALTER ANY DATABASE"),
        ("database", "CONTROL"),
        ("database", "TAKE OWNERSHIP"),
        ("database", "ALTER"),
        ("database", "ALTER ANY ROLE"),
        ("database", "ALTER ANY USER"),
        ("database", "ALTER ANY SCHEMA"),
        ("database", "BACKUP DATABASE"),
    }
)
"""Permissions whose holder can make itself a member of what reads, become another, or copy the whole."""
