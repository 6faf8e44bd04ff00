"""What editors did, in the state that servers share: `Edits` on PostgreSQL. Nothing is ever changed or deleted."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

import psycopg

from recuse.errors import InputError
from recuse.server.console.editors.kept import Edit, Kind
from recuse.server.state.migrations import Connection

_COLUMNS: Final = "kind, subject, version, at, by, said"
_SELECT: Final = f"{_COLUMNS} FROM recuse_state.edit"
_NEWEST: Final = f"SELECT DISTINCT ON (kind, subject) {_SELECT} ORDER BY kind, subject, version DESC"
_LAST: Final = f"SELECT {_SELECT} WHERE kind = %s AND subject = %s ORDER BY version DESC LIMIT 1"
_KEEP: Final = f"INSERT INTO recuse_state.edit ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)"  # noqa: S608


class StateEdits:
    """`Edits` in a prepared state; `together` gives its connection for one transaction, to one thread at a time."""

    def __init__(self, together: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._together = together

    def newest(self, kind: Kind | None = None) -> tuple[Edit, ...]:
        """The last version of each, those withdrawn too, the oldest first; of one kind, or of all."""
        found = (each for each in map(_edit, self._rows(_NEWEST, ())) if kind in (None, each.kind))
        return tuple(sorted(found, key=lambda each: (each.at, each.kind, each.subject)))

    def last(self, kind: Kind, subject: str) -> Edit | None:
        """The last version of one; None where nothing was ever kept."""
        return next(map(_edit, self._rows(_LAST, (kind, subject))), None)

    def keep(self, edit: Edit) -> None:
        """Keep one more version. InputError where somebody has kept a version of this number meanwhile."""
        said = None if edit.said is None else json.dumps(dict(edit.said), sort_keys=True)
        with self._together() as connection:
            try:
                connection.execute(_KEEP, (edit.kind, edit.subject, edit.version, edit.at, edit.by, said))
            except psycopg.errors.UniqueViolation as error:
                what = "this service was corrected" if edit.kind == "service" else "this review was changed"
                raise InputError(f"{what} by somebody meanwhile", "look at what they kept, and say it again") from error

    def _rows(self, query: str, given: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._together() as connection:
            return connection.execute(query.encode(), given).fetchall()


def _edit(row: tuple[Any, ...]) -> Edit:
    kind, subject, version, at, by, said = row
    return Edit(kind, subject, version, at, by, None if said is None else json.loads(said))
