"""What several questions about one column come to: exact merges, so that conditions of equal meaning are equal values.

Where a column must be one of some constants, every other question about it is answered; windows of time overlap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from recuse.compiler.atoms import Atom, Constant, Flag, Null, OneOf, Within, complement, ordered_constants, verdict
from recuse.model import Value


def meet(atoms: frozenset[Atom]) -> frozenset[Atom] | None:
    """Atoms about one column (at least one) that are all true exactly when these are; None when that cannot be."""
    if any(complement(atom) in atoms for atom in atoms):
        return None
    for atom in atoms:
        values = _only(atom)
        if values is not None:
            left = [value for value in values if all(verdict(other, value) for other in atoms)]
            return frozenset({_among(atom, left)}) if left else None
    excluded, others = _constants(atoms, expected=False)
    others -= {Null(atom.column, False) for atom in atoms}  # every other atom left says that much
    windows = [atom for atom in others if isinstance(atom, Within) and atom.expected]
    if windows:
        window = _overlap(windows)
        if window.start is not None and window.end is not None and window.start >= window.end:
            return None
        others = (others - set(windows)) | {window}
    kept = ordered_constants(c for c in excluded if all(verdict(other, c) for other in others))
    column = next(iter(atoms)).column
    return others | {OneOf(column, kept, False)} if kept else others or frozenset({Null(column, False)})


def join(atoms: frozenset[Atom]) -> frozenset[Atom] | None:
    """Atoms about one column (at least one) of which one is true exactly when one of these is; None when always so."""
    column = next(iter(atoms)).column
    null = atoms & {Null(column, True)}
    strict = atoms - null
    everything = frozenset[Atom]({Null(column, False)})
    if any(complement(atom) in strict for atom in strict):
        strict = everything
    for atom in strict:
        exceptions = _all_but(atom)
        if exceptions is not None:
            left = ordered_constants(c for c in exceptions if not any(verdict(other, c) for other in strict))
            strict = frozenset({OneOf(column, left, False)}) if left else everything
            break
    else:
        included, others = _constants(strict, expected=True)
        kept = ordered_constants(c for c in included if not any(verdict(other, c) for other in others))
        strict = others | {OneOf(column, kept, True)} if kept else others
    return None if null and strict == everything else strict | null


def _only(atom: Atom) -> tuple[Value, ...] | None:
    """The only values its column has where the atom is true, if they can be listed."""
    match atom:
        case Flag(_, expected):
            return (expected,)
        case Null(_, True):
            return (None,)
        case OneOf(_, constants, True):
            return constants
        case _:
            return None


def _among(atom: Atom, values: list[Value]) -> Atom:
    if not isinstance(atom, OneOf):
        return atom
    return replace(atom, constants=ordered_constants(c for c in atom.constants if c in values))


def _overlap(windows: list[Within]) -> Within:
    starts = [window.start for window in windows if window.start is not None]
    ends = [window.end for window in windows if window.end is not None]
    return replace(windows[0], start=max(starts, default=None), end=min(ends, default=None))


def _all_but(atom: Atom) -> tuple[Constant, ...] | None:
    """The only values at which the atom is false, if they can be listed."""
    match atom:
        case Null(_, False):
            return ()
        case OneOf(_, constants, False):
            return constants
        case _:
            return None


def _constants(atoms: Iterable[Atom], *, expected: bool) -> tuple[set[Constant], frozenset[Atom]]:
    listing = [atom for atom in atoms if isinstance(atom, OneOf) and atom.expected is expected]
    return set(_listed(listing)), frozenset(atoms) - set(listing)


def _listed(listing: Iterable[OneOf]) -> Iterator[Constant]:
    for atom in listing:
        yield from atom.constants
