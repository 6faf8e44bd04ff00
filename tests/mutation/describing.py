"""How a mutant is named: by what differs, so that it is found again when lines move."""

import difflib


def change(before: str, after: str) -> str:
    """What differs, line by line, without indentation."""
    removed: list[str] = []
    added: list[str] = []
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""):
        if line.startswith("-") and not line.startswith("---"):
            removed.append(line[1:].strip())
        elif line.startswith("+") and not line.startswith("+++"):
            added.append(line[1:].strip())
    return f"{' ⏎ '.join(removed)} → {' ⏎ '.join(added) or 'nothing'}"
