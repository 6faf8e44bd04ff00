"""The files of a policy repository, each read once, and their digest: what is parsed is what is hashed.

Left out everywhere: hidden files and folders (a name that starts with a dot). Left out of the digest: `directives/`,
which is what signs it; `acceptances/`, `attestations/` and `reviews/`, which are signed by themselves and widen
nothing; and signatures (`*.sig`), which cannot be part of what they sign.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from recuse.errors import Problem

LARGEST: Final = 8 * 1024 * 1024  # bytes; a policy repository is written by people
DIRECTIVES: Final = "directives/"
ACCEPTANCES: Final = "acceptances/"
ATTESTATIONS: Final = "attestations/"
REVIEWS: Final = "reviews/"

# Names that `sha256sum` prints as they are and that no shell or tool reads as something else.
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


def read_files(folder: Path, problems: list[Problem]) -> dict[str, bytes]:
    """Every file below `folder` by its relative path, sorted bytewise; what is not a plain file is a problem."""
    if not folder.is_dir():
        problems.append(Problem(str(folder), 0, "not a folder", "give the folder that holds `recuse.toml`"))
        return {}
    found: dict[str, bytes] = {}
    for path in _walk(folder, "", problems):
        try:
            raw = (folder / path).read_bytes()
        except OSError as error:
            problems.append(_unreadable(path, error))
            continue
        if len(raw) > LARGEST:
            problems.append(Problem(path, 0, f"larger than {LARGEST} bytes", "move it out of the policy repository"))
        found[path] = raw
    return dict(sorted(found.items()))


def is_safe_name(name: str) -> bool:
    """Whether a file or folder of a policy repository can have this name."""
    return _SAFE_NAME.fullmatch(name) is not None


def digest(files: Mapping[str, bytes]) -> str:
    r"""`policy_sha256`: the SHA-256, in hexadecimal, of what `sha256sum` prints outside the four folders.

    A person recomputes it in the repository with
    `find . -type f ! -path './directives/*' ! -path './acceptances/*' ! -path './attestations/*' ! -path './reviews/*'
    ! -path '*/.*' ! -name '*.sig' -printf '%P\n' | LC_ALL=C sort | xargs sha256sum | sha256sum`.
    """
    signed_apart = (DIRECTIVES, ACCEPTANCES, ATTESTATIONS, REVIEWS)
    outside = sorted(path for path in files if not path.startswith(signed_apart) and not path.endswith(".sig"))
    listing = "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in outside)
    return hashlib.sha256(listing.encode()).hexdigest()


def _walk(folder: Path, inside: str, problems: list[Problem]) -> Iterator[str]:
    try:
        with os.scandir(folder / inside) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        problems.append(_unreadable(inside or str(folder), error))
        return
    for entry in entries:
        path = f"{inside}{entry.name}"
        if entry.name.startswith("."):
            continue
        if not is_safe_name(entry.name):
            shown = path.encode("utf-8", "backslashreplace").decode()
            problems.append(Problem(shown, 0, "unsafe path", "use letters, digits, `.`, `_` and `-`"))
        elif entry.is_symlink():
            problems.append(Problem(path, 0, "is a symbolic link", "put the file itself there"))
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(folder, f"{path}/", problems)
        elif entry.is_file(follow_symlinks=False):
            yield path
        else:
            problems.append(Problem(path, 0, "neither a file nor a folder", "remove it"))


def _unreadable(path: str, error: OSError) -> Problem:
    return Problem(path, 0, f"cannot be read: {(error.strerror or 'no reason given').lower()}", "check its rights")
