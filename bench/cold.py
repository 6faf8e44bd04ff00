"""Runs a program from nothing, and prints how many seconds it took and how much memory it had at most.

`python -m bench.cold PROGRAM …`. It is a process of its own because the kernel counts towards a program's memory what
the process that started it had: this one has next to nothing.
"""

import json
import resource
import subprocess
import sys
import time


def main(command: list[str]) -> None:
    """Run it, and print a JSON list: seconds from start to end, and mebibytes (the peak of what was resident)."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - a benchmark's own command
    seconds = time.perf_counter() - start
    kibibytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    sys.stdout.write(json.dumps([seconds, kibibytes / 1024]))


if __name__ == "__main__":
    main(sys.argv[1:])
