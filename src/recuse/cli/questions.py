"""Asks a person at a terminal, one question at a time, on standard error; who is no terminal is not asked."""

import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar

from recuse.cli.console import err, plain
from recuse.cli.times import moment
from recuse.errors import InputError
from recuse.policy.references import nearest

T = TypeVar("T")

_NOTHING: Final = "(Enter for none)"


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions to the person at this terminal; `allowed` is False where there is none, and then each is an error."""

    allowed: bool

    @classmethod
    def here(cls) -> "Questions":
        """To whoever sits at the terminal that this process reads from."""
        return cls(sys.stdin.isatty() and err.is_terminal)

    def say(self, text: str) -> None:
        """A remark between questions."""
        if self.allowed:
            err.print(text)

    def text(self, name: str, question: str, default: str | None = None) -> str:
        """A line of text, not empty; the default where nothing is typed."""
        return self.read(name, question, lambda line: _filled(line, default), default)

    def optional(self, name: str, question: str) -> str | None:
        """A line of text, or None."""
        return self.read(name, f"{question} {_NOTHING}", lambda line: line or None)

    def yes(self, name: str, question: str) -> bool:
        """Yes or no; neither is taken for granted."""
        return self.read(name, f"{question} (yes or no)", _yes)

    def day(self, name: str, question: str) -> date | None:
        """A calendar day, or None."""
        return self.read(name, f"{question} {_NOTHING}", lambda line: a_day(line) if line else None)

    def moment(self, name: str, question: str, default: str) -> datetime:
        """A moment with its zone."""
        return self.read(name, question, lambda line: moment(line or default), default)

    def one(self, name: str, question: str, choices: Mapping[str, str]) -> str:
        """One of these words, each with what it means."""
        self._list(choices)
        return self.read(name, question, lambda line: known(line, choices))

    def several(self, name: str, question: str, choices: Mapping[str, str]) -> tuple[str, ...]:
        """Some of these words, or none."""
        self._list(choices)
        return self.words(name, question, lambda word: known(word, choices))

    def words(self, name: str, question: str, read: Callable[[str], T]) -> tuple[T, ...]:
        """Words with commas or spaces between them, each read by itself; the same one twice is one."""

        def every(line: str) -> tuple[T, ...]:
            return tuple(dict.fromkeys(read(word) for word in line.replace(",", " ").split()))

        return self.read(name, f"{question} {_NOTHING}", every)

    def read(self, name: str, question: str, read: Callable[[str], T], default: str | None = None) -> T:
        """What is made of a line; asked again after an InputError.

        Where nobody can be asked the default counts, and raises an InputError where there is none.
        """
        if not self.allowed and default is not None:
            return read("")
        if not self.allowed:
            remedy = "give it by an option or in the file of --from, or run this at a terminal"
            raise InputError(f"no answer to `{name}`", remedy)
        while True:
            hint = f" [dim]\\[{plain(default)}][/]" if default else ""
            err.print(f"[bold]{plain(question)}[/]{hint}", soft_wrap=True)
            line = _line()
            try:
                return read(line)
            except InputError as error:
                err.print(f"[red]{plain(error.message)}[/]{f'; {plain(error.remedy)}' if error.remedy else ''}")

    def _list(self, choices: Mapping[str, str]) -> None:
        for word, meaning in choices.items() if self.allowed else ():
            err.print(f"  [cyan]{plain(word)}[/]{'  ' if meaning else ''}{plain(meaning)}", soft_wrap=True)


def _line() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        raise InputError("the answers ended before the questions did", "answer all, or use --from") from None
    except KeyboardInterrupt:
        raise InputError("stopped, and nothing was written") from None
    except UnicodeDecodeError:
        raise InputError("the answer is not text in UTF-8", "type it again") from None


def _filled(line: str, default: str | None) -> str:
    if not line and not default:
        raise InputError("an answer is needed here", None)
    return line or default or ""


def _yes(line: str) -> bool:
    found = {"y": True, "yes": True, "n": False, "no": False}.get(line.lower())
    if found is None:
        raise InputError(f"`{line}` is neither yes nor no", "answer yes or no")
    return found


def a_day(line: str) -> date:
    """The calendar day that is written."""
    try:
        return date.fromisoformat(line)
    except ValueError as error:
        raise InputError(f"`{line}` is not a day", "write it as 2026-01-31") from error


def known(word: str, choices: Collection[str]) -> str:
    """The word, if it is one of these."""
    if word not in choices:
        raise InputError(f"`{word}` is none of these", nearest(word, choices) or "take one from the list")
    return word
