"""A small records application on FastAPI that asks the decision point before it reads.

Who sits at the keyboard is your sign-in's matter; here the application works as one account, which its settings name.
What the person declares (purpose, authority, case) comes with each request: a permit says whether they may.
"""

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse

from recuse.client import (
    Action,
    AsyncClient,
    ClientCredentials,
    DeniedError,
    NoDecisionError,
    Question,
    Resource,
    Subject,
)

READ = Action("read")
ACCOUNT = Subject(os.environ["RECORDS_ACCOUNT"])  # such as blotter/records_app
DATABASE = os.environ["RECORDS_DATABASE"]  # a file of SQLite: the decision point enforces where a database does not


@asynccontextmanager
async def lifespan(application: FastAPI) -> AsyncIterator[None]:
    """One client for the life of the program: it keeps its connections and its token."""
    secret = Path(os.environ["DECISION_POINT_SECRET_FILE"])
    known = ClientCredentials(os.environ["DECISION_POINT_TOKENS"], os.environ["DECISION_POINT_CLIENT"], secret)
    async with AsyncClient(os.environ["DECISION_POINT"], known) as client:
        application.state.decisions = client
        yield


app = FastAPI(lifespan=lifespan)


def decisions(request: Request) -> AsyncClient:
    client: AsyncClient = request.app.state.decisions
    return client


def declared(
    purpose: Annotated[str | None, Query()] = None,
    authority: Annotated[str | None, Query()] = None,
    case: Annotated[str | None, Query()] = None,
) -> dict[str, str]:
    """What the person declares; nothing leaves the account in the circumstances that it stands in."""
    said = {"purpose": purpose, "authority": authority, "case": case}
    return {name: value for name, value in said.items() if value is not None}


Decisions = Annotated[AsyncClient, Depends(decisions)]
Declared = Annotated[dict[str, str], Depends(declared)]


def about(row: sqlite3.Row, context: dict[str, str]) -> Question:
    """Whether the account may read this row. The rules ask whether it is sealed, or a juvenile's."""
    juvenile = None if row["juvenile"] is None else bool(row["juvenile"])
    asked = Resource("blotter::records::arrest", "arrest_record", {"sealed": bool(row["sealed"]), "juvenile": juvenile})
    return Question(ACCOUNT, READ, asked, context)


@app.get("/arrests")
async def arrests(client: Decisions, context: Declared) -> list[int]:
    """The arrests that may be read: one question a row, one request for all of them."""
    rows = selected("SELECT id, sealed, juvenile FROM arrest ORDER BY id")
    return [row["id"] for row in await client.permitted(rows, lambda row: about(row, context))]


@app.get("/arrests/{number}")
async def arrest(number: int, client: Decisions, context: Declared) -> dict[str, Any]:
    """One arrest. First what the rules ask about it, then the decision, and then what it says, if it is the same."""
    rows = selected("SELECT id, sealed, juvenile FROM arrest WHERE id = ?", number)
    if not rows:
        raise HTTPException(404, "there is no such arrest")
    await client.require(about(rows[0], context))
    same = "SELECT id, charge, district FROM arrest WHERE id = ? AND sealed IS ? AND juvenile IS ?"
    decided = selected(same, *rows[0])
    if not decided:
        raise HTTPException(409, "it was changed meanwhile: ask again")
    return dict(decided[0])


@app.exception_handler(DeniedError)
async def denied(_request: Request, error: DeniedError) -> JSONResponse:
    """Why, by which rules, and under which purpose and authority it would be permitted."""
    opened = [{"purpose": each.purpose, "authority": each.authority} for each in error.would_change]
    told = {"reason": error.reason, "sentence": error.reason_user, "rules": error.rules, "would_change": opened}
    return JSONResponse({**told, "evaluation": error.evaluation_id}, 403)


@app.exception_handler(NoDecisionError)
async def undecided(_request: Request, error: NoDecisionError) -> JSONResponse:
    """Without a decision nothing is shown."""
    return JSONResponse({"sentence": "nobody could decide this now: ask again later", "request": error.request_id}, 503)


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(DATABASE)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
    finally:
        connection.close()


def selected(statement: str, *values: object) -> list[sqlite3.Row]:
    with database() as connection:
        return connection.execute(statement, values).fetchall()
