"""Repositories in memory for the scenarios that the AuthZEN working group publishes, in an application's names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

from starlette.testclient import TestClient

from recuse.ledger import create_ledger
from recuse.ledger.shared import share_ledger
from recuse.model import Account, Circumstances, Repository, RowAttribute, Standing, System, TableMap
from recuse.server.callers import Headers
from recuse.server.deciding import DecisionPoint
from recuse.server.grounds import Loaded
from recuse.server.holding import Held
from recuse.server.http import Service, application
from recuse.server.names import read_names
from recuse.server.rounds import Rounds
from recuse.server.settings import Caller
from tests.unit.enforcement.small import repository
from tests.unit.server.test_deciding import rule_set_of

BASE: Final = "https://pdp.example.org"
STANDS_IN: Final = Standing(Circumstances("own.records", "official_duty"), None, date(2099, 1, 1))
CATEGORY: Final = "release_date"


@dataclass
class Scenario:
    """A decision point with a scenario's policy and names, asked as a program does."""

    client: TestClient

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(f"/access/v1/{path}", json=body, headers=headers)

    def decides(self, body: Any) -> bool:
        response = self.post("evaluation", body)
        assert response.status_code == 200, response.text
        decision = response.json()["decision"]
        assert isinstance(decision, bool)
        return decision

    def decides_all(self, body: Any) -> list[bool]:
        response = self.post("evaluations", body)
        assert response.status_code == 200, response.text
        return [each["decision"] for each in response.json()["evaluations"]]

    def finds(self, sought: str, body: Any) -> list[str]:
        response = self.post(f"search/{sought}", body)
        assert response.status_code == 200, response.text
        kind = {"subject": "user", "resource": "record", "action": None}[sought]
        results = response.json()["results"]
        assert all(each.get("type") == kind for each in results)
        return [each["name" if sought == "action" else "id"] for each in results]


def policy(logins: Iterable[str], tables: Mapping[str, Sequence[str]]) -> Repository:
    """Accounts of one agency that stand in one purpose, and tables whose attributes are texts."""
    maps = tuple(
        TableMap(name, CATEGORY, (), {}, {each: RowAttribute(each, "String", optional=False) for each in attributes},
                 public=False)
        for name, attributes in tables.items()
    )  # fmt: skip
    system = System("archive", "listing", "postgresql", "archive", "city.police", "enforce", maps, ())
    made = (Account("archive", login, "city.police", "personal", True, STANDS_IN, frozenset()) for login in logins)
    return repository(system, made)


class _Everybody:
    async def known(self, headers: Headers, address: str | None) -> Caller:
        return Caller("harness", None, None, None, frozenset())


@dataclass
class _Ground:
    loaded: Loaded

    async def current(self) -> Loaded:
        return self.loaded

    async def confirmed(self, loaded: Loaded, systems: Iterable[str]) -> Held:
        return Held(())


@contextmanager
def answering(whole: Repository, rules: str, names: str, folder: Path) -> Iterator[Scenario]:
    """A decision point that answers under these rules in these names; its record is really written."""
    create_ledger(folder / "record", "example.org/decisions").close()
    record, numbers = share_ledger(folder / "record"), count(1)
    point = DecisionPoint(whole, rule_set_of(rules), Held(()))
    named = read_names(Path("names.toml"), f"format = 1\n{names}".encode())
    assert list(named.strangers(point)) == []
    service = Service(
        _Ground(Loaded("p", 0, point)), Rounds(record.append, "record"), _Everybody(), BASE,
        lambda: datetime(2026, 1, 15, tzinfo=UTC), lambda: f"e-{next(numbers)}", names=named,
    )  # fmt: skip
    with TestClient(application(service), base_url=BASE) as client:
        yield Scenario(client)
    record.close()
