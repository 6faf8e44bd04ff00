"""Whether a process that nobody waits for ends."""

import os
import signal
import time
from pathlib import Path


def check_ends(process: int) -> None:
    """Within some seconds."""
    for _ in range(200):
        if not _runs(process):
            return
        time.sleep(0.02)
    os.kill(process, signal.SIGKILL)
    raise AssertionError(f"process {process} went on")


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}  # one that nobody has waited for has ended too
