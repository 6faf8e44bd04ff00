"""Programs that serve: each a process on a port of its own, which ends with its test, however that ends."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_WATCH: Final = '"$@" & read -r _; kill $!; wait'  # standard input closes when the test's process ends


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int, log: Path, variables: Mapping[str, str] | None = None) -> Iterator[str]:
    """A program while it serves on the port; gives its address."""
    environment = {**os.environ, **(variables or {})}
    with log.open("w") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "watch", *command], cwd=ROOT, env=environment, stdin=subprocess.PIPE,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        _wait(port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.communicate(b"")


def _wait(port: int, log: Path) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}: {log.read_text()[-2000:]}")
