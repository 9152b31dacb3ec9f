"""The evaluators of a pattern, each asked by itself."""

from __future__ import annotations

from typing import Any

from kyvernopy.patterns import Pattern, compile_pattern
from kyvernopy.patterns.compile import compile_closures
from kyvernopy.patterns.evaluation import Cache
from kyvernopy.patterns.source import compile_source, is_conjunction


def explained(pattern: Any, resource: Any) -> tuple[str, str, str]:
    """Outcome, path and message of the slow walk."""
    explanation = compile_pattern(pattern).explain(resource)
    return str(explanation.outcome), explanation.path, explanation.message


def closures(pattern: Pattern, resource: Any) -> str:
    """The outcome that closures give."""
    return str(compile_closures(pattern.tree, Cache())(resource))


def generated(pattern: Pattern, resource: Any) -> bool | None:
    """Whether generated source says pass; None for the patterns that it does not cover."""
    if not is_conjunction(pattern.tree):
        return None
    return compile_source(pattern.tree, Cache(), "test")(resource)
