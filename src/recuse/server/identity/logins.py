"""Logins under way: rows of the state, each taken once, whoever of the workers takes it."""

from typing import Final

from recuse.server.identity.asking import PATIENCE, Login, hashed
from recuse.server.identity.kept import Kept

_NOTE: Final = """
INSERT INTO recuse_state.login (state, provider, nonce, verifier, browser, next, fresh, begun)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING 1"""
_TAKE: Final = """
DELETE FROM recuse_state.login WHERE state = %s RETURNING provider, nonce, verifier, browser, next, fresh, begun"""
_FORGET: Final = "DELETE FROM recuse_state.login WHERE begun < %s RETURNING 1"


def note(kept: Kept, login: Login) -> None:
    """Remember a login until it is taken; those that took too long are forgotten."""
    kept.rows(_FORGET, (login.begun - PATIENCE,))
    row = (login.provider, login.nonce, login.verifier, login.browser, login.next, login.fresh, login.begun)
    kept.rows(_NOTE, (hashed(login.state), *row))


def take(kept: Kept, state: str) -> Login | None:
    """The login of this state, which nobody can take again; None for one that is not known, or was taken."""
    rows = kept.rows(_TAKE, (hashed(state),))
    return Login(rows[0][0], state, *rows[0][1:]) if rows else None
