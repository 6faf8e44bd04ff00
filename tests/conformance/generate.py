"""Generated rule sets, as Cedar text: typed and guarded ones that validate strictly, and wild ones that err."""

from dataclasses import dataclass
from random import Random
from typing import Final

from recuse.model import DAY
from tests.conformance.world import ADDRESSES, ELEMENTS, IDS, LONGS, MOMENTS, TEXTS, UUIDS

BOOLS: Final = {"sealed": False, "juvenile": True, "vip": True}
STRINGS: Final = {"district": False, "note": True, "alias": True}
NUMBERS: Final = {"grade": False, "weight": True}
TIMES: Final = {"due": False, "seen": True, "born": True}
NETS: Final = {"home": False, "net": True}
SETS: Final = {"marks": False, "tags": True}
ENTITIES: Final = {
    "agency": (True, "Agency"),
    "handler": (False, "Account"),
    "reason": (True, "Purpose"),
    "basis": (True, "Authority"),
    "sort": (False, "Category"),
}
OF_ENTITIES: Final = {
    "agency": ("principal in @", "principal.serves.contains(@)", "@ in principal.serves", "@ is Agency"),
    "handler": (
        "principal == @",
        "principal in @",
        "@ != principal",
        '@ in Agency::"nation"',
        '@ in Agency::"city"',
    ),
    "reason": ("context.purpose in @", "@ in context.purpose", "@ == context.purpose"),
    "basis": (
        "context.authority in @",
        "context.authority != @",
        '@ in [Authority::"judicial", Authority::"none"]',
    ),
    "sort": ("context.agreed.contains(@)", "resource in @", "@ in context.agreed", "resource.category == @"),
}
ABOUT_CONTEXT: Final = (
    'context.purpose in Purpose::"own"',
    'context.purpose == Purpose::"crime"',
    'context.purpose in [Purpose::"removal", Purpose::"own"]',
    'context.authority in Authority::"judicial"',
    'context.authority != Authority::"judicial"',
    "context.agreed.contains(resource.category)",
    'context.agreed.containsAny([Category::"release_date", Category::"custody"])',
    "context.agreed.isEmpty()",
    'principal in Agency::"nation"',
    'principal == Account::"clear/clerk"',
    'principal.serves.contains(Agency::"nation")',
    "principal.personal",
    "resource.public",
    'resource in Category::"custody"',
    'resource.category in Category::"arrest_record"',
    "resource is clear::records::arrest",
    'action == Action::"read"',
    'action in [Action::"write", Action::"delete"]',
    "(true || resource.missing)",
)
WILD: Final = (
    "resource.missing == 1",
    "resource has missing",
    "resource has note.inner",
    "resource.missing",
    "resource.note",
    "resource.grade",
    "5",
    '"text"',
    "resource.note == 5",
    'resource.grade != "a"',
    'resource.sealed == "true"',
    'resource.weight == Category::"custody"',
    "resource.juvenile < 3",
    'resource.weight like "4*"',
    'resource.note in Category::"custody"',
    "resource.note is Category",
    "resource.note has inner",
    '[1, "a", true].contains(resource.note)',
    '[1, "a", true].contains(resource.weight)',
    '[1, "a", true].contains(resource.vip)',
    "(resource.vip && resource.juvenile) == resource.sealed",
    "(resource.weight > 1) == true",
    "(resource.weight > 1) != 1",
    "context.missing == 1",
    "context has missing",
    "1 < true",
    "principal.missing",
    'context.purpose in ["own"]',
    'resource.due == "1970-01-01"',
    "resource.seen != resource.weight",
    "resource.due < 5",
    'resource.born.isInRange(ip("::/0"))',
    "resource.seen.isEmpty()",
    "resource.seen has inner",
    'datetime("1970-13-01") < resource.due',
    'ip("10.0.0.1/33") == resource.home',
    '5 < datetime("1970-01-01")',
    'resource.net == "10.0.0.0/8"',
    "resource.net.contains(1)",
    "resource.note.isLoopback()",
    'resource.tags == "a"',
    "resource.tags == [1]",
    "resource.tags == []",
    "[].containsAll(resource.tags)",
    "resource.tags.containsAll([])",
    "resource.tags.containsAny([])",
    "resource.tags.contains(1)",
    'resource.tags.containsAll([1, "a"])',
    '[["a"], ["A", "a"], [], "a"].contains(resource.tags)',
    'resource.tags in Category::"custody"',
    "principal in resource.tags",
    "resource in resource.marks",
    "resource.vip in resource.agency",
    "principal in resource.due",
    "principal in resource.missing",
    "resource.note.containsAll([1])",
    "[1].containsAny(resource.note)",
    'resource.agency == Purpose::"own"',
    'resource.agency in Purpose::"own"',
    'resource.agency in ["city"]',
    "resource.agency in []",
    'resource.agency in [Agency::"city", Account::"clear/clerk"]',
    "resource.reason is Agency",
    "resource.reason has inner",
    "resource.agency < 5",
    'resource.agency like "c*"',
    "resource.tags is Agency",
    'resource.ref == Agency::"city"',
    "resource.ref == 5",
    "resource.seen == resource.agency",
    "(resource.vip == resource.tags)",
)
SCOPES: Final = (
    ("principal", ("principal",) * 4 + ('principal in Agency::"city"', 'principal is Account in Agency::"nation"')),
    ("action", ("action",) * 4 + ('action == Action::"read"', 'action in [Action::"read", Action::"write"]')),
    (
        "resource",
        ("resource",) * 6
        + (
            'resource in Category::"custody"',
            'resource is clear::records::arrest in Category::"release_date"',
            'resource in Category::"arrest_record"',
        ),
    ),
)


