"""A rule, compiled: `(request) -> RuleResult | None`, where None says that the rule does not apply (spec 03 §5.4).

What a rule checks is compiled once (`RuleParts`); for each kind of resource only the question is worked out which of its filters
can match at all (`CompiledRule`). A rule that reads no context, as one with plain patterns, never has one made.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from kyvernopy.engine.actions import enforces, is_enforced, policy_action, rule_action
from kyvernopy.engine.exceptions import compile_exceptions
from kyvernopy.engine.match import GVK, Matcher, always, never
from kyvernopy.engine.request import NO_LABELS, NOBODY, Request
from kyvernopy.engine.rule_context import ContextEntries, RuleContext, compile_preconditions, unmet
from kyvernopy.engine.validation.body import compile_validate
from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.golang.text import show
from kyvernopy.kubernetes.kinds import gvk_of
from kyvernopy.results import PolicyRef, RuleInfo, RuleResult, Status
from kyvernopy.variables.template import compile_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kyvernopy.engine.match import Test
    from kyvernopy.engine.settings import Settings
    from kyvernopy.engine.validation.judgement import Judgement
    from kyvernopy.explanations import Explanation
    from kyvernopy.patterns.pattern import Pattern
    from kyvernopy.policies.model import Policy, Rule

__all__ = ["CompiledRule", "Evaluation", "RuleParts", "too_much"]


class RuleParts:
    """Everything of a rule that does not depend on the kind that is asked about."""

    type = "Validation"

    def __init__(self, policy: Policy, ref: PolicyRef, rule: Rule, settings: Settings) -> None:
        self.policy = policy
        self.rule = rule
        self.settings = settings
        self.matcher = Matcher(rule, policy.confined_to)
        self.info = self.info_for(RuleInfo(ref, rule.name, self.type), "", NO_LABELS)
        self.has_overrides = _has_overrides(policy, rule)
        self.tolerant = _tolerates_old_violations(policy, rule)
        dialect = settings.dialect
        self.check = compile_validate(policy, rule, dialect)
        self.entries = ContextEntries(rule.context, dialect, policy.confined_to)
        self.preconditions = compile_preconditions(rule.preconditions, dialect)
        self.exceptions = compile_exceptions(settings.exceptions, policy.key, rule.name, dialect)
        self.template = compile_template(dict(rule.report_properties or {}), dialect)
        constant = self.template.is_constant
        self.properties: Mapping[str, str] = self.template.outline if constant else rule.report_properties or {}

    @cached_property
    def mentions_images(self) -> bool:
        """Whether the variable `images` may be asked for."""
        return "images" in str(self.rule.to_dict())

    @property
    def says_something(self) -> bool:
        """Whether there can be a result: something is checked, or what comes before it says why not."""
        before = self.entries or self.preconditions or self.exceptions
        return self.check is not None or self.tolerant or bool(before)

    @property
    def reads_context(self) -> bool:
        """Whether anything of the rule looks at a context."""
        reads = self.check is not None and self.check.reads_context
        return reads or bool(self.entries or self.preconditions or self.exceptions) or not self.template.is_constant

    def info_for(self, info: RuleInfo, namespace: str, labels: Mapping[str, str]) -> RuleInfo:
        """What results carry of the rule, with the failure actions for a namespace."""
        spec, rule = self.policy.spec, self.rule
        action = "Enforce" if enforces(rule_action(spec, rule, namespace, labels)) else "Audit"
        whole = "Enforce" if enforces(policy_action(spec, namespace, labels)) else "Audit"
        enforced = is_enforced(spec, rule, namespace, labels)
        return replace(info, action=action, enforced=enforced, policy_action=whole)

    def as_created(self, request: Request) -> Request | None:
        """The old object as if it were being created, by nobody; None if the rule does not match it (spec 03 §5.6)."""
        old = request.old
        # Upstream: a rule with preconditions, even empty ones, is taken not to match the old object.
        if not old or self.check is None or self.rule.preconditions is not None:
            return None
        created = Request(old, None, "CREATE", NOBODY, request.namespace_labels, gvk_of(old))
        return None if self.matcher.reasons(created) else created

    def explain(self, request: Request, result: RuleResult | None) -> Explanation:
        """Why the rule gave this result, or none."""
        from kyvernopy.engine.explain import explain_rule  # noqa: PLC0415  only who asks pays

        return explain_rule(self, request, result, Evaluation(self, request))

    def patterns(self) -> list[Pattern]:
        """The patterns that can be brought into a faster form."""
        return self.check.patterns() if self.check else []

    def tests_for(self, gvk: GVK, subresource: str) -> Test | None:
        """What is left of match and exclude for one kind; None if they can never hold."""
        matches = self.matcher.for_kind(gvk, subresource)
        return None if matches is never else matches

    def bind(self, gvk: GVK, subresource: str) -> CompiledRule | None:
        """The rule for resources of one kind; None if it can never give a result for them."""
        matches = self.tests_for(gvk, subresource) if self.says_something else None
        return None if matches is None else CompiledRule(self, matches)


class CompiledRule:
    """One rule of a policy for one kind of resource."""

    __slots__ = ("_check", "_info", "_matches", "_reads_context", "_tolerant", "parts")

    def __init__(self, parts: RuleParts, matches: Test) -> None:
        self.parts = parts
        self._matches = None if matches is always else matches
        self._check = parts.check
        self._reads_context = parts.reads_context
        self._tolerant = parts.tolerant
        self._info = None if parts.has_overrides else parts.info

    def decide(self, request: Request) -> RuleResult | None:
        """The result for one request."""
        if self._matches is not None and not self._matches(request):
            return None
        if self._reads_context:
            return self._decide_in_context(request)
        try:
            judgement = self._check.judge(request.new, None) if self._check else None
            if self._tolerant and request.is_update:
                judgement = self._tolerate(judgement, request, None)
        except (LimitExceeded, RecursionError) as error:
            judgement = too_much(error)
        if judgement is None:
            return None
        result = RuleResult(self._info or self._info_for(request), judgement[0], judgement[1], request, self)
        properties = self.parts.properties
        return result.with_properties(properties) if properties else result

    def _info_for(self, request: Request) -> RuleInfo:
        return self.parts.info_for(self.parts.info, request.namespace, request.namespace_labels)

    def explain(self, request: Request) -> Explanation:
        """Why the rule says what it says about a request."""
        return self.parts.explain(request, self.decide(request))

    # --- In a context (spec 03 §5.4) ---

    def _decide_in_context(self, request: Request) -> RuleResult | None:
        evaluation = Evaluation(self.parts, request)
        try:
            judgement = evaluation.unmet() or evaluation.excepted()
            if judgement is None:
                context = evaluation.context
                judgement = self._check.judge(request.new, context) if self._check else None
                if self._tolerant and request.is_update:
                    judgement = self._tolerate(judgement, request, context)
        except (LimitExceeded, RecursionError) as error:
            judgement = too_much(error)
        if judgement is None:
            return None
        result = RuleResult(self._info or self._info_for(request), judgement[0], judgement[1], request, self)
        if evaluation.properties:
            result = result.with_properties(evaluation.properties)
        return result.with_exceptions(evaluation.exceptions) if evaluation.exceptions else result

    # --- Violations that were there before (spec 03 §5.6) ---

    def _tolerate(self, judgement: Judgement | None, request: Request, context: RuleContext | None) -> Judgement | None:
        """What the old object violates too does not fail."""
        if request.operation != "UPDATE":
            return Status.SKIP, "failed to validate old object"
        if judgement is None or judgement[0] is not Status.FAIL:
            return judgement
        if self._judge_old(request, context) is Status.FAIL:
            return Status.SKIP, "skipping the rule evaluation as pre-existing violations are allowed"
        return judgement

    def _judge_old(self, request: Request, context: RuleContext | None) -> Status | None:
        """What the rule says about the old object; None if it does not match it."""
        if self._check is None or self.parts.as_created(request) is None:
            return None
        check = self._check.fixed(context)  # Upstream: patterns keep the values of the new object
        judgement = check.judge(request.old, context.about_old() if context is not None else None)
        return judgement and judgement[0]


class Evaluation:
    """One rule with a context of its own, as far as the exceptions."""

    __slots__ = ("context", "exceptions", "parts", "properties", "request")

    def __init__(self, parts: RuleParts, request: Request) -> None:
        self.parts = parts
        self.request = request
        self.context = RuleContext(request, parts.settings, mentions_images=parts.mentions_images)
        if request.rule_values:
            self.context.add_values(request.rule_values.get(parts.policy.key, {}).get(parts.rule.name, {}))
        self.properties = parts.properties
        self.exceptions: tuple[str, ...] = ()

    def unmet(self) -> Judgement | None:
        """Why the rule does not apply: a context that cannot be declared, or preconditions."""
        parts = self.parts
        try:
            parts.entries.declare(self.context)
        except ExpressionError as error:
            return Status.ERROR, f"failed to load context: {error}"
        judgement = unmet(parts.preconditions, self.context)
        if judgement is None and not parts.template.is_constant:
            self._fill_in_properties()
        return judgement

    def _fill_in_properties(self) -> None:
        """Upstream: properties whose variables cannot be looked up stay as they are written."""
        try:
            filled = self.parts.template.fill(self.context)
        except (ExpressionError, LimitExceeded):
            return
        self.properties = {name: value if isinstance(value, str) else show(value) for name, value in filled.items()}

    def excepted(self) -> Judgement | None:
        """The skip that exceptions ask for. Upstream: no space before their keys."""
        applying = [one.key for one in self.parts.exceptions if one.applies(self.request, lambda: self.context)]
        if not applying:
            return None
        self.exceptions = tuple(applying)
        return Status.SKIP, f"rule is skipped due to policy exceptions{', '.join(applying)}"


def too_much(error: LimitExceeded | RecursionError) -> Judgement:
    """A bound that was crossed, while everything else is still judged."""
    return Status.ERROR, str(error) if isinstance(error, LimitExceeded) else "the input is nested too deeply"


def _has_overrides(policy: Policy, rule: Rule) -> bool:
    own = any(one.validate and one.validate.failure_action_overrides for one in (rule, *policy.spec.rules))
    return own or bool(policy.spec.validation_failure_action_overrides)


def _tolerates_old_violations(policy: Policy, rule: Rule) -> bool:
    """Upstream: overrides are not asked here."""
    validate = rule.validate
    if validate is None or validate.allow_existing_violations is False:
        return False
    return enforces(validate.failure_action or policy.spec.validation_failure_action)
