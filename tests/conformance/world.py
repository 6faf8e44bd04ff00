"""The small world of the compiler's tests: a Cedar schema, entities, one table of hostile rows, and the oracle.

The oracle is Cedar itself, with one difference that is our policy: a row is denied when any forbid errs.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Final, LiteralString
from uuid import UUID

import cedarpy
import psycopg
from psycopg import sql

from recuse.compiler.condition import Condition, Value
from recuse.compiler.lower import lower
from recuse.compiler.residual import Hierarchy, Principal, ResourceKind, RuleText, residuals, specialise
from recuse.model import DAY, Action, Address, AttributeType, Circumstances, RowAttribute

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
    district: String, note?: String, alias?: String, grade: Long, weight?: Long,
    due: datetime, seen?: datetime, born?: datetime, home: ipaddr, net?: ipaddr,
    marks: Set<String>, tags?: Set<String>, ref?: String,
    agency?: Agency, handler: Account, reason?: Purpose, basis?: Authority, sort: Category
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
    ("due", RowAttribute("due", "datetime", False)),
    ("seen", RowAttribute("seen at", "datetime", True)),
    ("born", RowAttribute("Born", "date", True)),
    ("home", RowAttribute("home", "ipaddr", False)),
    ("net", RowAttribute('n"et', "ipaddr", True)),
    ("marks", RowAttribute("marks", "Set<String>", False)),
    ("tags", RowAttribute("tags", "Set<String>", True)),
    ("ref", RowAttribute("ref", "uuid", True)),
    ("agency", RowAttribute("agency", "Agency", True)),
    ("handler", RowAttribute("handler", "Account", False)),
    ("reason", RowAttribute("reason", "Purpose", True)),
    ("basis", RowAttribute("basis", "Authority", True)),
    ("sort", RowAttribute("sort", "Category", False)),
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

TYPES: Final[Mapping[AttributeType, LiteralString]] = {
    "Bool": "boolean", "String": "text", "Long": "bigint", "datetime": "timestamp with time zone", "date": "date",
    "ipaddr": "inet", "Set<String>": "text[]", "uuid": "uuid", "Agency": "text", "Purpose": "character varying(40)",
    "Authority": "text", "Category": "text", "Account": "text",
}  # fmt: skip
DEFAULTS: Final[Mapping[AttributeType, LiteralString]] = {
    "Bool": "false", "Long": "0", "datetime": "'1970-01-01 00:00:00+00'", "ipaddr": "'0.0.0.0'", "Set<String>": "'{}'",
}  # fmt: skip
# What a column holds of which an INSERT says nothing, and that is never NULL.
EMPTY: Final[Mapping[AttributeType, Value]] = {
    "Bool": False, "String": "", "Long": 0, "datetime": 0, "ipaddr": Address(4, 0, 32), "Set<String>": frozenset(),
    "Account": "", "Category": "",
}  # fmt: skip


def column_type(attribute: RowAttribute) -> LiteralString:
    """The column's type as the catalog writes it; one set is of another type than the other."""
    return "character varying(20)[]" if attribute.column == "marks" else TYPES[attribute.type]


def definitions(*, constrained: bool = False) -> sql.Composed:
    """The columns of the hostile table; `constrained` with NOT NULL and a default where none may be NULL."""
    found = []
    for _, attribute in ATTRIBUTES:
        written = sql.SQL("{} {}").format(sql.Identifier(attribute.column), sql.SQL(column_type(attribute)))
        if constrained and not attribute.optional:
            default = sql.SQL(DEFAULTS.get(attribute.type, "''"))
            written = sql.SQL("{} NOT NULL DEFAULT {}").format(written, default)
        found.append(written)
    return sql.SQL(", ").join(found)


CREATE: Final = sql.SQL("DROP TABLE IF EXISTS r; CREATE TABLE r (id int, {})").format(definitions())