def cedar_string(text: str) -> str:
    """A Cedar string literal; everything but letters and digits escaped."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\u{{{ord(c):x}}}" for c in text) + '"'


def cedar_pattern(text: str) -> str:
    """A Cedar pattern literal in which `*` of `text` stands for itself."""
    return cedar_string(text)[1:-1].replace("\\u{2a}", "\\*")


@dataclass(frozen=True, slots=True)
class Generator:
    """Writes rule sets from a source of randomness; `wildness` is the share of atoms that may err."""

    random: Random
    wildness: float

    def rule_set(self) -> str:
        """One to three permits and up to two forbids, in any order."""
        effects = ["permit"] * self.random.choice((1, 1, 2, 3)) + ["forbid"] * self.random.choice((0, 1, 1, 2))
        self.random.shuffle(effects)
        return "\n".join(self._rule(effect) for effect in effects)

    def _rule(self, effect: str) -> str:
        scope = ", ".join(self.random.choice(choices) for _, choices in SCOPES)
        kinds = self.random.choice((("when",), ("when",), ("unless",), ("when", "unless")))
        clauses = " ".join(f"{kind} {{ {self.expression(self.random.choice((1, 2, 3)))} }}" for kind in kinds)
        return f"{effect} ({scope}) {clauses};"

    def expression(self, depth: int) -> str:
        """A condition of at most `depth` levels of operators above its atoms."""
        if depth == 0:
            return self._atom()
        a, b = self.expression(depth - 1), self.expression(self.random.randrange(depth))
        match self.random.randrange(8):
            case 0 | 1 | 2:
                return f"({a} && {b})"
            case 3 | 4 | 5:
                return f"({a} || {b})"
            case 6:
                return f"!({a})"
            case _:
                return f"(if {a} then {b} else {self.expression(0)})"

    def _atom(self) -> str:
        if self.random.random() < self.wildness:
            return self.random.choice(WILD)
        if self.random.random() < 0.15:
            return self.random.choice(ABOUT_CONTEXT)
        kinds = (self._of_bool, self._of_string, self._of_number, self._of_time, self._of_net, self._of_set)
        name, optional, written = self.random.choice((*kinds, self._of_uuid, self._of_entity))()
        if not optional or self.random.random() < self.wildness:
            return written
        form = ("(resource has {n} && {w})", "(resource has {n} && !({w}))", "(if resource has {n} then {w} else true)")
        return self.random.choice(form).format(n=name, w=written)

    def _of_bool(self) -> tuple[str, bool, str]:
        name, optional = self.random.choice(list(BOOLS.items()))
        form = self.random.choice(
            ("{0}", "!{0}", "{0} == true", "{0} != true", "false == {0}", "[false].contains({0})")
        )
        return name, optional, form.format(f"resource.{name}")

    def _of_string(self) -> tuple[str, bool, str]:
        name, optional = self.random.choice(list(STRINGS.items()))
        one, two = (self.random.choice(TEXTS) for _ in range(2))
        start = one[: self.random.randrange(3)]
        begin, end = cedar_pattern(start), cedar_pattern(two[-1:])
        wild = cedar_pattern(self.random.choice(("%", "_", "a_b", "!", "%*_")))
        patterns = (
            f"*{wild}",
            f"{wild}*{end}",
            f"{begin}*",
            f"*{end}",
            f"*{begin}*",
            cedar_pattern(one),
            f"{begin}*{end}",
            "*",
            "a*b*c",
        )
        written = self.random.choice(
            (
                f"resource.{name} == {cedar_string(one)}",
                f"resource.{name} != {cedar_string(one)}",
                f"{cedar_string(one)} == resource.{name}",
                f"[{cedar_string(one)}, {cedar_string(two)}].contains(resource.{name})",
                f'resource.{name} like "{self.random.choice(patterns)}"',
                f'resource.{name} like "{self.random.choice(patterns)}"',
            )
        )
        return name, optional, written

    def _of_number(self) -> tuple[str, bool, str]:
        name, optional = self.random.choice(list(NUMBERS.items()))
        one, two = (self.random.choice(LONGS) for _ in range(2))
        operator = self.random.choice(("==", "!=", "<", "<=", ">", ">="))
        written = self.random.choice(
            (
                f"resource.{name} {operator} {one}",
                f"resource.{name} {operator} {one}",
                f"{one} {operator} resource.{name}",
                f"[{one}, {two}].contains(resource.{name})",
            )
        )
        return name, optional, written

    def _of_time(self) -> tuple[str, bool, str]:
        name, optional = self.random.choice(list(TIMES.items()))
        one, two = (f'datetime("{self.random.choice(list(MOMENTS))}")' for _ in range(2))
        days = [text for text, moment in MOMENTS.items() if moment % DAY == 0]
        day, other = (f'datetime("{self.random.choice(days)}")' for _ in range(2))
        operator = self.random.choice(("<", "<=", ">", ">="))
        written = self.random.choice(
            (
                f"resource.{name} {self.random.choice(('==', '!='))} {day if name == 'born' else one}",
                f"resource.{name} {operator} {one}",
                f"resource.{name} {operator} {one}",
                f"{one} {operator} resource.{name}",
                f"[{day}, {other if name == 'born' else two}].contains(resource.{name})",
                f"({one} <= resource.{name} && resource.{name} < {two})",
            )
        )
        return name, optional, written

    def _of_net(self) -> tuple[str, bool, str]:
        name, optional = self.random.choice(list(NETS.items()))
        one, two = (f'ip("{self.random.choice(list(ADDRESSES))}")' for _ in range(2))
        written = self.random.choice(
            (
                f"resource.{name} == {one}",
                f"{one} != resource.{name}",
                f"[{one}, {two}].contains(resource.{name})",
                f"resource.{name}.isInRange({one})",
                f"resource.{name}.isInRange({one})",
                f"{one}.isInRange(resource.{name})",
                f"resource.{name}.{self.random.choice(('isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'))}()",
            )
        )
        return name, optional, written

    def _of_set(self) -> tuple[str, bool, str]:
        name, optional = self.random.choice(list(SETS.items()))
        pool = ELEMENTS[:4] if self.random.random() < 0.7 else ELEMENTS
        several = ", ".join(cedar_string(text) for text in self.random.choices(pool, k=self.random.choice((1, 2, 3))))
        written = self.random.choice(
            (
                f"resource.{name}.contains({cedar_string(self.random.choice(pool))})",
                f"resource.{name}.containsAll([{several}])",
                f"resource.{name}.containsAny([{several}])",
                f"[{several}].containsAll(resource.{name})",
                f"[{several}].containsAny(resource.{name})",
                f"resource.{name}.isEmpty()",
                f"resource.{name} == [{several}]",
                f"[{several}] != resource.{name}",
            )
        )
        return name, optional, written

    def _of_uuid(self) -> tuple[str, bool, str]:
        one, two = (cedar_string(self.random.choice(UUIDS)) for _ in range(2))
        forms = (f"resource.ref == {one}", f"{one} != resource.ref", f"[{one}, {two}].contains(resource.ref)")
        return "ref", True, self.random.choice(forms)

    def _of_entity(self) -> tuple[str, bool, str]:
        name, (optional, kind) = self.random.choice(list(ENTITIES.items()))
        one, two = (f"{kind}::{cedar_string(self.random.choice(IDS[kind]))}" for _ in range(2))
        forms = (
            "@ == " + one,
            one + " != @",
            f"[{one}, {two}].contains(@)",
            "@ in " + one,
            f"@ in [{one}, {two}]",
            *OF_ENTITIES[name],
            *OF_ENTITIES[name],
        )
        return name, optional, self.random.choice(forms).replace("@", f"resource.{name}")
