"""Every mutant that mutmut's operators make of a module, and those that it would leave out.

mutmut mutates the bodies of undecorated functions only. Here a property, a cached function and a module's own tables
are mutated too: a wrong entry in a table of keywords is as wrong as a wrong line. Its runner is not used: it starts a
test session for each mutant, which for some three thousand of them takes hours.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider
from mutmut.mutation.file_mutation import MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from tests.mutation.describing import change

SOURCES: Final = Path(__file__).parents[2] / "src" / "recuse"
_ALIAS: Final = re.compile(r"_?[A-Z][a-z]\w*")  # a name for a type, which nothing asks for while the program runs


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed module: what changed, described so that it is found again when lines move, and its whole text.

    `function` is the qualified name of the function whose body alone differs, or None.
    """

    module: str
    function: str | None
    change: str
    source: str

    @property
    def name(self) -> str:
        """The mutant as a list of survivors names it."""
        return f"{self.function or '(module)'}: {self.change}"


class _Everything(MutationVisitor):
    """mutmut's visitor, but not kept from decorated functions: their decorators stay, and no trampoline is needed."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        if isinstance(node, cst.Assign | cst.ImportFrom | cst.Import) and _is_for_types(node):
            return True
        return bool(super()._skip_node_and_children(node))


def mutants_of(module: str) -> Iterator[Mutant]:
    """All mutants of a module, named by its path below the package without suffix: `compiler/lower`."""
    text = (SOURCES / f"{module}.py").read_text()
    wrapper = MetadataWrapper(cst.parse_module(text))
    visitor = _Everything(mutation_operators, IgnoredCode(set(), set(), set()))
    wrapper.visit(visitor)
    parents = wrapper.resolve(ParentNodeProvider)
    places = {id(statement): number for number, statement in enumerate(wrapper.module.body)}
    written = [wrapper.module.code_for_node(statement) for statement in wrapper.module.body]
    start = "".join(wrapper.module.code_for_node(line) for line in wrapper.module.header)
    seen: Counter[tuple[str | None, str]] = Counter()
    sources = {text}
    for made in visitor.mutations:
        statement = _statement(made.original_node, parents)
        changed = deep_replace(statement, made.original_node, made.mutated_node)
        place = places[id(statement)]
        mutated = "".join((start, *written[:place], wrapper.module.code_for_node(changed), *written[place + 1 :]))
        if mutated in sources:
            continue  # two operators may make the same text
        sources.add(mutated)
        function, words = _function(made.original_node, parents), change(text, mutated)
        seen[function, words] += 1
        number = seen[function, words]
        yield Mutant(module, function, words if number == 1 else f"{words} (again, {number})", mutated)


def _statement(node: cst.CSTNode, parents: dict[cst.CSTNode, cst.CSTNode]) -> cst.CSTNode:
    """The statement of the module that holds the node: only that is written anew, which takes a tenth of the time."""
    while not isinstance(parents[node], cst.Module):
        node = parents[node]
    return node


def _is_for_types(node: cst.CSTNode) -> bool:
    """An import, a list of exported names, or an alias of types."""
    if not isinstance(node, cst.Assign):
        return True
    target = node.targets[0].target
    return isinstance(target, cst.Name) and (target.value == "__all__" or bool(_ALIAS.fullmatch(target.value)))


def _function(node: cst.CSTNode, parents: dict[cst.CSTNode, cst.CSTNode]) -> str | None:
    """The qualified name of the outermost function whose body holds the node."""
    names: list[str] = []
    found: str | None = None
    inside: cst.CSTNode = node
    while inside in parents:
        above = parents[inside]
        if isinstance(above, cst.FunctionDef):
            names, found = [above.name.value], above.name.value if inside is above.body else None
        elif isinstance(above, cst.ClassDef):
            names.append(above.name.value)
        inside = above
    return None if found is None else ".".join(reversed(names))
