"""Runs benchmarks: `python -m bench [NAME …]`. Progress goes to standard error, results to files."""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench import decision, downtime, enforcement, per_row, planning, serving, sever, site, systems, verdict
from bench.chart import write_chart
from bench.result import Result, in_words, read, renewed, table, write
from bench.stage import Benchmark, stage

BENCHMARKS: Final[Mapping[str, Benchmark]] = {
    "decision": decision.run,
    "downtime": downtime.run,
    "enforcement": enforcement.run,
    "per-row": per_row.run,
    "plan": planning.run,
    "serving": serving.run,
    "sever": sever.run,
    "site": site.run,
    "systems": systems.run,
    "verdict": verdict.run,
}
BINARIES: Final = {"18": None, "15": Path("/usr/lib/postgresql/15/bin")}
"""Where a version's programs are; None: the package's own."""


def main(arguments: Sequence[str]) -> int:
    """Run what is named, keep the other results that the folder has, and write them all; 1 when an aim is missed."""
    options = _parser().parse_args(arguments)
    names = options.name or list(BENCHMARKS)
    fresh = list(_run(options, names))
    options.out.mkdir(parents=True, exist_ok=True)
    write(renewed(read(options.out), fresh, names), options.out)
    write_chart(fresh, options.out)
    sys.stdout.write(table(fresh))
    return 1 if any(each.holds is False for each in fresh) else 0


def _run(options: argparse.Namespace, names: Sequence[str]) -> Iterator[Result]:
    start = time.monotonic()

    def say(what: str) -> None:
        sys.stderr.write(f"{time.monotonic() - start:7.1f} s  {what}\n")
        sys.stderr.flush()

    for version in options.versions.split(","):
        with stage(options.rows, options.rounds, BINARIES[version], say) as on:
            for name in names:
                for result in BENCHMARKS[name](on):
                    say(in_words(result))
                    yield result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*BENCHMARKS, []], help="which benchmarks (default: all)")
    parser.add_argument("--rows", type=int, default=5_000_000, help="arrests in the register")
    parser.add_argument("--rounds", type=int, default=31, help="samples of each side")
    parser.add_argument("--versions", default="18", help="PostgreSQL versions, for example 15,18")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder of results and charts")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
