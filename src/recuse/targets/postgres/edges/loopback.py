"""Whether a connection leads back into this server, and what its host rules (pg_hba.conf) ask of it.

A connection is told by its options as libpq takes them. An address that is not one of this server's own, as far as the
server and the connection to it say, counts as elsewhere: a name in another's DNS cannot be looked up from here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final, Literal

from recuse.targets.postgres.edges.catalog import Connection, rows_of

Asked = Literal["secret", "nothing", "refused", "unknown"]
"""What the server asks of a connection; only where it asks for a secret is a password used."""

_SECRET: Final = frozenset({"password", "md5", "scram-sha-256", "ldap", "radius", "pam", "bsd"})
_LOCALHOST: Final = {"localhost": "127.0.0.1"}
_PORT: Final = "5432"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of pg_hba.conf as the server reads it."""

    type: str
    databases: Sequence[str]
    users: Sequence[str]
    address: str | None
    netmask: str | None
    method: str


@dataclass(frozen=True, slots=True)
class _Own:
    port: str
    addresses: str
    sockets: str
    reached: str
    encrypted: bool
    bootstrap: str


@dataclass(frozen=True, slots=True)
class Here:
    """The server's ports, addresses and lines of pg_hba.conf (None: not readable); who started it; who is in what."""

    port: str
    ports: frozenset[str]
    addresses: frozenset[str]
    lines: tuple[Line, ...] | None
    encrypted: bool
    bootstrap: str
    is_member: Callable[[str, str], bool]

    def meant_by(self, options: Mapping[str, str]) -> bool:
        """Whether a connection with these options leads here."""
        if "service" in options or options.get("port", _PORT) not in self.ports:
            return False
        address = options.get("hostaddr") or options.get("host", "")
        return not address or address[0] in "/@" or address in self.addresses or _loops(address)

    def asked(self, options: Mapping[str, str], database: str, role: str) -> Asked:
        """What the first line of pg_hba.conf that is for this connection asks."""
        if self.lines is None:
            return "unknown"
        for line in self.lines:
            address = self._is_from(line, options)
            named = _is_one_of(database, line.databases, {"all"} | ({"sameuser"} if database == role else set()))
            if not named or not self._is_for(line, role) or address is False:
                continue
            return "unknown" if address is None else self._by(line.method, role)
        return "refused"

    def _by(self, method: str, role: str) -> Asked:
        if method in _SECRET:
            return "secret"
        if method == "trust":
            return "nothing"
        if method in {"peer", "ident"}:  # the server's own account, which by custom is called as who started it
            return "nothing" if role == self.bootstrap else "refused"
        return "refused" if method == "reject" else "unknown"

    def _is_for(self, line: Line, role: str) -> bool:
        groups = [user.removeprefix("+") for user in line.users if user.startswith("+")]
        return _is_one_of(role, line.users, {"all"}) or any(self.is_member(role, group) for group in groups)

    def _is_from(self, line: Line, options: Mapping[str, str]) -> bool | None:
        """Whether the line is for where the connection comes from; None where that cannot be told."""
        address = options.get("hostaddr") or options.get("host", "")
        local = not address or address[0] in "/@"
        if local or line.type == "local":
            return local and line.type == "local"
        if line.type in {"hostgssenc"} or (line.type == "hostssl") > self.encrypted:
            return False
        if line.type == "hostnossl" and self.encrypted:
            return False
        if line.address in {"all", "samehost", "samenet"}:
            return True
        try:
            network = ip_network(f"{line.address}/{line.netmask}" if line.netmask else line.address or "", strict=False)
            return ip_address(_LOCALHOST.get(address, address)) in network
        except ValueError:
            return None


def here(connection: Connection, is_member: Callable[[str, str], bool]) -> Here:
    """The server that a connection is connected to, by its own words and by the address that it was reached at."""
    [own] = rows_of(connection, "own_address", _Own)
    with connection.cursor() as cursor:
        readable = cursor.execute("SELECT has_function_privilege('pg_hba_file_rules()', 'EXECUTE')").fetchone()
    listened = {part.strip() for part in own.addresses.split(",")} - {"*", "0.0.0.0", "::", ""}  # noqa: S104 - not bound
    return Here(
        port=own.port,
        ports=frozenset({own.port, str(connection.info.port)}),
        addresses=frozenset({*listened, own.reached, connection.info.host} - {""}),
        lines=tuple(rows_of(connection, "host_lines", Line)) if readable == (True,) else None,
        encrypted=own.encrypted,
        bootstrap=own.bootstrap,
        is_member=is_member,
    )


def _loops(address: str) -> bool:
    try:
        return ip_address(_LOCALHOST.get(address, address)).is_loopback
    except ValueError:
        return False


def _is_one_of(name: str, named: Sequence[str], every: set[str]) -> bool:
    """Whether a name is meant; what begins with a slash is a pattern and counts as meant, since it may be."""
    return any(each == name or each in every or each.startswith("/") for each in named)
