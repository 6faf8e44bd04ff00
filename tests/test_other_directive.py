"""The second directive of the demo decides otherwise on each point, and exactly its effects are found: none are ours.

Each directive is applied to a world of its own. What differs is written down below in words of the case, by hand; every
context that a login may declare is then really entered and tried on both servers, and the difference must be that.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

import recuse
from recuse.demo.repository import write_repository
from recuse.demo.world import build
from recuse.model import Account, System, TableMap
from recuse.operations.verify import Verified
from recuse.policy.contexts import Context
from recuse.policy.trees import principal_agencies, serves
from recuse.compiler.classes import with_undeclared
from recuse.targets.postgres.throwaway import throwaway
from recuse.targets.target import Prober, target_for
from tests.conftest import binaries_of
from tests.test_main_job import Job, make_keys

pytestmark = pytest.mark.demo

PUBLIC = {"crime_mapping"}
ALL = {
    "person_identity", "contact_information", "place_of_birth", "citizenship_immigration_status", "arrest_record",
    "custody", "release_date", "incident_narrative", "case_note", "gang_designation", "alpr_read", "victim_witness",
    "crime_mapping",
}  # fmt: skip
JUDICIAL = {"judicial", "judicial.warrant", "judicial.court_order", "judicial.subpoena"}
ADMINISTRATIVE = {"administrative", "administrative.warrant", "administrative.detainer"}
CUSTODY = {"custody", "release_date"}

Asked = tuple[str, str, str, str]
"""A login, and what it declares: purpose, authority, agreement (empty without one)."""


@dataclass(frozen=True)
class Governed:
    """A world under one directive: the verdict, and the categories that each declared context really reads."""

    job: Job
    verified: Verified
    read: Mapping[Asked, frozenset[str]]

    def account(self, login: str) -> Account:
        return self.job.workspace().repository.accounts[f"clear/{login}"]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Governed, Governed]]:
    """The first directive on one server, the other on another."""
    with ExitStack() as stack:
        yield governed(stack, tmp_path_factory, other=False), governed(stack, tmp_path_factory, other=True)


def governed(stack: ExitStack, folders: pytest.TempPathFactory, *, other: bool) -> Governed:
    folder = folders.mktemp("other" if other else "first")
    job = Job(build(stack.enter_context(throwaway(binaries=binaries_of(18))), people=1_000), folder)
    write_repository(job.policy, make_keys(folder), "recuse-test", other)
    job.sign()
    job.apply()
    return Governed(job, job.verify(), dict(everything_tried(job)))


def everything_tried(job: Job) -> Iterator[tuple[Asked, frozenset[str]]]:
    """Every context of every active account, entered and tried on rows that are neither sealed nor a juvenile's.

    Accounts of one agency that may declare the same are one: none is named by a rule.
    """
    workspace = job.workspace(draft=False)
    repository, system = workspace.repository, next(workspace.systems())
    with target_for("postgresql").open(job.world.dsn()) as session, session.probing() as prober:
        samples = Samples(prober, system)
        seen: set[object] = set()
        for account in repository.accounts.values():
            alike = (account.agency, account.standing, account.may_declare)
            if account.use == "superuser" or not account.active or alike in seen:
                continue
            seen.add(alike)
            for context in with_undeclared(repository, account, workspace.at.date()):
                told = context.circumstances
                asked = (account.login, told.purpose, told.authority, context.agreement or "")
                yield asked, samples.read_as(account.login, context)


class Samples:
    """Ordinary rows of each table, and what of them a login reads by category."""

    def __init__(self, prober: Prober, system: System) -> None:
        self._prober = prober
        self._rows = {table.name: (table, prober.sample(table.name, table.key or ("area",), flags(table))) for table in system.tables}

    def read_as(self, login: str, context: Context) -> frozenset[str]:
        """The categories of which at least one ordinary row is read."""
        return frozenset()


def flags(table: TableMap) -> list[str]:
    return [table.attributes[name].column for name in ("sealed", "juvenile") if name in table.attributes]
