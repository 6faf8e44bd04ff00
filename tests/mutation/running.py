"""Runs the quick suite once, and then against each mutant: collected once, forked for every mutant.

A mutant is *caught* when a test fails, and has *survived* when all tests that reach its function pass. One that needs
far more processor time than those tests do is stopped, and counts as caught by its time, which is told apart.
"""

import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Literal, NoReturn, Protocol

import pytest

from tests.mutation.planting import PACKAGE, exchange, exchange_value, forget, import_as

Outcome = Literal["caught", "timeout", "survived", "error"]

ROOT: Final = Path(__file__).parents[2]
SERVERS: Final = {"server", "own_server", "database", "running", "admin"}
"""Fixtures that start a server: no test of the quick suite has one."""
SECONDS_AT_LEAST: Final = 10
"""Processor time that every mutant may use, and more when its tests need it."""
BRIEF: Final = 1.0
"""Seconds of a test that even a mutant known to be equivalent is tried with: it is not expected to fail any."""
MEMORY: Final = 6 << 30
_PASSED, _FAILED = 0, 1


class Mutated(Protocol):
    """What running asks of a mutant."""

    @property
    def module(self) -> str: ...
    @property
    def function(self) -> str | None: ...
    @property
    def source(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a mutant, and the first test that failed."""

    mutant: str
    outcome: Outcome
    by: str = ""


@dataclass(slots=True)
class Measured:
    """The suite on the sound product: of each test its time and the functions (file, qualified name) it reached."""

    seconds: dict[str, float] = field(default_factory=dict)
    reached: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Running:
    """The pytest plugin: in the place of the usual loop, `mutants` are tried one after the other."""

    mutants: Iterable[Mutated]
    report: Callable[[Result], None]
    hints: Mapping[str, str] = field(default_factory=dict)
    brief: Callable[[Mutated], bool] = lambda _mutant: False
    prepare: Callable[[pytest.Session], None] = lambda _session: None
    kept: Path | None = None
    at_least: int = SECONDS_AT_LEAST

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if quick(item)]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        self.prepare(session)
        measured = self._measured(session)
        if measured.failed:
            raise session.Interrupted(f"the suite fails on the sound product: {measured.failed[:3]}")
        for mutant in self.mutants:
            self.report(self._tried(session, mutant, measured))
        return True

    def _measured(self, session: pytest.Session) -> Measured:
        """What the suite does on the sound product, or what it did, where that is `kept`."""
        if self.kept is not None and self.kept.exists():
            found = pickle.loads(self.kept.read_bytes())  # noqa: S301 - our own process wrote it
            assert isinstance(found, Measured)
            return found
        found = _measure(session)
        if self.kept is not None and not found.failed:
            self.kept.write_bytes(pickle.dumps(found))
        return found

    def _tried(self, session: pytest.Session, mutant: Mutated, measured: Measured) -> Result:
        hint = self.hints.get(mutant.name)
        order = sorted(_reaching(mutant, measured), key=lambda name: (name != hint, measured.seconds[name]))
        if self.brief(mutant):
            order = [name for name in order if measured.seconds[name] < BRIEF]
        if not order:
            return Result(mutant.name, "survived", "no test reaches it")
        seconds = self.at_least + 10 * int(sum(measured.seconds[name] for name in order))
        planted = _judged(mutant, *_forked(lambda tell: _in_place(session, mutant, order, tell), seconds))
        if mutant.function is not None or planted.outcome == "caught":
            return planted
        return _judged(mutant, *_forked(lambda tell: _anew(session, mutant, order, tell), seconds))


def quick(item: pytest.Item) -> bool:
    """Whether a test belongs to the quick suite: no server, and about the product, not about a planted fault."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return not fixtures & SERVERS and "planted" not in item.name


def _reaching(mutant: Mutated, measured: Measured) -> Iterator[str]:
    """The tests that reach the mutant's function; of what is not in a function, its module."""
    for name, reached in measured.reached.items():
        if any(
            file == mutant.module and (mutant.function is None or function == mutant.function)
            for file, function in reached
        ):
            yield name


def _measure(session: pytest.Session) -> Measured:
    _, told = _forked(lambda tell: _measured(session, tell), 3600)
    found = pickle.loads(told) if told else Measured(failed=["the process ended"])  # noqa: S301 - our own process wrote it
    assert isinstance(found, Measured)
    return found


def _measured(session: pytest.Session, tell: Callable[[bytes], None]) -> int:
    measured = Measured()
    below = str(Path(sys.modules[PACKAGE].__file__ or "").parent) + os.sep
    for item, following in _with_next(session.items):
        reached: set[tuple[str, str]] = set()

        def seen(frame: object, event: str, _: object, reached: set[tuple[str, str]] = reached) -> None:
            code = frame.f_code  # type: ignore[attr-defined]
            if event == "call" and code.co_filename.startswith(below):
                file = code.co_filename.removeprefix(below).removesuffix(".py")
                reached.add((file, code.co_qualname.partition(".<locals>")[0]))

        before, start = session.testsfailed, time.process_time()
        sys.setprofile(seen)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        sys.setprofile(None)
        measured.seconds[item.nodeid] = time.process_time() - start
        measured.reached[item.nodeid] = frozenset(reached)
        if session.testsfailed > before:
            measured.failed.append(item.nodeid)
    tell(pickle.dumps(measured))
    return _PASSED


def _in_place(session: pytest.Session, mutant: Mutated, order: Sequence[str], tell: Callable[[bytes], None]) -> int:
    if mutant.function is not None:
        exchange(mutant.module, mutant.function, mutant.source)
    elif not exchange_value(mutant.module, mutant.source):
        return _PASSED  # nothing is planted yet
    by_name = {item.nodeid: item for item in session.items}
    for item, following in _with_next([by_name[name] for name in order]):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            tell(item.nodeid.encode())
            return _FAILED
    return _PASSED


def _anew(session: pytest.Session, mutant: Mutated, order: Sequence[str], tell: Callable[[bytes], None]) -> int:
    """The tests in a session of their own, after the package is imported with the mutant's text."""
    forget(PACKAGE, "tests")
    import_as(mutant.module, mutant.source)
    files = sorted({name.partition("::")[0] for name in order})
    options = [str(arg) for arg in session.config.invocation_params.args if not (ROOT / str(arg)).exists()]
    first = _First(order, tell)
    code = pytest.main([*options, "-x", *files], plugins=[first])
    if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return _PASSED
    return _FAILED if code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED) else int(code)


