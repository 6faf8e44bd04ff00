"""The demo's report: what the tour found, as the one page that anyone can read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recuse.audit.backtest import Backtest, Tally
from recuse.demo import BANNER
from recuse.demo.doors import DOOR_CODES, PLANTED
from recuse.demo.doors import Door as PlantedDoor
from recuse.demo.repository import SYSTEM
from recuse.demo.warehouse import DOOR_CODES as CODES_OF_WAREHOUSE
from recuse.demo.warehouse import DOORS as OF_WAREHOUSE
from recuse.demo.warehouse import OPEN_TO
from recuse.enforcement.facts import Grant
from recuse.model import UNDECLARED, Kind, Official
from recuse.operations import page
from recuse.operations.acceptance import Accepted
from recuse.operations.attempts import Attempt
from recuse.operations.finding import Finding
from recuse.operations.matrix import matrix
from recuse.operations.verdict import Verified

if TYPE_CHECKING:
    from recuse.demo.tour import Tour

_SHOWN: Final = 8  # bars of a chart
_PLANTED: Final = (*PLANTED, *OF_WAREHOUSE)
_CODES: Final = {**DOOR_CODES, **CODES_OF_WAREHOUSE}


def write_report(tour: "Tour") -> Path:
    """Write `report.html`; returns its path."""
    path = tour.folder / "report.html"
    path.write_text(page.render_page(_data(tour)), encoding="utf-8")
    return path


def _data(tour: "Tour") -> page.PageData:
    repository = tour.workspace().repository
    return page.PageData(
        institution=repository.institution.name,
        banner=BANNER,
        verdict=_verdict(tour.after),
        directive=_directive(tour),
        matrix=matrix(repository, repository.systems[SYSTEM], tour.plans[0]),
        doors=(*(_door(tour, door) for door in _PLANTED), _ordinary(tour)),
        tries=tuple(_tries(attempt for each in tour.after for attempt in each.attempts)),
        ended=_ended(tour),
        replay=_replay(tour.replayed),
        residual=_limits(pair for each in tour.after for pair in each.residual),
        outside=_limits(pair for each in tour.after for pair in each.outside),
        accepted=_limits(_answered(each) for found in tour.after for each in found.accepted),
        not_examined=tuple(dict.fromkeys(line for each in tour.after for line in each.not_examined)),
        record=page.Record(
            tour.ledger.origin,
            tour.ledger.size,
            tour.ledger.checkpoint,
            (tour.ledger_folder / "verifier").read_text(encoding="utf-8").strip(),
        ),
    )


def _verdict(found: Sequence[Verified]) -> page.Verdict:
    """One for all systems: it holds where every one does."""
    kinds = {each.verdict for each in found}
    first = found[0]
    return page.Verdict(
        "findings" if "findings" in kinds else "holds" if kinds == {"holds"} else "undetermined",
        sum(len(each.weighing) for each in found),
        f"the systems {' and '.join(each.system for each in found)} ({first.accounts} logins of one server, "
        f"PostgreSQL {first.server_version})",
        f"{first.at:%Y-%m-%d}",
    )


def _answered(one: Accepted) -> tuple[str, str]:
    what = one.finding.reproduce.removeprefix("-- ")
    return one.finding.code, f"in `{one.finding.system}`: {what}; answered for until {one.until}, by `{one.acceptance}`"


def _limits(pairs: Iterable[tuple[str, str]]) -> tuple[page.Limit, ...]:
    return tuple(page.Limit(code, text) for code, text in dict.fromkeys(pairs))


def _directive(tour: "Tour") -> page.Directed:
    (attested,) = tour.workspace(draft=False).attested
    directive = attested.directive
    return page.Directed(
        id=directive.id,
        title=directive.title,
        effective=f"{attested.effective:%Y-%m-%d %H:%M} UTC",
        stage=directive.stage,
        directed_by=_signer(attested.directed_by),
        confirmed_by=_signer(attested.confirmed_by),
        counsel=directive.counsel,
        basis=tuple(page.Basis(b.citation, b.status, b.checked_on.isoformat()) for b in directive.legal_basis),
    )


def _signer(official: Official) -> page.Signer:
    return page.Signer(official.id, official.name, official.office)


def _door(tour: "Tour", door: PlantedDoor) -> page.Door:
    """A planted door, with what closed it: the remedy of its finding before, or what the warehouse's plan revoked."""
    about = [f for each in tour.before for f in each.findings if _is_about(door, f)]
    left = [f for each in tour.after for f in each.findings if _is_about(door, f)]
    remedies = _revoking(tour, door) if door in OF_WAREHOUSE else (f.remedy for f in about if f.remedy)
    remedy = next(iter(remedies), None)
    closed_by = "its session was ended" if door.name == "open-cursor" else remedy or "recuse apply"
    return page.Door(door.name, door.why, closed_by, "open" if left else "closed")


