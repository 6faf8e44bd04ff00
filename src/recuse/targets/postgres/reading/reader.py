"""PostgreSQL's language as the operations read it: statements and names, from their text alone."""

from dataclasses import dataclass

from recuse.compiler.proof.said import Said, Unsaid
from recuse.compiler.proof.written import Written
from recuse.targets.postgres.reading.expression import read_condition
from recuse.targets.postgres.reading.statements import read_name, read_statements


@dataclass(frozen=True, slots=True)
class PostgresReader:
    """Needs no connection."""

    def statements(self, text: str) -> tuple[Said, ...] | Unsaid:
        """Everything that the statements of a text say, in order."""
        return read_statements(text)

    def condition(self, text: str) -> Written:
        """A row policy's condition as a tree; one that is not understood is `Unread`."""
        return read_condition(text)

    def name(self, name: str) -> tuple[str, ...]:
        """The parts of a derived object's name, as `statements` gives them."""
        return read_name(name)
