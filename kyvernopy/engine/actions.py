"""Failure actions: whether a failing rule blocks, is reported, or both (spec 03 §8.1 to §8.3).

Two questions have two answers upstream. `action` is what the decision about a failure asks; there an override must
match by namespace and by selector. `enforced` is whether admission evaluates the rule before it answers; there either
is enough. They agree wherever no override has both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.kubernetes.selectors import SelectorError, selects
from kyvernopy.kubernetes.wildcards import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kyvernopy.policies.model import Override, Rule, Spec

__all__ = ["can_enforce", "enforces", "is_enforced", "policy_action", "rule_action"]

ENFORCE = frozenset({"Enforce", "enforce"})  # everything else audits
VALID = ENFORCE | {"Audit", "audit"}


def enforces(action: str) -> bool:
    """Whether an action blocks; whatever is not spelled as one that does, audits."""
    return action in ENFORCE


def rule_action(spec: Spec, rule: Rule, namespace: str, labels: Mapping[str, str]) -> str:
    """The action for a failure of a rule: its own, else that of the policy."""
    return _own_action(rule, namespace, labels) or _spec_action(spec, namespace, labels)


def policy_action(spec: Spec, namespace: str, labels: Mapping[str, str]) -> str:
    """The action of a policy where one value is needed: that of the first rule that states one."""
    own = (_own_action(rule, namespace, labels) for rule in spec.rules)
    return next(filter(None, own), "") or _spec_action(spec, namespace, labels)


def is_enforced(spec: Spec, rule: Rule, namespace: str, labels: Mapping[str, str]) -> bool:
    """Whether admission evaluates the rule before it answers."""
    validate = rule.validate
    if validate is None:
        return False
    overrides = validate.failure_action_overrides or spec.validation_failure_action_overrides
    for override in overrides:
        if _reaches(override, namespace, labels):
            return enforces(override.action)
    return enforces(validate.failure_action or spec.validation_failure_action)


def can_enforce(spec: Spec) -> bool:
    """Whether some rule enforces in some namespace."""
    overrides = [*spec.validation_failure_action_overrides]
    actions = [spec.validation_failure_action]
    for rule in spec.rules:
        if rule.validate is not None:
            overrides += rule.validate.failure_action_overrides or ()
            actions.append(rule.validate.failure_action or "")
    return any(map(enforces, [*actions, *(override.action for override in overrides)]))


def _own_action(rule: Rule, namespace: str, labels: Mapping[str, str]) -> str:
    """What the rule states; one that verifies images enforces if any of its entries does."""
    if rule.validate is not None:
        overridden = _overridden(rule.validate.failure_action_overrides or (), namespace, labels)
        return overridden or rule.validate.failure_action or ""
    actions = [str(entry["failureAction"]) for entry in rule.verify_images if entry.get("failureAction")]
    return next(filter(enforces, actions), actions[0] if actions else "")


def _spec_action(spec: Spec, namespace: str, labels: Mapping[str, str]) -> str:
    overridden = _overridden(spec.validation_failure_action_overrides, namespace, labels)
    return overridden or spec.validation_failure_action


def _overridden(overrides: Iterable[Override], namespace: str, labels: Mapping[str, str]) -> str:
    """The action of the first valid override that hits."""
    hits = (one.action for one in overrides if one.action in VALID and _hits(one, namespace, labels))
    return next(hits, "")


def _hits(override: Override, namespace: str, labels: Mapping[str, str]) -> bool:
    """Empty `namespaces` hit nothing, absent ones everything."""
    if override.namespaces is not None and not any(matches(wanted, namespace) for wanted in override.namespaces):
        return False
    return override.namespace_selector is None or _selects(override, labels)


def _reaches(override: Override, namespace: str, labels: Mapping[str, str]) -> bool:
    """Upstream: here it is enough that the namespace or the selector matches."""
    if override.namespaces is None and override.namespace_selector is None:
        return True
    if any(matches(wanted, namespace) for wanted in override.namespaces or ()):
        return True
    return override.namespace_selector is not None and _selects(override, labels)


def _selects(override: Override, labels: Mapping[str, str]) -> bool:
    try:
        return selects(override.namespace_selector or {}, labels)
    except SelectorError:
        return False