def _revoking(tour: "Tour", door: PlantedDoor) -> Iterator[str]:
    """The statements that revoke reading the door's object from whom it is open to."""
    opening = (tuple(door.object.split(".")), OPEN_TO[door.name])
    for statement in (each for planned in tour.plans for each in planned.statements):
        unmade = (change.fact for change in statement.changes if not change.make)
        grants = (fact for fact in unmade if isinstance(fact, Grant) and fact.privilege == "SELECT")
        if any((grant.on.relation.name, grant.grantee) == opening for grant in grants):
            yield statement.do


def _is_about(door: PlantedDoor, finding: Finding) -> bool:
    """Whether this is the finding about a door: in the register, or of one in the warehouse in either."""
    account = finding.account.partition("/")[2] if door in OF_WAREHOUSE else finding.account.removeprefix(f"{SYSTEM}/")
    return account == door.login and finding.code in _CODES[door.name]


def _ordinary(tour: "Tour") -> page.Door:
    """What was found besides the planted doors: the grants and groups that any database has."""
    found = (f for each in tour.before for f in each.findings)
    others = [f for f in found if not any(_is_about(door, f) for door in _PLANTED)]
    return page.Door(
        f"{len(others)} further findings",
        "ordinary grants, group memberships and PUBLIC, as any database has them",
        "recuse apply, which leaves class roles as the only holders of rights",
        "open" if any(each.weighing for each in tour.after) else "closed",
    )


def _tries(attempts: Iterable[Attempt]) -> Iterable[page.Tries]:
    """Attempts by what was tried, without declaring and under a permit."""
    groups: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        how = "undeclared" if attempt.circumstances.purpose == UNDECLARED else f"for {attempt.circumstances.purpose}"
        groups[f"{attempt.action}, {how}"].append(attempt)
    for name, members in sorted(groups.items()):
        agreed = sum(attempt.agrees for attempt in members)
        yield page.Tries(name, len(members), agreed, sum(attempt.unknown is not None for attempt in members))


def _ended(tour: "Tour") -> page.Ended | None:
    parts = [part for each in tour.applied if each.applied for part in (each.applied.cut, each.applied.shaped)]
    if not parts:
        return None
    return page.Ended(sum(part.signalled for part in parts), max(part.seconds for part in parts), 0)


def _replay(found: Backtest) -> page.Replay:
    return page.Replay(
        first=str(found.first),
        last=str(found.last),
        lines=found.lines,
        total=page.Bar("all", found.replayable, found.refused),
        criminal=_bar(found.criminal),
        agencies=_bars(found.by_agency),
        purposes=_bars(found.by_purpose),
        years=tuple(_bar(tally) for tally in found.by_year),
        causes=_causes(found, None),
        criminal_causes=_causes(found, "criminal"),
        refused_then=found.refused_then,
        opened=found.opened,
        untold=tuple(page.Count(str(reason), lines) for reason, lines in found.untold),
    )


def _bar(tally: Tally) -> page.Bar:
    return page.Bar(" ".join(str(part) for part in tally.key), tally.lines, tally.refused)


def _bars(tallies: Iterable[Tally]) -> tuple[page.Bar, ...]:
    """The largest by what would be refused, then the rest in one bar, so that no line is lost."""
    ordered = sorted(tallies, key=lambda t: (-t.refused, -t.lines, t.key))
    kept = _SHOWN if len(ordered) > _SHOWN + 1 else len(ordered)
    rest = ordered[kept:]
    shown = [_bar(tally) for tally in ordered[:kept]]
    if rest:
        lines, refused = sum(t.lines for t in rest), sum(t.refused for t in rest)
        shown.append(page.Bar(f"{len(rest)} others", lines, refused))
    return tuple(shown)


def _causes(found: Backtest, kind: Kind | None) -> tuple[page.Count, ...]:
    counted: dict[str, int] = defaultdict(int)
    for cause, lines in found.by_cause:
        if kind in (None, cause.kind):
            rules = ", ".join(cause.rules)
            counted[f"{cause.why}: {rules}" if rules else cause.why] += lines
    return tuple(page.Count(name, lines) for name, lines in sorted(counted.items(), key=lambda item: -item[1]))
