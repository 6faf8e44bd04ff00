"""The tables of the open data. Another one is a line of `TABLES`, with its fields in the dictionary."""

from collections.abc import Iterator
from typing import Final

from recuse.content.values import KINDS, PLACES, STATUSES, SURENESS
from recuse.csv_text import Cell
from recuse.languages import ENGLISH
from recuse.model import ASSISTANCE
from recuse.policy.plain import PlainRule, texts, to_rules, to_sentence
from recuse.site.counted import SUBJECTS, nil_periods, years
from recuse.site.open_data.table import PERIOD, Field, Table
from recuse.site.rights.rows import rights_rows
from recuse.site.small_cells import TOTAL
from recuse.site.sources import Sources
from recuse.site.verified import VERDICTS

Rows = list[tuple[Cell, ...]]
_LISTED: Final = "; "


def _directives(sources: Sources) -> Rows:
    return [
        (
            each.directive.id, each.directive.title, each.directive.issued.isoformat(),
            each.effective.isoformat(timespec="seconds"), each.directed_by.office, each.confirmed_by.office,
            each.directive.stage, _LISTED.join(each.directive.supersedes), each.directive.cedar_sha256,
        )
        for each in sources.attested
    ]  # fmt: skip


def _rules(sources: Sources) -> Rows:
    found: Rows = []
    for each in sources.attested:
        for rule, cedar in zip(to_rules(each.directive.cedar), texts(each.directive.cedar), strict=True):
            said = to_sentence(rule, sources.repository.agencies) if isinstance(rule, PlainRule) else None
            effect = rule.effect if isinstance(rule, PlainRule) else None
            found.append((each.directive.id, rule.id, effect, ENGLISH.code, said, cedar))
    return found


def _requests(sources: Sources) -> Rows:
    return [
        (quarter, figures.subject, figures.rows, row, figures.sheet.cells.get((row, quarter), 0))
        for year in reversed(years(sources.record.entries, sources.now))
        for quarter in year.quarters
        for figures in year.figures
        if figures.columns is None
        for row in figures.sheet.rows
    ]


def _months(sources: Sources) -> Rows:
    return [
        (month, kind, count, count is None)
        for year in reversed(years(sources.record.entries, sources.now))
        for each in year.months
        if each.shown is not None
        for (kind, month), count in sorted(each.shown.cells.items())
        if kind != TOTAL
    ]


def _nil(sources: Sources) -> Rows:
    return [
        (
            each.period, _LISTED.join(each.kinds), _LISTED.join(each.agencies), each.office, each.on.isoformat(),
            each.signed, each.broken,
        )
        for each in nil_periods(sources.record.entries, sources.repository)
    ]  # fmt: skip


def _verdicts(sources: Sources) -> Rows:
    return [*_verdict_rows(sources)]


def _verdict_rows(sources: Sources) -> Iterator[tuple[Cell, ...]]:
    """One row a verification of one system; no row says which, since a finding may still be open."""
    for index, each in enumerate(sources.record.entries):
        if each.kind == "verified":
            counts = each.body["findings"]
            found = sum(int(str(count)) for count in counts.values()) if isinstance(counts, dict) else 0
            yield index, each.at.date().isoformat(), str(each.body["verdict"]), found, str(each.body["known_by"])


def _rights(sources: Sources) -> Rows:
    languages = (each.code for each in sources.settings.languages)
    return [*rights_rows(sources.content, sources.now.date(), languages)]


_SHA: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_DIRECTIVE: Final = Field("directive", "string", "2026-01-31-purposes")
TABLES: Final = (
    Table(
        "directives", "Directives in force",
        (
            _DIRECTIVE, Field("title", "string", "Civil immigration"), Field("issued", "date", "2019-07-12"),
            Field("effective", "datetime", "2019-07-12T12:00:00+00:00"), Field("directed_by", "string", "Mayor"),
            Field("confirmed_by", "string", "Superintendent of Police"),
            Field("stage", "string", "enforce", words=("observe", "canary", "enforce")),
            Field("supersedes", "string", "2018-01-01-baseline", required=False), Field("cedar_sha256", "string", _SHA),
        ),
        _directives, ("directive",),
    ),
    Table(
        "rules", "Rules in force",
        (
            _DIRECTIVE, Field("rule", "string", "no-civil-immigration"),
            Field("effect", "string", "forbid", required=False, words=("permit", "forbid")),
            Field("language", "string", "en"),
            Field("sentence", "string", "Nobody may read anything for the purpose …", required=False),
            Field("cedar", "string", '@id("no-civil-immigration") forbid (…);'),
        ),
        _rules, ("rule", "language"),
    ),
    Table(
        "requests", "Requests by quarter and one particular",
        (
            PERIOD, Field("subject", "string", "assistance", words=SUBJECTS),
            Field("particular", "string", "kind", words=("kind", "agency", "purpose", "ruling", "outcome")),
            Field("value", "string", "detainer"), Field("count", "integer", "3"),
        ),
        _requests, ("period", "subject", "particular", "value"), of_requests=True,
    ),
    Table(
        "request-months", "Requests for assistance by month and kind",
        (
            Field("month", "string", "2026-01"), Field("kind", "string", "detainer", words=ASSISTANCE),
            Field("count", "integer", "7", required=False), Field("withheld", "boolean", "false"),
        ),
        _months, ("month", "kind"), of_requests=True,
    ),
    Table(
        "nil-periods", "Periods for which an office certified that nothing was received",
        (
            PERIOD, Field("kinds", "string", "detainer; interview", required=False),
            Field("agencies", "string", "fed.border", required=False), Field("office", "string", "Corporation Counsel"),
            Field("certified_on", "date", "2026-04-02"), Field("signed", "boolean", "true"),
            Field("broken", "boolean", "false"),
        ),
        _nil,
    ),
    Table(
        "verdicts", "What verifications said",
        (
            Field("entry", "integer", "9"), Field("day", "date", "2026-11-28"),
            Field("verdict", "string", "holds", words=VERDICTS),
            Field("findings", "integer", "0"), Field("known_by", "string", "attempt", words=("attempt", "catalog")),
        ),
        _verdicts, ("entry",),
    ),
    Table(
        "rights", "Texts on rights that are shown, with the law that each paragraph rests on",
        (
            Field("text", "string", "home-judges-warrant"), Field("language", "string", "en"),
            Field("place", "string", "home", words=PLACES), Field("kind", "string", "law", words=KINDS),
            Field("jurisdiction", "string", "us-il"), Field("title", "string", "At the door"),
            Field("claim", "integer", "1"), Field("says", "string", "As a rule, an officer needs a warrant …"),
            Field("fact", "string", "D2", required=False), Field("law_of", "string", "us", required=False),
            Field("citation", "string", "Payton v. New York, 445 US 573", required=False),
            Field("status", "string", "disputed", required=False, words=STATUSES),
            Field("sure", "string", "secondary", required=False, words=SURENESS),
            Field("checked_on", "date", "2026-11-23", required=False), Field("as_of", "date", "2026-11-28"),
            Field("review_by", "date", "2027-02-28"),
            Field("state", "string", "shown with warnings", words=("shown", "shown with warnings", "withheld")),
            Field("reasons", "string", "fact-secondary fact-disputed", required=False),
            Field("reviewed_on", "date", "2026-11-28", required=False),
            Field("translation", "string", "machine", required=False),
            Field("translation_reviewed_on", "date", "2026-11-28", required=False),
        ),
        _rights,
    ),
)  # fmt: skip
"""In the order of the page."""
