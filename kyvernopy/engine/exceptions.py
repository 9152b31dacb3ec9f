"""Exceptions from a rule: for which resources and under which conditions it is passed over (spec 03 §3.7, §7).

The exceptions of a rule are picked when it is compiled, so that a rule without any pays nothing. Whether one applies is
asked in the order of cost: kinds and the rest of match first, conditions, for which a context is built, last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.engine.match import Filter, all_of, any_of, explain_filters, never
from kyvernopy.engine.rule_context import explain_conditions
from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.explanations import Explanation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kyvernopy.engine.conditions import CompiledConditions
    from kyvernopy.engine.match import GVK, Test
    from kyvernopy.engine.request import Request
    from kyvernopy.engine.rule_context import RuleContext
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.policies.exceptions import ExceptionMatch, PolicyException
    from kyvernopy.variables.context import Context

__all__ = ["CompiledException", "ExceptionFilter", "compile_exceptions"]


def compile_exceptions(
    exceptions: Iterable[PolicyException], policy_key: str, rule_name: str, dialect: Dialect
) -> tuple[CompiledException, ...]:
    """Those of some exceptions that name a rule, in their order; the name is that after autogen.

    Upstream: `background: false` is not looked at here, it only matters to validation.
    """
    return tuple(CompiledException(one, dialect) for one in exceptions if one.names_rule(policy_key, rule_name))


class ExceptionFilter:
    """The match block of an exception; an empty one matches nothing."""

    def __init__(self, match: ExceptionMatch) -> None:
        self._filters = [Filter(one, exclude=True, exception=True) for one in match.any or match.all]
        self._any = bool(match.any)
        self._last: tuple[GVK, str, Test] = (("", "", ""), "", never)

    def matches(self, request: Request) -> bool:
        """Whether the exception is for the new resource or, where that is absent, the old one."""
        return self._test(request.gvk, request.subresource)(request)

    def _test(self, gvk: GVK, subresource: str) -> Test:
        """What is left once the kind is known; rules are asked about one kind again and again."""
        known_gvk, known_subresource, test = self._last
        if known_gvk == gvk and known_subresource == subresource:
            return test
        tests = [one.for_kind(gvk, subresource) for one in self._filters]
        test = never if not tests else any_of(tests) if self._any else all_of(tests)
        self._last = (gvk, subresource, test)
        return test

    def explain(self, request: Request) -> Explanation:
        """Which filters match and which do not."""
        if not self._filters:
            return Explanation("false", title="match", message="match cannot be empty")
        filters = tuple(explain_filters(request, self._filters, "any" if self._any else "all"))
        found = [one.outcome == "true" for one in filters]
        matches = any(found) if self._any else all(found)
        return Explanation("true" if matches else "false", title="match", children=filters)


class CompiledException:
    """One exception, ready to be asked."""

    __slots__ = ("_conditions", "exception", "filter")

    def __init__(self, exception: PolicyException, dialect: Dialect) -> None:
        self.exception = exception
        self.filter = ExceptionFilter(exception.spec.match)
        self._conditions = _compile_conditions(exception, dialect)

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return self.exception.key

    def applies(self, request: Request, context: Callable[[], Context]) -> bool:
        """Whether the rule is passed over; `context` makes the context of the rule, where conditions need it.

        Conditions that cannot be evaluated make no exception.
        """
        if not self.filter.matches(request):
            return False
        if self._conditions is None:
            return True
        try:
            return self._conditions.holds_exception(context())
        except (ExpressionError, LimitExceeded):
            return False

    def explain(self, request: Request, context: RuleContext) -> Explanation:
        """Whether it applies, with the filter or the condition that says so."""
        match = self.filter.explain(request)
        conditions = explain_conditions("conditions", self._conditions, context) if match.outcome == "true" else ()
        outcome = "true" if self.applies(request, lambda: context) else "false"
        return Explanation(outcome, title=f"exception {self.key}", children=(match, *conditions))

    def __repr__(self) -> str:
        return f"<CompiledException {self.key}>"


def _compile_conditions(exception: PolicyException, dialect: Dialect) -> CompiledConditions | None:
    if exception.spec.conditions is None:
        return None
    from kyvernopy.engine.conditions import compile_conditions  # noqa: PLC0415  most exceptions have none

    return compile_conditions(exception.spec.conditions, dialect)
