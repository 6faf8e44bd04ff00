"""Every reason for which a directive is not attested, each with its own words; and what supersedes what."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from recuse.directive.in_force import Directed, Moment, check_attested, drafts, in_force, on_one_signature
from recuse.directive.signature import CONFIRM_NAMESPACE, DIRECTIVE_NAMESPACE, sign
from recuse.errors import DirectiveError, SignatureError
from recuse.model import Confirmation, Directive, Official, SignedDirective
from tests.unit.directive.keys import make_key, public_line

NOW = datetime(2021, 1, 1, 12, tzinfo=UTC)
POLICY = "5" * 64
CEDAR = '@id("r1") permit (principal, action, resource);\n'


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class World:
    keys: dict[str, Path]
    officials: dict[str, Official]

    def directive(self, name: str = "d1", **changes: object) -> Directive:
        made = Directive(
            id=name,
            raw=f'id = "{name}"\n'.encode(),
            cedar=CEDAR,
            title="A title",
            issued=date(2020, 1, 1),
            effective=datetime(2020, 1, 1, tzinfo=UTC),
            directed_by="mayor",
            confirm_role="confirm",
            supersedes=(),
            stage="enforce",
            canary_accounts=(),
            legal_basis=(),
            counsel=None,
            cedar_sha256=digest(CEDAR.encode()),
            policy_sha256=POLICY,
        )
        return replace(made, **changes)  # type: ignore[arg-type]

    def signed(self, directive: Directive, by: str = "mayor", namespace: str = DIRECTIVE_NAMESPACE) -> SignedDirective:
        return SignedDirective(directive, sign(directive.raw, namespace, self.keys[by]), None, None)

    def confirmed(
        self, half: SignedDirective, by: str = "chief", namespace: str = CONFIRM_NAMESPACE, **changes: object
    ) -> SignedDirective:
        assert half.signature is not None
        fields: dict[str, object] = {
            "directive_sha256": digest(half.directive.raw),
            "directive_signature_sha256": digest(half.signature),
            "decision": "confirm",
            "conditions": "",
            "effective": datetime(2020, 2, 1, tzinfo=UTC),
            "confirmed_by": by,
            **changes,
        }
        raw = repr(sorted(fields.items())).encode()
        confirmation = Confirmation(raw=raw, **fields)  # type: ignore[arg-type]
        return replace(half, confirmation=confirmation, confirmation_signature=sign(raw, namespace, self.keys[by]))

    def attested(self, name: str = "d1", **changes: object) -> SignedDirective:
        return self.confirmed(self.signed(self.directive(name, **changes)))

    def with_official(self, official: str, /, **changes: object) -> dict[str, Official]:
        return {**self.officials, official: replace(self.officials[official], **changes)}  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("keys")
    keys = {name: make_key(folder / name) for name in ("mayor", "chief", "deputy", "stranger")}
    term = (date(2019, 5, 20), date(2023, 5, 15))
    officials = {
        "mayor": Official("mayor", "Mayor A", "Mayor", frozenset({"direct"}), *term, (public_line(keys["mayor"]),)),
        "chief": Official("chief", "Chief B", "Chief", frozenset({"confirm"}), *term, (public_line(keys["chief"]),)),
        "deputy": Official(
            "deputy", "Deputy C", "Deputy", frozenset({"direct", "confirm"}), *term, (public_line(keys["deputy"]),)
        ),
    }
    return World(keys, officials)


def test_two_officials_make_a_directive_and_the_later_time_counts(world: World) -> None:
    signed = world.attested()
    found = check_attested(signed, world.officials, POLICY, NOW)
    assert (found.directive, found.directed_by.id, found.confirmed_by.id) == (signed.directive, "mayor", "chief")
    assert found.effective == datetime(2020, 2, 1, tzinfo=UTC)
    later = world.attested(effective=datetime(2020, 3, 1, tzinfo=UTC))
    assert check_attested(later, world.officials, POLICY, NOW).effective == datetime(2020, 3, 1, tzinfo=UTC)


Case = Callable[[World], tuple[SignedDirective, dict[str, Official]]]


def altered(signed: SignedDirective, **changes: object) -> SignedDirective:
    return replace(signed, directive=replace(signed.directive, **changes))  # type: ignore[arg-type]


def same_key(w: World) -> tuple[SignedDirective, dict[str, Official]]:
    """The chief holds the mayor's key beside their own, under the same or another name."""
    both = (*w.officials["chief"].keys, w.officials["mayor"].keys[0].rsplit(" ", 1)[0] + " other-comment")
    return w.attested(), w.with_official("chief", keys=both)