TEXTS: Final = (
    "", "a", "A", "b", "ab", "abc", "a'b", 'a"b', "a\\b", "a\\", "a%b", "%", "a_b", "_", "a*b", "*", "!", "a!b", "é",
    "e\u0301", "😀", "ß", "line\nbreak", " a", "a ", "null", "true", "5", "\\u{41}", "'; --", "𐍈",
)  # fmt: skip
LONGS: Final = (0, 1, -1, 2, 5, 42, 2**63 - 1, 2**63 - 2, -(2**63), -(2**63) + 1)
# Moments by how rules write them: the ends of what they can, both sides of an end of summer time, a leap day, 1970.
MOMENTS: Final = {
    "0000-01-01T00:00:00+2359": -62_167_305_540_000,
    "0000-12-31": -62_135_683_200_000,
    "0001-01-01T00:00:00Z": -62_135_596_800_000,
    "1969-12-31T23:59:59.999Z": -1,
    "1970-01-01": 0,
    "1970-01-01T00:00:00.001Z": 1,
    "2019-07-12T19:00:00-0500": 1_562_976_000_000,
    "2019-10-27T02:30:00+0200": 1_572_136_200_000,
    "2019-10-27T02:30:00+0100": 1_572_139_800_000,
    "2020-02-29": 1_582_934_400_000,
    "9999-12-31T23:59:59.999Z": 253_402_300_799_999,
    "9999-12-31T23:59:59.999-2359": 253_402_387_139_999,
}
DATES: Final = tuple(-(-ms // DAY) * DAY for ms in MOMENTS.values())
ADDRESSES: Final = {
    "0.0.0.0/0": Address(4, 0, 0),
    "10.0.0.0/8": Address(4, 10 << 24, 8),
    "10.1.2.3/8": Address(4, (10 << 24) + 66051, 8),
    "10.1.2.3": Address(4, (10 << 24) + 66051, 32),
    "10.1.2.0/24": Address(4, (10 << 24) + 66048, 24),
    "127.0.0.1/7": Address(4, (127 << 24) + 1, 7),
    "127.8.0.1/8": Address(4, (127 << 24) + (8 << 16) + 1, 8),
    "239.255.255.255": Address(4, (240 << 24) - 1, 32),
    "255.255.255.255": Address(4, 2**32 - 1, 32),
    "::/0": Address(6, 0, 0),
    "::1": Address(6, 1, 128),
    "::1/127": Address(6, 1, 127),
    "::ffff:0:0/96": Address(6, 0xFFFF << 32, 96),
    "::ffff:a01:203": Address(6, (0xFFFF << 32) + (10 << 24) + 66051, 128),
    "FF02::1": Address(6, (0xFF02 << 112) + 1, 128),
    "2001:db8::1/32": Address(6, (0x20010DB8 << 96) + 1, 32),
}
ELEMENTS: Final = ("a", "A", "", "a'b", 'a"b', "a\\b", "a,b", "{a}", "NULL", "null", "é", "%")
IDS: Final = {
    kind: (*sorted(n for k, n in PARENTS if k == kind), "nobody's", "")
    for kind in ("Agency", "Purpose", "Authority", "Category")
} | {"Account": ("clear/clerk", "clear/agent", "clear/analyst", "clear/gone", "")}
UUIDS: Final = (
    "00000000-0000-0000-0000-000000000000",
    "6a1f4f3e-0000-4000-8000-00000000abcd",
    f"{'f' * 8}-{'-'.join(['ffff'] * 3)}-{'f' * 12}",
)

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


PRINCIPALS: Final = (
    Principal("clear/clerk", frozenset({"city", "city.police"}), frozenset(), False),
    Principal("clear/agent", frozenset({"nation", "nation.removals"}), frozenset(), True),
    Principal("clear/analyst", frozenset({"centre"}), frozenset({"nation", "nation.removals"}), True),
)
HIERARCHY: Final = Hierarchy(
    {key: ancestors(*key) for key in PARENTS}
    | {
        ("Account", p.account): frozenset({("Account", p.account), *(("Agency", name) for name in p.agencies)})
        for p in PRINCIPALS
    }
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


def random_value(random: Random, kind: AttributeType) -> Value:
    """A value of a type, often one that rules name or one beside it; now and then one that no Cedar type holds."""
    pools: dict[str, Sequence[Value]] = {"Bool": (True, False), "String": TEXTS, "Long": LONGS, "date": DATES}
    match kind:
        case "datetime" if random.random() < 0.9:
            return random.choice(list(MOMENTS.values())) + random.choice((0, 0, 0, -1, 1, 3_600_000))
        case "datetime" | "date" if random.random() < 0.15:
            return random.choice((math.inf, -math.inf))
        case "datetime":
            return random.choice(
                (-210_866_803_200_000, 9_223_372_036_854_000)
            )  # the first it holds, and one of the last
        case "ipaddr":
            known = random.choice(list(ADDRESSES.values()))
            changed = known.number ^ (1 << random.randrange(known.bits)) if random.random() < 0.3 else known.number
            return Address(
                known.version, changed, known.prefix if random.random() < 0.7 else random.randrange(known.bits + 1)
            )
        case "Set<String>":
            found: set[str | None] = set(
                random.sample(ELEMENTS[:4] if random.random() < 0.6 else ELEMENTS, random.randrange(4))
            )
            return frozenset(found | {None} if random.random() < 0.15 else found)
        case "uuid":
            return UUID(random.choice(UUIDS))
        case _:
            return random.choice(pools[kind] if kind in pools else IDS[kind])


def random_rows(random: Random, count: int) -> list[Row]:
    """Rows by column, with NULL in half of what may be NULL: a third of all values."""
    return [
        {
            attribute.column: None
            if attribute.optional and random.random() < 0.53
            else random_value(random, attribute.type)
            for _, attribute in ATTRIBUTES
        }
        for _ in range(count)
    ]


def in_cedar(attribute: RowAttribute, value: Value) -> object:
    """A value in Cedar's JSON form; what no Cedar type holds is a duration, a type that no rule here can name."""
    match attribute.type, value:
        case (("datetime" | "date"), float()):
            return {"__extn": {"fn": "duration", "arg": "1ms"}}
        case (("datetime" | "date"), int()):
            parts = [("datetime", "1970-01-01"), ("duration", f"{value}ms")]
            return {"__extn": {"fn": "offset", "args": [{"__extn": {"fn": fn, "arg": arg}} for fn, arg in parts]}}
        case "Set<String>", frozenset():
            return {"__extn": {"fn": "duration", "arg": "2ms"}} if None in value else sorted(map(str, value))
        case "ipaddr", _:
            return {"__extn": {"fn": "ip", "arg": str(value)}}
        case "uuid", _:
            return str(value)
        case (("Bool" | "String" | "Long"), _):
            return value
        case kind, _:
            return {"__entity": {"type": kind, "id": value}}


def stored(attribute: RowAttribute, value: Value) -> sql.Composable:
    """A value as PostgreSQL holds it, finer than a millisecond, with repeated elements and more than one dimension."""
    match attribute.type, value:
        case _, None:
            return sql.SQL("NULL")
        case ("datetime" | "date") as kind, float():
            return sql.SQL("{}::" + TYPES[kind]).format("infinity" if value > 0 else "-infinity")
        case "datetime", int():
            finer = (0, 1, 999)[value % 3]
            # Two steps, since an interval reaches less far than a moment; microseconds, since a day may have 23 hours.
            steps = ((value * 1000 + finer) // 2, -((value * 1000 + finer) // -2))
            start = sql.SQL("'1970-01-01 00:00:00+00'::timestamptz")
            written = [sql.SQL("{}::interval").format(f"{step} microseconds") for step in steps]
            return sql.SQL("({})").format(sql.SQL(" + ").join((start, *written)))
        case "date", int():
            return sql.SQL("('1970-01-01'::date + {})").format(value // DAY)
        case "ipaddr", _:
            return sql.SQL("{}::inet").format(str(value))
        case "Set<String>", frozenset():
            listed = sorted(value, key=repr)
            shaped = [listed, listed[::-1]] if len(listed) == 2 else listed + listed[:1] if len(listed) == 3 else listed
            return sql.SQL("{}::text[]").format(sql.Literal(shaped))
        case "uuid", _:
            return sql.SQL("{}::uuid").format(str(value))
        case _:
            return sql.Literal(value)


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
        present = {name: (attribute, row[attribute.column]) for name, attribute in kind.attributes}
        category = {"type": "Category", "id": kind.category}
        found.append(
            {
                "uid": {"type": kind.entity_type, "id": str(index)},
                "attrs": {"category": {"__entity": category}, "public": kind.public}
                | {name: in_cedar(of, value) for name, (of, value) in present.items() if value is not None},
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
    """Cedar's answers: the rows allowed, and those on which any rule erred."""

    allowed: frozenset[int]
    erred: frozenset[int]


def oracle(rules: Rules, found: cedarpy.Entities, asked: list[dict[str, object]]) -> Oracle:
    """Cedar's decision on each request, but denied when a forbid is among those that err."""
    forbids = {rule.id for rule in rules.rules if rule.effect == "forbid"}
    allowed: set[int] = set()
    erred: set[int] = set()
    for index, answer in enumerate(cedarpy.is_authorized_batch(asked, rules.policies, found)):
        errors = " ".join(answer.diagnostics.errors)
        if errors:
            erred.add(index)
        if answer.allowed and not forbids & set(re.findall(r"policy `([^`]+)`", errors)):
            allowed.add(index)
    return Oracle(frozenset(allowed), frozenset(erred))


def is_typed(row: Row) -> bool:
    """Whether each of its values is one of a Cedar type: no infinity, no set with a NULL element."""
    return not any(isinstance(v, float) or (isinstance(v, frozenset) and None in v) for v in row.values())


# Settings that change how a session reads and writes moments: what a condition says must not follow them.
SETTINGS: Final = {"TimeZone": "America/Chicago", "DateStyle": "SQL, DMY", "IntervalStyle": "sql_standard"}


@contextmanager
def hostile_session(database: str) -> Iterator[psycopg.Connection]:
    """A connection under `SETTINGS`."""
    with psycopg.connect(database) as connection:
        for name, value in SETTINGS.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        yield connection


def fill(connection: psycopg.Connection, rows: Sequence[Row]) -> None:
    """A table `r` of the rows, with their index as `id`."""
    connection.execute(CREATE)
    for index, row in enumerate(rows):
        values = sql.SQL(", ").join(stored(attribute, row[attribute.column]) for _, attribute in ATTRIBUTES)
        connection.execute(sql.SQL("INSERT INTO r VALUES ({}, {})").format(index, values))


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
