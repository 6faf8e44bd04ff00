"""Tries whether ON CONFLICT shows hidden rows on this server, on a temporary table that is rolled back."""

import psycopg

from recuse.errors import MissingRightError
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import query
from recuse.targets.postgres.undone import silence, undone


def shows_conflicting_row(connection: Connection) -> bool:
    """Whether ON CONFLICT DO UPDATE evaluates its WHERE on a row that row security hides; true if it cannot be told.

    Tried, not told from the version: releases said to be repaired (CVE-2026-120154) have been seen to do it. The hidden
    row holds no number, and the WHERE makes one of it: an error that names the value stands in for the row itself. The
    temporary table is forced to bind its owner; a superuser, whom nothing binds, takes a role that has no rights.
    """
    refused = False
    try:
        with undone(connection):
            silence(connection)
            connection.execute(query("probe/conflict_table"))
            connection.execute(query("probe/conflict_role"))
            refused = _refused(connection)
    except (MissingRightError, psycopg.Error):
        return True
    return not refused


def _refused(connection: Connection) -> bool:
    try:
        with connection.transaction():
            connection.execute(query("probe/conflict"))
    except psycopg.errors.InsufficientPrivilege:
        return True
    except psycopg.errors.InvalidTextRepresentation:
        pass
    return False
