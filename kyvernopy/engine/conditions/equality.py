"""Equals and NotEquals: the type of the key decides how the value is read (spec 03 §4.4, §4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.conditions.operand import parse_duration_text
from kyvernopy.engine.conditions.values import is_number, whole_seconds
from kyvernopy.jmespath.values import equal
from kyvernopy.kubernetes.quantities import parse_quantity

if TYPE_CHECKING:
    from kyvernopy.engine.conditions.operand import Operand

__all__ = ["durations", "equals", "not_equals"]


def equals(key: Any, operand: Operand) -> bool:
    """Whether key and value are equal; null equals nothing, not even null."""
    if isinstance(key, str):
        return _equals_text(key, operand)
    if key is None:
        return False
    if isinstance(key, bool):  # bool before int: True is an int in Python
        return key is operand.value
    if isinstance(key, (float, int)):
        return _equals_number(key, operand)
    # An integer equals the same double, also inside of lists and maps (spec 03 §4.4, library note).
    return isinstance(key, (list, dict)) and equal(key, operand.value)


def not_equals(key: Any, operand: Operand) -> bool:
    """The opposite. Upstream: null is neither equal nor unequal to anything."""
    return key is not None and not equals(key, operand)


def _equals_number(key: float, operand: Operand) -> bool:
    value = operand.value
    if isinstance(value, str):
        found = operand.floating if isinstance(key, float) else operand.integer
        return found is not None and found == key
    return is_number(value) and bool(key == value)


def _equals_text(key: str, operand: Operand) -> bool:
    """Spec 03 §4.4.1: as durations, else as quantities, else as a wildcard."""
    if operand.value.__class__ is str and operand.duration is None and operand.quantity is None:
        # Two texts are compared as durations only if both are; and of quantities none equals what is no quantity.
        return operand.accepts(key) and parse_quantity(key) is None
    both = durations(key, operand)
    if both:
        return both[0] == both[1]
    if not isinstance(operand.value, str):
        return False
    quantity = parse_quantity(key)
    if quantity is None:
        return operand.accepts(key)
    return operand.quantity is not None and quantity == operand.quantity


def durations(key: Any, operand: Operand) -> tuple[int, int] | None:
    """Both sides in nanoseconds, if one is a duration and the other one as well, or a number of seconds (spec 03 §4.3)."""
    left = parse_duration_text(key) if isinstance(key, str) else None
    right = operand.duration
    if left is None and right is None:
        return None
    if left is None:
        left = whole_seconds(key)
    if right is None:
        right = whole_seconds(operand.value)
    return None if left is None or right is None else (left, right)
