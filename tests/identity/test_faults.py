"""The tests of the tests: each control is taken out, and the test that is named beside it must notice."""

import asyncio
import stat
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import jinja2
import pytest
from joserfc import jws

from recuse.server.identity import (
    acts,
    arriving,
    asking,
    body,
    cookies,
    guard,
    local,
    logins,
    pages,
    people,
    provider,
    recording,
    roles,
    routes,
    service,
    sessions,
    throttle,
    token,
)  # fmt: skip
from tests.identity import (
    test_forms,
    test_local,
    test_login,
    test_people,
    test_roles,
    test_sessions,
    test_tokens,
)  # fmt: skip
from tests.identity.console import Console
from tests.planting import Break, Fault, Patch, fails, put


def without(module: object, name: str, part: str) -> Break:
    """A statement without a part of it."""

    def take_out(patch: Patch) -> None:
        statement: str = getattr(module, name)
        assert part in statement
        patch.setattr(module, name, statement.replace(part, ""))

    return take_out


def both(*faults: Break) -> Break:
    def take_out(patch: Patch) -> None:
        for each in faults:
            each(patch)

    return take_out


def _always(*_: object, **__: object) -> bool:
    return True


def _nothing(*_: object, **__: object) -> None:
    return None


def _never_too_many(*_: object, **__: object) -> int:
    return 0


async def _not_forged(*_: object) -> None:
    return None


def _without_pkce(patch: Patch) -> None:
    real = asking.address

    def address(*given: Any) -> str:
        return real(*given).replace("&code_challenge_method=S256", "").replace("code_challenge", "unused")

    patch.setattr(routes, "address", address)


async def _any_provider(identity: service.Identity, answer: dict[str, str], _name: str) -> object:
    login = await asyncio.to_thread(logins.take, identity.kept, answer["state"])
    assert login is not None
    return identity.register.current().providers[login.provider], login


def _without_issuer_parameter(patch: Patch) -> None:
    def code_of(answer: dict[str, str], login: Any, metadata: asking.Metadata, *more: Any) -> str:
        rest = {name: value for name, value in answer.items() if name != "iss"}
        return asking.code_of(rest, login, replace(metadata, sends_issuer=False), *more)

    patch.setattr(arriving, "code_of", code_of)


def _without_metadata_issuer(patch: Patch) -> None:
    real = provider._metadata
    patch.setattr(provider, "_metadata", lambda one, said: real(one, {**said, "issuer": one.issuer}))


def _unsigned(patch: Patch) -> None:
    patch.setattr(token, "deserialize_compact", lambda text, *_: jws.extract_compact(text.encode()))


def _without_flag(flag: str) -> Break:
    def give(response: Any, name: str, value: str) -> None:
        flags = {"secure": True, "httponly": True, "samesite": "lax", "path": "/"} | {flag: None}
        response.set_cookie(name, value, **flags)

    return put(routes, "give", give)


def _roles_are_not_looked_at(identity: service.Identity, text: str, *, used: bool) -> tuple[Any, None]:
    found = sessions.find(identity.kept, text, identity.now(), used=used)
    return (found.visitor if found else None), None


def _every_request_is_use(patch: Patch) -> None:
    real = sessions.find
    patch.setattr(sessions, "find", lambda kept, text, at, **_: real(kept, text, at, used=True))


def _kept_on(patch: Patch) -> None:
    """A browser that is not told to forget what it has."""
    real = cookies.take_away

    def take_away(response: Any, *given: Any) -> None:
        del response.headers["Clear-Site-Data"]
        real(response, *given)

    patch.setattr(routes, "take_away", take_away)


def _beside_providers(self: people.People, name: str, at: Any) -> Any:
    return self.local.get(name)


def _unescaped(patch: Patch) -> None:
    loader = jinja2.PackageLoader("recuse.server.identity", "templates")
    patch.setattr(pages, "_environment", lambda: jinja2.Environment(loader=loader))  # noqa: S701 - the fault


async def _not_noted(*_: object, **__: object) -> None:
    return None


def _check(code: str) -> Break:
    return lambda patch: patch.delitem(token.CHECKS, code)


def _header(name: str) -> Break:
    return lambda patch: patch.delitem(guard.HEADERS, name)


