"""What was asked and what was answered: figures of quarters that are over, by year, and the nil periods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.requests import nil
from recuse.requests.counting import Subject
from recuse.site.counted import BY_QUARTER, Figures, Months, Nil, Year, nil_periods, quarter_of, years
from recuse.site.pages import Page, Section
from recuse.site.small_cells import THRESHOLD, TOTAL
from recuse.site.sources import Sources
from recuse.site.verified import counted_from
from recuse.site.words import name, office, particulars

PATH: Final = "record/requests.html"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a page shows it; None is a count that is withheld. `command` counts again, or `of_one` quarter."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | None, ...], int | None], ...]
    foot: tuple[int | None, ...]
    total: int
    command: str
    of_one: bool

    @property
    def most(self) -> int:
        """The largest count of a row, for bars."""
        return max((total or 0 for _, _, total in self.rows), default=0)


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    every = years(sources.record.entries, sources.now)
    periods = nil_periods(sources.record.entries, sources.repository)
    yield _first(sources, texts, every, periods)
    above = ((texts.say("What was asked and what was answered"), PATH),)
    for year in every:
        title = texts.say("Requests received in %(year)s", year=year.name)
        values = {
            "year": year, "tables": [_table(each, year, sources, texts) for each in year.figures],
            "months": [(quarter_name(each.quarter, texts), _months(each, sources, texts)) for each in year.months],
            "quarters": quarters_of(year, texts), "as_of": _as_of(sources),
            "counted_from": counted_from(sources.record), "threshold": THRESHOLD,
        }  # fmt: skip
        yield Page(path_of(year), "record/requests_year.html", title, values, document(year, sources), above)


def _first(sources: Sources, texts: Texts, every: tuple[Year, ...], periods: tuple[Nil, ...]) -> Page:
    running = nil.period(quarter_of(sources.now.date()))
    shown = [
        (
            each,
            [name(sources, "kind", kind, texts) for kind in each.kinds],
            [name(sources, "agency", agency, texts) for agency in each.agencies],
            office(sources, each.official, texts),
        )
        for each in reversed(periods)
    ]
    listed = [(year, path_of(year), quarters_of(year, texts)) for year in every]
    values = {
        "years": listed, "nil": shown, "running": quarter_name(running.name, texts),
        "next": running.end + timedelta(days=1), "as_of": _as_of(sources),
        "counted_from": counted_from(sources.record), "threshold": THRESHOLD,
    }  # fmt: skip
    data: dict[str, JSON] = {
        "counted_from": counted_from(sources.record),
        "running": running.name,
        "years": [{"year": each.name, "quarters": list(each.quarters), **each.totals} for each in every],
        "nil_periods": [nil_document(each) for each in periods],
    }
    return Page(PATH, "record/requests.html", texts.say("What was asked and what was answered"), values, data)


def _as_of(sources: Sources) -> date:
    """The last day of which is told how requests ended."""
    return nil.period(quarter_of(sources.now.date())).start - timedelta(days=1)


def path_of(year: Year) -> str:
    """Where the page of a year lies."""
    return f"record/requests-{year.name}.html"


def quarter_name(name: str, texts: Texts) -> str:
    """What a quarter is called."""
    return texts.forms.quarter(nil.period(name).start)


def quarters_of(year: Year, texts: Texts) -> list[str]:
    """The quarters that a year's figures count, by their names."""
    return [quarter_name(each, texts) for each in year.quarters]


def nil_document(each: Nil) -> Mapping[str, JSON]:
    """A nil period as documents have it."""
    return {
        "period": each.period, "kinds": list(each.kinds), "agencies": list(each.agencies), "office": each.office,
        "certified_on": each.on.isoformat(), "signed": each.signed, "broken": each.broken,
    }  # fmt: skip


def _table(figures: Figures, year: Year, sources: Sources, texts: Texts) -> Table:
    found, words, said = figures.sheet, particulars(texts), _subjects(texts)
    columns = figures.columns or "quarter"
    head = tuple(
        name(sources, figures.columns, each, texts) if figures.columns else quarter_name(each, texts)
        for each in found.columns
    )
    rows = tuple(
        (
            name(sources, figures.rows, row, texts),
            tuple(found.cells.get((row, column), 0) for column in found.columns),
            found.of_row(row),
        )
        for row in found.rows
    )
    caption = f"{said[figures.subject]} – {words[figures.rows]} – {words[columns]}"
    foot = tuple(map(found.of_column, found.columns))
    return Table(caption, head, rows, foot, found.total, _command(figures, year), figures.columns is None)


def _command(figures: Figures, year: Year) -> str:
    """What counts the same from the ledger: of a quarter the first, by the way that its totals are printed."""
    other = "outcome" if figures.rows != "outcome" else BY_QUARTER[figures.subject][0]
    period = f"{year.name}" if figures.columns else year.quarters[0]
    more = " --permits" if figures.subject == "permits" else ""
    return f"recuse request report {period}{more} --rows {figures.rows} --columns {figures.columns or other}"


def _months(months: Months, sources: Sources, texts: Texts) -> Table | None:
    shown = months.shown
    if shown is None:
        return None
    head = tuple(texts.forms.month(date.fromisoformat(f"{each}-01")) for each in shown.columns)
    rows = tuple(
        (name(sources, "kind", row, texts), tuple(shown.cells[row, each] for each in shown.columns), shown.totals[row])
        for row in shown.rows
    )
    caption = texts.say("What was asked, by month: %(quarter)s", quarter=quarter_name(months.quarter, texts))
    foot = tuple(shown.cells[TOTAL, each] for each in shown.columns)
    command = f"recuse request report {months.quarter} --rows kind --columns month"
    return Table(caption, head, rows, foot, sum(shown.totals.values()), command, of_one=False)


def document(year: Year, sources: Sources) -> dict[str, JSON]:
    """The figures of a year as documents have them; a count that is withheld is null."""
    return {
        "counted_from": counted_from(sources.record),
        "year": year.name,
        "quarters": list(year.quarters),
        "totals": dict(year.totals),
        "figures": [_figures_document(each) for each in year.figures],
        "months": [_months_document(each) for each in year.months],
    }


def _figures_document(figures: Figures) -> Mapping[str, JSON]:
    cells: list[JSON] = [
        {"row": row, "column": column, "count": count} for (row, column), count in sorted(figures.sheet.cells.items())
    ]
    columns = figures.columns or "quarter"
    return {"subject": figures.subject, "rows": figures.rows, "columns": columns, "cells": cells}


def _months_document(months: Months) -> Mapping[str, JSON]:
    shown = months.shown
    cells: list[JSON] = [
        {"kind": row, "month": column, "count": count}
        for (row, column), count in sorted(shown.cells.items() if shown else ())
    ]
    return {"quarter": months.quarter, "shown": shown is not None, "cells": cells}


def _subjects(texts: Texts) -> Mapping[Subject, str]:
    return {
        "assistance": texts.say("Requests for assistance"),
        "permits": texts.say("Requests for permits"),
    }


SECTION = Section(
    "requests", "What was asked", PATH, _pages,
    tile="How many times agencies asked, what the policy said, and how each request ended.",
)  # fmt: skip