CASES: dict[str, tuple[type[DirectiveError], str, Case]] = {
    "unsigned": (
        SignatureError,
        "directive `d1` is not signed; let the directing official run `recuse sign`",
        lambda w: (SignedDirective(w.directive(), None, None, None), w.officials),
    ),
    "key of nobody": (
        SignatureError,
        "directive `d1` is signed with a key of nobody in officials.toml",
        lambda w: (w.confirmed(w.signed(w.directive(), "stranger")), w.officials),
    ),
    "key of another official": (
        SignatureError,
        "directive `d1` is signed with a key of `deputy`, and names `mayor`",
        lambda w: (w.confirmed(w.signed(w.directive(), "deputy")), w.officials),
    ),
    "names nobody": (
        SignatureError,
        "directive `d1` names `major`, who is no official",
        lambda w: (w.attested(directed_by="major"), w.officials),
    ),
    "namespace": (
        SignatureError,
        "directive `d1`: the signature is for `recuse-confirm@v1`, not for `recuse-directive@v1`",
        lambda w: (w.confirmed(w.signed(w.directive(), namespace=CONFIRM_NAMESPACE)), w.officials),
    ),
    "role": (
        SignatureError,
        "directive `d1` is signed by `mayor`, who has not the role `direct`",
        lambda w: (w.attested(), w.with_official("mayor", roles=frozenset({"confirm", "officer"}))),
    ),
    "before the term": (
        SignatureError,
        "directive `d1` is signed by `mayor`, in office from 2021-01-02 until 2023-05-15, "
        "not at 2021-01-01 12:00:00+00:00",
        lambda w: (w.attested(), w.with_official("mayor", start=date(2021, 1, 2))),
    ),
    "after the term": (
        SignatureError,
        "directive `d1` is signed by `mayor`, in office from 2019-05-20 until 2020-12-31, not at",
        lambda w: (w.attested(), w.with_official("mayor", until=date(2020, 12, 31))),
    ),
    "altered": (
        SignatureError,
        "directive `d1`: the signature does not fit the signed bytes",
        lambda w: (altered(w.attested(), raw=b'id = "d2"\n'), w.officials),
    ),
    "cedar": (
        DirectiveError,
        "directive `d1`: its Cedar text is not the one that was signed",
        lambda w: (altered(w.attested(), cedar=CEDAR + "\n"), w.officials),
    ),
    "policy": (
        DirectiveError,
        "directive `d1`: the files outside `directives/` are not those that were signed",
        lambda w: (w.attested(policy_sha256="6" * 64), w.officials),
    ),
    "unconfirmed": (
        SignatureError,
        "directive `d1` is not confirmed; let the confirming official run `recuse confirm`",
        lambda w: (w.signed(w.directive()), w.officials),
    ),
    "confirmation unsigned": (
        SignatureError,
        "directive `d1` is not confirmed",
        lambda w: (replace(w.attested(), confirmation_signature=None), w.officials),
    ),
    "refused": (
        DirectiveError,
        "directive `d1` was refused by `chief`",
        lambda w: (w.confirmed(w.signed(w.directive()), decision="refuse"), w.officials),
    ),
    "another directive": (
        DirectiveError,
        "the confirmation of `d1` is of another directive",
        lambda w: (w.confirmed(w.signed(w.directive()), directive_sha256="0" * 64), w.officials),
    ),
    "another signature": (
        DirectiveError,
        "the confirmation of `d1` is of another signature",
        lambda w: (w.confirmed(w.signed(w.directive()), directive_signature_sha256="0" * 64), w.officials),
    ),
    "confirmation altered": (
        SignatureError,
        "the confirmation of `d1`: the signature does not fit the signed bytes",
        lambda w: (
            replace(s := w.attested(), confirmation=replace(s.confirmation, raw=b"x")),  # type: ignore[type-var]
            w.officials,
        ),
    ),
    "confirmation namespace": (
        SignatureError,
        "the confirmation of `d1`: the signature is for `recuse-directive@v1`, not for `recuse-confirm@v1`",
        lambda w: (w.confirmed(w.signed(w.directive()), namespace=DIRECTIVE_NAMESPACE), w.officials),
    ),
    "confirmed by nobody": (
        SignatureError,
        "the confirmation of `d1` is signed with a key of nobody in officials.toml",
        lambda w: (w.confirmed(w.signed(w.directive()), "stranger", confirmed_by="chief"), w.officials),
    ),
    "confirmer's role": (
        SignatureError,
        "the confirmation of `d1` is signed by `chief`, who has not the role `confirm`",
        lambda w: (w.attested(), w.with_official("chief", roles=frozenset({"direct"}))),
    ),
    "confirmer's term": (
        SignatureError,
        "the confirmation of `d1` is signed by `chief`, in office from 2019-05-20 until 2020-06-30, not at",
        lambda w: (w.attested(), w.with_official("chief", until=date(2020, 6, 30))),
    ),
    "same person": (
        SignatureError,
        "directive `d1` is directed and confirmed by the same person, `Deputy C`",
        lambda w: (
            w.confirmed(w.signed(w.directive(directed_by="deputy"), "deputy"), "deputy"),
            w.officials,
        ),
    ),
    "same person under two ids": (
        SignatureError,
        "directive `d1` is directed and confirmed by the same person, `MAYOR  a`",
        lambda w: (w.attested(), w.with_official("chief", name="MAYOR  a")),
    ),
    "same key": (SignatureError, "directive `d1`: `mayor` and `chief` hold the same key", same_key),
    "confirm role": (
        SignatureError,
        "the confirmation of `d1` is signed by `chief`, who has not the role `officer` that the directive asks for",
        lambda w: (w.attested(confirm_role="officer"), w.officials),
    ),
    "not yet": (
        DirectiveError,
        "directive `d1` takes effect at 2021-01-01 12:00:01+00:00; wait until then",
        lambda w: (w.attested(effective=NOW + timedelta(seconds=1)), w.officials),
    ),
    "not yet by the confirmation": (
        DirectiveError,
        "directive `d1` takes effect at 2021-01-02 12:00:00+00:00",
        lambda w: (w.confirmed(w.signed(w.directive()), effective=NOW + timedelta(days=1)), w.officials),
    ),
    "key in the register that is not accepted": (
        SignatureError,
        "official `deputy`: a public key of type `ssh-ed25519` is malformed",
        lambda w: (w.attested(), w.with_official("deputy", keys=("ssh-ed25519 AAAA",))),
    ),
}
PENDING = {"unsigned", "unconfirmed", "confirmation unsigned", "refused", "not yet", "not yet by the confirmation"}


