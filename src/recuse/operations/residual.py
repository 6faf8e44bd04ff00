"""What cannot be closed inside the database, each under its code: what holds for any database, then this one by name.

A code names the mechanism and stays the same. Each has a test that shows what it tells, and that it tells no more
(`tests/statements`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from recuse.compiler.beyond import acting_keys, telling_tables
from recuse.model import UNBOUND_USES, Repository, System
from recuse.operations.plan import Planned

Limit = tuple[str, str]  # a code and a sentence

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


def residual(repository: Repository, system: System, planned: Planned, noted: Iterable[Limit] = ()) -> Iterator[Limit]:
    """The residual of one system, in a fixed order; a code that names keys, slots or accounts has a line for each.

    `noted` is what the target says of the whole server; publications and slots are told here, by governed table.
    """
    links = planned.found.links
    telling = ", ".join(f"`{table}`" for table in sorted(telling_tables(planned.classes, links)))
    for code, sentence in RESIDUAL.items():
        tables = f": here in {telling}" if code == "key-oracles" and telling else ""
        ran = "; this check ran as one" if code == "superuser" and planned.found.server.superuser else ""
        yield code, f"{sentence}{tables}{ran}"
    for each in sorted({(k.table, k.action, k.clause, k.key) for k in acting_keys(planned.classes, links)}):
        table, action, clause, key = each
        told = f"who may {action} rows of `{table}` changes rows of `{key.table}` that it may not"
        yield "key-actions", f"{told}, through `{key.name}` ({clause})"
    yield from _leaving(system, planned)
    for account in sorted(repository.accounts.values(), key=lambda a: a.id):
        here = account.system == system.name and account.login in planned.found.oids
        if here and account.use == "administrator":
            ran = "; this check ran as it" if account.login == planned.found.server.login else ""
            told = f"`{account.id}` is declared as administrator: it applies plans, can undo them and read everything"
            yield "unbound-administrator", told + ran
        elif here and account.use in UNBOUND_USES - {"superuser"}:
            yield f"unbound-{account.use}", f"`{account.id}` is declared as {account.use} and reads everything"
    yield from (note for note in noted if note[0] not in {"published", "replication-slots"})


def _leaving(system: System, planned: Planned) -> Iterator[Limit]:
    """Data that leaves by itself; who may fetch it is an account of its own, declared or a finding."""
    links = planned.found.links
    governed = system.governed
    governed |= {part for table in governed for part in links.parts_of(table)}
    for publication in sorted({publication for publication, _ in links.published}):
        tables = sorted(table for name, table in links.published if name == publication and table in governed)
        if tables:
            names = ", ".join(f"`{table}`" for table in tables)
            yield "published", f"publication `{publication}` sends rows of {names} on, and no row policy binds them"
    for slot in sorted(links.slots):
        yield "replication-slots", f"slot `{slot}` keeps all changes for replication accounts, hidden rows too"
