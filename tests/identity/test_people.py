"""people.toml is read strictly: every problem with its line, and no two roles that are two persons'."""

from itertools import combinations
from pathlib import Path
from typing import Final

import pytest

from recuse.errors import RepositoryError
from recuse.server.identity.addresses import is_safe, who_asks
from recuse.server.identity.claims import PRESETS, text, texts
from recuse.server.identity.people import People
from recuse.server.identity.reading import read_people
from recuse.server.identity.roles import ROLES, apart
from tests.identity.conftest import write_people

HEAD: Final = """\
format = 1
key_file = "pseudonym.key"

[[providers]]
name = "city"
issuer = "https://login.example.gov"
client = "console"
secret_file = "client.secret"
claims = "gfipm"
"""


def grant(role: str, of: str = 'subject = "a"', agency: str = "pd.records", provider: str = "city") -> str:
    return f'\n[[grants]]\nrole = "{role}"\nagency = "{agency}"\nprovider = "{provider}"\n{of}\n'


def read(folder: Path, content: str, agencies: frozenset[str] | None = None) -> People:
    write_people(folder / "people.toml", content)
    return read_people(folder / "people.toml", agencies)


def problems(folder: Path, content: str, agencies: frozenset[str] | None = None) -> list[str]:
    with pytest.raises(RepositoryError) as caught:
        read(folder, content, agencies)
    return [str(each) for each in caught.value.problems]


def test_what_is_read(tmp_path: Path) -> None:
    people = read(tmp_path, HEAD + grant("reviewer") + grant("counsel"), frozenset({"pd.records"}))
    provider = people.providers["city"]
    assert (provider.secret, provider.claims.ori) == ("provider-secret-of-the-test", "gfipm:2.0:user:EmployerORI")
    assert [each.role for each in people.grants] == ["reviewer", "counsel"]
    assert "provider-secret" not in repr(people)
    assert "kkkk" not in repr(people)


def test_every_pair_of_roles_of_one_person(tmp_path: Path) -> None:
    for first, second in combinations(ROLES, 2):
        content = HEAD + grant(first) + grant(second)
        if apart(frozenset({first, second})) is None:
            assert len(read(tmp_path, content).grants) == 2
        else:
            [found] = problems(tmp_path, content)
            line = content.splitlines().index(f'role = "{second}"', content.splitlines().index(f'role = "{first}"') + 1)
            assert found.startswith(f"people.toml:{line + 1}: `{first}` and `{second}` are two persons' roles: ")


def test_roles_of_one_value_of_a_claim(tmp_path: Path) -> None:
    of = 'claim = "groups"\nvalue = "g"'
    [found] = problems(tmp_path, HEAD + grant("official", of) + grant("administrator", of))
    assert "`official` and `administrator` are two persons' roles" in found
    assert read(tmp_path, HEAD + grant("official", of) + grant("administrator", of.replace('"g"', '"h"')))


