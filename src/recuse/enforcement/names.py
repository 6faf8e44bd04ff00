"""Names of what `recuse` makes. Roles are a whole server's, so that of a class says which database it is for.

Two databases of a server may be enforced side by side, by one policy or by two. A class role of one must never be
taken for the other's: what it opens, and who is in it, is decided there. Both keep what is theirs in a schema of one
owner, and know the same issuers and workers.
"""

import hashlib
import re
from typing import Final

PREFIX: Final = "recuse_"
KEEPER: Final = "recuse_owner"  # owns the support schema
ISSUER: Final = "recuse_issuer"  # issues permits, and ends no session
WORKER: Final = "recuse_worker"  # ends permits and the sessions of their logins, and issues none
SHARED: Final = (KEEPER, ISSUER, WORKER)  # one for all databases of a server
SEVERS: Final = ("pg_signal_backend", KEEPER)  # a right to end sessions, held by one function, for workers alone
OTHERS: Final = "recuse_others"  # the row policy that leaves those whole whom the stage canary does not name
CLASS: Final = f"{PREFIX}c_"
OWNER: Final = f"{PREFIX}o_"
DOOR: Final = f"{PREFIX}d_"
_MARKED: Final = re.compile(r"recuse_[cod]_([0-9a-f]{8})_")


def class_role(database: str, digest: str) -> str:
    """The class role of a content, by the content's digest."""
    return f"{CLASS}{_mark(database)}_{digest}"


def owner_role(database: str, digest: str) -> str:
    """The role that owns derived objects and holds exactly one class, by the class's digest."""
    return f"{OWNER}{_mark(database)}_{digest}"


def door_role(database: str, oid: int) -> str:
    """The role between a login, by its object id, and the classes that it may declare (PostgreSQL 15)."""
    return f"{DOOR}{_mark(database)}_{oid}"


def of_another(role: str, database: str) -> bool:
    """Whether a role is one that `recuse` made for another database of the server.

    A database that is given another name leaves its roles behind: by then they hold nothing anywhere, and are nobody's.
    """
    marked = _MARKED.match(role)
    return marked is not None and marked[1] != _mark(database)


def _mark(database: str) -> str:
    """Eight hexadecimal digits for a database's name, which may be longer than a role's name has room for."""
    return hashlib.sha256(database.encode()).hexdigest()[:8]
