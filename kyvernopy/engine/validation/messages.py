"""The texts of a validate rule: what passes, what failed and where, with the message of the rule (spec 03 §5.5).

A message may hold variables. They are filled in only for a failure, when somebody reads its text: the context of the
rule belongs to that one evaluation, and after a failure nothing changes it any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.results import Status
from kyvernopy.variables.template import compile_template

if TYPE_CHECKING:
    from kyvernopy.engine.rule_context import RuleContext
    from kyvernopy.engine.validation.judgement import Judgement
    from kyvernopy.jmespath.dialect import Dialect

__all__ = ["Messages"]

MARKS = ("{{", "$(", "\\")  # of variables, of references, and of what is neither
NOT_A_STRING = "the produced message didn't resolve to a string, check your policy definition."


class Messages:
    """The texts of one rule."""

    def __init__(self, rule: str, message: str, dialect: Dialect) -> None:
        self.rule = rule
        self.message = message
        self._dialect = dialect
        self._template = compile_template(message, dialect)
        self.passed: Judgement = (Status.PASS, f"validation rule '{rule}' passed.")
        self.reads_context = not self._template.is_constant

    def failure(self, failure: str, cause: str, context: RuleContext | None) -> str:
        """The message of the rule, ended by a period, before what failed (spec 01 §9.2, §9.3)."""
        if not self.message:
            return f"validation error: {failure}"
        text = self._template.outline
        if self.reads_context and context is not None:
            try:
                text = self._template.fill(context)
            except (ExpressionError, LimitExceeded):
                return f"validation error: variables substitution error in rule {self.rule} execution error: {cause}"
        if not isinstance(text, str):
            return NOT_A_STRING
        return f"validation error: {text if text.endswith('.') else text + '.'} {failure}"

    def denial(self, condition_message: str, context: RuleContext | None) -> str:
        """The message of the rule and those of the conditions, without any addition."""
        whole = "; ".join(text for text in (self.message, condition_message) if text)
        if not whole:
            return f"validation error: rule {self.rule} failed"
        if context is None or not any(mark in whole for mark in MARKS):
            return whole
        template = compile_template(whole, self._dialect) if condition_message else self._template
        try:
            text = template.fill(context)
        except (ExpressionError, LimitExceeded):
            return condition_message
        return text if isinstance(text, str) else NOT_A_STRING
