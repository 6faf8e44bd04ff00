"""Where a run takes place: the machine in one line, and the versions of what takes part."""

import os
import platform
import re
import subprocess
import sys
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Final

TOOLS: Final = Path(sys.prefix) / "bench"
"""Where `make bench` installs what only a benchmark needs, apart from everything else."""


def quick_folder() -> Path:
    """A folder in memory where there is room, else of the disk: what a disk adds differs by seconds from run to run."""
    script = Path(__file__).parents[1] / "scripts/test-folder.sh"
    told = subprocess.run([script], check=True, capture_output=True, text=True)  # noqa: S603 - our own script
    return Path(told.stdout.strip())


def machine() -> str:
    """Cores, processor, memory and kernel."""
    cpus = Path("/proc/cpuinfo")
    model = re.search(r"^model name\s*: (.+)$", cpus.read_text() if cpus.exists() else "", re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    processor = model.group(1) if model else platform.machine()
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{os.cpu_count()} cores of {processor}, {memory:.0f} GiB, {platform.system()} {kernel}"


def versions(release: str) -> dict[str, str]:
    """The server's release, ours, and those of what the figures rest on."""
    apart = {found.name: found.version for found in distributions(path=[str(TOOLS)])}
    return {"postgresql": release, **{name: version(name) for name in ("recuse", "psycopg", "cedarpy")}, **apart}