@pytest.mark.parametrize("name", CASES)
def test_each_refusal_has_its_own_words(name: str, world: World) -> None:
    kind, words, case = CASES[name]
    signed, officials = case(world)
    with pytest.raises(DirectiveError) as caught:
        check_attested(signed, officials, POLICY, NOW)
    assert type(caught.value) is kind
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("name", CASES)
def test_what_is_only_pending_is_left_out_and_what_is_wrong_stops_everything(name: str, world: World) -> None:
    _, words, case = CASES[name]
    signed, officials = case(world)
    directives = {"d1": signed}
    if name in PENDING:
        assert in_force(directives, officials, POLICY, Moment(NOW)) == ()
    else:
        with pytest.raises(DirectiveError) as caught:
            in_force(directives, officials, POLICY, Moment(NOW))
        assert str(caught.value).startswith(words)


def test_every_flipped_byte_of_what_is_signed_is_refused(world: World) -> None:
    signed = world.attested()
    raw = signed.directive.raw
    for position in range(len(raw)):
        changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        with pytest.raises(SignatureError, match="does not fit the signed bytes"):
            check_attested(altered(signed, raw=changed), world.officials, POLICY, NOW)


def test_the_same_key_under_another_type_is_the_same_key(world: World) -> None:
    from recuse.directive.signature import PublicKeyLine, parse_public_key

    mayors = parse_public_key(world.officials["mayor"].keys[0])
    disguised = str(PublicKeyLine("sk-ssh-ed25519@openssh.com", mayors.material, b"ssh:"))
    officials = world.with_official("chief", keys=(*world.officials["chief"].keys, disguised))
    with pytest.raises(SignatureError, match="`mayor` and `chief` hold the same key"):
        check_attested(world.attested(), officials, POLICY, NOW)


