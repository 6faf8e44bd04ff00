"""Controls of the decision point, the record, the console and what is kept; how each is taken out; who must notice."""

import hmac
import json
import re
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from logging import Formatter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from urllib.request import urlopen

from joserfc import jws, jwt
from starlette.responses import HTMLResponse
from starlette.routing import Router

from recuse.cli import console as printing
from recuse.errors import LedgerError, TargetError
from recuse.ledger import entry, files, reading
from recuse.operations import kept_assistance
from recuse.server import authzen, callers, deciding, http, keys, names, receiving, rounds, settings, ways
from recuse.server.console import app
from recuse.serving import logs, starting
from tests.console import test_doors, test_refusals
from tests.planting import Break, Fault, Patch, around, put
from tests.requests import test_store
from tests.serve import test_files
from tests.unit.ledger import test_formats, test_log
from tests.unit.server import (
    test_attacks,
    test_authzen,
    test_caller_attacks,
    test_callers,
    test_deciding,
    test_http,
    test_interop,
    test_odd_requests,
)  # fmt: skip


def fault(name: str, take_out: Break, noticed_by: Callable[..., object], /, **given: Any) -> Fault:
    return Fault(name, take_out, noticed_by, given)


def _always(*_: object, **__: object) -> bool:
    return True


def _nothing(*_: object, **__: object) -> None:
    return None


def _all_systems(real: Any) -> Any:
    return lambda self, _systems, permits: real(self, None, permits)


def _with_names(real: Any) -> Any:
    def account(self: Any, subject: Any) -> Any:
        try:
            return real(self, subject)
        except deciding._DeniedError as denied:
            raise deciding._DeniedError(denied.answer.reason, f"{subject.type} {subject.id}") from denied

    return account


def _as_standing(real: Any) -> Any:
    return lambda *given: replace(real(*given), standing=True)


def _another_category(real: Any) -> Any:
    return lambda asked: replace(real(asked), category="person_identity")


def _permits_where_told(*_: object) -> deciding.Answer:
    return deciding.Answer(allow=True, reason="permitted")


async def _forgets(*_: object) -> int:
    return 0


def _goes_on(real: Any) -> Any:
    async def join(self: Any, *items: Any) -> Any:
        try:
            return await real(self, *items)
        except LedgerError:
            return 0

    return join


def _telling(real: Any) -> Any:
    return lambda text, *more: real(f"{text}: {sys.exc_info()[1]}", *more)


def _telling_all(_real: Any) -> Any:
    async def failed(request: Any, error: Exception) -> Any:
        return receiving.finished(request, receiving.sentence(500, repr(error)))

    return failed


def _unverified(text: str, *_: object, **__: object) -> Any:
    return SimpleNamespace(claims=json.loads(jws.extract_compact(text.encode()).payload))


def _unchecked(*_: object) -> Any:
    return SimpleNamespace(validate=_nothing)


class _Every:
    def __contains__(self, _: object) -> bool:
        return True


def _following(address: str) -> bytes:
    with urlopen(address) as answer:  # noqa: S310 - the fault
        found: bytes = answer.read()
    return found


def _json(**lax: Any) -> Any:
    """What JSON is read and written with, but for one demand on it."""
    return SimpleNamespace(loads=json.loads, dumps=lambda value, **_: json.dumps(value, **lax))


def _with_slashes(patch: Patch) -> None:
    patch.setattr(Router, "redirect_slashes", property(_always, _nothing), raising=False)


def _with_row(real: Any) -> Any:
    return lambda asked: {**real(asked), "row": dict(asked.resource.properties)}


def _by_hand(kind: str, at: Any, body: Any) -> bytes:
    return f'{{"at":"{at}","kind":"{kind}","body":{{"account":"{body["account"]}"}}}}'.encode()


def _caller_first(self: names.Names, resource: Any) -> Any:
    found = self.resources.get((resource.type, resource.id)) or self.resources.get((resource.type, ""))
    if found is None:
        return resource
    return authzen.Entity(found.type, found.category, {**found.attributes, **resource.properties})


def _for_everybody(real: Any) -> Any:
    return lambda self, name, content, _mode=0: real(self, name, content, 0o644)


def _open_folder(real: Any) -> Any:
    return lambda self, mode=0, **more: real(self, **more)


