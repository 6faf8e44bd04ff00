"""What a row policy shows when a caller has pulled its levers, and the SQL that pulls them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recuse.targets.postgres.edges.fitting import CHOSEN, Value, identifier, quoted
from recuse.targets.postgres.edges.row_security import GuardedTable
from recuse.targets.postgres.edges.trust import Atom, Formula, Lever, atoms

_UNSET: Final = re.compile(r"(\bcurrent_setting\('[^']*'::text)\)")  # fails where the setting is not there


@dataclass(frozen=True, slots=True)
class Pulled:
    """A formula before and after, by which levers (the first is what the caller needs), and the rows hidden before."""

    before: Formula
    after: Formula
    levers: tuple[Lever, ...]
    hidden: str

    def atoms(self) -> list[Atom]:
        """The atoms that the levers decide."""
        return [atom for atom in atoms(self.before) if atom.levers & {*self.levers}]


def hidden_rows(applying: Sequence[Mapping[str, Any]], identity: str) -> str:
    """A condition that is true of the rows that `identity` does not see; who logged in stands as SESSION_USER."""
    permissive = " OR ".join(f"({p['condition']})" for p in applying if p["permissive"] and p["condition"]) or "false"
    restrictive = "".join(f" AND ({p['condition']})" for p in applying if not p["permissive"] and p["condition"])
    permissive, restrictive = (_UNSET.sub(r"\1, true)", each) for each in (permissive, restrictive))
    as_asked = re.sub(r"\bCURRENT_(USER|ROLE)\b", f"{quoted(identity)}::name", f"({permissive}){restrictive}")
    return f"({as_asked}) IS NOT TRUE"


def writing(lever: Lever, row: Sequence[tuple[str, Value]]) -> Iterator[str]:
    """The statement that puts in a row that fits, makes the rows fit, or takes them out."""
    names = ", ".join(identifier(name) for name, _ in row)
    values = ", ".join(f"{quoted(name)}, {value.text}" for name, value in row)
    fits = f"json_populate_record(NULL::{lever.name}, json_build_object({values}))"
    match lever.means:
        case "fill":
            yield " ".join(("INSERT INTO", lever.name, f"({names})", "SELECT", names, "FROM", fits))
        case "edit" | "amend":
            row = [(name, value) for name, value in row if lever.means == "edit" or value.column] or row
            sets = ", ".join(f"{identifier(name)} = fits.{identifier(name)}" for name, _ in row)
            yield " ".join(("UPDATE", lever.name, "SET", sets, "FROM", fits, "AS fits"))
        case "empty":
            yield " ".join(("DELETE FROM", lever.name))
        case _:
            return


def stand_ins(done: Pulled) -> Iterator[str]:
    """Temporary tables in the place of those that a function names without their schema, with a row that fits."""
    for name, row in {table: row for atom in done.atoms() for table, row in atom.rows}.items():
        values = ", ".join(f"{value.text} AS {identifier(column)}" for column, value in row)
        yield " ".join(("CREATE TEMPORARY TABLE", name.rpartition(".")[2], "AS", "SELECT", values))


def choosing(table: GuardedTable, done: Pulled) -> str | None:
    """What someone who sees all rows types first: values of a hidden row, passed on in a setting."""
    values = [value for atom in done.atoms() for _, row in atom.rows for _, value in row]
    values += [value for atom in done.atoms() for _, value in atom.settings]
    columns = sorted({value.column for value in values if value.column is not None})
    if not columns:
        return None
    passed = ", ".join(f"{quoted(column)}, {identifier(column)}" for column in columns)
    record = f"json_build_object({passed})::text"
    row = " ".join(("SELECT", record, "FROM", table.name, "WHERE", done.hidden, "LIMIT 1"))
    return f"SELECT set_config({quoted(CHOSEN)}, ({row}), false) IS NOT NULL"
