"""Logged statements: from an SQL text, or from PostgreSQL's own csvlog. What they say is data and is not run."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Final

from recuse.errors import InputError
from recuse.targets.advice import Logged
from recuse.targets.postgres.advice.statements import split

_MESSAGE: Final = re.compile(r"(?:duration: [0-9.]+ ms\s+)?(?:statement|execute [^:]*): (.*)", re.DOTALL)
_LOGIN, _TEXT = 1, 13  # of a csvlog line, in the order of PostgreSQL's documentation (Error reporting and logging)


def read_statements(path: Path) -> tuple[Logged, ...]:
    """The distinct statements of an `.sql` file, or of a `.csv` file that PostgreSQL's csvlog wrote.

    Raises InputError for a file that cannot be read as what its name says.
    """
    try:
        if path.suffix == ".sql":
            return tuple(Logged(text, times) for text, times in Counter(split(path.read_text(), path.name)).items())
        if path.suffix == ".csv":
            return _csvlog(path)
    except OSError as error:
        raise InputError(f"`{path}` cannot be read: {(error.strerror or '').lower()}", "check the path") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"`{path}` cannot be read as text", "write it as UTF-8") from error
    remedy = "give a file of SQL statements, a csvlog file, or the word `pg_stat_statements`"
    raise InputError(f"`{path.name}` is neither `.sql` nor `.csv`", remedy)


def _csvlog(path: Path) -> tuple[Logged, ...]:
    found: Counter[tuple[str, str]] = Counter()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if len(row) <= _TEXT:
                raise InputError(
                    f"`{path.name}` is no csvlog: a line has {len(row)} columns", "give one, or an `.sql` file"
                )
            said = _MESSAGE.fullmatch(row[_TEXT])
            if said is not None:
                found[said[1].strip().rstrip(";"), row[_LOGIN]] += 1
    return tuple(Logged(text, times, (login,)) for (text, login), times in found.items())
