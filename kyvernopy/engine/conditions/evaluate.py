"""One condition without a policy, for scripts and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.conditions.compile import CompiledCondition
from kyvernopy.engine.conditions.operators import compare
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.policies.model import Condition
from kyvernopy.providers import Providers
from kyvernopy.variables.substitute import context_with, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.limits import Limits

__all__ = ["evaluate_condition"]

MARKS = ("{{", "$(")


def evaluate_condition(
    key: Any,
    operator: str,
    value: Any = None,
    *,
    variables: Mapping[str, Any] | None = None,
    functions: Mapping[str, Callable[..., Any]] | None = None,
    providers: Providers | Mapping[str, Any] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bool:
    """Whether a condition holds, as in a policy: `evaluate_condition("web-1", "AnyIn", ["web-*", "db"])`.

    `{{ }}` in key and value is looked up in `variables`, as in `substitute`. What is an error in Kyverno raises
    `ExpressionError`: a variable that nothing defines, an operator that does not exist.
    """
    key, value = plain(key, limits), plain(value, limits)
    if not _has_variables([key, value]):
        return compare(operator, key, value, limits)
    dialect = Dialect(functions, Providers.of(providers), limits)
    condition = CompiledCondition(Condition(key=key, operator=operator, value=value), dialect)
    return condition.holds(context_with(variables, dialect))


def _has_variables(parts: list[Any]) -> bool:
    """Whether there may be a variable or a reference in the parts, which are used up."""
    seen: set[int] = set()  # a long text may stand in many places
    while parts:
        part = parts.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, str):
            if any(mark in part for mark in MARKS):
                return True
        elif isinstance(part, (dict, list)):
            parts.extend((*part, *part.values()) if isinstance(part, dict) else part)
    return False
