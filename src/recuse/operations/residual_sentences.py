"""What is open in any database, by its code: for `verify`, and for `reach`, which loads nothing that makes plans."""

from collections.abc import Mapping
from typing import Final

RESIDUAL: Final[Mapping[str, str]] = {
    "table-sizes": "every account can see how large a table is and how many rows it is thought to have",
    "activity-counters": "every account can see how often a table is read and written",
    "locks": "every account can see which tables others use now, and waits for a hidden row whose key it writes",
    "catalog-metadata": "names, comments, enum labels and function bodies are readable by every account",
    "key-oracles": "who may write to a table with a unique or foreign key learns whether a value exists",
    "sequence-gaps": "who may insert into a table with a numbered key learns how many numbers others have drawn",
    "row-estimates": "EXPLAIN tells a permitted account about how many rows hold a value, hidden ones counted",
    "filtered-rows": "EXPLAIN ANALYZE tells a permitted account how many rows were hidden from it, and a MERGE that "
    "reads no column whether any is",
    "timing": "how long a query takes, and how many pages it reads, depends on hidden rows too",
    "pools": "what a session has become or set since it began (SET ROLE, SET SESSION AUTHORIZATION, a plain SET) it "
    "alone can see, so that a pool's login is judged by all that it may become, and its sessions by their beginning",
    "superuser": "a superuser is not bound by the policy and can undo it, and its sessions are not ended, whomever "
    "they became",
}
