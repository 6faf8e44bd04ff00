"""Each escape path is real: it is foretold, it reads the secret, and after the remedy neither holds.

A folder a case: `setup.sql` on top of `world.sql`, `reach.sql` (what the account types), `finding.txt` (the path as it
must be reported) and `remedy.sql`. A folder without a finding is a negative control. A line `-- pg: N` in the set-up
keeps a case to that version. `reach` reads PostgreSQL 14 too, which is below the floor.
"""

import base64
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from recuse import clock
from recuse.operations.reach import reach
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, version_id

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/setup.sql"))
SECRET = "SECRET-4711"


@pytest.fixture(scope="module", params=(*ENDS, 14), ids=version_id)
def lab(request: pytest.FixtureRequest) -> Iterator[Server]:
    with throwaway(binaries=binaries_of(request.param)) as server:
        yield server


@pytest.fixture
def world(lab: Server) -> Iterator[str]:
    """An empty database for one case; its roles go with it."""
    name = f"t_{clock.random_name(12)}"
    with psycopg.connect(lab.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield name
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        roles = [role for (role,) in connection.execute("SELECT rolname FROM pg_roles WHERE oid >= 16384")]
        if roles:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.SQL(", ").join(map(sql.Identifier, roles))))


def run(lab: Server, database: str, file: Path) -> None:
    with psycopg.connect(lab.dsn(database), autocommit=True) as connection:
        connection.execute(file.read_bytes())


def typed(lab: Server, database: str, text: str, account: str | None) -> str:
    """What `psql` shows when this is typed, by `ice` or by the superuser; errors and notices too."""
    login, password = (account, account) if account else ("postgres", lab.password)
    shown = subprocess.run(
        [binaries_of(lab.version) / "psql", "-X", "-A", "-t", "-h", lab.host, "-p", str(lab.port), "-d", database,
         "-U", login],
        input=text, env={"PGPASSWORD": password}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return shown.stdout + shown.stderr


def attempted(lab: Server, database: str, folder: Path) -> str:
    """What `ice` sees; where others have to act in between (`others.sql`, by a superuser), afterwards too."""
    read = (folder / "reach.sql").read_text()
    shown = typed(lab, database, read, "ice")
    if (folder / "others.sql").exists():
        typed(lab, database, (folder / "others.sql").read_text(), None)
        shown += typed(lab, database, read, "ice")
    return shown


def holds_secret(shown: str) -> bool:
    """In plain sight, or inside the bytes of a file, shown as hexadecimal or base64."""
    hexadecimal = "".join(re.findall(r"^\\x([0-9a-f]+)$", shown, re.MULTILINE))
    encoded = re.search(r"(?:^[A-Za-z0-9+/]{76}\n)+[A-Za-z0-9+/=]*", shown, re.MULTILINE)
    files = bytes.fromhex(hexadecimal) + base64.b64decode(encoded.group() if encoded else "")
    return SECRET in shown or SECRET.encode() in files


def described(path: dict[str, Any]) -> str:
    """The steps as sentences, without what differs from one database to the next."""
    text = "".join(f"{s['from']} -> {s['to']} ({s['kind']}): {s['reason']}\n" for s in path["steps"])
    return re.sub(r"\d{5,}", "N", re.sub(r"\bt_[0-9a-f]{12}\b", "DATABASE", text))


@pytest.mark.parametrize("case", CASES)
def test_escape(lab: Server, world: str, case: str) -> None:
    folder = HERE / case
    only = re.search(r"^-- pg: (\d+)$", (folder / "setup.sql").read_text(), re.MULTILINE)
    if only and int(only.group(1)) != lab.version:
        pytest.skip(f"not applicable: a case of PostgreSQL {only.group(1)} only")
    if lab.version < 15 and "security_invoker" in (folder / "setup.sql").read_text():
        pytest.skip("not applicable: PostgreSQL has such views since 15")
    run(lab, world, HERE / "world.sql")
    run(lab, world, folder / "setup.sql")
    [answer] = reach(lab.dsn(world), "cpd.person.ssn", ["ice"])["accounts"]
    if not (folder / "finding.txt").exists():
        assert case.startswith("control_")
        assert answer == {"account": "ice", "reaches": False, "rows": "none", "paths": []}
        assert not holds_secret(typed(lab, world, (folder / "reach.sql").read_text(), "ice"))
        return
    finding = (folder / "finding.txt").read_text()
    found = {described(path): path for path in answer["paths"]}
    assert f"rows: {answer['rows']}\n{next(iter(found), '')}" == finding, "the shortest path is the finding"
    reproduced = typed(lab, world, found[finding.partition("\n")[2]]["reproduce"], None)
    assert holds_secret(reproduced), f"the reproduction does not read: {reproduced[-500:]}"
    assert holds_secret(attempted(lab, world, folder))
    run(lab, world, folder / "remedy.sql")
    [answer] = reach(lab.dsn(world), "cpd.person.ssn", ["ice"])["accounts"]
    assert not answer["reaches"], described(answer["paths"][0])
    assert not holds_secret(attempted(lab, world, folder))


def test_controls_could_fail(lab: Server, world: str) -> None:
    """The controls' own check sees the secret when it is there."""
    run(lab, world, HERE / "world.sql")
    run(lab, world, HERE / "table_grant" / "setup.sql")
    assert holds_secret(typed(lab, world, (HERE / "control_nothing_granted" / "reach.sql").read_text(), "ice"))
