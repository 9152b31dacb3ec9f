"""Whether the overrides of a failure action contradict each other (spec 03 §14.2 item 7).

Entries are read one after the other; each is compared with all before it, which decides what Kyverno complains about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.engine.checks.spots import Spot
from kyvernopy.kubernetes.wildcards import has_wildcard, matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kyvernopy.engine.checks.spots import Checked
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Override

__all__ = ["check_overrides", "find_conflicts"]

ADVICE = "give each namespace one action only"


def check_overrides(checked: Checked) -> Iterator[Finding]:
    """The overrides of each validate rule, then those of the whole policy; namespaced policies have none."""
    policy = checked.policy
    if policy.is_namespaced:
        return
    for index, rule in enumerate(policy.spec.rules):
        if rule.validate:
            at = Spot.same(f"spec.rules[{index}].validate")
            field = at.child("validationFailureActionOverrides", "failureActionOverrides")
            yield from find_conflicts(rule.validate.failure_action_overrides or (), field)
    field = Spot.same("spec.validationFailureActionOverrides")
    yield from find_conflicts(policy.spec.validation_failure_action_overrides, field)


def find_conflicts(overrides: Sequence[Override], at: Spot) -> Iterator[Finding]:
    """The first contradiction among the overrides of one list."""
    seen: dict[str, set[str]] = {"audit": set(), "enforce": set()}
    for index, override in enumerate(overrides):
        action = override.action.lower()
        if override.action not in ("Audit", "Enforce", "audit", "enforce"):
            yield at.item(index).child("action").error("invalid-action", "invalid action", "write `Audit` or `Enforce`")
            return
        field = at.item(index).child("namespaces")
        namespaces = set(override.namespaces or ())
        both = {name for name in namespaces & seen[_other(action)] if not has_wildcard(name)}
        if both:
            text = f"conflicting namespaces found in path: {field.shown}: {', '.join(sorted(both))}"
            yield field.error("conflicting-overrides", text, ADVICE)
            return
        seen[action] |= namespaces
        conflict = _wildcard_conflict(seen["enforce"], seen["audit"])
        if conflict:
            yield field.error("conflicting-overrides", f"path: {field.shown}: {conflict}", ADVICE)
            return


def _other(action: str) -> str:
    return "enforce" if action == "audit" else "audit"


def _wildcard_conflict(enforce: set[str], audit: set[str]) -> str:
    """What a wildcard of one action matches of the other; names come before wildcards, audit's wildcards before."""
    for kind_of_other, text in (
        (False, "wildcard pattern '{}' matches with namespace '{}'"),
        (True, "wildcard pattern '{}' conflicts with the pattern '{}'"),
    ):
        for patterns, others in ((audit, enforce), (enforce, audit)):
            for other in sorted(name for name in others if has_wildcard(name) == kind_of_other):
                for pattern in sorted(filter(has_wildcard, patterns)):
                    if matches(pattern, other):
                        return text.format(pattern, other)
    return ""