def test_a_confirmation_cannot_be_moved_to_another_directive(world: World) -> None:
    first, second = world.attested("d1"), world.signed(world.directive("d2"))
    moved = replace(second, confirmation=first.confirmation, confirmation_signature=first.confirmation_signature)
    with pytest.raises(DirectiveError, match="the confirmation of `d2` is of another directive"):
        check_attested(moved, world.officials, POLICY, NOW)


def ids(world: World, *signed: SignedDirective) -> list[str]:
    directives = {s.directive.id: s for s in signed}
    return [a.directive.id for a in in_force(directives, world.officials, POLICY, Moment(NOW))]


def test_what_is_in_force_stands_in_order_of_ids(world: World) -> None:
    assert ids(world, world.attested("d2"), world.attested("d1")) == ["d1", "d2"]
    assert ids(world) == []


def test_only_an_attested_and_effective_directive_supersedes(world: World) -> None:
    old = world.attested("d1")
    assert ids(world, old, world.attested("d2", supersedes=("d1",))) == ["d2"]
    assert ids(world, old, world.signed(world.directive("d2", supersedes=("d1",)))) == ["d1"]
    assert ids(world, old, world.attested("d2", supersedes=("d1",), effective=NOW + timedelta(days=1))) == ["d1"]
    refused = world.confirmed(world.signed(world.directive("d2", supersedes=("d1",))), decision="refuse")
    assert ids(world, old, refused) == ["d1"]


def test_ending_the_later_directive_does_not_revive_the_earlier(world: World) -> None:
    chain = (
        world.attested("d1"),
        world.attested("d2", supersedes=("d1",)),
        world.attested("d3", supersedes=("d2",)),
    )
    assert ids(world, *chain) == ["d3"]


def test_a_superseded_directive_may_be_of_former_officials_and_former_files(world: World) -> None:
    former = world.attested("d1", policy_sha256="4" * 64)
    assert ids(world, former, world.attested("d2", supersedes=("d1",))) == ["d2"]
    with pytest.raises(DirectiveError, match="`d1`: the files outside"):
        ids(world, former, world.attested("d2"))


def test_directives_that_supersede_in_a_circle_or_at_random_are_refused(world: World) -> None:
    with pytest.raises(DirectiveError, match=r"directives `d[12]`, `d[12]` supersede each other"):
        ids(world, world.attested("d1", supersedes=("d2",)), world.attested("d2", supersedes=("d1",)))
    with pytest.raises(DirectiveError, match="directives `d1` supersede each other"):
        ids(world, world.attested("d1", supersedes=("d1",)))
    with pytest.raises(DirectiveError, match="directive `d1` supersedes `d0`, which is not in the repository"):
        ids(world, world.attested("d1", supersedes=("d0",)))


