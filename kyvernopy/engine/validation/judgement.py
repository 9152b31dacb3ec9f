"""The answer of one check, before it becomes a result: the status, and the message or a function that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from kyvernopy.explanations import Explanation

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.engine.rule_context import RuleContext
    from kyvernopy.patterns.pattern import Pattern
    from kyvernopy.results import Status

__all__ = ["NOTHING_TO_COMPARE", "Check", "Fixed", "Judgement", "text_of"]

Judgement: TypeAlias = "tuple[Status, str | Callable[[], str]]"


NOTHING_TO_COMPARE = Explanation("", title="the resource is being deleted, so there is nothing to compare with")


def text_of(message: str | Callable[[], str]) -> str:
    """The message itself."""
    return message if isinstance(message, str) else message()


class Check(Protocol):
    """One way to check a resource, compiled.

    `seen` is what patterns look at: the new resource, or the element of a foreach; None if the resource is being
    deleted. A check with `reads_context` false is never asked with a context, and never looks at one.
    """

    reads_context: bool

    def judge(self, seen: Any, context: RuleContext | None) -> Judgement | None:
        """The status and message; None if there is nothing to say."""

    def fixed(self, context: RuleContext | None) -> Check:
        """The same check with the variables of its patterns filled in from this context, once and for all."""

    def explain(self, seen: Any, context: RuleContext | None) -> Explanation:
        """Why `judge` says what it says."""

    def patterns(self) -> list[Pattern]:
        """The patterns that do not depend on variables."""


class Fixed:
    """A check whose judgement is known beforehand, as that of a rule that cannot be evaluated."""

    reads_context = False

    def __init__(self, judgement: Judgement | None) -> None:
        self._judgement = judgement

    def judge(self, seen: Any, context: RuleContext | None) -> Judgement | None:  # noqa: ARG002  see Check
        """What is known."""
        return self._judgement

    def fixed(self, context: RuleContext | None) -> Check:  # noqa: ARG002  see Check
        """Nothing to fill in."""
        return self

    def explain(self, seen: Any, context: RuleContext | None) -> Explanation:  # noqa: ARG002  see Check
        """The judgement says all."""
        if self._judgement is None:
            return Explanation("", title="the rule checks nothing")
        status, message = self._judgement
        return Explanation(status, message=text_of(message))

    def patterns(self) -> list[Pattern]:
        """None."""
        return []
