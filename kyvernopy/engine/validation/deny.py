"""`deny`: conditions that, where they hold, say that the resource is not wanted (spec 03 §5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.conditions import compile_conditions
from kyvernopy.errors import ExpressionError
from kyvernopy.explanations import Explanation
from kyvernopy.results import Status

if TYPE_CHECKING:
    from kyvernopy.engine.rule_context import RuleContext
    from kyvernopy.engine.validation.judgement import Check, Judgement
    from kyvernopy.engine.validation.messages import Messages
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.patterns.pattern import Pattern
    from kyvernopy.policies.model import Deny

__all__ = ["DenyCheck"]


class DenyCheck:
    """Conditions that deny. Upstream: absent conditions hold, so that `deny: {}` denies everything."""

    reads_context = True

    def __init__(self, deny: Deny, messages: Messages, dialect: Dialect) -> None:
        self._conditions = compile_conditions(deny.conditions, dialect)
        self._messages = messages

    def judge(self, seen: Any, context: RuleContext | None) -> Judgement | None:  # noqa: ARG002  see Check
        """Fail where the conditions hold."""
        assert context is not None  # noqa: S101  reads_context
        try:
            denied, message = self._conditions.holds(context) if self._conditions else (True, "")
        except ExpressionError as error:
            return Status.ERROR, f"failed to check deny conditions: {error}"
        if not denied:
            return self._messages.passed
        return Status.FAIL, lambda: self._messages.denial(message, context)

    def fixed(self, context: RuleContext | None) -> Check:  # noqa: ARG002  see Check
        """Upstream: conditions are looked up afresh."""
        return self

    def explain(self, seen: Any, context: RuleContext | None) -> Explanation:
        """The conditions with the values that they saw."""
        assert context is not None  # noqa: S101  reads_context
        judgement = self.judge(seen, context.fork())  # an entry that cannot be loaded is tried once in a context
        status = judgement[0] if judgement else ""
        if self._conditions is None:
            return Explanation(status, title="deny without conditions denies everything")
        return Explanation(status, title="deny", children=tuple(self._conditions.explain(context)))

    def patterns(self) -> list[Pattern]:
        """None."""
        return []
