"""The small world of the compiler's tests: a Cedar schema, entities, one table of hostile rows, and the oracle.

The oracle is Cedar itself, with one difference that is our policy: a row is denied when any forbid errs.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import cedarpy
import duckdb
import psycopg
from psycopg import sql

from recuse.compiler.condition import Condition, Value
from recuse.compiler.lower import lower
from recuse.compiler.residual import Hierarchy, Principal, ResourceKind, RuleText, residuals, specialise
from recuse.model import Action, Circumstances, RowAttribute

SCHEMA: Final = cedarpy.Schema.from_str("""
entity Agency in [Agency];
entity Account in [Agency] = { serves: Set<Agency>, personal: Bool };
entity Purpose in [Purpose];
entity Authority in [Authority];
entity Category in [Category];
type Circumstances = { purpose: Purpose, authority: Authority, agreed: Set<Category> };
action write;
action read appliesTo {
  principal: [Account], context: Circumstances, resource: [clear::records::arrest, clear::records::person] };
action insert, update, delete in [write] appliesTo {
  principal: [Account], context: Circumstances, resource: [clear::records::arrest, clear::records::person] };
namespace clear::records {
  entity arrest, person in [Category] = {
    category: Category, public: Bool, sealed: Bool, juvenile?: Bool, vip?: Bool,
    district: String, note?: String, alias?: String, grade: Long, weight?: Long
  };
}
""")

ATTRIBUTES: Final = (
    ("sealed", RowAttribute("is_sealed", "Bool", False)),
    ("juvenile", RowAttribute("is juvenile", "Bool", True)),
    ("vip", RowAttribute('vi"p', "Bool", True)),
    ("district", RowAttribute("district", "String", False)),
    ("note", RowAttribute("Note", "String", True)),
    ("alias", RowAttribute("alías", "String", True)),
    ("grade", RowAttribute("grade", "Long", False)),
    ("weight", RowAttribute("weight", "Long", True)),
)
KIND: Final = ResourceKind("clear", "records.arrest", "release_date", False, ATTRIBUTES)

PARENTS: Final[dict[tuple[str, str], str | None]] = {
    ("Agency", "city"): None,
    ("Agency", "city.police"): "city",
    ("Agency", "nation"): None,
    ("Agency", "nation.removals"): "nation",
    ("Agency", "centre"): None,
    ("Purpose", "own"): None,
    ("Purpose", "own.records"): "own",
    ("Purpose", "crime"): None,
    ("Purpose", "removal"): None,
    ("Purpose", "undeclared"): None,
    ("Authority", "judicial"): None,
    ("Authority", "judicial.warrant"): "judicial",
    ("Authority", "official_duty"): None,
    ("Authority", "none"): None,
    ("Category", "custody"): None,
    ("Category", "release_date"): "custody",
    ("Category", "arrest_record"): None,
}

TYPES: Final = {"Bool": "boolean", "String": "text", "Long": "bigint"}
CREATE: Final = sql.SQL("DROP TABLE IF EXISTS r; CREATE TABLE r (id int, {})").format(
    sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(a.column), sql.SQL(TYPES[a.type])) for _, a in ATTRIBUTES)
)

TEXTS: Final = (
    "", "a", "A", "b", "ab", "abc", "a'b", 'a"b', "a\\b", "a\\", "a%b", "%", "a_b", "_", "a*b", "*", "!", "a!b", "é",
    "e\u0301", "😀", "ß", "line\nbreak", " a", "a ", "null", "true", "5", "\\u{41}", "'; --", "𐍈",
)  # fmt: skip
LONGS: Final = (0, 1, -1, 2, 5, 42, 2**63 - 1, 2**63 - 2, -(2**63), -(2**63) + 1)

Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for what in which circumstances."""

    principal: Principal
    action: Action
    circumstances: Circumstances


def ancestors(kind: str, name: str) -> frozenset[tuple[str, str]]:
    parent = PARENTS[kind, name]
    return frozenset({(kind, name)}) | (ancestors(kind, parent) if parent else frozenset())


HIERARCHY: Final = Hierarchy({key: ancestors(*key) for key in PARENTS})
PRINCIPALS: Final = (
    Principal("clear/clerk", frozenset({"city", "city.police"}), frozenset(), False),
    Principal("clear/agent", frozenset({"nation", "nation.removals"}), frozenset(), True),
    Principal("clear/analyst", frozenset({"centre"}), frozenset({"nation", "nation.removals"}), True),
)
CIRCUMSTANCES: Final = (
    Circumstances("own.records", "official_duty"),
    Circumstances("crime", "judicial.warrant"),
    Circumstances("crime", "judicial", frozenset({"release_date", "arrest_record"})),
    Circumstances("removal", "none", frozenset({"arrest_record"})),
    Circumstances("undeclared", "none"),
)
ACTIONS: Final[tuple[Action, ...]] = ("read", "insert", "update", "delete")
ASKING: Final = tuple(Asking(p, a, c) for p in PRINCIPALS for a in ACTIONS for c in CIRCUMSTANCES)


