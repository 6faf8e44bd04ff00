"""What lies outside every database: no catalog tells of it, so that a person is asked."""

from typing import Final

OUTSIDE: Final = {
    "backups": "dumps, base backups and archived logs hold the data under other rights",
    "exports": "files and copies made before today are not in the database",
    "credentials": "who knows the password of an account, and whom pg_hba.conf lets in, is not decided here",
    "renamed-copies": "copies whose columns have other names, or that hold whole rows in one column, cannot be told",
}