def test_two_agencies_of_one_person(tmp_path: Path) -> None:
    [found] = problems(tmp_path, HEAD + grant("reviewer") + grant("counsel", agency="pd.law"))
    assert "one person acts for one agency" in found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("format = 1", "format = 2", "people.toml:1: `format` must be 1"),
        ("https://login", "http://login", "people.toml:6: `http://login.example.gov` is not reached over TLS"),
        ('name = "city"', 'name = "local"', "people.toml:5: `local` is what local accounts are called"),
        ('name = "city"', 'name = "City Hall"', "people.toml:5: `City Hall` is no name"),
        ("client.secret", "nowhere", "people.toml:8: `nowhere` cannot be read: No such file or directory"),
        ("client.secret", "../", "people.toml:8: `../` can be read by others"),
        ('"gfipm"', '"saml"', "people.toml:9: `claims` must be one of `standard`, `gfipm`"),
        ('claims = "gfipm"', 'claims = "gfipm"\nscope = "all"', "people.toml:10: unknown key `scope`"),
        ('key_file = "pseudonym.key"\n', "", "people.toml:1: missing key `key_file`"),
        ('"pseudonym.key"', '"local.txt"', "people.toml:2: `local.txt` cannot be read"),
    ],
)
def test_what_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in HEAD
    assert [each for each in problems(tmp_path, HEAD.replace(old, new)) if each.startswith(expected)]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (grant("mayor"), "`role` must be one of `requester`"),
        (grant("reviewer", provider="state"), "no provider is named `state`"),
        (grant("reviewer", of=""), "a grant is for a `subject`, or for a `claim`"),
        (grant("reviewer", of='subject = "a"\nclaim = "groups"\nvalue = "b"'), "a grant is for a `subject`, or"),
        (grant("reviewer", of='claim = "groups"'), "missing key `value`"),
        (grant("reviewer", agency="pd.nowhere"), "no agency is called `pd.nowhere`"),
        (HEAD.partition("\n\n")[2].replace('"city"', '"town"'), "the issuer `https://login.example.gov` stands twice"),
        (HEAD.partition("\n\n")[2], "`city` stands twice"),
        ("[limits]\nidle_minutes = 31\n", "`idle_minutes` must be 1 to 30"),
        ("[limits]\nsession_minutes = 721\n", "`session_minutes` must be 1 to 720"),
        ("[limits]\nfresh_minutes = 0\n", "`fresh_minutes` must be 1 to 10"),
        ('[[local]]\nname = "l"\nagency = "pd.records"\nhash_file = "client.secret"\nopened = 2026-11-28T08:00:00Z\n',
         "the file holds no argon2id hash"),
    ],
)  # fmt: skip
def test_what_is_refused_below(tmp_path: Path, more: str, expected: str) -> None:
    found = problems(tmp_path, HEAD + "\n" + more, frozenset({"pd.records"}))
    assert [each for each in found if expected in each and each.startswith("people.toml:")], found


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_secret_that_others_can_read(tmp_path: Path, mode: int) -> None:
    write_people(tmp_path / "people.toml", HEAD)
    (tmp_path / "client.secret").chmod(mode)
    with pytest.raises(RepositoryError, match=r"people.toml:8: `client.secret` can be read by others \(chmod 0600"):
        read_people(tmp_path / "people.toml")


def test_a_key_that_is_short(tmp_path: Path) -> None:
    write_people(tmp_path / "people.toml", HEAD)
    (tmp_path / "pseudonym.key").write_text("short")
    with pytest.raises(RepositoryError, match="the file holds 5 bytes: 32 are needed"):
        read_people(tmp_path / "people.toml")


def test_own_names_of_claims(tmp_path: Path) -> None:
    own = HEAD.replace('claims = "gfipm"\n', "") + '[providers.claims]\nname = "cn"\nori = "agency_ori"\n'
    assert read(tmp_path, own).providers["city"].claims.ori == "agency_ori"


def test_gfipm_names() -> None:
    said = {f"gfipm:2.0:user:{name}": name for name in ("DisplayName", "EmployerORI", "FederationId")}
    names = PRESETS["gfipm"]
    found = [text(said, each) for each in (names.name, names.ori, names.federation)]
    assert found == ["DisplayName", "EmployerORI", "FederationId"]


def test_claims_of_other_types_say_nothing() -> None:
    said = {"a": True, "b": {"c": "d"}, "e": ["x", 7, "", "y"], "f": 7}
    assert [texts(said, name) for name in "abef"] == [frozenset(), frozenset(), {"x", "y"}, frozenset()]
    assert text(said, "e") is None


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://login.example.gov", True), ("http://127.0.0.1:8000", True), ("http://localhost", True),
        ("http://login.example.gov", False), ("http://127.0.0.1.example.org", False), ("ftp://127.0.0.1", False),
        ("https://", False), ("https://user@login.example.gov", False), ("https://h:port", False), ("", False),
    ],
)  # fmt: skip
def test_addresses_of_providers(url: str, safe: bool) -> None:
    assert is_safe(url) is safe


def test_who_asks_behind_proxies() -> None:
    ours = frozenset({"10.0.0.1", "10.0.0.2"})
    assert who_asks("198.51.100.7", "203.0.113.9", ours) == "198.51.100.7"  # no proxy of ours: its word is nothing
    assert who_asks("10.0.0.1", "203.0.113.9", ours) == "203.0.113.9"
    assert who_asks("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", ours) == "203.0.113.9"
    assert who_asks("10.0.0.1", "203.0.113.9, nonsense", ours) == "10.0.0.1"
    assert who_asks("10.0.0.1", None, ours) == "10.0.0.1"
