"""The generated `allowed_signers` file: stock `ssh-keygen -Y verify` must accept and reject as we do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from recuse.directive.officials import NAMESPACES, allowed_signers, in_office, keys_of
from recuse.directive.signature import CONFIRM_NAMESPACE, DIRECTIVE_NAMESPACE, sign
from recuse.errors import DirectiveError, SignatureError
from recuse.model import Official, OfficialRole
from tests.unit.directive.keys import make_key, public_line, stock_verifies

START, UNTIL = date(2019, 5, 20), date(2023, 5, 15)


def official(name: str, *keys: str, roles: frozenset[OfficialRole] = frozenset({"direct"})) -> Official:
    return Official(name, name.title(), "Office", roles, START, UNTIL, keys)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("keys")
    return make_key(folder / "one"), make_key(folder / "two")


def test_the_file_is_pinned(keys: tuple[Path, Path]) -> None:
    one, two = (" ".join(public_line(key).split()[:2]) for key in keys)
    register = {
        "mayor": official("mayor", f"{one} a comment", two),
        "chief": official("chief", two, roles=frozenset({"direct", "confirm", "accept"})),
        "clerk": official("clerk", one, roles=frozenset({"officer", "accept"})),
    }
    term = 'valid-after="20190520000000Z",valid-before="20230515235959Z"'
    chief = "recuse-directive@v1,recuse-confirm@v1,recuse-accept@v1,recuse-countersign@v1,recuse-review-confirm@v1"
    assert allowed_signers(register) == (
        f'mayor namespaces="recuse-directive@v1",{term} {one}\n'
        f'mayor namespaces="recuse-directive@v1",{term} {two}\n'
        f'chief namespaces="{chief}",{term} {two}\n'
        f'clerk namespaces="recuse-accept@v1",{term} {one}\n'
    )


MIDNIGHT = datetime(2019, 5, 20, tzinfo=UTC)
LAST = datetime(2023, 5, 15, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "held"),
    [
        (MIDNIGHT - timedelta(seconds=1), False),
        (MIDNIGHT, True),
        (datetime(2021, 1, 1, tzinfo=UTC), True),
        (LAST, True),
        (LAST + timedelta(seconds=1), False),
    ],
)
def test_stock_and_we_judge_the_term_alike(at: datetime, held: bool, keys: tuple[Path, Path], tmp_path: Path) -> None:
    mayor = official("mayor", public_line(keys[0]))
    accepted = stock_verifies(
        b"text",
        DIRECTIVE_NAMESPACE,
        sign(b"text", DIRECTIVE_NAMESPACE, keys[0]),
        principal="mayor",
        signers=allowed_signers({"mayor": mayor}),
        folder=tmp_path,
        at=f"{at:%Y%m%d%H%M%S}Z",
    )
    assert accepted is in_office(mayor, at) is held


def test_the_term_is_judged_in_utc_whatever_the_zone_of_the_time() -> None:
    from datetime import timezone

    west = timezone(timedelta(hours=-5))
    assert not in_office(official("mayor"), datetime(2023, 5, 15, 19, 0, tzinfo=west))
    assert in_office(official("mayor"), datetime(2023, 5, 15, 18, 59, tzinfo=west))


@pytest.mark.parametrize("namespace", [DIRECTIVE_NAMESPACE, CONFIRM_NAMESPACE, "file"])
@pytest.mark.parametrize("roles", [{"direct"}, {"confirm"}, {"direct", "confirm"}, {"officer", "accept"}])
def test_stock_and_we_judge_the_role_alike(
    namespace: str, roles: set[OfficialRole], keys: tuple[Path, Path], tmp_path: Path
) -> None:
    signer = official("signer", public_line(keys[0]), roles=frozenset(roles))
    accepted = stock_verifies(
        b"text",
        namespace,
        sign(b"text", namespace, keys[0]),
        principal="signer",
        signers=allowed_signers({"signer": signer}),
        folder=tmp_path,
        at="20210101Z",
    )
    assert accepted is any(NAMESPACES.get(role) == namespace for role in roles)


def test_another_officials_key_is_not_accepted_by_stock(keys: tuple[Path, Path], tmp_path: Path) -> None:
    signers = allowed_signers({n: official(n, public_line(k)) for n, k in zip(("one", "two"), keys, strict=True)})
    made = sign(b"text", DIRECTIVE_NAMESPACE, keys[0])
    for principal, accepted in (("one", True), ("two", False)):
        assert accepted is stock_verifies(
            b"text",
            DIRECTIVE_NAMESPACE,
            made,
            principal=principal,
            signers=signers,
            folder=tmp_path,
            at="20210101Z",
        )


@pytest.mark.parametrize("name", ["*", "may?r", "a,b", "!mayor", "a b", "", '"a"', "#a", "a\nb"])
def test_an_id_that_is_a_pattern_is_refused(name: str, keys: tuple[Path, Path]) -> None:
    with pytest.raises(DirectiveError, match="cannot stand in an `allowed_signers` file"):
        allowed_signers({name: replace(official("x", public_line(keys[0])), id=name)})


def test_a_key_that_is_not_accepted_names_its_official(tmp_path: Path) -> None:
    rsa = public_line(make_key(tmp_path / "rsa", "-t", "rsa", "-b", "2048"))
    with pytest.raises(SignatureError, match="official `mayor`: keys of type `ssh-rsa` are not accepted"):
        keys_of(official("mayor", rsa))
