"""The last lines of the demo: the verdicts with their scope, and what to look at."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from recuse.operations.verify import Verified

_LOOK: Final = (
    "report.html", "site/index.html", "plan.json", "policy/directives", "policy/.ledger", "proposed",
    "access-log.parquet",
)  # fmt: skip


def tell_verdicts(after: Iterable[Verified], say: Callable[[str], None]) -> None:
    """Each system's verdict, with everything it rests on."""
    for found in after:
        colour = {"holds": "green", "findings": "red"}.get(found.verdict, "yellow")
        say(f"\n[bold {colour}]{found.verdict.upper()}[/] for {found.accounts} logins of `{found.system}`, by attempt")
        say(f"  examined      {', '.join(found.examined)}")
        say(f"  not examined  {', '.join(found.not_examined) or 'nothing that is present'}")
        if found.accepted:
            say(f"  accepted      {', '.join(_accepted(found))}")
        say(f"  residual      {', '.join(dict.fromkeys(code for code, _ in found.residual))}")
        say(f"  outside       {', '.join(code for code, _ in found.outside)} (questions for a person)")


def tell_files(folder: Path, say: Callable[[str], None]) -> None:
    """What lies in the demo's folder."""
    say("\nlook at:")
    for name in _LOOK:
        say(f"  {folder / name}")


def _accepted(found: Verified) -> Iterator[str]:
    return (f"{each.finding.code} until {each.until}" for each in found.accepted)
