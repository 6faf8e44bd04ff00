"""A dated text: true on every day, current only by the file of its last day, and framed by whom it may be."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from recuse.languages import LANGUAGES
from recuse.site import press
from recuse.site.building import build
from recuse.site.dated import current_file, files, fragment, frame, last_day, sentences
from recuse.site.rendering import Renderer
from recuse.site.serving_notes import DATED, HEADERS, headers_of, notes
from recuse.site.verified import CURRENT_DAYS, counted_from, verified_of
from recuse.verdicts import FRESH
from tests.unit.site.world import APPLIED, NOW, RECORD, at, sources, texts, verified

UNTIL = NOW.date() + timedelta(days=CURRENT_DAYS)
NOT_CURRENT = {
    "en": "NOT CURRENT", "es": "NO ESTÁ VIGENTE", "zh-Hans": "已失效", "pl": "NIEAKTUALNE", "ar": "غير سارٍ",
}  # fmt: skip
EVERY = pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda each: each.code)


@EVERY
def test_the_text_names_its_last_day_and_what_is_so_after_it(language: Any) -> None:
    said = texts(language)
    whole = fragment(sources(), said)
    assert said.forms.day(UNTIL) in whole
    assert NOT_CURRENT[language.code] in whole
    (sentence,) = (each for each in sentences(sources(), said) if said.forms.day(UNTIL) in each)
    assert NOT_CURRENT[language.code] in sentence, "the day and what follows from it stand together"
    assert "<script" not in whole
    assert not re.search(r"(src|href|style|on\w+)=", whole), "the text loads nothing"


@EVERY
@pytest.mark.parametrize(
    "entries",
    [(), (verified(verdict="findings"),), (verified(verdict="undetermined"),), (verified(known_by="catalog"),)],
    ids=["never", "findings", "undetermined", "catalog"],
)
def test_what_does_not_hold_is_never_current(entries: Any, language: Any) -> None:
    found, said = sources(entries), texts(language)
    assert not verified_of(found).current(NOW.date())
    assert 'class="current"' not in frame(found, said).decode()
    assert not any(last_day(path) for path, _ in files(found))
    assert (
        texts(language).say("Verified on %(day)s: the policy holds in every database looked at.", day="")[:12]
        not in (fragment(found, said))
        or not entries
    )


def test_without_its_file_a_frame_says_not_current() -> None:
    """What stands in the page itself: *not current* shows, *current* does not. Only the file turns it round."""
    page = frame(sources(), texts(LANGUAGES["en"])).decode()
    assert re.search(r'<p class="late">NOT CURRENT', page)
    assert re.search(r'<p class="current" hidden>', page)
    assert f'href="{current_file(UNTIL).rpartition("/")[2]}"' in page
    assert [path for path, _ in files(sources()) if last_day(path)] == [current_file(UNTIL)]


def test_the_next_site_has_no_file_of_a_day_that_is_over() -> None:
    after = at(sources(), NOW + timedelta(days=CURRENT_DAYS + 1))
    assert not any(last_day(path) for path, _ in files(after))
    assert 'class="current"' not in frame(after, texts(LANGUAGES["en"])).decode()
    last = at(sources(), NOW + FRESH)
    assert [path for path, _ in files(last) if last_day(path)] == [current_file(UNTIL)]


def test_a_verdict_that_the_first_line_does_not_trust_makes_no_text_current() -> None:
    """A site that is published with an old verdict, or after an apply that nobody verified, claims nothing by it."""
    stale, applied = at(sources(), NOW + FRESH + timedelta(minutes=1)), sources([*RECORD, APPLIED])
    for found in (stale, applied, sources([verified()])):
        assert verified_of(found).verdict == "undetermined"
        assert not any(last_day(path) for path, _ in files(found))


def test_the_oldest_of_the_last_verifications_counts() -> None:
    found = sources([verified(NOW - timedelta(days=3)), verified(NOW - timedelta(days=2))])
    assert verified_of(found).on == (NOW - timedelta(days=2)).date()
    assert counted_from(found.record)["size"] == 2


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/embed/current-until-2026-12-05.css", date(2026, 12, 5)),
        ("current-until-2026-12-05.css", date(2026, 12, 5)),
        ("/embed/current-until-2026-13-05.css", None),
        ("/embed/look.css", None),
        ("/embed/current-until-2026-12-05.html", None),
    ],
)
def test_a_file_says_its_last_day(path: str, day: date | None) -> None:
    assert last_day(path) == day


def test_dated_texts_alone_may_be_framed_and_no_cache_keeps_them() -> None:
    assert headers_of("/embed/en.html") == headers_of("embed/look.css") == DATED
    assert headers_of("/en/index.html") == headers_of("/") == headers_of("/embedded.html") == HEADERS
    assert DATED["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" not in DATED
    assert "frame-ancestors 'none'" in HEADERS["Content-Security-Policy"]


def test_servers_are_told_the_days_of_the_file() -> None:
    told = {path: content.decode() for path, content in notes(sources())}
    days = re.search(r'\$time_iso8601 !~ "\^\(([^)]+)\)"', told["headers.conf"])
    assert days is not None
    assert days[1].split("|")[-1] == UNTIL.isoformat()
    assert NOW.date().isoformat() in days[1].split("|")
    blocks = re.split(r"^(?=/)", told["_headers"], flags=re.MULTILINE)[1:]
    assert not any(each.startswith("/*") for each in blocks), "a line for all would forbid frames of dated texts too"
    (framed,) = (each for each in blocks if "frame-ancestors" not in each)
    assert framed.startswith("/embed/*\n")
    assert {f"/{code}/*" for code in LANGUAGES} <= {each.splitlines()[0] for each in blocks}
    assert all(f"{name};\n" in told["headers.conf"] for name in ("access_log off", "error_log /dev/null"))


def test_every_folder_of_the_site_has_its_line() -> None:
    """A folder without one could be framed; a line without a folder is of none."""
    built = {path for path, _ in build(sources(), None)}
    lines = [each for each in dict(notes(sources()))["_headers"].decode().splitlines() if each.startswith("/")]
    folders = {path.partition("/")[0] for path in built if "/" in path}
    assert {f"/{each}/*" for each in folders} | {"/", "/index.html"} == set(lines)


def test_without_an_address_a_text_sends_nobody_to_one() -> None:
    english = texts(LANGUAGES["en"])
    assert "https://" not in fragment(sources(), english)
    assert "https://records.example/en/check/index.html" in fragment(
        sources(address="https://records.example/"), english
    )


def test_what_does_not_hold_has_no_last_day() -> None:
    found = sources([*RECORD, verified(verdict="findings")])
    assert verified_of(found).document()["current_until"] is None
    (page, *_) = press.SECTION.pages(found, texts(LANGUAGES["en"]))
    assert b"Others may quote this up to" not in Renderer(found, [press.SECTION]).page(page, texts(LANGUAGES["en"]))
    (page, *_) = press.SECTION.pages(sources(), texts(LANGUAGES["en"]))
    assert b"Others may quote this up to" in Renderer(sources(), [press.SECTION]).page(page, texts(LANGUAGES["en"]))
