"""Generated rule sets, as Cedar text: typed and guarded ones that validate strictly, and wild ones that err."""

from dataclasses import dataclass
from random import Random
from typing import Final

from tests.conformance.world import LONGS, TEXTS

BOOLS: Final = {"sealed": False, "juvenile": True, "vip": True}
STRINGS: Final = {"district": False, "note": True, "alias": True}
NUMBERS: Final = {"grade": False, "weight": True}
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
        name, optional, written = self.random.choice((self._of_bool, self._of_string, self._of_number))()
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
        patterns = (f"{begin}*", f"*{end}", f"*{begin}*", cedar_pattern(one), f"{begin}*{end}", "*", "a*b*c")
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
