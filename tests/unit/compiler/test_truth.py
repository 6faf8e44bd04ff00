"""Constant truth values among which an expression is looked for, all sixteen answers."""

from typing import Final

import pytest

from recuse.compiler.condition import NEVER, Flag
from recuse.compiler.truth import ERRS, FALSE, TRUE, Truth, among, defined, negation, of_atom

A: Final = of_atom(Flag("a", True))


@pytest.mark.parametrize("operand", [A, TRUE, FALSE, ERRS], ids=["column", "true", "false", "error"])
def test_among(operand: Truth) -> None:
    assert among(operand, {True}) == operand
    assert among(operand, {False}) == negation(operand)
    assert among(operand, {True, False}) == Truth(defined(operand), NEVER)
    assert among(operand, set()) == Truth(NEVER, defined(operand))
