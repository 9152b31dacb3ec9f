"""Structural checks: what Kyverno says about the shape of a policy and of its rules as they are written (spec 03 §14.3).

Kyverno gives all these findings at once, in this order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.engine.checks.blocks import check_block, match_exclude_conflict
from kyvernopy.engine.checks.pod_security import check_pod_security
from kyvernopy.engine.checks.spots import Spot
from kyvernopy.policies.autogen import ANNOTATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from kyvernopy.engine.checks.spots import Checked
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Policy, Rule

    RuleCheck: TypeAlias = Callable[[Rule, Spot, Checked], Iterator[Finding]]

__all__ = ["check_structure", "check_target_namespaces"]

LONGEST_NAME = 63
TIMEOUTS = range(1, 31)


def check_structure(checked: Checked) -> Iterator[Finding]:
    """The policy, its rules, and what a namespaced policy may not have."""
    policy = checked.policy
    for check in POLICY_CHECKS:
        yield from check(policy)
    for index, rule in enumerate(policy.spec.rules):
        for rule_check in RULE_CHECKS:
            yield from rule_check(rule, Spot.same(f"spec.rules[{index}]"), checked)
    if policy.is_namespaced and policy.spec.validation_failure_action_overrides:
        text = "Use of validationFailureActionOverrides is supported only with ClusterPolicy"
        at = Spot.same("spec.validationFailureActionOverrides")
        yield at.forbidden("overrides-in-namespaced-policy", text, "remove them, or make it a `ClusterPolicy`")


# --- The policy ---


def _check_annotation(policy: Policy) -> Iterator[Finding]:
    if policy.annotations.get(ANNOTATION) == "all":
        text = "Autogen annotation does not support 'all' anymore, remove the annotation or set it to a valid value"
        at = Spot("metadata.annotations", f'metadata.annotations["{ANNOTATION}"]')
        yield at.forbidden("autogen-all", text, "remove the annotation: without it all controllers are meant")


def _check_name(policy: Policy) -> Iterator[Finding]:
    if len(policy.name.encode()) > LONGEST_NAME:
        at = Spot("name", "metadata.name")
        text = f"{at.shown}: Too long: may not be more than {LONGEST_NAME} bytes"
        yield at.error("long-name", text, "shorten the name of the policy")


def _check_old_and_new_fields(policy: Policy) -> Iterator[Finding]:
    spec, webhook, at = policy.spec, policy.spec.webhook_configuration, Spot.same("spec")
    text = "remove the deprecated field and use spec.{} instead"
    code, advice = "old-and-new-field", "remove the old field"
    if webhook and spec.webhook_timeout_seconds is not None and webhook.timeout_seconds is not None:
        instead = text.format("webhookConfiguration.timeoutSeconds")
        yield at.child("webhookTimeoutSeconds").forbidden(code, instead, advice)
    if webhook and spec.failure_policy and webhook.failure_policy:
        yield at.child("failurePolicy").forbidden(code, text.format("webhookConfiguration.failurePolicy"), advice)
    if spec.generate_existing_on_policy_update is not None:
        instead = text.format("generate[*].generateExisting")
        yield at.child("generateExistingOnPolicyUpdate").forbidden(
            "removed-field", instead, "set `generateExisting` in the generate rules"
        )


def _check_targets(policy: Policy) -> Iterator[Finding]:
    everywhere = policy.spec.mutate_existing_on_policy_update
    at = Spot.same("spec.mutateExistingOnPolicyUpdate")
    for index, rule in enumerate(policy.spec.rules):
        mutate = rule.mutate
        if mutate and not mutate.targets and (everywhere or mutate.mutate_existing_on_policy_update):
            text = f"rules[{index}].mutate.targets has to be specified when mutateExistingOnPolicyUpdate is set"
            place = Spot(at.shown, f"spec.rules[{index}].mutate")
            yield place.forbidden("no-mutate-targets", text, "name the existing resources under `mutate.targets`")


def _check_timeouts(policy: Policy) -> Iterator[Finding]:
    webhook, at = policy.spec.webhook_configuration, Spot.same("spec")
    timeouts = {
        "webhookTimeoutSeconds": policy.spec.webhook_timeout_seconds,
        "webhookConfiguration.timeoutSeconds": webhook.timeout_seconds if webhook else None,
    }
    for name, seconds in timeouts.items():
        if seconds is not None and seconds not in TIMEOUTS:
            text = "the timeout value must be between 1 and 30 seconds"
            yield at.child(name).invalid("timeout-out-of-range", seconds, text, "choose 1 to 30 seconds")


def _check_rule_names(policy: Policy) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, rule in enumerate(policy.spec.rules):
        if rule.name in seen:
            at = Spot.same(f"spec.rules[{index}].name")
            yield at.invalid("duplicate-rule-name", rule, f"Duplicate rule name: '{rule.name}'", "rename one of them")
        seen.add(rule.name)


POLICY_CHECKS: tuple[Callable[[Policy], Iterator[Finding]], ...] = (
    _check_annotation,
    _check_name,
    _check_old_and_new_fields,
    _check_targets,
    _check_timeouts,
    _check_rule_names,
)


# --- Its rules ---


def _check_rule_type(rule: Rule, at: Spot, _checked: Checked) -> Iterator[Finding]:
    actions = sum(map(bool, (rule.mutate, rule.validate, rule.generate, rule.verify_images)))
    if actions == 0:
        text = (
            f"No operation defined in the rule '{rule.name}'."
            "(supported operations: mutate,validate,generate,verifyImages)"
        )
        yield at.invalid("no-action", rule, text, "give the rule one action")
    elif actions > 1:
        text = (
            f"Multiple operations defined in the rule '{rule.name}', "
            "only one operation (mutate,validate,generate,verifyImages) is allowed per rule"
        )
        yield at.invalid("several-actions", rule, text, "make one rule of each action")


def _check_image_extractors(rule: Rule, at: Spot, _checked: Checked) -> Iterator[Finding]:
    if rule.image_extractors is not None and not rule.verify_images:
        text = f"Invalid rule spec for rule '{rule.name}', imageExtractors can only be defined for verifyImages rule"
        yield at.child("imageExtractors").invalid("image-extractors", rule, text, "remove `imageExtractors`")


def _check_match_exclude(rule: Rule, at: Spot, _checked: Checked) -> Iterator[Finding]:
    if match_exclude_conflict(rule):
        text = "Rule is matching an empty set"
        yield at.within("exclude").invalid("empty-match", rule, text, "exclude less than the rule matches")


def _check_blocks(rule: Rule, at: Spot, checked: Checked) -> Iterator[Finding]:
    for name, block in (("match", rule.match), ("exclude", rule.exclude)):
        if block:
            yield from check_block(block, at.child(name), checked.forbidden_kinds)


def _check_target_namespaces(rule: Rule, at: Spot, checked: Checked) -> Iterator[Finding]:
    policy = checked.policy
    if policy.is_namespaced:
        yield from check_target_namespaces(rule, at, policy.namespace or "default")


def check_target_namespaces(rule: Rule, at: Spot, namespace: str) -> Iterator[Finding]:
    """A rule of a namespaced policy changes resources of that namespace only."""
    for index, target in enumerate((rule.mutate and rule.mutate.targets) or ()):
        if target.namespace not in ("", namespace):
            text = "This field can be ignored or should have value of the namespace where the policy is being created"
            field = at.child("targets", "mutate.targets").item(index).child("namespace")
            yield field.invalid("target-in-other-namespace", target.namespace, text, "remove the namespace")


# Later, at the end: scopes of what generate makes.
RULE_CHECKS: tuple[RuleCheck, ...] = (
    _check_rule_type,
    _check_image_extractors,
    _check_match_exclude,
    _check_blocks,
    _check_target_namespaces,
    check_pod_security,
)
