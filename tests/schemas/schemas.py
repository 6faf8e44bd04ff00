"""The schemas that nobody here wrote: where each comes from, and how it is loaded into a throw-away server.

`scripts/schemas.sh` takes the SQL files out of the packages; none is part of this repository. What a schema cannot do on
the server's version (operators and columns that PostgreSQL dropped since) is counted, and the rest is loaded.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recuse.targets.postgres.throwaway import Server
from tests.conftest import binaries_of, skip_loudly

PLACE: Final = Path(__file__).parents[2] / ".venv/schemas"


@dataclass(frozen=True, slots=True)
class Schema:
    """One public schema: the file's name, its product and licence, and what has to be there before it."""

    name: str
    product: str
    licence: str
    before: str = ""
    versions: tuple[int, ...] = (18, 15)


SCHEMAS: Final = (
    Schema("synapse", "Synapse 1.98.0, a Matrix homeserver", "Apache-2.0"),
    Schema("litellm", "LiteLLM 0.4.110, a gateway to language models", "MIT"),
    Schema("logto", "Logto 1.43.0, sign-in for many tenants", "MPL-2.0"),
    Schema("kea", "Kea 2.2.0, a DHCP server", "MPL-2.0"),
    Schema("chado", "Chado 1.31, genomics", "Artistic-2.0"),
    Schema(
        "ledgersmb", "LedgerSMB 1.6.33, accounting", "GPL-2.0-or-later, loaded only",
        "CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm; CREATE EXTENSION tablefunc; SET check_function_bodies = off;",
        (15,),
    ),
)  # fmt: skip


def load(server: Server, database: str, schema: Schema) -> int:
    """Run the schema's file in an empty database, as its own installer would; gives the number of statements refused."""
    file = PLACE / f"{schema.name}.sql"
    if not file.exists():
        skip_loudly(f"the schema {schema.name} was not fetched: run `scripts/schemas.sh`")
    ran = subprocess.run(
        [binaries_of(server.version) / "psql", "-X", "-q", "-h", server.host, "-p", str(server.port), "-d", database,
         "-U", "postgres", "-c", schema.before or "SELECT 1", "-f", file],
        env={"PGPASSWORD": server.password, "PGCLIENTENCODING": "UTF8"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-500:]
    return len(re.findall(r"^psql:\S+: ERROR:", ran.stderr, re.MULTILINE))
