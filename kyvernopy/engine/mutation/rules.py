"""A mutate rule, compiled: `(request) -> (result, request)`, where the new request is about the changed resource.

The way is that of a validate rule (spec 03 §5.4): match, context, preconditions, exceptions; then the patch. A rule
without variables never has a context made.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.mutation.change import Change, apply_patch, success
from kyvernopy.engine.mutation.foreach import ForEachPatch
from kyvernopy.engine.mutation.patches import PatchSource
from kyvernopy.engine.rules import Evaluation, RuleParts, too_much
from kyvernopy.errors import LimitExceeded
from kyvernopy.results import RuleResult, Status

if TYPE_CHECKING:
    from kyvernopy.engine.match import GVK, Test
    from kyvernopy.engine.request import Request
    from kyvernopy.engine.rule_context import RuleContext
    from kyvernopy.engine.settings import Settings
    from kyvernopy.explanations import Explanation
    from kyvernopy.policies.model import Policy, Rule
    from kyvernopy.results import PolicyRef

__all__ = ["CompiledMutation", "MutationParts"]


class MutationParts(RuleParts):
    """Everything of a mutate rule that does not depend on the kind that is asked about."""

    type = "Mutation"

    def __init__(self, policy: Policy, ref: PolicyRef, rule: Rule, settings: Settings) -> None:
        super().__init__(policy, ref, rule, settings)
        mutate = rule.mutate
        dialect = settings.dialect
        self.foreach = ForEachPatch(mutate.foreach, dialect, policy.confined_to) if mutate and mutate.foreach else None
        self.patch = PatchSource(rule.to_dict(), ("mutate",), dialect)

    @property
    def reads_context(self) -> bool:
        """Whether anything of the rule looks at a context."""
        return super().reads_context or self.foreach is not None or self.patch.reads_context

    def bind_mutation(self, gvk: GVK, subresource: str) -> CompiledMutation | None:
        """The rule for resources of one kind; None if it can never match them."""
        matches = self.tests_for(gvk, subresource)
        return None if matches is None else CompiledMutation(self, matches)

    def change(self, resource: dict[str, Any], context: RuleContext | None) -> Change:
        """The resource, changed; the context is there unless the rule reads none."""
        if self.foreach is not None and context is not None:
            return self.foreach.apply(resource, context)
        return apply_patch(self.patch, resource, context)


class CompiledMutation:
    """One mutate rule of a policy for one kind of resource."""

    __slots__ = ("_matches", "_reads_context", "parts")

    def __init__(self, parts: MutationParts, matches: Test) -> None:
        self.parts = parts
        self._matches = matches
        self._reads_context = parts.reads_context

    def decide(self, request: Request) -> tuple[RuleResult | None, Request]:
        """The result for one request, and the request about the resource as it is now."""
        if not request.subject or not self._matches(request):
            return None, request
        parts = self.parts
        evaluation = Evaluation(parts, request) if self._reads_context else None
        try:
            change = self._change(request, evaluation)
        except (LimitExceeded, RecursionError) as error:
            status, message = too_much(error)
            change = Change(status, str(message), request.subject)
        message = success(change.resource) if change.status is Status.PASS else change.message
        result = RuleResult(parts.info, change.status, message, request, self)
        properties = evaluation.properties if evaluation else parts.properties
        if properties:
            result = result.with_properties(properties)
        if evaluation and evaluation.exceptions:
            result = result.with_exceptions(evaluation.exceptions)
        changed = change.resource is not request.subject
        return result, request.with_resource(change.resource) if changed else request

    def _change(self, request: Request, evaluation: Evaluation | None) -> Change:
        if evaluation is None:
            return self.parts.change(request.subject, None)
        judgement = evaluation.unmet() or evaluation.excepted()
        if judgement is not None:
            return Change(judgement[0], str(judgement[1]), request.subject)
        return self.parts.change(request.subject, evaluation.context)

    def explain(self, request: Request) -> Explanation:
        """Why the rule says what it says about a request, with what it changed."""
        from kyvernopy.explanations import Explanation  # noqa: PLC0415  only who asks pays
        from kyvernopy.kubernetes.json_diff import json_diff  # noqa: PLC0415  as above

        result, changed = self.decide(request)
        explained = self.parts.explain(request, result)
        if changed is request:
            return explained
        patch = Explanation("", title="patch", found=json_diff(request.subject, changed.subject))
        return replace(explained, children=(*explained.children, patch))