_COLUMNS = "provider, nonce, verifier, browser, next, fresh, begun"
_TAKE_AGAIN = f"SELECT {_COLUMNS} FROM recuse_state.login WHERE state = %s"
_FOUND = "seen + idle > %(at)s AND "
FAULTS: Final = (
    Fault("pkce", _without_pkce, test_login.test_a_person_logs_in, {"provider": "nano"}),
    Fault("state", put(logins, "_TAKE", logins._TAKE.replace("= %s", "= %s OR true")), test_login.test_state_of_nobody),
    Fault("state once", put(logins, "_TAKE", _TAKE_AGAIN), test_login.test_answer_used_twice),
    Fault("browser", put(asking, "compare_digest", _always), test_login.test_answer_in_another_browser),
    Fault("patience", put(asking, "PATIENCE", timedelta(days=1)), test_login.test_answer_after_too_long),
    Fault("redirect of each", put(arriving, "taken", _any_provider), test_login.test_answer_of_another_provider),
    Fault("iss", _without_issuer_parameter, test_login.test_issuer_parameter_of_another),
    Fault("iss announced", _without_issuer_parameter, test_login.test_issuer_parameter_that_was_announced),
    Fault("metadata issuer", _without_metadata_issuer, test_login.test_metadata_of_another_issuer),
    Fault(
        "failure kept",
        put(provider, "SOONEST", timedelta()),
        test_login.test_a_provider_that_does_not_answer_is_not_asked_all_the_time,
    ),
    Fault("metadata tls", put(provider, "is_safe", _always), test_login.test_metadata_without_tls),
    Fault(
        "own paths", put(routes, "own_path", str), test_login.test_next_to_another_site, {"then": "//evil.example.org"}
    ),
    Fault(
        "session replaced", put(sessions, "_BY_TOKEN", f"{sessions._END} false RETURNING id"), test_login.test_fixation
    ),
    Fault("cookie secure", _without_flag("secure"), test_login.test_cookies),
    Fault("cookie httponly", _without_flag("httponly"), test_login.test_cookies),
    Fault("cookie samesite", _without_flag("samesite"), test_login.test_cookies),
    Fault(
        "token hashed",
        put(sessions, "hashed", lambda text: text.encode()[:32]),
        test_login.test_only_the_hash_of_a_token_is_kept,
    ),
    Fault(
        "recorded",
        put(recording.Record, "note", _not_noted),
        test_login.test_a_session_that_cannot_be_recorded_does_not_begin,
    ),
    Fault(
        "pseudonym",
        put(arriving, "pseudonym", lambda person, _: person.subject),
        test_login.test_no_name_stands_in_the_ledger,
    ),
    Fault(
        "issuer and subject",
        put(arriving, "Person", lambda _, subject: acts.Person("x", subject)),
        test_login.test_the_same_person_at_another_provider_is_another,
    ),
    Fault("signature", _unsigned, test_tokens.test_changed_after_it_was_signed),
    Fault("alg none", _unsigned, test_tokens.test_no_signature),
    Fault(
        "alg list",
        both(
            put(token, "ALGORITHMS", (*token.ALGORITHMS, "HS256")), put(provider, "_SIGNING", frozenset({"RSA", "oct"}))
        ),
        test_tokens.test_signed_with_a_secret_that_stands_among_the_keys,
    ),
    Fault("type", _check("type"), test_tokens.test_access_token_or_logout_token_instead),
    Fault("issuer", _check("issuer"), test_tokens.test_wrong_issuer),
    Fault("audience", _check("audience"), test_tokens.test_wrong_audience, {"audience": "another"}),
    Fault("expired", _check("expired"), test_tokens.test_expired),
    Fault("old", _check("old"), test_tokens.test_issued_at_another_time, {"shift": -3600}),
    Fault("nonce", _check("nonce"), test_tokens.test_wrong_nonce, {"nonce": "another"}),
    Fault("subject", _check("subject"), test_tokens.test_no_subject, {"subject": "x" * 256}),
    Fault("at_hash", _check("at_hash"), test_tokens.test_wrong_access_token),
    Fault("acr", _check("acr"), test_tokens.test_too_weak),
    Fault("auth_time", _check("auth_time"), test_tokens.test_authenticated_long_ago),
    Fault(
        "unused",
        without(sessions, "_FIND", _FOUND),
        test_sessions.test_unused_for_too_long,
        {"subject": "asker", "minutes": 30},
    ),
    Fault(
        "unused, deciding",
        put(people, "DECIDING", frozenset()),
        test_sessions.test_unused_for_too_long,
        {"subject": "admin", "minutes": 15},
    ),
    Fault("lasting", without(sessions, "_FIND", " AND until > %(at)s"), test_sessions.test_lasting_too_long),
    Fault("ended", without(sessions, "_FIND", "AND ended IS NULL "), test_sessions.test_logout),
    Fault("browser cleared", _kept_on, test_sessions.test_logout),
    Fault("quiet", _every_request_is_use, test_sessions.test_a_page_that_asks_by_itself_is_no_use),
    Fault(
        "roles again",
        put(guard, "visitor_now", _roles_are_not_looked_at),
        test_sessions.test_a_removed_role_ends_the_session,
    ),
    Fault("too many", put(sessions, "MOST", 99), test_sessions.test_the_oldest_of_too_many_ends),
    Fault("administer", put(routes, "refusal", _nothing), test_sessions.test_others_see_and_end_only_their_own),
    Fault(
        "administer freshly",
        put(acts, "_not_fresh", _nothing),
        test_sessions.test_ending_anothers_session_needs_a_fresh_authentication,
    ),
    Fault("form token", put(guard, "is_own_token", _always), test_forms.test_a_form_with_a_wrong_token),
    Fault("form at all", put(guard, "_forged", _not_forged), test_forms.test_a_form_without_its_token),
    Fault(
        "own page",
        put(guard, "is_own_page", _always),
        test_forms.test_a_form_of_another_site,
        {"headers": {"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"}},
    ),
    Fault("login form", put(guard, "_forged", _not_forged), test_forms.test_a_login_of_another_site),
    Fault(
        "every method",
        put(guard, "SAFE", frozenset({"GET", "PATCH"})),
        test_forms.test_every_method_that_changes_something_is_guarded,
        {"method": "PATCH"},
    ),
    Fault(
        "session for forms",
        put(guard, "OPEN", frozenset({"/login", "/act"})),
        test_forms.test_nobody_sends_a_form_without_a_session,
    ),
    Fault("uploads", put(body, "_UPLOAD", "none"), test_forms.test_a_form_with_a_document),
    Fault("rate of a person", put(throttle, "wait", _never_too_many), test_forms.test_too_many_forms_of_a_person),
    Fault("rate of logins", put(throttle, "wait", _never_too_many), test_forms.test_too_many_logins_from_an_address),
    Fault("rate of passwords", put(arriving, "_too_many", _never_too_many), test_local.test_few_passwords_are_tried),
    Fault("password", put(arriving, "is_password", _always), test_local.test_a_wrong_password),
    Fault(
        "local in set-up", put(people.People, "open_local", _beside_providers), test_local.test_once_a_provider_is_named
    ),
    Fault("local three days", put(people, "OPEN", timedelta(days=999)), test_local.test_it_closes_after_three_days),
    Fault("escaped", _unescaped, test_forms.test_a_name_is_text),
    Fault("roles at login", put(people, "apart", _nothing), test_login.test_somebody_whose_claims_give_roles_of_two),
    *(Fault(f"header {name}", _header(name), test_forms.test_headers_of_every_answer) for name in guard.HEADERS),
)
PURE: Final = (
    Fault(
        "roles apart",
        put(roles, "TOGETHER", frozenset({frozenset({"reviewer", "official"})})),
        test_roles.test_the_table_of_roles,
    ),
    Fault("one act", put(acts, "_in_the_matter", _nothing), test_roles.test_one_person_does_one_act_in_a_matter),
    Fault("two persons", put(acts, "_in_the_matter", _nothing), test_roles.test_director_and_confirmer_are_two_persons),
    Fault("fresh", put(acts, "_not_fresh", _nothing), test_roles.test_fresh_authentication, {"act": "confirm"}),
    Fault("local acts", put(acts, "LOCAL", "urn:another"), test_roles.test_a_local_account_is_for_setting_up),
    Fault(
        "roles when read",
        put(people, "apart", _nothing),
        test_people.test_every_pair_of_roles_of_one_person,
        {"tmp_path": ...},
    ),
    Fault(
        "secret files",
        put(stat, "S_IMODE", lambda _: 0),
        test_people.test_a_secret_that_others_can_read,
        {"tmp_path": ..., "mode": 0o644},
    ),
    Fault("long passwords", put(local, "_LONGEST", 8), test_local.test_a_password_is_taken_as_it_is),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_control_that_is_taken_out_is_missed(console: Console, monkeypatch: Patch, fault: Fault) -> None:
    given = dict(fault.given)
    if "monkeypatch" in fault.noticed_by.__code__.co_varnames[: fault.noticed_by.__code__.co_argcount]:
        given["monkeypatch"] = monkeypatch
    fault.take_out(monkeypatch)
    assert fails(partial(fault.noticed_by, console, **given))


@pytest.mark.parametrize("fault", PURE, ids=lambda fault: fault.name)
def test_a_rule_that_is_taken_out_is_missed(tmp_path: Path, monkeypatch: Patch, fault: Fault) -> None:
    given = {name: tmp_path if value is ... else value for name, value in (fault.given).items()}
    fault.take_out(monkeypatch)
    assert fails(partial(fault.noticed_by, **given))
