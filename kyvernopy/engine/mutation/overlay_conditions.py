"""The conditions of an overlay: `(key): value` and `<(key): value` (spec 04 §3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import LimitExceeded
from kyvernopy.kubernetes.merge_values import as_float, scalar_text
from kyvernopy.patterns.pattern import compile_pattern

if TYPE_CHECKING:
    from kyvernopy.kubernetes.merge_values import Work
    from kyvernopy.limits import Limits

__all__ = ["Check"]


class Check:
    """A condition, compiled as a pattern."""

    __slots__ = ("_pattern", "is_any")

    def __init__(self, condition: Any, limits: Limits, work: Work) -> None:
        self.is_any = condition == "*"  # which holds for every text
        self._pattern = compile_pattern(_operand(condition, limits, work), limits=limits)

    def holds(self, value: Any, limits: Limits, work: Work) -> bool:
        """Whether the value of the resource satisfies it; a skip is no."""
        operand = value if isinstance(value, str) else _operand(value, limits, work)
        return self._pattern.passes(operand)


def _operand(value: Any, limits: Limits, work: Work) -> Any:
    """A scalar is compared as its text, a map or list as it is, but every number in it as a float."""
    return _floats(value, 1, limits, work) if isinstance(value, (dict, list)) else scalar_text(value)


def _floats(value: Any, depth: int, limits: Limits, work: Work) -> Any:
    if isinstance(value, (dict, list)):
        work.spend(len(value))
        if depth > limits.depth:
            raise LimitExceeded("depth", depth, limits.depth)
        if isinstance(value, dict):
            return {key: _floats(member, depth + 1, limits, work) for key, member in value.items()}
        return [_floats(element, depth + 1, limits, work) for element in value]
    return as_float(value) if isinstance(value, int) and not isinstance(value, bool) else value
