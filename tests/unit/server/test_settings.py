"""serve.toml: what it says is read as it says it, and each thing wrong is told with its line, all at once."""

from pathlib import Path
from typing import Final

import pytest

from recuse.errors import RepositoryError
from recuse.server.names import read_names
from recuse.server.settings import Caller, Issuer, Pages, Proxy, read_settings

PLACE: Final = Path("/etc/recuse/serve.toml")
SMALL: Final = 'format = 1\nbase = "https://decisions.example.org"\nlisten = "127.0.0.1:8443"\n'
ISSUER: Final = '[[issuer]]\nissuer = "https://login"\naudience = "us"\nkeys = "login.jwks"\n'
CALLER: Final = '[[caller]]\nid = "app"\nissuer = "https://login"\nclient = "app"\n'
PROXY: Final = '[proxy]\naddresses = ["10.0.0.1"]\nsecret_file = "secret"\n'
DIGEST: Final = "ab" * 32


def test_all_that_it_says_is_read() -> None:
    text = (
        SMALL.replace("127.0.0.1:8443", "[::]:8443")
        + 'workers = 4\npatience = 10\nstate = "service=state"\n[tls]\ncertificate = "c.pem"\nkey = "/k.pem"\n'
        + '[console]\npeople = "people.toml"\n[marks]\nsecret_file = "marks.key"\n'
        + PROXY + ISSUER + 'token_type = "JWT"\nclient_claim = "azp"\n' + CALLER + 'systems = ["clear"]\n'
        + f'[[caller]]\nid = "portal"\ncertificate_sha256 = ["{DIGEST}"]\n'
    )  # fmt: skip
    found = read_settings(PLACE, text.encode())
    assert (found.host, found.port, found.workers, found.patience) == ("::", 8443, 4, 10)
    assert (found.state, found.tls) == ("service=state", (Path("/etc/recuse/c.pem"), Path("/k.pem")))
    assert found.console == Pages(Path("/etc/recuse/people.toml"), Path("/etc/recuse/access.json"))
    assert found.proxy == Proxy(frozenset({"10.0.0.1"}), Path("/etc/recuse/secret"))
    assert found.marks == Path("/etc/recuse/marks.key")
    assert found.issuers == (Issuer("https://login", "us", "/etc/recuse/login.jwks", "JWT", "azp"),)
    assert found.callers == (
        Caller("app", frozenset({"clear"}), "https://login", "app", frozenset()),
        Caller("portal", None, None, None, frozenset({DIGEST})),
    )


def test_what_is_not_said_is_the_careful_choice() -> None:
    found = read_settings(PLACE, SMALL.encode())
    assert (found.workers, found.patience, found.state, found.tls, found.proxy) == (2, 5, None, None, None)
    assert (found.callers, found.issuers) == ((), ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SMALL.replace("https", "http"), "serve.toml:2: `base` must be an https address"),
        (SMALL.replace(".org", ".org/"), "serve.toml:2: `base` must be an https address"),
        (SMALL.replace(":8443", ""), "serve.toml:3: `listen` must be an address and a port"),
        (SMALL.replace(":8443", ":99999"), "serve.toml:3: `listen` must be an address and a port"),
        (SMALL.replace("127.0.0.1", "0.0.0.0"), "serve.toml:3: `0.0.0.0:8443` is reached over a network"),  # noqa: S104
        (SMALL + "workers = 65\n", "serve.toml:4: `workers` must be from 1 to 64"),
        (SMALL + "workers = 0\n", "serve.toml:4: `workers` must be from 1 to 64"),
        (SMALL + "patience = 0\n", "serve.toml:4: `patience` must be from 1 to 60 seconds"),
        (SMALL + "patience = 61\n", "serve.toml:4: `patience` must be from 1 to 60 seconds"),
        (SMALL + "worker = 1\n", "serve.toml:4: unknown key `worker`"),
        (SMALL + ISSUER + ISSUER, "serve.toml:9: issuer `https://login` stands twice"),
        (SMALL + ISSUER.replace("login.jwks", "http://a/b"), "serve.toml:7: `keys` must be a file or an https address"),
        (SMALL + ISSUER + 'token_type = "x"\n', "serve.toml:8: `token_type` must be one of `at+jwt`, `JWT`"),
        (SMALL + CALLER, "serve.toml:6: `https://login` is no [[issuer]] here"),
        (SMALL + ISSUER + '[[caller]]\nid = "a"\n', "serve.toml:9: nothing says how caller `a` is known"),
        (SMALL + ISSUER + CALLER.replace('client = "app"\n', ""), "serve.toml:9: nothing says how caller `app` is"),
        (SMALL + ISSUER + CALLER + CALLER.replace('id = "app"', 'id = "b"'), "serve.toml:13: two callers are"),
        (SMALL + ISSUER + CALLER + CALLER.replace('client = "app"', 'client = "b"'), "serve.toml:13: two callers are"),
        (SMALL + f'[[caller]]\nid = "a"\ncertificate_sha256 = ["{DIGEST}"]\n', "and no [proxy] tells certificates"),
        (SMALL + PROXY + f'[[caller]]\nid = "a"\ncertificate_sha256 = ["{DIGEST.upper()}"]\n', "is no SHA-256"),
        ("format = 2\n", "serve.toml:1: `format` must be 1"),
        ("x = [\n", "serve.toml:1: not valid TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(RepositoryError) as refused:
        read_settings(PLACE, text.encode())
    assert any(told in str(problem) for problem in refused.value.problems), str(refused.value)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(RepositoryError) as refused:
        read_settings(PLACE, (SMALL.replace("https", "ftp") + "workers = 0.5\nx = 1\n" + CALLER).encode())
    assert len({problem.line for problem in refused.value.problems}) == 4


def test_what_the_reference_shows_is_read() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "serve.md").read_text()
    shown, names = (text.split("```")[0] for text in page.split("```toml\n")[1:])
    assert [each.id for each in read_settings(PLACE, shown.encode()).callers] == ["records-app"]
    assert read_names(Path("names.toml"), names.encode()).subjects == {("user", "alice"): "clear/records_app"}
