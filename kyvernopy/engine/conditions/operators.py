"""The operators of conditions, by name (spec 03 §4.1)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.engine.conditions.equality import equals, not_equals
from kyvernopy.engine.conditions.membership import all_in, all_not_in, any_in, any_not_in, is_in, is_not_in
from kyvernopy.engine.conditions.operand import Operand
from kyvernopy.engine.conditions.ordering import COMPARISONS, duration_ordering, ordering
from kyvernopy.engine.conditions.values import scalar
from kyvernopy.errors import ExpressionError
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.limits import Limits

    Operator: TypeAlias = "Callable[[Any, Operand], bool]"

__all__ = ["DEPRECATED", "MEMBERSHIPS", "OPERATORS", "compare", "find_operator", "unknown_operator"]

ORDERINGS: dict[str, Operator] = {name: ordering(holds) for name, holds in COMPARISONS.items()}
ORDERINGS |= {f"Duration{name}": duration_ordering(holds) for name, holds in COMPARISONS.items()}
MEMBERSHIPS: dict[str, Operator] = {
    "AnyIn": any_in,
    "AllIn": all_in,
    "AnyNotIn": any_not_in,
    "AllNotIn": all_not_in,
    "In": is_in,
    "NotIn": is_not_in,
}
OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {"Equal": equals, "Equals": equals, "NotEqual": not_equals, "NotEquals": not_equals, **MEMBERSHIPS, **ORDERINGS}
)
# The deprecated operators, and what stands for them.
DEPRECATED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"In": ("AllIn", "AnyIn"), "NotIn": ("AllNotIn", "AnyNotIn")}
)

_FOLDED = {name.lower(): name for name in OPERATORS}


def find_operator(name: str) -> Operator | None:
    """The operator of a name in any case, or None."""
    found = _FOLDED.get(name.lower())
    if found is None:
        return None
    # Upstream: `greaterthan` is found, but then compares in no way, because its name is asked for once more.
    return OPERATORS[found] if found == name or found not in ORDERINGS else _never


def _never(_key: Any, _operand: Operand) -> bool:
    return False


def unknown_operator() -> ExpressionError:
    """The error of a condition whose operator does not exist."""
    return ExpressionError("failed to create handler for condition operator: %!w(<nil>)")


def compare(operator: str, key: Any, value: Any, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Whether a condition of plain data holds; ExpressionError if there is no such operator."""
    test = find_operator(operator)
    if test is None:
        raise unknown_operator()
    return test(scalar(key), Operand(scalar(value), limits))
