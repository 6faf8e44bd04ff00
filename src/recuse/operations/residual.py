"""What cannot be closed inside the database, each under its code: what holds for any database, then this one by name.

A code names the mechanism and stays the same. Each has a test that shows what it tells, and that it tells no more
(`tests/statements`).
"""

from collections.abc import Iterable, Iterator

from recuse.compiler.beyond import acting_keys, telling_tables
from recuse.model import UNBOUND_USES, Repository, System
from recuse.operations.plan import Planned
from recuse.operations.residual_sentences import RESIDUAL

Limit = tuple[str, str]  # a code and a sentence


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
