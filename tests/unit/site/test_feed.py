"""The feed of changes: valid Atom in each language, ids that stay, and nothing of systems, accounts or people."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from recuse.languages import LANGUAGES
from recuse.site.feed import MOST, SECTION, atom
from recuse.site.news import News, every_news, said
from recuse.site.sources import Sources
from tests.unit.site.atom import ATOM, faults
from tests.unit.site.world import APPLIED, NOW, RECORD, sources, texts, verified


def feeds(found: Sources) -> dict[str, bytes]:
    return dict(SECTION.files(found))


def parsed(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314  # our own output


def ids(content: bytes) -> list[str]:
    return [each.text or "" for each in parsed(content).iter(f"{ATOM}id")]


def what(*entries: Any) -> list[str]:
    return [each.what for each in every_news(sources(entries))]


@pytest.mark.parametrize(
    "found", [sources(), sources(()), sources(address="https://records.example/")], ids=["whole", "nothing", "address"]
)
def test_every_feed_is_valid(found: Sources) -> None:
    written = feeds(found)
    assert set(written) == {f"{code}/record/changes.atom" for code in LANGUAGES}
    assert {path: faults(content) for path, content in written.items()} == {path: [] for path in written}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"<author>", b"<writer>", "feed: writer is not known"),
        (b"urn:uuid:", b"uuid-", "feed: id"),
        (b"2026-11-28T12:00:00Z</updated><author", b"28 November</updated><author", "feed: updated"),
        (b'rel="self"', b'rel="via"', "feed: no self"),
        (b"<entry><id>", b"<entry><id>x</id><id>", "entry 0: 2 of id"),
        (b'href="changes.html"', b'href="javascript:x"', "feed: link javascript:x"),
    ],
)
def test_a_spoilt_feed_is_noticed(old: bytes, new: bytes, fault: str) -> None:
    content = feeds(sources())["en/record/changes.atom"]
    assert old in content
    spoilt = content.replace(old, new).replace(b"</author>", b"</writer>" if b"writer" in new else b"</author>")
    assert fault in faults(spoilt)


def test_ids_stay_wherever_the_site_lies_and_whatever_comes_after() -> None:
    first = feeds(sources())
    moved, later = (
        feeds(sources(address="https://else.example/")),
        feeds(sources([*RECORD, verified(verdict="findings")])),
    )
    for path, content in first.items():
        assert ids(moved[path]) == ids(content)
        assert [each for each in ids(later[path]) if each in ids(content)] == ids(content)
    every = [each for content in first.values() for each in ids(content)]
    assert len(set(every)) == len(every), "no two languages share one"
    other = sources()
    other = replace(other, record=replace(other.record, verifier="other.example+87654321+BBBB"))
    assert not set(ids(feeds(other)["en/record/changes.atom"])) & set(every)


def test_a_verdict_is_told_when_it_changes_and_is_that_of_all_systems() -> None:
    day = timedelta(days=1)
    assert what(verified(), verified(NOW + day)) == ["verdict-holds"]
    assert what(verified(), verified(NOW + day, verdict="findings"), verified(NOW + 2 * day)) == [
        "verdict-holds", "verdict-findings", "verdict-holds",
    ]  # fmt: skip
    assert what(verified(verdict="holds by catalog")) == ["verdict-catalog"]
    assert what(verified(known_by="catalog")) == ["verdict-catalog"]
    assert what(verified(verdict="a word of later")) == ["verdict-undetermined"]
    assert what(verified(system="another")) == [], "one system is not verified"


def test_a_system_that_is_new_takes_no_news_back() -> None:
    """It is in the policy and was never applied: what was told before stays, by the same ids."""
    found = sources()
    new = replace(found.repository.systems["blotter"], name="another")
    more = replace(found, repository=replace(found.repository, systems={**found.repository.systems, "another": new}))
    assert every_news(more) == every_news(found)
    applied = replace(APPLIED, body={**APPLIED.body, "system": "another"})
    record = replace(more.record, entries=(*RECORD, applied, verified(verdict="findings")))
    assert [each.what for each in every_news(replace(more, record=record))][:1] == ["applied"], "it is not verified yet"


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda each: each.code)
def test_every_change_can_be_said(language: Any) -> None:
    kinds = [
        "directed", "confirmed", "applied", "certified", "reviewed", "verdict-holds", "verdict-catalog",
        "verdict-findings", "verdict-undetermined",
    ]  # fmt: skip
    told = {said(News(0, NOW, each, ""), texts(language)) for each in kinds}
    assert len(told) == len(kinds)


def test_no_change_names_a_system_or_a_login() -> None:
    for content in feeds(sources()).values():
        assert b"blotter" not in content
        assert b"a_login" not in content
        assert b"severed" not in content


def test_a_feed_has_an_end_and_its_text_is_marked_as_what_it_is() -> None:
    many = sources([verified(NOW + timedelta(days=n), verdict=("holds", "findings")[n % 2]) for n in range(MOST + 9)])
    spanish = atom(every_news(many)[:MOST], many, texts(LANGUAGES["es"]))
    assert len(parsed(feeds(many)["es/record/changes.atom"]).findall(f"{ATOM}entry")) == MOST
    assert b'xml:lang="es"' in spanish
    titles = parsed(feeds(sources())["es/record/changes.atom"]).iter(f"{ATOM}summary")
    languages = {each.get("{http://www.w3.org/XML/1998/namespace}lang") for each in titles}
    assert languages == {"en"}
