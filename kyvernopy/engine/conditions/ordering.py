"""GreaterThan and its like, and their deprecated relatives for durations (spec 03 §4.7, §4.8)."""

from __future__ import annotations

from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.engine.conditions.equality import durations
from kyvernopy.engine.conditions.operand import parse_version
from kyvernopy.engine.conditions.values import is_number, whole_seconds
from kyvernopy.golang.durations import parse_duration
from kyvernopy.golang.numbers import parse_any_float
from kyvernopy.jmespath.values import as_float
from kyvernopy.kubernetes.quantities import parse_quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.engine.conditions.operand import Operand

    Comparison: TypeAlias = "Callable[[Any, Any], bool]"

__all__ = ["COMPARISONS", "duration_ordering", "ordering"]

COMPARISONS: dict[str, Comparison] = {
    "GreaterThan": gt,
    "GreaterThanOrEquals": ge,
    "LessThan": lt,
    "LessThanOrEquals": le,
}


def ordering(holds: Comparison) -> Callable[[Any, Operand], bool]:
    """The operator that compares numbers, durations, quantities and versions."""

    def operator(key: Any, operand: Operand) -> bool:
        both = _both_sides(key, operand)
        return both is not None and holds(*both)

    return operator


def _both_sides(key: Any, operand: Operand) -> tuple[Any, Any] | None:
    """What is to be compared; None if the two cannot be."""
    if isinstance(key, str):
        return _sides_of_text(key, operand)
    return _sides_of_number(key, operand) if is_number(key) else None


def _sides_of_text(key: str, operand: Operand) -> tuple[Any, Any] | None:
    """As durations, else as quantities, else as numbers, else as versions."""
    both = durations(key, operand)
    if both:
        return both
    quantity = parse_quantity(key)
    if quantity is not None and operand.quantity is not None:
        return quantity, operand.quantity
    number = parse_any_float(key)
    if number is not None:
        return _sides_of_number(number, operand)
    version = parse_version(key)
    return None if version is None or operand.version is None else (version, operand.version)


def _sides_of_number(key: float, operand: Operand) -> tuple[Any, Any] | None:
    """Numbers, or a number of seconds and a duration. Upstream: a quantity is not tried, so `5 > "1Ki"` is false."""
    if is_number(operand.value):
        return as_float(key), as_float(operand.value)
    both = durations(key, operand)
    if both:
        return both
    return None if operand.floating is None else (as_float(key), operand.floating)


def duration_ordering(holds: Comparison) -> Callable[[Any, Operand], bool]:
    """The operator that compares durations, and numbers as seconds on both sides."""

    def operator(key: Any, operand: Operand) -> bool:
        left = parse_duration(key) if isinstance(key, str) else whole_seconds(key)
        right = operand.nanoseconds
        return left is not None and right is not None and holds(left, right)

    return operator
