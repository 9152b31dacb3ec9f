"""Comparators (spec 02 §2.5): any two values are equal or not, only numbers have an order.

A literal on one side, which most comparisons have, decides beforehand how the other side is compared.
"""

from __future__ import annotations

import operator as operators
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.jmespath.nodes import Literal
from kyvernopy.jmespath.values import as_float, equal, is_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.jmespath.nodes import Comparator, Comparison, Node
    from kyvernopy.jmespath.run import Run

__all__ = ["compile_comparison", "is_deep"]

Evaluate: TypeAlias = "Callable[[Any, Run], Any]"

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def compile_comparison(
    comparator: Comparator, left: Node, right: Node, compile_side: Callable[[Node], Evaluate]
) -> Evaluate:
    """The function of `left comparator right`."""
    if comparator in _ORDERS:
        return _ordered(_ORDERS[comparator], compile_side(left), compile_side(right))
    if isinstance(left, Literal) and not isinstance(right, Literal):
        left, right = right, left
    test = _equality(compile_side(left), right, compile_side)
    return test if comparator == "==" else lambda value, run: not test(value, run)


def is_deep(node: Comparison) -> bool:
    """Whether a comparison may go through lists and objects, which it tells the run."""
    sides = (node.left, node.right)
    return node.operator not in _ORDERS and not any(
        isinstance(side, Literal) and not isinstance(side.value, (list, dict)) for side in sides
    )


def _equality(one: Evaluate, other: Node, compile_side: Callable[[Node], Evaluate]) -> Evaluate:
    if isinstance(other, Literal):
        literal = other.value
        if isinstance(literal, str):
            return lambda value, run: one(value, run) == literal
        if literal is None or isinstance(literal, bool):
            return lambda value, run: one(value, run) is literal
        if not isinstance(literal, (list, dict)):
            return lambda value, run: equal(one(value, run), literal)
        return lambda value, run: equal(one(value, run), literal, run.spend)
    right = compile_side(other)
    return lambda value, run: equal(one(value, run), right(value, run), run.spend)


def _ordered(test: Callable[[Any, Any], bool], left: Evaluate, right: Evaluate) -> Evaluate:
    def compare(value: Any, run: Run) -> bool | None:
        first, second = left(value, run), right(value, run)
        if is_number(first) and is_number(second):
            return test(as_float(first), as_float(second))
        return None

    return compare
