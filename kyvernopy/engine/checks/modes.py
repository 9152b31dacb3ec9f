"""Checks of a policy as a whole: its namespace, its failure actions, and when it is applied (spec 03 §14.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.engine.checks.spots import Spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kyvernopy.engine.checks.spots import Checked
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Override

__all__ = ["check_action_spelling", "check_cluster_policy_namespace", "check_modes"]

OLD_SPELLINGS = ("enforce", "audit")


def check_cluster_policy_namespace(checked: Checked) -> Iterator[Finding]:
    """A ClusterPolicy has no namespace (§14.2 item 1); upstream warns of it and refuses it."""
    policy = checked.policy
    if policy.is_namespaced or not policy.namespace:
        return
    at = Spot.same("metadata.namespace")
    text = "A clusterpolicy should not have the namespace defined"
    advice = "remove `metadata.namespace`, or make it a `Policy`"
    yield at.warning("namespace-of-cluster-policy", text, advice)
    yield at.error("namespace-of-cluster-policy", text, advice)


def check_action_spelling(checked: Checked) -> Iterator[Finding]:
    """Failure actions in small letters are deprecated (§14.2 item 3)."""
    spec = checked.policy.spec
    overrides = spec.validation_failure_action_overrides
    yield from _old_spelling(Spot.same("spec.validationFailureAction"), spec.validation_failure_action, overrides)
    for index, rule in enumerate(spec.rules):
        if rule.validate and rule.validate.failure_action is not None:
            at = Spot.same(f"spec.rules[{index}].validate.failureAction")
            yield from _old_spelling(at, rule.validate.failure_action, rule.validate.failure_action_overrides or ())


def _old_spelling(at: Spot, action: str, overrides: Iterable[Override]) -> Iterator[Finding]:
    """One warning, whether the action or its overrides are spelled the old way."""
    if action in OLD_SPELLINGS or any(override.action in OLD_SPELLINGS for override in overrides):
        text = "Validation failure actions enforce/audit are deprecated, use Enforce/Audit instead."
        yield at.warning("old-action-spelling", text, "write `Enforce` or `Audit`")


def check_modes(checked: Checked) -> Iterator[Finding]:
    """A policy is applied at admission or in the background (§14.2 items 8 and 9)."""
    spec = checked.policy.spec
    if spec.admission is not False:
        return
    at = Spot.same("spec.admission")
    if spec.background is False:
        text = "disabling both admission and background processing is not allowed"
        yield at.error("never-applied", text, "set `admission` or `background` to true")
    if any(rule.mutate or rule.generate or rule.verify_images for rule in spec.rules):
        text = "disabling admission processing is only allowed with validation policies"
        yield at.error("admission-disabled", text, "remove `admission: false`")
