"""A rule, compiled: `(request) -> RuleResult | None`, where None says that the rule does not apply (spec 03 §5.4).

Compiling happens once for each kind of resource that is asked about, because the kind decides which rules a policy
has (autogen) and which of their filters can match.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.actions import enforces, is_enforced, policy_action, rule_action
from kyvernopy.engine.match import GVK, Matcher, always, never
from kyvernopy.engine.request import NO_LABELS, NOBODY, Request
from kyvernopy.engine.validate import Handler, compile_validate, not_built_yet
from kyvernopy.errors import KyvernopyError
from kyvernopy.kubernetes.kinds import gvk_of
from kyvernopy.results import PolicyRef, RuleInfo, RuleResult, Status

if TYPE_CHECKING:
    from kyvernopy.engine.match import Test
    from kyvernopy.engine.validate import Judgement
    from kyvernopy.limits import Limits
    from kyvernopy.patterns.pattern import Pattern
    from kyvernopy.policies.model import Policy, Rule

__all__ = ["CompiledRule", "compile_rule"]


def compile_rule(
    policy: Policy, ref: PolicyRef, rule: Rule, gvk: GVK, subresource: str, limits: Limits
) -> CompiledRule | None:
    """The rule for resources of one kind; None if it can never give a result for them."""
    if rule.validate is None:
        return None
    matcher = Matcher(rule, policy.confined_to)
    matches = matcher.for_kind(gvk, subresource)
    if matches is never:
        return None
    handler, patterns = _handler(policy, rule, limits)
    if handler is None and _tolerates_old_violations(policy, rule):
        handler = _nothing_to_say  # an update may still get a result (spec 03 §5.6)
    return None if handler is None else CompiledRule(policy, ref, rule, matcher, matches, handler, patterns)


def _handler(policy: Policy, rule: Rule, limits: Limits) -> tuple[Handler | None, list[Pattern]]:
    webhook = policy.spec.webhook_configuration
    reason = not_built_yet(rule)
    if webhook is not None and webhook.match_conditions:
        reason = "a policy with `matchConditions` is not supported by this version of kyvernopy"
    try:
        return (_error_handler(reason), []) if reason else compile_validate(rule, f"{policy.key}/{rule.name}", limits)
    except KyvernopyError as error:
        return _error_handler(str(error)), []


def _nothing_to_say(_resource: object) -> None:
    return None


def _error_handler(message: str) -> Handler:
    error: Judgement = (Status.ERROR, message)
    return lambda _: error


class CompiledRule:
    """One rule of a policy for one kind of resource."""

    __slots__ = ("_handler", "_info", "_matcher", "_matches", "_policy", "_rule", "_static", "_tolerant", "patterns")

    def __init__(
        self,
        policy: Policy,
        ref: PolicyRef,
        rule: Rule,
        matcher: Matcher,
        matches: Test,
        handler: Handler,
        patterns: list[Pattern],
    ) -> None:
        self._policy = policy
        self._rule = rule
        self._matcher = matcher
        self._matches = None if matches is always else matches
        self._handler = handler
        self.patterns = patterns
        self._static = not _has_overrides(policy, rule)
        self._info = self._info_for(RuleInfo(ref, rule.name), "", NO_LABELS)
        self._tolerant = _tolerates_old_violations(policy, rule)

    def decide(self, request: Request) -> RuleResult | None:
        """The result for one request."""
        if self._matches is not None and not self._matches(request):
            return None
        tolerant = self._tolerant and request.is_update
        judgement = self._decide_update(request) if tolerant else self._handler(request.new)
        if judgement is None:
            return None
        info = self._info if self._static else self._info_for(self._info, request.namespace, request.namespace_labels)
        result = RuleResult(info, judgement[0], judgement[1], request.subject)
        properties = self._rule.report_properties
        return result.with_properties(properties) if properties else result

    def _info_for(self, info: RuleInfo, namespace: str, labels: Any) -> RuleInfo:
        spec, rule = self._policy.spec, self._rule
        action = "Enforce" if enforces(rule_action(spec, rule, namespace, labels)) else "Audit"
        whole = "Enforce" if enforces(policy_action(spec, namespace, labels)) else "Audit"
        enforced = is_enforced(spec, rule, namespace, labels)
        return replace(info, action=action, enforced=enforced, policy_action=whole)

    # --- Violations that were there before (spec 03 §5.6) ---

    def _decide_update(self, request: Request) -> Judgement | None:
        """What the old object violates too does not fail."""
        judgement = self._handler(request.new)
        if request.operation != "UPDATE":
            return Status.SKIP, "failed to validate old object"
        if judgement is None or judgement[0] is not Status.FAIL:
            return judgement
        if self._judge_old(request) is Status.FAIL:
            return Status.SKIP, "skipping the rule evaluation as pre-existing violations are allowed"
        return judgement

    def _judge_old(self, request: Request) -> Status | None:
        """The old object as if it were being created, by nobody; None if the rule does not match it."""
        old = request.old
        if not old:
            return None
        as_created = Request(old, None, "CREATE", NOBODY, request.namespace_labels, gvk_of(old))
        judgement = None if self._matcher.reasons(as_created) else self._handler(old)
        return judgement and judgement[0]


def _has_overrides(policy: Policy, rule: Rule) -> bool:
    own = any(one.validate and one.validate.failure_action_overrides for one in (rule, *policy.spec.rules))
    return own or bool(policy.spec.validation_failure_action_overrides)


def _tolerates_old_violations(policy: Policy, rule: Rule) -> bool:
    """Upstream: overrides are not asked here."""
    validate = rule.validate
    if validate is None or validate.allow_existing_violations is False:
        return False
    return enforces(validate.failure_action or policy.spec.validation_failure_action)
