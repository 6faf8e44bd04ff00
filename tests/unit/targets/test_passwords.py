"""Passwords that are found: which texts give one away, and whether it opens anything."""

import pytest

from recuse.targets.postgres.edges.passwords import opens
from recuse.targets.postgres.edges.texts import connections_in

# RFC 7677 §3: user, pencil
SCRAM = (
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
)


@pytest.mark.parametrize(("password", "kept", "answer"), [
    ("pencil", SCRAM, True),
    ("pencils", SCRAM, False),
    ("pencil", None, False),
    ("pencil", "unheard of", None),
    ("péncil", SCRAM, None),
])  # fmt: skip
def test_verifiers(password: str, kept: str | None, answer: bool | None) -> None:
    assert opens(password, "user", kept) is answer


def test_the_older_verifier() -> None:
    assert opens("pencil", "user", "md520c46e3762c864548e296b33c3406aa9")
    assert not opens("pencil", "other", "md520c46e3762c864548e296b33c3406aa9")


@pytest.mark.parametrize(("text", "named"), [
    ("SELECT * FROM dblink('host=h user=u password=p', 'SELECT 1')", {"host": "h", "user": "u", "password": "p"}),
    ("dblink('user=u password=''p q''', x)", {"user": "u", "password": "p q"}),
    ("PERFORM dblink_connect($c$user=u password=p dbname=d$c$)", {"user": "u", "password": "p", "dbname": "d"}),
    ("c := 'user=u ' || 'password=p'", {"user": "u", "password": "p"}),
    ("nightly job: postgresql://u:p@h/d", {"user": "u", "password": "p", "host": "h", "dbname": "d"}),
    ("ask for user=u password=p of h", {"user": "u", "password": "p"}),
    ("EXECUTE 'ALTER ROLE u LOGIN PASSWORD ''p'''", {"user": "u", "password": "p"}),
    ('CREATE USER "U v" WITH PASSWORD \'p\'', {"user": "U v", "password": "p"}),
])  # fmt: skip
def test_texts_that_give_one_away(text: str, named: dict[str, str]) -> None:
    assert named in list(connections_in(text))


@pytest.mark.parametrize("text", [
    "the password is kept elsewhere", "user=u", "password=p", "postgresql://u@h/d",
    "dblink('host=h dbname=d', 'SELECT 1')", "IF password IS NULL THEN user := 'u'; END IF",
])  # fmt: skip
def test_texts_that_do_not(text: str) -> None:
    assert list(connections_in(text)) == []