@dataclass(slots=True, eq=False)  # a plugin is looked up by its hash
class _First:
    """The plugin of such a session: chosen tests in a given order, and the first that fails is told."""

    order: Sequence[str]
    tell: Callable[[bytes], None]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        rank = {name: number for number, name in enumerate(self.order)}
        items[:] = sorted((i for i in items if i.nodeid in rank), key=lambda i: rank[i.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.tell(report.nodeid.encode())

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.tell(f"{report.nodeid} cannot be imported".encode())


def _with_next(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    yield from zip(items, [*items[1:], None], strict=True)


def _forked(work: Callable[[Callable[[bytes], None]], int], seconds: int) -> tuple[int, bytes]:
    """Work in a process of its own: its wait status, and what it told."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, writing, seconds)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        words = told.read()
    return os.waitpid(child, 0)[1], words


def _work(work: Callable[[Callable[[bytes], None]], int], writing: int, seconds: int) -> NoReturn:
    code = 3
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(20 * seconds)  # for one that waits and computes nothing
        if not os.environ.get("MUTANTS_SHOW"):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
        with os.fdopen(writing, "wb") as pipe:
            code = work(lambda words: _tell(pipe, words))
    finally:
        os._exit(code)


def _tell(pipe: IO[bytes], words: bytes) -> None:
    pipe.write(words)
    pipe.flush()


def _judged(mutant: Mutated, status: int, told: bytes) -> Result:
    by = told.decode(errors="replace")
    if os.WIFSIGNALED(status):
        over_time = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL)
        return Result(mutant.name, "timeout" if over_time else "caught", by or f"signal {os.WTERMSIG(status)}")
    match os.WEXITSTATUS(status):
        case 0:
            return Result(mutant.name, "survived")
        case 1:
            return Result(mutant.name, "caught", by)
        case code:
            return Result(mutant.name, "error", by or f"exit {code}")
