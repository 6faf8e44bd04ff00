"""Declaring a purpose with SQLAlchemy: each transaction of a session enters it as it begins, under a permit.

Run it: `python examples/sqlalchemy_declare.py postgresql+psycopg:///?service=records crime judicial 26-CR-1`
"""

import sys
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, SessionTransaction

DECLARE = text("SELECT recuse.declare(:purpose, :authority, :case)")


@dataclass(frozen=True)
class Declared:
    """What a session declares in every one of its transactions."""

    purpose: str
    authority: str
    case: str | None = None


class DeclaringSession(Session):
    """A session in one purpose. A transaction's end is the purpose's, so that the pool hands nothing on.

    `ProgrammingError` from the first statement of a transaction, where no permit in force lets this login declare it.
    """

    def __init__(self, engine: Engine, declared: Declared) -> None:
        super().__init__(engine)
        self.declared = declared


@event.listens_for(DeclaringSession, "after_begin")
def declare(session: DeclaringSession, _transaction: SessionTransaction, connection: Connection) -> None:
    """Before anything else, each time that a transaction begins: after a commit the next one declares anew."""
    said = session.declared
    connection.execute(DECLARE, {"purpose": said.purpose, "authority": said.authority, "case": said.case})


def arrests(session: Session) -> list[int]:
    return list(session.scalars(text("SELECT id FROM records.arrest ORDER BY id")))


def main(url: str, purpose: str, authority: str, case: str | None = None) -> int:
    """Read in the purpose, in two transactions, and then without it, on the same connection of a pool."""
    engine = create_engine(url, pool_size=1, max_overflow=0)
    try:
        with DeclaringSession(engine, Declared(purpose, authority, case)) as session:
            print("declared:", arrests(session))
            session.commit()
            print("declared again:", arrests(session))
    except ProgrammingError as refused:
        print("refused:", refused.orig)
        return 1
    with Session(engine) as session:
        try:
            print("undeclared:", arrests(session))
        except ProgrammingError as refused:
            print("undeclared: refused,", refused.orig)
    engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