_JSON: Final = test_odd_requests.test_odd_json_is_400
_TOKEN: Final = test_callers.test_a_bad_token_is_nobody
_ERROR: Final = test_attacks.test_an_error_is_told_to_the_log_and_not_to_callers
_FAILS: Final = {"kind": RuntimeError, "status": 500}
_AWAY: Final = {"kind": TargetError, "status": 503}
_ASKING: Final = (
    fault("systems of a caller", around(deciding.DecisionPoint, "asked_by", _all_systems),
          test_attacks.test_what_a_caller_may_not_ask_about_is_as_if_it_were_not_there, context={}),
    fault("names elsewhere", around(deciding.DecisionPoint, "_account", _with_names),
          test_attacks.test_a_name_of_an_application_tells_no_other_system),
    fault("others' databases", put(http, "own_systems", lambda _, found: {*found} - {None}),
          test_attacks.test_no_database_is_asked_for_who_may_not_ask_about_it, path="evaluation"),
    fault("permits", around(deciding.DecisionPoint, "_context", _as_standing),
          test_deciding.test_what_is_declared_needs_a_permit_for_this_case),
    fault("rules that forbid", put(deciding.DecisionPoint, "_decided", _permits_where_told),
          test_deciding.test_a_permit_opens_nothing_that_a_rule_forbids),
    fault("columns of a row", around(deciding, "_question", _another_category),
          test_deciding.test_answers_are_those_of_the_policy_in_all_that_an_account_can_be_in),
    fault("what is known of a row", put(names.Names, "_resource", _caller_first),
          test_interop.test_what_is_known_of_a_record_is_not_the_caller_s_to_say),
    fault("questions in a batch", put(authzen, "MOST", 10**9), test_authzen.test_a_fault_of_the_whole_batch_refuses_it,
          whole={**test_authzen.ASKED, "evaluations": [{}] * 1001},
          reason="`evaluations` holds 1001 questions: 1000 is the most"),
    fault("length of a body", put(receiving, "LONGEST", 1 << 30), test_http.test_what_cannot_be_read_is_400,
          path="evaluation", body=b" " * ((1 << 20) + 1), headers={}, reason="the body is longer than"),
    fault("keys once", put(authzen, "_once", dict), _JSON, path="evaluation", text='{"a": {"b": 1, "b": 2}}'),
    fault("no NaN", put(authzen, "_refuse_number", float), test_authzen.test_only_one_json_object_is_taken,
          body=b'{"a": NaN}', reason="`NaN` is no number of JSON"),
    fault("no infinity", put(authzen, "json", _json(ensure_ascii=False)), _JSON, path="evaluation",
          text='{"a": 1e999}'),
    fault("whole text", put(authzen, "json", _json(allow_nan=False)), _JSON, path="evaluation", text='{"\\ud800": 1}'),
    fault("request id", put(receiving, "_REQUEST_ID", re.compile(rb"(?s).*")),
          test_odd_requests.test_a_request_id_comes_back_only_as_one_line_of_plain_text, value=test_odd_requests.SPLIT),
    fault("no redirect", _with_slashes, test_odd_requests.test_a_path_that_is_nearly_one_of_ours_leads_nowhere,
          path="access/v1/evaluation/"),
    fault("caches", put(receiving, "_HEADERS", ()), test_odd_requests.test_no_answer_is_kept_on_the_way, method="POST"),
)  # fmt: skip
_CALLING: Final = (
    fault("signature", put(jwt, "decode", _unverified), _TOKEN, why="another key"),
    fault("time of a token", put(callers, "_registry", _unchecked), _TOKEN, why="not begun"),
    fault("audience", put(callers, "_registry", _unchecked), _TOKEN, why="another audience"),
    fault("type of a token", put(callers, "_types", lambda _: _Every()), _TOKEN, why="an identity token"),
    fault("bound to a certificate", put(callers, "_bound_to", _nothing), _TOKEN,
          why="bound to a certificate that is not there"),
    fault("headers once", put(callers, "_by_name", lambda given: {k.decode(): v.decode() for k, v in given}),
          test_callers.test_what_is_sent_twice_or_another_way_is_nobody),
    fault("the proxy's secret", put(hmac, "compare_digest", _always),
          test_callers.test_a_certificate_counts_from_the_proxy_alone),
    fault("keys withdrawn", put(callers, "AGAIN", 10**9),
          test_caller_attacks.test_a_key_that_was_withdrawn_counts_no_longer),
    fault("addresses of keys", put(keys, "_fetched", _following),
          test_caller_attacks.test_an_address_of_keys_leads_nowhere_else, status=302),
    fault("keys not asked without end", put(keys, "AGAIN", 0.0),
          test_callers.test_keys_are_looked_up_again_for_a_new_name_but_not_without_end),
)  # fmt: skip
_RECORDING: Final = (
    fault("recorded first", put(rounds.Rounds, "join", _forgets),
          test_http.test_a_decision_is_recorded_before_it_is_answered),
    fault("not without a record", around(rounds.Rounds, "join", _goes_on),
          test_http.test_what_cannot_be_recorded_is_not_answered),
    fault("no row", around(ways, "_asked", _with_row), test_attacks.test_the_record_holds_no_row_and_no_token),
    fault("short names", put(ways, "_SHOWN", 10**9), test_attacks.test_a_long_name_is_cut_where_it_is_kept),
    fault("entries are encoded", put(http, "encode", _by_hand), test_attacks.test_hostile_names_make_no_second_entry),
    fault("times in UTC", put(entry, "_stamp", lambda at: at.isoformat()),
          test_formats.test_the_printed_entry_is_pinned),
    fault("entries compared", around(reading, "_replay", lambda real: lambda entries, heads: real(entries, heads[:0])),
          test_log.test_a_changed_entry_is_named_as_closely_as_it_was_committed, index=3, words=""),
    fault("errors tell nothing", around(http, "later", _telling), _ERROR, **_AWAY),
    fault("failures tell nothing", around(http, "_failed", _telling_all), _ERROR, **_FAILS),
    fault("errors are logged", put(http.LOG, "error", _nothing), _ERROR, **_AWAY),
    fault("refusals are logged", put(http.LOG, "warning", _nothing),
          test_attacks.test_who_is_refused_is_logged_without_what_they_sent),
    fault("lines are encoded", put(logs.Lines, "format", Formatter.format),
          test_files.test_an_event_is_one_line_with_its_time_in_utc),
    fault("one place for events", lambda patch: patch.delitem(logs.CONFIGURATION["loggers"], "recuse"),
          test_files.test_events_go_to_one_place, name="recuse.server"),
    fault("printed as text", put(printing, "_UNSEEN", {}), test_files.test_what_is_printed_of_the_record_obeys_nobody),
)  # fmt: skip
_KEEPING: Final = (
    fault("mode of the record", around(Path, "mkdir", _open_folder),
          test_files.test_the_record_of_decisions_is_its_owners_alone),
    fault("mode of secrets", put(stat, "S_IMODE", lambda _: 0),
          test_files.test_a_secret_that_others_may_read_is_refused, mode=0o644),
    fault("mode of the key of TLS", put(starting, "secret_of", Path.read_bytes),
          test_files.test_a_server_does_not_start_with_a_key_that_others_may_read),
    fault("mode of the ledger's key", around(files.Files, "replace", _for_everybody),
          test_log.test_the_private_key_is_its_owners_alone_and_the_public_one_is_text),
    fault("mode of requests", around(files.Files, "replace", _for_everybody),
          test_store.test_files_are_for_their_owner_and_a_broken_one_is_told),
    fault("erasing", put(kept_assistance.FileStore, "erase", _always),
          test_store.test_files_are_for_their_owner_and_a_broken_one_is_told),
    fault("no password in settings", put(settings, "_check_state", _nothing),
          test_files.test_a_password_in_the_settings_is_refused, state="host=db password=x"),
    fault("roles of a screen", put(app, "opened_to", _always), test_doors.test_a_role_opens_its_screens_and_no_other,
          role="requester"),
    fault("refusals in the console", put(app.LOG, "warning", _nothing),
          test_refusals.test_who_may_not_open_a_page_is_logged),
    fault("failures in the console", put(app._Frame, "failed", lambda _, __, error: HTMLResponse(repr(error), 500)),
          test_doors.test_a_failure_tells_nothing_but_that_it_happened),
)  # fmt: skip
FAULTS: Final = (*_ASKING, *_CALLING, *_RECORDING, *_KEEPING)