def test_drafts_count_as_if_all_were_signed(world: World) -> None:
    signed = {
        "d2": SignedDirective(world.directive("d2", supersedes=("d1",)), None, None, None),
        "d1": world.attested("d1"),
        "d3": world.signed(world.directive("d3", effective=NOW + timedelta(days=900))),
    }
    assert [d.id for d in drafts(signed)] == ["d2", "d3"]


def test_who_signed_in_office_and_left_stays_bound_once_it_is_recorded(world: World) -> None:
    signed = world.attested("d1")
    later = Moment(NOW + timedelta(days=365 * 100))
    with pytest.raises(SignatureError, match="in office from"):
        in_force({"d1": signed}, world.officials, POLICY, later)
    digest = hashlib.sha256(signed.directive.raw).hexdigest()
    recorded = Moment(later.at, {digest: NOW})
    assert [a.directive.id for a in in_force({"d1": signed}, world.officials, POLICY, recorded)] == ["d1"]


def test_one_signature_alone_puts_nothing_in_force_and_is_known(world: World) -> None:
    half = world.signed(world.directive("d2", supersedes=("d1",)))
    every = {"d1": world.attested(), "d2": half}
    assert [a.directive.id for a in in_force(every, world.officials, POLICY, Moment(NOW))] == ["d1"]
    (alone,) = on_one_signature(every, world.officials, POLICY, Moment(NOW))
    assert alone == Directed(half.directive, world.officials["mayor"])


def test_what_waits_for_more_than_the_second_signature_is_left_out(world: World) -> None:
    half = world.signed(world.directive("d2"))
    refused = world.confirmed(half, decision="refuse")
    to_come = world.signed(world.directive("d2", effective=datetime(2022, 1, 1, tzinfo=UTC)))
    unsigned = SignedDirective(world.directive("d2"), None, None, None)
    lapsed = Moment(NOW, lapsed=frozenset({digest(half.directive.raw)}))
    for signed, moment in ((refused, Moment(NOW)), (to_come, Moment(NOW)), (unsigned, Moment(NOW)), (half, lapsed)):
        assert on_one_signature({"d2": signed}, world.officials, POLICY, moment) == ()
    confirmed = on_one_signature({"d2": world.confirmed(half)}, world.officials, POLICY, lapsed)
    assert [type(each).__name__ for each in confirmed] == ["Attested"], "a late second signature is a second signature"


def test_one_signature_that_does_not_hold_raises(world: World) -> None:
    stranger = world.signed(world.directive("d2"), by="stranger")
    with pytest.raises(SignatureError, match="is signed with a key of nobody"):
        on_one_signature({"d2": stranger}, world.officials, POLICY, Moment(NOW))


def test_on_one_signature_files_that_changed_are_judged_by_who_is_left(world: World) -> None:
    """The first was signed over other files; who signs alone supersedes it, and so answers for them."""
    first = world.attested("d1", policy_sha256="6" * 64)
    alone = world.signed(world.directive("d2", supersedes=("d1",)))
    (found,) = on_one_signature({"d1": first, "d2": alone}, world.officials, POLICY, Moment(NOW))
    assert found.directive.id == "d2"
    with pytest.raises(DirectiveError, match="not those that were signed"):
        in_force({"d1": first, "d2": alone}, world.officials, POLICY, Moment(NOW))


def test_what_lapsed_is_no_draft_and_ends_nothing(world: World) -> None:
    second = world.signed(world.directive("d2", supersedes=("d1",)))
    every = {"d1": world.attested(), "d2": second}
    assert [d.id for d in drafts(every)] == ["d2"]
    assert [d.id for d in drafts(every, frozenset({digest(second.directive.raw)}))] == ["d1"]
