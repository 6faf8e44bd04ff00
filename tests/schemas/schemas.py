"""The schemas that nobody here wrote: where each comes from, and how it is loaded into a throw-away server.

`scripts/schemas.sh` takes the SQL files out of the packages; none is part of this repository. What a schema cannot do
on the server's version (with operators and columns that PostgreSQL dropped since) is left out.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recuse.targets.postgres.throwaway import Server
from tests.conftest import binaries_of, skip_loudly

PLACE: Final = Path(__file__).parents[2] / ".venv/schemas"


@dataclass(frozen=True, slots=True)
class Schema:
    """One public schema: the file's name, what has to be there before it, what few tests leave out, where it runs."""

    name: str
    before: str = ""
    fewer: str = ""
    versions: tuple[int, ...] = (18, 15)


# The ontology of Chado is 1,791 views of one form; one in sixty-four stays.
_FEWER: Final = """
DO $$ BEGIN
  EXECUTE (SELECT 'DROP VIEW IF EXISTS ' || string_agg(format('%I.%I', schemaname, viewname), ', ') || ' CASCADE'
           FROM pg_views WHERE schemaname = 'so' AND substr(md5(viewname), 1, 2) >= '04');
END $$
"""
_EXTENSIONS: Final = (
    "CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm; CREATE EXTENSION tablefunc; SET check_function_bodies = off"
)
# The installer of LedgerSMB 1.6 does not know PostgreSQL 18.
SCHEMAS: Final = (
    Schema("synapse"),
    Schema("litellm"),
    Schema("logto"),
    Schema("kea"),
    Schema("chado", fewer=_FEWER),
    Schema("ledgersmb", before=_EXTENSIONS, versions=(15,)),
)


def load(server: Server, database: str, schema: Schema) -> None:
    """Run the schema's file in an empty database, as its own installer would."""
    file = PLACE / f"{schema.name}.sql"
    if not file.exists():
        skip_loudly(f"the schema {schema.name} was not fetched: run `scripts/schemas.sh`")
    ran = subprocess.run(
        [binaries_of(server.version) / "psql", "-X", "-q", "-h", server.host, "-p", str(server.port), "-d", database,
         "-U", "postgres", "-c", schema.before or "SELECT 1", "-f", file],
        env={"PGPASSWORD": server.password, "PGCLIENTENCODING": "UTF8"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-500:]
