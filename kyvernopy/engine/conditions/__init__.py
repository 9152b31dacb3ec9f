"""Conditions: of preconditions, of deny rules and of exceptions (spec 03 §4).

The operators are functions of a key and an operand (`equality`, `membership`, `ordering`; `operators` finds them by
name). An operand is the value of a condition, read in each way at most once, so a value without variables is prepared
when the policy is compiled and not when a resource is judged. `compile` puts conditions into blocks.
"""

from __future__ import annotations

from kyvernopy.engine.conditions.compile import CompiledConditions, compile_conditions
from kyvernopy.engine.conditions.evaluate import evaluate_condition
from kyvernopy.engine.conditions.operators import compare

__all__ = ["CompiledConditions", "compare", "compile_conditions", "evaluate_condition"]
