"""While a server answers, another policy comes into force, and databases go away. Nobody is told yes amiss."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

import psycopg
import pytest

from recuse import clock
from recuse.operations import record
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from tests.serve.world import DECLARED, DETECTIVE, Institution, Reply, Serving, serving

ASKING = 4
"""Programs that ask at once, without a pause."""


@dataclass
class Asked:
    """What programs were answered: when each question was sent, when its answer came, and the answer."""

    replies: list[tuple[datetime, datetime, Reply]] = field(default_factory=list)
    lost: int = 0

    def allowed(self) -> list[tuple[datetime, datetime, str]]:
        """When each yes was asked for and given, and its evaluation."""
        return [
            (sent, came, reply.document["context"]["evaluation_id"])
            for sent, came, reply in self.replies
            if reply.allow
        ]

    def statuses(self) -> Counter[int]:
        return Counter(reply.status for _, _, reply in self.replies)


@contextmanager
def asking(running: Serving) -> Iterator[Asked]:
    """Programs that ask the same question, each as soon as it has its answer, until the block ends."""
    asked, over = Asked(), Event()

    def ask() -> None:
        while not over.is_set():
            sent = clock.now()
            try:
                reply = running.asks(**DECLARED)
            except OSError:
                asked.lost += 1
            else:
                asked.replies.append((sent, clock.now(), reply))

    with ThreadPoolExecutor(ASKING) as pool:
        tasks = [pool.submit(ask) for _ in range(ASKING)]
        try:
            yield asked
        finally:
            over.set()
    for task in tasks:
        task.result()


def permitted(institution: Institution) -> None:
    """A permit in force, as the database itself issues it."""
    with psycopg.connect(institution.job.world.dsn(), autocommit=True) as admin:
        admin.execute(
            "SELECT recuse.issue('p', %s, %s, %s, NULL, %s, now() + interval '1 hour', 0)",
            (DETECTIVE, *DECLARED.values()),
        )


def wait(condition: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "nothing came of it"
        time.sleep(0.05)


def check_recorded(institution: Institution, asked: Asked) -> None:
    """Every answer that was given stands in the record, as it was given."""
    recorded = {each["evaluation"]: each["allow"] for each in institution.decisions() if each["kind"] == "decided"}
    for _, _, reply in asked.replies:
        if reply.status == 200:
            assert recorded[reply.document["context"]["evaluation_id"]] is reply.allow


@pytest.mark.parametrize("away", ["the state", "the permits"])
def test_nobody_is_told_yes_while_a_database_is_away(institution: Institution, away: str) -> None:
    server = institution.beside if away == "the state" else institution.job.world.server
    with serving(institution, institution.state(), workers=2) as running:
        permitted(institution)
        with asking(running) as asked:
            wait(lambda: len(asked.allowed()) > 20)
            for mode in ("fast", "immediate"):
                server.control("stop", "-m", mode)
                gone = clock.now()
                time.sleep(1)
                back = clock.now()
                # What was asked before may be told now: the database had answered, and the record had to be durable.
                meanwhile = [each for each in asked.allowed() if gone < each[0] and each[1] < back]
                assert not meanwhile, "answered without asking"
                server.control("start")
                before = len(asked.allowed())
                wait(lambda before=before: len(asked.allowed()) > before + 20)  # type: ignore[misc]
    assert set(asked.statuses()) == {200, 503}
    assert asked.lost == 0
    check_recorded(institution, asked)


def superseding(institution: Institution, name: str) -> None:
    """Direct and confirm a policy in which a judge's warrant no longer opens what the detective asks."""
    policy, folder = institution.job.policy, institution.folder
    (source,) = (each for each in (policy / "directives").iterdir() if not (policy / "directives" / name).exists())
    place = policy / "directives" / name
    place.mkdir()
    cedar = (source / "directive.cedar").read_text()
    opened = '@id("criminal-by-judge")\npermit (principal, '
    assert opened in cedar
    (place / "directive.cedar").write_text(
        cedar.replace(opened, opened.replace("principal,", 'principal in Agency::"us.doj",'))
    )
    text = (source / "directive.toml").read_text().replace(f'id = "{source.name}"', f'id = "{name}"')
    assert "supersedes = []" in text
    (place / "directive.toml").write_text(text.replace("supersedes = []", f'supersedes = ["{source.name}"]'))
    sign_directive(policy, name, folder / "mayor-2019")
    answer = Answer("confirm", "", clock.now().replace(microsecond=0))
    confirm_directive(policy, name, "superintendent-2019", folder / "superintendent-2019", answer)


def test_from_an_apply_on_nothing_is_permitted_that_the_coming_policy_refuses(institution: Institution) -> None:
    with serving(institution, institution.state(), workers=2) as running:
        permitted(institution)
        with asking(running) as asked:
            wait(lambda: len(asked.allowed()) > 20)
            superseding(institution, "2026-11-20-narrower")
            so_far = len(asked.allowed())
            wait(lambda: len(asked.allowed()) > so_far + 20)  # signed is not applied
            institution.job.apply()
            done = clock.now()
            time.sleep(0.5)
        planned = [each for each in record.entries(institution.job.ledger) if each.kind == "planned"][-1].at
        late = [sent for sent, _, _ in asked.allowed() if sent > planned]
        assert all((sent - planned).total_seconds() < 0.2 for sent in late), "the entry was being made durable"
        after = [reply for sent, _, reply in asked.replies if sent > done]
        assert len(after) > 20
        assert {(reply.status, reply.allow) for reply in after} == {(200, False)}
        assert set(asked.statuses()) <= {200, 503}
        assert running.asks(**DECLARED).document["context"]["reason"] == "no_rule"
    check_recorded(institution, asked)
    with serving(institution, institution.state()) as again:
        assert again.asks(**DECLARED).document["context"]["reason"] == "no_rule"
