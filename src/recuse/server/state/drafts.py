"""Drafts of directives in the state that servers share: `Drafts` on PostgreSQL. Nothing is ever changed or deleted."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final

import psycopg

from recuse.directive.drafting import Draft
from recuse.errors import InputError
from recuse.server.console.directives.kept import Paper, Version
from recuse.server.state.migrations import Connection

_COLUMNS: Final = "id, version, at, by, toml, cedar"
_LAST: Final = f"SELECT DISTINCT ON (id) {_COLUMNS} FROM recuse_state.draft ORDER BY id, version DESC"  # noqa: S608
_EVERY: Final = f"SELECT {_COLUMNS} FROM recuse_state.draft WHERE id = %s ORDER BY version"  # noqa: S608
_KEEP: Final = "INSERT INTO recuse_state.draft (id, version, at, by, toml, cedar) VALUES (%s, %s, %s, %s, %s, %s)"
_BRING: Final = "INSERT INTO recuse_state.draft_paper (id, version, at, by, name, data) VALUES (%s, %s, %s, %s, %s, %s)"
_PAPERS: Final = (
    "SELECT DISTINCT ON (name) name, at, by, data FROM recuse_state.draft_paper WHERE id = %s AND version = %s "
    "ORDER BY name, place DESC"
)


class StateDrafts:
    """`Drafts` in a prepared state; `together` gives its connection for one transaction, to one thread at a time."""

    def __init__(self, together: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._together = together

    def newest(self) -> tuple[Version, ...]:
        """The last version of each draft, the newest first."""
        found = map(_version, self._rows(_LAST, ()))
        return tuple(sorted(found, key=lambda each: each.at, reverse=True))

    def versions(self, name: str) -> tuple[Version, ...]:
        """Every version of a draft, oldest first."""
        return tuple(map(_version, self._rows(_EVERY, (name,))))

    def keep(self, draft: Draft, version: int, by: str, at: datetime) -> None:
        """Keep one more version. InputError where somebody has kept a version of this number meanwhile."""
        with self._together() as connection:
            try:
                connection.execute(_KEEP, (draft.id, version, at, by, draft.toml, draft.cedar))
            except psycopg.errors.UniqueViolation as error:
                remedy = "look at the newest version, and make the change again there"
                raise InputError(f"draft `{draft.id}` was changed meanwhile", remedy) from error

    def bring(self, name: str, version: int, paper: Paper) -> None:
        """Keep a file that was brought for a version."""
        row = (name, version, paper.at, paper.by, paper.name, paper.data)
        with self._together() as connection:
            connection.execute(_BRING, row)

    def papers(self, name: str, version: int) -> Mapping[str, Paper]:
        """The last file of each name that was brought for a version."""
        rows = self._rows(_PAPERS, (name, version))
        return {each: Paper(each, at, by, bytes(data)) for each, at, by, data in rows}

    def _rows(self, query: str, given: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._together() as connection:
            return connection.execute(query.encode(), given).fetchall()


def _version(row: tuple[Any, ...]) -> Version:
    name, version, at, by, toml, cedar = row
    return Version(Draft(name, bytes(toml), cedar), version, at, by)
