"""Ten synthetic years of access log, 2009-07 to 2019-07, as one Parquet file: who searched what, and for which purpose.

Columns follow the canonical access record (a subset). Times are UTC without a zone, to the hundredth of a second. The
file has shapes that real logs have: a cut-over, a survivor, a ghost, a drop-down (`sql/log/habits.sql` names them).
"""

from pathlib import Path
from typing import Final

from recuse.demo.repository import accounts
from recuse.demo.statements import statement_text
from recuse.demo.world import Progress, silent
from recuse.errors import InputError

LOG_NAME: Final = "access-log.parquet"
FEWEST: Final = 10_000
_STEPS = ("habits", "slots", "lines", "ghost", "log")


def write_log(folder: Path, seed: int = 2019, lines: int = 1_200_000, progress: Progress = silent) -> Path:
    """Write `lines` lines (10,000 or more) to `folder`, in order of time; gives the file's path.

    The same seed and number give the same lines. Raises InputError when there are too few, or without the `analytics`
    extra.
    """
    if lines < FEWEST:
        raise InputError(f"`{lines}` lines are too few for the log's shapes", f"ask for {FEWEST} or more")
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError(
            "duckdb is not installed", "install the extra with `pip install 'recuse[analytics]'`"
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOG_NAME
    values = {"seed": seed, "lines": lines}
    with duckdb.connect() as connection:
        connection.execute("CREATE TEMP TABLE account (login VARCHAR, agency VARCHAR)")
        connection.executemany("INSERT INTO account VALUES (?, ?)", [(a.login, a.agency) for a in accounts()])
        for done, step in enumerate(_STEPS):
            progress(step, done, len(_STEPS) + 1)
            text = statement_text(f"log/{step}")
            used = {name: value for name, value in values.items() if f"${name}" in text}
            connection.execute(text, used or None)
        progress("write", len(_STEPS), len(_STEPS) + 1)
        connection.table("log").write_parquet(str(path), compression="zstd")
    progress("done", len(_STEPS) + 1, len(_STEPS) + 1)
    return path
