"""Real keys and real `ssh-keygen` for the tests of signatures."""

import subprocess
from pathlib import Path


def make_key(path: Path, *options: str) -> Path:
    """A new key pair; options as `ssh-keygen` takes them, Ed25519 without a passphrase if none."""
    subprocess.run(
        ["ssh-keygen", "-q", "-C", f"{path.name} comment", "-f", path, "-N", "", *(options or ("-t", "ed25519"))],
        check=True,
    )
    return path


def public_line(path: Path) -> str:
    return path.with_name(f"{path.name}.pub").read_text().strip()


def stock_sign(message: bytes, namespace: str, key: Path, *options: str) -> bytes:
    done = subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key, *options],
        input=message,
        capture_output=True,
        check=True,
    )
    return done.stdout


def stock_verifies(
    message: bytes, namespace: str, armored: bytes, *, principal: str, signers: str, folder: Path, at: str | None = None
) -> bool:
    """What `ssh-keygen -Y verify` says; `at` as in `-O verify-time=`."""
    (folder / "signature").write_bytes(armored)
    (folder / "signers").write_text(signers)
    time: list[str | Path] = ["-O", f"verify-time={at}"] if at else []
    files: list[str | Path] = ["-f", folder / "signers", "-s", folder / "signature"]
    done = subprocess.run(
        ["ssh-keygen", "-Y", "verify", *time, "-n", namespace, "-I", principal, *files],
        input=message,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0
