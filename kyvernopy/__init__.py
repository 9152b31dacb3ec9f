"""Kyverno policies as a library: compile once, judge Kubernetes resources in microseconds.

    import kyvernopy

    policies = kyvernopy.load_policies("policies/")
    response = policies.validate(pod)
    response.allowed, response.results

Names are imported when they are first used, so that `import kyvernopy` costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, whose import would cost more than all the rest

if TYPE_CHECKING:
    from typing import Any

    from kyvernopy import jmespath
    from kyvernopy.engine.conditions.evaluate import evaluate_condition
    from kyvernopy.engine.mutation.overlay import strategic_merge
    from kyvernopy.engine.mutation.patch_text import json_patch
    from kyvernopy.engine.response import Response
    from kyvernopy.errors import (
        DocumentError,
        ExpressionError,
        KyvernopyError,
        LimitExceeded,
        PolicyError,
        PolicyViolation,
    )
    from kyvernopy.explanations import Explanation
    from kyvernopy.kubernetes.json_diff import json_diff
    from kyvernopy.limits import Limits
    from kyvernopy.patterns.pattern import compile_pattern
    from kyvernopy.policy_set import PolicySet, load_policies, parse_policies
    from kyvernopy.reports.report import Report
    from kyvernopy.resources import load_resources
    from kyvernopy.results import Outcome, RuleResult, Status
    from kyvernopy.source import Resource
    from kyvernopy.variables.substitute import substitute

__all__ = [
    "DocumentError",
    "Explanation",
    "ExpressionError",
    "KyvernopyError",
    "LimitExceeded",
    "Limits",
    "Outcome",
    "PolicyError",
    "PolicySet",
    "PolicyViolation",
    "Report",
    "Resource",
    "Response",
    "RuleResult",
    "Status",
    "compile_pattern",
    "evaluate_condition",
    "jmespath",
    "json_diff",
    "json_patch",
    "load_policies",
    "load_resources",
    "parse_policies",
    "strategic_merge",
    "substitute",
]

_HOMES = {
    "engine.conditions.evaluate": ("evaluate_condition",),
    "engine.mutation.overlay": ("strategic_merge",),
    "engine.mutation.patch_text": ("json_patch",),
    "engine.response": ("Response",),
    "errors": (
        "DocumentError",
        "ExpressionError",
        "KyvernopyError",
        "LimitExceeded",
        "PolicyError",
        "PolicyViolation",
    ),
    "kubernetes.json_diff": ("json_diff",),
    "limits": ("Limits",),
    "patterns.pattern": ("compile_pattern",),
    "policy_set": ("PolicySet", "load_policies", "parse_policies"),
    "reports.report": ("Report",),
    "resources": ("load_resources",),
    "explanations": ("Explanation",),
    "results": ("Outcome", "RuleResult", "Status"),
    "source": ("Resource",),
    "variables.substitute": ("substitute",),
}

_MODULES = ("jmespath",)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        from importlib import import_module  # noqa: PLC0415  a bare import does without

        return import_module(f"kyvernopy.{name}")
    for module, names in _HOMES.items():
        if name in names:
            from importlib import import_module  # noqa: PLC0415  a bare import does without

            value = getattr(import_module(f"kyvernopy.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'kyvernopy' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
