"""Whether a connection leads back into the server, and what its host rules ask of it."""

import pytest

from recuse.targets.postgres.edges.loopback import Here, Line


def here(*lines: tuple[str, str, str, str | None, str | None, str], encrypted: bool = False) -> Here:
    return Here(
        port="6543",
        ports=frozenset({"6543"}),
        addresses=frozenset({"10.1.2.3", "records.example"}),
        lines=tuple(Line(type_, [name], [user], *rest) for type_, name, user, *rest in lines),  # type: ignore[arg-type]
        encrypted=encrypted,
        bootstrap="postgres",
        is_member=lambda role, group: (role, group) == ("ice", "agents"),
    )


@pytest.mark.parametrize(("options", "back"), [
    ({"port": "6543"}, True),
    ({"port": "6543", "host": "/run/postgresql"}, True),
    ({"port": "6543", "host": "localhost"}, True),
    ({"port": "6543", "host": "127.3.2.1"}, True),
    ({"port": "6543", "host": "::1"}, True),
    ({"port": "6543", "host": "10.1.2.3"}, True),
    ({"port": "6543", "host": "elsewhere.example", "hostaddr": "10.1.2.3"}, True),
    ({"port": "6543", "host": "records.example"}, True),
    ({}, False),
    ({"host": "localhost"}, False),
    ({"port": "6543", "host": "10.1.2.4"}, False),
    ({"port": "6543", "host": "other.example"}, False),
    ({"port": "6543", "service": "records"}, False),
])  # fmt: skip
def test_leading_back(options: dict[str, str], back: bool) -> None:
    assert here().meant_by(options) == back


LOCAL = {"port": "6543"}
TCP = {"port": "6543", "host": "localhost"}


@pytest.mark.parametrize(("line", "options", "asked"), [
    (("local", "all", "all", None, None, "peer"), LOCAL, "refused"),
    (("local", "all", "all", None, None, "trust"), LOCAL, "nothing"),
    (("local", "all", "all", None, None, "trust"), TCP, "refused"),
    (("host", "all", "all", "127.0.0.1", "255.255.255.255", "scram-sha-256"), TCP, "secret"),
    (("host", "all", "all", "127.0.0.1", "255.255.255.255", "scram-sha-256"), LOCAL, "refused"),
    (("host", "all", "all", "10.0.0.0", "255.0.0.0", "trust"), TCP, "refused"),
    (("host", "all", "all", "10.0.0.0", "255.0.0.0", "trust"), TCP | {"host": "10.1.2.3"}, "nothing"),
    (("host", "all", "all", "samehost", None, "md5"), TCP, "secret"),
    (("host", "all", "all", "some.example", None, "md5"), TCP, "unknown"),
    (("host", "other", "all", "all", None, "trust"), TCP, "refused"),
    (("host", "sameuser", "all", "all", None, "trust"), TCP, "refused"),
    (("host", "all", "other", "all", None, "trust"), TCP, "refused"),
    (("host", "all", "ice", "all", None, "reject"), TCP, "refused"),
    (("host", "all", "+agents", "all", None, "trust"), TCP, "nothing"),
    (("host", "all", "+clerks", "all", None, "trust"), TCP, "refused"),
    (("host", "all", "/^i", "all", None, "trust"), TCP, "nothing"),
    (("host", "replication", "all", "all", None, "trust"), TCP, "refused"),
    (("host", "all", "all", "all", None, "cert"), TCP, "unknown"),
    (("hostssl", "all", "all", "all", None, "trust"), TCP, "refused"),
    (("hostnossl", "all", "all", "all", None, "trust"), TCP, "nothing"),
    (("hostgssenc", "all", "all", "all", None, "trust"), TCP, "refused"),
])  # fmt: skip
def test_what_a_line_asks(
    line: tuple[str, str, str, str | None, str | None, str], options: dict[str, str], asked: str
) -> None:
    assert here(line).asked(options, "records", "ice") == asked


def test_the_first_line_decides() -> None:
    lines = [("host", "records", "ice", "all", None, "reject"), ("host", "all", "all", "all", None, "trust")]
    assert here(*lines).asked(TCP, "records", "ice") == "refused"
    assert here(*lines).asked(TCP, "records", "other") == "nothing"
    assert here(*reversed(lines)).asked(TCP, "records", "ice") == "nothing"


def test_encryption_and_the_one_who_started_it() -> None:
    ssl = ("hostssl", "all", "all", "all", None, "trust")
    assert here(ssl, encrypted=True).asked(TCP, "records", "ice") == "nothing"
    assert here(("hostnossl", "all", "all", "all", None, "trust"), encrypted=True).asked(TCP, "r", "ice") == "refused"
    assert here(("local", "all", "all", None, None, "peer")).asked(LOCAL, "records", "postgres") == "nothing"


def test_unreadable_rules_are_unknown() -> None:
    unread = Here("5432", frozenset({"5432"}), frozenset(), None, False, "postgres", lambda role, group: False)
    assert unread.asked({}, "records", "ice") == "unknown"
    assert unread.meant_by({}), "libpq's own default port"