def random_rows(random: Random, count: int) -> list[Row]:
    """Rows by column, with NULL in half of what may be NULL: a third of all values."""
    pools: dict[str, Sequence[Value]] = {"Bool": (True, False), "String": TEXTS, "Long": LONGS}
    return [
        {
            attribute.column: None
            if attribute.optional and random.random() < 0.53
            else random.choice(pools[attribute.type])
            for _, attribute in ATTRIBUTES
        }
        for _ in range(count)
    ]


def entities(rows: Sequence[Row], kind: ResourceKind = KIND) -> cedarpy.Entities:
    """The world's entities with the rows, each under its index as id; a NULL is an absent attribute."""
    found: list[object] = [
        {"uid": {"type": t, "id": n}, "attrs": {}, "parents": [{"type": t, "id": parent}] if parent else []}
        for (t, n), parent in PARENTS.items()
    ]
    for action in ACTIONS:
        above = [] if action == "read" else [{"type": "Action", "id": "write"}]
        found.append({"uid": {"type": "Action", "id": action}, "attrs": {}, "parents": above})
    for principal in PRINCIPALS:
        serves = [{"__entity": {"type": "Agency", "id": agency}} for agency in sorted(principal.serves)]
        found.append(
            {
                "uid": {"type": "Account", "id": principal.account},
                "attrs": {"serves": serves, "personal": principal.personal},
                "parents": [{"type": "Agency", "id": agency} for agency in sorted(principal.agencies)],
            }
        )
    for index, row in enumerate(rows):
        present = {name: row[attribute.column] for name, attribute in kind.attributes}
        category = {"type": "Category", "id": kind.category}
        found.append(
            {
                "uid": {"type": kind.entity_type, "id": str(index)},
                "attrs": {"category": {"__entity": category}, "public": kind.public}
                | {name: value for name, value in present.items() if value is not None},
                "parents": [category],
            }
        )
    return cedarpy.Entities.from_json_str(json.dumps(found))


def requests(asking: Asking, count: int, kind: ResourceKind = KIND) -> list[dict[str, object]]:
    """One request for each row."""
    circumstances = asking.circumstances
    context = json.dumps(
        {
            "purpose": {"__entity": {"type": "Purpose", "id": circumstances.purpose}},
            "authority": {"__entity": {"type": "Authority", "id": circumstances.authority}},
            "agreed": [{"__entity": {"type": "Category", "id": category}} for category in sorted(circumstances.agreed)],
        }
    )
    return [
        {
            "principal": {"type": "Account", "id": asking.principal.account},
            "action": {"type": "Action", "id": asking.action},
            "resource": {"type": kind.entity_type, "id": str(index)},
            "context": context,
        }
        for index in range(count)
    ]


@dataclass(frozen=True, slots=True)
class Rules:
    """One set of rules, as Cedar's handle and as the compiler reads it."""

    policies: cedarpy.PolicySet
    rules: tuple[RuleText, ...]


@dataclass(frozen=True, slots=True)
class Oracle:
    """Cedar's answers: the rows allowed, and whether any rule erred on any row."""

    allowed: frozenset[int]
    erred: bool


def oracle(rules: Rules, found: cedarpy.Entities, asked: list[dict[str, object]]) -> Oracle:
    """Cedar's decision on each request, but denied when a forbid is among those that err."""
    forbids = {rule.id for rule in rules.rules if rule.effect == "forbid"}
    allowed: set[int] = set()
    erred = False
    for index, answer in enumerate(cedarpy.is_authorized_batch(asked, rules.policies, found)):
        errors = " ".join(answer.diagnostics.errors)
        erred = erred or bool(errors)
        if answer.allowed and not forbids & set(re.findall(r"policy `([^`]+)`", errors)):
            allowed.add(index)
    return Oracle(frozenset(allowed), erred)


def fill_duckdb(connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
    """A table `r` of the rows, with their index as `id`."""
    connection.execute(CREATE.as_string(None))
    connection.executemany(f"INSERT INTO r VALUES ({', '.join('?' * (len(ATTRIBUTES) + 1))})", _values(rows))


def fill_postgresql(connection: psycopg.Connection, rows: Sequence[Row]) -> None:
    """The same in PostgreSQL."""
    connection.execute(CREATE)
    holes = sql.SQL(", ").join([sql.Placeholder()] * (len(ATTRIBUTES) + 1))
    connection.cursor().executemany(sql.SQL("INSERT INTO r VALUES ({})").format(holes), _values(rows))


def _values(rows: Sequence[Row]) -> list[list[Value]]:
    return [[index, *(row[attribute.column] for _, attribute in ATTRIBUTES)] for index, row in enumerate(rows)]


def rules_of(policies: cedarpy.PolicySet) -> tuple[RuleText, ...]:
    """The rules of a parsed text, by Cedar's own ids."""
    return tuple(RuleText(name, rule.effect, rule) for name, rule in policies.to_pst().static_policies.items())


def parsed(policies: cedarpy.PolicySet) -> Rules:
    """The rules with the handle they came from."""
    return Rules(policies, rules_of(policies))


def compiled(rules: Rules, asking: Asking, kind: ResourceKind = KIND) -> Condition:
    """The whole pure compiler: both stages, then lowering."""
    specialised = specialise(rules.rules, asking.principal, asking.circumstances, HIERARCHY)
    return lower(residuals(specialised, asking.action, kind, HIERARCHY), kind.attributes)
