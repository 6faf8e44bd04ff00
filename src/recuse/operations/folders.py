"""A new folder of files, written whole or not at all."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from recuse import clock
from recuse.errors import InputError


def write_new_folder(
    folder: Path, files: Mapping[str, bytes], remedy: str = "name a folder that can be made", mode: int = 0o777
) -> None:
    """Write files by their paths into a folder that is not there yet; InputError, with `remedy`, where that fails."""
    beside = folder.absolute().with_name(f".{folder.absolute().name}.{clock.random_name(8)}")
    try:
        beside.mkdir(mode, parents=True)
        for name, data in files.items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            with (beside / name).open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        if os.path.lexists(folder):
            raise InputError(f"`{folder}` is there already", "name a folder that does not exist yet")
        beside.rename(folder)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise InputError(f"`{folder}` cannot be written: {reason}", remedy) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
